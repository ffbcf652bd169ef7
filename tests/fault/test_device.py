"""Real faults of a real device: a file that may not grow, a folder that may not be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider

FULL = """
import asyncio, json, resource, sys
from stageflow.api import Pipeline
from stageflow.core import StageKind
from stageflow_guard import Guard, AuditUnavailable, GuardError

ran = []

class Stage:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        ran.append(1)

async def main():
    token, found = sys.argv[1], {"ok": 0, "refused": 0, "other": 0}
    guard = Guard.load("guard.toml")
    try:
        async with guard:
            guarded = guard.mount(Pipeline(name="support").with_stage("intake", Stage(), StageKind.TRANSFORM))
            # no file of this process may grow beyond this: the next write of the log fails
            resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
            for _ in range(30):
                before = len(ran)
                try:
                    async with guard.session(token):
                        await guarded.run(input_text="hello")
                    found["ok"] += 1
                except AuditUnavailable:
                    found["refused"] += 1
                    found.setdefault("ran_at_first_refusal", len(ran))
                except Exception:
                    found["other"] += 1
    except GuardError as error:
        found["closing"] = error.code
    found["ran"] = len(ran)
    print(json.dumps(found))

asyncio.run(main())
"""


@pytest.fixture
def home(tmp_path):
    """A folder that `init` made, and a token for it."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    return tmp_path, idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")


def test_a_device_that_fails_stops_every_stage_and_recovers(home):
    """After a failed write nothing runs; opening again recovers every acknowledged record."""
    import json

    folder, token = home
    done = subprocess.run(
        [sys.executable, "-c", FULL, token], cwd=folder, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ok"] > 0
    assert found["refused"] > 0
    assert found["other"] == 0
    assert found["ran"] == found["ran_at_first_refusal"]
    assert "closing" not in found  # every caller was refused already: one line says what to do
    assert done.stderr.count("start this process again") == 1
    assert "Traceback" not in done.stderr
    check = ["config", "check", "--online", "--config", str(folder / "guard.toml")]
    assert main(check) == 0
    ends = [r for _, r in iter_records(folder / "audit") if r["kind"] == "run_end"]
    assert len(ends) >= found["ok"]
    assert verify(folder / "audit").size >= 4 * found["ok"]


def refuse(folder, capsys, word):
    """Run the online check; it must be exit 2, one clear line, no traceback."""
    assert main(["config", "check", "--online", "--config", str(folder / "guard.toml")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("config_error: ")
    assert word in error
    assert len(error.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_log_folder_that_may_not_be_written_is_named(home, capsys):
    """Read-only parent: the folder is named, nothing is half-written."""
    folder, _ = home
    folder.chmod(0o500)
    try:
        refuse(folder, capsys, "audit")
    finally:
        folder.chmod(0o700)


def test_a_log_path_that_is_a_file_is_named(home, capsys):
    """A file where the folder should be: named, and left as it is."""
    folder, _ = home
    (folder / "audit").write_text("mine")
    refuse(folder, capsys, "audit")
    assert (folder / "audit").read_text() == "mine"


async def test_the_check_beside_a_running_guard_reads_its_log(home, capsys):
    """It is no fault that the guard runs: a warning says what was not tried, and the remedy."""
    folder, _ = home
    code = (
        "import asyncio, sys\n"
        "from stageflow_guard import Guard\n"
        "async def main():\n"
        "    async with Guard.load('guard.toml'):\n"
        "        print('open', flush=True)\n"
        "        sys.stdin.readline()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "open\n"
        import asyncio

        code = await asyncio.to_thread(
            main, ["config", "check", "--online", "--config", str(folder / "guard.toml")]
        )
        holder.communicate("\n")
    assert code == 0
    out = capsys.readouterr().out
    assert out.startswith("ok, 1 warning\n")
    assert "in use by a running guard" in out and "`audit.shard`" in out
    assert "log       example.com/pipelines: 0 records: ok" in out


async def test_a_log_of_another_origin_is_named(home, capsys):
    """The origin in `guard.toml` is not the log's: refused, and the log stays as it was."""
    import asyncio

    folder, _ = home
    log = await Log.open(folder / "audit", origin="other.example/x", key_file=folder / "audit.key")
    await log.append({"kind": "decision"})
    await log.close()
    before = {p: p.read_bytes() for p in Path(folder / "audit").rglob("*") if p.is_file()}
    code = await asyncio.to_thread(
        main, ["config", "check", "--online", "--config", str(folder / "guard.toml")]
    )
    assert code == 2
    assert "another origin" in capsys.readouterr().err
    assert before == {p: p.read_bytes() for p in Path(folder / "audit").rglob("*") if p.is_file()}
