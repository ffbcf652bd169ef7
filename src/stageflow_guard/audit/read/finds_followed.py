"""Where a find in one step's output went: the run's records, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.finding_counts import findings_of
from stageflow_guard.audit.read.query import iter_rows

Placed = tuple[int, Mapping[str, Any]]  # index and record


def of_run(folder: Path, run: str, start: int) -> Iterator[Placed]:
    """Yield a run's records from `start` to its end; what is behind that is not read.

    Raises `VerificationError` where the log cannot be read.
    """
    mark = run.encode()
    for row in iter_rows(folder, start):
        if mark in row.entry and row.record.get("run") == run:
            yield row.index, row.record
            if row.record.get("kind") == "run_end":
                return


def given_by(record: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return what this effect's output held: (entity, count)."""
    return [(entity, count) for entity, way, count in findings_of(record) if way == "output"]


def reads_of(record: Mapping[str, Any]) -> list[str]:
    """Return the steps whose finds this permitted step read."""
    note = record.get("note")
    named = note.get("reads") if isinstance(note, Mapping) else None
    return [str(one) for one in named] if isinstance(named, list) else []


def sources(records: list[Placed], reader: Placed) -> list[Placed]:
    """Return the effects, before this permit, in whose outputs it read finds."""
    found: dict[str, Placed] = {}
    for index, record in records:
        if index >= reader[0]:
            break
        if record.get("kind") == "effect" and given_by(record):
            found[str(record.get("stage"))] = (index, record)
    return [found[name] for name in reads_of(reader[1]) if name in found]


def readers(records: list[Placed], stage: str, after: int) -> list[Placed]:
    """Return the permits after `after` whose steps read finds of `stage`."""
    return [one for one in records if one[0] > after and stage in reads_of(one[1])]
