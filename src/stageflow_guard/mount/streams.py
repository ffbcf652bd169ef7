"""What a stage says before it ends: tokens, transcripts, queues, channels, audio.

Text is released once no later text can change what was found in it; each way out is on record
before the first of it leaves, and again at the stage's end, with what was found.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.errors import GuardError, InspectorUnavailable, NotAuthenticated
from stageflow_guard.model import BYTES, Finding
from stageflow_guard.mount.errors import for_host
from stageflow_guard.ports import Streaming
from stageflow_guard.recorder import recorded
from stageflow_guard.statement import findings_note

if TYPE_CHECKING:
    from stageflow_guard.pep import PolicyEnforcementPoint
    from stageflow_guard.run import Permit, Run

TOKENS = ("send_token",)  # text, chunk by chunk
CALLS = ("send_transcript", "send_status")  # each call is whole
AUDIO = ("send_audio_chunk",)
QUEUES = ("llm_chunk_queue", "tts_text_queue")
BUSES = ("realtime_bus",)
WAYS = (*TOKENS, *CALLS, *AUDIO, *QUEUES, *BUSES)
MOST = 10_000  # chunks of one way that wait for inspection

Deliver = Callable[..., Awaitable[Any]]


def ways_of(ports: Any) -> tuple[str, ...]:
    """Return the ports through which something can leave before the stage ends."""
    return tuple(name for name in WAYS if getattr(ports, name, None) is not None)


class _Held:
    """The stream of an inspector that knows none: everything is held until the end."""

    def __init__(self, pep: PolicyEnforcementPoint, run: Run) -> None:
        self._pep, self._run = pep, run
        self._parts: list[str] = []
        self._found: tuple[Finding, ...] = ()

    async def feed(self, chunk: str) -> str:
        self._parts.append(chunk)
        return ""

    async def finish(self) -> str:
        inspector = self._pep.inspector
        if inspector is None or self._run.scope is None:
            raise InspectorUnavailable("nothing inspects this stream")
        whole, self._parts = "".join(self._parts), []
        text, self._found = await inspector.redact(whole, scope=self._run.scope, direction="output")
        return str(text)

    def found(self) -> tuple[Finding, ...]:
        found, self._found = self._found, ()
        return found


class Way:
    """One way out of one stage call. Chunks leave in the order in which they were given."""

    def __init__(self, outlets: Outlets, name: str) -> None:
        self._outlets = outlets
        self.name = name
        self._lock = asyncio.Lock()
        self._index: int | None = None  # of the record that it was opened with
        self._counts: dict[str, int] = {}
        self._waiting: set[asyncio.Task[Any]] = set()

    async def call(self, deliver: Deliver, *args: Any, **kwargs: Any) -> Any:
        """Inspect what one call says as a whole, then make it."""
        async with self._lock:
            given, found = await self._outlets.inspected([list(args), kwargs])
            self._count(found)
            await self._opened()
            return await deliver(*given[0], **given[1])

    def later(self, work: Awaitable[Any]) -> None:
        """Do `work` in turn, for callers that cannot wait."""
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
            task.exception()  # a refusal is on record and on the run; nobody waits to hear it

    async def settle(self) -> None:
        """Wait for what could not wait."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    async def end(self) -> None:
        """Release what is held."""

    def close(self, outcome: str) -> tuple[Finding, ...]:
        """Record how it ended; return what was found."""
        for task in self._waiting:
            task.cancel()
        found = tuple(Finding(e, n, "output") for e, n in sorted(self._counts.items()))
        if self._index is not None:
            self._outlets.record_end(self.name, self._index, outcome, found)
            self._index = None
        return found

    def _count(self, found: tuple[Finding, ...]) -> None:
        for one in found:
            self._counts[one.entity] = self._counts.get(one.entity, 0) + one.count

    async def _opened(self) -> None:
        """Return once it is on disk that this stage says something here."""
        if self._index is None:
            self._index = await self._outlets.record_start(self.name)


