"""Speech out: an answer is spoken, piece by piece, through the host's port and the guard.

What the guard does: the pieces leave through `send_audio_chunk`, which it wraps: policy is asked
for `bytes` there, and the first piece waits until that it leaves is on record. What it refuses:
audio from a stage whose line says nothing of bytes; then not one piece reaches the caller.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput
from stageflow.stages.ports import AudioPorts

from stageflow_guard.testing.doubles import TextToSpeech
from stageflow_guard.testing.scene import Scene


class Speak:
    """Speaks what the run was given."""

    def __init__(self, speaker: Any) -> None:
        self.speaker = speaker

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Send the pieces, and say how many there were."""
        count, ports = 0, ctx.inputs.ports
        if ports is None or ports.send_audio_chunk is None:
            return StageOutput.ok(pieces=0)
        async for piece in self.speaker.stream(ctx.snapshot.input_text or "", size=4_096):
            await ports.send_audio_chunk(piece, "wav", count, False)
            count += 1
        return StageOutput.ok(pieces=count)


def pipeline(speaker: Any = None) -> Pipeline:
    """Build it; a double stands in for a speech service."""
    voice = speaker or TextToSpeech()
    return Pipeline.from_stages(
        stage("compose", compose, StageKind.TRANSFORM),
        stage("speak", Speak(voice), StageKind.TRANSFORM, after="compose"),
        name="speech_out",
    )


async def compose(ctx: StageContext) -> StageOutput:
    """Take the text in."""
    return StageOutput.ok(text=ctx.snapshot.input_text or "")


async def scenario(scene: Scene) -> None:
    """Heard by a customer, and by a guest not at all."""
    heard: list[bytes] = []

    async def to_the_caller(piece: bytes, kind: str, number: int, last: bool) -> None:
        heard.append(piece)

    speaker = TextToSpeech()
    app = scene.guard.mount(pipeline(speaker), name="speech_out")
    ports = AudioPorts(send_audio_chunk=to_the_caller)
    results = await scene.run("a customer listens", app, "Your order is on its way.",
                              who="maria@acme", roles=["customer"], ports=ports)  # fmt: skip
    assert results["speak"].data["pieces"] == len(heard)
    assert b"".join(heard)[:4] == b"RIFF"
    heard.clear()
    await scene.run("a guest may not hear it", app, "Your order is on its way.",
                    who="gwen@acme", roles=["guest"], ports=ports)  # fmt: skip
    assert heard == []
