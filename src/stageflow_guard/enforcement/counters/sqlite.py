"""Counts of limits in SQLite: for the processes of one machine, kept over a restart.

Time is the machine's own since it started, which nobody can set. After a restart it goes on from
where it was: time during which the machine was off does not count, so that a count is never too
low.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.calls import turn
from stageflow_guard.base.durable import make_dirs
from stageflow_guard.base.sqlite_file import open_shared
from stageflow_guard.enforcement.counters.counter import (
    LEASE,
    PARTS,
    Take,
    Taken,
    part_of,
    retry_after,
)
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BUSY = 4.0  # seconds for another process to let the file go
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS part (key TEXT, part INTEGER, amount REAL, "
    "PRIMARY KEY (key, part)) STRICT",
    "CREATE TABLE IF NOT EXISTS lease (key TEXT, name TEXT, ends REAL, "
    "PRIMARY KEY (key, name)) STRICT",
    "CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY, latest REAL, shift REAL) STRICT",
    "INSERT OR IGNORE INTO clock VALUES (1, 0, 0)",
)


class SqliteCounters:
    """`Counters` in the file `path`, 0600. Raises `ConfigError` when it cannot be used."""

    waits = True

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        file = Path(path)
        try:
            make_dirs(file.parent.absolute(), above=Path("/"))
            self._db = open_shared(file, busy=BUSY)
            self._db.execute("PRAGMA synchronous = FULL")
            with self._changing():
                for one in _SCHEMA:
                    self._db.execute(one)
        except (OSError, sqlite3.Error) as exc:
            raise ConfigError(
                f"the limits' state in `{path}` cannot be used ({type(exc).__name__})"
            ) from None

    def _changing(self) -> AbstractContextManager[None]:
        return _change(self._db, self._lock)

    def take(self, wanted: Sequence[Take], *, force: bool = False) -> Taken:
        """Raise every count, or none."""
        over: list[int] = []
        with self._changing():
            now = self._now()
            for place, one in enumerate(wanted):
                if self._used(one, now) + one.amount > one.limit:
                    if one.hard and not force:
                        return Taken(place, self._after(one, now), tuple(over))
                    over.append(place)
            for one in wanted:
                if one.lease is not None:
                    self._db.execute(
                        "INSERT OR REPLACE INTO lease VALUES (?,?,?)",
                        (one.key, one.lease, now + LEASE),
                    )
                else:
                    self._add(one, now, one.amount)
        return Taken(None, None, tuple(over))

    def give_back(self, taken: Sequence[Take]) -> None:
        """Undo a `take` of just before, or end the leases in it."""
        with self._changing():
            for one in taken:
                if one.lease is not None:
                    self._db.execute(
                        "DELETE FROM lease WHERE key=? AND name=?", (one.key, one.lease)
                    )
                else:
                    self._db.execute(
                        "UPDATE part SET amount = amount - ? WHERE key=? AND part = "
                        "(SELECT max(part) FROM part WHERE key=? AND amount >= ?)",
                        (one.amount, one.key, one.key, one.amount),
                    )

    def _add(self, one: Take, now: float, amount: float) -> None:
        self._db.execute(
            "INSERT INTO part VALUES (?,?,?) ON CONFLICT DO UPDATE SET amount = amount + ?",
            (one.key, part_of(now, one.window), amount, amount),
        )

    def _now(self) -> float:
        latest, shift = self._db.execute("SELECT latest, shift FROM clock").fetchone()
        now = time.monotonic() + shift
        if now < latest:  # the machine started again
            shift, now = shift + latest - now, latest
        self._db.execute("UPDATE clock SET latest=?, shift=?", (now, shift))
        return float(now)

    def _used(self, one: Take, now: float) -> float:
        if one.lease is not None:
            self._db.execute("DELETE FROM lease WHERE key=? AND ends<=?", (one.key, now))
            return float(self._one("SELECT count(*) FROM lease WHERE key=?", one.key))
        if one.window is not None:
            first = part_of(now, one.window) - PARTS
            self._db.execute("DELETE FROM part WHERE key=? AND part<?", (one.key, first))
        return float(self._one("SELECT total(amount) FROM part WHERE key=?", one.key))

    def _after(self, one: Take, now: float) -> float | None:
        if one.window is None or one.lease is not None:
            return None
        oldest = self._one("SELECT min(part) FROM part WHERE key=?", one.key)
        return None if oldest is None else retry_after(int(oldest), now, one.window)

    def _one(self, query: str, key: str) -> Any:
        return self._db.execute(query, (key,)).fetchone()[0]

    def forget(self, keys: Sequence[str]) -> None:
        """Drop what is counted under `keys`."""
        with self._changing():
            for table in ("part", "lease"):
                self._db.executemany(
                    f"DELETE FROM {table} WHERE key=?",  # noqa: S608 - one of two names
                    [(key,) for key in keys],
                )

    def close(self) -> None:
        """Close the file."""
        with turn(self._lock):
            self._db.close()


@contextmanager
def _change(db: sqlite3.Connection, lock: threading.Lock) -> Iterator[None]:
    """One transaction that nobody else's comes between."""
    with turn(lock):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # a full disk: the next change begins anew
                db.execute("ROLLBACK")
            raise
