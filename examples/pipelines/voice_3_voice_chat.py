"""Voice chat: hear, think, speak; the model sees pseudonyms, and the caller hears the originals.

What the guard does: the transcript is redacted before the model reads it, and the answer is
restored for `speak` alone, whose line says `reveal` and `bytes`. What it refuses: a voice for a
caller who may not hand bytes in; the model is not asked then.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput
from stageflow.stages.ports import AudioPorts

from stageflow_guard.testing.doubles import EchoModel, SpeechToText, TextToSpeech
from stageflow_guard.testing.scene import Scene

SAID = "My mail is maria.keller@example.com"


class Hear:
    """Turns the recording into text."""

    def __init__(self, listener: Any) -> None:
        self.listener = listener

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the transcript."""
        audio = ctx.inputs.ports.audio_data if ctx.inputs.ports is not None else None
        heard = await self.listener.transcribe(audio) if audio else None
        return StageOutput.ok(text=heard.text if heard is not None else "")


class Think:
    """Asks the model."""

    def __init__(self, model: Any) -> None:
        self.model = model

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return its answer."""
        reply = await self.model.complete(ctx.inputs.require_from("hear", "text"))
        return StageOutput.ok(text=reply.text)


class Speak:
    """Speaks the answer."""

    def __init__(self, speaker: Any) -> None:
        self.speaker = speaker

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Send it as one piece."""
        audio = await self.speaker.synthesize(ctx.inputs.require_from("think", "text"))
        ports = ctx.inputs.ports
        if ports is not None and ports.send_audio_chunk is not None:
            await ports.send_audio_chunk(audio, "wav", 0, True)
        return StageOutput.ok(spoken=True)


def pipeline(listener: Any = None, model: Any = None, speaker: Any = None) -> Pipeline:
    """Build it; doubles stand in for the services."""
    return Pipeline.from_stages(
        stage("hear", Hear(listener or SpeechToText()), StageKind.TRANSFORM),
        stage("think", Think(model or EchoModel()), StageKind.AGENT, after="hear"),
        stage("speak", Speak(speaker or TextToSpeech()), StageKind.WORK, after="think"),
        name="voice_chat",
    )


async def scenario(scene: Scene) -> None:
    """A customer talks; a guest may not."""
    listener, model, speaker = SpeechToText(), EchoModel(), TextToSpeech()
    audio = listener.knows(SAID)
    heard: list[bytes] = []

    async def to_the_caller(piece: bytes, kind: str, number: int, last: bool) -> None:
        heard.append(piece)

    app = scene.guard.mount(pipeline(listener, model, speaker), name="voice_chat")
    ports = AudioPorts(audio_data=audio, send_audio_chunk=to_the_caller)
    await scene.run("a customer talks", app, "", who="maria@acme", roles=["customer"],
                    ports=ports)  # fmt: skip
    assert "⟦EMAIL_ADDRESS_1·" in model.seen[0]
    assert speaker.spoken == [f"You said: {SAID}"]
    assert len(heard) == 1
    await scene.run("a guest may not talk", app, "", who="gwen@acme", roles=["guest"],
                    ports=ports)  # fmt: skip
    assert len(model.seen) == 1
