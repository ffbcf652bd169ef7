"""Approval workflow: an agent asks, a supervisor answers, and only then the refund is made.

What the guard does: the request is a decision on record; the answer names who gave it, bound to
that decision, and is checked where it counts. What it refuses: an approval by the one who asked,
by somebody without the right, for another tenant; a refund before there is an answer.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.testing.scene import Scene

PAID: list[str] = []


class Ask:
    """Asks for the right to refund; what comes back is a reference, not the refund."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the reference that a supervisor will be shown."""
        asked = await self.guard.authorize(
            kind="tool", obj="large_refund", act="call", owner="acme"
        )
        return StageOutput.ok(request=asked.ref)


class Pay:
    """Refunds, when the answer that it is given is an approval of this request."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Check the approval, then pay."""
        request, _, approval = (ctx.snapshot.input_text or "").partition(" ")
        await self.guard.require_approval(approval, of=request, within=3600)
        PAID.append(request)
        return StageOutput.ok(paid=True)


def pipeline(guard: Guard) -> Pipeline:
    """Build the first half: the request."""
    return Pipeline.from_stages(stage("ask", Ask(guard), StageKind.WORK), name="ask_refund")


def second_half(guard: Guard) -> Pipeline:
    """Build the second half: the refund."""
    return Pipeline.from_stages(stage("pay", Pay(guard), StageKind.WORK), name="pay_refund")


async def scenario(scene: Scene) -> None:
    """Asked, approved by the right person, paid; and the ways round."""
    PAID.clear()
    guard = scene.guard
    ask = guard.mount(pipeline(guard), name="ask_refund")
    pay = guard.mount(second_half(guard), name="pay_refund")
    bob: dict[str, Any] = {"who": "bob@acme", "roles": ["agent"]}
    sam: dict[str, Any] = {"who": "sam@acme", "roles": ["supervisor"]}

    results = await scene.run("an agent asks", ask, "refund order 1002", **bob)
    request = results["ask"].data["request"]
    await scene.run("paid before an answer", pay, f"{request} {request}", **bob)
    await scene.attempt("approved by oneself", lambda: guard.approve(request), **bob)
    await scene.attempt("approved by a customer", lambda: guard.approve(request),
                        who="maria@acme", roles=["customer"])  # fmt: skip
    await scene.attempt("approved from elsewhere", lambda: guard.approve(request),
                        who="gus@globex", roles=["supervisor"])  # fmt: skip
    approval = await scene.attempt("approved by a supervisor", lambda: guard.approve(request),
                                   **sam, detail="approved")  # fmt: skip
    await scene.run("paid", pay, f"{request} {approval}", **bob)
    assert [request] == PAID
