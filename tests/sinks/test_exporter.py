"""The exporter: a durable cursor, at least once, in order; faults of intakes; nothing lost."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile
from stageflow_guard.audit.export.shipping import Shipping
from stageflow_guard.audit.export.sink import RejectedRecord, Shipped, SinkUnavailable, chunks, need
from stageflow_guard.audit.export.sinks.datadog import DatadogSink
from stageflow_guard.audit.export.sinks.otlp import OtlpSink
from stageflow_guard.audit.export.sinks.parquet import ParquetSink
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.audit.tlog.tiles import right_edge, root_of_rows, subtree_hash
from stageflow_guard.errors import ConfigError, VerificationError

_spec = importlib.util.spec_from_file_location(
    "sinks_conftest", Path(__file__).with_name("conftest.py")
)
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)
grow, ORIGIN = shared.grow, shared.ORIGIN
name_of, keys_of = shared.name_of, shared.keys_of


class ListSink:
    """A sink in memory that fails where it is told to."""

    kind, batch, least, refills = "list", 7, 1, True

    def __init__(self):
        self.held: list[Shipped] = []
        self.fail: list[object] = []
        self.reject: set[int] = set()

    def send(self, batch, head):
        fault = self.fail.pop(0) if self.fail else None
        if fault == "before":
            raise SinkUnavailable("down")
        self.held += [one for one in batch if one.index not in self.reject]
        if fault == "after":
            raise SinkUnavailable("late")
        return [RejectedRecord(one.index, "no") for one in batch if one.index in self.reject]

    def close(self):
        pass

    def origins(self):
        return [ORIGIN]

    def logs(self, origin):
        return sorted({one.log for one in self.held})

    def stored(self, origin, log=None):
        return iter(sorted((one.index, one.entry) for one in self.held if log in (None, one.log)))

    def head(self, origin, log=None):
        return None

    def heads(self, origin, log=None):
        return iter(())

    def inventory(self, origin):
        return None


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_a_batch_that_failed_comes_again(tmp_path, fault):
    """The union is complete in order; what came twice carries the same key and the same bytes."""
    log = await grow(tmp_path, 50)
    sink = ListSink()
    sink.fail = [None, fault, None, fault]
    exporter = Exporter(log, sink, tmp_path / "state")
    for _ in range(2):
        with pytest.raises(SinkUnavailable):
            exporter.run()
        assert exporter.lag().records > 0
        assert exporter.lag().error.startswith("sink_unavailable")
    exporter.run()
    assert exporter.lag().records == 0
    assert {one.index: one.entry for one in sink.held} == dict(iter_entries(log))
    found = reconcile(log, sink)
    assert (found.holds, found.duplicates) == (True, 14 if fault == "after" else 0)


async def test_what_is_refused_for_good_is_a_dead_letter(tmp_path):
    """It is named durably, counted, and does not hold the others up."""
    log = await grow(tmp_path, 20)
    sink = ListSink()
    sink.reject = {3, 17}
    exporter = Exporter(log, sink, tmp_path / "state")
    assert exporter.run() == 20
    again = Exporter(log, sink, tmp_path / "state")
    assert [one.index for one in again.dead_letters()] == [3, 17]
    assert again.lag().dead == 2
    assert not reconcile(log, sink).holds
    assert reconcile(log, sink, dead=frozenset({3, 17})).holds


async def test_only_signed_records_are_shipped_and_only_of_this_history(tmp_path):
    """A log that was rolled back or replaced is not shipped over what the sink was given."""
    import shutil

    log = await grow(tmp_path, 5)
    shutil.copytree(log, tmp_path / "old")
    await grow(tmp_path, 5)
    exporter = Exporter(log, ListSink(), tmp_path / "state")
    assert exporter.run() == 10
    shutil.rmtree(log)
    (tmp_path / "old").rename(log)
    with pytest.raises(VerificationError, match="rolled back"):
        exporter.run()
    shutil.rmtree(log)
    await grow(tmp_path, 12)
    with pytest.raises(VerificationError):
        exporter.run()


@pytest.mark.parametrize("forged", ["entry", "hash", "row", "root"])
async def test_a_forgery_is_not_shipped(tmp_path, forged):
    """However far up the tiles a forger goes without the key, nothing of the bundle is sent."""
    log = await grow(tmp_path, 600)
    entries, tile = log / "tile/entries/001", log / "tile/0/001"
    held = unpack(entries.read_bytes(), "")
    held[7] = held[7].replace(b"user:u", b"user:v")
    entries.write_bytes(pack(held))
    hashes = [sha256(b"\0" + one).digest() for one in held]
    if forged != "entry":
        tile.write_bytes(b"".join(hashes))
    if forged in ("row", "root"):
        row = log / "tile/1/000.p/2"
        row.write_bytes(row.read_bytes()[:32] + subtree_hash(hashes))
    if forged == "root":
        note = (log / "checkpoint").read_text().split("\n")
        note[2] = b64encode(root_of_rows(right_edge(log, 600))).decode()
        (log / "checkpoint").write_text("\n".join(note))
    sink = ListSink()
    with pytest.raises(VerificationError) as caught:
        Exporter(log, sink, tmp_path / "state").run()
    assert caught.value.index == {"entry": 263, "hash": 256}.get(forged)
    assert all(one.index < 256 for one in sink.held)
    with pytest.raises(VerificationError):  # who reads is told as much
        list(iter_entries(log, 300))


async def test_two_exporters_never_ship_at_once(tmp_path):
    """The second one waits its turn instead of sending everything twice."""
    log = await grow(tmp_path, 5)
    exporter = Exporter(log, ListSink(), tmp_path / "state")
    with exporter._alone(), pytest.raises(SinkUnavailable, match="another process"):
        Exporter(log, ListSink(), tmp_path / "state").run()


async def test_a_damaged_cursor_is_named(tmp_path):
    """It is neither ignored nor guessed."""
    log = await grow(tmp_path, 5)
    exporter = Exporter(log, ListSink(), tmp_path / "state")
    exporter.run()
    next((tmp_path / "state").glob("*.cursor")).write_text("{")
    with pytest.raises(ConfigError, match="cursor"):
        exporter.run()


KILLED = """
import sys, time
from pathlib import Path
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
class Slow(SqliteProjection):
    batch = 20
    def send(self, batch, head):
        done = super().send(batch, head)
        print(batch[-1].index, flush=True)
        time.sleep(0.02)
        return done
