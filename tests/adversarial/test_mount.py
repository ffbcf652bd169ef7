"""What the host would let through, and the guard does not."""

from __future__ import annotations

import asyncio
import copy
import pickle

import pytest
from stageflow.api import Pipeline, PipelineContext, stage
from stageflow.core import StageKind, StageOutput
from stageflow.pipeline.interceptors import (
    BaseInterceptor,
    CriticalInterceptorError,
    ErrorAction,
    InterceptorResult,
    get_default_interceptors,
)
from stageflow.stages.ports import CorePorts

from stageflow_guard import current_principal
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    Bypassed,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"


class Seen:
    """A stage that remembers that it ran and what it read."""

    def __init__(self, kind=StageKind.TRANSFORM, out=None, error=None, wait=0.0):
        self.kind, self.out, self.error, self.wait = kind, out, error, wait
        self.runs: list = []

    async def execute(self, ctx):
        self.runs.append(ctx)
        await asyncio.sleep(self.wait)
        if self.error is not None:
            raise self.error
        return self.out if self.out is not None else StageOutput.ok(text="done")


def one(kind=StageKind.TRANSFORM, **kwargs):
    seen = Seen(kind, **kwargs)
    return seen, Pipeline(name="support").with_stage("answer", seen, kind)


async def test_a_run_without_a_token_runs_nothing(world):
    """W1: no token is a typed refusal, on record, and no stage runs."""
    seen, pipeline = one()
    with pytest.raises(NotAuthenticated) as caught:
        await world.guard.mount(pipeline).run(input_text="hi")
    assert caught.value.reason == "missing"
    assert caught.value.ref == "test#0"
    assert isinstance(caught.value, CriticalInterceptorError)
    assert seen.runs == []
    assert world.log.records[0].decision == "deny"


async def test_a_permitted_run_leaves_start_decision_effect_end(world):
    """Every stage call has its decision before it and its effect behind it."""
    seen, pipeline = one()
    results = await world.guard.mount(pipeline).run(input_text="hi", data={"auth_token": TOKEN})
    assert results["answer"].data == {"text": "done"}
    assert len(seen.runs) == 1
    assert [r.kind for r in world.log.records] == ["run_start", "decision", "effect", "run_end"]
    assert world.log.records[2].decision_index == 1
    assert world.log.records[3].outcome == "ok"


async def test_a_denied_stage_stops_its_dependents(world):
    """W2: a denial reaches the caller typed; nothing downstream runs on `{}`."""
    first, last = Seen(), Seen()
    pipeline = (
        Pipeline(name="support")
        .with_stage("first", first, StageKind.TRANSFORM)
        .with_stage("last", last, StageKind.TRANSFORM, after="first")
    )
    world.rules.denied.add("support/first")
    with pytest.raises(AccessDenied) as caught:
        await world.guard.mount(pipeline).run(input_text="hi", data={"auth_token": TOKEN})
    assert caught.value.decision.reason == "no_matching_rule"
    assert first.runs == last.runs == []
    assert world.log.kinds("run_end")[0].outcome == "refused"


