"""Many workers: gunicorn, preloaded and not; four processes that ship to one central log."""

from __future__ import annotations

import concurrent.futures
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from stageflow_guard.audit import logs_in, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main

APP = '''
import asyncio, json, os, threading
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow_guard import Guard, GuardError

class Intake:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        await asyncio.sleep(0.01)
        return StageOutput.ok(heard=ctx.snapshot.input_text)

class Worker:
    """One loop, one guard, in the process that uses them."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.guard = Guard.load("guard.toml")
        self.wait(self.guard.__aenter__())
        self.pipeline = self.guard.mount(
            Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM))

    def wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def run(self, token):
        async with self.guard.session(token):
            await self.pipeline.run(input_text="hello")

    def close(self):
        self.wait(self.guard.__aexit__(None, None, None))

WORKER = None

def app(environ, start_response):
    try:
        WORKER.wait(WORKER.run(environ.get("HTTP_AUTHORIZATION", "")[7:]))
        status, said = "200 OK", {"pid": os.getpid()}
    except GuardError as error:
        status, said = "403 Forbidden", {"code": error.code}
    start_response(status, [("content-type", "application/json")])
    return [json.dumps(said).encode()]
'''
CONF = """
import app

def post_fork(server, worker):
    app.WORKER = app.Worker()

def worker_exit(server, worker):
    if app.WORKER is not None:
        app.WORKER.close()
"""


@pytest.fixture
def home(tmp_path):
    """A folder that `init` made, with shards, and a token for it."""
    from stageflow_guard.testing import IdentityProvider

    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n'))
    token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")
    return tmp_path, token


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, token):
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.slow
@pytest.mark.parametrize("preload", [False, True])
def test_gunicorn_with_four_workers(home, preload):
    """Each worker has its own shard; every answered request is on record; all of them verify."""
    folder, token = home
    (folder / "app.py").write_text(APP)
    (folder / "gunicorn.conf.py").write_text(CONF)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "app:app", "--workers", "4", "--bind", f"127.0.0.1:{port}",
         "--timeout", "120", *(["--preload"] if preload else [])],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(600):
            try:
                ask(url, token)
                if len(list(folder.glob("audit/*/checkpoint"))) == 4:
                    break
            except OSError:
                pass
            assert server.poll() is None, server.stdout.read()
            time.sleep(0.1)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            found = list(pool.map(lambda i: ask(url, token if i % 4 else "forged"), range(80)))
    finally:
        server.send_signal(signal.SIGTERM)
        said, _ = server.communicate(timeout=90)
    assert [status for status, _ in found].count(200) == 60, said
    assert [status for status, _ in found].count(403) == 20, said
    logs = logs_in(folder / "audit")
    assert [p.name for p in logs] == ["w0", "w1", "w2", "w3"]
    records = [r for log in logs for _, r in iter_records(log)]
    assert sum(r["kind"] == "run_end" and r["outcome"] == "ok" for r in records) >= 60
    assert sum(r.get("error") == "not_authenticated" for r in records) == 20
    for log in logs:
        assert verify(log).agreement.disagree == 0
    assert main(["audit", "verify", str(folder / "audit")]) == 0


WORK = """
import asyncio, sys
from stageflow_guard import Guard
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

class Intake:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        return StageOutput.ok(heard=ctx.snapshot.input_text)

async def main():
    async with Guard.load("guard.toml") as guard:
        pipeline = guard.mount(Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM))
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(15):
            async with guard.session(sys.argv[1]):
                await pipeline.run(input_text="hello")
        print(guard.health()["sinks"], flush=True)

asyncio.run(main())
"""


def sinks(kind, folder, monkeypatch):
    """Configure one central sink of its own; return what removes it."""
    name = f"c{secrets.token_hex(4)}"
    toml = folder / "guard.toml"
    if kind == "postgres":
        psycopg = pytest.importorskip("psycopg")
        from stageflow_guard.audit.export.sinks.postgres import schema_sql

        owner = "postgresql://postgres@127.0.0.1/test"
        with psycopg.connect(owner, autocommit=True) as db:
            db.execute(schema_sql(name))
        monkeypatch.setenv("AUDIT_DSN", owner)
        toml.write_text(
            toml.read_text()
            + f'\n[[audit.sinks]]\nkind = "postgres"\ndsn_env = "AUDIT_DSN"\ntable = "{name}"\n'
        )

        def drop():
            with psycopg.connect(owner, autocommit=True) as db:
                db.execute(f"DROP VIEW {name}_mine")
                db.execute(f"DROP TABLE {name}, {name}_checkpoints, {name}_tenants")
                db.execute(f"DROP FUNCTION {name}_append_only")
                db.execute(f"DROP FUNCTION {name}_held")
                for role in ("writer", "reader", "tenant"):
                    db.execute(f"DROP ROLE {name}_{role}")
    else:
        from stageflow_guard.audit.export.sinks.nats import NatsSink

        monkeypatch.setenv("AUDIT_NATS", "nats://127.0.0.1:4222")
        toml.write_text(
            toml.read_text() + f'\n[[audit.sinks]]\nkind = "nats"\nurl_env = "AUDIT_NATS"\n'
            f'stream = "{name}"\nsubject = "{name}"\n'
        )

        def drop():
            sink = NatsSink("nats://127.0.0.1:4222", stream=name, subject=name)

            async def gone():
                await (await sink._open()).delete_stream(name)

            sink._do(gone())
            sink.close()

    return drop


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "port"), [("postgres", 5432), ("nats", 4222)])
def test_four_processes_ship_to_one_central_log(home, monkeypatch, capsys, kind, port):
    """Every origin's chain verifies at the centre; a worker that was killed is shipped by the next."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{kind} does not listen on 127.0.0.1:{port}")
        pytest.skip(f"{kind} does not listen on 127.0.0.1:{port}")
    folder, token = home
    drop = sinks(kind, folder, monkeypatch)
    try:
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORK, token], cwd=folder, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for _ in range(4)
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        workers[0].stdin.write("go\n")
        workers[0].stdin.flush()
        time.sleep(0.3)
        workers[0].kill()
        for worker in workers[1:]:
            _, error = worker.communicate("go\n", timeout=90)
            assert worker.returncode == 0, error
        workers[0].communicate()
        config = str(folder / "guard.toml")
        assert main(["audit", "ship", "--config", config]) == 0
        capsys.readouterr()
        assert main(["audit", "verify", "--sink", kind, "--config", config, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        sizes = {verify(log).origin: verify(log).size for log in logs_in(folder / "audit")}
        held = {one["origin"]: one["size"] for one in found}
        assert held == {origin: size for origin, size in sizes.items() if size}
        assert len(held) >= 3
        assert main(["audit", "reconcile", "--config", config]) == 0
    finally:
        drop()
