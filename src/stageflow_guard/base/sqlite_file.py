"""An SQLite file of this user, 0600, that threads and processes share."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from stageflow_guard.base.opening import make_own

_POLL = 0.01  # seconds between two questions


def open_shared(path: str | Path, *, busy: float) -> sqlite3.Connection:
    """Open or make the file. The connection serves any thread and commits each statement.

    A statement waits `busy` seconds for another process. Raises `OSError` for what is no plain
    file of this user (see `base.opening`), and `sqlite3.Error` for what cannot be opened.
    """
    make_own(path)  # before SQLite would, with wider rights
    return sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False)


def into_wal(db: sqlite3.Connection, *, busy: float) -> None:
    """Turn the write-ahead log on; raise `sqlite3.Error` when that fails after `busy` seconds.

    SQLite waits for another process at every statement but this one: two workers that start
    together would lose one of them.
    """
    until = time.monotonic() + busy
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_POLL)
        else:
            return
