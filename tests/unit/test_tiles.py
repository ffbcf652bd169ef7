"""Proofs from tiles equal proofs from all leaves."""

from __future__ import annotations

import pytest

from rfc6962 import consistency_proof, inclusion_proof, tiles_between
from stageflow_guard.audit.tlog.tiles import TileReader, peaks, right_edge, subtree_hash
from stageflow_guard.audit.tlog.tree import (
    Frontier,
    leaf_hash,
    root_of,
    tile_path,
    verify_consistency,
    verify_inclusion,
)
from stageflow_guard.base.durable import make_dirs
from stageflow_guard.errors import VerificationError

LEAVES = [leaf_hash(str(i).encode()) for i in range(70_000)]
LEVEL1 = [root_of(LEAVES[i : i + 256]) for i in range(0, 69_888, 256)]
LEVEL2 = [subtree_hash(LEVEL1[:256])]


def grown(folder, size):
    rows = [LEAVES, LEVEL1, LEVEL2]
    for level, n, width in tiles_between(0, size):
        path = folder / tile_path(level, n, width)
        make_dirs(path.parent, above=folder)
        path.write_bytes(b"".join(rows[level][n * 256 : n * 256 + width]))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 127, 255, 256])
def test_subtree_hash_is_the_tree_head(n):
    """Folding a row pairwise gives the same head as RFC 6962's definition."""
    assert subtree_hash(LEAVES[:n]) == root_of(LEAVES[:n])


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 511, 512, 700, 65_536, 65_537, 69_999])
def test_proofs_from_tiles_hold(tmp_path, size):
    """Inclusion and consistency at the places where subtrees meet; the frontier from the edge."""
    grown(tmp_path, size)
    reader = TileReader(tmp_path, size)
    root = reader.range_hash(0, size)
    tree = Frontier()
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    assert root == tree.root()
    assert peaks(right_edge(tmp_path, size)) == tree._peaks
    places = {0, 1, 254, 255, 256, 257, 511, 512, 65_535, 65_536, size - 1, size // 2}
    for i in sorted(p for p in places if p < size):
        verify_inclusion(LEAVES[i], i, size, reader.inclusion(i), root)
        if size <= 700:
            assert reader.inclusion(i) == inclusion_proof(LEAVES[:size], i)
        if i:
            old = reader.consistency(i)
            verify_consistency(i, root_of(LEAVES[:i]), size, root, old)
            if size <= 700:
                assert old == consistency_proof(LEAVES[:size], i)
    assert reader.consistency(size) == []
    with pytest.raises(VerificationError):
        reader.inclusion(size)


def test_a_cut_tile_is_named(tmp_path):
    """A tile of a wrong length is no proof, and the error says which."""
    grown(tmp_path, 300)
    (tmp_path / "tile/0/000").write_bytes(b"x" * 31)
    with pytest.raises(VerificationError, match="tile/0/000"):
        TileReader(tmp_path, 300).inclusion(3)
