"""Statistics of a kept projection: counted once, and then what is new.

The table `tallies` holds, for each log, what the rows from `first` to `upto` amount to. It is the
projection's own word, as its rows are: whoever asks for more compares the rows with the log.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from stageflow_guard.audit.read.statistics import Statistics
from stageflow_guard.audit.records.schema_check import readable

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS tallies (origin TEXT, log TEXT, first INTEGER, upto INTEGER, "
    "said TEXT, PRIMARY KEY (origin, log))"
)
_RANGE = "origin = ? AND log = ? AND idx >= ? AND idx < ?"


def tallied(db: sqlite3.Connection, of: tuple[str, str], first: int, size: int) -> Statistics:
    """Return the statistics of the rows from `first` to `size`; keeps them for the next time."""
    found, upto = _kept(db, of, first, size)
    if upto < size:
        count(db, found, *of, upto, size)
        with db:
            db.execute(
                "INSERT OR REPLACE INTO tallies VALUES (?, ?, ?, ?, ?)",
                (*of, first, size, json.dumps(found.state())),
            )
    return found


def count(db: sqlite3.Connection, into: Statistics, *asked: str | int) -> None:
    """Count the rows of a log: `asked` is its origin, its id, the first row, and where they end."""
    for *said, n in db.execute(
        "SELECT kind, coalesce(tenant, '-'), decision, "
        "CASE WHEN decision = 'deny' THEN reason END, outcome, count(*) "
        f"FROM records WHERE {_RANGE} GROUP BY 1, 2, 3, 4, 5", asked,
    ):  # fmt: skip
        names = ("kind", "tenant", "decision", "reason", "outcome")
        into.count(dict(zip(names, said, strict=True)), n)
    for took, n in db.execute(
        f"SELECT latency_us, count(*) FROM records WHERE {_RANGE} AND latency_us IS NOT NULL "
        "GROUP BY 1", asked,
    ):  # fmt: skip
        into.latencies[took] += n
    into.find(_finding(db, asked))


def _finding(db: sqlite3.Connection, asked: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """Yield the records that name finds, and the ends of runs, in order."""
    for run, entry in db.execute(
        f"SELECT run, CASE WHEN instr(entry, ?) THEN entry END FROM records WHERE {_RANGE} "
        "AND (kind = 'run_end' OR instr(entry, ?)) ORDER BY idx",
        (b'"findings"', *asked, b'"findings"'),
    ):
        yield {"kind": "run_end", "run": run} if entry is None else readable(entry)


def _kept(
    db: sqlite3.Connection, of: tuple[str, str], first: int, size: int
) -> tuple[Statistics, int]:
    """Return what is kept and up to where; nothing where it is of other rows, or damaged."""
    row = db.execute(
        "SELECT upto, said FROM tallies WHERE origin = ? AND log = ? AND first = ? AND upto <= ?",
        (*of, first, size),
    ).fetchone()
    if row is not None:
        upto, said = row  # SQLite keeps any type in any column
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            if type(upto) is int and upto >= first:
                return Statistics.from_state(json.loads(said)), upto
    return Statistics(), first  # counted anew
