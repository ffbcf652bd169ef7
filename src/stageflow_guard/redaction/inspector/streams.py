"""Streams off the event loop, in the inspector's scope and under policy's say."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from stageflow_guard.redaction.text.stream import Stream
    from stageflow_guard.redaction.vault.restore_stream import Restoring


class OffLoopStream:
    """Text in, in chunks; out comes what no later text can change, redacted. One caller at a time.

    Raises `ContentBlocked` where policy says that a find blocks, `InspectorUnavailable` when a
    chunk cannot be inspected; then nothing more comes out.
    """

    def __init__(
        self, stream: Stream, threads: Executor, *, deadline: float, direction: str
    ) -> None:
        self._stream = stream
        self._threads = threads
        self._deadline = deadline
        self._direction = direction
        self._broken = False

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what may be released now, often nothing."""
        if type(chunk) is not str:
            raise InspectorUnavailable("a stream takes text")
        if not self._broken and self._stream.waits(chunk):
            return await self._call(chunk, None)
        return await self._call(chunk, self._threads)

    async def finish(self) -> str:
        """Return the rest."""
        return await self._call(None, self._threads)

    def found(self) -> tuple[Finding, ...]:
        """Return what was replaced since the last call."""
        counts = Counter(span.entity for span in self._stream.found())
        return tuple(Finding(e, n, self._direction) for e, n in sorted(counts.items()))

    async def _call(self, chunk: str | None, where: Executor | None) -> str:
        if self._broken:
            raise InspectorUnavailable("the stream has failed before")
        try:
            if where is None and chunk is not None:
                return self._stream.feed(chunk)
            async with asyncio.timeout(self._deadline):
                work: Callable[..., str] = (
                    self._stream.finish if chunk is None else self._stream.feed
                )
                args: tuple[Any, ...] = () if chunk is None else (chunk,)
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(where, work, *args)
        except BaseException as error:  # a cancelled call has taken the chunk, and may not answer
            self._broken = True
            if isinstance(error, GuardError) or not isinstance(error, Exception):
                raise
        raise InspectorUnavailable("the stream could not be inspected")


class OffLoopRestoring:
    """Text with placeholders in, in chunks; out comes the text with the originals."""

    def __init__(self, stream: Restoring, threads: Executor, *, deadline: float) -> None:
        self._stream = stream
        self._threads = threads
        self._deadline = deadline

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change."""
        return await self._call(self._stream.feed, chunk)

    async def finish(self) -> str:
        """Return the rest."""
        return await self._call(self._stream.finish)

    async def _call(self, work: Callable[..., str], *args: str) -> str:
        try:
            async with asyncio.timeout(self._deadline):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, work, *args)
        except GuardError:
            raise
        except Exception:
            raise InspectorUnavailable("the stream could not be restored") from None
