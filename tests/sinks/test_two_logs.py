"""Two logs of one origin: each is whole at the sink, neither is taken for the other, both are loud."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.export.exporter import Exporter, ForkedSink
from stageflow_guard.audit.export.reconcile import reconcile, verify_sink
from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.export.sinks.parquet import ParquetSink
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.log_id import id_of_first
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.errors import VerificationError

_spec = importlib.util.spec_from_file_location(
    "sinks_servers", Path(__file__).with_name("test_servers.py")
)
servers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(servers)
grow, name_of, anew, ORIGIN, dsn = (
    servers.grow, servers.name_of, servers.anew, servers.ORIGIN, servers.dsn
)  # fmt: skip
postgres, nats_sink = servers.postgres, servers.nats_sink
KINDS = ["sqlite", "parquet", "postgres", "nats"]


@pytest.fixture
def sinks(request, tmp_path, made):
    """Make (a sink that ships, a sink that reads) of the kind of the test, as often as asked."""

    server = (
        request.getfixturevalue({"postgres": "postgres", "nats": "nats_sink"}[request.param])
        if request.param in ("postgres", "nats")
        else None
    )

    def make():
        if request.param == "sqlite":
            return (made(SqliteProjection, tmp_path / "db"),) * 2
        if request.param == "parquet":
            return (made(ParquetSink, tmp_path / "pq"),) * 2
        if request.param == "nats":
            return (server(),) * 2
        from stageflow_guard.audit.export.sinks.postgres import PostgresSink

        roles = ("ship", "see")
        return tuple(made(PostgresSink, dsn(server, role), table=server) for role in roles)

    make.kind = request.param
    return make


def vkey(log):
    return (log / "vkey").read_text().strip()


async def copied(log, to, *, more):
    """A copy of `log` that goes on by itself, as of a disk that was cloned."""
    shutil.copytree(log.parent, to)
    return await grow(to, more, start=100)


@pytest.mark.parametrize("sinks", KINDS, indirect=True)
async def test_two_logs_lie_beside_each_other_once_somebody_has_looked(tmp_path, sinks):
    """Named in `known`, the other log is no alarm, and both are there, whole and by themselves."""
    log, (ship, see) = await grow(tmp_path, 20), sinks()
    Exporter(log, ship, tmp_path / "state").run()
    other = await anew(tmp_path, 30)
    with pytest.raises(ForkedSink, match="fork: .*another log"):
        Exporter(other, ship, tmp_path / "other").run()
    assert see.logs(ORIGIN) == [name_of(log)]
    exporter = Exporter(other, ship, tmp_path / "other", known=[name_of(log)])
    assert exporter.run() == 30
    assert exporter.lag().records == 0
    assert see.logs(ORIGIN) == sorted([name_of(log), name_of(other)])
    for one, count in ((log, 20), (other, 30)):
        assert dict(see.stored(ORIGIN, name_of(one))) == dict(iter_entries(one))
        assert verify_sink(see, ORIGIN, vkey=vkey(one), of=name_of(one)).size == count
        found = reconcile(one, see)
        assert (found.holds, found.sink, found.missing, found.changed) == (False, count, (), ())
        known = {name_of(log), name_of(other)}
        assert reconcile(one, see, known=known).holds
    with pytest.raises(VerificationError, match="fork: the sink holds 2 logs"):
        verify_sink(see, ORIGIN, vkey=vkey(log))
    with pytest.raises(ForkedSink):  # the first one's exporter sees it, too
        Exporter(log, ship, tmp_path / "state").run()


@pytest.mark.parametrize("sinks", KINDS, indirect=True)
@pytest.mark.parametrize("ahead", [5, 40])
async def test_two_copies_of_one_log_never_swallow_each_other(tmp_path, sinks, ahead):
    """A cloned disk has the log's id, too: whoever comes second is refused, and nothing is lost."""
    log = await grow(tmp_path / "a", 20)
    (ship, see), (second, _) = sinks(), sinks()
    first = Exporter(log, ship, tmp_path / "state")
    first.run()
    clone = await copied(log, tmp_path / "b", more=ahead)
    late = Exporter(clone, second, tmp_path / "late")
    assert late.run() == 20 + ahead  # it grew out of what is there
    await grow(tmp_path / "a", 30, start=200)
    before = dict(see.stored(ORIGIN))
    assert before == dict(iter_entries(clone))
    for _ in range(2):  # beside a connection that is open, and anew
        with pytest.raises(ForkedSink, match="fork"):
            first.run()
        assert first.lag().records > 0
        assert dict(see.stored(ORIGIN)) == before
    await grow(tmp_path / "b", 3, start=300)
    assert late.run() == 3


