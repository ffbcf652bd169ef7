"""Multi-tool: several tools at once, each decided by itself; one denial ends the run.

What the guard does: parallel calls have a permit each, arguments and results are inspected, and
what a tool returns about a person reaches the next stage as a pseudonym. What it refuses: a run in
which one of the tools is not the caller's to call; no further permit is given after that.
"""

from __future__ import annotations

import asyncio
from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.testing.doubles import ToolDouble
from stageflow_guard.testing.scene import Scene

TOOLS = {
    "search": {"articles": ["kb/orders"]},
    "weather": {"today": "rain"},
    "directory": {"phone": "+49 30 901820", "mail": "maria.keller@example.com"},
}


class Gather:
    """Calls every tool that the message names, at once."""

    def __init__(self, tools: dict[str, Any]) -> None:
        self.tools = tools

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return what they found, by tool."""
        text = ctx.snapshot.input_text or ""
        wanted = [name for name in self.tools if name in text]
        found = await asyncio.gather(*(self.tools[name](query=text) for name in wanted))
        return StageOutput.ok({"found": dict(zip(wanted, found, strict=True))})


async def answer(ctx: StageContext) -> StageOutput:
    """Say what was found."""
    found = ctx.inputs.require_from("gather", "found")
    return StageOutput.ok(text=f"Found by {', '.join(sorted(found))}.", contact=str(found))


def pipeline(guard: Guard, doubles: dict[str, ToolDouble] | None = None) -> Pipeline:
    """Build it; doubles stand in for the tools."""
    given = doubles or {name: ToolDouble(name, found) for name, found in TOOLS.items()}

    def protected(name: str) -> Any:
        @guard.protect(kind="tool", obj=name)
        async def call(query: str) -> Any:
            return await given[name](query=query)

        return call

    return Pipeline.from_stages(
        stage("gather", Gather({name: protected(name) for name in given}), StageKind.ENRICH),
        stage("answer", answer, StageKind.AGENT, after="gather"),
        name="multi_tool",
    )


async def scenario(scene: Scene) -> None:
    """Two tools, three tools, and one tool too many."""
    doubles = {name: ToolDouble(name, found) for name, found in TOOLS.items()}
    app = scene.guard.mount(pipeline(scene.guard, doubles), name="multi_tool")
    results = await scene.run(
        "a customer uses two", app, "search and weather", who="maria@acme", roles=["customer"]
    )
    assert results["answer"].data["text"] == "Found by search, weather."
    results = await scene.run(
        "an agent uses the directory", app, "search the directory", who="bob@acme",
        roles=["agent"],
    )  # fmt: skip
    assert "⟦PHONE_NUMBER_1·" in results["answer"].data["contact"]
    await scene.run("a customer may not", app, "the directory", who="maria@acme",
                    roles=["customer"])  # fmt: skip
    assert len(doubles["directory"].seen) == 1