ERRORS = [RuntimeError("x"), KeyError("x"), PermissionError("x"), TimeoutError("x"), OSError("x")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("where", ["tokens", "rules", "inspector", "log"])
async def test_any_exception_of_any_collaborator_runs_nothing(world, where, error):
    """W3: a crashed check is a typed refusal, whatever it crashed with."""
    seen, pipeline = one()
    if where == "inspector":

        async def broken(*_args, **_kwargs):
            raise error

        world.inspector.redact = broken
    elif where == "log":

        async def broken_append(_record):
            raise error

        world.log.append = broken_append
    else:
        getattr(world, where).fail = error
    expected = {
        "tokens": NotAuthenticated,
        "rules": PolicyUnavailable,
        "inspector": InspectorUnavailable,
        "log": AuditUnavailable,
    }[where]
    with pytest.raises(expected) as caught:
        await world.guard.mount(pipeline).run(input_text="hi there", data={"auth_token": TOKEN})
    assert seen.runs == []
    assert caught.value.ref


class Answers(BaseInterceptor):
    """An interceptor that answers for the stage."""

    name, priority = "cache", -(2**40)

    async def before(self, stage_name, ctx):
        return InterceptorResult(stage_ran=False, result={"text": "from elsewhere"})

    async def after(self, stage_name, result, ctx):
        return None

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.FAIL


async def test_an_interceptor_that_answers_for_a_stage_is_a_bypass(world):
    """W7: a short circuit with a lower priority number than the guard's is found."""
    seen, pipeline = one()
    with pytest.raises(Bypassed):
        await world.guard.mount(pipeline).run(
            interceptors=[Answers()], input_text="hi", data={"auth_token": TOKEN}
        )
    assert seen.runs == []


def test_a_conditional_guard_is_refused_at_mount(world):
    """W8: a GUARD that any upstream output could skip does not mount."""
    _, pipeline = one()
    pipeline = pipeline.with_stage(
        "check", Seen(StageKind.GUARD), StageKind.GUARD, conditional=True
    )
    with pytest.raises(ConfigError, match="check"):
        world.guard.mount(pipeline)


@pytest.mark.parametrize(
    "out",
    [StageOutput.skip("x"), StageOutput.retry("x"), StageOutput.ok(allowed=False), {"allowed": 0}],
)
async def test_a_guard_that_does_not_say_ok_has_not_passed(world, out):
    """W9: SKIP, RETRY and `allowed: False` of a GUARD fail the run."""
    check, answer = Seen(StageKind.GUARD, out=out), Seen()
    pipeline = (
        Pipeline(name="support")
        .with_stage("check", check, StageKind.GUARD)
        .with_stage("answer", answer, StageKind.TRANSFORM, after="check")
    )
    with pytest.raises(Exception, match="check"):
        await world.guard.mount(pipeline).run(input_text="hi", data={"auth_token": TOKEN})
    assert answer.runs == []


async def test_no_stage_sees_the_token_or_the_raw_text(world):
    """W15, W24: the token is gone and every input carrier is redacted."""
    seen, pipeline = one()
    await world.guard.mount(pipeline).run(
        input_text=f"write to {MAIL}",
        metadata={"note": MAIL},
        extensions={MAIL: [MAIL]},
        data={"auth_token": TOKEN},
    )
    ctx = seen.runs[0]
    assert MAIL not in repr(ctx)
    assert MAIL not in str(ctx.snapshot.to_dict())
    assert TOKEN not in repr(ctx)
    assert "EMAIL_ADDRESS_1" in ctx.snapshot.input_text


async def test_reveal_gives_one_stage_the_originals_back(world):
    """Clearance: only the stage with `reveal` reads the originals; its output is redacted again."""
    model, send = Seen(), Seen(out={"sent": MAIL})
    pipeline = (
        Pipeline(name="support")
        .with_stage("model", model, StageKind.TRANSFORM)
        .with_stage("send", send, StageKind.WORK, after="model")
    )
    world.rules.reveal.add("support/send")
    results = await world.guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": TOKEN})
    assert model.runs[0].snapshot.input_text != MAIL
    assert send.runs[0].snapshot.input_text == MAIL
    assert MAIL not in str(results)
    assert MAIL not in str(world.log.records)


async def test_block_refuses_at_the_first_authorized_stage(world):
    """`on_finding = block`: AccessDenied comes first, then ContentBlocked; types only."""
    seen, pipeline = one()
    guard = world.build(block=True)
    with pytest.raises(ContentBlocked) as caught:
        await guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": TOKEN})
    assert caught.value.findings[0].entity == "EMAIL_ADDRESS"
    world.rules.denied.add("support/answer")
    with pytest.raises(AccessDenied):
        await guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": TOKEN})
    assert seen.runs == []


@pytest.mark.parametrize(
    "out",
    [
        {"text": MAIL},
        {MAIL: 1},
        {"deep": [{"er": (MAIL,)}]},
        StageOutput.skip(MAIL),
    ],
)
async def test_outputs_are_redacted_keys_too(world, out):
    """Output data, keys and reasons are redacted before the caller sees them."""
    _, pipeline = one(out=out)
    results = await world.guard.mount(pipeline).run(input_text="", data={"auth_token": TOKEN})
    assert MAIL not in str(results["answer"])


async def test_exception_text_is_redacted(world, caplog):
    """W31: a stage's exception reaches caller and logs without what it quoted."""
    _, pipeline = one(error=ValueError(f"no account for {MAIL}"))
    caplog.set_level("DEBUG")
    with pytest.raises(Exception, match="no account") as caught:
        await world.guard.mount(pipeline).run(input_text="", data={"auth_token": TOKEN})
    assert MAIL not in str(caught.value)
    assert MAIL not in caplog.text


async def test_events_leave_redacted(world):
    """Events reach the application's sink, in order, without the text they carried."""
    got = []

    class Sink:
        def try_emit(self, *, type, data):
            got.append((type, data))

    class Talks(Seen):
        async def execute(self, ctx):
            ctx.try_emit_event("said", {"to": MAIL})
            return {}

    pipeline = Pipeline(name="support").with_stage("answer", Talks(), StageKind.TRANSFORM)
    await world.guard.mount(pipeline).run(
        input_text="", data={"auth_token": TOKEN}, event_sink=Sink()
    )
    assert any(kind == "said" for kind, _ in got)
    assert MAIL not in str(got)


async def test_a_stage_cannot_rewrite_what_later_ones_see(world):
    """W30: each stage gets containers of its own."""

    class Rewrites(Seen):
        async def execute(self, ctx):
            ctx.snapshot.metadata["k"] = "forged"
            return {"list": [1]}

    class Mutates(Seen):
        async def execute(self, ctx):
            ctx.inputs.prior_outputs["a"].data["list"].append(2)
            return {}

    last = Seen()
    pipeline = (
        Pipeline(name="support")
        .with_stage("a", Rewrites(), StageKind.TRANSFORM)
        .with_stage("b", Mutates(), StageKind.TRANSFORM, after="a")
        .with_stage("c", last, StageKind.TRANSFORM, dependencies=("a", "b"))
    )
    await world.guard.mount(pipeline).run(
        input_text="", metadata={"k": "v"}, data={"auth_token": TOKEN}
    )
    assert last.runs[0].snapshot.metadata["k"] == "v"
    assert last.runs[0].inputs.prior_outputs["a"].data["list"] == [1]


async def test_a_caller_cannot_choose_identity(world):
    """W17: `user_id` beside a token that says otherwise is a refusal that names the field."""
    from uuid import uuid4

    seen, pipeline = one()
    with pytest.raises(NotAuthenticated, match="user_id"):
        await world.guard.mount(pipeline).run(user_id=uuid4(), data={"auth_token": TOKEN})
    assert seen.runs == []


async def test_a_conflicting_second_token_is_refused(world):
    """A session token and another one in `data` are never silently reconciled."""
    seen, pipeline = one()
    guarded = world.guard.mount(pipeline)
    async with world.guard.session(TOKEN):
        with pytest.raises(NotAuthenticated, match="different tokens"):
            await guarded.run(input_text="", data={"auth_token": "globex:eve"})
    assert seen.runs == []


async def test_a_closed_session_authenticates_nobody(world):
    """A background task that outlives the session is nobody."""
    seen, pipeline = one()
    guarded = world.guard.mount(pipeline)
    go = asyncio.Event()

    async def later():
        await go.wait()
        assert current_principal() is None
        await guarded.run(input_text="")

    async with world.guard.session(TOKEN):
        task = asyncio.create_task(later())
        await asyncio.sleep(0)
    go.set()
    with pytest.raises(NotAuthenticated):
        await task
    assert seen.runs == []


async def test_stages_know_who_is_calling(world):
    """`current_principal()` and `ports.auth` agree inside a stage and end with the run."""
    known = []

    class Asks(Seen):
        async def execute(self, ctx):
            known.append((current_principal(), ctx.inputs.ports.auth))
            return {}

    pipeline = Pipeline(name="support").with_stage("answer", Asks(), StageKind.TRANSFORM)
    await world.guard.mount(pipeline).run(
        input_text="", data={"auth_token": TOKEN}, ports=CorePorts()
    )
    assert known[0][0] is known[0][1]
    assert known[0][0].subject == "user:ada"
    assert current_principal() is None


async def test_five_hundred_concurrent_runs_mix_up_nobody(world):
    """One graph, 500 runs of mixed tenants: every stage sees its own caller."""
    wrong = []

    class Asks(Seen):
        async def execute(self, ctx):
            before = current_principal().subject
            await asyncio.sleep(0.001)
            after = current_principal()
            if not (before == after.subject == f"user:{ctx.snapshot.metadata['who']}"):
                wrong.append(before)
            return {}

    pipeline = Pipeline(name="support").with_stage("a", Asks(), StageKind.TRANSFORM)
    pipeline = pipeline.with_stage("b", Asks(), StageKind.TRANSFORM, after="a")
    graph = world.guard.mount(pipeline).build()

    async def go(i):
        ctx = PipelineContext.create(
            metadata={"who": f"u{i}"}, data={"auth_token": f"{'acme' if i % 2 else 'globex'}:u{i}"}
        )
        await graph.run(ctx)

    await asyncio.gather(*(go(i) for i in range(500)))
    assert wrong == []
    ends = world.log.kinds("run_end")
    assert len({r.run for r in ends}) == 500


async def test_cancelling_the_caller_cancels_and_awaits_the_stages(world):
    """W45: no stage runs on after its caller went away; the record says cancelled."""
    done = []

    class Slow(Seen):
        async def execute(self, ctx):
            self.runs.append(ctx)
            await asyncio.sleep(0.2)
            done.append(1)

    slow = Slow()
    pipeline = Pipeline(name="support").with_stage("answer", slow, StageKind.TRANSFORM)
    task = asyncio.create_task(
        world.guard.mount(pipeline).run(input_text="", data={"auth_token": TOKEN})
    )
    while not slow.runs:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.3)
    assert done == []
    assert world.log.kinds("effect")[0].outcome == "cancelled"
    assert world.log.kinds("run_end")[0].outcome == "cancelled"


