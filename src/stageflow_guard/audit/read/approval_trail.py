"""What became of a request for approval: who answered, and who used the answer, days later perhaps.

Two ways to ask leave their marks: `note.of` is the ref of what was asked for, `note.approval` the
id of a stored request. Records that share one of them are of one matter, in whichever shard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.query import iter_rows
from stageflow_guard.audit.read.signed_head import signed_head

_MARK = b'"approval"'  # of the kind, and of the note: what has neither is passed over undecoded
Event = tuple[str, Mapping[str, Any]]  # ref and record


class ApprovalTrail:
    """Every answer and use in some logs, found by what it is about. One reading of each log."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Raise `VerificationError` where a log cannot be read."""
        self._by_key: dict[str, list[Event]] = {}
        for folder in folders:
            origin = signed_head(folder)[0].origin
            for row in iter_rows(folder):
                if _MARK in row.entry:
                    self.take(f"{origin}#{row.index}", row.record)

    def take(self, ref: str, record: Mapping[str, Any]) -> None:
        """Take one record; one that is neither an answer nor a use is passed over."""
        if is_answer(record) or is_use(record):
            for key in _keys(ref, record):
                self._by_key.setdefault(key, []).append((ref, record))

    def answers(self, ref: str, record: Mapping[str, Any]) -> list[Event]:
        """Return what was answered in the matter of this record, in order, itself left out."""
        return [event for event in self._of(ref, record) if is_answer(event[1])]

    def uses(self, ref: str, record: Mapping[str, Any]) -> list[Event]:
        """Return where an answer in the matter of this record was used, itself left out."""
        return [event for event in self._of(ref, record) if is_use(event[1])]

    def _of(self, ref: str, record: Mapping[str, Any]) -> list[Event]:
        found = {one: event for key in _keys(ref, record)
                 for one, event in self._by_key.get(key, ()) if one != ref}  # fmt: skip
        return list(found.items())


def is_answer(record: Mapping[str, Any]) -> bool:
    """Say whether this is somebody's yes or no to a request."""
    return record.get("kind") == "approval" and record.get("outcome") in ("approved", "denied")


def is_use(record: Mapping[str, Any]) -> bool:
    """Say whether a grant was relied on here: by a permit that it let through, or on its own."""
    if record.get("kind") == "approval":
        return record.get("outcome") == "used"
    return record.get("decision") == "permit" and bool(_note(record).get("approval"))


def _keys(ref: str, record: Mapping[str, Any]) -> Iterator[str]:
    yield ref
    for name in ("of", "approval"):
        if isinstance(key := _note(record).get(name), str):
            yield key


def _note(record: Mapping[str, Any]) -> Mapping[str, Any]:
    note = record.get("note")
    return note if isinstance(note, Mapping) else {}
