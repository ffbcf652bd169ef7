"""docs/how-to/probes.md over a device that fails: what each probe says, and what a restart mends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from stageflow_guard import AuditUnavailable, Guard
from stageflow_guard.audit import verify
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "probes.md"
CODE = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder that `init` made, and a token for it."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    monkeypatch.chdir(tmp_path)
    return idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")


def page():
    """The page's own functions."""
    found = {}
    exec(CODE.replace("asyncio.run(main())", ""), found)
    return found["probes"]


def get(server, path):
    """Return (status, reasons)."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}") as answer:
            return answer.status, json.load(answer)["reasons"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["reasons"]


async def test_a_poisoned_worker_is_neither_ready_nor_live_and_says_unrecorded(
    home, caplog, capsys
):
    """Both probes turn; the refusal's ref and message say that no record stands behind it."""
    guard = Guard.load("guard.toml")
    await guard.__aenter__()
    server = page()(guard)
    assert [await asyncio.to_thread(get, server, p) for p in ("/ready", "/live")] == [(200, [])] * 2
    full = os.open("/dev/full", os.O_WRONLY)  # the device has no room: a real ENOSPC
    os.dup2(full, guard._pep.log._wal._fd)
    os.close(full)
    refs = []
    for _ in range(2):
        with pytest.raises(
            AuditUnavailable, match="no record of this refusal could be written"
        ) as e:
            async with guard.session(home), guard.run("support"):
                pass
        refs.append(e.value.ref)
        assert str(e.value).count("no record of this refusal") == 1
        assert e.value.ref in caplog.text
    assert all(re.fullmatch(r"unrecorded:[0-9a-f-]{36}", ref) for ref in refs)
    assert len(set(refs)) == 2
    status, reasons = await asyncio.to_thread(get, server, "/ready")
    assert (status, reasons) == (503, ["the log is poisoned: restart this process"])
    status, reasons = await asyncio.to_thread(get, server, "/live")
    assert (status, "No space left" in reasons[0]) == (503, True)
    server.shutdown()
    server.server_close()
    caplog.clear()
    await guard.__aexit__(None, None, None)
    assert [r.levelname for r in caplog.records if "poisoned" in r.message] == ["ERROR"]
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["audit", "why", refs[0]]) == 2
    assert "no record of this refusal could be written" in capsys.readouterr().err


async def test_what_a_restart_does_not_mend_is_no_liveness(home):
    """A disk that is nearly full, a second place that is away: not ready, but live."""
    toml = Path("guard.toml")
    toml.write_text(
        toml.read_text().replace(
            "[audit]\n", '[audit]\ncheckpoint_copy = "far/copy"\ncheckpoint_copy_grace = 0.1\n'
        )
    )
    Path("far").mkdir()
    async with Guard.load("guard.toml") as guard:
        server = page()(guard)
        assert (await asyncio.to_thread(get, server, "/ready"))[0] == 200
        Path("far").rename("gone")
        Path("far").write_text("no folder any more")
        async with guard.session(home):
            with pytest.raises(AuditUnavailable):
                for _ in range(100):
                    async with guard.run("support"):
                        await asyncio.sleep(0.1)
        status, reasons = await asyncio.to_thread(get, server, "/ready")
        assert (status, "second place" in reasons[0]) == (503, True)
        assert await asyncio.to_thread(get, server, "/live") == (200, [])
        Path("far").unlink()
        Path("gone").rename("far")
        for _ in range(100):
            if guard.ready()[0]:
                break
            await asyncio.sleep(0.1)
        assert guard.ready() == (True, ())
        guard._pep.log._low = True  # as the watch of the disk sets it
        assert (await asyncio.to_thread(get, server, "/ready"))[0] == 503
        assert await asyncio.to_thread(get, server, "/live") == (200, [])
        server.shutdown()
        server.server_close()


def test_a_new_process_opens_what_a_poisoned_one_left(home):
    """What was acknowledged is there, the log verifies, and the new guard is ready."""
    code = """
import asyncio, os, sys
from stageflow_guard import AuditUnavailable, Guard

async def main():
    guard = Guard.load("guard.toml")
    async with guard:
        async with guard.session(sys.argv[1]), guard.run("support"):
            pass
        done = guard.health()["audit"]["durable"]
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, guard._pep.log._wal._fd)
        try:
            async with guard.session(sys.argv[1]), guard.run("support"):
                pass
        except AuditUnavailable:
            print(done)

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, home], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    acknowledged = int(done.stdout)

    async def again():
        async with Guard.load("guard.toml") as guard:
            return guard.ready()

    assert asyncio.run(again()) == (True, ())
    assert verify(Path("audit"), vkey=Path("audit/vkey").read_text().strip()).size >= acknowledged
