"""A slow device: what a caller waits for is its own sync, never tiles or a checkpoint."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from itertools import pairwise

import pytest

from stageflow_guard.audit import Log, verify

STAGES = 6


@pytest.fixture(params=[0.02, 0.1, 0.25], ids=lambda s: f"{s * 1000:g} ms")
def syncs(request, monkeypatch):
    """Every sync takes its time; who made how many is counted by thread."""
    made = Counter()
    for name in ("fsync", "fdatasync"):
        real = getattr(os, name)

        def slow(fd, real=real):
            made[threading.current_thread().name] += 1
            time.sleep(request.param)
            return real(fd)

        monkeypatch.setattr(os, name, slow)
    return made


async def test_a_run_waits_for_at_most_two_syncs_a_stage(tmp_path, syncs):
    """Decision by decision, as a run records them: integration syncs on a thread of its own."""
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k", deadline=60)
    await log.append({"kind": "run_start"})  # the first batch of an opening is signed at once
    syncs.clear()
    for i in range(STAGES):
        await log.append({"kind": "decision", "decision": "permit", "stage": f"s{i}"})
        log.enqueue({"kind": "effect", "decision_index": log.size - 1, "outcome": "ok"})
    await log.append({"kind": "run_end"})
    assert syncs["audit"] <= 2 * (STAGES + 1)
    await log.close()
    assert verify(tmp_path / "audit").agreement.agree == STAGES


async def test_appends_go_on_while_tiles_are_written(tmp_path, monkeypatch):
    """The device hangs in the middle of a checkpoint: records are durable as before."""
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    await log.append({"kind": "auth"})
    hang, seen, real = threading.Event(), threading.Event(), os.fsync

    def stuck(fd):
        if threading.current_thread().name == "audit-tree":
            seen.set()
            hang.wait(20)
        return real(fd)

    monkeypatch.setattr(os, "fsync", stuck)
    while not seen.is_set():
        await log.append({"kind": "auth"})
        await asyncio.sleep(0.02)
    before = log.size
    for _ in range(20):
        await log.append({"kind": "auth"})
    assert log.size == before + 20
    hang.set()
    await log.close()
    assert verify(tmp_path / "audit").size == before + 20


async def test_the_next_round_begins_after_the_last_has_ended(tmp_path, monkeypatch):
    """A round that takes longer than the interval is not followed by another at once."""
    from stageflow_guard.audit.log import integration as module

    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 0.2)
    rounds, real = [], module.Integrator.grow

    def slow(self, entries):
        began = time.monotonic()
        time.sleep(0.3)
        found = real(self, entries)
        rounds.append((began, time.monotonic()))
        return found

    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    await log.append({"kind": "auth"})
    monkeypatch.setattr(module.Integrator, "grow", slow)
    while len(rounds) < 3:
        await log.append({"kind": "auth"})
        await asyncio.sleep(0.01)
    for (_, ended), (began, _) in pairwise(rounds):
        assert began - ended >= 0.2  # the schedule's own interval, not how fast it was
    monkeypatch.setattr(module.Integrator, "grow", real)
    await log.close()
