"""Finds of a run's input are counted once: by run, and by log."""

from __future__ import annotations

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
