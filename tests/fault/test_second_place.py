"""The second place of checkpoints goes away: told at once, refused after the grace, back by itself."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import threading
import time

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.errors import AuditUnavailable, ConfigError

RECORD = {"kind": "decision", "decision": "permit"}


async def opened(home, **how):
    return await Log.open(
        home / "audit", origin="t", key_file=home / "key",
        checkpoint_copy=home / "elsewhere" / "checkpoint", **how,
    )  # fmt: skip


async def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)


@pytest.fixture
def place(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def remove(place):
    shutil.rmtree(place)


def file_instead(place):
    shutil.rmtree(place)
    place.write_text("mine")


def read_only(place):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    place.chmod(0o500)


def full(place):
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)],
            check=True, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")
    (place / "filler").write_bytes(b"x" * 8192)
    try:
        with open(place / "more", "wb", buffering=0) as more:
            while True:
                more.write(b"x" * 4096)
    except OSError:
        pass


def restore(place):
    subprocess.run(["umount", str(place)], check=False, capture_output=True)
    if place.is_file():
        place.unlink()
    place.mkdir(exist_ok=True)
    place.chmod(0o700)


@pytest.mark.parametrize("lose", [remove, file_instead, read_only, full])
async def test_a_second_place_that_is_lost_is_told_and_poisons_nothing(
    tmp_path, place, caplog, monkeypatch, lose
):
    """Records go on; the loss and the return are a warning, a record each, and in `health()`."""
    monkeypatch.setattr("stageflow_guard.audit.log.checkpoint_copy.RETRY", 0.1)
    log = await opened(tmp_path)
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        try:
            lose(place)
            await log.append(RECORD)
            await until(lambda: not log.health()["checkpoint_copy"]["reachable"])
            await log.append({"kind": "run_start"})  # within the grace new runs begin
            state = log.health()
            assert state["poisoned"] is None
            assert state["checkpoint_copy"]["losses"] == 1
            assert state["checkpoint_copy"]["why"]
        finally:
            restore(place)
        await until(lambda: log.health()["checkpoint_copy"]["reachable"])
    assert log.health()["checkpoint_copy"]["why"] is None
    await log.close()
    said = [one.getMessage() for one in caplog.records]
    assert len([one for one in said if "is not reachable" in one]) == 1
    assert len([one for one in said if "is reachable again" in one]) == 1
    kinds = [(r["kind"], r.get("outcome")) for _, r in iter_records(tmp_path / "audit")]
    assert [one for one in kinds if one[0] == "checkpoint_copy"] == [
        ("checkpoint_copy", "lost"), ("checkpoint_copy", "restored")
    ]  # fmt: skip
    copy = (place / "checkpoint").read_bytes()
    assert verify(tmp_path / "audit", checkpoint=copy).anchored == "checkpoint"
    assert copy == (tmp_path / "audit" / "checkpoint").read_bytes()


async def test_after_the_grace_no_new_run_begins_and_open_ones_end(tmp_path, place, monkeypatch):
    """Refused with the reason; what has begun is recorded; when the place is back, so are runs."""
    monkeypatch.setattr("stageflow_guard.audit.log.checkpoint_copy.RETRY", 0.1)
    log = await opened(tmp_path, copy_grace=0.3)
    remove(place)
    await log.append(RECORD)
    await until(lambda: log.health()["checkpoint_copy"]["behind_s"] > 0.3)
    with pytest.raises(AuditUnavailable, match="second place.*no new run is admitted"):
        log.enqueue({"kind": "run_start"})
    with pytest.raises(AuditUnavailable, match="second place"):
        await log.append({"kind": "run_start"})
    await log.append({"kind": "run_end"})
    restore(place)
    await until(lambda: log.health()["checkpoint_copy"]["behind_s"] == 0)
    await log.append({"kind": "run_start"})
    await log.close()
    assert verify(tmp_path / "audit").size == log.size


async def test_a_second_place_that_hangs_holds_up_no_record(tmp_path, place, monkeypatch):
    """A mount that never answers: records are durable as before, closing ends, and says so."""
    log = await opened(tmp_path, copy_grace=0.2, deadline=60)
    answer, real = threading.Event(), os.open

    def hangs(path, *args, **options):
        if str(path) == str(place / "checkpoint.new"):
            answer.wait(120)
        return real(path, *args, **options)

    monkeypatch.setattr(os, "open", hangs)
    await log.append(RECORD)
    await until(lambda: log.health()["checkpoint_copy"]["behind_s"] > 0.2)
    await log.append(RECORD)  # while the place still gives no answer
    with pytest.raises(AuditUnavailable, match="second place"):
        log.enqueue({"kind": "run_start"})
    log.append_timeout = 0.5
    await log.close()
    assert not answer.is_set()
    answer.set()
    assert verify(tmp_path / "audit").size == 2


async def test_a_fifo_at_the_second_place_is_a_loss_that_is_told(tmp_path, place):
    """What another user planted there is not opened for writing, so it cannot hang the writer."""
    log = await opened(tmp_path, copy_grace=60.0)
    os.mkfifo(place / "checkpoint.new")
    await log.append(RECORD)
    await until(lambda: log.health()["checkpoint_copy"]["losses"] == 1)
    os.unlink(place / "checkpoint.new")
    await until(lambda: log.health()["checkpoint_copy"]["reachable"])
    await log.close()


async def test_closing_without_the_second_place_says_so(tmp_path, place, caplog):
    """The last checkpoint did not get there: a warning, and the log itself is closed well."""
    log = await opened(tmp_path)
    remove(place)
    await log.append(RECORD)
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        await log.close()
    assert any("holds an older checkpoint" in one.getMessage() for one in caplog.records)
    assert verify(tmp_path / "audit").size == log.size


async def test_a_log_opens_only_with_its_second_place(tmp_path, place):
    """Without it a rollback could not be found: refused, with its name; nothing is poisoned."""
    log = await opened(tmp_path)
    await log.append(RECORD)
    await log.close()
    file_instead(place)
    with pytest.raises(ConfigError, match="elsewhere|cannot be opened"):
        await opened(tmp_path)
    remove_file = place
    remove_file.unlink()
    with pytest.raises(ConfigError, match="checkpoint_copy"):
        await opened(tmp_path)
    restore(place)
    log = await opened(tmp_path)
    await log.close()
