"""What the report counts of what each step met."""

from __future__ import annotations

import pytest

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
    seen = "original" if obligations else "pseudonym"
    assert rows.met == {(BYTES, "hear", "unread"): 1, ("PERSON", "hear", seen): 2}