@pytest.mark.parametrize("sinks", KINDS, indirect=True)
async def test_an_old_cursor_of_another_log_is_a_fork(tmp_path, sinks):
    """The log was lost and its cursors were not: the new log is not taken for shipped."""
    log, (ship, _) = await grow(tmp_path, 20), sinks()
    Exporter(log, ship, tmp_path / "state").run()
    shutil.rmtree(log)
    for count in (0, 3, 20):
        await grow(tmp_path, count)
        exporter = Exporter(log, ship, tmp_path / "state")
        with pytest.raises(ForkedSink, match="fork"):
            exporter.run()
        assert exporter.lag().error.startswith("forked: fork")


async def test_a_logs_id_is_its_own_and_stays(tmp_path):
    """Of the first record, the same after growth, a rotation of nothing, a prune and a second one."""
    log = await grow(tmp_path, 600)
    name = name_of(log)
    assert name == id_of_first(next(iter_entries(log))[1])
    assert name != name_of(await anew(tmp_path, 600))
    key = tmp_path / "k"
    for below in (256, 512):
        assert await prune(log, below=below, origin=ORIGIN, key_file=key) == below
        assert name_of(log) == name
    await grow(tmp_path, 300)
    assert name_of(log) == name


async def test_a_log_pruned_by_an_earlier_release_goes_on_at_its_sink(tmp_path):
    """No record says its id: it is named by the tree, and known by what the sink holds of it."""
    log = await grow(tmp_path, 600)
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    name = name_of(log)
    opened = await Log.open(log, origin=ORIGIN, key_file=tmp_path / "k")
    await opened.append({"kind": "prune", "note": {"below": 256}})
    await opened.close()
    (log / "minimum").write_text("256\n")
    (log / "minimum").chmod(0o600)
    await grow(tmp_path, 5)
    assert name_of(log) != name
    exporter = Exporter(log, sink, tmp_path / "state2", known=[])
    exporter.run()
    assert exporter.lag().records == 0
    assert sink.logs(ORIGIN) == [name]
    assert reconcile(log, sink).holds
    (tmp_path / "far").mkdir()
    shutil.copy2(tmp_path / "k", tmp_path / "far" / "k")
    with pytest.raises(ForkedSink):
        Exporter(await grow(tmp_path / "far", 3), sink, tmp_path / "state3").run()
    sink.close()


# -- what an earlier release left ------------------------------------------------------------------


async def test_a_postgres_table_of_an_earlier_release_is_taken_over(tmp_path, made, postgres):
    """Run again, the schema gives each origin's rows their log's id; nothing is shipped twice."""
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import PostgresSink, schema_sql
    from stageflow_guard.errors import ConfigError

    log = await grow(tmp_path, 20)
    ship = made(PostgresSink, dsn(postgres, "ship"), table=postgres)
    Exporter(log, ship, tmp_path / "state").run()
    ship.close()
    with psycopg.connect("postgresql://postgres@127.0.0.1/test", autocommit=True) as db:
        db.execute(f"DROP VIEW {postgres}_mine")
        db.execute(f"DROP TRIGGER {postgres}_same ON {postgres}")
        db.execute(f"DROP FUNCTION {postgres}_held")
        for table, key in ((postgres, "origin, idx"), (f"{postgres}_checkpoints",
                                                       "origin, size, note")):  # fmt: skip
            db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
            db.execute(f"ALTER TABLE {table} DROP COLUMN log")
            db.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})")
        with pytest.raises(ConfigError, match="earlier release"):
            Exporter(log, ship, tmp_path / "state").run()
        for _ in range(2):
            db.execute(schema_sql(postgres))
        with pytest.raises(psycopg.Error, match="append-only"):
            db.execute(f"UPDATE {postgres} SET reason = 'x'")
    reader = made(PostgresSink, dsn(postgres, "see"), table=postgres)
    assert reader.logs(ORIGIN) == [name_of(log)]
    assert [one.count for one in reader.inventory(ORIGIN)] == [20]
    await grow(tmp_path, 5)
    assert Exporter(log, ship, tmp_path / "state").run() == 5
    assert verify_sink(reader, ORIGIN, vkey=vkey(log)).size == 25
    with pytest.raises(ForkedSink):
        Exporter(await anew(tmp_path, 30), ship, tmp_path / "other").run()


async def test_a_nats_subject_of_an_earlier_release_is_gone_on_with(tmp_path, nats_sink):
    """Messages cannot be moved: its log goes on where it stands, another log stands elsewhere."""
    log, sink = await grow(tmp_path, 20), nats_sink()
    batch = [Shipped(ORIGIN, i, entry) for i, entry in iter_entries(log)]
    sink.send(batch, (log / "checkpoint").read_bytes())  # without an id
    sink = nats_sink()
    assert sink.logs(ORIGIN) == [name_of(log)]
    await grow(tmp_path, 5)
    exporter = Exporter(log, sink, tmp_path / "state")
    exporter.run()
    assert sink.logs(ORIGIN) == [name_of(log)]
    assert verify_sink(sink, ORIGIN, vkey=vkey(log)).size == 25
    other = await anew(tmp_path, 30)
    Exporter(other, sink, tmp_path / "other", known=[name_of(log)]).run()
    assert dict(sink.stored(ORIGIN, name_of(other))) == dict(iter_entries(other))
    assert dict(sink.stored(ORIGIN, name_of(log))) == dict(iter_entries(log))


