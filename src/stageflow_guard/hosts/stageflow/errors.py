"""Guard errors that the host lets through.

The host swallows every interceptor exception but its own `CriticalInterceptorError`. The core does
not know the host, so the two are joined here and nowhere else.
"""

from __future__ import annotations

from typing import Any, cast

from stageflow.pipeline.interceptors import CriticalInterceptorError

from stageflow_guard import errors as e
from stageflow_guard.enforcement.leaving import StageFailure
from stageflow_guard.errors import GuardError

__all__ = ["StageFailure", "as_host_error"]

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


def as_host_error(error: GuardError) -> GuardError:
    """Return `error`, now also a `CriticalInterceptorError`. The object stays the same."""
    joined = _joined(type(error))
    if type(error) is not joined:
        # the same instance, so that `.ref`, `.decision` and identity survive
        error.__class__ = joined
        cast("Any", error).interceptor_name = "stageflow_guard"
    return error
