"""docs/how-to/lost-log.md, step by step, on real servers: a volume was lost, the host made anew."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket

import pytest

from stageflow_guard import Guard
from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.cli import main
from stageflow_guard.settings import Settings


def reachable(name, port):
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} does not listen on 127.0.0.1:{port}")
        pytest.skip(f"{name} does not listen on 127.0.0.1:{port}")


@pytest.fixture(params=["sqlite", "postgres", "nats"])
def home(request, tmp_path, monkeypatch):
    """A folder that `init` made, with one sink."""
    assert main(["init", str(tmp_path)]) == 0
    toml, name = tmp_path / "guard.toml", f"t{secrets.token_hex(4)}"
    lines = {
        "sqlite": f'path = "{tmp_path}/centre.db"',
        "postgres": f'dsn_env = "AUDIT_DSN"\ntable = "{name}"',
        "nats": f'url_env = "AUDIT_NATS"\nstream = "{name}"\nsubject = "{name}"',
    }
    toml.write_text(
        f'{toml.read_text()}\n[[audit.sinks]]\nkind = "{request.param}"\n{lines[request.param]}\n'
    )
    monkeypatch.chdir(tmp_path)
    undo = None
    if request.param == "postgres":
        undo = _postgres(name, monkeypatch)
    elif request.param == "nats":
        reachable("NATS", 4222)
        monkeypatch.setenv("AUDIT_NATS", "nats://127.0.0.1:4222")
        undo = _drop_stream(name)
    yield tmp_path
    if undo is not None:
        undo()


def _postgres(name, monkeypatch):
    reachable("PostgreSQL", 5432)
    import psycopg

    from stageflow_guard.audit.export.sinks.postgres import schema_sql

    owner = "postgresql://postgres@127.0.0.1/test"
    monkeypatch.setenv("AUDIT_DSN", owner)
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(schema_sql(name))

    def undo():
        with psycopg.connect(owner, autocommit=True) as db:
            db.execute(f"DROP VIEW {name}_mine")
            db.execute(f"DROP TABLE {name}, {name}_checkpoints, {name}_tenants")
            db.execute(f"DROP FUNCTION {name}_append_only, {name}_same, {name}_held")
            for role in ("writer", "reader", "tenant"):
                db.execute(f"DROP ROLE {name}_{role}")

    return undo


def _drop_stream(name):
    async def drop():
        import nats
        import nats.js.errors

        client = await nats.connect("nats://127.0.0.1:4222")
        with contextlib.suppress(nats.js.errors.NotFoundError):
            await client.jetstream().delete_stream(name)
        await client.close()

    return lambda: asyncio.run(drop())


def grow(n, path="audit"):
    """Append `n` records as a guard would; return the log's id."""
    audit = Settings.load("guard.toml").audit

    async def go():
        log = await Log.open(path, origin=audit.origin, key_file=audit.key_file)
        for i in range(n):
            log.enqueue({"kind": "auth", "run": f"r{i}"})
        await log.flush()
        await log.close()

    from pathlib import Path

    asyncio.run(go())
    return log_id(Path(path), signed_head(Path(path))[0])


def lose(home):
    """Lose the volume: log and cursors go, the key and the settings are mounted from elsewhere."""
    for one in ("audit", "audit.sinks"):
        shutil.rmtree(home / one)


@pytest.fixture
def cli(capsys):
    """Run a verb; return (code, all that it said)."""

    def run(*args):
        capsys.readouterr()
        code = main(list(args))
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def two(home, cli):
    """The lost log's 20 records at the centre, the new log's 30 here; return both ids."""
    first = grow(20)
    assert cli("audit", "ship")[0] == 0
    lose(home)
    return first, grow(30)


def kind(home):
    """Return the kind of the sink."""
    return Settings.load(home / "guard.toml").audit.sinks[0].kind


def checks(home):
    """Every place where the state of the centre can be asked."""
    return (
        ("audit", "ship"), ("audit", "lag"), ("audit", "reconcile"),
        ("audit", "verify", "--sink", kind(home)), ("config", "check", "--online"),
    )  # fmt: skip


def all_well(home, cli):
    """Every check says that all is well."""
    for args in checks(home):
        code, said = cli(*args)
        assert (code, "fork" in said) == (0, False), (args, said)


def allow(home, *ids):
    """Write `known_logs`."""
    toml = home / "guard.toml"
    toml.write_text(
        toml.read_text().replace("[audit]\n", f"[audit]\nknown_logs = {json.dumps(list(ids))}\n")
    )


