"""Simple chat: one model, one answer; the model sees pseudonyms, the customer the originals.

What the guard does: who calls is checked once a run, each stage is a decision on record, the
customer's address reaches neither the model nor the log. `send` may reveal, so it gets the address
back. What it refuses: a caller without a token, one whose token has ended, one without a role
here.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.testing.doubles import EchoModel
from stageflow_guard.testing.scene import Scene

TEXT = "Where is my order? Write to maria.keller@example.com, please."


class Intake:
    """Takes the message in."""

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return it, trimmed."""
        return StageOutput.ok(message=(ctx.snapshot.input_text or "").strip())


class Answer:
    """Asks a model."""

    def __init__(self, model: Any) -> None:
        self.model = model

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the model's answer."""
        reply = await self.model.complete(ctx.inputs.require_from("intake", "message"))
        return StageOutput.ok(text=reply.text)


class Send:
    """Sends the answer: policy lets this stage alone see originals."""

    def __init__(self, outbox: list[str]) -> None:
        self.outbox = outbox

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Put the answer into the outbox."""
        self.outbox.append(ctx.inputs.require_from("answer", "text"))
        return StageOutput.ok(sent=True)


def pipeline(model: Any = None, outbox: list[str] | None = None) -> Pipeline:
    """Build it; doubles stand in for a model and a mail server."""
    return Pipeline.from_stages(
        stage("intake", Intake(), StageKind.TRANSFORM),
        stage("answer", Answer(model or EchoModel()), StageKind.AGENT, after="intake"),
        stage("send", Send([] if outbox is None else outbox), StageKind.WORK, after="answer"),
        name="simple_chat",
    )


async def scenario(scene: Scene) -> None:
    """A customer asks; three others try."""
    model, outbox = EchoModel(), list[str]()
    chat = scene.guard.mount(pipeline(model, outbox), name="simple_chat")
    await scene.run("a customer asks", chat, TEXT, who="maria@acme", roles=["customer"])
    assert "⟦EMAIL_ADDRESS_1·" in model.seen[0]
    assert "maria.keller@example.com" in outbox[0]
    ended = scene.callers.expired("maria@acme", "customer")
    await scene.run("without a token", chat, TEXT, who=None)
    await scene.run("with a token that has ended", chat, TEXT, who="maria@acme", token=ended)
    await scene.run("with no role here", chat, TEXT, who="visitor@acme")
    assert len(model.seen) == 1
