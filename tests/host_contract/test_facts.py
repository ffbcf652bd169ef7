"""What the mount relies on. A host release that changes one of these fails here first."""

from __future__ import annotations

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput
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
