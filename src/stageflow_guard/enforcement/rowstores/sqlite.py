"""Requests for approval in SQLite: one file, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from stageflow_guard.base.calls import turn
from stageflow_guard.base.durable import make_dirs
from stageflow_guard.base.sqlite_file import open_shared
from stageflow_guard.enforcement.rowstores.rows import Row
from stageflow_guard.errors import ConfigError

BUSY = 4.0  # seconds for another process to let the file go
_SCHEMA = """
CREATE TABLE IF NOT EXISTS approval (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, lookup TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL, open INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT
"""


class SqliteRows:
    """A `RowStore` in the file `path`, 0600. Raises `ConfigError` when it cannot be used."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        file = Path(path)
        try:
            make_dirs(file.parent.absolute(), above=Path("/"))
            self._db = open_shared(file, busy=BUSY)
            self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as exc:
            raise ConfigError(
                f"the approvals in `{path}` cannot be used ({type(exc).__name__}); check the path"
            ) from None

    def _run(self, query: str, values: tuple[Any, ...]) -> tuple[int, list[Any]]:
        with turn(self._lock):
            done = self._db.execute(query, values)
            return done.rowcount, done.fetchall()

    def insert(self, row: Row) -> bool:
        """Keep a new row."""
        count, _ = self._run(
            "INSERT INTO approval VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (row.id, row.tenant, row.lookup, row.version, int(row.open), row.sealed),
        )
        return count == 1

    def supersede(self, row: Row) -> bool:
        """Keep `row` instead of the version before it."""
        count, _ = self._run(
            "UPDATE approval SET lookup=?, version=?, open=?, sealed=? WHERE id=? AND version=?",
            (row.lookup, row.version, int(row.open), row.sealed, row.id, row.version - 1),
        )
        return count == 1

    def get(self, row_id: str) -> Row | None:
        """Return a row by its id."""
        return self._one("SELECT * FROM approval WHERE id=?", row_id)

    def find(self, lookup: str) -> Row | None:
        """Return a row by its lookup."""
        return self._one("SELECT * FROM approval WHERE lookup=?", lookup)

    def _one(self, query: str, key: str) -> Row | None:
        _, rows = self._run(query, (key,))
        return _row(rows[0]) if rows else None

    def opened(self, tenant: str) -> list[Row]:
        """Return a tenant's open rows."""
        _, rows = self._run(
            "SELECT * FROM approval WHERE tenant=? AND open=1 ORDER BY rowid", (tenant,)
        )
        return [_row(one) for one in rows]

    def close(self) -> None:
        """Close the file."""
        with turn(self._lock):
            self._db.close()


def _row(found: tuple[Any, ...]) -> Row:
    row_id, tenant, lookup, version, is_open, sealed = found
    return Row(row_id, tenant, lookup, version, bool(is_open), bytes(sealed))
