"""What a step gives before it ends: tokens, transcripts, queues, channels, audio.

Text is released once no later text can change what was found in it. Each channel is on record
before its first chunk leaves, and again at the step's end, with what was found.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar
from weakref import WeakKeyDictionary

from stageflow_guard.enforcement.answers import (
    chunk_from,
    findings_from,
    redaction_from,
    scope_from,
)
from stageflow_guard.enforcement.channels import AudioChannel, Channel, TextChannel
from stageflow_guard.enforcement.recorder import new_record
from stageflow_guard.enforcement.records import findings_note, resource_name
from stageflow_guard.errors import (
    AccessDenied,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.model import BYTES, Finding

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.enforcement.channels import Deliver
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit, Run


C = TypeVar("C", bound=Channel)


class _Held:
    """The stream of an inspector that has none: everything is held until the end."""

    def __init__(self, pep: PolicyEnforcementPoint, run: Run) -> None:
        self._pep, self._run = pep, run
        self._parts: list[str] = []
        self._found: tuple[Finding, ...] = ()

    async def feed(self, chunk: str) -> str:
        self._parts.append(chunk)
        return ""

    async def finish(self) -> str:
        whole, self._parts = "".join(self._parts), []
        scope = scope_from(self._run.scope)
        answer = await self._pep.inspected(
            self._pep.inspector.redact(whole, scope=scope, direction="output")
        )
        text, self._found = redaction_from(answer, whole)
        return chunk_from(text)

    def found(self) -> tuple[Finding, ...]:
        found, self._found = self._found, ()
        return found


class _Call(NamedTuple):
    """Whose channels they are."""

    pep: PolicyEnforcementPoint
    run: Run
    permit: Permit
    join: Callable[[GuardError], GuardError]


class StepEgress:
    """All channels out of one step: made with its permit, closed with its effect.

    `join` makes a guard error one that the host lets through.
    """

    def __init__(
        self, pep: PolicyEnforcementPoint, run: Run, permit: Permit,
        join: Callable[[GuardError], GuardError],
    ) -> None:  # fmt: skip
        _CALLS[self] = _Call(pep, run, permit, join)
        self._channels: dict[str, Channel] = {}
        self._over = False
        self._closed = False

    def text(self, name: str, deliver: Deliver) -> TextChannel:
        """Return the channel of a text that is given chunk by chunk."""
        return self._kept(name, TextChannel(self, name, deliver))

    def calls(self, name: str) -> Channel:
        """Return a channel of calls, each inspected as a whole."""
        return self._kept(name, Channel(self, name))

    def audio(self, name: str, deliver: Deliver) -> AudioChannel:
        """Return a channel of bytes."""
        return self._kept(name, AudioChannel(self, name, deliver))

    def _kept(self, name: str, channel: C) -> C:
        if not self._closed:
            self._channels[name] = channel
        return channel

    # -- the end of the stage ------------------------------------------------------------------

    async def end_of(self, prefix: str, *, all_of_them: bool = False) -> None:
        """Release what the channel of that name holds, or all whose names begin so."""
        for name, channel in list(self._channels.items()):
            if name == prefix or (all_of_them and name.startswith(prefix)):
                await channel.drain()
                await channel.end()

    async def finish(self) -> None:
        """Release what every channel holds: the stage has ended well."""
        if not self._channels or self._over:  # the run has ended: no one is there to receive it
            return
        try:
            await asyncio.sleep(0)  # a call that was made a task begins
            async with asyncio.timeout(_CALLS[self].pep.stop_timeout):
                for channel in list(self._channels.values()):
                    await channel.drain()
                    await channel.end()
        except GuardError:
            raise
        except Exception:  # nobody reads the queue, or the application's callback failed
            await self.refuse(InspectorUnavailable("what a stream held could not be delivered"))

    async def stop(self) -> None:
        """Let nothing more out; return once each record that is being written has its index."""
        self._over = True
        if opening := self.pending_starts():
            await asyncio.wait(opening, timeout=_CALLS[self].pep.stop_timeout)
        self._let_go()

    def pending_starts(self) -> list[asyncio.Task[int]]:
        """Return what still writes the record that a channel was opened with."""
        starts = (channel.pending_start for channel in self._channels.values())
        return [task for task in starts if task is not None]

    def close(self, outcome: str) -> tuple[Finding, ...]:
        """Let nothing more out, record how each channel ended; return what was found in all."""
        self._over = self._closed = True
        counts: dict[str, int] = {}
        for channel in self._channels.values():
            for one in channel.close(outcome):
                counts[one.entity] = counts.get(one.entity, 0) + one.count
        self._let_go()
        return tuple(Finding(e, n, "output") for e, n in sorted(counts.items()))

    def _let_go(self) -> None:
        """Forget closed channels: they refer to this object, which holds the run."""
        if self._closed:
            self._channels = {
                name: one for name, one in self._channels.items() if one.pending_start is not None
            }

    # -- what the channels ask for -----------------------------------------------------------------

    def stream(self) -> Any:
        """Return a stream in the run's scope."""
        pep, run, _, _ = _CALLS[self]
        streaming = pep.powers.streaming
        if streaming is not None and run.scope is not None:
            return streaming.stream(run.scope, "output")
        return _Held(pep, run)

    async def inspected(self, value: Any) -> tuple[Any, tuple[Finding, ...]]:
        """Return what one call says, redacted."""
        await self.require_open()
        pep, run, permit, join = _CALLS[self]
        try:
            return await pep.inspect(run, value, direction="output", step=permit.step)
        except GuardError as error:
            raise join(error) from None

    async def released(
        self, work: Callable[..., Awaitable[str]], *chunk: str, stream: Any
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return what may leave now, and what was found in it."""
        pep, run, permit, _ = _CALLS[self]
        await self.require_open()
        try:
            text = chunk_from(await pep.inspected(work(*chunk)))
            found = findings_from(stream.found())
            if found:
                pep.note_output_findings(run, permit.step, found)
            return text, found
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable("a stream could not be inspected")
        await self.refuse(error)

    async def require_bytes(self, size: int, digest: str) -> None:
        """Refuse unless policy lets bytes pass at this stage."""
        pep, run, permit, _ = _CALLS[self]
        blob = Finding(f"{BYTES}{size}:sha256:{digest}", 1, "output")
        try:
            pep.require_bytes(run, permit.step, (blob,))
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
        pep, run, permit, _ = _CALLS[self]
        return await pep.record_event(
            run, kind="decision", **_step_fields(permit), step="inspect_output",
            action="stream", resource=resource_name("port", name), decision="permit",
            reason="permitted", obligations=["redact"], evaluation="ok",
        )  # fmt: skip

    def record_end(self, name: str, index: int, outcome: str, found: tuple[Finding, ...]) -> None:
        """Record how a channel ended, and what was found in all that was said."""
        pep, run, permit, _ = _CALLS[self]
        record = new_record(
            run, kind="effect", **_step_fields(permit), action="stream",
            resource=resource_name("port", name), outcome=outcome, decision_index=index,
            findings=findings_note(found),
        )  # fmt: skip
        pep.recorder.enqueue(record, run)

    async def refuse(self, error: GuardError) -> NoReturn:
        """Record and raise a refusal."""
        pep, run, permit, join = _CALLS[self]
        decision = error.decision if isinstance(error, AccessDenied) else None
        try:
            await pep.refuse_step(error, run, permit.step, "inspect_output", decision=decision)
        except GuardError as refused:
            raise join(refused) from None

    async def require_open(self) -> None:
        """Raise unless the stage may still give something: nothing leaves a run that is refused.

        A step that speaks too late is refused on record; its run goes on.
        """
        pep, run, permit, join = _CALLS[self]
        if self._over or run.ended:
            who = {k: v for k, v in run.common.items() if k not in ("run", "pipeline")}
            try:
                await pep.refuse(
                    NotAuthenticated("run_closed", "the stage is over; nothing more leaves it"),
                    run=run.id, pipeline=run.pipeline, stage=permit.step.stage,
                    step="inspect_output", **who,
                )  # fmt: skip
            except GuardError as late:
                raise join(late) from None
        if run.refusal is not None:
            raise join(run.refusal) from None


def _step_fields(permit: Permit) -> dict[str, Any]:
    """Return how a record names the step: by its stage, or by its call."""
    if permit.step.stage is not None:
        return {"stage": permit.step.stage}
    return {"call": permit.call, "attempt": permit.attempt}


# Who is calling and what was replaced hangs on a run, and every step holds its channels: so the run
# is no attribute of them.
_CALLS: WeakKeyDictionary[StepEgress, _Call] = WeakKeyDictionary()