async def test_a_child_runs_as_its_parent_and_its_refusal_counts(world):
    """W41, W42: a child keeps the principal; a refusal that the parent swallows still fails it."""
    child_seen, child = one()
    child = world.guard.mount(child, name="child")
    tail = Seen()

    class Parent(Seen):
        async def execute(self, ctx):
            try:
                await child.run(input_text="x")
            except GuardError:
                pass
            return {}

    pipeline = Pipeline(name="support").with_stage("parent", Parent(), StageKind.TRANSFORM)
    pipeline = pipeline.with_stage("tail", tail, StageKind.TRANSFORM, after="parent")
    guarded = world.guard.mount(pipeline)
    await guarded.run(input_text="", data={"auth_token": TOKEN})
    assert len(child_seen.runs) == 1
    world.rules.denied.add("child/answer")
    with pytest.raises(AccessDenied):
        await guarded.run(input_text="", data={"auth_token": TOKEN})
    assert len(child_seen.runs) == 1
    assert len(tail.runs) == 1


async def test_composed_into_a_plain_pipeline_the_stage_refuses(world):
    """`plain.compose(guarded)` stays safe: the wrapped runner asks for its run."""
    seen, pipeline = one()
    plain = Pipeline(name="plain").with_stage("other", Seen(), StageKind.TRANSFORM)
    mixed = plain.compose(world.guard.mount(pipeline))
    with pytest.raises(Exception, match="outside a guarded run"):
        await mixed.run(input_text="")
    assert seen.runs == []
    assert world.log.records[-1].reason == "outside_run"


