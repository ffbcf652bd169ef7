"""A large mapping of which a changed copy costs the change: it answers as a dict does."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.base.sharded_map import ShardedMap, followed

NAMES = st.sampled_from([f"n{i}" for i in range(12)])


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.lists(NAMES), st.dictionaries(NAMES, st.integers()))))
def test_it_is_a_dict_after_any_changes(steps):
    """Contents, length and order; what was there before a change stays as it was."""
    held, expected = ShardedMap.of({}), {}
    for without, values in steps:
        before, was = held, dict(held)
        held = held.but(without, values)
        expected = {k: v for k, v in expected.items() if k not in without} | values
        assert held == expected == dict(held) and list(held) == sorted(expected)
        assert (len(held), sorted(held.held())) == (len(expected), sorted(expected.values()))
        assert held == ShardedMap.of(expected) and dict(before) == was
        assert all(
            (n in held, held.get(n)) == (n in expected, expected.get(n)) for n in ("n0", "x")
        )


def test_what_follows_keeps_what_was_not_made_anew():
    """Of the names that were, those not made any more are gone; None: nothing is kept."""
    old = {"a": 1, "b": 2, "c": 3}
    assert followed(old, {"a", "b"}, {"a": 9}) == {"a": 9, "c": 3}
    assert followed(old, None, {"a": 9}) == {"a": 9}


def test_a_name_that_is_not_there_is_a_key_error():
    """As everywhere."""
    with pytest.raises(KeyError):
        ShardedMap.of({"a": 1})["b"]


def test_it_is_whole_in_another_process():
    """Hashes of strings differ there: a guardrail that is looked for in the wrong place is lost."""
    held = ShardedMap.of({f"t{i}": i for i in range(300)})
    code = ("import pickle, sys; m = pickle.load(sys.stdin.buffer); "
            "print(sum(m[f't{i}'] for i in range(300)))")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(held), capture_output=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"}, timeout=60,
    )  # fmt: skip
    assert int(done.stdout) == sum(range(300))