Exporter(Path(sys.argv[1]), Slow(sys.argv[2]), sys.argv[3]).run()
"""


async def test_killed_in_mid_batch_and_started_again(tmp_path):
    """SIGKILL between sending and moving the cursor: the union is complete, nothing is doubled."""
    log = await grow(tmp_path, 400)
    args = [sys.executable, "-c", KILLED, str(log), str(tmp_path / "db"), str(tmp_path / "state")]
    for lines in (3, 5, 2):
        with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(lines):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
    sink = SqliteProjection(tmp_path / "db")
    exporter = Exporter(log, sink, tmp_path / "state")
    assert exporter.lag().records > 0
    exporter.run()
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.behind, found.duplicates) == (True, 400, 0, 0)
    sink.close()


async def test_a_log_that_breaks_off_a_comparison_leaves_no_trace_behind(tmp_path):
    """What was read of the sink is let go of without a word, whether its database is closed or not."""
    log = await grow(tmp_path, 30)
    base = SqliteProjection(tmp_path / "db")
    Exporter(log, base, tmp_path / "state").run()
    rows = base.stored(ORIGIN)
    assert next(rows)[0] == 0
    base.close()
    rows.close()  # an error here would be printed by the interpreter, and nothing could catch it


async def test_reconcile_names_each_difference(tmp_path):
    """A missing, a changed and a foreign record, each by its index."""
    log = await grow(tmp_path, 30)
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    db = sink._connect()
    db.execute("DELETE FROM records WHERE idx = 4")
    db.execute("UPDATE records SET entry = ? WHERE idx = 9", (b"{}",))
    db.execute("INSERT INTO records (origin, log, idx, entry) VALUES (?, ?, 99, ?)",
               (ORIGIN, name_of(log), b"{}"))  # fmt: skip
    db.commit()
    found = reconcile(log, sink)
    assert (found.missing, found.changed, found.foreign) == ((4,), (9,), (99,))
    assert not found.holds
    sink.close()


async def test_a_thread_ships_beside_the_writer(tmp_path):
    """What is appended arrives within seconds, the rest when the log closes."""
    import asyncio

    from stageflow_guard.audit import Log

    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    sink = ListSink()
    shipping = Shipping([Exporter(tmp_path / "audit", sink, tmp_path / "state")], every=0.05)
    sink.fail = ["before", "after"]
    await log.append({"kind": "auth"})
    for _ in range(100):
        await asyncio.sleep(0.05)
        if sink.held:
            break
    assert sink.held
    await log.append({"kind": "auth"})
    await log.close()
    lag = shipping.stop(10.0)[0]
    assert (lag.records, lag.dead) == (0, 0)
    assert {one.index for one in sink.held} == {0, 1}


# -- Datadog --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [429, 503, 500, 408, "cut", "late"])
async def test_datadog_takes_everything_whatever_goes_wrong_between(tmp_path, made, datadog, fault):
    """429, 5xx, a timeout after acceptance, a lost answer: sent again, told apart by their key."""
    log = await grow(tmp_path, 40)
    sink = made(DatadogSink, datadog.url, "secret", timeout=0.5 if fault == "late" else 10)
    datadog.faults = [fault]
    exporter = Exporter(log, sink, tmp_path / "state")
    with pytest.raises(SinkUnavailable) as caught:
        exporter.run()
    assert "secret" not in str(caught.value)
    if fault == 429:
        assert exporter.wait(caught.value) == 0.0
    Exporter(log, made(DatadogSink, datadog.url, "secret"), tmp_path / "state").run()
    keys = [one["audit"]["key"] for one in datadog.double.kept]
    assert set(keys) == keys_of(log, 40)
    assert len(keys) == (80 if fault in ("cut", "late") else 40)
    sink.close()


async def test_datadog_refusing_our_key_loses_nothing(tmp_path, made, datadog):
    """401 and 403 are waited out, never taken for a bad record."""
    log = await grow(tmp_path, 3)
    exporter = Exporter(log, made(DatadogSink, datadog.url, "wrong"), tmp_path / "state")
    with pytest.raises(SinkUnavailable, match="key"):
        exporter.run()
    assert exporter.dead_letters() == []
    assert exporter.lag().records == 3


async def test_datadogs_limits_are_ours(tmp_path, made, datadog):
    """No request over 1000 entries or 5 MB; what would be cut or dropped with a 2xx is refused here."""
    batch = [
        Shipped(
            ORIGIN,
            i,
            encoded({"kind": "auth", "wall_ns": 10**18 * 9, "run": "x" * 20_000}),
        )
        for i in range(400)
    ]
    sink = made(DatadogSink, datadog.url, "secret", clock=lambda: 0.0)
    assert sink.send(batch, b"") == []
    assert len(datadog.requests) >= 2
    assert all(len(body) <= 5_000_000 for _, body in datadog.requests)
    old = Shipped(ORIGIN, 1, b'{"kind":"auth","wall_ns":1}')
    big = Shipped(ORIGIN, 2, encoded({"wall_ns": 10**19, "run": "\x01" * 200_000}))
    late = made(DatadogSink, datadog.url, "secret", clock=lambda: 10**6)
    assert [r.index for r in late.send([old, big], b"")] == [1, 2]


async def test_one_entry_that_the_intake_refuses_does_not_take_others_with_it(
    tmp_path, made, datadog
):
    """A 400 for a thousand is narrowed down to the one."""
    batch = [
        Shipped(
            ORIGIN,
            i,
            encoded({"kind": "auth", "wall_ns": 9 * 10**18, "run": "poison" if i == 13 else "x"}),
        )
        for i in range(50)
    ]
    found = made(DatadogSink, datadog.url, "secret").send(batch, b"")
    assert [r.index for r in found] == [13]
    assert len(datadog.double.kept) == 49


# -- OTLP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [429, 503, 502, "cut", "late"])
async def test_a_collector_takes_everything_whatever_goes_wrong_between(
    tmp_path, made, collector, fault
):
    """Retried as the OTLP specification says, told apart by `audit.key`."""
    log = await grow(tmp_path, 40)
    collector.faults = [fault]
    sink = made(OtlpSink, collector.url, timeout=0.5 if fault == "late" else 10)
    with pytest.raises(SinkUnavailable):
        Exporter(log, sink, tmp_path / "state").run()
    Exporter(log, made(OtlpSink, collector.url), tmp_path / "state").run()
    assert {key for key, _ in collector.double.kept} == keys_of(log, 40)


async def test_a_partial_success_is_counted_and_nothing_is_sent_twice(tmp_path, made, collector):
    """The answer only counts: the request is one dead letter with that count, never posted again."""
    log = await grow(tmp_path, 20)
    collector.double.refuse = keys_of(log, 7) - keys_of(log, 5)
    exporter = Exporter(log, made(OtlpSink, collector.url), tmp_path / "state")
    exporter.run()
    assert [(one.index, one.last, one.count) for one in exporter.dead_letters()] == [(0, 19, 2)]
    assert exporter.lag().dead == 2
    keys = [key for key, _ in collector.double.kept]
    assert len(keys) == len(set(keys)) == 18


@pytest.mark.parametrize(
    ("body", "media", "dead"),
    [(b"OK", "text/plain", 0), (b"\xff\xff", "application/x-protobuf", 0), (b"", "", 0),
     (b"{}", "application/json", 0), (b'{"partialSuccess":{"rejectedLogRecords":"1"}}',
                                      "application/json", 1),
     (b'{"partialSuccess":{"rejectedLogRecords":"many"}}', "application/json", 0),
     (b"<html>", "text/html", 0)],
)  # fmt: skip
async def test_a_status_decides_and_an_unknown_body_changes_nothing(
    tmp_path, made, collector, body, media, dead
):
    """A 2xx is an acceptance, whatever a proxy writes below it: no batch is sent for ever."""
    log = await grow(tmp_path, 3)
    collector.take = lambda headers, content: (200, body)
    collector.media = media
    exporter = Exporter(log, made(OtlpSink, collector.url), tmp_path / "state")
    assert exporter.run() == 3
    assert exporter.lag().dead == dead
    assert len(collector.requests) == 1


def sink_of(kind, made, intake):
    if kind == "datadog":
        return made(DatadogSink, intake.url, "secret")
    return made(OtlpSink, intake.url)


REFUSES_THE_ADDRESS = [
    301,
    302,
    307,
    401,
    403,
    404,
    405,
    406,
    407,
    409,
    410,
    411,
    414,
    415,
    421,
    426,
]


@pytest.mark.parametrize("status", REFUSES_THE_ADDRESS)
@pytest.mark.parametrize("kind", ["datadog", "otlp"])
async def test_a_refusal_of_the_address_is_no_dead_letter(
    tmp_path, made, datadog, collector, status, kind
):
    """A wrong path or a proxy: back off, say it, lose nothing; once it is mended all of it goes."""
    log = await grow(tmp_path, 5)
    intake = datadog if kind == "datadog" else collector
    intake.faults = [status, status]
    exporter = Exporter(log, sink_of(kind, made, intake), tmp_path / "state")
    for _ in range(2):
        with pytest.raises(SinkUnavailable) as caught:
            exporter.run()
    assert exporter.wait(caught.value) >= 30
    lag = exporter.lag()
    assert (lag.records, lag.dead) == (5, 0)
    assert str(status) in lag.error
    assert exporter.run() == 5
    assert len(intake.double.kept) == 5


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("kind", ["datadog", "otlp"])
async def test_an_address_that_refuses_every_record_is_no_intake(
    tmp_path, made, datadog, collector, status, kind
):
    """Nothing was ever accepted there, so it is the address; not one dead letter."""
    log = await grow(tmp_path, 9)
    intake = datadog if kind == "datadog" else collector
    intake.faults = [status] * 40
    exporter = Exporter(log, sink_of(kind, made, intake), tmp_path / "state")
    with pytest.raises(SinkUnavailable, match="accepted none"):
        exporter.run()
    assert exporter.lag().dead == 0
    intake.faults = []
    assert exporter.run() == 9
    assert len(intake.double.kept) == 9


@pytest.mark.parametrize("kind", ["datadog", "otlp"])
async def test_a_batch_that_is_too_large_is_split(tmp_path, made, datadog, collector, kind):
    """413 of a proxy with a lower limit than ours: halves, until they pass."""
    log = await grow(tmp_path, 16)
    intake = datadog if kind == "datadog" else collector
    real = intake.take
    intake.take = lambda headers, body: (413, b"") if len(body) > 4000 else real(headers, body)
    exporter = Exporter(log, sink_of(kind, made, intake), tmp_path / "state")
    assert exporter.run() == 16
    assert exporter.lag().dead == 0
    assert len(intake.double.kept) == 16


async def test_an_answer_that_does_not_end_is_cut(tmp_path, made, datadog):
    """No more than a cap is read, and nothing is decompressed."""
    import gzip

    log = await grow(tmp_path, 2)
    bomb = gzip.compress(b"\0" * 50_000_000)
    datadog.encoding = "gzip"
    datadog.take = lambda headers, body: (202, bomb)
    with pytest.raises(SinkUnavailable, match="compressed"):
        Exporter(log, made(DatadogSink, datadog.url, "secret"), tmp_path / "s1").run()
    datadog.encoding = None
    datadog.take = lambda headers, body: (202, b"x" * 2_000_000)
    with pytest.raises(SinkUnavailable, match="too large"):
        Exporter(log, made(DatadogSink, datadog.url, "secret"), tmp_path / "s2").run()
    assert datadog.requests[0][0]["Accept-Encoding"] == "identity"


async def test_dead_letters_are_listed_and_sent_again(tmp_path):
    """What the intake takes the second time leaves the list; the rest stays; counts are kept."""
    log = await grow(tmp_path, 20)
    sink = ListSink()
    sink.reject = {3, 17}
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    sink.reject = {17}
    assert exporter.resend() == (1, 1)
    assert [one.index for one in exporter.dead_letters()] == [17]
    assert exporter.lag().dead == 1
    sink.reject = set()
    assert Exporter(log, sink, tmp_path / "state").resend() == (1, 0)
    assert {one.index for one in sink.held} == set(range(20))
    assert exporter.dead_letters() == []


async def test_health_counts_dead_letters_without_reading_them(tmp_path, monkeypatch):
    """A large file is read once, not at every call."""
    from stageflow_guard.audit.export.dead_letters import DeadLetters

    log = await grow(tmp_path, 20)
    sink = ListSink()
    sink.reject = {3}
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    reads, real = [], DeadLetters.read
    monkeypatch.setattr(DeadLetters, "read", lambda self: reads.append(1) or real(self))
    assert [exporter.lag().dead for _ in range(50)] == [1] * 50
    assert len(reads) == 1


class Silent(ListSink):
    """An intake that takes the connection and says nothing."""

    def __init__(self):
        import threading

        super().__init__()
        self.end = threading.Event()

    def send(self, batch, head):
        self.end.wait(20)
        raise SinkUnavailable("silent")


async def test_a_silent_sink_holds_up_no_other(tmp_path):
    """Each has a worker of its own; the lag of the silent one counts from its oldest record."""
    import asyncio

    from stageflow_guard.audit import Log

    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    silent, one, two = Silent(), ListSink(), ListSink()
    exporters = [
        Exporter(tmp_path / "audit", sink, tmp_path / f"s{i}")
        for i, sink in enumerate((silent, one, two))
    ]
    shipping = Shipping(exporters, every=0.05)
    for _ in range(30):
        await log.append({"kind": "auth"})
        await asyncio.sleep(0.1)
    lags = shipping.lags()
    assert lags[0].records > 10
    assert lags[0].seconds > 1.0
    assert all(lag.records < lags[0].records for lag in lags[1:])
    assert len(one.held) > 10
    await log.close()
    lags = shipping.stop(0.5)
    assert [lag.records for lag in lags] == [30, 0, 0]
    silent.end.set()


# -- two logs of one origin, a centre that lost records -----------------------------------------------


@pytest.mark.parametrize("later", [3, 20, 40])
async def test_a_second_log_under_the_same_origin_is_a_fork(tmp_path, later):
    """A volume was lost, the host made anew with the same key: nothing is mixed, all of it is loud."""
    from stageflow_guard.audit.export.exporter import ForkedSink

    log = await grow(tmp_path, 20)
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "k").write_bytes((tmp_path / "k").read_bytes())
    (tmp_path / "new" / "k").chmod(0o600)
    other = await grow(tmp_path / "new", later)
    exporter = Exporter(other, sink, tmp_path / "new" / "state")
    for asked in (exporter.run, exporter.check):
        with pytest.raises(ForkedSink, match="new shard or origin"):
            asked()
    assert exporter.lag().records == later
    assert exporter.lag().error.startswith("forked")
    assert [one.count for one in sink.inventory(ORIGIN)] == [20]
    assert reconcile(log, sink).holds
    sink.close()


@pytest.mark.parametrize("kind", ["datadog", "otlp", "ocsf"])
async def test_two_logs_of_one_origin_stay_apart_at_an_intake_that_cannot_be_asked(
    tmp_path, made, datadog, collector, kind
):
    """Neither keys nor the records' own ids collide there, so none is taken for a duplicate."""
    from stageflow_guard.audit.records.formats.ocsf import event

    log = await grow(tmp_path, 5)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "k").write_bytes((tmp_path / "k").read_bytes())
    (tmp_path / "new" / "k").chmod(0o600)
    other = await grow(tmp_path / "new", 5)
    entries = [
        Shipped(ORIGIN, i, e, name_of(one)) for one in (log, other) for i, e in iter_entries(one)
    ]
    if kind == "ocsf":
        ids = [event(one)["metadata"]["original_event_uid"] for one in entries]
    elif kind == "datadog":
        sink = made(DatadogSink, datadog.url, "secret")
        sink.send(entries[:5], b"")
        sink.send(entries[5:], b"")
        ids = [one["audit"]["id"] for one in datadog.double.kept]
    else:
        seen = []
        real, double = collector.take, collector.double

        def take(headers, body):
            request = double.proto.ExportLogsServiceRequest.FromString(body)
            for record in request.resource_logs[0].scope_logs[0].log_records:
                seen.extend(a.value.string_value for a in record.attributes if a.key == "audit.id")
            return real(headers, body)

        collector.take = take
        made(OtlpSink, collector.url).send(entries, b"")
        ids = seen
    assert len(ids) == len(set(ids)) == 10
    assert len({one.key for one in entries}) == 10


