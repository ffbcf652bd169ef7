"""PostgreSQL: insert-only for who ships, tenant by tenant for who reads. psycopg's only file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    need,
)
from stageflow_guard.audit.records.columns import COLUMNS, NUMBERS, row
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.errors import ConfigError

SCHEMA = """\
-- Run once, as the owner. Then: GRANT {table}_writer TO <who ships>; GRANT {table}_reader TO
-- <an auditor>; GRANT {table}_tenant TO <a tenant's role>, and name its tenant in {table}_tenants.
CREATE TABLE IF NOT EXISTS {table} (
  origin text NOT NULL, idx bigint NOT NULL, {columns},
  recorded_at timestamptz, record jsonb, entry bytea NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, idx));
CREATE INDEX IF NOT EXISTS {table}_by_tenant ON {table} (tenant, recorded_at);
CREATE INDEX IF NOT EXISTS {table}_by_run ON {table} (run);
CREATE TABLE IF NOT EXISTS {table}_checkpoints (
  origin text NOT NULL, size bigint NOT NULL, note text NOT NULL,
  shipped_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (origin, size, note));
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
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
CREATE OR REPLACE FUNCTION {table}_held(log text)
  RETURNS TABLE (count bigint, first bigint, last bigint, note text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
  $$ SELECT count(*), coalesce(min(idx), 0), coalesce(max(idx), -1),
       (SELECT c.note FROM {table}_checkpoints c WHERE c.origin = log
        ORDER BY c.size DESC, c.shipped_at DESC LIMIT 1)
     FROM {table} WHERE origin = log $$;
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
            self._conn = self._pg.connect(
                self._dsn, connect_timeout=self._timeout, autocommit=True,
                application_name="stageflow-guard audit",
                # a server that goes silent is noticed as soon as one that answers late
                keepalives_idle=self._timeout, keepalives_interval=self._timeout,
                keepalives_count=1, tcp_user_timeout=self._timeout * 1000,
                options=f"-c statement_timeout={self._timeout * 1000}",
            )  # fmt: skip
        return self._conn

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Insert the batch and the checkpoint in one transaction; what is there already stays."""
        names = ["origin", "idx", *COLUMNS, *NUMBERS, "recorded_at", "record", "entry"]
        marks = ["%s"] * (len(names) - 3) + ["to_timestamp(%s::numeric / 1e9)", "%s::jsonb", "%s"]
        text = (
            f"INSERT INTO {self._table} ({', '.join(names)}) VALUES ({', '.join(marks)}) "
            "ON CONFLICT DO NOTHING"
        )
        checkpoint = parse(head)[0]
        try:
            conn = self._connect()
            with conn.transaction(), conn.cursor() as cursor:
                cursor.executemany(text, [_row(one) for one in batch])
                cursor.execute(
                    f"INSERT INTO {self._table}_checkpoints (origin, size, note) "
                    "VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                    (checkpoint.origin, checkpoint.size, head.decode()),
                )
        except self._pg.Error as exc:
            raise self._translated(exc) from None
        return []

    def _translated(self, exc: Any) -> Exception:
        """Never pass a driver's text on: it quotes rows and connection strings."""
        state = getattr(exc, "sqlstate", None)
        self.close()
        if state == "42883":
            return ConfigError(
                f"function `{self._table}_held` does not exist; run what `stageflow-guard audit "
                "schema postgres` prints again, as the owner"
            )
        if state == "42P01":
            return ConfigError(
                f"table `{self._table}` does not exist; run what `stageflow-guard audit schema "
                "postgres` prints, as the owner"
            )
        if state == "42501":
            return ConfigError(f"this role may not use `{self._table}`; GRANT {self._table}_writer")
        return SinkUnavailable(f"PostgreSQL did not take the batch (SQLSTATE {state or 'none'})")

    def _ask(self, text: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        try:
            conn = self._connect()
            with conn.transaction(), conn.cursor(name="audit") as cursor:
                cursor.itersize = 5_000
                yield from cursor.execute(text, values)
        except self._pg.Error as exc:
            raise self._translated(exc) from None

    def inventory(self, origin: str) -> Inventory:
        """Return how many records of `origin` are in the table, from where to where."""
        found = next(self._ask(f"SELECT * FROM {self._table}_held(%s)", origin))
        note = found[3].encode() if found[3] is not None else None
        return Inventory(found[0], found[1], found[2], note)

    def heads(self, origin: str) -> Iterator[bytes]:
        """Yield every checkpoint that was shipped, contradicting ones included."""
        table = f"{self._table}_checkpoints"
        for (note,) in self._ask(f"SELECT note FROM {table} WHERE origin = %s", origin):
            yield note.encode()

    def origins(self) -> list[str]:
        """Return the origins in the table."""
        return [r[0] for r in self._ask(f"SELECT DISTINCT origin FROM {self._table} ORDER BY 1")]

    def stored(self, origin: str) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order."""
        text = f"SELECT idx, entry FROM {self._table} WHERE origin = %s ORDER BY idx"
        for index, entry in self._ask(text, origin):
            yield index, bytes(entry)

    def head(self, origin: str) -> bytes | None:
        """Return the newest checkpoint that was shipped."""
        table = f"{self._table}_checkpoints"
        text = f"SELECT note FROM {table} WHERE origin = %s ORDER BY size DESC LIMIT 1"
        found = next(self._ask(text, origin), None)
        return found[0].encode() if found else None

    def close(self) -> None:
        """Let the connection go."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def __repr__(self) -> str:
        """Show the table; the connection string may hold a password."""
        return f"<PostgresSink {self._table}>"


def _row(one: Shipped) -> tuple[Any, ...]:
    record = one.record
    found = row(record)
    plain = "\\u0000" not in one.entry.decode()  # jsonb and text hold no NUL; `entry` always does
    values = [found[n] for n in COLUMNS]
    texts = [v.replace("\x00", "\ufffd") if v is not None else None for v in values]
    return (
        one.origin, one.index, *texts, *(found[n] for n in NUMBERS), found["wall_ns"],
        json.dumps(record) if plain else None, one.entry,
    )  # fmt: skip
