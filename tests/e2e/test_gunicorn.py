"""A real gunicorn whose application was preloaded with its guard: every worker refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError, URLError

import pytest

from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider

pytest.importorskip("gunicorn", reason="the server that this is about")

APP = """
import os, time
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow_guard import Guard, GuardError

class Intake:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        time.sleep(0.05)
        return StageOutput.ok(done=True)

built = None

def build():
    global built
    guard = Guard.load("guard.toml")
    built = guard, guard.mount(
        Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM)
    )

build()

def app(environ, start_response):
    guard, pipeline = built
    try:
        guard.run_sync(pipeline, credential=environ["HTTP_AUTHORIZATION"], input_text="hello")
    except GuardError as error:
        start_response("503 Service Unavailable", [])
        return [str(error).encode()]
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""


@pytest.fixture
def home(tmp_path):
    """A folder that `init` made, with shards and the application, and a token for it."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]\n", '[audit]\nshard = "auto"\n'))
    (tmp_path / "served.py").write_text(APP)
    return tmp_path, idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")


def ask(port, token):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Authorization": token})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def answers(folder, token, *options):
    """Ask 24 times, 6 at once; return the answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "--workers", "4", "--bind", f"127.0.0.1:{port}",
            *options, "served:app",
        ],
        cwd=folder, env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                ask(port, token)
                break
            except URLError:
                assert server.poll() is None, server.stderr.read().decode()
                time.sleep(0.1)
        with ThreadPoolExecutor(6) as pool:
            return list(pool.map(lambda _: ask(port, token), range(24)))
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.slow
def test_a_guard_that_was_built_before_the_fork_refuses_in_every_worker(home):
    """Preloaded at import: no request runs a stage, each is told what to do, no log is torn."""
    folder, token = home
    found = answers(folder, token, "--preload")
    assert {status for status, _ in found} == {503}
    assert all("built before a fork" in text for _, text in found)
    assert not (folder / "audit").exists() or not list((folder / "audit").rglob("checkpoint"))