@pytest.mark.parametrize("lost", ["idx >= 0", "idx >= 7", "idx < 5", "idx IN (3, 9)"])
async def test_a_centre_that_lost_records_is_refilled(tmp_path, lost):
    """Whatever went, the next connection sends it again; lag and reconcile never call it fine."""
    log = await grow(tmp_path, 20)
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    db = sink._connect()
    gone = db.execute(f"DELETE FROM records WHERE {lost}").rowcount
    db.commit()
    again = Exporter(log, sink, tmp_path / "state")
    found = reconcile(log, sink, shipped=again.next)
    assert not found.holds
    assert len(found.missing) == gone
    again.check()
    assert again.lag().records >= gone
    again.run()
    assert again.lag().records == 0
    assert reconcile(log, sink, shipped=again.next).holds
    sink.close()


async def test_a_failure_makes_the_next_connection_look_again(tmp_path):
    """What a server lost while it was away is found by the exporter that stays open."""
    log = await grow(tmp_path, 20)
    sink = SqliteProjection(tmp_path / "db")
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    db = sink._connect()
    db.execute("DELETE FROM records")
    db.execute("DELETE FROM source")
    db.commit()
    await grow(tmp_path, 5)
    real, sink.send = sink.send, lambda *_: (_ for _ in ()).throw(SinkUnavailable("away"))
    with pytest.raises(SinkUnavailable):
        exporter.run()
    sink.send = real
    assert exporter.run() == 25
    assert reconcile(log, sink, shipped=exporter.next).holds
    sink.close()


