"""Callers who wait for a disk: it hangs, it fails, or they go away."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.errors import AuditUnavailable

RECORD = {"kind": "decision", "decision": "permit"}


@pytest.fixture
def gate(monkeypatch):
    """A door in front of every sync: while it is shut, the device hangs."""
    open_, real = threading.Event(), os.fdatasync
    open_.set()
    open_.waits = threading.Event()  # somebody stands before the shut door

    def sync(fd):
        if not open_.is_set():
            open_.waits.set()
        open_.wait(60)
        real(fd)

    monkeypatch.setattr(os, "fdatasync", sync)
    yield open_
    open_.set()


async def shut_out(gate):
    """Return once the device hangs with a batch."""
    assert await asyncio.to_thread(gate.waits.wait, 30)


async def opened(tmp_path, deadline=5.0):
    """A log whose first record is durable, however long that took; from then on the deadline counts."""
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "key", deadline=60)
    log.enqueue(RECORD)
    await log.flush()
    log.append_timeout = deadline
    return log


async def test_a_device_that_hangs_refuses_everybody_within_the_deadline(tmp_path, gate):
    """Those who wait and those who come later; when it answers again the log goes on."""
    log = await opened(tmp_path, deadline=0.3)
    gate.clear()
    first = [asyncio.ensure_future(log.append(RECORD)) for _ in range(20)]
    await shut_out(gate)
    later = [asyncio.ensure_future(log.append(RECORD)) for _ in range(20)]
    said = await asyncio.gather(*first, *later, return_exceptions=True)
    assert all(isinstance(one, AuditUnavailable) for one in said)
    assert len({id(one) for one in said}) == 40  # one each: every refusal gets a `.ref` of its own
    gate.set()
    log.append_timeout = 60.0  # how fast this machine's device is is no rule
    assert await log.append(RECORD) == 41
    await log.close()
    assert verify(tmp_path / "audit").size == 42  # late, and none is lost


async def test_cancelling_one_caller_cancels_no_other(tmp_path, gate):
    """Cancelling one of a batch leaves the others, and its own record, as they were."""
    log = await opened(tmp_path)
    gate.clear()
    waiting = [asyncio.ensure_future(log.append(RECORD)) for _ in range(10)]
    await shut_out(gate)
    for one in waiting[::2]:
        one.cancel()
    await asyncio.sleep(0)
    assert all(one.cancelled() for one in waiting[::2])  # at once, not when the disk answers
    gate.set()
    assert await asyncio.gather(*waiting[1::2]) == [2, 4, 6, 8, 10]
    await log.close()
    assert verify(tmp_path / "audit").size == 11


async def test_a_failed_batch_refuses_those_behind_it_too(tmp_path, gate, monkeypatch):
    """After a failed sync no caller is told that its record is durable."""
    log = await opened(tmp_path)
    gate.clear()
    first = asyncio.ensure_future(log.append(RECORD))
    await shut_out(gate)
    behind = [asyncio.ensure_future(log.append(RECORD)) for _ in range(5)]
    await asyncio.sleep(0)

    def broken(_fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    gate.set()
    await first
    said = await asyncio.gather(*behind, return_exceptions=True)
    assert all(isinstance(one, AuditUnavailable) and "poisoned" in one.message for one in said)
    with pytest.raises(AuditUnavailable):
        await log.append(RECORD)
    with pytest.raises(AuditUnavailable):
        await log.close()


def test_a_log_serves_one_loop_after_another(tmp_path, gate):
    """A loop that ends while a caller waits is forgotten; the next one is served."""
    log = asyncio.run(opened(tmp_path))

    async def give_up():
        gate.clear()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(log.append(RECORD), 0.05)

    asyncio.run(give_up())
    gate.set()

    async def go_on():
        assert await log.append(RECORD) == 2
        await log.close()

    asyncio.run(go_on())
    assert verify(tmp_path / "audit").size == 3


async def test_flushing_and_closing_end_when_the_device_hangs(tmp_path, gate, monkeypatch):
    """Neither waits for ever, and neither pretends: what is not known to be durable is an error."""
    from stageflow_guard.audit.log import log as module

    monkeypatch.setattr(module, "LAST_WORDS", 0.2)
    log = await opened(tmp_path, deadline=0.2)
    gate.clear()
    log.enqueue(RECORD)
    with pytest.raises(AuditUnavailable, match="did not answer"):
        await log.flush()
    with pytest.raises(AuditUnavailable, match="last records may be lost"):
        await log.close()
    gate.set()


async def test_health_tells_queue_depth_and_the_latency_of_the_last_batch(tmp_path, gate):
    """What waits for the disk is counted while it waits; how long the disk took, once it answered."""
    log = await opened(tmp_path)
    assert log.health()["queued"] == 0
    gate.clear()
    waiting = [asyncio.ensure_future(log.append(RECORD)) for _ in range(7)]
    await shut_out(gate)
    await asyncio.sleep(0.15)
    assert log.health()["queued"] == 7
    assert log.health()["durable"] == 1
    gate.set()
    await asyncio.gather(*waiting)
    assert log.health()["queued"] == 0
    assert log.health()["durable"] == 8
    assert log.health()["last_write_us"] > 100_000
    await log.close()
