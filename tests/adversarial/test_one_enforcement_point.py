"""One enforcement point for each guard; all that decides is a constructor argument."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput
from stageflow.pipeline.dag import UnifiedStageExecutionError
from stageflow.pipeline.interceptors import get_default_interceptors

from stageflow_guard import Guard, StageFailure
from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    KeyringUnavailable,
    NotAuthenticated,
)
from stageflow_guard.policy import PolicySet
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, MAIL, TEXT

POLICIES = Path(__file__).parents[2] / "policies"


def graph_of(env, stage):
    """A hand-built graph with the guard's interceptors."""
    pipeline = Pipeline(name="kit").with_stage("one", stage, StageKind.TRANSFORM)
    return pipeline.build(interceptors=[*env.guard.interceptors(), *get_default_interceptors()])


def context(token=ADA):
    """A host context with a token."""
    return PipelineContext.create(topology="kit", data={"auth_token": token})


async def test_closing_waits_for_a_stage_behind_interceptors(caplog):
    """The effect of a running stage is on record before the log is closed."""
    env = Environment()
    begun, go = asyncio.Event(), asyncio.Event()

    async def stage(_ctx):
        begun.set()
        await go.wait()
        return StageOutput.ok()

    await env.guard.__aenter__()
    work = asyncio.create_task(graph_of(env, stage).run(context()))
    await begun.wait()
    closing = asyncio.create_task(env.guard.__aexit__(None, None, None))
    await asyncio.sleep(0.05)
    assert not closing.done() and env.guard.health()["runs"] == 1
    go.set()
    await work
    await closing
    assert [r.kind for r in env.log.records] == ["decision", "effect"]
    assert env.log.records[1].decision_index == 0 and env.log.records[1].outcome


async def test_health_counts_what_interceptors_refuse():
    """One count of refusals, whichever way a stage came in."""
    env = Environment()
    env.rules.denied.add("one")
    with pytest.raises(UnifiedStageExecutionError):
        await graph_of(env, lambda _: None).run(context())
    assert env.guard.health()["refusals"] == {"access_denied": 1}
    assert env.guard.health()["runs"] == 0


async def test_interceptors_hold_a_runs_caller_while_its_context_exists():
    """5 000 other runs later, a switch of identity in the middle is still one; then it is gone."""
    env = Environment()
    (interceptor,) = env.guard.interceptors()
    first = context()
    await interceptor.before("one", first)
    for _ in range(5_000):
        other = context("acme:bob")
        await interceptor.before("one", other)
        await interceptor.after("one", StageOutput.ok(), other)
    first.data["auth_token"] = "acme:bob"
    with pytest.raises(NotAuthenticated) as caught:
        await interceptor.before("two", first)
    assert caught.value.reason == "identity_changed"
    del first, other, caught
    gc.collect()
    assert not interceptor._callers and not interceptor._open and not env.guard._pep.runs
    unknown = [r for r in env.log.kinds("effect") if r.outcome == "unknown"]
    assert len(unknown) == 1  # the stage that was begun and never ended


def policies_that_block(tmp_path):
    """The shipped policies, with a guardrail that blocks mail addresses."""
    import shutil

    folder = tmp_path / "policies"
    shutil.copytree(POLICIES, folder)
    (folder / "guardrails.yaml").write_text(
        "guardrails:\n  - entity: EMAIL_ADDRESS\n    action: block\n", encoding="utf-8"
    )
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    return PolicySet.load(folder)


async def test_a_guard_built_from_parts_applies_the_guardrails_of_its_policies(tmp_path):
    """`action: block` blocks, whether or not the guard came from settings."""
    env = Environment()
    policies = policies_that_block(tmp_path)
    assert policies.guardrails is not None, policies.problems
    guard = Guard(
        authenticator=env.tokens, decisions=policies,
        inspector=OffLoopInspector(Redactor(ner=None), Vault()), log=env.log,
    )  # fmt: skip
    with pytest.raises(ContentBlocked) as caught:
        await guard.redact(TEXT)
    assert caught.value.ref


async def test_guardrails_that_an_inspector_cannot_apply_are_a_clear_error(tmp_path):
    """What is asked for and cannot be done is refused when the guard is built."""
    env = Environment()
    with pytest.raises(ConfigError, match="cannot apply them"):
        Guard(
            authenticator=env.tokens, decisions=policies_that_block(tmp_path),
            inspector=env.inspector, log=env.log,
        )  # fmt: skip


# -- every refusal has a `.ref` and a record ---------------------------------------------------------


class Vaulted:
    """A scope whose vault is gone."""

    forged = 0

    def restore(self, value):
        raise KeyringUnavailable("the keyring is gone")


