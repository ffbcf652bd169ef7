"""What a server says before it answers: progress, logs, questions to the client. Inspected first.

A step reaches its client through `ctx.session`. In a guarded request that session speaks through
these channels: what goes out is inspected and on record, what comes back is input. Text of progress
and logs is inspected by itself, and then held back as a stream is, so that what is spread over two
messages is found as well: numbers leave at once, text once nothing later can change it.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4
from weakref import WeakKeyDictionary

from stageflow_guard.enforcement.egress import StepEgress
from stageflow_guard.enforcement.pending import current_permit
from stageflow_guard.errors import NotAuthenticated

if TYPE_CHECKING:
    from stageflow_guard.enforcement.channels import Channel
    from stageflow_guard.enforcement.run import Permit, Run
    from stageflow_guard.enforcement.seam import Seam

LOG = "notifications/message"
# of a notification, what is text; the rest are numbers, levels and the client's own token
TEXT = {"notifications/progress": "message", LOG: "data"}


class Speech:
    """All that one request's steps say before they end."""

    def __init__(self, seam: Seam, run: Run) -> None:
        _OF[self] = (seam, run)
        _SEAMS[self] = seam
        self._egress: dict[str, StepEgress] = {}  # by call
        self._channels: dict[tuple[str, str], Channel] = {}
        self._lines: dict[tuple[str, str], _Line] = {}

    def guard(self, session: Any) -> None:
        """Let `session`, the host's of this request, speak through guarded channels."""
        connection = copy.copy(session._connection)
        if connection.has_standalone_channel:
            connection.outbound = GuardedOutbound(self, connection.outbound)
        session._connection = connection
        session._request_outbound = GuardedOutbound(self, session._request_outbound)

    async def out(self, name: str, value: Any, deliver: Callable[[Any], Awaitable[Any]]) -> Any:
        """Inspect what is said as a whole, then deliver it."""
        seam, run = await self._open()
        permit = current_permit.get()
        if permit is None:
            told, _ = await seam.pep.inspect(run, value, direction="output")
            return await deliver(told)
        if permit.outcome is not None:
            await self._refuse_late()
        channel = self._channels.get((permit.call, name))
        if channel is None:
            channel = self._channels[permit.call, name] = self._egress_of(permit).calls(name)
        return await channel.call(deliver, value)

    async def say(self, name: str, text: str, send: Callable[[str | None], Awaitable[Any]]) -> None:
        """Send a message with as much text as may leave now; the rest leaves with a later one."""
        seam, run = await self._open()
        permit = current_permit.get()
        if permit is None:
            await self.out(name, text, send)
            return
        if permit.outcome is not None:
            await self._refuse_late()
        line = self._lines.get((permit.call, name))
        if line is None:
            line = self._lines[permit.call, name] = _Line()
            line.channel = self._egress_of(permit).text(name, line.deliver)
        told, _ = await seam.pep.inspect(run, text, direction="output", step=permit.step)
        line.send = send
        await line.channel.send(told)
        await send(line.take())

    async def came_back(self, value: Any) -> Any:
        """Return the client's answer, redacted: it is input. A step with `reveal` has originals."""
        seam, run = await self._open()
        permit = current_permit.get()
        before = run.binary.get("", ())
        redacted, _ = await seam.pep.inspect(run, value, direction="input")
        run.binary[""] = before
        if run.blocked is not None:
            await seam.pep.refuse(run.blocked, run=run, step="inspect_input")
        if permit is not None and permit.reveal:
            return await seam.restored(run, permit, redacted)
        return redacted

    async def finish(self, outcome: str) -> None:
        """Release what is held, and record how each channel ended."""
        _, run = _OF[self]
        for egress in self._egress.values():
            await egress.finish()
            await egress.stop()
        for line in self._lines.values():
            text = line.take()
            if text is not None:
                await line.send(text)
        for egress in self._egress.values():
            egress.close(outcome)
            if egress in run.egress:
                run.egress.remove(egress)

    def _egress_of(self, permit: Permit) -> StepEgress:
        seam, run = _OF[self]
        egress = self._egress.get(permit.call)
        if egress is None:
            egress = self._egress[permit.call] = StepEgress(seam.pep, run, permit, seam.join)
            run.egress.append(egress)
        return egress

    async def _open(self) -> tuple[Seam, Run]:
        """Return the run; raise when it is refused or over."""
        state = _OF.get(self)
        if state is None or state[1].ended:
            await self._refuse_late()
        if state[1].refusal is not None:
            raise state[1].refusal
        return state

    async def _refuse_late(self) -> NoReturn:
        error = NotAuthenticated("run_closed", "the step is over; nothing more leaves it")
        await _SEAMS[self].pep.refuse(error, run=str(uuid4()), step="inspect_output")

    def close(self) -> None:
        """Forget the run: hosts keep sessions longer than requests."""
        _OF.pop(self, None)
        self._egress.clear()
        self._channels.clear()
        self._lines.clear()


