"""Did this tree grow out of that one? Asked by the writer, a witness, an exporter, a projection."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.audit.tlog.checkpoint import Checkpoint
from stageflow_guard.audit.tlog.tiles import TileReader
from stageflow_guard.audit.tlog.tree import EMPTY, verify_consistency
from stageflow_guard.errors import VerificationError


def rolled_back(
    by: str, seen: int, size: int, *, place: str = "the log", path: str | None = None
) -> VerificationError:
    """Return the error that every check raises when `place` is shorter than what `by` has seen."""
    return VerificationError(
        f"rolled back: {by} has seen {seen} records, {place} holds {size}", index=size, path=path
    )


def require_prefix(folder: Path, old: Checkpoint, new: Checkpoint, *, by: str) -> None:
    """Raise `VerificationError` unless the tree in `folder`, at `new`, begins with `old`'s.

    `by` says whose `old` is. Both checkpoints are taken as they are: who signed them is the
    caller's to check.
    """
    if old.size > new.size:
        raise rolled_back(by, old.size, new.size)
    try:
        if old.size == 0:
            if old.root != EMPTY:
                raise VerificationError("not an empty tree")
            return
        proof = []
        if old.size < new.size:
            proof = TileReader(folder, new.size).consistency(old.size)
        verify_consistency(old.size, old.root, new.size, new.root, proof)
    except VerificationError as exc:
        if exc.path is not None:  # a tile is missing or cut: that is another finding
            raise
        raise VerificationError(
            f"forked: the {old.size} records that {by} has seen are not the log's first ones",
            index=max(0, old.size - 1),
        ) from None


def grew_out_of(folder: Path, old: Checkpoint, new: Checkpoint) -> bool:
    """Say whether the tree in `folder`, at `new`, begins with `old`'s, which holds a record."""
    if old.origin != new.origin or not old.size:
        return False
    try:
        require_prefix(folder, old, new, by="a copy")
    except VerificationError as exc:
        if exc.path is not None:  # a tile of this log is missing: that is another finding
            raise
        return False
    return True