async def test_files_that_went_from_a_sink_without_refill_are_counted(tmp_path):
    """Rows of files that stay would come twice, so what went is an alarm, for good."""
    log = await grow(tmp_path, 40)
    sink = ParquetSink(tmp_path / "pq")
    sink.batch = 10
    Exporter(log, sink, tmp_path / "state").run()
    sorted((tmp_path / "pq").rglob("*.parquet"))[1].unlink()
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.check()
    assert (exporter.lag().lost, exporter.lag().records) == (10, 10)


# -- Parquet --------------------------------------------------------------------------------------


async def test_parquet_reads_back_in_duckdb(tmp_path):
    """Another engine counts the same records, by time and tenant; a repeated batch leaves no double."""
    import duckdb

    log = await grow(tmp_path, 300)
    sink = ParquetSink(tmp_path / "pq")
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    next((tmp_path / "state").glob("*.cursor")).unlink()  # as if killed before it moved
    await grow(tmp_path, 10)
    exporter.run()
    found = duckdb.sql(
        f"select tenant, count(*), count(distinct idx) from '{tmp_path}/pq/*/*.parquet' "
        "where recorded_at > '2020-01-01' group by 1 order by 1"
    ).fetchall()
    assert found == [("acme", 155, 155), ("globex", 155, 155)]
    assert reconcile(log, sink).holds
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "pq").rglob("*.parquet")} == {0o600}


