"""A guardrail about one stage holds at that stage, in a mounted pipeline."""

from __future__ import annotations

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import ContentBlocked
from stageflow_guard.policy.engine.guardrails import GuardrailRule, Guardrails

MAIL, CARD = "ada@example.com", "4111 1111 1111 1111"


@pytest.fixture
def ran(world):
    """Stages that ran, of a pipeline whose second stage says a card number."""
    seen = []

    def stage(name, said):
        async def run(ctx):
            seen.append(name)
            return StageOutput.ok(text=said)

        return run

    seen.append(
        Pipeline(name="p")
        .with_stage("first", stage("first", "fine"), StageKind.WORK)
        .with_stage("second", stage("second", CARD), StageKind.WORK, dependencies=("first",))
    )
    return seen


def rules(world, *lines, tenant=()):
    """Put guardrails in force."""
    rails = Guardrails(tuple(lines), {"acme": tuple(tenant)})
    world.inspector.rules = lambda: rails


def line(**fields):
    """One rule that blocks."""
    return GuardrailRule(**{"entity": "EMAIL_ADDRESS", "action": "block", **fields})


@pytest.mark.parametrize("whose", ["platform", "tenant"])
async def test_a_find_is_blocked_at_the_stage_that_the_rule_names(world, ran, whose):
    """Other stages run on the redacted text; the named one does not run, reveal or not."""
    pipeline, rule = ran.pop(), line(stage="p/second")
    rules(
        world, *([rule] if whose == "platform" else []), tenant=[rule] if whose == "tenant" else []
    )
    world.rules.reveal.add("p/second")
    with pytest.raises(ContentBlocked) as caught:
        await world.guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": "acme:ada"})
    assert ran == ["first"]
    assert [f.entity for f in caught.value.findings] == ["EMAIL_ADDRESS"]
    (denied,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (denied.stage, denied.reason) == ("second", "content_blocked")


async def test_an_output_is_withheld_at_the_stage_that_the_rule_names(world, ran):
    """What a stage says is blocked where the rule is about its outputs."""
    pipeline = ran.pop()
    rules(world, line(entity="CREDIT_CARD", stage="p/*", direction="output"))
    with pytest.raises(ContentBlocked):
        await world.guard.mount(pipeline).run(input_text="hi", data={"auth_token": "acme:ada"})
    assert ran == ["first", "second"]
    assert [r.outcome for r in world.log.kinds("effect")] == ["ok", "withheld"]


async def test_a_rule_about_another_stage_or_tenant_blocks_nothing_here(world, ran):
    """Narrow means narrow: elsewhere the text is redacted and the run goes on."""
    pipeline = ran.pop()
    rules(world, line(stage="q/second"), line(stage="p/second", direction="output"))
    results = await world.guard.mount(pipeline).run(
        input_text=MAIL, data={"auth_token": "globex:dan"}
    )
    assert ran == ["first", "second"] and results["second"].data["text"].startswith("⟦CREDIT_CARD_")


@pytest.mark.parametrize("reveal", [False, True])
async def test_a_block_about_every_stage_refuses_at_the_first_authorized_one(world, ran, reveal):
    """Blocked input reaches no stage, reveal or not; the refusal is that stage's, on record."""
    pipeline = ran.pop()
    rules(world, line())
    if reveal:
        world.rules.reveal |= {"p/first", "p/second"}
    with pytest.raises(ContentBlocked) as caught:
        await world.guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": "acme:ada"})
    assert ran == []
    assert [f.entity for f in caught.value.findings] == ["EMAIL_ADDRESS"]
    (denied,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (denied.stage, denied.step, denied.reason) == (
        "first",
        "inspect_input",
        "content_blocked",
    )
    assert MAIL not in repr(world.log.records)


@pytest.mark.parametrize("how", ["rule", "setting", "operator"])
async def test_access_is_denied_before_content_is_blocked(world, ran, how):
    """Who may not run the stage hears that, and learns nothing of what its content holds."""
    from stageflow_guard.errors import AccessDenied
    from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
    from stageflow_guard.redaction.vault.operators import blocked

    pipeline, guard = ran.pop(), world.guard
    if how == "rule":
        rules(world, line())
    elif how == "setting":
        guard = world.build(block=True)
    else:
        redactor = Redactor(operators={"EMAIL_ADDRESS": blocked()})
        guard = world.build(inspector=OffLoopInspector(redactor, Vault()))
    world.rules.denied.add("p/first")
    with pytest.raises(AccessDenied) as caught:
        await guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": "acme:ada"})
    assert caught.value.findings == ()
    assert ran == []
    world.rules.denied.clear()
    with pytest.raises(ContentBlocked):
        await guard.mount(pipeline).run(input_text=MAIL, data={"auth_token": "acme:ada"})
    assert ran == []


async def test_interceptors_see_nothing_of_a_blocked_input(world, ran):
    """Between the gate and the refusal only blanks are handed round."""
    from stageflow.pipeline.interceptors import BaseInterceptor

    seen = []

    class Looks(BaseInterceptor):
        name, priority = "looks", -(2**40)

        async def before(self, stage_name, ctx):
            seen.append(repr(ctx))

        async def after(self, stage_name, result, ctx):
            return None

        async def on_error(self, stage_name, error, ctx):
            return None

    pipeline = ran.pop()
    rules(world, line())
    with pytest.raises(ContentBlocked):
        await world.guard.mount(pipeline).run(
            interceptors=[Looks()], input_text=MAIL, metadata={"a": MAIL}, extensions={"b": MAIL},
            data={"auth_token": "acme:ada"},
        )  # fmt: skip
    assert MAIL not in "".join(seen)
