"""Finds of a run's input are counted once: by run, and by log."""

from __future__ import annotations

import json

from stageflow_guard.audit.read.finding_counts import FindingCounts


def decision(run, count, **more):
    """Return a decision that repeats what the run's input held."""
    found = [{"entity": "PERSON", "direction": "input", "count": count}]
    return {"kind": "decision", "run": run, "findings": found, **more}


def test_equal_run_ids_of_two_logs_are_two_runs():
    """A child of another shard, or a chosen id, hides no find."""
    counts = FindingCounts()
    for origin in ("w0", "w1"):
        for count in (2, 2, 3):
            counts.take(decision("run", count, origin=origin))
    counts.take({"kind": "run_end", "run": "run", "origin": "w0"})
    counts.take(decision("run", 3, origin="w1"))
    assert counts.by_entity() == {"PERSON": 6}


def test_a_reading_that_goes_on_later_counts_no_find_twice():
    """The runs that are under way are part of what is kept."""
    counts = FindingCounts()
    counts.take(decision("run", 2))
    later = FindingCounts.from_state(counts.state())
    later.take(decision("run", 3))
    assert later.by_entity() == {"PERSON": 3}
    later.take({"kind": "run_end", "run": "run"})
    assert later.state()["runs"] == {}


def test_what_a_step_streamed_is_counted_once():
    """Its stream has an effect of its own, and the step's effect says it again."""
    find = {"entity": "EMAIL_ADDRESS", "direction": "output", "count": 1}
    effect = {"kind": "effect", "run": "r", "stage": "answer"}
    records = [
        {**effect, "action": "stream", "findings": [find]},
        {**effect, "stage": "other", "findings": [find]},
        {**effect, "findings": [find, find]},  # streamed, and in the output, too
        {**effect, "findings": [find]},  # a further attempt
    ]
    whole = FindingCounts()
    for record in records:
        whole.take(record)
    assert whole.total == {("EMAIL_ADDRESS", "output"): 4}
    for cut in range(len(records)):
        begun = FindingCounts()
        for record in records[:cut]:
            begun.take(record)
        later = FindingCounts.from_state(json.loads(json.dumps(begun.state())))
        for record in records[cut:]:
            later.take(record)
        assert later.total == whole.total
