"""Other projects' numbers as a standing check: what they call valid is found behind its label.

Read where they are installed; a folder of their unpacked archives is measured by `bench/outside.py`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from stageflow_guard.redaction import Redactor

pytest.importorskip("stdnum", reason="python-stdnum comes with the dev extra")
BENCH = Path(__file__).resolve().parents[2] / "bench" / "outside.py"
_spec = importlib.util.spec_from_file_location("outside", BENCH)
outside = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(outside)
REDACTOR = Redactor()


def share(rates):
    return sum(hit for hit, _ in rates.values()) / sum(total for _, total in rates.values())


def test_documented_numbers_are_found_behind_their_labels():
    """python-stdnum's own examples of more than eighty national numbers: 97 of 100, none below half."""
    rates = outside.stdnum(REDACTOR)
    assert sum(total for _, total in rates.values()) > 500
    assert share(rates) >= 0.97, rates
    assert all(hit * 2 >= total for hit, total in rates.values()), rates


def test_phone_numbers_of_all_regions_are_found():
    """libphonenumber's examples, in national writing: with a label 98 of 100, bare 60 of 100."""
    rates = outside.phones(REDACTOR)
    for name, bar in (("label", 0.98), ("bare, default regions", 0.60), ("bare", 0.60)):
        hit, total = rates[name]
        assert hit >= bar * total, rates


def test_the_measure_counts_a_value_that_is_left():
    """A value of which one digit shows counts as left."""
    assert not outside.whole(REDACTOR, "the number 12 is shown", "12")
    assert outside.whole(REDACTOR, "my SSN is 536-90-4399", "536-90-4399")
