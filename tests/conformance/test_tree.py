"""The tree against an implementation that nobody here wrote."""

from __future__ import annotations

import pytest
from pymerkle import InmemoryTree

from rfc6962 import consistency_proof, inclusion_proof
from stageflow_guard.audit.tlog.tree import (
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from stageflow_guard.errors import VerificationError

ENTRIES = [f"entry {i}".encode() for i in range(70)]
LEAVES = [leaf_hash(e) for e in ENTRIES]


def test_roots_equal_pymerkle_at_every_size():
    """RFC 6962 heads, as pymerkle computes them."""
    other = InmemoryTree(algorithm="sha256")
    for n, entry in enumerate(ENTRIES, 1):
        other.append_entry(entry)
        assert other.get_root() == root_of(LEAVES[:n])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 70])
def test_proofs_hold_and_flipped_ones_do_not(size):
    """Every inclusion and consistency proof holds; with one bit flipped it does not."""
    root = root_of(LEAVES[:size])
    for i in range(size):
        proof = inclusion_proof(LEAVES[:size], i)
        verify_inclusion(LEAVES[i], i, size, proof, root)
        for k in range(len(proof)):
            bad = [*proof]
            bad[k] = bytes([bad[k][0] ^ 1]) + bad[k][1:]
            with pytest.raises(VerificationError):
                verify_inclusion(LEAVES[i], i, size, bad, root)
        old = i + 1
        path = consistency_proof(LEAVES[:size], old)
        verify_consistency(old, root_of(LEAVES[:old]), size, root, path)
        with pytest.raises(VerificationError):
            verify_consistency(old, bytes(32), size, root, path)