# -- the seam -------------------------------------------------------------------------------------


def test_a_missing_client_names_its_extra():
    """Whoever lacks it reads what to install."""
    with pytest.raises(ConfigError, match=r"stageflow-guard\[nats\]"):
        need("no_such_client", "nats")


@pytest.mark.parametrize(("records", "octets"), [(1, 100), (3, 100), (100, 10), (100, 1)])
def test_chunks_keep_order_and_limits(records, octets):
    """Nothing is lost, nothing reordered, no chunk over a limit unless it is one entry alone."""
    batch = [Shipped("o", i, b"x" * (i % 5)) for i in range(20)]
    parts = list(chunks(batch, size=lambda one: len(one.entry), records=records, octets=octets))
    assert [one for part in parts for one in part] == batch
    for part in parts:
        assert len(part) <= records
        assert len(part) == 1 or sum(len(one.entry) for one in part) <= octets


async def test_a_sink_that_was_rolled_back_is_found_by_an_older_checkpoint(tmp_path):
    """Records and checkpoints cut at the centre agree with each other, not with what was kept."""
    from stageflow_guard.audit.export.reconcile import verify_sink

    log = await grow(tmp_path, 10)
    early = (log / "checkpoint").read_bytes()
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    await grow(tmp_path, 10)
    late = (log / "checkpoint").read_bytes()
    Exporter(log, sink, tmp_path / "state").run()
    vkey = (log / "vkey").read_text().strip()
    assert verify_sink(sink, ORIGIN, vkey=vkey, checkpoint=early).size == 20
    db = sink._connect()
    db.execute("DELETE FROM records WHERE idx >= 10")
    db.execute("UPDATE source SET checkpoint = ?", (early.decode(),))
    db.commit()
    assert verify_sink(sink, ORIGIN, vkey=vkey).size == 10
    with pytest.raises(VerificationError, match="rolled back"):
        verify_sink(sink, ORIGIN, vkey=vkey, checkpoint=late)
    import shutil

    shutil.rmtree(log)
    await grow(tmp_path, 12, start=5)
    forked = (log / "checkpoint").read_bytes()
    again = SqliteProjection(tmp_path / "db2")
    Exporter(log, again, tmp_path / "state2").run()
    assert verify_sink(again, ORIGIN, vkey=vkey, checkpoint=forked).size == 12
    with pytest.raises(VerificationError, match="forked"):
        verify_sink(again, ORIGIN, vkey=vkey, checkpoint=early)
    again.close()
    sink.close()


