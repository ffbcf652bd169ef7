"""Requests for approval in PostgreSQL, through psycopg: for several machines."""

from __future__ import annotations

import threading
from typing import Any

from stageflow_guard.base.calls import turn
from stageflow_guard.base.postgres import connect
from stageflow_guard.enforcement.rowstores.rows import Row
from stageflow_guard.errors import ConfigError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stageflow_guard_approval (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, lookup TEXT NOT NULL UNIQUE,
  version BIGINT NOT NULL, open BOOLEAN NOT NULL, sealed BYTEA NOT NULL
)
"""
_SECONDS = 4  # that a query may take
MISSING = "approvals in PostgreSQL need psycopg: pip install 'stageflow-guard[postgres]'"


class PostgresRows:
    """A `RowStore`. `url` is a libpq connection string; a lost connection is made again once.

    Raises `ConfigError` when the database cannot be used, and without the extra `postgres`.
    """

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            raise ConfigError(MISSING) from None
        self._psycopg = psycopg
        self._url = url
        self._lock = threading.Lock()
        try:
            self._db: Any = self._connect()
            with self._db.transaction():  # two processes that make one table at once get in the way
                self._db.execute("SELECT pg_advisory_xact_lock(7233920518264431)")
                self._db.execute(_SCHEMA)
        except psycopg.Error:
            raise ConfigError("the approvals' database cannot be used") from None

    @classmethod
    def reach(cls, url: str) -> None:
        """Connect, ask, close; nothing is made. Raises `ConfigError`, without the address."""
        one = cls.__new__(cls)
        try:
            import psycopg
        except ImportError:
            raise ConfigError(MISSING) from None
        one._psycopg, one._url = psycopg, url
        try:
            with one._connect() as db:
                db.execute("SELECT 1")
        except psycopg.Error:
            raise ConfigError("the approvals' database cannot be used") from None

    def _connect(self) -> Any:
        return connect(self._psycopg, self._url, seconds=_SECONDS)

    def _run(self, query: str, values: tuple[Any, ...]) -> Any:
        with turn(self._lock):
            if self._db.closed:
                self._db = self._connect()
            return self._db.execute(query, values)

    def insert(self, row: Row) -> bool:
        """Keep a new row."""
        done = self._run(
            "INSERT INTO stageflow_guard_approval VALUES (%s,%s,%s,%s,%s,%s) "
            "ON CONFLICT DO NOTHING",
            (row.id, row.tenant, row.lookup, row.version, row.open, row.sealed),
        )
        return bool(done.rowcount == 1)

    def supersede(self, row: Row) -> bool:
        """Keep `row` instead of the version before it."""
        done = self._run(
            "UPDATE stageflow_guard_approval SET lookup=%s, version=%s, open=%s, sealed=%s "
            "WHERE id=%s AND version=%s",
            (row.lookup, row.version, row.open, row.sealed, row.id, row.version - 1),
        )
        return bool(done.rowcount == 1)

    def get(self, row_id: str) -> Row | None:
        """Return a row by its id."""
        return self._one("SELECT * FROM stageflow_guard_approval WHERE id=%s", row_id)

    def find(self, lookup: str) -> Row | None:
        """Return a row by its lookup."""
        return self._one("SELECT * FROM stageflow_guard_approval WHERE lookup=%s", lookup)

    def _one(self, query: str, key: str) -> Row | None:
        found = self._run(query, (key,)).fetchone()
        return None if found is None else _row(found)

    def opened(self, tenant: str) -> list[Row]:
        """Return a tenant's open rows."""
        found = self._run(
            "SELECT * FROM stageflow_guard_approval WHERE tenant=%s AND open", (tenant,)
        ).fetchall()
        return [_row(one) for one in found]

    def close(self) -> None:
        """Close the connection."""
        with turn(self._lock):
            self._db.close()


def _row(found: tuple[Any, ...]) -> Row:
    row_id, tenant, lookup, version, is_open, sealed = found
    return Row(row_id, tenant, lookup, version, is_open, bytes(sealed))
