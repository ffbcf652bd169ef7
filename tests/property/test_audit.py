"""The log's formats, over whatever bytes and records come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stageflow_guard.audit.admin.fingerprint import normalised
from stageflow_guard.audit.log.wal import frame, scan
from stageflow_guard.audit.read.proofs import parse_proof
from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.records.columns import row
from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.audit.records.record import decode
from stageflow_guard.audit.tlog.checkpoint import parse, parse_vkey
from stageflow_guard.audit.tlog.cosign import parse_cosigner
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.audit.tlog.tree import number_path
from stageflow_guard.errors import AuditUnavailable, VerificationError

ENTRIES = st.lists(st.binary(max_size=300), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(ENTRIES)
def test_a_bundle_reads_back(entries):
    """Lengths and bytes survive."""
    assert unpack(pack(entries), "x") == entries


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.data())
def test_a_torn_tail_loses_only_itself(batches, data):
    """However the last frame is cut, the frames before it are whole; nothing else is dropped."""
    first, content, ends = 0, b"", [0]
    for batch in batches:
        content += frame(first, batch)
        first += len(batch)
        ends.append(len(content))
    cut = data.draw(st.integers(ends[-2], ends[-1]))
    blocks, good = scan(content[:cut])
    whole = len(batches) if cut == ends[-1] else len(batches) - 1
    assert [block.entries for block in blocks] == batches[:whole]
    assert good == ends[whole]


@given(st.lists(ENTRIES, min_size=2, max_size=4), st.data())
def test_damage_before_an_intact_frame_is_refused(batches, data):
    """A changed bit in any frame but the last is never taken for a torn tail."""
    first, content, ends = 0, b"", [0]
    for batch in batches:
        content += frame(first, batch)
        first += len(batch)
        ends.append(len(content))
    at = data.draw(st.integers(0, ends[-2] - 1))
    bad = (
        content[:at]
        + bytes([content[at] ^ (1 << data.draw(st.integers(0, 7)))])
        + content[at + 1 :]
    )
    with pytest.raises(VerificationError, match="damaged"):
        scan(bad)


@given(st.dictionaries(st.sampled_from(["run", "tenant", "note", "rules", "latency_us"]), VALUES))
def test_what_is_encoded_is_canonical_and_reads_back(fields):
    """Both readers accept it and agree; or it was refused."""
    record = {"kind": "auth", **fields}
    try:
        entry = encode(record, boot="b", node="n")
    except AuditUnavailable:
        return
    assert decode(entry) == decode_any(entry)
    assert {k: v for k, v in decode(entry).items() if k in fields} == {
        k: v for k, v in fields.items() if v is not None
    }
    assert set(row(decode(entry))) == set(row({}))


@given(st.binary(max_size=400))
def test_foreign_bytes_are_refused_not_crashed_on(content):
    """Every parser of evidence answers with its own error."""
    for parser in (parse, parse_proof, lambda c: unpack(c, "x"), scan):
        try:
            parser(content)
        except VerificationError:
            pass
    for parser in (parse_vkey, parse_cosigner):
        try:
            parser(content.decode("latin-1"))
        except VerificationError:
            pass
    try:
        decode_any(content)
    except (ValueError, RecursionError):
        pass


@given(st.integers(0, 10**12))
def test_tile_numbers_are_one_to_one(n):
    """The path spells the number and nothing else."""
    parts = number_path(n).split("/")
    assert int("".join(p.removeprefix("x") for p in parts)) == n
    assert all(p.startswith("x") and len(p) == 4 for p in parts[:-1])
    assert len(parts[-1]) == 3


@given(VALUES, VALUES)
def test_different_values_have_different_fingerprints(a, b):
    """Normalising joins texts that differ in outer space or composition only, and nothing else."""
    if isinstance(a, str) and isinstance(b, str):
        return
    if normalised(a) == normalised(b):
        assert a == b
        assert type(a) is type(b)