async def test_a_sqlite_file_of_an_earlier_release_keeps_every_row(tmp_path):
    """It may hold what its log has pruned, so that it is no file to be thrown away."""
    log = await grow(tmp_path, 20)
    sink = SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    sink.close()
    with sqlite3.connect(tmp_path / "db") as db:
        columns = [r[1] for r in db.execute("PRAGMA table_info(records)") if r[1] != "log"]
        db.execute(f"CREATE TABLE old AS SELECT {', '.join(columns)} FROM records")
        db.execute("CREATE TABLE olds AS SELECT origin, checkpoint FROM source")
        db.execute("DROP TABLE records")
        db.execute("DROP TABLE source")
        names = ", ".join(columns)
        db.execute(f"CREATE TABLE records ({names}, PRIMARY KEY (origin, idx)) WITHOUT ROWID")
        db.execute("INSERT INTO records SELECT * FROM old")
        db.execute("CREATE TABLE source (origin TEXT PRIMARY KEY, checkpoint TEXT)")
        db.execute("INSERT INTO source SELECT * FROM olds")
        db.execute("INSERT INTO records (origin, idx, entry) VALUES ('o', 7, '{}')")
        db.execute("PRAGMA user_version = 3")
    db.close()
    sink = SqliteProjection(tmp_path / "db")
    assert sink.logs(ORIGIN) == [name_of(log)]
    assert sink.logs("o") == [""]
    assert dict(sink.stored(ORIGIN)) == dict(iter_entries(log))
    await grow(tmp_path, 5)
    assert Exporter(log, sink, tmp_path / "state").run() == 5
    assert verify_sink(sink, ORIGIN, vkey=vkey(log)).size == 25
    sink.close()


async def test_parquet_files_of_an_earlier_release_are_gone_on_with(tmp_path, made):
    """Their metadata names no log: it is the one that begins in them."""
    import pyarrow.parquet as pq

    from stageflow_guard.audit.export.sink import slug

    log, sink = await grow(tmp_path, 20), made(ParquetSink, tmp_path / "pq")
    Exporter(log, sink, tmp_path / "state").run()
    (old,) = (tmp_path / "pq").iterdir()
    (path,) = old.glob("*.parquet")
    table = pq.read_table(path).drop_columns(["log"])
    about = {k: v for k, v in table.schema.metadata.items() if k != b"log"}
    pq.write_table(table.replace_schema_metadata(about), path)
    old.rename(tmp_path / "pq" / slug(ORIGIN))
    assert sink.logs(ORIGIN) == [name_of(log)]
    await grow(tmp_path, 5)
    assert Exporter(log, sink, tmp_path / "state").run() == 5
    assert [p.name for p in (tmp_path / "pq").iterdir()] == [slug(ORIGIN)]
    assert verify_sink(sink, ORIGIN, vkey=vkey(log)).size == 25


@pytest.mark.parametrize("own", [True, False])
async def test_a_cursor_of_an_earlier_release_is_taken_over_by_its_own_log(tmp_path, own):
    """With its dead letters; another log's is a fork, which `known` ends."""
    from stageflow_guard.audit.export.sink import slug

    log, sink = await grow(tmp_path, 20), SqliteProjection(tmp_path / "db")
    Exporter(log, sink, tmp_path / "state").run()
    (cursor,) = (tmp_path / "state").glob("*.cursor")
    said = json.loads(cursor.read_text())
    del said["log"]
    (tmp_path / "state" / f"{slug(ORIGIN)}.cursor").write_text(json.dumps(said))
    cursor.unlink()
    letter = {"index": 3, "ref": f"{ORIGIN}#3", "reason": "no", "last": None, "count": 1}
    letters = tmp_path / "state" / f"{slug(ORIGIN)}.dead.jsonl"
    letters.write_text(json.dumps(letter) + "\n")
    letters.chmod(0o600)
    if own:
        await grow(tmp_path, 5)
        exporter = Exporter(log, sink, tmp_path / "state")
        assert (exporter.run(), exporter.dead.count()) == (5, 1)
    else:
        other = await anew(tmp_path, 7)
        exporter = Exporter(other, sink, tmp_path / "state")
        with pytest.raises(ForkedSink):
            exporter.run()
        exporter = Exporter(other, sink, tmp_path / "state", known=[name_of(log)])
        assert (exporter.run(), exporter.dead.count()) == (7, 0)
    sink.close()
