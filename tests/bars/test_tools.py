"""The bars of guarded tool calls, measured by the bench itself: CPU time, the best of many rounds.

The aims are 10 µs a decision and 120 µs a call with 200 bytes of text; half of that again is let
through for a busy machine.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def bench():
    """bench/tools.py as a module."""
    path = Path(__file__).parents[2] / "bench" / "tools.py"
    spec = importlib.util.spec_from_file_location("bench_tools", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_tools"] = module
    spec.loader.exec_module(module)
    module.CALLS = 200
    return module


def test_decisions_about_arguments_limits_and_history_meet_their_bar(bench, tmp_path):
    """Each is at most 10 µs."""
    figures = bench.decisions(tmp_path)
    assert {name: value for name, value in figures.items() if value > 15} == {}


def test_a_guarded_call_meets_its_bar(bench, tmp_path):
    """A call with 200 bytes of text costs at most 120 µs over the bare one."""
    cost = asyncio.run(bench.call_cost(bench.policies(tmp_path), "plain", bench.PROSE))
    assert cost <= 180
