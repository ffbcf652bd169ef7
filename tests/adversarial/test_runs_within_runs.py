"""Runs inside runs: another pipeline's name, a parent that has ended, outputs of no known form."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import uuid4

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.stages.context import PipelineContext

from stageflow_guard import GuardError, InspectorUnavailable, NotAuthenticated, current_principal
from stageflow_guard.errors import AccessDenied, PolicyUnavailable
from stageflow_guard.model import Principal

TOKEN = {"auth_token": "acme:ada"}


def of(name, **stages):
    """A pipeline of independent stages."""
    pipeline = Pipeline(name=name)
    for stage, runner in stages.items():
        pipeline = pipeline.with_stage(stage, runner, StageKind.WORK)
    return pipeline


async def test_a_stage_answers_under_no_other_pipelines_name(world):
    """Composed into a plain pipeline and run inside a permitted run, a denied stage stays denied."""
    ran = []

    async def purge(ctx):
        ran.append("purge")
        return StageOutput.ok()

    admin = world.guard.mount(of("admin", purge=purge))
    world.rules.denied.add("admin/purge")

    async def one(ctx):
        await of("tool").compose(admin).build().run(PipelineContext.create(topology="tool"))
        return StageOutput.ok()

    with pytest.raises(NotAuthenticated) as caught:
        await world.guard.mount(of("support", one=one)).run(input_text="", data=TOKEN)
    assert caught.value.reason == "outside_run" and ran == []
    assert not [r for r in world.log.kinds("decision") if r.resource == "stage:support/purge"
                and r.decision == "permit"]  # fmt: skip


async def test_composed_into_another_guarded_pipeline_a_stage_takes_its_name(world):
    """Composing is how a stage changes its name: the policies of the new one are asked."""

    async def work(ctx):
        return StageOutput.ok()

    async def more(ctx):
        return StageOutput.ok()

    both = world.guard.mount(of("b", more=more)).compose(world.guard.mount(of("a", work=work)))
    await both.run(input_text="", data=TOKEN)
    assert {r.resource for r in world.log.kinds("decision")} == {"stage:b/work", "stage:b/more"}


async def test_a_child_left_behind_is_nobody(world):
    """A child run that outlives its parent starts no further stage, and knows no caller."""
    seen, left = [], []
    begun, over = asyncio.Event(), asyncio.Event()

    async def first(ctx):
        begun.set()
        await over.wait()
        seen.append(current_principal())
        return StageOutput.ok()

    async def second(ctx):
        seen.append("second")
        return StageOutput.ok()

    child = world.guard.mount(
        Pipeline(name="child").with_stage("first", first, StageKind.WORK)
        .with_stage("second", second, StageKind.WORK, dependencies=("first",))
    )  # fmt: skip

    async def one(ctx):
        left.append(asyncio.ensure_future(child.run(input_text="")))
        await begun.wait()
        return StageOutput.ok()

    await world.guard.mount(of("parent", one=one)).run(input_text="", data=TOKEN)
    over.set()
    with pytest.raises(GuardError):
        await left[0]
    assert seen == [None]


@pytest.mark.parametrize("how", ["text", "artifacts"])
async def test_an_answer_of_no_known_form_is_withheld_typed_and_on_record(world, how):
    """An exception that cannot be printed, an artifact that is none: no raw error, no lost effect."""

    class Mute(ValueError):
        def __str__(self):
            raise RuntimeError("cannot render ada@example.com")

    async def odd(ctx):
        if how == "text":
            raise Mute
        return StageOutput(status=StageOutput.ok().status, artifacts=[{}])

    with pytest.raises(Exception) as caught:
        await world.guard.mount(of("p", odd=odd)).run(input_text="", data=TOKEN)
    assert "ada@example.com" not in f"{caught.value!r} {caught.value}"
    assert how == "text" or isinstance(caught.value, InspectorUnavailable)
    (effect,) = world.log.kinds("effect")
    assert effect.outcome == ("error" if how == "text" else "withheld")


@pytest.mark.parametrize("what", ["token", "session"])
async def test_an_id_that_cannot_be_read_is_a_typed_refusal_on_record(world, what):
    """Objects whose own methods fail, in the place of a token or an id."""

    class Odd:
        def __eq__(self, other):
            raise ValueError("ada@example.com")

        __hash__ = None
        __ne__ = __eq__

        def __str__(self):
            raise ValueError("ada@example.com")

    async def one(ctx):
        return StageOutput.ok()

    changes = (
        {"data": {"auth_token": Odd()}} if what == "token" else {"session_id": Odd(), "data": TOKEN}
    )
    ctx = PipelineContext.create(topology="p", **changes)
    async with world.guard.session("acme:ada"):
        with pytest.raises(NotAuthenticated) as caught:
            await world.guard.mount(of("p", one=one)).build().run(ctx)
    assert caught.value.ref and "ada@example.com" not in str(caught.value)
    assert not world.log.kinds("effect")


@pytest.mark.parametrize("fault", ["revoked", "broken"])
async def test_a_question_that_cannot_be_answered_is_on_record(world, fault):
    """`decide` and `filter`: a caller who is gone, a decision point that breaks."""
    who = Principal(subject="user:ada", tenant="acme")
    if fault == "revoked":
        world.tokens.revoked.add("user:ada")
    else:
        world.rules.fail = RuntimeError("x")
    with pytest.raises((NotAuthenticated, PolicyUnavailable)) as caught:
        await world.guard.decide(who, kind="data", obj="t/1", act="read", owner="acme")
    assert caught.value.ref and len(world.log.kinds("decision")) == 1
    if fault == "revoked":
        return
    async with world.guard.session("acme:ada"):
        with pytest.raises(PolicyUnavailable) as caught:
            await world.guard.filter(
                ["x"], kind="data", obj=lambda _: "t/1", owner=lambda _: "acme"
            )
    assert caught.value.ref


@pytest.mark.parametrize("token", ["acme:ada", "acme:eve"], ids=["the same", "another"])
async def test_a_session_that_a_stage_opens_makes_no_run_of_its_own(world, token):
    """What runs in it is the run's child: it has its caller, its parent, and its denial counts."""
    world.rules.denied.add("child/answer")

    async def nothing(_ctx):
        return None

    async def act(_ctx):
        async with world.guard.session(token):
            with contextlib.suppress(GuardError):
                await child.run(input_text="x")

    def one(name, stage):
        return Pipeline(name=name).with_stage("answer", stage, StageKind.WORK)

    child = world.guard.mount(one("child", nothing))
    with pytest.raises(AccessDenied if token == "acme:ada" else NotAuthenticated) as caught:
        await world.guard.mount(one("outer", act)).run(input_text="x", data=dict(TOKEN))
    starts = world.log.kinds("run_start")
    if token != "acme:ada":
        assert caught.value.reason == "credential_conflict" and len(starts) == 1
        return
    assert starts[1].parent_run == starts[0].run
    assert {r.actor["subject"] for r in starts} == {"user:ada"}