class TextWay(Way):
    """Text in chunks."""

    def __init__(self, outlets: Outlets, name: str, deliver: Deliver) -> None:
        super().__init__(outlets, name)
        self._deliver = deliver
        self._stream = outlets.stream()

    async def say(self, chunk: str) -> None:
        """Take a chunk; what is safe leaves."""
        async with self._lock:
            await self._release(self._stream.feed(chunk))

    async def put(self, item: Any) -> None:
        """Take what goes into a queue: text, or None, which ends a text; nothing else is safe."""
        if isinstance(item, str):
            await self.say(item)
            return
        async with self._lock:
            await self._release(self._stream.finish())
            if item is None:
                await self._opened()
                await self._deliver(None)
                return
            await self._outlets.refuse(
                InspectorUnavailable(
                    f"`{self.name}` takes text in chunks, not `{type(item).__name__}`: what is "
                    "split over objects cannot be inspected"
                )
            )

    async def end(self) -> None:
        """Release what is held."""
        async with self._lock:
            await self._release(self._stream.finish())

    async def _release(self, work: Awaitable[str]) -> None:
        text = await self._outlets.released(work, self._stream)
        self._count(self._outlets.taken)
        if text:
            await self._opened()
            await self._deliver(text)


class AudioWay(Way):
    """Bytes in chunks: where policy lets them pass; on record by length and digest."""

    def __init__(self, outlets: Outlets, name: str, deliver: Deliver) -> None:
        super().__init__(outlets, name)
        self._deliver = deliver
        self._digest = hashlib.sha256()
        self._size = 0

    async def say(self, chunk: Any, *rest: Any, **named: Any) -> Any:
        """Pass one chunk on; what stands beside it is inspected."""
        if not isinstance(chunk, bytes | bytearray | memoryview):
            return await self.call(self._deliver, chunk, *rest, **named)
        async with self._lock:
            data = bytes(chunk)
            if self._index is None:
                await self._outlets.require_bytes(len(data), hashlib.sha256(data).hexdigest())
            given, found = await self._outlets.inspected([list(rest), named])
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


class _Queue:
    """A queue whose way in is inspected; everything else is the application's own."""

    def __init__(self, inner: Any, way: TextWay) -> None:
        self._inner, self._way = inner, way

    async def put(self, item: Any) -> bool:
        """Take an item, behind those that could not wait."""
        await self._way.settle()
        await self._way.put(item)
        return True

    def put_nowait(self, item: Any) -> None:
        """Take an item; it arrives when it was inspected."""
        self._way.later(self._way.put(item))

    async def close(self) -> Any:
        """Release what is held, then close."""
        await self._way.settle()
        await self._way.end()
        return await _awaited(self._inner.close())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __len__(self) -> int:
        return len(self._inner)

    def __aiter__(self) -> Any:
        return self._inner.__aiter__()


class _Bus:
    """Named channels whose ways in are inspected."""

    def __init__(self, inner: Any, outlets: Outlets, name: str) -> None:
        self._inner, self._outlets, self._name = inner, outlets, name

    async def channel(self, name: str, **options: Any) -> _Queue:
        """Return the guarded queue of a channel."""
        return self._outlets.queue(
            f"{self._name}:{name}", await self._inner.channel(name, **options)
        )

    async def publish(self, channel: str, item: Any) -> bool:
        """Say something on a channel."""
        return await (await self.channel(channel)).put(item)

    async def close_channel(self, channel: str) -> None:
        """Release what is held, then close."""
        await self._outlets.end_of(f"{self._name}:{channel}")
        await self._inner.close_channel(channel)

    async def close_all(self) -> None:
        """Release what is held, then close."""
        await self._outlets.end_of(f"{self._name}:")
        await self._inner.close_all()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


async def _awaited(answer: Any) -> Any:
    return await answer if hasattr(answer, "__await__") else answer


