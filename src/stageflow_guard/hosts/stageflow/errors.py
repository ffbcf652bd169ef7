"""Guard errors that the host lets through.

The host swallows every interceptor exception but its own `CriticalInterceptorError`. The core must
not know the host, so the two are joined here and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from stageflow.pipeline.interceptors import CriticalInterceptorError

from stageflow_guard import errors as e
from stageflow_guard.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")
_JOINED: dict[type[GuardError], type[GuardError]] = {}


def _joined(cls: type[GuardError]) -> type[GuardError]:
    if issubclass(cls, CriticalInterceptorError):
        return cls
    found = _JOINED.get(cls)
    if found is None:
        found = cast(
            "type[GuardError]",
            type(cls.__name__, (cls, CriticalInterceptorError), {"__module__": cls.__module__}),
        )
        _JOINED[cls] = found
    return found


for _name in e.__dict__:
    _candidate = getattr(e, _name)
    if isinstance(_candidate, type) and issubclass(_candidate, GuardError):
        _joined(_candidate)


def for_host(error: GuardError) -> GuardError:
    """Return `error`, now also a `CriticalInterceptorError`. The object stays the same."""
    joined = _joined(type(error))
    if type(error) is not joined:
        # the same instance, so that `.ref`, `.decision` and identity survive
        error.__class__ = joined
        cast("Any", error).interceptor_name = "stageflow_guard"
    return error


async def outward(work: Awaitable[T]) -> T:
    """Return what `work` returns; what it raises leaves without the frames below.

    Their locals hold the token and raw text, and error trackers send the locals of frames along.
    The exception, its text, its type and its `.ref` stay.
    """
    try:
        return await work
    except BaseException as error:
        _unframed(error)
        if isinstance(error, GuardError):
            raise for_host(error) from None
        raise error from error.__cause__


def _unframed(error: BaseException) -> None:
    """Drop the frames of an exception and of those that it came from."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        if isinstance(one, GuardError) or one.__suppress_context__:
            one.__context__ = None  # unseen in a print, and still in reach
        waiting += [one.__cause__, one.__context__, getattr(one, "original", None)]


class StageFailure(RuntimeError):
    """A stage's own exception, its text redacted. `.kind` is the original type's name."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
