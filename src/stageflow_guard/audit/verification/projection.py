"""Rows that a projection kept, against the log: is every one of them still what was signed?

A row's entry must have the hash that the tree commits to, its columns must follow from its entry,
and none may be missing: a column changed, or a row removed, would hide a record from a question
without touching the records that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.signed_entries import SignedTree
from stageflow_guard.audit.records.columns import COLUMNS, NUMBERS, row
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.checkpoint import Checkpoint
from stageflow_guard.audit.tlog.tree import WIDTH
from stageflow_guard.errors import VerificationError

Kept = tuple[int, bytes, tuple[Any, ...]]  # index, entry, the columns in their order


def require_projected(
    folder: Path, head: Checkpoint, rows: Iterable[Kept], start: int, end: int
) -> None:
    """Raise `VerificationError` unless `rows` are the log's records from `start` up to `end`.

    In order; `start` begins a bundle. Names the first index that differs or is missing. Reads only
    hashes of the log.
    """
    tree, following = SignedTree(folder, head), start
    leaves: list[bytes] = []
    for index, entry, columns in rows:
        if index != following:
            raise _differs(following)
        if index % WIDTH == 0:
            leaves = tree.leaves(index // WIDTH)
        same = type(entry) is bytes and sha256(b"\x00" + entry).digest() == leaves[index % WIDTH]
        if not same or _columns(entry) != columns:
            raise _differs(index)
        following += 1
    if following < end:
        raise _differs(following)


def require_row(tree: SignedTree, index: int, entry: object, *, chosen: bool) -> None:
    """Raise `VerificationError` unless `entry` is the log's record at `index`, rightly `chosen`."""
    leaf = tree.leaves(index // WIDTH)[index % WIDTH]
    if not chosen or type(entry) is not bytes or sha256(b"\x00" + entry).digest() != leaf:
        raise _differs(index)


def _columns(entry: bytes) -> tuple[Any, ...]:
    found = row(readable(entry))  # it is the log's, so it decodes
    return tuple(found[name] for name in (*COLUMNS, *NUMBERS))


def _differs(index: int) -> VerificationError:
    return VerificationError(
        f"record {index} in the projection is not the log's; remove the projection, it is built "
        "again",
        index=index,
    )  # fmt: skip
