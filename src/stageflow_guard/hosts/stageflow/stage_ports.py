"""The ports of a stage: each way out that the host names, behind the guard's channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.hosts.stageflow.queues import GuardedBus, guarded_queue

if TYPE_CHECKING:
    from stageflow_guard.enforcement.egress import StepEgress

TOKENS = ("send_token",)  # text, chunk by chunk
CALLS = ("send_transcript", "send_status")  # each call is whole
AUDIO = ("send_audio_chunk",)
QUEUES = ("llm_chunk_queue", "tts_text_queue")
BUSES = ("realtime_bus",)
GUARDED = (*TOKENS, *CALLS, *AUDIO, *QUEUES, *BUSES)


class StagePorts:
    """The run's ports, with this stage's own channels."""

    __slots__ = ("_egress", "_guarded", "_inner")

    def __init__(self, inner: Any, egress: StepEgress) -> None:
        self._inner = inner
        self._egress = egress
        self._guarded: dict[str, Any] = {}

    @property  # type: ignore[misc]  # what `isinstance` asks
    def __class__(self) -> type:
        """The application's own type, as the run's ports answer to it."""
        return self._inner.__class__  # type: ignore[no-any-return]

    def __reduce__(self) -> NoReturn:
        """Refuse pickling and copying."""
        raise TypeError("the ports of a stage are its own; they cannot be copied")

    def __getattr__(self, name: str) -> Any:
        """Return a port; one that lets something out comes guarded, the same one each time."""
        value = getattr(self._inner, name)
        if name not in GUARDED or value is None:
            return value
        known = self._guarded.get(name)
        if known is None:
            known = self._guarded[name] = guarded_port(self._egress, name, value)
        return known


def guarded_port(egress: StepEgress, name: str, inner: Any) -> Any:
    """Return the guarded form of one port."""
    if name in TOKENS:
        return egress.text(name, inner).send
    if name in AUDIO:
        return egress.audio(name, inner).send
    if name in CALLS:
        channel = egress.calls(name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await channel.call(inner, *args, **kwargs)

        return call
    if name in QUEUES:
        return guarded_queue(egress, name, inner)
    return GuardedBus(inner, egress, name)
