"""A record by its ref, and who asked for what an approval answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.approval_trail import ApprovalTrail
from stageflow_guard.audit.read.query import LogEntry, iter_rows
from stageflow_guard.cli.audit import folders_of
from stageflow_guard.errors import ConfigError


def is_index(text: str) -> bool:
    """Say whether `text` can be the index of a record."""
    return text.isascii() and text.isdigit() and len(text) < 19


def at(folder: Path, index: int) -> LogEntry | None:
    """Return the record at `index` of one log, or None."""
    row = next(iter_rows(folder, index), None)
    return row if row is not None and row.index == index else None


def trail_of(folder: str) -> ApprovalTrail:
    """Return what became of each request for approval, in every shard of a log."""
    return ApprovalTrail(folders_of(folder))


def used_by(record: Mapping[str, Any]) -> str:
    """Return who used a grant, and where."""
    actor = record.get("actor")
    subject = actor.get("subject") if isinstance(actor, Mapping) else None
    place = "/".join(str(record[name]) for name in ("pipeline", "stage") if record.get(name))
    return f"{subject or 'nobody'}{f' at {place}' if place else ''}"


def requester_of(folder: str, record: Mapping[str, Any]) -> str | None:
    """Return who asked for what this approval answers; None where that is not on record here.

    The request is named by its ref, which may be of another shard. Raises `VerificationError`
    where it cannot be read.
    """
    note = record.get("note")
    origin, _, number = str((note or {}).get("of")).rpartition("#")
    if record.get("kind") != "approval" or not origin or not is_index(number):
        return None
    try:
        folders = folders_of(folder, origin)
    except ConfigError:  # a shard that is not here
        return None
    row = at(folders[0], int(number))
    actor = row.record.get("actor") if row is not None else None
    subject = actor.get("subject") if isinstance(actor, Mapping) else None
    return str(subject) if subject else None
