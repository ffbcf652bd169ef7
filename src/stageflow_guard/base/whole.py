"""What begins on another thread is either handed over or undone, cancelled or not."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from stageflow_guard.base.deadline import to_its_end

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
    if not await to_its_end(making):
        return making.result()
    if not making.cancelled() and making.exception() is None:
        undoing = asyncio.ensure_future(undo(making.result()))
        await to_its_end(undoing)
        if not undoing.cancelled():
            undoing.exception()  # what it says is of no use to who was cancelled
    raise asyncio.CancelledError
