"""A deadline that costs nothing until something has to be waited for."""

from __future__ import annotations

import asyncio
import time
import types
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Generator

T = TypeVar("T")


@types.coroutine
def _resume(work: Coroutine[Any, Any, T], waiting_for: Any) -> Generator[Any, Any, T]:
    """Go on with a coroutine that was already stepped once and waits for `waiting_for`."""
    try:
        while True:
            try:
                sent = yield waiting_for
            except GeneratorExit:
                work.close()
                raise
            except BaseException as exc:  # cancellation and everything else belongs inside
                waiting_for = work.throw(exc)
            else:
                waiting_for = work.send(sent)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # PEP 380: the value of the coroutine


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; raise `TimeoutError` after `seconds` of waiting.

    Like `asyncio.timeout`, which costs six microseconds a use: most calls on the allow path
    answer from a cache without waiting at all, so the timer is set only when one does wait.
    """
    try:
        waiting_for = work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    async with asyncio.timeout(seconds):
        return await _resume(work, waiting_for)


def answered(seconds: float, work: Awaitable[T]) -> Coroutine[Any, Any, T]:
    """Return, to be awaited, what any awaitable gives, as `within` does for coroutines."""
    if hasattr(work, "send"):
        return within(seconds, work)  # type: ignore[arg-type]  # a coroutine, by its `send`
    return _awaited(seconds, work)


async def _awaited(seconds: float, work: Awaitable[T]) -> T:
    async with asyncio.timeout(seconds):
        return await work


async def completed(seconds: float, work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """Return what `work` returns, and whether the caller was cancelled meanwhile.

    The caller MUST then raise `CancelledError`. Raises `TimeoutError` after `seconds`; what is
    under way then goes on by itself.
    """
    try:
        waiting_for = work.send(None)
    except StopIteration as done:
        return done.value, False
    return await resumed(seconds, work, waiting_for)


async def resumed(seconds: float, work: Coroutine[Any, Any, T], waiting_for: Any) -> tuple[T, bool]:
    """Go on as `completed` does with `work`, which was stepped once and waits for `waiting_for`."""

    async def rest() -> T:
        return await _resume(work, waiting_for)

    task = asyncio.ensure_future(rest())
    task.add_done_callback(lambda t: t.cancelled() or t.exception())  # read, should no caller wait
    until, cancelled = time.monotonic() + seconds, False
    while not task.done():
        try:
            await asyncio.wait({task}, timeout=max(0.0, until - time.monotonic()))
        except asyncio.CancelledError:
            cancelled = True
        if not task.done() and time.monotonic() >= until:
            raise TimeoutError
    return task.result(), cancelled


async def uninterrupted(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns, even when the caller is cancelled meanwhile; then be cancelled.

    Raises `TimeoutError` after `seconds`; what is under way then goes on by itself.
    """
    result, cancelled = await completed(seconds, work)
    if cancelled:
        raise asyncio.CancelledError
    return result


async def shielded(work: Awaitable[Any]) -> None:
    """Await `work` to its end, even when the caller is cancelled meanwhile; then be cancelled."""
    task = asyncio.ensure_future(work)
    cancelled = await to_its_end(task)
    task.result()
    if cancelled:
        raise asyncio.CancelledError


async def to_its_end(work: asyncio.Future[Any]) -> bool:
    """Wait until `work` is done, however often the caller is cancelled; return whether it was.

    The caller MUST then raise `CancelledError`.
    """
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    return cancelled
