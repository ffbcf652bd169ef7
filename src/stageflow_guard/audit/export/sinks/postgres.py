"""PostgreSQL: insert-only for who ships, tenant by tenant for who reads. psycopg's only file."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    ForkedSink,
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    forked,
    need,
)
from stageflow_guard.audit.records.canonical import plain_text
from stageflow_guard.audit.records.columns import COLUMNS, NAMES, NUMBERS
from stageflow_guard.audit.records.schema_check import MALFORMED
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.base.postgres import connect
from stageflow_guard.errors import ConfigError

SCHEMA = """\
-- Run once, as the owner. Then: GRANT {table}_writer TO <who ships>; GRANT {table}_reader TO
-- <an auditor>; GRANT {table}_tenant TO <a tenant's role>, and name its tenant in {table}_tenants.
CREATE TABLE IF NOT EXISTS {table} (
  origin text NOT NULL, log text NOT NULL DEFAULT '', idx bigint NOT NULL, {columns},
  recorded_at timestamptz, record jsonb, entry bytea NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, log, idx));
CREATE INDEX IF NOT EXISTS {table}_by_tenant ON {table} (tenant, recorded_at);
CREATE INDEX IF NOT EXISTS {table}_by_run ON {table} (run);
CREATE TABLE IF NOT EXISTS {table}_checkpoints (
  origin text NOT NULL, log text NOT NULL DEFAULT '', size bigint NOT NULL, note text NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (origin, log, size, note));
-- A table of an earlier release: each origin's rows get the id of the log that they begin with.
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS log text NOT NULL DEFAULT '';
ALTER TABLE {table}_checkpoints ADD COLUMN IF NOT EXISTS log text NOT NULL DEFAULT '';
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
      AND a.attnum = ANY (i.indkey) WHERE i.indrelid = '{table}'::regclass AND i.indisprimary
      AND a.attname = 'log') THEN
    ALTER TABLE {table} DISABLE TRIGGER USER;
    ALTER TABLE {table}_checkpoints DISABLE TRIGGER USER;
    CREATE TEMP TABLE {table}_ids ON COMMIT DROP AS
      SELECT origin, left(encode(sha256('\\x00'::bytea || entry), 'hex'), 32) AS id
      FROM {table} WHERE idx = 0;
    UPDATE {table} r SET log = i.id FROM {table}_ids i WHERE r.origin = i.origin;
    UPDATE {table}_checkpoints c SET log = i.id FROM {table}_ids i WHERE c.origin = i.origin;
    ALTER TABLE {table} ENABLE TRIGGER USER;
    ALTER TABLE {table}_checkpoints ENABLE TRIGGER USER;
    ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY (origin, log, idx);
    ALTER TABLE {table}_checkpoints DROP CONSTRAINT {table}_checkpoints_pkey,
      ADD PRIMARY KEY (origin, log, size, note);
    DROP FUNCTION IF EXISTS {table}_held(text);
  END IF; END $$;
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE OR REPLACE FUNCTION {table}_same() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
    IF EXISTS (SELECT FROM {table} r WHERE r.origin = NEW.origin AND r.log = NEW.log
        AND r.idx = NEW.idx AND r.entry <> NEW.entry) THEN
      RAISE EXCEPTION 'another record % of this log is there', NEW.idx USING ERRCODE = 'SGF01';
    END IF; RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER {table}_same BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_same();
