"""What an error may take along when it leaves the guard: its type, its text, its `.ref`. No frames.

The locals of frames hold the token and raw text, and error trackers send the locals of frames.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stageflow_guard.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class StageFailure(RuntimeError):
    """A step's own exception, its text redacted. `.kind` is the original type's name."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def unchanged(error: GuardError) -> GuardError:
    """Return `error`: for hosts that let the guard's own errors through."""
    return error


async def without_frames(
    work: Awaitable[T], join: Callable[[GuardError], GuardError] = unchanged
) -> T:
    """Return what `work` returns; what it raises leaves without the frames below.

    `join` makes a `GuardError` one that the host lets through. The exception, its text, its type
    and its `.ref` stay.
    """
    try:
        return await work
    except BaseException as error:
        drop_frames(error)
        if issubclass(type(error), GuardError):  # `isinstance` would ask the error itself
            raise join(cast("GuardError", error)) from None
        raise error from error.__cause__


def drop_frames(error: BaseException) -> None:
    """Drop the frames of an exception and of those that it came from."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop()
        if not issubclass(type(one), BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        if issubclass(type(one), GuardError) or one.__suppress_context__:
            one.__context__ = None  # unseen in a print, and still in reach
        waiting += [one.__cause__, one.__context__, getattr(one, "original", None)]


def name_of(kind: type) -> str:
    """Return the name of a class, as `type` says it: a metaclass can say anything, or raise."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return name


def text_of(error: BaseException) -> str:
    """Return the text of an error; one that cannot be had is no text."""
    try:
        return str(error)
    except BaseException:
        return ""


def interrupt_of(error: BaseException) -> BaseException | None:
    """Return a new one of what ends the process, the coroutine or the task; None for a failure.

    It holds nothing of the step's but an exit's number. One with a text is a failure: its text is
    inspected. A cancellation's text is dropped.
    """
    kind = type(error)
    if issubclass(kind, SystemExit):
        code = SystemExit.__dict__["code"].__get__(error)
        return SystemExit(code) if code is None or type(code) is int else None
    if issubclass(kind, KeyboardInterrupt):
        return None if BaseException.__dict__["args"].__get__(error) else KeyboardInterrupt()
    if issubclass(kind, asyncio.CancelledError):
        return asyncio.CancelledError()
    return GeneratorExit() if issubclass(kind, GeneratorExit) else None
