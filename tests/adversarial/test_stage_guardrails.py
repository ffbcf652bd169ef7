"""A guardrail about one stage holds at that stage, in a mounted pipeline."""

from __future__ import annotations

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import ContentBlocked
from stageflow_guard.policy.guardrails import GuardrailRule, Guardrails

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
