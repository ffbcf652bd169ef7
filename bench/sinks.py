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

from reading import append, write

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reading import LogReading
from stageflow_guard.audit.export.sink import Sink
from stageflow_guard.audit.read.signed_head import signed_head

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


SINKS: list[tuple[str, Callable[[Path], Sink]]] = [
    ("sqlite", sqlite), ("postgres", postgres), ("nats", nats),
]  # fmt: skip
A_SECOND = 280  # records that a log of twenty runs a second grows by


def shipped(log: Path, sinks: list[Sink], state: Path) -> tuple[float, float]:
    """Return CPU and wall seconds that it takes to ship the whole log, one sink after another."""
    exporters = [Exporter(log, sink, state / str(n)) for n, sink in enumerate(sinks)]
    wall, cpu = time.perf_counter(), time.process_time()
    for exporter in exporters:
        exporter.run()
    took = time.process_time() - cpu, time.perf_counter() - wall
    for exporter in exporters:
        exporter.close()
    return took


async def beside(folder: Path, count: int) -> float:
    """Return the CPU seconds that three sinks take of a log that goes on, a second's worth at once.

    They share what is read of it, as a guard's sinks do.
    """
    log = await Log.open(folder / "live", origin="bench.example/live", key_file=folder / "k")
    reading = LogReading(folder / "live")
    exporters = [
        Exporter(folder / "live", of(folder), folder / f"live-{name}", reading=reading)
        for name, of in SINKS
    ]
    spent = 0.0
    for _ in range(count // A_SECOND):
        await append(log, A_SECOND)
        await log.flush()
        while signed_head(folder / "live")[0].size < log.size:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)
        cpu = time.process_time()
        for exporter in exporters:
            await asyncio.to_thread(exporter.run)
        spent += time.process_time() - cpu
    for exporter in exporters:
        exporter.close()
    await log.close()
    return spent / (count // A_SECOND * A_SECOND)


def main() -> int:
    """Print a row per sink."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=14_000)
    count = parser.parse_args().records
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        asyncio.run(write(folder / "log", count, folder / "k"))
        for name, of in SINKS:
            took = [shipped(folder / "log", [of(folder)], folder / f"{name}{i}") for i in range(3)]
            cpu, wall = (statistics.median(one) * 1e6 / count for one in zip(*took, strict=True))
            print(f"{name:<10} {cpu:7.1f} µs CPU  {wall:7.1f} µs wall a record", flush=True)
        live = asyncio.run(beside(folder, count // 5))
        print(f"all three, beside a log that goes on: {live * 1e6:.1f} µs CPU a record")
    return 0


if __name__ == "__main__":
    sys.exit(main())
