"""Sinks against real servers: PostgreSQL, NATS JetStream; CloudWatch as moto plays it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import time
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile, verify_sink
from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.errors import ConfigError, VerificationError

_spec = importlib.util.spec_from_file_location(
    "sinks_conftest", Path(__file__).with_name("conftest.py")
)
shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(shared)
grow, ORIGIN = shared.grow, shared.ORIGIN
name_of, keys_of = shared.name_of, shared.keys_of


def reachable(name, port):
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} does not listen on 127.0.0.1:{port}")
        pytest.skip(f"{name} does not listen on 127.0.0.1:{port}")


@pytest.fixture
def postgres():
    """A table of its own, its three roles and a tenant's login, dropped at the end."""
    reachable("PostgreSQL", 5432)
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import schema_sql

    name = f"t_{secrets.token_hex(4)}"
    owner = "postgresql://postgres@127.0.0.1/test"
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(schema_sql(name))
        db.execute(schema_sql(name))  # running it again changes nothing
        for role, member in (
            (f"{name}_ship", "writer"),
            (f"{name}_see", "reader"),
            (f"{name}_acme", "tenant"),
        ):
            db.execute(f"CREATE ROLE {role} LOGIN")
            db.execute(f"GRANT {name}_{member} TO {role}")
        db.execute(f"INSERT INTO {name}_tenants VALUES ('{name}_acme', 'acme')")
    yield name
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(f"DROP VIEW {name}_mine")
        db.execute(f"DROP TABLE {name}, {name}_checkpoints, {name}_tenants")
        db.execute(f"DROP FUNCTION {name}_append_only, {name}_same")
        db.execute(f"DROP FUNCTION {name}_held")
        for role in ("ship", "see", "acme", "writer", "reader", "tenant"):
            db.execute(f"DROP ROLE {name}_{role}")


def dsn(name, role):
    return f"postgresql://{name}_{role}@127.0.0.1/test"


async def test_postgres_keeps_a_verifiable_copy(tmp_path, made, postgres):
    """An insert-only role ships; a reader's copy is the signed tree; shipping twice adds nothing."""
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 300)
    sink = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    exporter = Exporter(log, sink, tmp_path / "state")
    assert exporter.run() == 300
    next((tmp_path / "state").glob("*.cursor")).unlink()
    assert exporter.run() == 300
    sink.close()
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    assert reader.origins() == [ORIGIN]
    found = reconcile(log, reader)
    assert (found.holds, found.sink, found.duplicates) == (True, 300, 0)
    vkey = (log / "vkey").read_text().strip()
    assert verify_sink(reader, ORIGIN, vkey=vkey).size == 300
    reader.close()


async def test_postgres_holds_what_its_types_cannot(tmp_path, made, postgres):
    """NUL, quotes, backslashes, astral text: `entry` is exact, columns and `record` are readable."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    texts = ["a\x00b", "'\"\\", "\\u0000", "\U0001f600\u2028", "", "\\N", "{}", "%s"]
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    for text in texts:
        await log.append({"kind": "auth", "reason": text, "note": {"n": -(2**63), text: text}})
    await log.close()
    sink = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    assert Exporter(tmp_path / "audit", sink, tmp_path / "state").run() == len(texts)
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    assert reconcile(tmp_path / "audit", reader).holds
    with psycopg.connect(dsn(postgres, "see")) as db:
        rows = db.execute(f"SELECT reason, record, entry FROM {postgres} ORDER BY idx").fetchall()
    for (reason, record, entry), text in zip(rows, texts, strict=True):
        assert reason == text.replace("\x00", "\ufffd")
        plain = "\\u0000" not in bytes(entry).decode()
        assert record == (json.loads(bytes(entry)) if plain else None)
    reader.close()


async def test_no_role_changes_what_postgres_holds(tmp_path, made, postgres):
    """Update, delete and truncate fail for the writer, the reader and the owner; a tenant sees its own."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 20)
    Exporter(
        log, made(PostgresSink, dsn(postgres, "ship"), table=postgres), tmp_path / "state"
    ).run()
    attempts = [
        f"UPDATE {postgres} SET reason = 'x'", f"DELETE FROM {postgres}", f"TRUNCATE {postgres}",
        f"DELETE FROM {postgres}_checkpoints", f"TRUNCATE {postgres}_checkpoints",
    ]  # fmt: skip
    for role in (
        dsn(postgres, "ship"),
        dsn(postgres, "see"),
        "postgresql://postgres@127.0.0.1/test",
    ):
        for attempt in attempts:
            with psycopg.connect(role, autocommit=True) as db, pytest.raises(psycopg.Error):
                db.execute(attempt)
    with (
        psycopg.connect(dsn(postgres, "ship"), autocommit=True) as db,
        pytest.raises(psycopg.Error),
    ):
        db.execute(f"SELECT * FROM {postgres}")
    with psycopg.connect(dsn(postgres, "acme"), autocommit=True) as db:
        assert db.execute(f"SELECT DISTINCT tenant FROM {postgres}_mine").fetchall() == [("acme",)]
        assert db.execute(f"SELECT count(*) FROM {postgres}_mine").fetchone() == (10,)
        with pytest.raises(psycopg.Error):
            db.execute(f"SELECT * FROM {postgres}")
        with pytest.raises(psycopg.Error):
            db.execute(f"INSERT INTO {postgres}_tenants VALUES (session_user, 'globex')")