async def test_a_cursor_that_is_ahead_of_its_checkpoint_passes_over_nothing(tmp_path):
    """A number that was raised by hand would stop the shipping in silence: it is named as damaged."""
    log = await grow(tmp_path, 5)
    exporter = Exporter(log, ListSink(), tmp_path / "state")
    exporter.run()
    cursor = next((tmp_path / "state").glob("*.cursor"))
    cursor.write_text(cursor.read_text().replace('"next": 5', '"next": 6'))
    for asked in (exporter.run, exporter.lag):
        with pytest.raises(ConfigError, match="cursor"):
            asked()


async def test_a_sink_that_came_after_a_pruning_verifies(tmp_path):
    """From the pruned index on, under the signed root; only as far as a record says it was pruned."""
    from stageflow_guard.audit.admin.prune import prune
    from stageflow_guard.audit.export.reconcile import verify_sink

    log = await grow(tmp_path, 800)
    early = (log / "checkpoint").read_bytes()
    for below in (256, 768):
        await prune(log, below=below, origin=ORIGIN, key_file=tmp_path / "k")
    vkey = (log / "vkey").read_text().strip()
    sink = SqliteProjection(tmp_path / "db")
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    assert next(sink.stored(ORIGIN))[0] == 768
    found = verify_sink(sink, ORIGIN, vkey=vkey, log=log)
    assert (found.minimum, found.size) == (768, 802)
    assert verify_sink(sink, ORIGIN, vkey=vkey, log=log, checkpoint=early).minimum == 768
    with pytest.raises(VerificationError, match="record 0 "):  # nothing binds what is not there
        verify_sink(sink, ORIGIN, vkey=vkey)
    db = sink._connect()
    db.execute("UPDATE records SET entry = ? WHERE idx = 790", (b"{}",))
    with pytest.raises(VerificationError, match="not the signed tree"):
        verify_sink(sink, ORIGIN, vkey=vkey, log=log)
    db.execute("DELETE FROM records WHERE idx < 780 OR idx = 790")
    with pytest.raises(VerificationError):
        verify_sink(sink, ORIGIN, vkey=vkey, log=log)
    sink.close()


