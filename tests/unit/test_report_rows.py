"""What the report counts of what each step met."""

from __future__ import annotations

import pytest

from stageflow_guard.cli.audit_cells import entity_of
from stageflow_guard.cli.audit_report_rows import ReportRows

BYTES = "BYTES:23084:sha256:5a69a527"


@pytest.mark.parametrize("obligations", [[], ["reveal"]])
def test_bytes_that_nobody_read_are_neither_pseudonym_nor_original(obligations):
    """A step got them as they are: the report says so, whatever else the step may see."""
    rows = ReportRows(10)
    rows.take({
        "origin": "x", "index": 0, "kind": "decision", "decision": "permit", "stage": "hear",
        "action": "run", "obligations": obligations, "tenant": "acme", "run": "r",
        "findings": [{"entity": BYTES, "direction": "input", "count": 1},
                     {"entity": "PERSON", "direction": "input", "count": 2}],
    })  # fmt: skip
    rows.end()
    seen = "original" if obligations else "pseudonym"
    assert rows.finds.met == {(BYTES, "hear", "unread"): 1, ("PERSON", "hear", seen): 2}


def _decided(index, stage, *, reads=(), finds=(), reveal=False, origin="x"):
    return {
        "origin": origin, "index": index, "kind": "decision", "decision": "permit", "attempt": 1,
        "stage": stage, "action": "run", "obligations": ["reveal" if reveal else "redact"],
        "tenant": "acme", "actor": {"subject": "user:ada"}, "run": "r",
        "resource": f"stage:p/{stage}", "pipeline": "p",
        "findings": [{"entity": one, "direction": "input", "count": 1} for one in finds],
        **({"note": {"reads": list(reads)}} if reads else {}),
    }  # fmt: skip


def _came(index, of, stage, *, finds=(), way="output", **more):
    return {
        "origin": "x", "index": index, "kind": "effect", "decision_index": of, "stage": stage,
        "run": "r", "outcome": "ok",
        "findings": [{"entity": one, "direction": way, "count": 1} for one in finds], **more,
    }  # fmt: skip


def _taken(*records):
    rows = ReportRows(10)
    for record in records:
        rows.take(record)
    rows.end()
    return rows


@pytest.mark.parametrize(
    ("effect", "revealed"),
    [
        ({"note": {"restored": True}}, 1),
        ({}, 0),
        ({"outcome": "not_run", "note": {"restored": True}}, 0),
        (None, 1),
    ],
)
def test_who_saw_originals_counts_where_one_went_out(effect, revealed):
    """Not a permit in which none came back, not a step that never began; what no effect tells, as
    the permit allowed it."""
    effects = [] if effect is None else [_came(1, 0, "send", **effect)]
    rows = _taken(_decided(0, "send", finds=["PERSON"], reveal=True), *effects)
    assert sum(rows.reveals.values()) == revealed
    assert set().union(*rows.reveal_kinds.values()) == ({"PERSON"} if revealed else set())
    assert rows.finds.callers == (
        {("acme", "user:ada", "PERSON", "original"): 1} if revealed else {}
    )


def test_a_permit_to_see_originals_without_any_find_is_no_sight_of_one():
    """Neither in a run whose text held none."""
    rows = _taken(_decided(0, "send", reveal=True))
    assert not rows.reveals and not rows.finds.callers


def test_what_comes_back_of_an_earlier_run_is_an_original_of_an_unknown_kind():
    """A conversation's pseudonyms come back in a run that found nothing."""
    rows = _taken(_decided(0, "send", reveal=True), _came(1, 0, "send", note={"restored": True}))
    assert sum(rows.reveals.values()) == 1
    assert rows.finds.callers == {("acme", "user:ada", "(of an earlier run)", "original"): 1}


def test_finds_in_an_output_are_followed_to_the_step_that_reads_it():
    """As what it read them; what another step of the run gave is not its."""
    rows = _taken(
        _decided(0, "hear"), _came(1, 0, "hear", finds=["EMAIL_ADDRESS"]),
        _decided(2, "other"), _came(3, 2, "other"),
        _decided(4, "think", reads=["hear"]), _came(5, 4, "think"),
        _decided(6, "speak", reads=["hear"], reveal=True),
        _came(7, 6, "speak", note={"restored": True}),
        {"origin": "x", "index": 8, "kind": "run_end", "run": "r", "outcome": "ok"},
        _decided(9, "late", reads=["hear"]), _came(10, 9, "late"),
    )  # fmt: skip
    assert rows.finds.flows == {
        ("EMAIL_ADDRESS", "p/hear", "p/think", "pseudonym"): 1,
        ("EMAIL_ADDRESS", "p/hear", "p/speak", "original"): 1,
    }
    assert rows.finds.met == {
        ("EMAIL_ADDRESS", "p/think", "pseudonym"): 1, ("EMAIL_ADDRESS", "p/speak", "original"): 1,
    }  # fmt: skip


def test_an_original_is_followed_from_further_up_than_what_the_step_reads():
    """The step between gave a pseudonym, in which nothing is found."""
    rows = _taken(
        _decided(0, "hear"), _came(1, 0, "hear", finds=["EMAIL_ADDRESS"]),
        _decided(2, "think", reads=["hear"]), _came(3, 2, "think"),
        _decided(4, "speak", reveal=True), _came(5, 4, "speak", note={"restored": True}),
    )  # fmt: skip
    assert rows.finds.flows["EMAIL_ADDRESS", "p/hear", "p/speak", "original"] == 1
    assert rows.finds.callers["acme", "user:ada", "EMAIL_ADDRESS", "original"] == 1


def test_finds_in_what_a_step_was_called_with_are_its_own():
    """An effect names them with the direction input."""
    rows = _taken(_decided(0, "mail"), _came(1, 0, "mail", finds=["PERSON"], way="input"))
    assert rows.finds.callers == {("acme", "user:ada", "PERSON", "pseudonym"): 1}
    assert not rows.finds.flows


def test_what_failed_names_the_step_and_the_error():
    """A step's effect; a run that failed outside its steps; a run whose step failed only once."""
    end = {"origin": "x", "kind": "run_end", "outcome": "error", "pipeline": "p"}
    rows = _taken(
        _decided(0, "send"), _came(1, 0, "send", outcome="error", error="KeyError"),
        {**end, "index": 2, "run": "r"}, {**end, "index": 3, "run": "s"},
    )  # fmt: skip
    assert [(one["index"], one["outcome"], one["failure"]) for one in rows.failed.rows] == [
        (0, "error", "KeyError"), (3, "error", None),
    ]  # fmt: skip


def test_what_a_tools_answer_held_is_read_by_the_step_that_called_it():
    """A call has no stage, so no permit names it as read."""
    call = {**_decided(0, "x"), "resource": "tool:directory"}
    call.pop("stage")
    effect = _came(1, 0, "x", finds=["PHONE_NUMBER"])
    effect.pop("stage")
    rows = _taken(call, effect)
    assert rows.finds.callers == {("acme", "user:ada", "PHONE_NUMBER", "pseudonym"): 1}
    assert rows.finds.flows == {
        ("PHONE_NUMBER", "tool:directory", "the step that called it", "pseudonym"): 1
    }


def test_bytes_are_named_by_their_size_and_the_beginning_of_their_digest():
    """A digest in full makes every table as wide as itself."""
    assert entity_of(BYTES) == "BYTES (23084 bytes, sha256 5a69a527)"
    assert entity_of("PERSON") == "PERSON" and entity_of("BYTES:7") == "BYTES:7"
