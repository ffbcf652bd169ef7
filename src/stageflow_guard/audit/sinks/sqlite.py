"""SQLite projection: disposable, rebuilt from the log, made for questions."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from stageflow_guard.audit.checkpoint import parse
from stageflow_guard.audit.query import iter_records
from stageflow_guard.errors import ConfigError

COLUMNS = ("kind", "run", "tenant", "pipeline", "stage", "decision", "reason", "error", "outcome")


class SqliteProjection:
    """A table `records` beside the log; it carries the checkpoint that it came from."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def _connect(self) -> sqlite3.Connection:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(fd)
        db = sqlite3.connect(self._path)
        columns = ", ".join(f"{name} TEXT" for name in COLUMNS)
        db.execute(
            f"CREATE TABLE IF NOT EXISTS records (origin TEXT, idx INTEGER, {columns}, "
            "record TEXT, PRIMARY KEY (origin, idx))"
        )
        db.execute("CREATE TABLE IF NOT EXISTS source (origin TEXT PRIMARY KEY, checkpoint TEXT)")
        return db

    def sync(self, log: str | Path) -> int:
        """Bring the table up to the log; return how many records are new. Safe to repeat."""
        note = (Path(log) / "checkpoint").read_bytes()
        origin = parse(note)[0].origin
        marks = ", ".join("?" for _ in range(len(COLUMNS) + 3))
        try:
            with closing(self._connect()) as db, db:
                last = db.execute(
                    "SELECT coalesce(max(idx), -1) FROM records WHERE origin = ?", (origin,)
                ).fetchone()[0]
                rows = [
                    (origin, index, *(record.get(c) for c in COLUMNS), json.dumps(record))
                    for index, record in iter_records(log)
                    if index > last
                ]
                db.executemany(f"INSERT INTO records VALUES ({marks})", rows)
                db.execute("INSERT OR REPLACE INTO source VALUES (?, ?)", (origin, note.decode()))
        except sqlite3.Error as exc:
            raise ConfigError(f"projection `{self._path}` is unusable ({exc})") from None
        return len(rows)

    def query(self, **filters: str) -> list[dict[str, Any]]:
        """Return the records whose columns equal the filters, in order."""
        unknown = sorted(set(filters) - set(COLUMNS))
        if unknown:
            raise ConfigError(f"`{unknown[0]}` is no filter; there are {', '.join(COLUMNS)}")
        where = " AND ".join(f"{name} = ?" for name in filters) or "1"
        with closing(self._connect()) as db:
            found = db.execute(  # column names were checked above
                f"SELECT idx, record FROM records WHERE {where} ORDER BY origin, idx",
                tuple(filters.values()),
            ).fetchall()
        return [{"index": index, **json.loads(record)} for index, record in found]