async def test_a_change_behind_the_triggers_is_found_by_its_index(tmp_path, made, postgres):
    """A superuser who disables the triggers is still found: the tree no longer fits."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 20)
    vkey = (log / "vkey").read_text().strip()
    sink = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    Exporter(log, sink, tmp_path / "state").run()
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    with psycopg.connect("postgresql://postgres@127.0.0.1/test", autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(f"UPDATE {postgres} SET entry = '{{}}' WHERE idx = 7")
        with pytest.raises(VerificationError):
            verify_sink(reader, ORIGIN, vkey=vkey)
        assert reconcile(log, reader).changed == (7,)
        db.execute(f"DELETE FROM {postgres} WHERE idx = 7")
    with pytest.raises(VerificationError, match="record 7") as caught:
        verify_sink(reader, ORIGIN, vkey=vkey)
    assert caught.value.index == 7
    reader.close()
    sink.close()


async def test_postgres_holds_what_jsonb_cannot(tmp_path, made, postgres):
    """A NUL in a record: the entry is whole, only the convenience columns are not."""
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    entry = encoded({"kind": "auth", "run": "a\x00b", "wall_ns": 1})
    log = await grow(tmp_path, 1)
    sink = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    sink.send([Shipped(ORIGIN, 0, entry)], (log / "checkpoint").read_bytes())
    assert list(made(PostgresSink, dsn(postgres, "see"), table=postgres).stored(ORIGIN)) == [
        (0, entry)
    ]


async def test_postgres_problems_are_named_and_quote_nothing(tmp_path, made, postgres):
    """A missing table, a missing right, a server that is away: what to do, no secret."""
    from stageflow_guard.audit.export.sink import SinkUnavailable
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 1)
    for url, table, error, word in (
        (dsn(postgres, "ship"), "nowhere", ConfigError, "audit schema postgres"),
        (dsn(postgres, "see"), postgres, ConfigError, "GRANT"),
        ("postgresql://x:canary@127.0.0.1:1/test", postgres, SinkUnavailable, "SQLSTATE"),
    ):
        with pytest.raises(error, match=word) as caught:
            Exporter(log, made(PostgresSink, url, table=table), tmp_path / f"s{word}").run()
        assert "canary" not in str(caught.value)
    with pytest.raises(ConfigError):
        made(PostgresSink, dsn(postgres, "ship"), table="x; DROP TABLE y")


async def test_a_postgres_role_without_a_right_is_told_which_one_it_needs(tmp_path, made, postgres):
    """A reader is sent to the reader's role, a writer to the writer's; never to more than that."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 1)
    shipped = [Shipped(ORIGIN, 0, encoded({"kind": "auth", "wall_ns": 1}))]
    note = (log / "checkpoint").read_bytes()
    reader, writer = f"{postgres}_reader", f"{postgres}_writer"

    def told(role, ask):
        sink = made(PostgresSink, dsn(postgres, role), table=postgres)
        with pytest.raises(ConfigError, match="GRANT") as caught:
            ask(sink)
        return [one for one in (reader, writer) if one in str(caught.value)]

    assert told("ship", lambda sink: list(sink.stored(ORIGIN))) == [reader]
    assert told("ship", lambda sink: sink.origins()) == [reader]
    assert told("ship", lambda sink: sink.head(ORIGIN)) == [reader]
    assert told("see", lambda sink: sink.send(shipped, note)) == [writer]
    assert told("acme", lambda sink: sink.inventory(ORIGIN)) == [reader, writer]
    owner = "postgresql://postgres@127.0.0.1/test"
    with psycopg.connect(owner, autocommit=True) as db:  # as it says, and then it holds
        db.execute(f"GRANT {reader} TO {postgres}_ship")
    sink = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    assert list(sink.stored(ORIGIN)) == []


