"""What shipping costs: CPU of this process per record, for each sink that a server answers for.

    python bench/sinks.py [--records 14000]

The log holds runs of six stages as the guard records them (`bench/reading.py`). The sinks are the
real ones: SQLite in a file, PostgreSQL at 127.0.0.1:5432, NATS JetStream at 127.0.0.1:4222. Their
servers' CPU is not counted. Medians of three.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from reading import write

from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.sink import Sink

DSN = "postgresql://postgres:postgres@127.0.0.1:5432/postgres"
NATS = "nats://127.0.0.1:4222"


def sqlite(folder: Path) -> Sink:
    """A projection in a file."""
    from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection

    return SqliteProjection(folder / f"{uuid4().hex}.db")


def postgres(_: Path) -> Sink:
    """A table of its own."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink, schema_sql

    table = f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(DSN, autocommit=True) as conn:
        conn.execute(schema_sql(table))
    return PostgresSink(DSN, table=table)


def nats(_: Path) -> Sink:
    """A stream of its own."""
    from stageflow_guard.audit.export.sinks.nats import NatsSink

    name = uuid4().hex[:12]
    return NatsSink(NATS, stream=f"BENCH{name}", subject=f"bench{name}")


def shipped(log: Path, sink: Sink, state: Path) -> tuple[float, float]:
    """Return CPU and wall seconds that it takes to ship the whole log."""
    exporter = Exporter(log, sink, state)
    wall, cpu = time.perf_counter(), time.process_time()
    exporter.run()
    took = time.process_time() - cpu, time.perf_counter() - wall
    exporter.close()
    return took


def main() -> int:
    """Print a row per sink."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=14_000)
    count = parser.parse_args().records
    sinks: list[tuple[str, Callable[[Path], Sink]]] = [
        ("sqlite", sqlite), ("postgres", postgres), ("nats", nats),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        asyncio.run(write(folder / "log", count, folder / "k"))
        for name, of in sinks:
            took = [shipped(folder / "log", of(folder), folder / f"{name}{i}") for i in range(3)]
            cpu, wall = (statistics.median(one) * 1e6 / count for one in zip(*took, strict=True))
            print(f"{name:<10} {cpu:7.1f} µs CPU  {wall:7.1f} µs wall a record", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
