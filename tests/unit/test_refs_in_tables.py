"""A ref is copied out of a table: it stays in one piece, however narrow the table is."""

from __future__ import annotations

import pytest

from stageflow_guard.cli.fitted_table import fitted


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_ref_is_never_cut(width):
    """Another column gives instead."""
    ref = "example.com/pipelines/w2#1048576"
    text = fitted(("ref", "reason"), [(ref, "no_matching_rule, said at length " * 4)], width)
    assert ref in text
