"""The host's weaknesses that a guarded run closes, by their numbers, beside those in `test_mount`."""

from __future__ import annotations

import asyncio
import time
from unittest.mock import Mock
from uuid import uuid4

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.guardrails import GuardrailStage, PIIDetector
from stageflow.helpers.run_utils import PipelineRunner
from stageflow.pipeline.dag import UnifiedPipelineCancelled, UnifiedStageExecutionError
from stageflow.pipeline.idempotency import IdempotencyInterceptor
from stageflow.pipeline.interceptors import (
    BaseInterceptor,
    CircuitBreakerInterceptor,
    InterceptorResult,
    get_default_interceptors,
)

from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
from stageflow_guard.enforcement.step import stage_step
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    Bypassed,
    ConfigError,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"


class Seen:
    def __init__(self, act=None, kind=StageKind.TRANSFORM):
        self.act, self.kind = act, kind
        self.runs = []

    async def execute(self, ctx):
        self.runs.append(ctx)
        answer = self.act(ctx) if self.act is not None else None
        return (await answer) if asyncio.iscoroutine(answer) else answer


def chain(*stages, kinds=None):
    pipeline, before = Pipeline(name="support"), None
    for i, runner in enumerate(stages):
        kind = kinds[i] if kinds else runner.kind
        pipeline = pipeline.with_stage(f"s{i}", runner, kind, after=before or ())
        before = f"s{i}"
    return pipeline


def ctx(token=TOKEN, **kwargs):
    data = {"auth_token": token, **kwargs.pop("data", {})}
    return PipelineContext.create(topology="support", data=data, **kwargs)


async def test_a_raising_event_sink_changes_no_decision(world):
    """W4: a sink that raises lets no denied caller in."""

    class Sink:
        async def emit(self, **_):
            raise RuntimeError

        def try_emit(self, **_):
            raise RuntimeError

    seen = Seen()
    context = PipelineContext.create(topology="support", event_sink=Sink())
    with pytest.raises(NotAuthenticated):
        await world.guard.mount(chain(seen)).build().run(context)
    assert seen.runs == []


async def test_an_open_circuit_breaker_passes_no_guard(world):
    """W5: after rejected prompts have opened the breaker, the next one is refused, not passed."""
    rejects = Seen(lambda _: StageOutput.fail(error="injection"), StageKind.GUARD)
    model = Seen(kind=StageKind.AGENT)
    graph = world.guard.mount(chain(rejects, model)).build(
        interceptors=[CircuitBreakerInterceptor()]
    )
    for _ in range(8):
        with pytest.raises((UnifiedStageExecutionError, GuardError)):
            await graph.run(ctx())
    assert model.runs == []


async def test_a_cache_with_a_lower_number_does_not_answer_for_a_stage(world):
    """W7: whoever answers before the guard's runner has bypassed it, at any priority."""

    class Cache(BaseInterceptor):
        name, priority = "cache", -(2**40)

        async def before(self, stage_name, ctx):
            return InterceptorResult(stage_ran=False, result={"cached": True})

        async def after(self, stage_name, result, ctx):
            return None

    first, second = Seen(), Seen()
    with pytest.raises(Bypassed):
        await world.guard.mount(chain(first, second)).build(interceptors=[Cache()]).run(ctx())
    assert first.runs == second.runs == []
    assert world.log.kinds("run_end")[0].outcome == "refused"


async def test_a_conditional_skip_is_on_record(world):
    """W8: a conditional stage that an upstream output skips leaves an effect that says so."""
    upstream = Seen(lambda _: StageOutput.ok(skip_reason="not needed"))
    skipped = Seen()
    pipeline = (
        Pipeline(name="support")
        .with_stage("s0", upstream, StageKind.TRANSFORM)
        .with_stage("s1", skipped, StageKind.TRANSFORM, after="s0", conditional=True)
    )
    await world.guard.mount(pipeline).build().run(ctx())
    assert skipped.runs == []
    assert [r.outcome for r in world.log.kinds("effect") if r.stage == "s1"] == ["skipped"]