@pytest.mark.parametrize("kind", [KeyringUnavailable, OSError, RuntimeError, GuardError])
async def test_a_vault_that_is_gone_while_a_view_is_prepared_is_on_record(kind):
    """Restoring for a stage with `reveal` fails: typed, `.ref`, record; the stage does not run."""
    env = Environment()
    decide = env.rules.decide

    def reveal(request):
        from dataclasses import replace

        from stageflow_guard.model import Effect

        decision = decide(request)
        return replace(decision, effect=Effect.PERMIT) if request.act == "reveal" else decision

    env.rules.decide = reveal
    scope_for, ran = env.inspector.scope_for, []

    def broken(*given):
        scope = scope_for(*given)
        scope.restore = Vaulted().restore if kind is KeyringUnavailable else _raising(kind)
        return scope

    async def stage(_ctx):
        ran.append(1)

    env.inspector.scope_for = broken
    env.inspector.redact = _untouched
    pipeline = Pipeline(name="kit").with_stage("one", stage, StageKind.TRANSFORM)
    async with env.guard.session(ADA):
        with pytest.raises(GuardError) as caught:
            await env.guard.mount(pipeline).run(input_text=TEXT)
    assert not ran and caught.value.ref
    assert env.log.records[int(caught.value.ref.rpartition("#")[2])].decision == "deny"


def _raising(kind):
    def restore(_value):
        raise kind(f"at {MAIL}")

    return restore


async def _untouched(value, *, scope, direction):
    return value, ()


@pytest.mark.parametrize(
    "error",
    [
        NotAuthenticated("mine", MAIL), InspectorUnavailable(MAIL), ConfigError(MAIL),
        ContentBlocked((), MAIL), GuardError(MAIL),
    ],
    ids=lambda e: type(e).__name__,
)  # fmt: skip
async def test_a_guard_error_that_a_stage_makes_is_a_stage_failure(error):
    """Only what the guard refused leaves as a guard error; the text of all others is inspected."""
    env = Environment()

    async def stage(_ctx):
        raise error

    pipeline = Pipeline(name="kit").with_stage("one", stage, StageKind.TRANSFORM)
    async with env.guard.session(ADA):
        with pytest.raises(UnifiedStageExecutionError) as caught:
            await env.guard.mount(pipeline).run(input_text="hello there")
    failure = caught.value.original
    assert type(failure) is StageFailure and failure.kind == type(error).__name__
    assert MAIL not in str(failure) and MAIL not in env.recorded
    assert [r.outcome for r in env.log.kinds("effect")] == ["error"]


async def test_an_error_of_another_run_is_not_this_runs_refusal():
    """A stage that raises a refusal which it kept from before: its own failure, with no old `.ref`."""
    env = Environment()
    env.rules.denied.add("no")
    kept = []

    async def first(_ctx):
        try:
            await env.guard.authorize(kind="data", obj="no", act="read", owner="acme")
        except AccessDenied as error:
            kept.append(error)
        return StageOutput.ok()

    async def second(_ctx):
        raise kept[0]

    async with env.guard.session(ADA):
        for stage in (first, second):
            pipeline = Pipeline(name="kit").with_stage("one", stage, StageKind.TRANSFORM)
            mounted = env.guard.mount(pipeline)
            if stage is first:
                await mounted.run(input_text="hello there")
                continue
            with pytest.raises(UnifiedStageExecutionError) as caught:
                await mounted.run(input_text="hello there")
    assert type(caught.value.original) is StageFailure
    assert env.log.kinds("run_end")[-1].outcome == "error"


LOST = ["dropped", "a task that is not awaited", "gathered too late"]


async def lost(env, form):
    """Run a stage that loses an authorization; return how it ended, and what was answered by then."""
    kept, answered = [], []

    async def stage(_ctx):
        pending = env.guard.authorize(kind="data", obj="x", act="read", owner="acme")
        if form == "a task that is not awaited":
            kept.append(asyncio.create_task(pending))
        elif form == "gathered too late":
            kept.append(asyncio.gather(pending))
        if env.rules.denied:
            await asyncio.sleep(0)  # the denial is there before the stage ends
        answered.extend(task.done() for task in kept)
        return StageOutput.ok()

    pipeline = Pipeline(name="kit").with_stage("one", stage, StageKind.TRANSFORM)
    error = None
    async with env.guard.session(ADA):
        try:
            await env.guard.mount(pipeline).run(input_text="hello there")
        except (NotAuthenticated, AccessDenied) as refused:
            error = refused
    for task in kept:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return error, answered


@pytest.mark.parametrize("form", LOST)
async def test_an_authorization_that_has_no_answer_refuses_the_step(form):
    """However the `await` was lost; a task that ran at once (eager tasks) has its permit already."""
    error, answered = await lost(Environment(), form)
    if answered and all(answered):
        assert error is None
    else:
        assert error.reason == "not_awaited"
        assert error.ref


@pytest.mark.parametrize("form", LOST)
async def test_a_denial_that_no_one_looks_at_refuses_the_step(form):
    """In a task that is done, in one that is not, and in none."""
    env = Environment()
    env.rules.denied.add("x")
    error, _ = await lost(env, form)
    assert error is not None
    assert error.ref


async def test_ready_says_what_a_probe_has_to_know():
    """Not open, open, closing: with reasons, and without secrets."""
    env = Environment()
    assert env.guard.ready() == (True, ())  # a log that was given is open
    env.guard._pep.closing = True
    assert env.guard.ready() == (False, ("the guard is closing",))
    env.guard._pep.closing = False
    env.log.health = lambda: {"poisoned": "a write failed", "disk_low": True}
    ready, reasons = env.guard.ready()
    assert not ready and any("restart" in one for one in reasons)
