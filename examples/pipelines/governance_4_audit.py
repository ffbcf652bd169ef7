"""Audit: what happened can be asked afterwards, by reference, by tenant, and verified.

What the guard does: every decision, refusal, and effect is a record; the log is a signed tree, so
that a record that is changed, moved or taken out is found; a refusal's reference leads to its
record. What it refuses: a run whose record cannot be written does not happen, and a caller without
the right.
"""

from __future__ import annotations

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.audit import verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.testing.scene import Scene


async def read(ctx: StageContext) -> StageOutput:
    """Read a file of a customer."""
    return StageOutput.ok(file=f"file of {ctx.snapshot.input_text}")


async def export(ctx: StageContext) -> StageOutput:
    """Export it: for supervisors."""
    return StageOutput.ok(exported=ctx.inputs.require_from("read", "file"))


def pipeline() -> Pipeline:
    """Build it."""
    return Pipeline.from_stages(
        stage("read", read, StageKind.ENRICH),
        stage("export", export, StageKind.WORK, after="read"),
        name="audited",
    )


async def scenario(scene: Scene) -> None:
    """A supervisor exports, an agent may not; then the log is asked."""
    app = scene.guard.mount(pipeline(), name="audited")
    text = "maria.keller@example.com"
    await scene.run("a supervisor exports", app, text, who="sam@acme", roles=["supervisor"])
    await scene.run("an agent may not export", app, text, who="bob@acme", roles=["agent"])

    index = int(scene.rows[-1].ref.rpartition("#")[2])
    record = dict(iter_records(scene.folder / "audit", written_ahead=True))[index]
    assert (record["stage"], record["decision"]) == ("export", "deny")

    async def verified() -> int:
        return verify(scene.folder / "audit").size

    assert await scene.attempt("verified", verified, who=None, detail="the log holds") > 0
