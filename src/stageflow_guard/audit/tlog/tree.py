"""The Merkle tree of RFC 6962 section 2, and its place in tiles (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from stageflow_guard.errors import VerificationError

EMPTY = sha256(b"").digest()
WIDTH = 256


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry. RFC 6962 2.1: leaves are prefixed 0x00, so no node can pose as a leaf."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """Hash many entries."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children, prefixed 0x01."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: O(log n) memory, amortised O(1) per leaf."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self.size = 0

    @classmethod
    def after(cls, size: int, peaks: list[bytes]) -> Frontier:
        """Return the edge of a tree of `size`, whose complete subtrees' heads are `peaks`."""
        made = cls()
        made.size, made._peaks = size, list(peaks)
        return made

    def add(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        size, node = self.size, leaf
        while size & 1:
            node = node_hash(self._peaks.pop(), node)
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree head."""
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the head of the tree over these leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise `VerificationError` unless `leaf` is at `index` under `root` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        raise VerificationError("index is outside the tree", index=index)
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise VerificationError("inclusion proof is too long", index=index)
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            node = node_hash(node, sibling)
        fn >>= 1
        sn >>= 1
    if sn or node != root:
        raise VerificationError("inclusion proof does not hold", index=index)


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise `VerificationError` unless the old tree is a prefix (RFC 9162 2.1.4.2)."""
    bad = VerificationError("consistency proof does not hold", index=old)
    if not 0 < old <= new:
        raise bad
    if old == new:
        if proof or old_root != new_root:
            raise bad
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise bad
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            raise bad
        if fn & 1 or fn == sn:
            fr, sr = node_hash(node, fr), node_hash(node, sr)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, node)
        fn >>= 1
        sn >>= 1
    if sn or fr != old_root or sr != new_root:
        raise bad


def number_path(n: int) -> str:
    """Return `<N>` of C2SP tlog-tiles: groups of three digits, all but the last prefixed `x`."""
    path = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        path = f"x{n % 1000:03d}/{path}"
    return path


def tile_path(level: int | str, n: int, width: int) -> str:
    """Return a tile's path; `level` is a number, or `entries`."""
    return f"tile/{level}/{number_path(n)}" + ("" if width == WIDTH else f".p/{width}")
