"""One channel out of one step: what is given there is inspected, on record, then delivered.

A step holds these objects, so nothing of the run hangs on them: neither who is calling nor what
was replaced. `StepEgress` answers for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, Protocol
from weakref import WeakKeyDictionary

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.model import BYTES, Finding
from stageflow_guard.redaction.values.leaves import BLOBS

MOST = 10_000  # chunks of one channel that wait for inspection

Deliver = Callable[..., Awaitable[Any]]


class Egress(Protocol):
    """What a channel asks of its step; `StepEgress` is one."""

    async def inspected(self, value: Any) -> tuple[Any, tuple[Finding, ...]]:
        """Return what one call gives, redacted."""
        ...

    async def released(
        self, work: Callable[..., Awaitable[str]], *chunk: str, stream: Any
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return what may leave now, and what was found in it."""
        ...

    async def require_open(self) -> None:
        """Raise unless the step may still give something."""
        ...

    async def require_bytes(self, size: int, digest: str) -> None:
        """Refuse unless policy lets bytes pass at this step."""
        ...

    async def record_start(self, name: str) -> int:
        """Return the index of the record that something leaves here; it is durable."""
        ...

    def record_end(self, name: str, index: int, outcome: str, found: tuple[Finding, ...]) -> None:
        """Record how a channel ended."""
        ...

    async def refuse(self, error: GuardError) -> NoReturn:
        """Record and raise a refusal."""
        ...

    def stream(self) -> Any:
        """Return a stream in the run's scope."""
        ...