async def test_a_guardrail_with_a_misspelt_key_has_not_passed(world):
    """W10: the host's own guardrail stage skips on a missing key; under the guard that fails."""
    guardrail = GuardrailStage(checks=[PIIDetector()], content_key="txet")
    model = Seen(kind=StageKind.AGENT)
    pipeline = chain(guardrail, model, kinds=[StageKind.GUARD, StageKind.AGENT])
    with pytest.raises(UnifiedStageExecutionError):
        await world.guard.mount(pipeline).build().run(ctx(input_text="hello"))
    assert model.runs == []


async def test_a_guards_cancel_is_no_success(world):
    """W12, W13: a cancelled run is on record as cancelled, and its effect too."""
    guard = Seen(lambda _: StageOutput.cancel(reason="enough"), StageKind.GUARD)
    model = Seen(kind=StageKind.AGENT)
    guarded = world.guard.mount(chain(guard, model))
    with pytest.raises(UnifiedPipelineCancelled):
        await guarded.build().run(ctx())
    assert model.runs == []
    assert world.log.kinds("effect")[0].outcome == "cancel"
    assert world.log.kinds("run_end")[0].outcome == "cancel"


async def test_a_refused_run_is_no_success_for_the_runner(world):
    """W12: `PipelineRunner` reports a denied stage as a failure that names the code."""
    world.rules.denied.add("support/s0")
    result = await PipelineRunner(verbose=False).run(
        world.guard.mount(chain(Seen())), pipeline_ctx=ctx()
    )
    assert not result.success
    assert "access_denied" in str(result.error)


async def test_the_token_is_in_nothing_that_a_stage_or_a_child_can_reach(world):
    """W15: not in the snapshot, `to_dict`, `repr`, nor in the data that a child inherits."""
    found = []

    def act(stage_ctx):
        found.append(repr(stage_ctx) + str(stage_ctx.to_dict()) + repr(stage_ctx.inputs.ports))
        for hidden in (stage_ctx._cancellation_probe, stage_ctx._cancellation_reason_provider):
            for cell in hidden.__closure__ or ():
                held = cell.cell_contents
                if isinstance(held, PipelineContext):
                    child = held.fork(uuid4(), "s0", uuid4())
                    found.append(
                        repr(held) + repr(held.data) + repr(child) + repr(child._parent_data)
                    )

    secret = "acme:ada-secret-token"
    await world.guard.mount(chain(Seen(act))).build().run(ctx(secret))
    assert len(found) >= 2
    assert "secret-token" not in " ".join(found)


async def test_no_cache_stands_in_front_of_a_guarded_stage(world):
    """W20: the host's idempotency gives tenant B tenant A's result. Refused before its first hit:
    with a key or a store of its own at the mount, with the host's own key at the run.
    """
    seen = Seen()
    guarded = world.guard.mount(chain(seen))

    class Own(IdempotencyInterceptor):
        pass

    for cache in (IdempotencyInterceptor(key_extractor=lambda _: "k"), Own(),
                  IdempotencyInterceptor(store=Mock())):  # fmt: skip
        with pytest.raises(ConfigError, match="IdempotencyInterceptor"):
            guarded.build(interceptors=[cache, *get_default_interceptors()])
    for graph in (guarded.build(), guarded.build(interceptors=get_default_interceptors())):
        assert not [i for i in graph._interceptors if isinstance(i, IdempotencyInterceptor)]
        with pytest.raises(NotAuthenticated, match="idempotency_key") as caught:
            await graph.run(ctx(data={"idempotency_key": "k"}))
        assert caught.value.ref
    assert seen.runs == []


async def test_a_refusal_leaks_no_idempotency_lock(world):
    """W21: after a denied request the next one does not hang."""
    seen = Seen()
    graph = world.guard.mount(chain(seen)).build(interceptors=get_default_interceptors())
    world.rules.denied.add("support/s0")
    with pytest.raises(AccessDenied):
        await graph.run(ctx())
    world.rules.denied.clear()
    async with asyncio.timeout(5):
        await graph.run(ctx())
    assert len(seen.runs) == 1


