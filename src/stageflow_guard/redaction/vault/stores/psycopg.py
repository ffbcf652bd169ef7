"""A vault in PostgreSQL, through psycopg: for several machines that share conversations."""

from __future__ import annotations

import threading
from typing import Any

from stageflow_guard.base.postgres import connect
from stageflow_guard.errors import ConfigError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stageflow_guard_vault (
  tenant TEXT NOT NULL, scope TEXT NOT NULL, entity TEXT NOT NULL, number BIGINT NOT NULL,
  sealed BYTEA NOT NULL, PRIMARY KEY (tenant, scope, entity, number)
)
"""


class PostgresVault:
    """A `VaultStore`. `url` is a libpq connection string; a lost connection is made again once."""

    def __init__(self, url: str) -> None:
        """Connect and make the table; raise `ConfigError` when that fails."""
        try:
            import psycopg
        except ImportError:
            raise ConfigError(
                "a vault in PostgreSQL needs psycopg: pip install 'stageflow-guard[postgres]'"
            ) from None
        self._psycopg = psycopg
        self._url = url
        self._lock = threading.Lock()
        try:
            self._db: Any = self._connect()
            try:
                self._db.execute(_SCHEMA)
            except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
                self._db.execute(_SCHEMA)  # another process made the table at the same moment
        except psycopg.Error:
            raise ConfigError("the vault's database cannot be used") from None

    def _connect(self) -> Any:
        db = connect(self._psycopg, self._url, seconds=15)
        # a table that somebody locks ends a statement before the inspector's deadline ends the run
        db.execute("SET lock_timeout=10000")
        return db

    def _run(self, query: str, values: tuple[Any, ...]) -> Any:
        with self._lock:
            try:
                return self._db.execute(query, values)
            except self._psycopg.OperationalError:
                self._db = self._connect()
                return self._db.execute(query, values)

    def load(self, tenant: str, scope: str) -> list[tuple[str, int, bytes]]:
        """Return the entries of one scope in the order of their numbers."""
        rows = self._run(
            "SELECT entity, number, sealed FROM stageflow_guard_vault WHERE tenant=%s AND scope=%s "
            "ORDER BY number, entity",
            (tenant, scope),
        ).fetchall()
        return [(entity, number, bytes(sealed)) for entity, number, sealed in rows]

    def save(self, tenant: str, scope: str, entity: str, number: int, sealed: bytes) -> bool:
        """Keep one entry; False when it exists, never an overwrite."""
        done = self._run(
            "INSERT INTO stageflow_guard_vault VALUES (%s,%s,%s,%s,%s) ON CONFLICT DO NOTHING",
            (tenant, scope, entity, number, sealed),
        )
        return bool(done.rowcount == 1)

    def forget(self, tenant: str, scope: str) -> None:
        """Delete one scope."""
        self._run("DELETE FROM stageflow_guard_vault WHERE tenant=%s AND scope=%s", (tenant, scope))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()
