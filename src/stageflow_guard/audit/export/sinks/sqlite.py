"""SQLite projection: disposable, rebuilt from the log, made for questions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from stageflow_guard.audit.export.sink import Inventory, RejectedRecord, Shipped, forked
from stageflow_guard.audit.export.sinks import sqlite_tally
from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.read.log_id import id_of_first, log_id
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.read.selection import Selection, prefix_of
from stageflow_guard.audit.read.signed_entries import SignedTree
from stageflow_guard.audit.read.signed_head import require_attested_minimum, signed_head
from stageflow_guard.audit.read.statistics import Statistics
from stageflow_guard.audit.records.columns import COLUMNS, NAMES, NUMBERS
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.consistency import require_prefix
from stageflow_guard.audit.verification.projection import (
    Kept,
    require_projected,
    require_row,
)
from stageflow_guard.base.opening import make_own
from stageflow_guard.errors import ConfigError, VerificationError

VERSION = 4
_ALL = ("origin", "log", "idx", *NAMES, "entry")
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS records (origin TEXT, log TEXT, idx INTEGER, "
    + ", ".join(f"{name} TEXT" for name in COLUMNS) + ", "
    + ", ".join(f"{name} INTEGER" for name in NUMBERS)
    + ", entry BLOB, PRIMARY KEY (origin, log, idx)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS source (origin TEXT, log TEXT, checkpoint TEXT, "
    "PRIMARY KEY (origin, log))",
    sqlite_tally.SCHEMA,
    *(
        f"CREATE INDEX IF NOT EXISTS by_{name} ON records ({name}, wall_ns)"
        for name in ("run", "tenant", "subject", "decision", "kind")
    ),
    "CREATE INDEX IF NOT EXISTS by_cause ON records (origin, log, decision_index)",
    "CREATE INDEX IF NOT EXISTS by_time ON records (wall_ns)",
)  # fmt: skip
_ASKED = (
    "CREATE TEMP TABLE asked (origin TEXT PRIMARY KEY, log TEXT, first INTEGER, size INTEGER)",
    "CREATE TEMP VIEW shown AS SELECT r.* FROM main.records r JOIN temp.asked a "
    "ON r.origin = a.origin AND r.log = a.log AND r.idx >= a.first AND r.idx < a.size",
)
_INSERT = f"INSERT OR IGNORE INTO records VALUES ({', '.join('?' for _ in _ALL)})"


class SqliteProjection:
    """A table `records` beside the log; it carries the checkpoint that it came from.

    `path` may be `:memory:`. Several processes may write to one file.
    """

    kind = "sqlite"
    batch = 10_000
    least = 1
    refills = True

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._db: sqlite3.Connection | None = None
        self._trees: dict[str, SignedTree] = {}  # of the logs whose rows are not compared yet

    def _connect(self) -> sqlite3.Connection:
        if self._db is None:
            if str(self._path) != ":memory:":
                make_own(self._path)
            # the exporter's thread opens it, the closing one closes it, never both at once
            db = sqlite3.connect(self._path, timeout=30.0, check_same_thread=False)
            _take_over(db)
            once = str(self._path) == ":memory:"  # asked once, so an index would not pay
            if db.execute("PRAGMA user_version").fetchone()[0] != VERSION or not _whole(db):
                for statement in _SCHEMA[:3] if once else _SCHEMA:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")
            for statement in _ASKED:
                db.execute(statement)
            db.commit()
            self._db = db
        return self._db

    def close(self) -> None:
        """Let the file go."""
        if self._db is not None:
            self._db.close()
            self._db = None

    # -- as a sink ---------------------------------------------------------------------------------

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Insert what is not there yet, in one transaction."""
        try:
            self._insert(batch, head)
        except sqlite3.Error as exc:
            self.close()
            raise ConfigError(f"projection `{self._path}` is unusable ({exc})") from None
        return []

    def _insert(self, batch: Sequence[Shipped], head: bytes) -> None:
        rows = [(one.origin, one.log, one.index, *one.values, one.entry) for one in batch]
        db = self._connect()
        with db:
            if db.executemany(_INSERT, rows).rowcount < len(rows):
                self._require_same(batch)
            if batch:
                db.execute(
                    "INSERT OR REPLACE INTO source VALUES (?, ?, ?)",
                    (batch[0].origin, batch[0].log, head.decode()),
                )

    def _require_same(self, batch: Sequence[Shipped]) -> None:
        """Raise `ForkedSink` where a row that was there already is another record."""
        first, last = batch[0], batch[-1]
        held = dict(
            self._connect().execute(
                "SELECT idx, entry FROM records WHERE origin = ? AND log = ? "
                "AND idx BETWEEN ? AND ?", (first.origin, first.log, first.index, last.index),
            )
        )  # fmt: skip
        for one in batch:
            if held.get(one.index) != one.entry:
                raise forked(self.kind, one)

    def origins(self) -> list[str]:
        """Return the origins in the table."""
        return [r[0] for r in self._connect().execute("SELECT DISTINCT origin FROM records")]

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` in the table."""
        return [one.log for one in self.inventory(origin)]

    def inventory(self, origin: str) -> list[Inventory]:
        """Return how many records of each log of `origin` are in the table, from where to where."""
        found = self._connect().execute(
            "SELECT log, count(*), min(idx), max(idx) FROM records WHERE origin = ? "
            "GROUP BY log ORDER BY log", (origin,)
        ).fetchall()  # fmt: skip
        return [
            Inventory(log, count, first, last, self.head(origin, log))
            for log, count, first, last in found
        ]

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield the checkpoint that the rows came from."""
        for (note,) in self._connect().execute(
            "SELECT checkpoint FROM source WHERE origin = ? AND log = ifnull(?, log)", (origin, log)
        ):
            yield note.encode()

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order."""
        where, values = ("", (origin,)) if log is None else (" AND log = ?", (origin, log))
        # not `yield from`: left early, it would close a cursor whose database may be closed by then
        for row in self._connect().execute(  # noqa: UP028
            f"SELECT idx, entry FROM records WHERE origin = ?{where} ORDER BY idx", values
        ):
            yield row

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the checkpoint that the rows came from."""
        return next(self.heads(origin, log), None)

    # -- as a projection ---------------------------------------------------------------------------

    def sync(self, log: str | Path, *, compared: bool = True) -> int:
        """Bring the table up to the log's signed records; return how many are new.

        Questions are answered out of the logs that were synced through this object, and only after
        every row that was kept from before was compared with the log: raises `VerificationError`
        that names the first that differs or is missing. Safe to repeat; a table that came from
        another history than the log's present one is built anew. Without `compared`, kept rows are
        held against the log when they are shown, and that none is missing is the file's word.
        """
        folder = Path(log)
        minimum = read_minimum(folder)
        head, note = signed_head(folder)
        origin = head.origin
        if minimum:
            require_attested_minimum(folder, head, minimum)
        name = log_id(folder, head)
        of = (origin, name)
        try:
            db = self._connect()
            held = self.head(*of)
            if held is not None and not _prefix(folder, held, note):
                with db:
                    for table in ("records", "tallies"):
                        db.execute(f"DELETE FROM {table} WHERE origin = ? AND log = ?", of)
            end = db.execute(
                "SELECT coalesce(max(idx) + 1, 0) FROM records WHERE origin = ? AND log = ? "
                "AND idx < ?", (*of, head.size),
            ).fetchone()[0]  # fmt: skip
            if compared:
                require_projected(folder, head, self._kept(of, minimum, end), minimum, end)
            else:
                self._trees[origin] = SignedTree(folder, head)
            new = 0
            flow = takewhile(lambda one: one[0] < head.size, iter_entries(folder, end))
            while part := [Shipped(origin, i, e, name) for i, e in islice(flow, self.batch)]:
                self._insert(part, note)
                new += len(part)
            with db:
                db.execute("INSERT OR REPLACE INTO source VALUES (?, ?, ?)", (*of, note.decode()))
                db.execute(
                    "INSERT OR REPLACE INTO asked VALUES (?, ?, ?, ?)", (*of, minimum, head.size)
                )
        except sqlite3.Error as exc:
            self.close()
            raise ConfigError(f"projection `{self._path}` is unusable ({exc})") from None
        return new

    def _kept(self, of: tuple[str, str], start: int, end: int) -> Iterator[Kept]:
        names = ", ".join(NAMES)
        for index, entry, *columns in self._connect().execute(
            f"SELECT idx, entry, {names} FROM records "
            "WHERE origin = ? AND log = ? AND idx >= ? AND idx < ? ORDER BY idx", (*of, start, end),
        ):  # fmt: skip
            yield index, entry, tuple(columns)

    def query(self, *, limit: int | None = None, **asked: Any) -> Iterator[dict[str, Any]]:
        """Return the records that a `Selection` of `asked` chooses, with `origin` and `index`.

        By time across logs, else by index, one by one. Raises `ConfigError` for a filter that is
        no column; the iterator raises `VerificationError` for a row that is not the log's.
        """
        return self._query(Selection(**asked), limit)

    def _query(self, selection: Selection, limit: int | None) -> Iterator[dict[str, Any]]:
        terms, values = ["1"], list[Any]()
        for name, value in selection.filters.items():  # each name is one of COLUMNS
            if name == "trace":  # `<trace id>-<span id>` on record: a trace has many spans
                terms.append("(trace = ? OR substr(trace, 1, ?) = ?)")
                values += [value, len(value) + 1, f"{value}-"]
            elif (prefix := prefix_of(name, value)) is not None:
                terms.append(f"substr({name}, 1, ?) = ?")
                values += [len(prefix), prefix]
            else:
                terms.append(f"{name} = ?")
                values.append(value)
        for term, bound in (("wall_ns >= ?", selection.since), ("wall_ns < ?", selection.until)):
            if bound is not None:
                terms.append(term)
                values.append(bound)
        several = self._connect().execute("SELECT count(*) FROM asked").fetchone()[0] > 1
        order = "wall_ns, origin, idx" if several else "origin, idx"
        for origin, index, entry in self._connect().execute(
            f"SELECT origin, idx, entry FROM shown WHERE {' AND '.join(terms)} "
            f"ORDER BY {order} LIMIT ?", (*values, -1 if limit is None else limit),
        ):  # fmt: skip
            record = readable(entry)
            tree = self._trees.get(origin)
            if tree is not None:
                require_row(tree, index, entry, chosen=selection.matches(record))
            yield {"origin": origin, "index": index, **record}

    def effects(self, causes: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """Return the outcome of each of these decisions that has an effect.

        `causes` and the keys are (origin, index of the decision).
        """
        found: dict[tuple[str, int], str] = {}
        for origin, index in causes:
            for outcome, at, entry in self._connect().execute(
                "SELECT outcome, idx, entry FROM shown "
                "WHERE origin = ? AND decision_index = ? AND kind = 'effect'", (origin, index),
            ):  # fmt: skip
                tree = self._trees.get(origin)
                if tree is not None:
                    require_row(tree, at, entry, chosen=True)
                found[origin, index] = outcome or "unknown"
        return found

    def statistics(self) -> Statistics:
        """Count what the synced logs hold: rows that were counted before are not counted again.

        Where kept rows were compared with the log, so are what they amount to: all are counted.
        """
        db = self._connect()
        found = Statistics()
        for origin, log, first, size in db.execute("SELECT * FROM asked").fetchall():
            if origin in self._trees:
                found.add(sqlite_tally.tallied(db, (origin, log), first, size))
            else:
                part = Statistics()
                sqlite_tally.count(db, part, origin, log, first, size)
                found.add(part)
        return found


def _whole(db: sqlite3.Connection) -> bool:
    """Say whether every table and index is there: then a reader writes nothing."""
    there = db.execute("SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL").fetchone()[0]
    return bool(there == len(_SCHEMA))


def _take_over(db: sqlite3.Connection) -> None:
    """Bring a file of an earlier release up to date; a sink may hold what its log has pruned.

    Version 3 knew no log's id: the rows of an origin get the id of the log that they begin with.
    """
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 3:
        columns = ", ".join(NAMES)
        with db:
            db.execute("BEGIN IMMEDIATE")
            if db.execute("PRAGMA user_version").fetchone()[0] == 3:  # no other process did it
                db.execute("ALTER TABLE records RENAME TO records_3")
                db.execute("ALTER TABLE source RENAME TO source_3")
                for name in [r[0] for r in db.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'by_%'"
                )]:  # fmt: skip
                    db.execute(f"DROP INDEX {name}")
                db.execute("CREATE TEMP TABLE ids (origin TEXT PRIMARY KEY, id TEXT)")
                for origin, entry in db.execute(
                    "SELECT origin, entry FROM records_3 WHERE idx = 0"
                ).fetchall():
                    db.execute("INSERT INTO ids VALUES (?, ?)", (origin, id_of_first(entry)))
                for statement in _SCHEMA[:2]:
                    db.execute(statement)
                id_of = "ifnull((SELECT id FROM ids i WHERE i.origin = o.origin), '')"
                db.execute(
                    f"INSERT INTO records SELECT origin, {id_of}, idx, {columns}, entry "
                    "FROM records_3 o"
                )
                db.execute(f"INSERT INTO source SELECT origin, {id_of}, checkpoint FROM source_3 o")
                db.execute("DROP TABLE records_3")
                db.execute("DROP TABLE source_3")
                db.execute("DROP TABLE ids")
                db.execute(f"PRAGMA user_version = {VERSION}")
    elif version not in (0, VERSION):
        for table in ("records", "source", "tallies"):
            db.execute(f"DROP TABLE IF EXISTS {table}")


def _prefix(folder: Path, held: bytes, note: bytes) -> bool:
    """Say whether the log still begins with what the table came from."""
    try:
        require_prefix(folder, parse(held)[0], parse(note)[0], by="the table")
    except VerificationError:
        return False
    return True