class Outlets:
    """All ways out of one stage call: made with its permit, closed with its effect."""

    def __init__(self, pep: PolicyEnforcementPoint, run: Run, permit: Permit) -> None:
        self._pep, self._run, self._permit = pep, run, permit
        self._ways: dict[str, Way] = {}
        self._things: dict[str, Any] = {}
        self.taken: tuple[Finding, ...] = ()
        self._over = False

    def port(self, name: str, inner: Any) -> Any:
        """Return the guarded form of one port, the same one each time."""
        known = self._things.get(name)
        if known is not None:
            return known
        made: Any
        if name in TOKENS:
            made = self._text(name, inner).say
        elif name in AUDIO:
            audio = self._ways[name] = AudioWay(self, name, inner)
            made = audio.say
        elif name in CALLS:
            way = self._ways[name] = Way(self, name)

            async def made(*args: Any, **kwargs: Any) -> Any:
                return await way.call(inner, *args, **kwargs)

        elif name in QUEUES:
            return self.queue(name, inner)
        else:
            made = _Bus(inner, self, name)
        self._things[name] = made
        return made

    def queue(self, name: str, inner: Any) -> _Queue:
        """Return the guarded form of a queue, the same one each time."""
        known: _Queue | None = self._things.get(name)
        if known is None:
            known = self._things[name] = _Queue(
                inner, self._text(name, lambda item: _awaited(inner.put(item)))
            )
        return known

    def _text(self, name: str, deliver: Deliver) -> TextWay:
        way = self._ways[name] = TextWay(self, name, deliver)
        return way

    # -- the end of the stage ------------------------------------------------------------------

    async def end_of(self, prefix: str) -> None:
        """Release what the ways of that name hold."""
        for name, way in list(self._ways.items()):
            if name == prefix or (prefix.endswith(":") and name.startswith(prefix)):
                await way.settle()
                await way.end()

    async def finish(self) -> None:
        """Release what every way holds: the stage has ended well."""
        try:
            async with asyncio.timeout(self._pep.patience):
                for way in list(self._ways.values()):
                    await way.settle()
                    await way.end()
        except GuardError:
            raise
        except Exception:  # nobody reads the queue, or the application's callback failed
            await self.refuse(InspectorUnavailable("what a stream held could not be delivered"))

    def close(self, outcome: str) -> tuple[Finding, ...]:
        """Let nothing more out, record how each way ended; return what was found in all."""
        self._over = True
        counts: dict[str, int] = {}
        for way in self._ways.values():
            for one in way.close(outcome):
                counts[one.entity] = counts.get(one.entity, 0) + one.count
        return tuple(Finding(e, n, "output") for e, n in sorted(counts.items()))

    # -- what the ways ask for -----------------------------------------------------------------

    def stream(self) -> Any:
        """Return a stream in the run's scope."""
        inspector, scope = self._pep.inspector, self._run.scope
        if isinstance(inspector, Streaming) and scope is not None:
            return inspector.stream(scope, "output")
        return _Held(self._pep, self._run)

    async def inspected(self, value: Any) -> tuple[Any, tuple[Finding, ...]]:
        """Return what one call says, redacted."""
        await self._open()
        try:
            return await self._pep.inspect(
                self._run, value, direction="output", stage=self._permit.stage
            )
        except GuardError as error:
            raise for_host(error) from None

    async def released(self, work: Awaitable[str], stream: Any) -> str:
        """Return what may leave now; what was found in it is in `taken`."""
        self.taken = ()
        try:
            await self._open()
        except GuardError:
            work.close()  # type: ignore[attr-defined]  # a coroutine
            raise
        try:
            text = await work
            found = stream.found()
            if found:
                self._pep.said(self._run, self._permit.stage, found)
            self.taken = found
            return text
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable("a stream could not be inspected")
        await self.refuse(error)

    async def require_bytes(self, size: int, digest: str) -> None:
        """Refuse unless policy lets bytes pass at this stage."""
        blob = Finding(f"{BYTES}{size}:sha256:{digest}", 1, "output")
        try:
            self._pep.require_bytes(self._run, self._permit.stage, (blob,))
        except GuardError as error:
            await self.refuse(error)

    async def record_start(self, name: str) -> int:
        """Return the index of the record that something leaves here; it is durable."""
        return await self._pep.note(
            self._run, kind="decision", stage=self._permit.stage, step="inspect_output",
            action="stream", resource=f"port:{name}", decision="permit", reason="permitted",
            obligations=["redact"], evaluation="ok",
        )  # fmt: skip

    def record_end(self, name: str, index: int, outcome: str, found: tuple[Finding, ...]) -> None:
        """Record how a way ended, and what was found in all that was said."""
        record = recorded(
            self._run, kind="effect", stage=self._permit.stage, action="stream",
            resource=f"port:{name}", outcome=outcome, decision_index=index,
            findings=findings_note(found),
        )  # fmt: skip
        self._pep.recorder.take(record, self._run)

    async def refuse(self, error: GuardError) -> NoReturn:
        """Record and raise a refusal."""
        try:
            await self._pep.refuse(
                error, run=self._run, stage=self._permit.stage, step="inspect_output",
                decision=getattr(error, "decision", None),
            )  # fmt: skip
        except GuardError as refused:
            raise for_host(refused) from None

    async def _open(self) -> None:
        if self._over or self._run.over:
            await self.refuse(
                NotAuthenticated("run_closed", "the stage is over; nothing more leaves it")
            )


class StagePorts:
    """The run's ports, with this stage's own ways out."""

    __slots__ = ("_inner", "_outlets")

    def __init__(self, inner: Any, outlets: Outlets) -> None:
        self._inner = inner
        self._outlets = outlets

    def __getattr__(self, name: str) -> Any:
        """Return a port; one that lets something out comes guarded."""
        value = getattr(self._inner, name)
        return self._outlets.port(name, value) if name in WAYS and value is not None else value
