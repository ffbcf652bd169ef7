"""A disk that is full: what reads goes on and says so, what changes is refused and changes nothing."""

from __future__ import annotations

import asyncio
import errno
import os

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.keys.assemble import ring_from
from stageflow_guard.settings import Settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A configured folder with a log of 300 records, on a disk that then takes no byte more."""
    assert main(["init", str(tmp_path)]) == 0
    lines = (tmp_path / "guard.toml").read_text().splitlines()
    origin = next(line.split('"')[1] for line in lines if line.startswith("origin"))

    async def fill():
        log = await Log.open(tmp_path / "audit", origin=origin, key_file=tmp_path / "audit.key")
        for i in range(300):
            log.enqueue({"kind": "auth", "run": f"r{i}", "actor": {"subject": "user:ada"}})
        await log.flush()
        await log.close()

    asyncio.run(fill())
    ring_from(Settings.load(tmp_path / "guard.toml")).key("acme", "user:ada", "fingerprint")
    monkeypatch.chdir(tmp_path)
    assert main(["audit", "tail"]) == 0  # the readers' log is there, too
    fill_up(tmp_path, monkeypatch)
    return tmp_path


def fill_up(place, monkeypatch):
    """Let no byte more be written below `place`."""
    real = os.write

    def full(fd, data):
        if os.readlink(f"/proc/self/fd/{fd}").startswith(str(place)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(fd, data)

    monkeypatch.setattr(os, "write", full)


@pytest.mark.parametrize(
    "words", ["tail", "query", "stats", "denied", "why r7", "prove 7", "timeline --run r7"]
)
def test_a_log_on_a_full_disk_is_readable_and_says_that_it_is_unrecorded(home, capsys, words):
    """Reading must work when something has gone wrong."""
    assert main(["audit", *words.split()]) == 0
    assert "this read is unrecorded" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "hold x --run r3 --why y", "erase ada", "prune --below 256", "rotate",
        "bundle --out b --kind auth",
    ],
)  # fmt: skip
def test_what_writes_is_refused_and_changes_nothing(home, capsys, words):
    """A typed refusal on one line; the log holds as before, every record is there."""
    code = main(["audit", *words.split()])
    said = capsys.readouterr().err
    assert code in (2, 3)
    assert "No space left" in said
    assert "internal_error" not in said
    assert "Traceback" not in said
    assert verify(home / "audit").size == 300
    assert len(list((home / "audit" / "tile" / "entries").rglob("[0-9]*"))) >= 2


def test_no_secret_is_destroyed_without_a_record(home, capsys, monkeypatch):
    """The log's disk is full, the keyring's is not: the erasure would be unrecorded."""
    monkeypatch.undo()
    ring = ring_from(Settings.load(home / "guard.toml"))
    fill_up(home / "audit", monkeypatch)
    assert main(["audit", "erase", "ada", "--config", str(home / "guard.toml")]) == 3
    assert ring.peek("acme", "user:ada", "fingerprint") is not None
    monkeypatch.undo()
    assert main(["audit", "erase", "ada", "--config", str(home / "guard.toml")]) == 0
    assert ring.peek("acme", "user:ada", "fingerprint") is None
    said = [r for _, r in iter_records(home / "audit") if r["kind"] == "erasure"]
    assert [r["outcome"] for r in said] == ["begun", "erased"]
    assert said[0]["note"] == said[1]["note"]
    assert "ada" not in str(said)