DO $$ BEGIN
  CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
  CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
  CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}_checkpoints
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
  CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE {table}_writer NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE {table}_reader NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE {table}_tenant NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE OR REPLACE FUNCTION {table}_held(of text)
  RETURNS TABLE (log text, count bigint, first bigint, last bigint, note text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
  $$ SELECT r.log, count(*), min(r.idx), max(r.idx),
       (SELECT c.note FROM {table}_checkpoints c WHERE c.origin = of AND c.log = r.log
        ORDER BY c.size DESC, c.shipped_at DESC LIMIT 1)
     FROM {table} r WHERE r.origin = of GROUP BY r.log ORDER BY r.log $$;
REVOKE EXECUTE ON FUNCTION {table}_held FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {table}_held TO {table}_writer, {table}_reader;
GRANT INSERT ON {table}, {table}_checkpoints TO {table}_writer;
GRANT SELECT ON {table}, {table}_checkpoints TO {table}_reader;
CREATE TABLE IF NOT EXISTS {table}_tenants (
  role name NOT NULL, tenant text NOT NULL, PRIMARY KEY (role, tenant));
CREATE OR REPLACE VIEW {table}_mine WITH (security_barrier) AS
  SELECT r.* FROM {table} r
  WHERE r.tenant IN (SELECT t.tenant FROM {table}_tenants t WHERE t.role = session_user);
GRANT SELECT ON {table}_mine TO {table}_tenant;
"""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")


def schema_sql(table: str = "audit_records") -> str:
    """Return the statements that an owner runs once; safe to run again."""
    if not _NAME.fullmatch(table):
        raise ConfigError("a table name is made of `a-z`, `0-9` and `_`")
    columns = ", ".join([*(f"{n} text" for n in COLUMNS), *(f"{n} bigint" for n in NUMBERS)])
    return SCHEMA.format(table=table, columns=columns)


RIGHTS = {"writer": "to ship", "reader": "to read back"}


class PostgresSink:
    """Ships into the table that `schema_sql` makes; needs no more than the right to insert."""

    kind = "postgres"
    batch = 2_000
    least = 1
    refills = True

    def __init__(self, dsn: str, *, table: str = "audit_records", timeout: int = 10) -> None:
        if not _NAME.fullmatch(table):
            raise ConfigError("a table name is made of `a-z`, `0-9` and `_`")
        self._pg = need("psycopg", "postgres")
        self._dsn = dsn
        self._table = table
        self._timeout = timeout
        self._conn: Any = None

    def _connect(self) -> Any:
        if self._conn is None or self._conn.closed:
            self._conn = connect(
                self._pg, self._dsn, seconds=self._timeout,
                application_name="stageflow-guard audit",
            )  # fmt: skip
        return self._conn

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Insert the batch and the checkpoint in one transaction; what is there already stays."""
        checkpoint = parse(head)[0]
        try:
            conn = self._connect()
            with conn.transaction(), conn.cursor() as cursor:
                cursor.execute(_insert(self._table), (_document(batch),))
                cursor.execute(
                    f"INSERT INTO {self._table}_checkpoints (origin, log, size, note) "
                    "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    (checkpoint.origin, batch[0].log, checkpoint.size, head.decode()),
                )
        except self._pg.Error as exc:
            if getattr(exc, "sqlstate", None) == "SGF01":
                raise self._differing(exc, batch) from None
            raise self._translated(exc, ("writer",)) from None
        return []

    def _differing(self, exc: Any, batch: Sequence[Shipped]) -> ForkedSink:
        found = re.search(r"record (\d{1,19}) ", str(exc))
        index = int(found[1]) if found else batch[0].index
        self.close()
        return forked(self.kind, next((one for one in batch if one.index == index), batch[0]))

    def _translated(self, exc: Any, needs: Sequence[str]) -> Exception:
        """Never pass a driver's text on: it quotes rows and connection strings.

        `needs` are the roles of the schema, each of which has the right to what was tried.
        """
        state = getattr(exc, "sqlstate", None)
        self.close()
        if state in ("42883", "42703"):  # no such function, no such column
            return ConfigError(
                f"table `{self._table}` is of an earlier release; run what `stageflow-guard audit "
                "schema postgres` prints again, as the owner"
            )
        if state == "42P01":
            return ConfigError(
                f"table `{self._table}` does not exist; run what `stageflow-guard audit schema "
                "postgres` prints, as the owner"
            )
        if state == "42501":
            grants = " or ".join(f"{self._table}_{role} ({RIGHTS[role]})" for role in needs)
            return ConfigError(
                f"this role may not use `{self._table}` so; as the owner, GRANT it {grants}"
            )
        if state is None:
            return SinkUnavailable("PostgreSQL cannot be reached, or went away (no SQLSTATE)")
        return SinkUnavailable(f"PostgreSQL did not take the batch (SQLSTATE {state})")

    def _ask(
        self, text: str, *values: Any, needs: Sequence[str] = ("reader",)
    ) -> Iterator[tuple[Any, ...]]:
        try:
            conn = self._connect()
            with conn.transaction(), conn.cursor(name="audit") as cursor:
                cursor.itersize = 2_000
                # as in SQLite's, its cursor is not closed by who stops early
                for row in cursor.execute(text, values):  # noqa: UP028
                    yield row
        except self._pg.Error as exc:
            raise self._translated(exc, needs) from None

    def inventory(self, origin: str) -> list[Inventory]:
        """Return how many records of each log of `origin` are in the table, from where to where."""
        text = f"SELECT log, count, first, last, note FROM {self._table}_held(%s)"
        return [
            Inventory(log, count, first, last, note.encode() if note is not None else None)
            for log, count, first, last, note in self._ask(text, origin, needs=("writer", "reader"))
        ]

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield every checkpoint that was shipped, contradicting ones included; newest first."""
        where, values = _of(origin, log)
        table = f"{self._table}_checkpoints"
        for (note,) in self._ask(f"SELECT note FROM {table} {where} ORDER BY size DESC", *values):
            yield note.encode()

    def origins(self) -> list[str]:
        """Return the origins in the table."""
        return [r[0] for r in self._ask(f"SELECT DISTINCT origin FROM {self._table} ORDER BY 1")]

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` in the table."""
        return [one.log for one in self.inventory(origin)]

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order."""
        where, values = _of(origin, log)
        text = f"SELECT idx, entry FROM {self._table} {where} ORDER BY idx, log"
        for index, entry in self._ask(text, *values):
            yield index, bytes(entry)

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the newest checkpoint that was shipped."""
        return next(self.heads(origin, log), None)

    def close(self) -> None:
        """Let the connection go."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def __repr__(self) -> str:
        """Show the table; the connection string may hold a password."""
        return f"<PostgresSink {self._table}>"


def _of(origin: str, log: str | None) -> tuple[str, list[str]]:
    if log is None:
        return "WHERE origin = %s", [origin]
    return "WHERE origin = %s AND log = %s", [origin, log]


_TEXTS = ("origin", "log", *COLUMNS)


def _insert(table: str) -> str:
    """Return the statement that takes a batch as one JSON document, which costs a third of rows."""
    names = ", ".join(("idx", *_TEXTS, *NUMBERS))
    types = ", ".join((
        "idx bigint", *(f"{name} text" for name in _TEXTS), *(f"{name} bigint" for name in NUMBERS),
        "record jsonb", "entry text", "entry_is_record boolean",
    ))  # fmt: skip
    whole = "decode(entry, 'base64')"
    return (
        f"INSERT INTO {table} ({names}, recorded_at, record, entry) "
        f"SELECT {names}, to_timestamp(wall_ns::numeric / 1e9), "
        f"CASE WHEN entry_is_record THEN convert_from({whole}, 'UTF8')::jsonb ELSE record END, "
        f"{whole} FROM json_to_recordset(%s::json) AS r({types}) ORDER BY idx "
        "ON CONFLICT DO NOTHING"
    )


def _document(batch: Sequence[Shipped]) -> str:
    rows = [_row(one) for one in batch]
    fast = plain_text(rows)
    return json.dumps(rows) if fast is None else fast.decode()


def _row(one: Shipped) -> dict[str, Any]:
    record = one.record
    found = dict(zip(NAMES, one.values, strict=True))
    nul = b"\\u0000" in one.entry  # jsonb and text hold none; `entry` always does
    malformed = record["kind"] == MALFORMED  # what is shown is not what the entry says
    if nul:
        for name in COLUMNS:
            value = found[name]
            found[name] = value.replace("\x00", "\ufffd") if value is not None else None
    found.update(
        origin=one.origin, log=one.log, idx=one.index, entry=b64encode(one.entry).decode(),
        entry_is_record=not (nul or malformed), record=record if malformed and not nul else None,
    )  # fmt: skip
    return found
