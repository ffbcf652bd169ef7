"""No retry strategy of the host publishes a draft that its GUARD has not judged (W52)."""

from __future__ import annotations

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput
from stageflow.pipeline.guard_retry import GuardRetryPolicy, GuardRetryStrategy

from stageflow_guard.errors import Bypassed, ConfigError

TOKEN = "acme:ada"


class Mine(GuardRetryStrategy):
    """A strategy of an application's own class."""


class Duck:
    """What the host takes for a strategy."""

    def validate(self, specs):
        return None

    def get_policy(self, name):
        return GuardRetryPolicy(retry_stage="draft") if name == "check" else None


def policies():
    return {"check": GuardRetryPolicy(retry_stage="draft")}


STRATEGIES = {
    "a strategy": lambda: GuardRetryStrategy(policies()),
    "a strategy of one attempt": lambda: GuardRetryStrategy(
        {"check": GuardRetryPolicy(retry_stage="draft", max_attempts=1)}
    ),
    "an empty strategy, to be filled later": GuardRetryStrategy,
    "a subclass": lambda: Mine(policies()),
    "an object like one": Duck,
}


def drafting(world):
    """Return a mounted pipeline, and what a sibling of the GUARD has read."""
    read = []

    async def draft(ctx):
        return StageOutput.ok(text="a draft")

    async def check(ctx):
        return StageOutput.fail(error="no")

    async def sibling(ctx):
        read.append(ctx.inputs.get("text"))
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("draft", draft, StageKind.TRANSFORM)
        .with_stage("check", check, StageKind.GUARD, after="draft")
        .with_stage("sibling", sibling, StageKind.TRANSFORM, after="draft")
    )
    return world.guard.mount(pipeline), read


@pytest.mark.parametrize("kind", STRATEGIES, ids=lambda k: k.replace(" ", "_"))
def test_a_retry_strategy_is_refused_at_build(world, kind):
    """As a conditional GUARD is: with a clear error, before anything runs."""
    pipeline, _ = drafting(world)
    with pytest.raises(ConfigError, match="guard_retry_strategy"):
        pipeline.build(guard_retry_strategy=STRATEGIES[kind]())


@pytest.mark.parametrize("way", ["run", "invoke"])
async def test_a_retry_strategy_is_refused_at_every_way_in(world, way):
    """`run` and `invoke` build too."""
    pipeline, read = drafting(world)
    with pytest.raises(ConfigError, match="guard_retry_strategy"):
        await getattr(pipeline, way)(
            input_text="hi", data={"auth_token": TOKEN},
            guard_retry_strategy=GuardRetryStrategy(policies()),
        )  # fmt: skip
    assert read == []


@pytest.mark.parametrize("kind", STRATEGIES, ids=lambda k: k.replace(" ", "_"))
async def test_a_retry_strategy_that_is_set_after_the_build_is_a_bypass(world, kind):
    """A built graph is a mutable object; its run is refused, on record."""
    pipeline, read = drafting(world)
    graph = pipeline.build()
    graph._guard_retry_strategy = STRATEGIES[kind]()
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    with pytest.raises(Bypassed):
        await graph.run(ctx)
    assert read == []
    assert [r.error for r in world.log.kinds("decision")] == ["bypassed"]


def test_no_strategy_is_no_fault(world):
    """Saying None builds."""
    pipeline, _ = drafting(world)
    assert pipeline.build(guard_retry_strategy=None) is not None
