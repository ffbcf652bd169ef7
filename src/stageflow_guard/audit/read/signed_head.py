"""The signed head of a log, and what the log itself says was pruned: where every reader begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.layout import has_lost_checkpoint, read_format
from stageflow_guard.audit.read.signed_entries import attested
from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, open_note
from stageflow_guard.audit.tlog.storage import bundles, read
from stageflow_guard.audit.tlog.tree import WIDTH
from stageflow_guard.errors import ConfigError, VerificationError

PRUNE = "prune"


def signed_head(folder: Path) -> tuple[Checkpoint, bytes]:
    """Return (checkpoint, its note), signed by the key in the log's `vkey`.

    Raises `ConfigError` for what is no log, or a newer release's; `VerificationError` for a
    checkpoint that the key did not sign. Whose key that is, the log itself cannot say.
    """
    note = checkpoint_of(folder)
    read_format(folder)
    while True:
        key = key_line(folder)
        try:
            return open_note(note, key), note
        except VerificationError:
            again = read(folder, "checkpoint") or b""
            if again == note:  # no key rotation is under way
                raise
            note = again


def checkpoint_of(folder: Path) -> bytes:
    """Return the checkpoint as it lies there; raise `ConfigError` for what is no log.

    And `VerificationError` for a log that has lost it.
    """
    note = read(folder, "checkpoint")
    if note is None and has_lost_checkpoint(folder):
        raise VerificationError("`checkpoint` is missing", path="checkpoint")
    if note is None:
        raise ConfigError(f"`{folder}` holds no log: it has no checkpoint")
    return note


def key_line(folder: Path) -> str:
    """Return the log's own key line; raise `VerificationError` where there is none."""
    key = read(folder, "vkey")
    if key is None:
        raise VerificationError("`vkey` is missing", path="vkey")
    return key.decode("utf-8", "replace").strip()


def require_attested_minimum(folder: Path, head: Checkpoint, minimum: int) -> None:
    """Raise `VerificationError` unless a signed record says that what lies below was pruned."""
    attested_prune(folder, head, minimum)


def attested_prune(folder: Path, head: Checkpoint, minimum: int) -> dict[str, Any]:
    """Return the note of the signed record which says that what lies below `minimum` was pruned.

    The file `minimum` alone proves nothing: who may write it could hide any record behind it.
    Raises `VerificationError` where there is no such record.
    """
    for first in range(head.size - 1 - (head.size - 1) % WIDTH, minimum - 1, -WIDTH):
        _, entries, _ = next(bundles(folder, head.size, first))
        if not any(_said(entry, minimum) for entry in entries):
            continue
        _, signed = next(attested(folder, head, first))
        for entry in signed:
            if (note := _said(entry, minimum)) is not None:
                return note
    raise VerificationError(
        f"`minimum` hides the records below {minimum}, and no record says that they were pruned",
        index=0, path="minimum",
    )  # fmt: skip


def _said(entry: bytes, minimum: int) -> dict[str, Any] | None:
    if b'"kind":"prune"' not in entry:  # canonical bytes, so this is how it is written
        return None
    try:
        record = decode_any(entry)
    except (ValueError, RecursionError):
        return None
    note = record.get("note")
    if record.get("kind") != PRUNE or not isinstance(note, dict) or note.get("below") != minimum:
        return None
    return note
