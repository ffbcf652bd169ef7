"""Escalation: an angry customer is handed to a person, and the run ends without an error.

What the guard does: the case is kept with the tenant and subject of the token and the run's id;
people see cases of their own tenant, by right, and two who reach for one case do not both get it.
What it refuses: a case for a caller without the right to the queue, and one of another tenant.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.hosts.stageflow.stages import EscalationStage, HumanQueue
from stageflow_guard.testing.scene import Scene

ANGRY = "This is a scandal! Call me: +49 30 901820."


def angry(ctx: StageContext) -> str | None:
    """Return why a person must see this, or None."""
    return "angry" if "scandal" in (ctx.snapshot.input_text or "").lower() else None


async def answer(ctx: StageContext) -> StageOutput:
    """Answer what needs no person."""
    return StageOutput.ok(text="Thank you for your message.")


def pipeline(guard: Guard, queue: HumanQueue | None = None) -> Pipeline:
    """Build it over a queue; without one, over a queue of its own."""
    if queue is None:
        queue = HumanQueue(guard, Path(tempfile.mkdtemp()) / "cases.db")
    return Pipeline.from_stages(
        stage("gate", EscalationStage(queue, when=angry), StageKind.WORK),
        stage("answer", answer, StageKind.AGENT, after="gate"),
        name="escalation",
    )


async def scenario(scene: Scene) -> None:
    """A calm and an angry customer; then people at the queue."""
    queue = HumanQueue(scene.guard, scene.folder / "cases.db")
    app = scene.guard.mount(pipeline(scene.guard, queue), name="escalation")
    maria: dict[str, Any] = {"who": "maria@acme", "roles": ["customer"]}
    await scene.run("a calm customer", app, "Thank you!", **maria)
    await scene.run("an angry customer", app, ANGRY, **maria)
    await scene.attempt("the customer looks at the queue", queue.waiting, **maria)
    bob: dict[str, Any] = {"who": "bob@acme", "roles": ["agent"]}
    (case,) = await scene.attempt("an agent looks", queue.waiting, **bob, detail="one case")
    assert (case.reason, "901820" in case.text) == ("angry", False)

    found = await scene.attempt("another tenant's agent looks", queue.waiting,
                                who="gus@globex", roles=["agent"], detail="nothing")  # fmt: skip
    assert found == []
    queue.close()
