"""Entries as the checkpoint commits to them: what a reader shows or ships was hashed first.

1. each entry's hash against the level-0 tile beside it: names the record that was changed
2. each row of hashes against the level above, up to the right right_edge, and that against the root

One hash per record more than reading alone, and one file a level. What no reader checks is
`verify`'s: the records' meaning, what else lies in the directory.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from stageflow_guard.audit.tlog.checkpoint import Checkpoint
from stageflow_guard.audit.tlog.storage import bundles
from stageflow_guard.audit.tlog.tiles import hashes, right_edge, root_of_rows, subtree_hash
from stageflow_guard.audit.tlog.tree import WIDTH, tile_path
from stageflow_guard.errors import VerificationError


def attested(folder: Path, head: Checkpoint, start: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Yield (first index, entries) of the bundles of the tree `head`, from `start` on.

    `start` is rounded down to the beginning of its bundle. Raises `VerificationError` before it
    yields a bundle that is not in the tree: with the record's index where its hash differs, with
    the bundle's first index where the hashes were changed, too. Works beside a running writer.
    """
    tree = SignedTree(folder, head)
    for first, entries, path in bundles(folder, head.size, start):
        tree.require(first, entries, path)
        yield first, entries


class SignedTree:
    """The hashes that a checkpoint's root commits to: is this entry the one at that index?"""

    def __init__(self, folder: Path, head: Checkpoint) -> None:
        self._folder = folder
        self._size = head.size
        self._rows = _Rows(folder, head)

    def leaves(self, n: int) -> list[bytes]:
        """Return the leaf hashes of bundle `n`; raise `VerificationError` unless the root has them.

        Needs hash tiles only: entries may come from elsewhere.
        """
        row = hashes(self._folder, 0, n, min(WIDTH, self._size - n * WIDTH))
        self._rows.require(0, n, row)
        return row

    def row(self, level: int, n: int) -> list[bytes]:
        """Return the hashes of tile `n` of `level`, above 0; raise unless the root has them."""
        return self._rows.row(level, n)

    def require(self, first: int, entries: list[bytes], path: str) -> None:
        """Raise `VerificationError` unless `entries` are the bundle of the tree from `first` on."""
        n = first // WIDTH
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        stored = hashes(self._folder, 0, n, len(leaves))
        if leaves != stored:
            pairs = zip(leaves, stored, strict=True)
            index = first + next(i for i, (leaf, kept) in enumerate(pairs) if leaf != kept)
            raise VerificationError(
                f"record {index} does not match its hash", index=index, path=path
            )
        self._rows.require(0, n, leaves)


class _Rows:
    """Rows of hashes that the root commits to, the last one of each level kept."""

    def __init__(self, folder: Path, head: Checkpoint) -> None:
        self._folder = folder
        self._head = head
        self._edge: list[list[bytes]] | None = None
        self._held: dict[int, tuple[int, list[bytes]]] = {}

    def require(self, level: int, n: int, row: list[bytes]) -> None:
        """Raise `VerificationError` unless `row` is tile `n` of `level` in the signed tree."""
        if len(row) < WIDTH:
            same = row == self._right_edge()[level]
        else:
            same = subtree_hash(row) == self.row(level + 1, n // WIDTH)[n % WIDTH]
        if not same:
            span = int(WIDTH ** (level + 1))
            raise VerificationError(
                f"the records from {n * span} on are not the tree that is signed",
                index=n * span, path=tile_path(level, n, len(row)),
            )  # fmt: skip

    def row(self, level: int, n: int) -> list[bytes]:
        """Return the hashes of tile `n` of `level`; raise unless the root has them."""
        held = self._held.get(level)
        if held is None or held[0] != n:
            width = min(WIDTH, self._head.size // int(WIDTH**level) - n * WIDTH)
            row = hashes(self._folder, level, n, width)
            self.require(level, n, row)
            self._held[level] = held = (n, row)
        return held[1]

    def _right_edge(self) -> list[list[bytes]]:
        if self._edge is None:
            found = right_edge(self._folder, self._head.size)
            if root_of_rows(found) != self._head.root:
                raise VerificationError(
                    "the tiles are not the tree that the checkpoint signs", path="checkpoint"
                )
            self._edge = found
        return self._edge
