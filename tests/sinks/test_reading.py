"""One log, several sinks: read and checked once, each at its own pace, and no less strictly."""

from __future__ import annotations

import importlib.util
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.export import exporter as module
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reading import KEPT, LogReading
from stageflow_guard.audit.export.sink import Entry, Shipped
from stageflow_guard.audit.export.sinks.parquet import ParquetSink
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.records.columns import NAMES, row
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.base.durable import locked
from stageflow_guard.errors import VerificationError

_spec = importlib.util.spec_from_file_location(
    "sinks_conftest", Path(__file__).with_name("conftest.py")
)
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)
grow = shared.grow


@pytest.fixture
def read_bundles(monkeypatch):
    """Return the list of bundles that were read from files."""
    found = []
    whole = module.LogReading.entries.__globals__["bundles"]

    def watched(folder, size, start=0):
        for first, entries, path in whole(folder, size, start):
            found.append(first)
            yield first, entries, path

    monkeypatch.setitem(module.LogReading.entries.__globals__, "bundles", watched)
    return found


class Keeping:
    """A sink that keeps what it was sent."""

    kind, batch, least, refills = "keeping", 100, 1, True

    def __init__(self):
        self.held = []

    def send(self, batch, head):
        self.held += batch
        return []

    def inventory(self, origin):
        return None

    def close(self):
        pass


async def test_three_sinks_of_one_log_read_each_bundle_once(tmp_path, read_bundles):
    """And take each record apart once, for all of them."""
    log = await grow(tmp_path, 600)
    reading, sinks = LogReading(log), [Keeping() for _ in range(3)]
    for n, sink in enumerate(sinks):
        assert Exporter(log, sink, tmp_path / f"s{n}", reading=reading).run() == 600
    assert read_bundles == [0, 256, 512]
    for one, two in zip(sinks[0].held, sinks[1].held, strict=True):
        assert one.shared is two.shared and one.values is two.values
        assert one.record == readable(one.entry)


async def test_a_sink_that_is_far_behind_reads_for_itself(tmp_path):
    """What is kept is bounded: the newest bundles; the rest passes through."""
    log = await grow(tmp_path, 256 * (KEPT + 2) + 10)
    reading, sink = LogReading(log), Keeping()
    Exporter(log, sink, tmp_path / "state", reading=reading).run()
    assert [one.index for one in sink.held] == list(range(256 * (KEPT + 2) + 10))
    assert sum(one.shared is not None for one in sink.held) == 256 * (KEPT - 1) + 10
    assert len(reading._kept) == KEPT


@pytest.mark.parametrize("at", [0, 255, 256, 511, 599])
async def test_a_changed_record_reaches_no_sink_though_another_read_before(tmp_path, at):
    """Each head is checked anew: what one sink was shown of an older tree vouches for nothing."""
    log = await grow(tmp_path, 600)
    reading = LogReading(log)
    assert Exporter(log, Keeping(), tmp_path / "a", reading=reading).run() == 600
    await grow(tmp_path, 10, start=600)
    (bundle,) = [
        p for p in (log / "tile" / "entries").rglob("*")
        if p.is_file() and p.name == (f"{at // 256:03}" if at < 512 else "98")
    ]  # fmt: skip
    entries = unpack(bundle.read_bytes(), "x")
    entries[at % 256] = entries[at % 256].replace(b'"node"', b'"eden"')
    bundle.chmod(0o600)
    bundle.write_bytes(pack(entries))
    sink = Keeping()
    with pytest.raises(VerificationError):
        Exporter(log, sink, tmp_path / "b", reading=reading).run()
    assert all(one.index < at // 256 * 256 for one in sink.held)


async def test_readers_on_threads_of_their_own_are_shown_the_same(tmp_path):
    """While the log grows: every reader gets each index once, in order, as it is in the log."""
    log = await Log.open(tmp_path / "log", origin="example.com/log", key_file=tmp_path / "k")
    reading, seen = LogReading(tmp_path / "log"), [[] for _ in range(4)]
    over = threading.Event()

    def go_on(mine):
        """Read what is signed until the writer is done; what goes wrong is the test's to show."""
        while True:
            last = over.is_set()
            head, _ = signed_head(tmp_path / "log")
            mine += [(i, octets) for i, octets, _ in reading.entries(head, len(mine))]
            if last:
                return

    for _ in range(300):
        log.enqueue({"kind": "auth"})
    await log.flush()
    with ThreadPoolExecutor(len(seen)) as pool:
        readers = [pool.submit(go_on, mine) for mine in seen]
        try:
            for _ in range(20):
                for _ in range(50):
                    log.enqueue({"kind": "auth"})
                await log.flush()
            await log.close()
        finally:
            over.set()
        for reader in readers:
            reader.result()
    assert [i for i, _ in seen[0]] == list(range(1300))
    assert seen[0] == seen[1] == seen[2] == seen[3]


async def test_no_sink_changes_what_others_are_shown(tmp_path):
    """A record is handed on as it was read."""
    log = await grow(tmp_path, 50)
    reading, kept = LogReading(log), Keeping()
    sinks = [SqliteProjection(tmp_path / "a.db"), ParquetSink(tmp_path / "parquet"), kept]
    for n, sink in enumerate(sinks):
        Exporter(log, sink, tmp_path / f"s{n}", reading=reading).run()
        sink.close()
    for one in kept.held:
        assert one.record == readable(one.entry)
        assert dict(zip(NAMES, one.values, strict=True)) == row(readable(one.entry))


def test_an_entry_that_is_shared_is_no_other():
    """Whether others have it changes neither what it is equal to nor what is shown of it."""
    one, two = Shipped("o", 1, b"{}"), Shipped("o", 1, b"{}", "", Entry(b"{}"))
    assert one == two and repr(one) == repr(two) and hash(one) == hash(two)


@pytest.mark.parametrize("held", [False, True])
async def test_workers_of_a_host_send_in_turns_and_never_wait_for_ever(tmp_path, monkeypatch, held):
    """A turn that another worker does not give back is waited for, and then done without."""
    monkeypatch.setattr(module, "LONGEST_TURN", 0.05)
    log, sink = await grow(tmp_path, 20), Keeping()
    sink.in_turns = True
    exporter = Exporter(log, sink, tmp_path / "state")
    with locked(tmp_path / "state" / ("turn.lock" if held else "other.lock")):
        assert exporter.run() == 20


async def test_what_a_sink_does_to_a_record_is_its_own(tmp_path):
    """Another sink, and the same one at its next try, reads what the log holds."""
    log = await grow(tmp_path, 3)
    head, _ = signed_head(log)
    reading = LogReading(log)
    for _ in range(2):
        for index, octets, entry in reading.entries(head, 0):
            one = Shipped(head.origin, index, octets, "", entry)
            record = one.record
            assert record == readable(octets)
            assert one.values == tuple(row(readable(octets)).values())
            record["kind"] = "other"
            for part in record.values():
                if isinstance(part, dict | list):
                    part.clear()
            del record["wall_ns"]
