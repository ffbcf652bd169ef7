"""A support pipeline as an application would write it: nothing in it knows of the guard."""

from __future__ import annotations

import re

from stageflow.api import Pipeline
from stageflow.core import StageContext, StageKind, StageOutput

PLACEHOLDER = re.compile(r"⟦[^⟧]+⟧")


class Intake:
    """Takes the customer's message in."""

    kind = StageKind.TRANSFORM

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the message, trimmed."""
        return StageOutput.ok(message=(ctx.snapshot.input_text or "").strip())


class Retrieve:
    """Looks up what the knowledge base says."""

    kind = StageKind.ENRICH

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return one article that fits the message."""
        text = ctx.inputs.get_from("intake", "message", "").lower()
        topic = "refunds" if "refund" in text or "charged" in text else "orders"
        return StageOutput.ok(article=f"kb/{topic}")


class Answer:
    """A deterministic local model. It keeps what it was sent, so that a test can look."""

    kind = StageKind.TRANSFORM
    seen: list[str]

    def __init__(self) -> None:
        self.seen = []

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Draft a reply that repeats whatever contact the message named."""
        message = ctx.inputs.get_from("intake", "message", "")
        self.seen.append(message)
        named = PLACEHOLDER.findall(message)
        contact = f" We will use {named[-1]}." if named else ""
        article = ctx.inputs.get_from("retrieve", "article")
        return StageOutput.ok(draft=f"Thank you for your message, see {article}.{contact}")


class SendReply:
    """Sends the reply: the one stage that needs the customer's own words back."""

    kind = StageKind.WORK
    outbox: list[str]

    def __init__(self) -> None:
        self.outbox = []

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Put the reply into the outbox."""
        self.outbox.append(ctx.inputs.get_from("answer", "draft", ""))
        return StageOutput.ok(sent=True)


class Escalate:
    """Hands a case to a human."""

    kind = StageKind.WORK

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Say that it was handed over."""
        return StageOutput.ok(escalated=True)


def pipeline(*, answer: Answer, send: SendReply, escalate: bool = False) -> Pipeline:
    """Build the support pipeline."""
    built = (
        Pipeline(name="support")
        .with_stage("intake", Intake(), StageKind.TRANSFORM)
        .with_stage("retrieve", Retrieve(), StageKind.ENRICH, after="intake")
        .with_stage("answer", answer, StageKind.TRANSFORM, dependencies=("intake", "retrieve"))
        .with_stage("send_reply", send, StageKind.WORK, after="answer")
    )
    if escalate:
        built = built.with_stage("escalate", Escalate(), StageKind.WORK, after="send_reply")
    return built
