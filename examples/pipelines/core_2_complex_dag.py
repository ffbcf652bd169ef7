"""Complex DAG: three looks at a message at once, one answer; a role decides which looks happen.

What the guard does: parallel stages are decided and recorded one by one, all of one run as one
caller, and a denial of one ends the run: its siblings get no further permit. What it refuses: the
customer may not see a credit score, so for a customer the run ends at that stage.
"""

from __future__ import annotations

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.testing.scene import Scene

TEXT = "My order 1002 is late, I am Maria Keller, maria.keller@example.com."


async def intake(ctx: StageContext) -> StageOutput:
    """Take the message in."""
    return StageOutput.ok(message=ctx.snapshot.input_text or "")


async def check(ctx: StageContext) -> StageOutput:
    """Refuse what asks the model to forget its rules."""
    if "ignore all" in ctx.inputs.get_from("intake", "message", "").lower():
        return StageOutput.fail("an injection")
    return StageOutput.ok(checked=True)


async def route(ctx: StageContext) -> StageOutput:
    """Say what the message is about."""
    message = ctx.inputs.get_from("intake", "message", "").lower()
    return StageOutput.ok(topic="order" if "order" in message else "other")


async def orders(ctx: StageContext) -> StageOutput:
    """Look the order up."""
    return StageOutput.ok(status="on its way")


async def articles(ctx: StageContext) -> StageOutput:
    """Look articles up."""
    return StageOutput.ok(article=f"kb/{ctx.inputs.require_from('route', 'topic')}")


async def credit(ctx: StageContext) -> StageOutput:
    """Look the customer's credit score up: for supervisors."""
    return StageOutput.ok(score=710)


async def answer(ctx: StageContext) -> StageOutput:
    """Put it together."""
    status = ctx.inputs.require_from("orders", "status")
    article = ctx.inputs.require_from("articles", "article")
    score = ctx.inputs.get_from("credit", "score", 0)
    return StageOutput.ok(text=f"Your order is {status}, see {article}.", priority=score > 700)


async def send(ctx: StageContext) -> StageOutput:
    """Send it, once the check is done."""
    return StageOutput.ok(sent=ctx.inputs.require_from("answer", "text"))


def pipeline() -> Pipeline:
    """Build eight stages."""
    return Pipeline.from_stages(
        stage("intake", intake, StageKind.TRANSFORM),
        stage("check", check, StageKind.GUARD, after="intake"),
        stage("route", route, StageKind.ROUTE, after="intake"),
        stage("orders", orders, StageKind.ENRICH, after="route"),
        stage("articles", articles, StageKind.ENRICH, after="route"),
        stage("credit", credit, StageKind.ENRICH, after="route"),
        stage(
            "answer",
            answer,
            StageKind.AGENT,
            dependencies=("check", "orders", "articles", "credit"),
        ),
        stage("send", send, StageKind.WORK, dependencies=("answer", "check")),
        name="complex_dag",
    )


async def scenario(scene: Scene) -> None:
    """A supervisor, then a customer, then somebody who attacks."""
    app = scene.guard.mount(pipeline(), name="complex_dag")
    results = await scene.run("a supervisor asks", app, TEXT, who="sam@acme", roles=["supervisor"])
    assert results["send"].data["sent"] == "Your order is on its way, see kb/order."
    await scene.run("a customer may not see credit", app, TEXT, who="maria@acme",
                    roles=["customer"])  # fmt: skip
    await scene.run("a caller of nowhere", app, TEXT, who="eve@nowhere", roles=["supervisor"])
