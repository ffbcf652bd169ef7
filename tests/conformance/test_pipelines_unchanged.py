"""A pipeline does not change under the mount: what its stages can ask of their context stays."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import AudioPorts, CorePorts, LLMPorts


async def nowhere(*args):
    return None


PORTS = {
    "none": lambda: None,
    "core": lambda: CorePorts(db="db"),
    "core, empty": CorePorts,
    "model": lambda: LLMPorts(llm_provider="p", send_token=nowhere),
    "audio": lambda: AudioPorts(send_audio_chunk=nowhere, audio_format="wav"),
    "of the application's own": lambda: SimpleNamespace(db="db", send_token=None),
}


def observed(seen):
    async def look(ctx):
        ports = ctx.inputs.ports
        seen.append(
            {
                "none": ports is None,
                "true": bool(ports),
                "types": [isinstance(ports, t) for t in (CorePorts, LLMPorts, AudioPorts)],
                "class": type(None) if ports is None else ports.__class__,
                "db": getattr(ports, "db", "absent"),
                "token": getattr(ports, "send_token", "absent") is None,
                "audio": getattr(ports, "audio_format", "absent"),
                "text": ctx.snapshot.input_text,
                "prior": {n: dict(o.data) for n, o in ctx.inputs.prior_outputs.items()},
                "kinds": [type(o).__name__ for o in ctx.inputs.prior_outputs.values()],
                "declared": ctx.inputs.declared_deps,
                "name": ctx.stage_name,
                "mode": ctx.execution_mode,
                "messages": len(ctx.snapshot.messages),
                "cancelled": ctx.is_cancelled,
                "missing": ctx.inputs.get("nothing", 7),
            }
        )
        return StageOutput.ok(word="hello", nested={"n": [1, (2, 3)]}, nothing_at_all=None)

    return Pipeline.from_stages(
        stage("first", look, StageKind.TRANSFORM),
        stage("second", look, StageKind.TRANSFORM, after="first"),
        name="support",
    )


@pytest.mark.parametrize("kind", PORTS)
async def test_stages_see_under_the_mount_what_they_see_without(world, kind):
    """Absent ports are None, present ones answer to their type; everything harmless is equal."""
    bare, mounted = [], []
    plain = await observed(bare).run(input_text="hello there", ports=PORTS[kind]())
    async with world.guard as guard, guard.session("acme:ada"):
        guarded = await guard.mount(observed(mounted), name="support").run(
            input_text="hello there", ports=PORTS[kind]()
        )
    assert mounted == bare
    assert {n: o.data for n, o in guarded.items()} == {n: o.data for n, o in plain.items()}
    assert [type(o) for o in guarded.values()] == [type(o) for o in plain.values()]
