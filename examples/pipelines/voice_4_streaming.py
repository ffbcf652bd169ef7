"""Streaming: words leave as they come, held back just long enough to be inspected.

What the guard does: each word passes the guard's stream, so that an address that is split over
three pieces leaves as one pseudonym; audio passes a queue that makes its producer wait. What it
refuses: a stream to a caller who may not run the stage; not one word leaves.
"""

from __future__ import annotations

import asyncio
from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput
from stageflow.stages.ports import LLMPorts

from stageflow_guard.hosts.stageflow.stages import AudioChunkQueue
from stageflow_guard.testing.doubles import ScriptedModel, TextToSpeech
from stageflow_guard.testing.scene import Scene

ANSWER = "Write to maria.keller@example.com, she can help."


class Answer:
    """Streams the model's answer to the caller in small pieces."""

    def __init__(self, model: Any) -> None:
        self.model = model

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Send every piece; return the whole."""
        pieces = []
        async for piece in self.model.stream(ctx.snapshot.input_text or "", size=7):
            pieces.append(piece)
            if ctx.inputs.ports is not None:
                await ctx.inputs.ports.send_token(piece)
        return StageOutput.ok(text="".join(pieces))


class Record:
    """Speaks the answer into a queue of two pieces, and counts them at its other end."""

    def __init__(self, speaker: Any) -> None:
        self.speaker = speaker

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return how many pieces there were; the producer waits for the consumer."""
        queue = AudioChunkQueue(2)

        async def produce() -> None:
            async for piece in self.speaker.stream(ctx.inputs.require_from("answer", "text")):
                await queue.put(piece)
            await queue.finish()

        producer = asyncio.create_task(produce())
        count = 0
        async for _ in queue:
            count += 1
        await producer
        return StageOutput.ok(pieces=count, deepest=queue.counters.deepest)


def pipeline(model: Any = None, speaker: Any = None) -> Pipeline:
    """Build it; doubles stand in for the services."""
    return Pipeline.from_stages(
        stage("answer", Answer(model or ScriptedModel([ANSWER])), StageKind.AGENT),
        stage("record", Record(speaker or TextToSpeech()), StageKind.WORK, after="answer"),
        name="streaming",
    )


async def scenario(scene: Scene) -> None:
    """A customer reads along; a guest reads nothing."""
    read: list[str] = []

    async def to_the_browser(piece: str) -> None:
        read.append(piece)

    app = scene.guard.mount(pipeline(), name="streaming")
    ports = LLMPorts(send_token=to_the_browser)
    results = await scene.run("a customer reads along", app, "who can help?",
                              who="maria@acme", roles=["customer"], ports=ports)  # fmt: skip
    whole = "".join(read)
    assert whole.startswith("Write to ⟦EMAIL_ADDRESS_1·")
    assert whole.endswith("⟧, she can help.")
    assert results["record"].data["deepest"] <= 2
    read.clear()
    await scene.run("a guest reads nothing", app, "who can help?", who="gwen@acme",
                    roles=["guest"], ports=ports)  # fmt: skip
    assert read == []