async def test_stages_added_later_are_guarded(world):
    """W51: `with_stage`, `compose` and the mutable dict all end behind the guard."""
    seen, pipeline = one()
    guarded = world.guard.mount(pipeline)
    late, composed, sneaked = Seen(), Seen(), Seen()
    guarded = guarded.with_stage("late", late, StageKind.TRANSFORM)
    guarded = guarded.compose(Pipeline.from_stages(stage("more", composed, StageKind.TRANSFORM)))
    assert guarded.name == "support"
    guarded.stages["sneaked"] = stage("sneaked", sneaked, StageKind.TRANSFORM)
    world.rules.denied |= {"support/late", "support/more", "support/sneaked", "support/answer"}
    with pytest.raises(AccessDenied):
        await guarded.run(input_text="", data={"auth_token": TOKEN})
    assert seen.runs == late.runs == composed.runs == sneaked.runs == []
    with pytest.raises(ConfigError, match="exists"):
        guarded.with_stage("answer", Seen(), StageKind.TRANSFORM)


async def test_clearing_the_callers_interceptor_list_changes_nothing(world):
    """W54: the graph keeps a list of its own."""
    seen, pipeline = one()
    mine = get_default_interceptors()
    graph = world.guard.mount(pipeline).build(interceptors=mine)
    mine.clear()
    world.rules.denied.add("support/answer")
    with pytest.raises(AccessDenied):
        await graph.run(PipelineContext.create(data={"auth_token": TOKEN}))
    assert seen.runs == []
    assert len(graph._interceptors) > 1


class Retries(BaseInterceptor):
    """An interceptor that answers every error with a retry."""

    name, priority = "retry", 50

    async def before(self, stage_name, ctx):
        return None

    async def after(self, stage_name, result, ctx):
        return None

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.RETRY


