"""CEF and CloudEvents: each record, hostile ones too, is one well-formed event."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.records.formats import cef, cloudevents
from stageflow_guard.audit.records.record import encoded

DENIED = {
    "kind": "decision", "decision": "deny", "reason": "foreign_owner", "tenant": "acme",
    "actor": {"subject": "user:ada"}, "action": "read", "resource": "data:ticket/7",
    "rules": ["a.csv:1"], "run": "r1", "wall_ns": 1_900_000_000_123_456_789, "node": "n1",
    "policy": {"sha256": "ab"},
}  # fmt: skip


def parsed(line):
    """Take a CEF line apart as its specification says: seven header fields, then pairs."""
    head = re.match(r"CEF:0((?:\|(?:[^|\\]|\\[|\\])*){6})\|", line)
    assert head, line
    fields = re.findall(r"\|((?:[^|\\]|\\.)*)", head[1])
    pairs = re.findall(r"(\w+)=((?:[^=\\]|\\.)*?)(?= \w+=|$)", line[head.end() :])
    return [re.sub(r"\\(.)", r"\1", one) for one in fields], {
        key: re.sub(r"\\([\\=])", r"\1", value) for key, value in pairs
    }


def test_a_denial_as_cef_says_who_what_why_and_how_bad():
    """Header and pairs by their names; a reach across tenants is severe."""
    head, pairs = parsed(cef.line(Shipped("e.x/o", 3, encoded(DENIED), "l1")))
    assert head[:2] == ["stageflow-guard", "stageflow-guard"]
    assert head[3:] == ["decision:deny", "decision:deny foreign_owner", "8"]
    assert pairs["externalId"] == "e.x/o#3@l1"
    assert (pairs["suser"], pairs["act"], pairs["outcome"]) == ("user:ada", "read", "deny")
    assert pairs["rt"] == "1900000000123"
    assert {pairs[f"cs{n}Label"]: pairs[f"cs{n}"] for n in range(1, 6)} == {
        "tenant": "acme", "resource": "data:ticket/7", "rules": "a.csv:1", "policy": "ab", "run": "r1"
    }  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_breaks_out_of_its_field_in_cef(reason, tenant):
    """Pipes, equals signs, backslashes and line ends stay in the value that holds them."""
    record = {**DENIED, "reason": reason, "tenant": tenant}
    line = cef.line(Shipped("e.x/o", 3, encoded(record)))
    assert len(line.splitlines()) == 1 and line.isprintable()
    head, pairs = parsed(line)
    assert len(head) == 6
    assert pairs["externalId"] == "e.x/o#3"
    assert pairs["outcome"] == "deny"


@pytest.mark.parametrize(
    "record", [DENIED, {"kind": "heartbeat", "wall_ns": 1}, {"kind": 3}, {"kind": "x y\n"}]
)
def test_a_record_as_cloudevent_has_what_version_1_requires(record):
    """Required attributes are strings, `source` and `id` tell records apart, time is RFC 3339."""
    found = cloudevents.event(Shipped("e x/o", 3, encoded(record), "l1"))
    assert found["specversion"] == "1.0"
    for name in ("id", "source", "type"):
        assert isinstance(found[name], str) and found[name].isprintable() and found[name]
    assert found["id"] == "e x/o#3@l1"
    assert found["source"] == "e%20x/o"  # a URI reference
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in found)
    if "time" in found:
        datetime.fromisoformat(found["time"])
    if record is DENIED:
        assert found["type"] == "org.stageflow-guard.audit.decision"
        assert (found["subject"], found["data"]) == ("data:ticket/7", record)
    json.dumps(found)