class Channel:
    """One channel out of one step. Chunks leave in the order in which they were given."""

    def __init__(self, egress: Egress, name: str) -> None:
        self._egress = egress
        self.name = name
        self._lock = asyncio.Lock()
        self._opening: asyncio.Task[int] | None = None  # the record that it was opened with
        self._closed = False
        self._counts: dict[str, int] = {}
        self._waiting: set[asyncio.Task[Any]] = set()

    async def call(self, deliver: Deliver, *args: Any, **kwargs: Any) -> Any:
        """Inspect what one call says as a whole, then make it."""
        async with self._lock:
            given, found = await self._egress.inspected([list(args), kwargs])
            self._count(found)
            await self._opened()
            return await deliver(*given[0], **given[1])

    def submit(self, work: Awaitable[Any]) -> None:
        """Queue `work` for sequential execution; used by the synchronous `put_nowait`."""
        if len(self._waiting) >= MOST:
            if hasattr(work, "close"):
                work.close()
            raise asyncio.QueueFull
        task = asyncio.ensure_future(work)
        self._waiting.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[Any]) -> None:
        self._waiting.discard(task)
        if not task.cancelled():
            task.exception()  # a refusal is on record and on the run

    async def drain(self) -> None:
        """Wait for what was submitted."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    async def end(self) -> None:
        """Return once what was begun is said, and release what is held."""
        async with self._lock:  # behind every caller that waits for it
            pass

    @property
    def pending_start(self) -> asyncio.Task[int] | None:
        """What writes the record that something leaves here, while it is under way."""
        task = self._opening
        return task if task is not None and not task.done() else None

    def close(self, outcome: str) -> tuple[Finding, ...]:
        """Record how it ended; return what was found."""
        for task in self._waiting:
            task.cancel()
        found = tuple(Finding(e, n, "output") for e, n in sorted(self._counts.items()))
        opening, closed, self._closed = self._opening, self._closed, True
        if closed or opening is None:
            return found
        if opening.done():
            self._ended(opening, outcome, found)
        else:  # its caller was cancelled more than once
            opening.add_done_callback(lambda done: self._at_last(done, outcome, found))
        return found

    def _ended(self, opening: asyncio.Task[int], outcome: str, found: tuple[Finding, ...]) -> None:
        if _succeeded(opening):
            self._egress.record_end(self.name, opening.result(), outcome, found)

    def _at_last(
        self, opening: asyncio.Task[int], outcome: str, found: tuple[Finding, ...]
    ) -> None:
        with contextlib.suppress(GuardError):  # the run knows
            self._ended(opening, outcome, found)

    def _count(self, found: tuple[Finding, ...]) -> None:
        for one in found:
            self._counts[one.entity] = self._counts.get(one.entity, 0) + one.count

    async def _opened(self) -> None:
        """Return once it is on disk that this stage says something here, while it still may.

        Writing goes on when the caller is cancelled: a record that is there has to get its end.
        """
        if self._opening is None:
            await self._egress.require_open()
            self._opening = asyncio.ensure_future(self._egress.record_start(self.name))
            self._opening.add_done_callback(_succeeded)
        await asyncio.shield(self._opening)
        await self._egress.require_open()  # inspection and the record took their time


class TextChannel(Channel):
    """Text in chunks."""

    def __init__(self, egress: Egress, name: str, deliver: Deliver) -> None:
        super().__init__(egress, name)
        self._deliver = deliver
        _STREAMS[self] = egress.stream()

    async def send(self, chunk: str) -> None:
        """Take a chunk; what is safe leaves."""
        async with self._lock:
            await self._release(_STREAMS[self].feed, chunk)

    async def put(self, item: Any) -> None:
        """Take what goes into a queue: text, or None, which ends a text; nothing else is safe."""
        if issubclass(type(item), str):  # `isinstance` would ask the object itself
            await self.send(str.__str__(item))  # nothing that a subclass holds or says
            return
        async with self._lock:
            await self._release(_STREAMS[self].finish)
            if item is None:
                await self._opened()
                await self._deliver(None)
                return
            await self._egress.refuse(
                InspectorUnavailable(
                    f"`{self.name}` takes text in chunks, nothing else: what is split over objects "
                    "cannot be inspected"
                )
            )

    async def end(self) -> None:
        """Return once what was begun is said, and release what is held."""
        async with self._lock:
            await self._release(_STREAMS[self].finish)

    async def _release(self, work: Callable[..., Awaitable[str]], *chunk: str) -> None:
        text, found = await self._egress.released(work, *chunk, stream=_STREAMS[self])
        self._count(found)
        if text:
            await self._opened()
            await self._deliver(text)


# They hold the originals of the run's scope, and every stage holds its channels: so no attribute.
_STREAMS: WeakKeyDictionary[TextChannel, Any] = WeakKeyDictionary()


class AudioChannel(Channel):
    """Bytes in chunks: where policy lets them pass; on record by length and digest."""

    def __init__(self, egress: Egress, name: str, deliver: Deliver) -> None:
        super().__init__(egress, name)
        self._deliver = deliver
        self._digest = hashlib.sha256()
        self._size = 0

    async def send(self, chunk: Any, *rest: Any, **named: Any) -> Any:
        """Pass one chunk on; what stands beside it is inspected."""
        if not issubclass(type(chunk), BLOBS):  # `isinstance` would ask the object itself
            return await self.call(self._deliver, chunk, *rest, **named)
        async with self._lock:
            data = memoryview(chunk).tobytes()  # nothing that a subclass holds or says
            if self._opening is None:
                await self._egress.require_bytes(len(data), hashlib.sha256(data).hexdigest())
            given, found = await self._egress.inspected([list(rest), named])
            self._count(found)
            await self._opened()
            self._digest.update(data)
            self._size += len(data)
            return await self._deliver(data, *given[0], **given[1])

    def close(self, outcome: str) -> tuple[Finding, ...]:
        """Record how it ended: all of it, by length and digest."""
        if self._size:
            self._counts[f"{BYTES}{self._size}:sha256:{self._digest.hexdigest()}"] = 1
        return super().close(outcome)


def _succeeded(task: asyncio.Task[int]) -> bool:
    return not task.cancelled() and task.exception() is None