class _Line:
    """The text of one step's messages of a kind: what was released, and how the last was sent."""

    channel: Any
    send: Callable[[str | None], Awaitable[Any]]

    def __init__(self) -> None:
        self._released: list[str] = []

    async def deliver(self, text: str) -> None:
        """Keep what may leave for the next message."""
        self._released.append(text)

    def take(self) -> str | None:
        """Return what may leave, or None."""
        text, self._released = "".join(self._released), []
        return text or None


# Who is calling hangs on a run, and every step holds its session: so the run is no attribute of it.
_OF: WeakKeyDictionary[Speech, tuple[Seam, Run]] = WeakKeyDictionary()
_SEAMS: WeakKeyDictionary[Speech, Seam] = WeakKeyDictionary()
_INNER: WeakKeyDictionary[GuardedOutbound, Any] = WeakKeyDictionary()


class GuardedOutbound:
    """The host's channel to its client, inspected."""

    def __init__(self, speech: Speech, inner: Any) -> None:
        self._speech = speech
        _INNER[self] = inner

    def __getattr__(self, name: str) -> Any:
        """Return what else the channel has: ids, events, nothing that speaks."""
        if name.startswith("__") or name not in PLAIN:
            raise AttributeError(name)
        return getattr(_INNER[self], name)

    async def notify(self, method: str, params: Mapping[str, Any] | None, opts: Any = None) -> None:
        """Send a notification, once its text is inspected."""
        inner, given = _INNER[self], dict(params or {})
        field = TEXT.get(method)
        text = None if field is None else given.get(field)
        if field is None or (text is not None and type(text) is not str):

            async def deliver(told: dict[str, Any]) -> None:
                await inner.notify(method, None if params is None else told, opts)

            await self._speech.out(_name_of(method), given, deliver)
            return

        async def send(told: str | None) -> None:
            if told is not None or method != LOG:  # a log without text says nothing
                said = {**given, field: told}
                await inner.notify(method, {k: v for k, v in said.items() if v is not None}, opts)

        if text is None:
            await send(None)
        else:
            await self._speech.say(_name_of(method), text, send)

    async def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Report progress, once its text is inspected."""
        inner = _INNER[self]

        async def send(told: str | None) -> None:
            await inner.progress(progress, total, told)

        if message is None:
            await send(None)
        else:
            await self._speech.say("progress", message, send)

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: Any = None
    ) -> Any:
        """Ask the client; what it answers is input of the step."""
        inner = _INNER[self]
        kept: list[Any] = []

        async def deliver(told: dict[str, Any]) -> None:
            kept.append(
                await inner.send_raw_request(method, None if params is None else told, opts)
            )

        await self._speech.out(_name_of(method), dict(params or {}), deliver)
        return await self._speech.came_back(kept.pop())


# attributes of a dispatch context that say nothing to the client
PLAIN = ("can_send_request", "request_id", "cancel_requested", "transport", "message_metadata")


def _name_of(method: str) -> str:
    """Return the channel's name on record."""
    return method.rpartition("/")[2]
