"""Streams off the event loop, in the inspector's scope and under policy's say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.redaction.text.stream import Stream
    from stageflow_guard.redaction.vault.restore_stream import Restoring


class Lane(Protocol):
    """Where the work of one tenant is done; `size` is the characters that it reads."""

    async def __call__(self, size: int, work: Callable[[], str]) -> str:
        """Return what `work` returns, within a deadline of the lane's own."""
        ...


class OffLoopStream:
    """Text in, in chunks; out comes what no later text can change, redacted. One caller at a time.

    Raises `ContentBlocked` where policy says that a find blocks, `InspectorUnavailable` when a
    chunk cannot be inspected; then nothing more comes out.
    """

    def __init__(self, stream: Stream, lane: Lane, *, direction: str) -> None:
        self._stream = stream
        self._lane = lane
        self._direction = direction
        self._broken = False

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what may be released now, often nothing."""
        if type(chunk) is not str:
            raise InspectorUnavailable("a stream takes text")
        if not self._broken and self._stream.waits(chunk):
            return await self._call(lambda: self._stream.feed(chunk), None)
        size = self._stream.reads + len(chunk)
        return await self._call(lambda: self._stream.feed(chunk), size)

    async def finish(self) -> str:
        """Return the rest."""
        return await self._call(self._stream.finish, self._stream.reads)

    def found(self) -> tuple[Finding, ...]:
        """Return what was replaced since the last call."""
        counts = Counter(span.entity for span in self._stream.found())
        return tuple(Finding(e, n, self._direction) for e, n in sorted(counts.items()))

    async def _call(self, work: Callable[[], str], size: int | None) -> str:
        if self._broken:
            raise InspectorUnavailable("the stream has failed before")
        try:
            return work() if size is None else await self._lane(size, work)
        except BaseException as error:  # a cancelled call has taken the chunk, and may not answer
            self._broken = True
            if isinstance(error, GuardError) or not isinstance(error, Exception):
                raise
        raise InspectorUnavailable("the stream could not be inspected")


class OffLoopRestoring:
    """Text with placeholders in, in chunks; out comes the text with the originals."""

    def __init__(self, stream: Restoring, lane: Lane) -> None:
        self._stream = stream
        self._lane = lane

    async def feed(self, chunk: str) -> str:
        """Take a chunk; return what no later text can change."""
        if type(chunk) is not str:
            raise InspectorUnavailable("a stream takes text")
        size = self._stream.reads + len(chunk)
        return await self._call(size, lambda: self._stream.feed(chunk))

    async def finish(self) -> str:
        """Return the rest."""
        return await self._call(self._stream.reads, self._stream.finish)

    async def _call(self, size: int, work: Callable[[], str]) -> str:
        try:
            return await self._lane(size, work)
        except GuardError:
            raise
        except Exception:
            raise InspectorUnavailable("the stream could not be restored") from None
