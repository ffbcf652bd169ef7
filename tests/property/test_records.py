"""A record's bytes do not depend on how it was put together."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.records.record import FIELDS, decode, fields_of
from stageflow_guard.errors import AuditUnavailable
from stageflow_guard.model import AuditRecord, RecordTemplate

STAMPS = {"v", "id", "wall_ns", "mono_ns", "boot", "node"}
NAMES = [name for name in FIELDS if name not in STAMPS and name != "kind"]
TEXT = st.text(max_size=20)
PLAIN = TEXT | st.integers(-(2**63), 2**63 - 1)
NESTED = st.recursive(
    PLAIN | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SHARED = st.dictionaries(st.sampled_from(NAMES), NESTED, max_size=6)
OWN = st.dictionaries(st.sampled_from(NAMES), PLAIN, max_size=5)


def unstamped(entry):
    """The record in an entry, without what is different each time."""
    return {k: v for k, v in decode(entry).items() if k not in STAMPS}


@given(SHARED, OWN, TEXT, TEXT)
def test_a_shaped_record_has_the_bytes_of_a_plain_one(shared, own, boot, node):
    """Encoded once and filled in, or encoded whole: the same canonical JSON, by any reader."""
    shape = RecordTemplate({**shared, "kind": "effect"})
    record = shape.record(own)
    try:
        whole = encode(AuditRecord(**{**shape.fields, **own}), boot=boot, node=node)
    except AuditUnavailable:
        with pytest.raises(AuditUnavailable):
            encode(record, boot=boot, node=node)
        return
    for _ in range(2):  # the first makes the layout, the second uses it
        written = encode(record, boot=boot, node=node)
        assert unstamped(written) == unstamped(whole)
        stamps = json.loads(written)
        assert (stamps["boot"], stamps["node"], stamps["v"]) == (boot, node, 1)
        assert [*stamps] == sorted(stamps)


@given(SHARED, OWN)
def test_a_shaped_record_reads_like_a_plain_one(shared, own):
    """Every field, by name or all at once, as `AuditRecord` has them."""
    shape = RecordTemplate({**shared, "kind": "decision"})
    record, plain = shape.record(own), AuditRecord(**{**shape.fields, **own})
    assert isinstance(record, AuditRecord)
    assert asdict(record) == asdict(plain)
    assert all(getattr(record, name) == getattr(plain, name) for name in FIELDS)
    assert fields_of(record) == fields_of(plain)
    assert pickle.loads(pickle.dumps(record)) == plain


@pytest.mark.parametrize("own", [
    {"stage": "\ud800"}, {"latency_us": 1.5}, {"stage": "x" * 40_000}, {"stage": object()},
    {"decision_index": 2**64},
])  # fmt: skip
def test_what_no_record_may_hold_is_refused_in_any_form(own):
    """A lone surrogate, a float, too much, an object, a number that no reader has: refused."""
    with pytest.raises(AuditUnavailable):
        encode(RecordTemplate({"kind": "effect"}).record(own), boot="b", node="n")
    with pytest.raises(AuditUnavailable):
        encode({"kind": "effect", **own}, boot="b", node="n")


@pytest.mark.parametrize("field", [
    {"note": ["x"]}, {"policy": "x"}, {"actor": "x"}, {"actor": {"subject": ["x"]}},
    {"findings": ["x"]}, {"findings": [{"entity": "EMAIL"}]}, {"rules": "x"}, {"tenant": ["x"]},
    {"wall_ns": "yesterday"},
], ids=str)  # fmt: skip
def test_a_field_that_no_reader_could_take_apart_is_refused(field):
    """Once on record it would be there for good, and stop every question to the log."""
    with pytest.raises(AuditUnavailable, match=f"`{next(iter(field))}`"):
        encode({"kind": "auth", **field}, boot="b", node="n")
