"""A witness as a process of its own, beside a running writer."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from stageflow_guard.audit import verify
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.errors import VerificationError

WRITE = """
import asyncio, sys
from stageflow_guard.audit import Log

async def main():
    log = await Log.open("audit", origin="e.x/w", key_file="k")
    print("ready", flush=True)
    n = 0
    while not sys.argv[1:] or n < int(sys.argv[1]):
        await log.append({"kind": "auth", "run": f"{sys.argv[2] if sys.argv[2:] else ''}{n}"})
        n += 1
        await asyncio.sleep(0.005)
    await log.close()

asyncio.run(main())
"""
CLI = [sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())"]
WITNESS = [
    *CLI, "audit", "witness", "--state", "seen", "--key-file", "w.key", "--name", "w.example",
    "--vkey", "kept-vkey", "--out", "cosigned",
]  # fmt: skip


def write(home, *args):
    subprocess.run([sys.executable, "-c", WRITE, *args], cwd=home, check=True, timeout=60,
                   capture_output=True)  # fmt: skip


def cosigned(process, lines=1):
    """Return the sizes of the next lines that say what was cosigned."""
    sizes = []
    while len(sizes) < lines:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        if found := re.match(r"cosigned e\.x/w at (\d+) records", line):
            sizes.append(int(found[1]))
    return sizes


@pytest.fixture
def home(tmp_path):
    """A log that has begun; its key line is kept outside."""
    write(tmp_path, "5")
    shutil.copy(tmp_path / "audit/vkey", tmp_path / "kept-vkey")
    return tmp_path


def test_a_witness_process_cosigns_growth_until_it_is_none(home):
    """BackgroundWork a writer it cosigns what grows; `verify` takes it; a rollback and a fork stop it."""
    shutil.copytree(home / "audit", home / "early")
    with (
        subprocess.Popen([sys.executable, "-c", WRITE], cwd=home, stdout=subprocess.PIPE,
                         text=True) as writer,
        subprocess.Popen([*WITNESS, "--every", "0.2"], cwd=home, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True) as witness,
    ):  # fmt: skip
        assert writer.stdout.readline() == "ready\n"
        key = re.match(r"witness key (\S+)", witness.stdout.readline())[1]
        seen = cosigned(witness, 15)
        assert seen == sorted(seen)
        assert seen[-1] > seen[0]
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        note = (home / "cosigned").read_bytes()
        report = verify(home / "audit", checkpoint=note, witnesses=(key,))
        assert (report.witnesses, report.anchored) == (("w.example",), "checkpoint")
        (home / "early/checkpoint").rename(home / "audit/checkpoint")  # at one moment
        _, error = witness.communicate(timeout=30)
        assert witness.returncode == 1
        assert "rolled back" in error
    shutil.rmtree(home / "audit")
    write(home, str(seen[-1] + 20), "other")  # with the real key, past what was seen
    assert parse((home / "audit/checkpoint").read_bytes())[0].size > seen[-1]
    before = (home / "cosigned").read_bytes()
    done = subprocess.run(WITNESS, cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "forked" in done.stderr
    assert (home / "cosigned").read_bytes() == before
    with pytest.raises(VerificationError, match="forked"):
        verify(home / "audit", checkpoint=before, witnesses=(key,))


def test_a_witness_that_is_killed_contradicts_itself_never(home):
    """Killed again and again, it goes on from what it kept; all that is its own is private."""
    first = subprocess.run(WITNESS, cwd=home, capture_output=True, text=True, timeout=60)
    key = re.match(r"witness key (\S+)", first.stdout)[1]
    sizes = []
    with subprocess.Popen([sys.executable, "-c", WRITE], cwd=home, stdout=subprocess.PIPE,
                          text=True) as writer:  # fmt: skip
        for _ in range(4):
            with subprocess.Popen([*WITNESS, "--every", "0.01"], cwd=home, stderr=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) as witness:  # fmt: skip
                sizes += cosigned(witness, 3)
                witness.kill()
                witness.wait()
            (kept,) = (home / "seen").glob("*.checkpoint")
            assert parse(kept.read_bytes())[0].size >= sizes[-1]
            verify(home / "audit", checkpoint=(home / "cosigned").read_bytes(), witnesses=(key,))
        writer.kill()
    assert sizes == sorted(sizes)
    assert (home / "w.key").stat().st_mode & 0o777 == 0o600
    assert (home / "seen").stat().st_mode & 0o777 == 0o700
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in (home / "seen").iterdir())


def test_a_lost_witness_key_is_not_made_anew(home):
    """What was seen stays bound to the key: a new one would begin without a memory."""
    subprocess.run(WITNESS, cwd=home, check=True, capture_output=True, timeout=60)
    (home / "w.key").unlink()
    done = subprocess.run(WITNESS, cwd=home, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.startswith("config_error: ")) == (2, True)
    assert not (home / "w.key").exists()


def test_two_witness_processes_on_one_memory_wait_for_each_other(home):
    """Compared and kept by one at a time: no fork is cosigned in a race."""
    import fcntl

    subprocess.run(WITNESS, cwd=home, check=True, capture_output=True, timeout=60)
    with (home / "seen/lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with subprocess.Popen(WITNESS, cwd=home, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout.readline().startswith("witness key ")
            time.sleep(0.5)
            assert second.poll() is None
            fcntl.flock(held, fcntl.LOCK_UN)
            assert cosigned(second) == [5]
