"""Every way into a pipeline is guarded, or refused with a hint; none is silently unguarded."""

from __future__ import annotations

from uuid import uuid4

import pytest
from stageflow.api import Pipeline, PipelineContext, stage
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.run_utils import PipelineRunner, run_simple_pipeline
from stageflow.pipeline.builder import PipelineBuilder
from stageflow.pipeline.registry import PipelineRegistry, pipeline_registry
from stageflow.pipeline.subpipeline import get_subpipeline_spawner
from stageflow.tools.executor import ToolExecutor

from stageflow_guard.errors import ConfigError, NotAuthenticated

TOKEN = "acme:ada"


class Seen:
    kind = StageKind.TRANSFORM

    def __init__(self):
        self.runs = []

    async def execute(self, ctx):
        self.runs.append(ctx)
        return StageOutput.ok(text="done")


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def plain(seen):
    return Pipeline(name="support").with_stage("answer", seen, StageKind.TRANSFORM)


@pytest.fixture
def guarded(world, plain):
    return world.guard.mount(plain)


def with_token():
    return {"data": {"auth_token": TOKEN}}


async def refused(awaitable, seen):
    with pytest.raises(NotAuthenticated):
        await awaitable
    assert seen.runs == []


async def test_run_is_guarded(guarded, seen):
    """`run` asks who is calling."""
    await refused(guarded.run(input_text="x"), seen)
    assert (await guarded.run(input_text="x", **with_token()))["answer"].data == {"text": "done"}


async def test_invoke_is_guarded(guarded, seen):
    """`invoke` is `run`."""
    await refused(guarded.invoke("x"), seen)
    assert (await guarded.invoke("x", **with_token()))["answer"].data == {"text": "done"}


async def test_build_run_is_guarded(guarded, seen):
    """A built graph is the gate itself."""
    graph = guarded.build()
    await refused(graph.run(PipelineContext.create(input_text="x")), seen)
    await graph.run(PipelineContext.create(input_text="x", **with_token()))
    assert len(seen.runs) == 1


async def test_from_stages_is_guarded_once_mounted(world, seen):
    """A pipeline made from specs is mounted like any other."""
    plain = Pipeline.from_stages(stage("answer", seen, StageKind.TRANSFORM), name="support")
    await refused(world.guard.mount(plain).run(input_text="x"), seen)


async def test_from_stages_on_a_guarded_class_is_refused(guarded, seen):
    """The guarded class makes no pipeline without its guard."""
    with pytest.raises(ConfigError, match="guard.mount"):
        type(guarded).from_stages(stage("answer", seen, StageKind.TRANSFORM), name="support")


async def test_compose_into_the_guarded_is_guarded(world, guarded):
    """What is composed into a guarded pipeline is guarded under its name."""
    other = Seen()
    merged = guarded.compose(Pipeline(name="x").with_stage("more", other, StageKind.TRANSFORM))
    await refused(merged.run(input_text="x"), other)
    await merged.run(input_text="x", **with_token())
    assert len(other.runs) == 1
    assert {r.resource for r in world.log.records if r.resource} == {
        "stage:support/answer",
        "stage:support/more",
    }


async def test_composed_into_a_plain_pipeline_the_stage_refuses(guarded, seen):
    """`plain.compose(guarded)` is no gate: the guarded stage refuses and names the remedy."""
    plain = Pipeline(name="plain").compose(guarded)
    with pytest.raises(Exception, match="guard.mount") as caught:
        await plain.run(input_text="x", **with_token())
    assert isinstance(getattr(caught.value, "original", caught.value), NotAuthenticated)
    assert seen.runs == []


async def test_a_registry_hands_out_the_guarded_pipeline(guarded, seen):
    """`PipelineRegistry` keeps the object: what comes out is guarded."""
    registry = PipelineRegistry()
    registry.register("support", guarded)
    await refused(registry.get("support").run(input_text="x"), seen)


async def test_the_runner_is_refused_with_a_hint_and_guarded_with_a_context(guarded, seen):
    """`PipelineRunner` invents a user; with `pipeline_ctx=` it is the token's."""
    invented = await PipelineRunner(verbose=False).run(guarded, input_text="x")
    assert not invented.success
    assert seen.runs == []
    ctx = PipelineContext.create(input_text="x", **with_token())
    given = await PipelineRunner(verbose=False).run(guarded, pipeline_ctx=ctx)
    assert given.success
    assert len(seen.runs) == 1


async def test_the_runners_invented_user_is_named_in_the_refusal(world, guarded, seen):
    """The refusal says which field contradicts the token, and what to pass instead."""
    async with world.guard.session(TOKEN):
        result = await PipelineRunner(verbose=False).run(guarded, input_text="x")
    assert not result.success
    assert "user_id" in str(result.error)
    assert "pipeline_ctx=" in str(result.error)
    assert seen.runs == []


async def test_the_simple_helper_is_refused(guarded, seen):
    """`run_simple_pipeline` carries no token: nothing runs, and it says so."""
    result = await run_simple_pipeline(guarded, "x")
    assert not result.success
    assert "not_authenticated" in str(result.error)
    assert seen.runs == []


async def test_a_spawned_subpipeline_is_guarded_as_its_parent(world, guarded, seen):
    """A child spawned by a tool runs as the parent's principal, or not at all."""
    pipeline_registry.register("guarded-child", guarded)
    answers = []

    class Spawns(Seen):
        async def execute(self, ctx):
            parent = PipelineContext.create(topology="parent")
            answers.append(
                await ToolExecutor(spawner=get_subpipeline_spawner()).spawn_subpipeline(
                    "guarded-child", parent, uuid4()
                )
            )
            return {}

    parent = Pipeline(name="parent").with_stage("spawn", Spawns(), StageKind.TRANSFORM)
    await world.guard.mount(parent).run(input_text="", **with_token())
    assert answers[0].success
    child = next(r for r in world.log.kinds("run_start") if r.pipeline == "support")
    assert child.parent_run is not None
    assert child.actor["subject"] == "user:ada"
    outside = await ToolExecutor(spawner=get_subpipeline_spawner()).spawn_subpipeline(
        "guarded-child", PipelineContext.create(topology="parent"), uuid4()
    )
    assert not outside.success
    assert len(seen.runs) == 1


async def test_the_legacy_builder_cannot_be_mounted(world):
    """`mount` takes the host's `Pipeline`; the legacy builder is refused by name."""
    with pytest.raises(ConfigError, match="PipelineBuilder"):
        world.guard.mount(PipelineBuilder(name="old"))


async def test_a_guarded_stage_in_a_legacy_graph_refuses(guarded, seen):
    """A guarded runner that is moved into the legacy graph refuses to run there."""
    runner = guarded.stages["answer"].runner
    with pytest.raises(NotAuthenticated, match="outside a guarded run"):
        await runner.execute(PipelineContext.create(topology="old"))
    assert seen.runs == []


async def test_a_stage_context_is_no_way_in(guarded, seen):
    """The host also runs from a `StageContext`; the gate does not."""
    ctx = PipelineContext.create(topology="support", **with_token()).derive_root_stage_context()
    await refused(guarded.build().run(ctx), seen)


async def test_run_sync_refuses_inside_a_loop(world, guarded):
    """`run_sync` in a running loop says what to write instead."""
    with pytest.raises(ConfigError, match="await guarded.run"):
        world.guard.run_sync(guarded, input_text="x", credential=TOKEN)
