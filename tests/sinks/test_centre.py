"""A centre under faults and in size: one sink that is silent, 300 000 records read back."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile
from stageflow_guard.audit.export.shipping import Shipping
from stageflow_guard.audit.export.sinks.otlp import OtlpSink
from stageflow_guard.audit.export.sinks.postgres import PostgresSink

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location(
    "centre_servers", Path(__file__).with_name("test_servers.py")
)
servers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(servers)
ORIGIN, dsn, reachable = servers.ORIGIN, servers.dsn, servers.reachable
postgres, nats_sink = servers.postgres, servers.nats_sink


@pytest.fixture
def silence():
    """An address that takes connections and says nothing: no answer, no reset."""
    listening = socket.create_server(("127.0.0.1", 0))
    held, stop = [], threading.Event()

    def take():
        while not stop.is_set():
            try:
                held.append(listening.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1/logs"
    stop.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)
    for one in held:
        one.close()


async def shipped_beside_silence(tmp_path, made, postgres, nats_sink, silence):
    """Append 60 records in 6 s beside three real sinks; return the largest lag of each."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    nats_there = nats_sink()  # the others are closed with their exporters
    sinks = [
        made(OtlpSink, silence, timeout=3.0),
        made(PostgresSink, dsn(postgres, "ship"), table=postgres), nats_sink(),
    ]  # fmt: skip
    exporters = [
        Exporter(tmp_path / "audit", sink, tmp_path / f"s{i}") for i, sink in enumerate(sinks)
    ]
    shipping, most = Shipping(exporters, every=0.2), [0.0, 0.0, 0.0]
    for _ in range(60):
        await log.append({"kind": "auth"})
        await asyncio.sleep(0.1)
        lags = await asyncio.to_thread(shipping.lags)
        most = [max(held, lag.seconds) for held, lag in zip(most, lags, strict=True)]
    await log.close()
    lags = await asyncio.to_thread(shipping.stop, 8.0)
    assert [lag.records for lag in lags] == [60, 0, 0]
    assert lags[0].error.startswith("sink_unavailable")
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    for there in (reader, nats_there):
        found = reconcile(tmp_path / "audit", there)
        assert (found.holds, found.sink, found.behind) == (True, 60, 0)
    return most


async def test_a_silent_intake_holds_up_neither_postgres_nor_nats(
    tmp_path, made, postgres, nats_sink, silence
):
    """Both have everything when the log closes; the silent one is behind, counted and named."""
    most = await shipped_beside_silence(tmp_path, made, postgres, nats_sink, silence)
    assert most[0] > max(most[1:])


@pytest.mark.bars
async def test_the_others_lag_is_at_most_two_seconds(tmp_path, made, postgres, nats_sink, silence):
    """Counted from the oldest record that is signed and not there."""
    most = await shipped_beside_silence(tmp_path, made, postgres, nats_sink, silence)
    assert max(most[1:]) <= 2.0, most


def read_back(kind, records):
    """Run `bench/centre.py`; return what it says."""
    for name, port in (("postgres", 5432), ("nats", 4222)):
        if name == kind:
            reachable(name, port)
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "centre.py"), "--records", str(records),
         "--kinds", kind],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["postgres", "nats", "sqlite"])
def test_reading_back_holds_a_part_at_a_time(kind):
    """Three times the records need no more: held whole, 12 000 more would take 12 MB and up."""
    few, many = read_back(kind, 6_000), read_back(kind, 18_000)
    assert (few["size"], many["size"]) == (6_000, 18_000)
    assert many["peak_mb"] - few["peak_mb"] < 5
    assert many["peak_mb"] <= 150


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["postgres", "nats", "sqlite", "parquet"])
def test_a_centre_of_300_000_records_is_read_in_150_mb(kind):
    """The whole process, from its start to a verified tree."""
    found = read_back(kind, 300_000)
    assert found["size"] == 300_000
    assert found["peak_mb"] <= 150, found