@pytest.fixture
def nats_sink():
    """A stream of its own on the real server, deleted at the end."""
    reachable("NATS", 4222)
    from stageflow_guard.audit.export.sinks.nats import NatsSink

    name = f"T{secrets.token_hex(4)}"
    sinks = []

    def make():
        sink = NatsSink("nats://127.0.0.1:4222", stream=name, subject=name.lower())
        sinks.append(sink)
        return sink

    yield make

    async def drop():
        await (await sinks[0]._open()).delete_stream(name)

    sinks[0]._do(drop())
    for sink in sinks:
        sink.close()


async def test_nats_keeps_a_verifiable_copy_once(tmp_path, nats_sink):
    """Shipped twice, from two exporters, with the cursor lost: one message per record, in sequence."""
    log = await grow(tmp_path, 200)
    sink = nats_sink()
    assert Exporter(log, sink, tmp_path / "state").run() == 200
    assert Exporter(log, nats_sink(), tmp_path / "other").run() == 200
    assert sink.origins() == [ORIGIN]
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.duplicates, found.behind) == (True, 200, 0, 0)
    assert verify_sink(sink, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 200
    await grow(tmp_path, 30)
    Exporter(log, sink, tmp_path / "state").run()
    assert verify_sink(sink, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 230


@pytest.mark.parametrize("at", [1, 2, 57])
async def test_what_comes_behind_a_refused_message_is_refused(tmp_path, nats_sink, at, monkeypatch):
    """A foreign message in mid-batch: the subject has no gap, and the rest goes in order, once."""
    log = await grow(tmp_path, 60)
    sink, other = nats_sink(), nats_sink()
    sink._do(sink._open())
    publish, count = sink._client.publish, [0]

    async def disturbed(subject, payload, *args, **options):
        count[0] += "Nats-Msg-Id" in (options.get("headers") or {})
        if count[0] == at + 1:
            count[0] += 1
            await sink._client.flush()
            await asyncio.to_thread(other._do, foreign())
        await publish(subject, payload, *args, **options)

    async def foreign():
        await (await other._open()).publish(f"{other._subject}.other", b"x")

    told = []
    whole = sink._publish_at_once

    async def watched(subject, batch, last):
        told.append(await whole(subject, batch, last))
        if not told[-1]:
            told.append([i for i, _ in await asyncio.to_thread(lambda: list(other.stored(ORIGIN)))])
        return told[-1] is True

    monkeypatch.setattr(sink._client, "publish", disturbed)
    monkeypatch.setattr(sink, "_publish_at_once", watched)
    assert Exporter(log, sink, tmp_path / "state").run() == 60
    assert told == [False, list(range(at)), True]
    assert reconcile(log, sink).holds
    assert [i for i, _ in sink.stored(ORIGIN)] == list(range(60))


async def test_logs_that_share_a_stream_come_between_each_other(tmp_path, nats_sink):
    """Four logs shipped at once into one stream: each is whole, in order, once."""
    places = [tmp_path / f"s{n}" for n in range(4)]
    logs = []
    for n, place in enumerate(places):
        place.mkdir()
        log = await Log.open(place / "log", origin=f"shared.example/s{n}", key_file=place / "k")
        for _ in range(700):
            log.enqueue({"kind": "auth"})
        await log.close()
        logs.append(place / "log")
    exporters = [
        Exporter(log, nats_sink(), place / "state") for log, place in zip(logs, places, strict=True)
    ]
    went = await asyncio.gather(*(asyncio.to_thread(one.run) for one in exporters))
    assert went == [700] * 4
    reader = nats_sink()
    for n in range(4):
        assert [i for i, _ in reader.stored(f"shared.example/s{n}")] == list(range(700))


async def test_a_nats_server_that_is_away_is_said(tmp_path):
    """Within the timeout, without the URL's credentials."""
    from stageflow_guard.audit.export.sink import SinkUnavailable
    from stageflow_guard.audit.export.sinks.nats import NatsSink

    log = await grow(tmp_path, 1)
    sink = NatsSink("nats://u:canary@127.0.0.1:1", timeout=1.0)
    started = time.monotonic()
    with pytest.raises(SinkUnavailable) as caught:
        Exporter(log, sink, tmp_path / "state").run()
    assert time.monotonic() - started < 60
    assert "canary" not in str(caught.value) + repr(sink)
    sink.close()


async def anew(tmp_path, n):
    """A second log of the same origin and key, as on a host whose volume was lost."""
    other = tmp_path / "anew"
    other.mkdir()
    (other / "k").write_bytes((tmp_path / "k").read_bytes())
    (other / "k").chmod(0o600)
    return await grow(other, n)


@pytest.mark.parametrize("later", [3, 20, 40])
async def test_a_second_log_of_one_origin_is_a_fork_at_postgres(tmp_path, made, postgres, later):
    """The exporter stops by name; the centre keeps the first log, whole, and says so."""
    from stageflow_guard.audit.export.exporter import ForkedSink
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 20)
    ship = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    Exporter(log, ship, tmp_path / "state").run()
    exporter = Exporter(await anew(tmp_path, later), ship, tmp_path / "anew" / "state")
    with pytest.raises(ForkedSink, match="new shard or origin"):
        exporter.run()
    assert exporter.lag().error.startswith("forked")
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    assert verify_sink(reader, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 20


async def test_contradicting_checkpoints_at_postgres_are_a_fork(tmp_path, made, postgres):
    """A centre that an earlier release shipped two logs, without ids: the verification says fork."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink
    from stageflow_guard.audit.read.query import iter_entries

    log = await grow(tmp_path, 20)
    ship = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    with psycopg.connect("postgresql://postgres@127.0.0.1/test", autocommit=True) as db:
        db.execute(f"DROP TRIGGER {postgres}_same ON {postgres}")  # which it did not have
    logs = [log, await anew(tmp_path, 20), await anew(tmp_path / "anew", 8)]
    for one in logs:
        batch = [Shipped(ORIGIN, i, entry) for i, entry in iter_entries(one)]
        ship.send(batch, (one / "checkpoint").read_bytes())
        reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
        vkey = (log / "vkey").read_text().strip()
        if one is log:
            assert verify_sink(reader, ORIGIN, vkey=vkey).size == 20
            continue
        with pytest.raises(VerificationError, match="fork"):
            verify_sink(reader, ORIGIN, vkey=vkey)


@pytest.mark.parametrize("what", ["TRUNCATE", "DELETE"])
async def test_what_postgres_lost_is_sent_again(tmp_path, made, postgres, what):
    """A superuser emptied the table, or took rows out of it: 0 lost without an alarm, all refilled."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 50)
    ship = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    Exporter(log, ship, tmp_path / "state").run()
    with psycopg.connect("postgresql://postgres@127.0.0.1/test", autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        if what == "TRUNCATE":
            db.execute(f"ALTER TABLE {postgres} DISABLE TRIGGER {postgres}_keep_all")
            db.execute(f"TRUNCATE {postgres}")
        else:
            db.execute(f"DELETE FROM {postgres} WHERE idx BETWEEN 10 AND 19")
    again = Exporter(log, ship, tmp_path / "state")
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    found = reconcile(log, reader, shipped=again.next)
    assert not found.holds
    again.check()
    assert again.lag().records > 0
    again.run()
    assert reconcile(log, reader, shipped=again.next).holds
    assert verify_sink(reader, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 50


async def test_a_stream_that_is_deleted_is_made_and_filled_again(tmp_path, nats_sink):
    """While the exporter stays open, and for one that starts later: never 0 behind, never forever."""
    from stageflow_guard.audit.export.sink import SinkUnavailable

    log = await grow(tmp_path, 60)
    sink = nats_sink()
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()

    async def drop():
        await (await sink._open()).delete_stream(sink._stream)

    sink._do(drop())
    other = Exporter(log, nats_sink(), tmp_path / "state")
    other.check()
    assert other.lag().records == 60
    assert not reconcile(log, nats_sink(), shipped=60).holds
    await grow(tmp_path, 10)
    sink._do(drop())
    for _ in range(3):
        try:
            exporter.run()
            break
        except SinkUnavailable:
            continue
    assert exporter.lag().records == 0
    found = reconcile(log, sink, shipped=exporter.next)
    assert (found.holds, found.sink, found.duplicates) == (True, 70, 0)


async def test_a_second_log_of_one_origin_is_a_fork_at_nats(tmp_path, nats_sink):
    """The subject keeps the first log; the second is told, and ships nothing."""
    from stageflow_guard.audit.export.exporter import ForkedSink

    log = await grow(tmp_path, 20)
    sink = nats_sink()
    Exporter(log, sink, tmp_path / "state").run()
    exporter = Exporter(await anew(tmp_path, 30), sink, tmp_path / "anew" / "state")
    with pytest.raises(ForkedSink):
        exporter.run()
    assert reconcile(log, sink).holds


async def test_nats_is_read_back_page_by_page(tmp_path, nats_sink, monkeypatch):
    """No page waits longer than the timeout, and no more than one is held at a time."""
    from stageflow_guard.audit.export.sinks import nats as module

    log = await grow(tmp_path, 700)
    sink = nats_sink()
    Exporter(log, sink, tmp_path / "state").run()
    monkeypatch.setattr(module, "PAGE", 64)
    pages, real = [], sink._do

    def counted(work):
        found = real(work)
        if isinstance(found, list):
            pages.append(len(found))
        return found

    monkeypatch.setattr(sink, "_do", counted)
    read = [index for index, _ in sink.stored(ORIGIN)]
    assert read == list(range(700))
    assert max(pages) <= 64
    assert len(pages) >= 11


@pytest.fixture
def cloudwatch(monkeypatch):
    """moto's CloudWatch Logs, wrapped so that the sizes it does not enforce are."""
    import boto3
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("logs", region_name="eu-west-1")
        client.create_log_group(logGroupName="/g")
        real = client.put_log_events
        calls = []

        def strict(**request):
            events = request["logEvents"]
            times = [e["timestamp"] for e in events]
            assert len(events) <= 10_000
            assert sum(len(e["message"].encode()) + 26 for e in events) <= 1_048_576
            assert times == sorted(times)
            assert times[-1] - times[0] < 24 * 3600_000
            calls.append(events)
            return real(**request)

        client.put_log_events = strict
        client.calls = calls
        yield client


async def test_cloudwatch_limits_are_ours(tmp_path, cloudwatch):
    """Sizes, counts, order, span, age: enforced before the request, refused by name."""
    from stageflow_guard.audit.export.sinks.cloudwatch import CloudWatchSink

    now = time.time()
    sink = CloudWatchSink("/g", client=cloudwatch, clock=lambda: now)

    def one(i, at, size=10):
        entry = encoded({"kind": "auth", "run": "é" * size, "wall_ns": int(at * 1e9)})
        return Shipped(ORIGIN, i, entry)

    batch = [one(i, now - i % 7, 10_000) for i in range(300)]
    batch += [one(300, now - 3 * 86_400), one(301, now - 15 * 86_400), one(302, now + 3 * 3600)]
    assert {r.index for r in sink.send(batch, b"")} == {301, 302}
    assert len(cloudwatch.calls) > 5
    assert {i for i, _ in sink.stored(ORIGIN)} == set(range(301))


@pytest.mark.parametrize("over", [-1, 0, 1])
async def test_cloudwatch_edges(cloudwatch, over):
    """14 days, 2 hours, 10 000 events, 1 048 576 bytes with 26 for each event: to the last unit."""
    from stageflow_guard.audit.export.sinks.cloudwatch import CloudWatchSink

    now = 2 * 10**9
    sink = CloudWatchSink("/g", client=cloudwatch, clock=lambda: now)

    def one(i, ms=now * 1000, length=None):
        plain = {"kind": "auth", "run": "", "wall_ns": ms * 1_000_000}
        if length is not None:
            key = len(f'{{"key":"{ORIGIN}#{i}","record":}}')
            plain["run"] = "x" * (length - 26 - key - len(encoded(plain)))
        return Shipped(ORIGIN, i, encoded(plain))

    old, new = now * 1000 - 14 * 86_400_000 - over, now * 1000 + 2 * 3_600_000 + over
    refused = [0, 1] if over > 0 else []
    real = cloudwatch.put_log_events
    cloudwatch.put_log_events = lambda **request: cloudwatch.calls.append(request) or {}
    assert [r.index for r in sink.send([one(0, old), one(1, new)], b"")] == refused
    alone = one(2, length=1_048_576 + over)
    assert [r.index for r in sink.send([alone], b"")] == ([2] if over > 0 else [])
    cloudwatch.calls.clear()
    assert sink.send([one(3, length=524_288), one(4, length=524_288 + over)], b"") == []
    assert len(cloudwatch.calls) == (2 if over > 0 else 1)
    cloudwatch.calls.clear()
    small = [Shipped("o", i, b'{"wall_ns":%d}' % (now * 10**9)) for i in range(10_000 + over)]
    assert sink.send(small, b"") == []
    assert len(cloudwatch.calls) == (2 if over > 0 else 1)
    cloudwatch.put_log_events = real


async def test_cloudwatch_reads_back_what_was_shipped(tmp_path, cloudwatch):
    """The entry's own bytes travel in the message; duplicates are identifiable."""
    from stageflow_guard.audit.export.sinks.cloudwatch import CloudWatchSink

    log = await grow(tmp_path, 120)
    sink = CloudWatchSink("/g", client=cloudwatch)
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    next((tmp_path / "state").glob("*.cursor")).unlink()
    exporter.run()
    assert sink.origins() == [ORIGIN]
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.duplicates) == (True, 120, 120)


def test_cloudwatch_without_its_group_says_so(cloudwatch):
    """The group is the operator's: it is not made, and its absence is named."""
    from stageflow_guard.audit.export.sink import SinkUnavailable
    from stageflow_guard.audit.export.sinks.cloudwatch import CloudWatchSink

    sink = CloudWatchSink("/absent", client=cloudwatch)
    entry = encoded({"kind": "auth", "wall_ns": time.time_ns()})
    with pytest.raises(SinkUnavailable, match="ResourceNotFoundException"):
        sink.send([Shipped(ORIGIN, 0, entry)], b"")


KILLED = """
import sys, time
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.sinks.{module} import {name}

class Slow({name}):
    batch = 20

    def send(self, batch, head):
        done = super().send(batch, head)
        print(batch[-1].index, flush=True)
        time.sleep(0.02)
        return done

Exporter(sys.argv[1], Slow({args}), sys.argv[2]).run()
"""


def killed_and_started_again(log, state, script, sink):
    """Kill the exporter between sending and moving its cursor, three times; then let it finish."""
    import signal
    import subprocess
    import sys

    for lines in (3, 5, 2):
        args = [sys.executable, "-c", script, str(log), str(state)]
        with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
            assert process.wait() == -signal.SIGKILL
    exporter = Exporter(log, sink, state)
    assert exporter.lag().records > 0
    exporter.run()
    return exporter


async def test_an_exporter_to_postgres_is_killed_in_mid_batch(tmp_path, made, postgres):
    """The union is complete, no gap, nothing twice; the centre's tree verifies."""
    from stageflow_guard.audit.export.sinks.postgres import PostgresSink

    log = await grow(tmp_path, 400)
    script = KILLED.format(
        module="postgres",
        name="PostgresSink",
        args=f"{dsn(postgres, 'ship')!r}, table={postgres!r}",
    )
    ship = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    killed_and_started_again(log, tmp_path / "state", script, ship)
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    found = reconcile(log, reader)
    assert (found.holds, found.sink, found.behind, found.duplicates) == (True, 400, 0, 0)
    assert verify_sink(reader, ORIGIN, vkey=(log / "vkey").read_text().strip()).size == 400


async def test_an_exporter_to_nats_is_killed_in_mid_batch(tmp_path, nats_sink):
    """As with PostgreSQL: the subject's own sequence tells what is there already."""
    log = await grow(tmp_path, 400)
    sink = nats_sink()
    sink.origins()  # makes the stream
    script = KILLED.format(
        module="nats", name="NatsSink",
        args=f"'nats://127.0.0.1:4222', stream={sink._stream!r}, subject={sink._subject!r}",
    )  # fmt: skip
    killed_and_started_again(log, tmp_path / "state", script, sink)
    found = reconcile(log, sink)
    assert (found.holds, found.sink, found.behind, found.duplicates) == (True, 400, 0, 0)
