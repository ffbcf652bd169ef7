"""What begins on another thread is either handed over or undone, cancelled or not."""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


async def made_or_undone(make: Callable[[], T], undo: Callable[[T], Awaitable[object]]) -> T:
    """Return what `make` returns on another thread; raise what it raises.

    A thread cannot be interrupted. Cancelled meanwhile, this waits for it, awaits `undo` of what
    it made, and is cancelled only then: nobody else would close it.
    """
    # no task: a loop that ends cancels every task, and would lose what the thread still makes
    making = asyncio.get_running_loop().run_in_executor(None, copy_context().run, make)
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        await _to_its_end(making)
        if not making.cancelled() and making.exception() is None:
            undoing = asyncio.ensure_future(_awaited(undo(making.result())))
            await _to_its_end(undoing)
            if not undoing.cancelled():
                undoing.exception()  # what it says is of no use to who was cancelled
        raise


async def _awaited(work: Awaitable[object]) -> None:
    await work


async def _to_its_end(work: asyncio.Future[Any]) -> None:
    """Wait until `work` is done, however often this is cancelled."""
    while not work.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([work])
