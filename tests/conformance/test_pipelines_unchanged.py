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


def made(name, *, kind=StageKind.TRANSFORM, **data):
    """A stage that says what it was given, as the host's examples have them."""

    class Made:
        async def execute(self, ctx):
            prior = {n: dict(o.data) for n, o in ctx.inputs.prior_outputs.items()}
            return StageOutput.ok(by=name, heard=ctx.snapshot.input_text, prior=prior, **data)

    Made.name, Made.kind = name, kind
    return Made()


def chain(pipeline, names, after):
    for name in names:
        pipeline = pipeline.with_stage(
            name, made(name), StageKind.TRANSFORM, dependencies=(after,) if after else ()
        )
        after = name
    return pipeline


def side_by_side(pipeline, names, after):
    for name in names:
        pipeline = pipeline.with_stage(
            name, made(name), StageKind.WORK, dependencies=(after,) if after else ()
        )
    return pipeline


def joined(pipeline, name, after):
    return pipeline.with_stage(name, made(name), StageKind.TRANSFORM, dependencies=tuple(after))


def branches(pipeline, route):
    pipeline = pipeline.with_stage(
        "classifier", made("classifier", kind=StageKind.ROUTE, route=route), StageKind.ROUTE
    )
    handlers = ["urgent_handler", "normal_handler", "batch_handler"]
    for name in handlers:
        pipeline = pipeline.with_stage(
            name, made(name), StageKind.WORK, dependencies=("classifier",), conditional=True
        )
    return joined(pipeline, "response_builder", handlers)


WORKERS = [f"worker_{n}" for n in range(4)]
# the shapes of the examples in the host's documentation (`stageflow`, `stageflow.pipeline`)
SHAPES = {
    "one stage": lambda p: p.with_stage("my", made("my", result="done"), StageKind.TRANSFORM),
    "a class": lambda p: p.with_stage("my", type(made("my")), StageKind.TRANSFORM),
    "a chain": lambda p: chain(p, ["input", *(f"transform_{n}" for n in range(5))], None),
    "parallel": lambda p: side_by_side(chain(p, ["splitter"], None), WORKERS, "splitter"),
    "fan-out and fan-in": lambda p: joined(
        side_by_side(chain(p, ["input", "splitter"], None), WORKERS, "splitter"), "merger", WORKERS
    ),
    "branches": lambda p: branches(p, "normal"),
    "branches without a route": lambda p: branches(p, None),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_the_hosts_own_examples_give_what_they_gave(world, shape):
    """Every shape of its documentation: the same stages, statuses and data, in the same order."""
    text = "where is my order?"
    plain = await SHAPES[shape](Pipeline(name="support")).run(input_text=text)
    async with world.guard as guard, guard.session("acme:ada"):
        mounted = guard.mount(SHAPES[shape](Pipeline(name="support")))
        guarded = await mounted.run(input_text=text)
    told = [{n: (o.status, o.data) for n, o in one.items()} for one in (plain, guarded)]
    assert told[0] == told[1] and len(plain) >= 1
