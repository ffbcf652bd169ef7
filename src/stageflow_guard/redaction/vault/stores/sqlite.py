"""A vault in SQLite: one file, 0600, every content sealed before it comes here."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from stageflow_guard.base.sqlite_file import into_wal, open_shared
from stageflow_guard.errors import ConfigError

_BUSY = 10.0  # seconds
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vault (
  tenant TEXT NOT NULL, scope TEXT NOT NULL, entity TEXT NOT NULL, number INTEGER NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (tenant, scope, entity, number)
) WITHOUT ROWID
"""


class SqliteVault:
    """A `VaultStore`. Several processes may share the file."""

    def __init__(self, path: str | Path) -> None:
        """Open or make the file; raise `ConfigError` when it cannot be used."""
        file = Path(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = open_shared(file, busy=_BUSY)
            into_wal(self._db, busy=_BUSY)
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute(_SCHEMA)
        except OSError as exc:
            raise ConfigError(f"vault `{file}` cannot be opened ({exc.strerror})") from None
        except sqlite3.Error:
            raise ConfigError(f"vault `{file}` is no database of ours") from None
        self._lock = threading.Lock()

    def load(self, tenant: str, scope: str) -> list[tuple[str, int, bytes]]:
        """Return the entries of one scope in the order of their numbers."""
        with self._lock:
            return self._db.execute(
                "SELECT entity, number, sealed FROM vault WHERE tenant=? AND scope=? "
                "ORDER BY number, entity",
                (tenant, scope),
            ).fetchall()

    def save(self, tenant: str, scope: str, entity: str, number: int, sealed: bytes) -> bool:
        """Keep one entry; False when it exists, never an overwrite."""
        with self._lock:
            done = self._db.execute(
                "INSERT OR IGNORE INTO vault VALUES (?,?,?,?,?)",
                (tenant, scope, entity, number, sealed),
            )
            return done.rowcount == 1

    def forget(self, tenant: str, scope: str) -> None:
        """Delete one scope."""
        with self._lock:
            self._db.execute("DELETE FROM vault WHERE tenant=? AND scope=?", (tenant, scope))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
