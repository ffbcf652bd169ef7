"""A placeholder that a scope did not mint restores nothing, and that somebody tried is on record."""

from __future__ import annotations

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction import Redactor

MAIL = "ada@example.com"
REDACTOR = Redactor()


async def run(world, text, **context):
    """Run one stage with `reveal` on `text`; return what it read."""
    read = []

    async def stage(ctx):
        read.append(ctx.snapshot.input_text)
        return StageOutput.ok()

    world.rules.reveal.add("p/one")
    pipeline = Pipeline(name="p").with_stage("one", stage, StageKind.TRANSFORM)
    await world.guard.mount(pipeline).run(
        input_text=text, data={"auth_token": "acme:ada"}, **context
    )
    return read[0]


def attempts(world):
    return [r for r in world.log.records if r.reason == "forged_placeholders"]


async def test_a_placeholder_of_another_scope_is_on_record_below_the_cap(world):
    """It stays as it is; a record says how many, where, by whom, and none of the text."""
    text = "who is \u27e6PERSON_1\u00b7aaaaaaaa\u27e7 and \u27e6US_SSN_2\u00b7bbbbbbbb\u27e7"
    assert await run(world, text) == text
    (record,) = attempts(world)
    assert (record.kind, record.decision, record.stage) == ("decision", "deny", "one")
    assert record.note == {"forged_placeholders": 2, "in_this_scope": 2}
    assert record.actor["subject"] == "user:ada"
    assert "aaaaaaaa" not in repr(world.log.records)


async def test_a_wrong_number_beside_the_right_nonce_is_an_attempt(world):
    """The nonce is seen by who reads pseudonyms; a number that was never given out restores nothing."""
    from uuid import uuid4

    session = uuid4()
    assert await run(world, f"mail {MAIL}", session_id=session) == f"mail {MAIL}"
    assert attempts(world) == []
    (scope,) = world.inspector._vault._scopes.values()
    text = f"\u27e6EMAIL_ADDRESS_9\u00b7{scope.nonce}\u27e7"
    assert await run(world, text, session_id=session) == text
    assert [r.note["forged_placeholders"] for r in attempts(world)] == [1]


async def test_no_attempt_no_record(world):
    """A run without any costs no record."""
    assert await run(world, f"mail {MAIL}") == f"mail {MAIL}"
    assert attempts(world) == []


async def test_more_than_the_cap_refuses_the_stage_on_record(world):
    """65 nonces in one scope: refused, and the record has the count."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    text = " ".join(
        f"\u27e6PERSON_1\u00b7aaaaaa{a}{b}\u27e7" for a in letters[:5] for b in letters[:13]
    )
    with pytest.raises(InspectorUnavailable) as caught:
        await run(world, text)
    assert caught.value.reason == "forged_placeholders"
    assert caught.value.ref
    attempt, refused = sorted(attempts(world), key=lambda record: record.error or "")
    assert (refused.error, refused.stage) == ("inspector_unavailable", "one")
    assert attempt.note["forged_placeholders"] == 65
    assert [r.outcome for r in world.log.kinds("effect")] == ["skipped"]


@pytest.mark.parametrize(
    "text",
    [
        "\u27e6US_SSN_536904399\u00b7aaaaaaaa\u27e7", "\u27e6CARD_4111111111111111_1\u00b7aaaaaaaa\u27e7",
        "\u27e6SSN_536904399_1\u00b7aaaaaaaa\u27e7", "\u27e6SSN_5_3_6_9_0_4_3_9_9_1\u00b7aaaaaaaa\u27e7",
    ],
)  # fmt: skip
def test_the_form_of_a_placeholder_hides_no_value(text):
    """Only what could have been minted counts as one: a value dressed up as one is read."""
    out = REDACTOR.redact(f"my SSN {text} and card").value
    assert "536904399" not in out
    assert "4111111111111111" not in out
    assert "5_3_6_9_0_4_3_9_9" not in out


def test_a_placeholder_of_another_scope_stays_as_it_is_under_a_telling_name():
    """It holds no data: what was redacted once is not wrapped again, and is not restored here."""
    first, second = REDACTOR.scope(), REDACTOR.scope()
    value = {"ssn": 536904399, "email": MAIL, "password": "hunter2"}
    once = REDACTOR.redact_in(value, first, "input")[0]
    again, findings = REDACTOR.redact_in(once, second, "input")
    assert again == once
    assert findings == ()
    assert second.restore(again) == once
    assert first.restore(again) == {k: str(v) for k, v in value.items()}


def test_a_stranger_is_no_placeholder():
    """A type that nothing here finds was not minted here: it is replaced like any other text."""
    out = REDACTOR.redact({"password": "\u27e6HUNTER_2\u00b7aaaaaaaa\u27e7"}).value
    assert "HUNTER" not in out["password"]