async def shipped_by_a_guard():
    """Open and close a guard; return what its health said of the sink, until it is known."""
    guard = Guard.load("guard.toml")
    async with guard:
        for _ in range(200):
            (lag,) = guard.health()["sinks"]
            if lag["error"] or not lag["records"]:
                return lag
            await asyncio.sleep(0.05)
    return lag


def test_the_alarm_is_everywhere(home, cli, two):
    """Each check names the fork and both logs, exit 1 or more; the centre keeps what it holds."""
    first, second = two
    for args in checks(home):
        code, said = cli(*args)
        assert code in (1, 3), (args, said)
        assert "fork" in said, (args, said)
        assert first in said, (args, said)
    lag = asyncio.run(shipped_by_a_guard())
    assert lag["records"] >= 30
    assert lag["error"].startswith("forked: fork")
    assert second == lag["log"]


def test_the_new_log_goes_on_beside_the_old(home, cli, two):
    """Way 1: the old log's id in `known_logs`; both are there, whole, and every check is well."""
    first, second = two
    allow(home, first)
    all_well(home, cli)
    said = json.loads(cli("audit", "verify", "--sink", kind(home), "--json")[1])
    assert {one["log"]: one["size"] for one in said}.items() >= {first: 20}.items()
    assert {one["log"] for one in said} == {first, second}
    lag = asyncio.run(shipped_by_a_guard())
    assert (lag["records"], lag["error"]) == (0, None)


def test_the_new_log_gets_a_name_of_its_own(home, cli, two):
    """Way 2: what was written meanwhile is shipped beside, then the origin is a new one."""
    first, second = two
    allow(home, first)
    assert cli("audit", "ship")[0] == 0
    (home / "audit").rename(home / "audit.second")
    (home / "audit.sinks").rename(home / "audit.second.sinks")
    toml = home / "guard.toml"
    origin = Settings.load(toml).audit.origin
    toml.write_text(
        toml.read_text()
        .replace(f'"{origin}"', f'"{origin}/2"')
        .replace(json.dumps([first]), json.dumps([first, second]))
    )
    grow(10)
    assert cli("audit", "ship")[0] == 0
    vkeys = [line for one in ("audit", "audit.second")
             for line in ("--vkey", (home / one / "vkey").read_text().strip())]  # fmt: skip
    code, said = cli("audit", "verify", "--sink", kind(home), *vkeys)
    assert (code, said.count("holds: ")) == (0, 3), said


def test_the_lost_log_is_restored_from_the_centre(home, cli, two):
    """Way 3: record by record what was there, verified, and it goes on at the same place."""
    first, second = two
    (home / "audit").rename(home / "audit.second")
    shutil.rmtree(home / "audit.sinks", ignore_errors=True)
    code, said = cli("audit", "restore", "--sink", kind(home), "--out", "audit")
    assert (code, first in said) == (0, True), said
    report = verify(home / "audit", vkey=(home / "audit" / "vkey").read_text().strip())
    assert report.size == 21
    entries = dict(iter_entries(home / "audit"))
    assert b'"restored_from"' in entries[20]
    assert grow(5) == first
    all_well(home, cli)
    code, said = cli("audit", "restore", "--sink", kind(home), "--out", "audit")
    assert (code, "is not empty" in said) == (2, True), said
    # what the second log holds is shipped beside it
    allow(home, first, second)
    code, said = cli("audit", "ship", "--audit", "audit.second")
    assert (code, "30 sent" in said) == (0, True), said
    all_well(home, cli)


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", ["changed", "cut", "gap", "other key"])
def test_what_does_not_hold_is_not_restored(home, cli, what):
    """A centre that was tampered with gives no log: nothing is signed that was not signed before."""
    import sqlite3

    grow(600)
    assert cli("audit", "ship")[0] == 0
    lose(home)
    with sqlite3.connect(home / "centre.db") as db:
        if what == "changed":
            entry = db.execute("SELECT entry FROM records WHERE idx = 300").fetchone()[0]
            db.execute("UPDATE records SET entry = ? WHERE idx = 300", (entry.replace(b"r", b"s"),))
        elif what == "cut":
            db.execute("DELETE FROM records WHERE idx > 500")
        elif what == "gap":
            db.execute("DELETE FROM records WHERE idx = 7")
        else:
            (home / "audit.key").write_text("11" * 32)
    db.close()
    code, said = cli("audit", "restore", "--sink", "sqlite", "--out", "audit")
    assert (code, "verification_failed" in said) == (1, True), said
    assert not (home / "audit" / "checkpoint").exists()
