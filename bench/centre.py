"""What it takes to read a central copy of the log back: time and memory, on real servers.

    python bench/centre.py --records 300000 --kinds postgres nats

Fills a table, or a stream, of its own with one log's records, verifies its whole tree in a process
of its own, prints that process's largest memory, and removes what it made. PostgreSQL is asked as
`postgres` at 127.0.0.1/test, NATS at 127.0.0.1:4222.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ORIGIN = "example.com/centre"
DSN, NATS = "postgresql://postgres@127.0.0.1/test", "nats://127.0.0.1:4222"
PART = 20_000

READ = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from centre import ORIGIN, made
from stageflow_guard.audit.export.reconcile import verify_sink

def peak():  # of this image alone: `ru_maxrss` begins with the parent's at the fork
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

sink = made(sys.argv[2], sys.argv[3], sys.argv[4])
begin = peak()
report = verify_sink(sink, ORIGIN, vkey=sys.argv[5])
sink.close()
print(json.dumps({"size": report.size, "peak_mb": round(peak(), 1), "begin_mb": round(begin, 1)}))
"""


def made(kind: str, name: str, folder: str):
    """Return the sink of a kind."""
    if kind == "postgres":
        from stageflow_guard.audit.export.sinks.postgres import PostgresSink

        return PostgresSink(DSN, table=name, timeout=60)
    if kind == "nats":
        from stageflow_guard.audit.export.sinks.nats import NatsSink

        return NatsSink(NATS, stream=name, subject=name)
    if kind == "parquet":
        from stageflow_guard.audit.export.sinks.parquet import ParquetSink

        return ParquetSink(Path(folder) / "pq")
    from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection

    return SqliteProjection(Path(folder) / "db")


def prepared(kind: str, name: str) -> None:
    """Make the table that a sink needs."""
    if kind == "postgres":
        import psycopg

        from stageflow_guard.audit.export.sinks.postgres import schema_sql

        with psycopg.connect(DSN, autocommit=True) as db:
            db.execute(schema_sql(name))


def removed(kind: str, name: str) -> None:
    """Remove the table or the stream."""
    if kind == "postgres":
        import psycopg

        with psycopg.connect(DSN, autocommit=True) as db:
            db.execute(f"DROP VIEW {name}_mine")
            db.execute(f"DROP TABLE {name}, {name}_checkpoints, {name}_tenants")
            db.execute(f"DROP FUNCTION {name}_append_only, {name}_same, {name}_held")
            for role in ("writer", "reader", "tenant"):
                db.execute(f"DROP ROLE {name}_{role}")
    elif kind == "nats":

        async def drop() -> None:
            import nats

            client = await nats.connect(NATS)
            await client.jetstream().delete_stream(name)
            await client.close()

        asyncio.run(drop())


async def written(folder: Path, records: int) -> str:
    """Write a log; return its key line."""
    from stageflow_guard.audit import Log

    log = await Log.open(folder / "audit", origin=ORIGIN, key_file=folder / "k", deadline=120)
    for start in range(0, records, PART):
        for i in range(start, min(records, start + PART)):
            log.enqueue({
                "kind": "decision", "decision": "permit", "run": f"run-{i // 8}", "tenant": "acme",
                "pipeline": "support", "stage": "answer", "action": "run", "reason": "allowed",
                "resource": "stage:support/answer", "rules": ["tenants/acme/policy.csv:12"],
                "actor": {"subject": f"user:u{i % 500}", "method": "jwt", "key_id": "k"},
                "policy": {"sha256": "a" * 64},
            })  # fmt: skip
        await log.flush()
    await log.close()
    return log.vkey


def measured(kind: str, records: int) -> dict[str, object]:
    """Return what reading `records` back from a sink of that kind took."""
    from stageflow_guard.audit.export.exporter import Exporter

    name = f"c{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        vkey = asyncio.run(written(folder, records))
        prepared(kind, name)
        try:
            sink = made(kind, name, place)
            started = time.monotonic()
            Exporter(folder / "audit", sink, folder / "state").run()
            filled = time.monotonic() - started
            sink.close()
            started = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-c", READ, str(Path(__file__).parent), kind, name, place, vkey],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(done.stderr[-2000:])
            took = time.monotonic() - started
        finally:
            removed(kind, name)
    return {
        "kind": kind, **json.loads(done.stdout), "fill_s": round(filled, 1), "read_s": round(took, 1)
    }  # fmt: skip


def main() -> None:
    """Print one line a sink."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--kinds", nargs="+", default=["postgres", "nats", "sqlite", "parquet"])
    args = parser.parse_args()
    for kind in args.kinds:
        print(json.dumps(measured(kind, args.records)), flush=True)


if __name__ == "__main__":
    main()