async def test_a_retry_is_authorized_and_recorded_again(world):
    """W52: the host's RETRY re-runs a stage without asking; the wrapper asks."""

    class Once(Seen):
        async def execute(self, ctx):
            self.runs.append(1)
            if len(self.runs) == 1:
                raise ValueError("first")
            return {}

    pipeline = Pipeline(name="support").with_stage("answer", Once(), StageKind.TRANSFORM)
    await world.guard.mount(pipeline).run(
        interceptors=[Retries()], input_text="", data={"auth_token": TOKEN}
    )
    assert [r.attempt for r in world.log.kinds("decision")] == [1, 2]


async def test_an_unrecordable_effect_withholds_the_output(world):
    """Step 7: no record, no result."""
    seen, pipeline = one()
    world.log.hold = {"effect"}
    with pytest.raises(AuditUnavailable):
        await world.guard.mount(pipeline).run(input_text="", data={"auth_token": TOKEN})
    assert len(seen.runs) == 1


def test_an_agent_beside_its_guard_does_not_build(world):
    """W50: an AGENT that no GUARD dominates is refused, with its name."""
    pipeline = Pipeline(name="support").with_stage("check", Seen(StageKind.GUARD), StageKind.GUARD)
    pipeline = pipeline.with_stage("agent", Seen(StageKind.AGENT), StageKind.AGENT)
    with pytest.raises(ConfigError, match="agent"):
        world.guard.mount(pipeline).build()


@pytest.mark.parametrize("name", ["pipeline", "a/b", "a*", "a,b", "a b", "a\n"])
def test_names_that_a_policy_line_cannot_hold_are_refused(world, name):
    """A pipeline's policy name is one segment, and never the host's default."""
    _, pipeline = one()
    with pytest.raises(ConfigError):
        world.guard.mount(pipeline, name=name)


def test_guarded_things_refuse_pickling(world):
    """No guard, pipeline, graph or error travels by pickle."""
    _, pipeline = one()
    guarded = world.guard.mount(pipeline)
    for thing in (world.guard, guarded, guarded.build(), NotAuthenticated("x")):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    copy.copy(guarded.build())


async def test_interceptors_alone_fail_closed(world):
    """`guard.interceptors()`: no token, a denial and a crash all stop the stage, typed."""
    from stageflow.pipeline.dag import UnifiedStageExecutionError

    seen, pipeline = one()
    graph = pipeline.build(interceptors=[*world.guard.interceptors(), *get_default_interceptors()])

    def ctx(**data):
        return PipelineContext.create(topology="support", data=data)

    await graph.run(ctx(auth_token=TOKEN))
    assert [r.kind for r in world.log.records] == ["decision", "effect"]
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await graph.run(ctx())
    assert isinstance(caught.value.original, NotAuthenticated)
    world.rules.fail = RuntimeError("x")
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await graph.run(ctx(auth_token=TOKEN))
    assert isinstance(caught.value.original, PolicyUnavailable)
    assert len(seen.runs) == 1


async def test_a_caller_who_expires_in_mid_run_starts_no_child_and_no_stage(world):
    """W22: expiry or revocation between two stages is a recorded refusal, never `ok {}`."""
    child_seen, child = one()
    child = world.guard.mount(child, name="child")
    tail = Seen()

    class Parent(Seen):
        async def execute(self, ctx):
            world.tokens.revoked.add("user:ada")
            try:
                await child.run(input_text="x")
            except GuardError as error:
                self.runs.append(error)
            return {}

    parent = Parent()
    pipeline = Pipeline(name="support").with_stage("parent", parent, StageKind.TRANSFORM)
    pipeline = pipeline.with_stage("tail", tail, StageKind.TRANSFORM, after="parent")
    with pytest.raises(NotAuthenticated) as caught:
        await world.guard.mount(pipeline).run(input_text="", data={"auth_token": TOKEN})
    assert caught.value.reason == "revoked"
    assert parent.runs[0].ref == caught.value.ref
    assert caught.value.ref.startswith("test#")
    assert child_seen.runs == tail.runs == []


async def test_a_run_names_the_applications_trace(world):
    """Inside a span, each record carries trace and span; outside, a trace of the run's own."""
    from opentelemetry import trace
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

    from stageflow_guard.audit.records.opentelemetry import current_span

    assert current_span() is None
    span = NonRecordingSpan(SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=TraceFlags(1)))
    guarded = world.guard.mount(one()[1])
    async with world.guard.session("acme:ada"):
        with trace.use_span(span):
            await guarded.run(input_text="hi")
        await guarded.run(input_text="hi")
    first = world.log.kinds("run_start")[0].run
    told = {(r.run == first, r.trace) for r in world.log.records}
    assert (True, f"{0xABC:032x}-{0xDEF:016x}") in told and len(told) == 2
