"""No exception of any type, at any inner step, lets a stage run."""

from __future__ import annotations

import asyncio

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard.errors import GuardError

KINDS = [
    Exception("x"), ValueError("x"), TypeError("x"), KeyError("x"), AttributeError("x"),
    RuntimeError("x"), OSError(5, "x"), PermissionError("x"), TimeoutError("x"), MemoryError("x"),
    RecursionError("x"), AssertionError("x"), UnicodeEncodeError("utf-8", "x", 0, 1, "x"),
    StopIteration("x"), StopAsyncIteration("x"), ExceptionGroup("x", [ValueError("y")]),
]  # fmt: skip
GOES_THROUGH = [KeyboardInterrupt("x"), SystemExit(3), asyncio.CancelledError("x")]


def stub(kind):
    """A function that raises, whatever it is called with."""

    def raises(*_args, **_more):
        raise kind

    return raises


def later(kind):
    """The same, awaited."""

    async def raises(*_args, **_more):
        raise kind

    return raises


STEPS = {
    "authenticate": lambda w, e: setattr(w.tokens, "authenticate", later(e)),
    "recheck": lambda w, e: setattr(w.tokens, "recheck", stub(e)),
    "decide": lambda w, e: setattr(w.rules, "decide", stub(e)),
    "scope of the inspector": lambda w, e: setattr(w.inspector, "scope_for", stub(e)),
    "inspect": lambda w, e: setattr(w.inspector, "redact", later(e)),
    "append": lambda w, e: setattr(w.log, "append", later(e)),
    "ceiling": lambda w, e: setattr(w.guard._pep, "_ceiling", stub(e)),
}


def counting(ran):
    """A pipeline of one stage that counts its calls."""

    async def stage(ctx):
        ran.append(1)
        return StageOutput.ok()

    return Pipeline(name="p").with_stage("s", stage, StageKind.WORK)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: type(k).__name__)
async def test_an_exception_at_any_step_is_a_typed_refusal(world, step, kind):
    """The stage does not run, the caller gets a `GuardError`, and it is on record where one can be."""
    ran: list = []
    guarded = world.guard.mount(counting(ran), name="p")
    STEPS[step](world, kind)
    with pytest.raises(GuardError):
        await guarded.run(input_text="mail ada@example.org", data={"auth_token": "acme:ada"})
    assert ran == []
    if step != "append":
        assert [r for r in world.log.records if r.decision == "deny"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", GOES_THROUGH, ids=lambda k: type(k).__name__)
def test_what_must_propagate_does_and_nothing_runs_behind_it(world, step, kind):
    """Interrupts and cancellation are not swallowed, and are no way past a step."""
    ran: list = []
    guarded = world.guard.mount(counting(ran), name="p")
    STEPS[step](world, kind)
    with pytest.raises((BaseException, GuardError)):
        asyncio.run(guarded.run(input_text="a@b.org", data={"auth_token": "acme:ada"}))
    assert ran == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: type(k).__name__)
async def test_a_source_of_tokens_that_breaks_is_a_typed_refusal(world, kind):
    """The refresher is a collaborator like every other."""

    class Source:
        access_token = staticmethod(later(kind))

    ran: list = []
    async with world.guard.session(Source()):
        with pytest.raises(GuardError):
            await world.guard.mount(counting(ran), name="p").run(input_text="x")
    assert ran == []


@pytest.mark.parametrize("place", range(1, 6))
async def test_an_inspector_that_never_answers_is_a_refusal_at_every_place(place):
    """Whatever inspector it is: behind its own deadline there is the guard's."""
    from stageflow.api import stage

    from stageflow_guard import InspectorUnavailable
    from stageflow_guard.testing.conformance import Environment
    from stageflow_guard.testing.conformance.environment import ADA, TEXT

    env = Environment()
    env.guard._pep.inspect_timeout = 0.05
    honest, calls = env.inspector.redact, 0

    async def hang(value, *, scope, direction):
        nonlocal calls
        calls += 1
        if calls >= place:
            await asyncio.Event().wait()
        return await honest(value, scope=scope, direction=direction)

    env.inspector.redact = hang

    async def body(ctx):
        return StageOutput.ok(text=TEXT)

    pipeline = Pipeline.from_stages(
        stage("one", body, StageKind.TRANSFORM),
        stage("two", body, StageKind.TRANSFORM, after="one"), name="kit",
    )  # fmt: skip
    async with asyncio.timeout(20), env.guard.session(ADA):
        try:
            await env.guard.mount(pipeline, name="kit").run(input_text=TEXT)
        except InspectorUnavailable as error:
            ref = error.ref
        else:
            ref = None
    assert ref or calls < place  # it is asked no more often than that
