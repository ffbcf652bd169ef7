"""What a stage says before it ends: tokens, transcripts, queues, channels, audio.

Text is released once no later text can change what was found in it; each way out is on record
before the first of it leaves, and again at the stage's end, with what was found.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from weakref import WeakKeyDictionary

from stageflow_guard.enforcement.recorder import recorded
from stageflow_guard.enforcement.records import findings_note, resource_name
from stageflow_guard.errors import (
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.hosts.stageflow.channels import AudioWay, TextWay, Way
from stageflow_guard.hosts.stageflow.errors import for_host
from stageflow_guard.hosts.stageflow.queues import GuardedBus, GuardedQueue, awaited
from stageflow_guard.model import BYTES, Finding
from stageflow_guard.ports import Streaming

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.hosts.stageflow.channels import Deliver

TOKENS = ("send_token",)  # text, chunk by chunk
CALLS = ("send_transcript", "send_status")  # each call is whole
AUDIO = ("send_audio_chunk",)
QUEUES = ("llm_chunk_queue", "tts_text_queue")
BUSES = ("realtime_bus",)
WAYS = (*TOKENS, *CALLS, *AUDIO, *QUEUES, *BUSES)


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


class _Call(NamedTuple):
    """Whose ways out they are."""

    pep: PolicyEnforcementPoint
    run: Run
    permit: Permit


class Outlets:
    """All ways out of one stage call: made with its permit, closed with its effect."""

    def __init__(self, pep: PolicyEnforcementPoint, run: Run, permit: Permit) -> None:
        _CALLS[self] = _Call(pep, run, permit)
        self._ways: dict[str, Way] = {}
        self._things: dict[str, Any] = {}
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
            made = GuardedBus(inner, self, name)
        self._things[name] = made
        return made

    def queue(self, name: str, inner: Any) -> GuardedQueue:
        """Return the guarded form of a queue, the same one each time."""
        known: GuardedQueue | None = self._things.get(name)
        if known is None:
            known = self._things[name] = GuardedQueue(
                inner, self._text(name, lambda item: awaited(inner.put(item)))
            )
        return known

    def _text(self, name: str, deliver: Deliver) -> TextWay:
        way = self._ways[name] = TextWay(self, name, deliver)
        return way

    # -- the end of the stage ------------------------------------------------------------------

    async def end_of(self, prefix: str, *, all_of_them: bool = False) -> None:
        """Release what the way of that name holds, or all whose names begin so."""
        for name, way in list(self._ways.items()):
            if name == prefix or (all_of_them and name.startswith(prefix)):
                await way.settle()
                await way.end()

    async def finish(self) -> None:
        """Release what every way holds: the stage has ended well."""
        if not self._things or self._over:  # the run has ended before: nobody is there to hear it
            return
        try:
            await asyncio.sleep(0)  # a call that was made a task begins
            async with asyncio.timeout(_CALLS[self].pep.patience):
                for way in list(self._ways.values()):
                    await way.settle()
                    await way.end()
        except GuardError:
            raise
        except Exception:  # nobody reads the queue, or the application's callback failed
            await self.refuse(InspectorUnavailable("what a stream held could not be delivered"))

    async def cease(self) -> None:
        """Let nothing more out; return once each record that is being written has its index."""
        self._over = True
        if opening := self.opening():
            await asyncio.wait(opening, timeout=_CALLS[self].pep.patience)

    def opening(self) -> list[asyncio.Task[int]]:
        """Return what still writes the record that a way was opened with."""
        return [task for way in self._ways.values() if (task := way.opening) is not None]

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
        pep, run, _ = _CALLS[self]
        if isinstance(pep.inspector, Streaming) and run.scope is not None:
            return pep.inspector.stream(run.scope, "output")
        return _Held(pep, run)

    async def inspected(self, value: Any) -> tuple[Any, tuple[Finding, ...]]:
        """Return what one call says, redacted."""
        await self.require_open()
        pep, run, permit = _CALLS[self]
        try:
            return await pep.inspect(run, value, direction="output", stage=permit.stage)
        except GuardError as error:
            raise for_host(error) from None

    async def released(
        self, work: Callable[..., Awaitable[str]], *chunk: str, stream: Any
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return what may leave now, and what was found in it."""
        pep, run, permit = _CALLS[self]
        await self.require_open()
        try:
            text = await work(*chunk)
            found = stream.found()
            if found:
                pep.said(run, permit.stage, found)
            return text, found
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable("a stream could not be inspected")
        await self.refuse(error)

    async def require_bytes(self, size: int, digest: str) -> None:
        """Refuse unless policy lets bytes pass at this stage."""
        pep, run, permit = _CALLS[self]
        blob = Finding(f"{BYTES}{size}:sha256:{digest}", 1, "output")
        try:
            pep.require_bytes(run, permit.stage, (blob,))
        except GuardError as error:
            await self.refuse(error)

    async def require_clean(self, name: object) -> None:
        """Refuse a name with personal data in it: names go on record, and others hear them."""
        if type(name) is not str:
            await self.refuse(InspectorUnavailable("the name of a channel is no string"))
        _, found = await self.inspected(name)
        if found:
            await self.refuse(
                ContentBlocked(found, "the name of a channel holds personal data: use an id")
            )

    async def record_start(self, name: str) -> int:
        """Return the index of the record that something leaves here; it is durable."""
        pep, run, permit = _CALLS[self]
        return await pep.note(
            run, kind="decision", stage=permit.stage, step="inspect_output",
            action="stream", resource=resource_name("port", name), decision="permit",
            reason="permitted", obligations=["redact"], evaluation="ok",
        )  # fmt: skip

    def record_end(self, name: str, index: int, outcome: str, found: tuple[Finding, ...]) -> None:
        """Record how a way ended, and what was found in all that was said."""
        pep, run, permit = _CALLS[self]
        record = recorded(
            run, kind="effect", stage=permit.stage, action="stream",
            resource=resource_name("port", name), outcome=outcome, decision_index=index,
            findings=findings_note(found),
        )  # fmt: skip
        pep.recorder.take(record, run)

    async def refuse(self, error: GuardError) -> NoReturn:
        """Record and raise a refusal."""
        pep, run, permit = _CALLS[self]
        try:
            await pep.refuse(
                error, run=run, stage=permit.stage, step="inspect_output",
                decision=getattr(error, "decision", None),
            )  # fmt: skip
        except GuardError as refused:
            raise for_host(refused) from None

    async def require_open(self) -> None:
        """Raise unless the stage may still say something: nothing leaves a run that is refused.

        Who speaks too late is refused on record; the run, in which nothing came of it, goes on.
        """
        pep, run, permit = _CALLS[self]
        if self._over or run.over:
            who = {k: v for k, v in run.common.items() if k not in ("run", "pipeline")}
            try:
                await pep.refuse(
                    NotAuthenticated("run_closed", "the stage is over; nothing more leaves it"),
                    run=run.id, pipeline=run.pipeline, stage=permit.stage, step="inspect_output",
                    **who,
                )  # fmt: skip
            except GuardError as late:
                raise for_host(late) from None
        if run.refusal is not None:
            raise for_host(run.refusal) from None


# Who is calling and what was replaced hangs on a run, and every stage holds its ways out: so the
# run is no attribute of them.
_CALLS: WeakKeyDictionary[Outlets, _Call] = WeakKeyDictionary()


class StagePorts:
    """The run's ports, with this stage's own ways out."""

    __slots__ = ("_inner", "_outlets")

    def __init__(self, inner: Any, outlets: Outlets) -> None:
        self._inner = inner
        self._outlets = outlets

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying."""
        raise TypeError("the ports of a stage are its own; they cannot be copied")

    def __getattr__(self, name: str) -> Any:
        """Return a port; one that lets something out comes guarded."""
        value = getattr(self._inner, name)
        return self._outlets.port(name, value) if name in WAYS and value is not None else value
