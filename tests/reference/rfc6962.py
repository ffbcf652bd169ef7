"""Proofs and tiles from all leaves, as RFC 6962 section 2.1 defines them: the reference for tests."""

from __future__ import annotations

from collections.abc import Sequence

from stageflow_guard.audit.tlog.tree import WIDTH, root_of
from stageflow_guard.errors import VerificationError


def _split(n: int) -> int:
    return 1 << ((n - 1).bit_length() - 1)  # the largest power of two below n


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of `index` (RFC 6962 2.1.1), leaf sibling first."""
    n = len(leaves)
    if not 0 <= index < n:
        raise VerificationError("index is outside the tree", index=index)
    if n == 1:
        return []
    k = _split(n)
    if index < k:
        return [*inclusion_proof(leaves[:k], index), root_of(leaves[k:])]
    return [*inclusion_proof(leaves[k:], index - k), root_of(leaves[:k])]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the tree of the first `old` leaves is a prefix (RFC 6962 2.1.2)."""
    if not 0 < old <= len(leaves):
        raise VerificationError("old size is outside the tree", index=old)

    def subproof(m: int, part: Sequence[bytes], whole: bool) -> list[bytes]:
        n = len(part)
        if m == n:
            return [] if whole else [root_of(part)]
        k = _split(n)
        if m <= k:
            return [*subproof(m, part[:k], whole), root_of(part[k:])]
        return [*subproof(m - k, part[k:], False), root_of(part[:k])]

    return subproof(old, leaves, True)


def tiles_between(old: int, new: int) -> list[tuple[int, int, int]]:
    """Return the (level, number, width) of every hash tile that growth from `old` makes new."""
    found = []
    level, a, b = 0, old, new
    while b:
        first, full, rest = a // WIDTH, b // WIDTH, b % WIDTH
        found += [(level, n, WIDTH) for n in range(first, full)]
        if rest and b != a:
            found.append((level, full, rest))
        level, a, b = level + 1, full if a == b else a // WIDTH, full
    return found
