"""Long running: pages of work, each a child pipeline of its own, repeated when one fails.

What the guard does: each child is mounted, runs as the caller of its parent, and asks policy for
each of its stages; the parent's caller is checked again before each stage, so that a long run ends
when its token does. What it refuses: a caller who may run the parent and not the child, and a child
that nobody runs on behalf of.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.testing.scene import Scene

PAGES = ("orders of May", "orders of June", "orders of July")


class Read:
    """Reads one page; the first attempt at June fails."""

    def __init__(self) -> None:
        self.attempts: dict[str, int] = {}

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return how many lines there were."""
        page = ctx.snapshot.input_text or ""
        self.attempts[page] = self.attempts.get(page, 0) + 1
        if "June" in page and self.attempts[page] == 1:
            raise ConnectionError("the store went away")
        return StageOutput.ok(lines=len(page))


class Sum:
    """Runs a child for each page, twice at most, and adds up."""

    def __init__(self, child: Any) -> None:
        self.child = child

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return the total and how many children ran."""
        total = runs = 0
        for page in PAGES:
            for attempt in (1, 2):
                runs += 1
                try:
                    results = await self.child.run(input_text=page)
                except Exception as error:
                    # a refusal is never tried again; a stage's own error once
                    if attempt == 2 or hasattr(error, "ref"):
                        raise
                    continue
                total += results["read"].data["lines"]
                break
        return StageOutput.ok(total=total, runs=runs)


def child(guard: Guard) -> Any:
    """Return the child, mounted: what a stage runs by itself has no guard otherwise."""
    made = Pipeline.from_stages(stage("read", Read(), StageKind.ENRICH), name="page")
    return guard.mount(made, name="page")


def pipeline(guard: Guard) -> Pipeline:
    """Build the parent."""
    return Pipeline.from_stages(
        stage("sum", Sum(child(guard)), StageKind.WORK),
        name="long_running",
    )


async def scenario(scene: Scene) -> None:
    """Three pages, four children; then two who may not."""
    app = scene.guard.mount(pipeline(scene.guard), name="long_running")
    results = await scene.run("three pages", app, "sum up", who="sam@acme", roles=["supervisor"])
    assert results["sum"].data == {"total": 41, "runs": 4}
    await scene.run("a customer may not run the child", app, "sum up", who="maria@acme",
                    roles=["customer"])  # fmt: skip
    alone = child(scene.guard)
    await scene.run("a child for nobody", alone, PAGES[0], who=None)