async def test_a_session_that_outlives_the_run_it_was_opened_in_is_its_own(world):
    """A background job of a stage that ends later begins runs under the token that it holds."""
    jobs, go = [], asyncio.Event()

    async def nothing(_ctx):
        return None

    async def job():
        await go.wait()
        async with world.guard.session("acme:svc"):
            await other.run(input_text="x")

    async def act(_ctx):
        jobs.append(asyncio.create_task(job()))

    def one(name, stage):
        return Pipeline(name=name).with_stage("answer", stage, StageKind.WORK)

    other = world.guard.mount(one("other", nothing))
    await world.guard.mount(one("outer", act)).run(input_text="x", data=dict(TOKEN))
    go.set()
    await jobs[0]
    assert [r.actor["subject"] for r in world.log.kinds("run_start")] == ["user:ada", "user:svc"]


@pytest.mark.parametrize("claim", ["user_id", "org_id", "auth_token"])
async def test_a_child_chooses_no_identity(world, claim):
    """W43: a child that names another user, organisation or token is refused, and so is the run."""
    ran = []

    async def answer(ctx):
        ran.append(ctx)
        return StageOutput.ok()

    child = world.guard.mount(of("child", answer=answer))

    async def parent(ctx):
        with contextlib.suppress(GuardError):
            if claim == "auth_token":
                await child.run(input_text="x", data={"auth_token": "globex:eve"})
            else:
                await child.run(input_text="x", **{claim: uuid4()})
        return StageOutput.ok()

    with pytest.raises(NotAuthenticated) as caught:
        await world.guard.mount(of("support", parent=parent)).run(input_text="", data=TOKEN)
    assert caught.value.ref
    assert ran == []
    assert [r.error for r in world.log.kinds("decision") if r.decision == "deny"] == [
        "not_authenticated"
    ]
