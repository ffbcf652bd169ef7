"""Rows of a stage in an SQLite file, 0600: one statement at a time, never on the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

from stageflow_guard.base.sqlite_file import into_wal, open_shared
from stageflow_guard.errors import ConfigError

_BUSY = 10.0  # seconds that a statement waits for another process


class SqliteRows:
    """The tables of `schema`. Several processes may share the file.

    Raises `ConfigError` when the file cannot be used.
    """

    def __init__(self, path: str | Path, *schema: str) -> None:
        self._lock = threading.Lock()
        try:
            self._db = open_shared(path, busy=_BUSY)
            into_wal(self._db, busy=_BUSY)
            self._db.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten
            for statement in schema:
                self._db.execute(statement)
        except (OSError, sqlite3.Error) as exc:
            raise ConfigError(
                f"the file `{path}` cannot be used ({type(exc).__name__}); check the path"
            ) from None

    async def run(self, statement: str, values: tuple[Any, ...]) -> tuple[list[Any], int]:
        """Return the rows that a statement found and how many it changed; durable by then."""

        def work() -> tuple[list[Any], int]:
            with self._lock:
                cursor = self._db.execute(statement, values)
                return cursor.fetchall(), cursor.rowcount

        return await asyncio.to_thread(work)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
