"""Analytics: each run is an event for the people who count, without anybody's data in it.

What the guard does: an event is made of what a stage sees, so of pseudonyms; the exporter waits
when its sink is slow, repeats a batch, and counts what it had to give up. What it refuses: an
event from a run that was refused; what never ran is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.hosts.stageflow.stages import AnalyticsExporter, AnalyticsStage
from stageflow_guard.testing.doubles import AnalyticsDouble, Faults
from stageflow_guard.testing.scene import Scene


async def answer(ctx: StageContext) -> StageOutput:
    """Answer."""
    text = ctx.snapshot.input_text or ""
    return StageOutput.ok(text="Thank you.", topic="refund" if "refund" in text else "other")


def described(ctx: StageContext) -> Mapping[str, Any]:
    """Return what is counted: a topic and a length, no text."""
    return {
        "topic": ctx.inputs.require_from("answer", "topic"),
        "length": len(ctx.snapshot.input_text or ""),
    }


class Quiet:
    """An exporter that keeps nothing: for a pipeline that is looked at and not run."""

    async def add(self, event: Mapping[str, Any]) -> None:
        """Drop the event."""


def pipeline(exporter: Any = None) -> Pipeline:
    """Build it."""
    tell = AnalyticsStage(exporter or Quiet(), name="answered", describe=described)
    return Pipeline.from_stages(
        stage("answer", answer, StageKind.AGENT),
        stage("tell", tell, StageKind.WORK, after="answer"),
        name="analytics",
    )


async def scenario(scene: Scene) -> None:
    """Three runs, one of them refused; the sink fails once."""
    sink = AnalyticsDouble(faults=Faults(fail_on={1}))
    async with AnalyticsExporter(sink, batch=10, seconds=60, pause=0) as exporter:
        app = scene.guard.mount(pipeline(exporter), name="analytics")
        customer: dict[str, Any] = {"roles": ["customer"]}
        await scene.run("ada asks", app, "a refund, please", who="ada@acme", **customer)
        await scene.run("eve asks", app, "I am maria.keller@example.com", who="eve@globex",
                        **customer)  # fmt: skip
        await scene.run("a guest is not counted", app, "hello", who="gwen@acme", roles=["guest"])
    assert [event["topic"] for event in sink.events] == ["refund", "other"]
    assert [event["tenant"] for event in sink.events] == ["acme", "globex"]
    assert (exporter.sent, exporter.lost) == (2, 0)