async def test_a_sink_that_lost_its_beginning_is_not_taken_for_pruned(tmp_path):
    """Whole bundles that are gone without a record that says so are missing from record 0 on."""
    from stageflow_guard.audit.export.reconcile import verify_sink

    log = await grow(tmp_path, 800)
    early = (log / "checkpoint").read_bytes()
    await grow(tmp_path, 10)
    vkey = (log / "vkey").read_text().strip()
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    sink._connect().execute("DELETE FROM records WHERE idx < 256")
    for checkpoint in (None, early):
        with pytest.raises(VerificationError, match="record 0 "):
            verify_sink(sink, ORIGIN, vkey=vkey, log=log, checkpoint=checkpoint)
    sink.close()


@pytest.mark.parametrize("at", [-1, 0, 1])
async def test_datadogs_edges(made, datadog, at):
    """1 MB an entry, 18 hours back, 1000 in an array, 5 MB with its brackets and commas: exactly."""
    sink = made(DatadogSink, datadog.url, "secret", clock=lambda: 18 * 3600.0)

    def one(index, length=None, wall_ns=1):
        empty = Shipped(ORIGIN, index, encoded({"kind": "auth", "run": "", "wall_ns": wall_ns}))
        if length is None:
            return empty
        fill = length - len(sink._body(empty, empty.record))
        return Shipped(
            ORIGIN, index, encoded({"kind": "auth", "run": "x" * fill, "wall_ns": wall_ns})
        )

    assert [r.index for r in sink.send([one(3, 1_000_000 + at)], b"")] == ([3] if at > 0 else [])
    assert [r.index for r in sink.send([one(4, wall_ns=at)], b"")] == ([4] if at < 0 else [])
    datadog.requests.clear()
    assert sink.send([one(i) for i in range(1000 + at)], b"") == []
    assert len(datadog.requests) == (2 if at > 0 else 1)
    # five entries, four commas, two brackets
    sizes = [1_000_000] * 4 + [5_000_000 - 4_000_000 - 6 + at]
    datadog.requests.clear()
    assert sink.send([one(i, size) for i, size in enumerate(sizes)], b"") == []
    assert len(datadog.requests) == (2 if at > 0 else 1)
    assert max(len(body) for _, body in datadog.requests) <= 5_000_000
