"""What the mount relies on. A host release that changes one of these fails here first."""

from __future__ import annotations

import asyncio

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageContext, StageKind, StageOutput
from stageflow.pipeline.dag import UnifiedStageExecutionError
from stageflow.pipeline.interceptors import (
    BaseInterceptor,
    CriticalInterceptorError,
    ErrorAction,
    InterceptorResult,
    get_default_interceptors,
)


class Probe(BaseInterceptor):
    """An interceptor whose `before` does what a test says."""

    name, priority = "probe", -1

    def __init__(self, act):
        self.act = act
        self.order = []

    async def before(self, stage_name, ctx):
        self.order.append("before")
        return self.act()

    async def after(self, stage_name, result, ctx):
        self.order.append("after")

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.FAIL


def boom(error):
    raise error


def chain(ran):
    async def stage(ctx):
        ran.append(1)
        return StageOutput.ok()

    return Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM)


async def test_f2_an_ordinary_exception_in_before_is_swallowed():
    """F2: the stage runs although the check crashed."""
    ran = []
    await chain(ran).run(interceptors=[Probe(lambda: boom(RuntimeError("x")))])
    assert ran == [1]


async def test_f3_a_short_circuit_with_an_error_is_a_success():
    """F3: `stage_ran=False, error=...` becomes ok {}."""
    probe = Probe(lambda: InterceptorResult(stage_ran=False, error="denied"))
    results = await chain([]).run(interceptors=[probe])
    assert results["s"].status.value == "ok"
    assert results["s"].data == {}


async def test_f4_a_critical_error_aborts_without_after():
    """F4: nobody's `after` runs; the original is kept."""
    error = CriticalInterceptorError("x", "probe")
    probe = Probe(lambda: boom(error))
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await chain([]).run(interceptors=[probe])
    assert caught.value.original is error
    assert probe.order == ["before"]


async def test_f1_f5_a_hook_comes_first_and_raises_raw():
    """F1, F5: hooks precede interceptors; their exception reaches the caller as itself."""
    probe = Probe(lambda: None)
    ctx = PipelineContext.create()
    ctx.add_before_stage_start_hook(lambda *_: boom(KeyError("x")))
    with pytest.raises(KeyError):
        await chain([]).build(interceptors=[probe]).run(ctx)
    assert probe.order == []


def test_f9_an_empty_list_means_the_defaults():
    """F9: `[]` is replaced by the defaults; a filled list is aliased."""
    assert len(chain([]).build(interceptors=[])._interceptors) == len(get_default_interceptors())
    mine = [Probe(lambda: None)]
    assert chain([]).build(interceptors=mine)._interceptors is mine


def test_f15_a_fork_keeps_hooks_and_a_view_of_the_parents_data():
    """F15: a child context carries what its parent's data held."""
    from uuid import uuid4

    ctx = PipelineContext.create(data={"k": "v"})
    ctx.add_before_stage_start_hook(lambda *_: None)
    child = ctx.fork(uuid4(), "s", uuid4())
    assert child.get_parent_data("k") == "v"
    assert len(child._before_stage_start_hooks) == 1


async def test_f6_a_runners_exception_passes_on_error_and_after_then_is_wrapped():
    """F6: `.original` is the runner's exception; `__cause__` is None."""
    error, probe = ValueError("x"), Probe(lambda: None)

    async def stage(ctx):
        raise error

    pipeline = Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM)
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await pipeline.run(interceptors=[probe])
    assert caught.value.original is error
    assert caught.value.__cause__ is None
    assert probe.order == ["before", "after"]


async def test_f7_what_interceptors_hooks_and_runners_are_given():
    """F7: a name and a `PipelineContext`; name, kind, both contexts; a `StageContext`."""
    given = {}

    class Sees(Probe):
        async def before(self, stage_name, ctx):
            given["interceptor"] = (stage_name, ctx)

    async def stage(ctx):
        given["runner"] = ctx
        return StageOutput.ok()

    ctx = PipelineContext.create()
    ctx.add_before_stage_start_hook(lambda *a: given.update(hook=a))
    pipeline = Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM)
    await pipeline.build(interceptors=[Sees(None)]).run(ctx)
    assert given["interceptor"][0] == "s"
    assert given["hook"][:2] == ("s", StageKind.TRANSFORM)
    assert isinstance(given["hook"][2], StageContext)
    assert given["hook"][3] is ctx
    assert given["runner"] is given["hook"][2]


