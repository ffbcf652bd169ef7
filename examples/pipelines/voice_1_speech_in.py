"""Speech in: a recording becomes text; the recording is on record by digest, the text redacted.

What the guard does: bytes reach a stage only where policy says `bytes`; they stand in the log as
length and digest. What the recording says is inspected before the next stage reads it. What it
refuses: a recording from a caller whose role may not hand bytes in, and a recording that is none.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput
from stageflow.stages.ports import AudioPorts

from stageflow_guard.testing.doubles import SpeechToText
from stageflow_guard.testing.scene import Scene

SAID = "Please call me back at +49 30 901820"


class Hear:
    """Turns the run's recording into text."""

    def __init__(self, listener: Any) -> None:
        self.listener = listener

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the transcript."""
        audio = ctx.inputs.ports.audio_data if ctx.inputs.ports is not None else None
        if not audio:
            return StageOutput.ok(text="", seconds=0.0)
        heard = await self.listener.transcribe(audio)
        return StageOutput.ok(text=heard.text, seconds=round(heard.seconds, 2))


class Note:
    """Writes down what was said: the one stage that keeps it."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Keep the text."""
        self.notes.append(ctx.inputs.require_from("hear", "text"))
        return StageOutput.ok(kept=True)


def pipeline(listener: Any = None, notes: list[str] | None = None) -> Pipeline:
    """Build it; a double stands in for a speech service."""
    return Pipeline.from_stages(
        stage("hear", Hear(listener or SpeechToText()), StageKind.TRANSFORM),
        stage("note", Note([] if notes is None else notes), StageKind.WORK, after="hear"),
        name="speech_in",
    )


async def scenario(scene: Scene) -> None:
    """A customer speaks, a visitor speaks, and a customer without a token."""
    listener, notes = SpeechToText(), list[str]()
    audio = listener.knows(SAID)
    app = scene.guard.mount(pipeline(listener, notes), name="speech_in")
    ports = AudioPorts(audio_data=audio, audio_format="wav")
    results = await scene.run("a customer speaks", app, "", who="maria@acme",
                              roles=["customer"], ports=ports)  # fmt: skip
    assert results["hear"].data["text"].startswith("Please call me back at ⟦PHONE_NUMBER_1·")
    assert "901820" not in notes[0]
    await scene.run("a guest may not hand bytes in", app, "", who="gwen@acme", roles=["guest"],
                    ports=ports)  # fmt: skip
    await scene.run("nobody speaks", app, "", who=None, ports=ports)
    assert len(notes) == 1
