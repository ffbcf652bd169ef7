"""Many processes, one log each, one key; and what a fork may not do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import Log, logs_in, open_shard, verify
from stageflow_guard.cli import main
from stageflow_guard.errors import AuditUnavailable, ConfigError

WORKER = """
import asyncio, sys
from stageflow_guard import Guard
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

class Intake:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        await asyncio.sleep(0.01)
        return StageOutput.ok(heard=ctx.snapshot.input_text)

async def main():
    async with Guard.load("guard.toml") as guard:
        pipeline = guard.mount(Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM))
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(20):
            async with guard.session(sys.argv[1]):
                await pipeline.run(input_text="hello")

asyncio.run(main())
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


def start(folder, token):
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, token], cwd=folder, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.slow
def test_four_workers_write_four_logs_under_one_key(home, capsys):
    """Each worker takes a shard of its own; every shard verifies; a killed one is taken up again."""
    folder, token = home
    workers = [start(folder, token) for _ in range(4)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    workers[0].kill()
    for worker in workers[1:]:
        _, error = worker.communicate("go\n", timeout=60)
        assert worker.returncode == 0, error
    workers[0].communicate()
    again = start(folder, token)
    _, error = again.communicate("go\n", timeout=60)
    assert again.returncode == 0, error
    logs = logs_in(folder / "audit")
    assert [p.name for p in logs] == ["w0", "w1", "w2", "w3"]
    sizes = [verify(log).size for log in logs]
    assert sum(sizes) == 4 * 20 * 4
    assert len({(log / "vkey").read_text().rpartition("+")[2] for log in logs}) == 1
    capsys.readouterr()
    assert main(["audit", "verify", str(folder / "audit")]) == 0
    assert capsys.readouterr().out.count("holds: ") == 4


async def test_a_log_that_was_opened_before_a_fork_refuses_in_the_child(tmp_path):
    """A child cannot append to its parent's log: it would tear both."""
    log = await Log.open(tmp_path / "a", origin="t.example/log", key_file=tmp_path / "k")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        verdict = b"appended"
        try:
            log.enqueue({"kind": "decision"})
        except AuditUnavailable as error:
            verdict = b"refused" if "fork" in error.message else b"other"
        os.write(write, verdict)
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 20) == b"refused"
    await log.append({"kind": "decision"})
    await log.close()
    assert verify(tmp_path / "a").size == 1


async def test_a_named_shard_and_a_log_of_one_do_not_mix(tmp_path):
    """Shards in a folder that is itself a log are refused; a name gives that shard's folder."""
    options = {"origin": "t.example/log", "key_file": tmp_path / "k"}
    one = await open_shard(tmp_path / "many", "blue", **options)
    assert one.origin == "t.example/log/blue"
    await one.close()
    alone = await Log.open(tmp_path / "one", **options)
    await alone.close()
    with pytest.raises(ConfigError, match="one writer"):
        await open_shard(tmp_path / "one", "blue", **options)


async def test_workers_that_start_together_agree_on_one_key(tmp_path):
    """The key file is created once, whoever comes first."""
    logs = await asyncio.gather(
        *(
            open_shard(tmp_path / "a", f"s{i}", origin="t.example/log", key_file=tmp_path / "k")
            for i in range(8)
        )
    )
    assert len({log.vkey.rpartition("+")[2] for log in logs}) == 1
    await asyncio.gather(*(log.close() for log in logs))
    assert not list(Path(tmp_path).glob("k.*"))
