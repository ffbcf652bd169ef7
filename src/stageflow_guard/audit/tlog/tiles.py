"""Reading the tree from its tiles: any subtree, any proof, a handful of files each."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from stageflow_guard.audit.tlog.storage import tile
from stageflow_guard.audit.tlog.tree import EMPTY, WIDTH, node_hash, tile_path
from stageflow_guard.errors import VerificationError

KEPT = 64  # tiles in memory: a proof touches one per level


def subtree_hash(row: list[bytes]) -> bytes:
    """Return the RFC 6962 head over a row of adjacent, complete subtrees of one size."""
    if not row:
        return EMPTY
    while len(row) > 1:
        paired = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(row[::2], row[1::2], strict=False)
        ]
        row = [*paired, row[-1]] if len(row) & 1 else paired
    return row[0]


def widths(size: int) -> list[int]:
    """Return the width of the partial tile at each level of a tree of `size`; 0 where none is."""
    found = []
    while size:
        found.append(size % WIDTH)
        size //= WIDTH
    return found


def right_edge(folder: Path, size: int) -> list[list[bytes]]:
    """Return the right edge: per level, the hashes of its partial tile. Reads one file a level."""
    rows = []
    for level, width in enumerate(widths(size)):
        row: list[bytes] = []
        if width:
            n = size // int(WIDTH ** (level + 1))
            row = hashes(folder, level, n, width)
        rows.append(row)
    return rows


def peaks(rows: list[list[bytes]]) -> list[bytes]:
    """Return the frontier of a tree from its right right_edge, the largest subtree first."""
    found = []
    for row in reversed(rows):
        at = 0
        for bit in reversed(range(9)):  # a row that is just full has 256
            span = 1 << bit
            if len(row) & span:
                found.append(subtree_hash(row[at : at + span]))
                at += span
    return found


def root_of_rows(rows: list[list[bytes]]) -> bytes:
    """Return the head of the tree whose right edge is `rows`, one row of hashes per level."""
    found = peaks(rows)
    if not found:
        return EMPTY
    node = found[-1]
    for peak in reversed(found[:-1]):
        node = node_hash(peak, node)
    return node


class TileReader:
    """Subtree hashes and proofs of a tree of `size` entries, from the tiles in `folder`.

    Trusts nothing by itself: what it returns is checked against a signed root by the caller.
    Raises `VerificationError` that names a tile that is missing or has a wrong length.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self.size = size
        self._held: dict[tuple[int, int], list[bytes]] = {}

    def _tile(self, level: int, n: int) -> list[bytes]:
        held = self._held.get((level, n))
        if held is None:
            width = min(WIDTH, self.size // int(WIDTH**level) - n * WIDTH)
            held = hashes(self._folder, level, n, width)
            if len(self._held) >= KEPT:
                self._held = {}
            self._held[level, n] = held
        return held

    def _complete(self, start: int, span: int) -> bytes:
        """Return the head of the complete subtree of `span` (a power of two) from `start`."""
        level = 0
        while span >= WIDTH:
            span //= WIDTH
            level += 1
        unit = WIDTH**level
        first = start // unit
        row = self._tile(level, first // WIDTH)
        at = first % WIDTH
        return subtree_hash(row[at : at + span])

    def range_hash(self, start: int, end: int) -> bytes:
        """Return MTH(entries[start:end]) of RFC 6962, `start` a multiple of a larger subtree."""
        count = end - start
        if count == 0:
            return EMPTY
        if count & (count - 1) == 0:
            return self._complete(start, count)
        split = 1 << ((count - 1).bit_length() - 1)
        return node_hash(self._complete(start, split), self.range_hash(start + split, end))

    def peaks(self, size: int) -> list[bytes]:
        """Return the heads of the complete subtrees of the first `size` entries, largest first."""
        found, start = [], 0
        while start < size:
            span = 1 << ((size - start).bit_length() - 1)
            found.append(self.range_hash(start, start + span))
            start += span
        return found

    def leaf(self, index: int) -> bytes:
        """Return the stored leaf hash."""
        return self._tile(0, index // WIDTH)[index % WIDTH]

    def inclusion(self, index: int) -> list[bytes]:
        """Return the audit path of `index` (RFC 6962 2.1.1), leaf sibling first."""
        if not 0 <= index < self.size:
            raise VerificationError("index is outside the tree", index=index)
        path = []
        start, end = 0, self.size
        while end - start > 1:
            split = start + (1 << ((end - start - 1).bit_length() - 1))
            if index < split:
                path.append(self.range_hash(split, end))
                end = split
            else:
                path.append(self.range_hash(start, split))
                start = split
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the tree of the first `old` entries is a prefix (2.1.2)."""
        if not 0 < old <= self.size:
            raise VerificationError("old size is outside the tree", index=old)
        path = []
        start, end, whole = 0, self.size, True
        while old != end:
            split = start + (1 << ((end - start - 1).bit_length() - 1))
            if old <= split:
                path.append(self.range_hash(split, end))
                end = split
            else:
                path.append(self.range_hash(start, split))
                start, whole = split, False
        if not whole:
            path.append(self.range_hash(start, end))
        return path[::-1]


def hashes(folder: Path, level: int, n: int, width: int) -> list[bytes]:
    """Return the hashes of a tile; raise `VerificationError` when it is missing or misshapen."""
    content = tile(folder, level, n, width)
    if len(content) != width * 32:
        name = tile_path(level, n, width)
        raise VerificationError(f"`{name}` has a wrong length", path=name)
    return [content[i : i + 32] for i in range(0, len(content), 32)]
