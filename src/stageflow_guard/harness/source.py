"""Inputs one at a time, numbered, from any iterable: whoever takes one is the one that waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence

from stageflow_guard.harness.inputs import Input

Source = Iterable[Input | str] | AsyncIterable[Input | str]
_END = object()


class NumberedSource:
    """Hands out inputs in order; safe for several tasks. A slow iterable is read off the loop."""

    def __init__(self, inputs: Source) -> None:
        self._sync: Iterator[Input | str] | None = None
        self._async: AsyncIterator[Input | str] | None = None
        if isinstance(inputs, AsyncIterable):
            self._async = aiter(inputs)
        else:
            self._sync = iter(inputs)
        self._ready = isinstance(inputs, Sequence)
        self._lock = asyncio.Lock()
        self._count = 0

    async def take(self) -> tuple[int, Input] | None:
        """Return the next input and its number, from 1; None at the end."""
        async with self._lock:
            found = await self._next()
            if found is _END:
                return None
            self._count += 1
            given = found if isinstance(found, Input) else Input(str(found), {}, self._count)
            return self._count, given

    async def _next(self) -> object:
        if self._async is not None:
            return await anext(self._async, _END)
        assert self._sync is not None  # noqa: S101 - one of the two is there
        if self._ready:
            return next(self._sync, _END)
        return await asyncio.to_thread(next, self._sync, _END)
