"""Error handling: a flaky client is repeated when that is safe, and errors carry no one's data.

What the guard does: each attempt of the tool is a decision of its own on record; a stage's error
leaves with its text redacted, for the caller and for the log. What it refuses: a denied tool is a
refusal, not an error, so no retry and no fallback reaches round it.
"""

from __future__ import annotations

from typing import Any

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.hosts.stageflow.stages import ToolAdapter, ToolFailed
from stageflow_guard.testing.doubles import Faults, ToolDouble
from stageflow_guard.testing.scene import Scene

TEXT = "Find the parcel of maria.keller@example.com."


class Lookup:
    """Asks a client that loses its connection now and then; answers without it when it is down."""

    def __init__(self, find: ToolAdapter) -> None:
        self.find = find

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return what was found, or say that it was not."""
        try:
            found = await self.find(query=ctx.snapshot.input_text or "")
        except ToolFailed as error:
            return StageOutput.ok(place="unknown", why=error.error)
        return StageOutput.ok(place=found, why="")


async def report(ctx: StageContext) -> StageOutput:
    """Fail when the place is strange: the error's text holds what the caller wrote."""
    place = ctx.inputs.require_from("lookup", "place")
    if place == "the moon":
        raise ValueError(f"no parcel is there: {ctx.snapshot.input_text}")
    return StageOutput.ok(text=f"Your parcel is at {place}.")


def pipeline(guard: Guard, find: Any = None) -> Pipeline:
    """Build it around a client; a double stands in for one."""
    client = find or ToolDouble("find_parcel", "Hamburg")
    tool = ToolAdapter(
        guard, client, name="find_parcel", retries=2, idempotent=True, pause=0, timeout=5
    )
    return Pipeline.from_stages(
        stage("lookup", Lookup(tool), StageKind.ENRICH),
        stage("report", report, StageKind.TRANSFORM, after="lookup"),
        name="error_handling",
    )


async def scenario(scene: Scene) -> None:
    """Healed, fallen back, failed without a leak, and refused."""
    who: dict[str, Any] = {"who": "maria@acme", "roles": ["customer"]}

    def mounted(find: ToolDouble) -> Any:
        return scene.guard.mount(pipeline(scene.guard, find), name="error_handling")

    flaky = ToolDouble("find_parcel", "Hamburg", faults=Faults(fail_on={1, 2}))
    results = await scene.run("a lost connection heals", mounted(flaky), TEXT, **who)
    assert (results["report"].data["text"], flaky.calls) == ("Your parcel is at Hamburg.", 3)
    broken = ToolDouble("find_parcel", faults=Faults(fail_on={1}, error=LookupError))
    results = await scene.run("another error is not repeated", mounted(broken), TEXT, **who)
    assert (results["lookup"].data["why"], broken.calls) == ("LookupError", 1)

    async def strange() -> str:
        try:
            await mounted(ToolDouble("find_parcel", "the moon")).run(input_text=TEXT)
        except Exception as error:
            return f"{error} {error.__cause__}"
        return TEXT

    said = await scene.attempt("an error", strange, **who, detail="its text was redacted")
    assert "maria.keller@example.com" not in said
    denied = ToolDouble("find_parcel", "Hamburg")
    await scene.run("a denied tool is not repeated", mounted(denied), TEXT,
                    who="eve@globex", roles=["customer"])  # fmt: skip
    assert denied.calls == 0