async def test_f7_prior_outputs_are_a_dict_of_this_call_alone():
    """The mount exchanges values in `prior_outputs`: the host makes that dict anew per stage."""
    dicts = []

    async def stage(ctx):
        dicts.append(ctx.inputs.prior_outputs)
        return StageOutput.ok()

    pipeline = Pipeline(name="p").with_stage("a", stage, StageKind.TRANSFORM)
    for name in ("b", "c"):
        pipeline = pipeline.with_stage(name, stage, StageKind.TRANSFORM, after="a")
    results = await pipeline.run()
    assert len({id(d) for d in dicts}) == 3
    assert all(d is not results for d in dicts)
    dicts[1].clear()
    assert set(results) == {"a", "b", "c"}


async def test_f8_the_snapshot_is_derived_once_per_run():
    """F8: what is set on the context later reaches no stage."""
    read = []

    async def stage(ctx):
        read.append(ctx.snapshot.input_text)
        return StageOutput.ok()

    ctx = PipelineContext.create(input_text="before")
    ctx.add_before_stage_start_hook(lambda *a: setattr(a[3], "input_text", "after"))
    await Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM).build().run(ctx)
    assert read == ["before"]


def test_f10_the_default_interceptors_in_their_order():
    """F10: names and priorities that the mount lives beside."""
    found = {i.name: i.priority for i in get_default_interceptors()}
    assert list(found.values()) == sorted(found.values())
    assert min(found.values()) >= 4
    assert {"idempotency", "timeout", "circuit_breaker", "logging"} <= set(found)


async def test_f11_a_graph_keeps_its_runs_state_on_itself():
    """F11: the cancel token of the run is an attribute of the graph."""
    held = []
    graph = None

    async def stage(ctx):
        held.append(graph.cancel_token)
        return StageOutput.ok()

    graph = Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM).build()
    await graph.run(PipelineContext.create())
    assert held[0] is not None


async def test_f12_cancelling_the_caller_leaves_stages_running():
    """F12: the stage goes on, side effects included."""
    started, done = asyncio.Event(), asyncio.Event()

    async def stage(ctx):
        started.set()
        await asyncio.sleep(0.05)
        done.set()
        return StageOutput.ok()

    pipeline = Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM)
    task = asyncio.create_task(pipeline.run())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not done.is_set()
    await asyncio.wait_for(done.wait(), 2)


async def test_f13_no_event_tells_that_a_stage_started_or_ended():
    """F13: without wide events the sink hears nothing of an ordinary run."""
    heard = []

    class Sink:
        async def emit(self, *, type, data=None):
            heard.append(type)

        def try_emit(self, *, type, data=None):
            heard.append(type)

    await chain([]).build().run(PipelineContext.create(event_sink=Sink()))
    assert not [t for t in heard if "started" in t or "completed" in t]


async def test_f14_a_failed_stages_data_is_lost_to_the_caller():
    """F14: of a FAIL only an error string is left."""

    async def stage(ctx):
        return StageOutput.fail(error="no", data={"partial": 1})

    pipeline = Pipeline(name="p").with_stage("s", stage, StageKind.TRANSFORM)
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await pipeline.run()
    assert "partial" not in f"{caught.value!r} {caught.value.original!r} {vars(caught.value)}"


async def test_f16_a_spawned_childs_exception_is_a_string():
    """F16: `spawn_subpipeline` builds without arguments and turns every error into text."""
    from uuid import uuid4

    from stageflow.pipeline.registry import pipeline_registry
    from stageflow.tools.executor import ToolExecutor

    built = []

    class Watched(Pipeline):
        def build(self, **kwargs):
            built.append(kwargs)
            return super().build(**kwargs)

    async def stage(ctx):
        raise ValueError("inner")

    child = Watched(name="f16").with_stage("s", stage, StageKind.TRANSFORM)
    pipeline_registry.register("f16", Watched(name="f16", stages=child.stages))
    answer = await ToolExecutor().spawn_subpipeline("f16", PipelineContext.create(), uuid4())
    assert built == [{}]
    assert not answer.success
    assert isinstance(answer.error, str)