async def test_a_replacement_of_another_length_shifts_nothing(world):
    """W26: several findings in one text are replaced where they stand, the rest is untouched."""
    seen = Seen()
    text = f"a {MAIL} b 078-05-1120 c {MAIL} d"
    await world.guard.mount(chain(seen)).build().run(ctx(input_text=text))
    read = seen.runs[0].snapshot.input_text
    words = read.split(" ")
    assert words[0::2] == ["a", "b", "c", "d"]
    assert words[1] == words[5]
    assert "@" not in read
    assert "078" not in read


@pytest.mark.bars
async def test_a_long_text_does_not_block_the_loop(world):
    """W28: 20 000 characters are inspected beside the event loop, not on it."""
    lags, stop = [], asyncio.Event()

    async def ticker():
        while not stop.is_set():
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - start)

    task = asyncio.create_task(ticker())
    text = f"call 555-0100 or write {MAIL}. " * 700
    await world.guard.mount(chain(Seen())).build().run(ctx(input_text=text[:20_000]))
    stop.set()
    await task
    assert sorted(lags)[len(lags) // 2] < 0.1
    assert max(lags) < 1.0


async def test_one_runs_failure_cancels_no_other(world):
    """W44: two runs of one graph; one fails, the other ends well."""

    async def act(stage_ctx):
        if stage_ctx.snapshot.metadata["fail"]:
            await asyncio.sleep(0.01)
            raise ValueError("no")
        await asyncio.sleep(0.05)
        return StageOutput.ok(text="fine")

    graph = world.guard.mount(chain(Seen(act), Seen())).build()
    bad, good = await asyncio.gather(
        graph.run(ctx(metadata={"fail": True})),
        graph.run(ctx(metadata={"fail": False})),
        return_exceptions=True,
    )
    assert isinstance(bad, UnifiedStageExecutionError)
    assert good["s0"].data == {"text": "fine"}
    assert set(good) == {"s0", "s1"}


async def test_stages_put_into_the_dict_are_guarded(world):
    """W51: `pipeline.stages` is a mutable dict; what is put there is wrapped at `build`."""
    guarded = world.guard.mount(chain(Seen()))
    smuggled = Seen()
    plain = Pipeline(name="x").with_stage("extra", smuggled, StageKind.TRANSFORM)
    guarded.stages["extra"] = plain.stages["extra"]
    world.rules.denied.add("support/extra")
    with pytest.raises(AccessDenied):
        await guarded.build().run(ctx())
    assert smuggled.runs == []


@pytest.mark.parametrize("step", ["authenticate", "record"])
async def test_a_collaborator_that_hangs_is_a_refusal_within_its_deadline(world, step):
    """W53: hooks stand outside the host's timeouts; each step of the flow has its own."""

    class Hangs:
        origin = "test"
        revision = "r"

        async def authenticate(self, credential):
            await asyncio.sleep(3600)

        def recheck(self, principal):
            return None

        async def append(self, record):
            await asyncio.sleep(3600)

        def enqueue(self, record):
            return 0

    parts = {
        "authenticator": world.tokens, "decisions": world.rules,
        "inspector": world.inspector, "log": world.log,
    }  # fmt: skip
    parts["authenticator" if step == "authenticate" else "log"] = Hangs()
    pep = PolicyEnforcementPoint(**parts, auth_timeout=0.05, record_timeout=0.05)
    world.guard._pep = pep
    seen = Seen()
    with pytest.raises(NotAuthenticated if step == "authenticate" else AuditUnavailable):
        await asyncio.wait_for(world.guard.mount(chain(seen)).build().run(ctx()), 60)
    assert seen.runs == []


@pytest.mark.parametrize(
    "kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit]
)
async def test_an_interrupt_at_any_step_propagates_and_runs_nothing(world, kind):
    """Interrupts pass through the flow as themselves, and no stage runs behind them."""
    seen = Seen()
    guarded = world.guard.mount(chain(seen))
    world.rules.fail = kind()
    if kind in (KeyboardInterrupt, SystemExit):
        return await _interrupted(world, kind)
    with pytest.raises(BaseException) as caught:
        await guarded.build().run(ctx())
    assert isinstance(caught.value, kind | RuntimeError | GuardError)
    assert seen.runs == []


async def _interrupted(world, kind):
    """A loop re-raises these two at once, so the flow is stepped by hand."""
    run = await world.guard._pep.admit(TOKEN, run_id="r", pipeline="support")
    work = world.guard._pep.authorize_step(run, stage_step("support", "s0"))
    with pytest.raises(kind):
        work.send(None)
    assert run.permits == {}


async def test_an_inspector_that_fails_late_withholds_the_output(world):
    """An output that cannot be inspected reaches neither the next stage nor the caller."""
    seen, tail = Seen(lambda _: StageOutput.ok(text=f"mail {MAIL}")), Seen()

    async def broken(value, *, scope, direction):
        raise MemoryError

    world.inspector.redact = broken
    with pytest.raises(InspectorUnavailable):
        await world.guard.mount(chain(seen, tail)).build().run(ctx())
    assert len(seen.runs) == 1
    assert tail.runs == []
    assert world.log.kinds("effect")[0].outcome == "withheld"


async def test_an_expired_caller_is_refused_between_two_stages(world):
    """W22: expiry in mid-run is a typed refusal at the next stage, not an empty success."""
    first, second = Seen(lambda _: world.tokens.revoked.add("user:ada")), Seen()
    with pytest.raises(NotAuthenticated):
        await world.guard.mount(chain(first, second)).build().run(ctx())
    assert len(first.runs) == 1
    assert second.runs == []


async def test_closing_lets_open_runs_end_and_admits_no_new_one(world):
    """A closing guard drains: what has begun ends on record, what has not is refused."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def act(_):
        begun.set()
        await go.wait()
        return StageOutput.ok(text="fine")

    guarded = world.guard.mount(chain(Seen(act), Seen()))
    await world.guard.__aenter__()
    open_run = asyncio.create_task(guarded.build().run(ctx()))
    await begun.wait()
    closing = asyncio.create_task(world.guard.__aexit__(None, None, None))
    await asyncio.sleep(0.03)
    with pytest.raises(AuditUnavailable, match="closing"):
        await guarded.build().run(ctx())
    go.set()
    results = await open_run
    await closing
    assert set(results) == {"s0", "s1"}
    assert [r.outcome for r in world.log.kinds("run_end")] == ["ok"]
    with pytest.raises(AuditUnavailable, match="not open"):
        await guarded.build().run(ctx())


async def test_a_run_that_never_ends_does_not_hold_the_guard_open(world):
    """The drain has a deadline; the run that outlives it is refused at its next step."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def act(_):
        begun.set()
        await go.wait()

    second = Seen()
    guard = world.build(drain=0.05)
    await guard.__aenter__()
    open_run = asyncio.create_task(guard.mount(chain(Seen(act), second)).build().run(ctx()))
    await begun.wait()
    await asyncio.wait_for(guard.__aexit__(None, None, None), 2)
    go.set()
    with pytest.raises(AuditUnavailable):
        await open_run
    assert second.runs == []


@pytest.mark.parametrize("what", ["data", "metadata", "conversation", "ports"])
async def test_a_context_that_cannot_be_read_is_a_typed_refusal(world, what):
    """Whatever stands in a context's field: nothing runs, and no raw exception leaves."""

    class Broken:
        def __getattribute__(self, name):
            raise RuntimeError(f"my name is {MAIL}")

        def __bool__(self):
            raise RuntimeError(f"my name is {MAIL}")

        def __iter__(self):
            raise RuntimeError(f"my name is {MAIL}")

    seen = Seen()
    context = ctx()
    setattr(context, what, Broken())
    with pytest.raises(GuardError) as caught:
        await world.guard.mount(chain(seen)).build().run(context)
    assert MAIL not in str(caught.value)
    assert seen.runs == []
    assert any(r.decision == "deny" for r in world.log.records)
