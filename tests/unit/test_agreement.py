"""What was decided against what happened; clocks; quiet times; the projection's own history."""

from __future__ import annotations

import asyncio
import shutil
import time

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.export.background import heartbeat
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.gaps import gaps
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.cli.audit_query import agreement
from stageflow_guard.errors import AuditUnavailable, VerificationError

PERMIT = {"kind": "decision", "decision": "permit", "stage": "s"}
DENY = {"kind": "decision", "decision": "deny", "stage": "s"}


async def write(home, *records):
    log = await Log.open(home / "audit", origin="e.x/a", key_file=home / "k")
    for record in records:
        log.enqueue(record)
    await log.flush()
    await log.close()
    return home / "audit"


def effect(index, outcome="ok"):
    return {"kind": "effect", "decision_index": index, "outcome": outcome}


async def test_agreement_is_derived(tmp_path, capsys):
    """A permit that ran, one that vanished, one that is unclear, a denial kept, a denial broken."""
    log = await write(
        tmp_path, PERMIT, effect(0), PERMIT, PERMIT, effect(3, "unknown"), DENY, DENY, effect(6),
        {"kind": "decision", "decision": "permit"},
    )  # fmt: skip
    report = verify(log)
    counts = report.agreement
    assert (counts.agree, counts.disagree, counts.unknown) == (2, 1, 2)
    assert report.denials_with_effect == (7,)
    assert await asyncio.to_thread(main, ["audit", "verify", str(log)]) == 0
    assert "ALARM: effect 7 follows a denial" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("record", "follows"),
    [
        ({"stage": "s", "attempt": 1}, True),
        ({"call": "1", "attempt": 1, "action": "judge"}, True),  # a tool's own act
        ({"stage": "s", "action": "stream"}, True),
        ({"stage": "s", "action": "judge"}, False),
        ({"action": "read", "resource": "data:ticket"}, False),
        ({}, False),
    ],
)
async def test_what_an_effect_follows_is_one_rule_for_every_reader(tmp_path, record, follows):
    """A guardrail's verdict and a question asked by hand are no permit that something came of."""
    permit = {**record, "kind": "decision", "decision": "permit", "run": "r"}
    start = {"kind": "run_start", "run": "r"}
    log = await write(tmp_path, start, permit, {"kind": "run_end", "run": "r"})
    assert verify(log).agreement.unknown == follows
    found = [one.kind for one in gaps("o", iter_records(log))]
    assert ("permit_without_effect" in found) is follows
    assert agreement(permit, None) == ("unknown" if follows else None)


@pytest.mark.parametrize("cause", [5, 0, None, -1, "0"])
async def test_an_effect_needs_its_decision(tmp_path, cause):
    """One that points ahead, at itself, at nothing or at no decision does not verify; it is named."""
    log = await write(
        tmp_path, {"kind": "auth"}, effect(cause) if cause is not None else effect(None)
    )
    with pytest.raises(VerificationError, match="effect 1 has no decision") as caught:
        verify(log)
    assert caught.value.index == 1


async def test_a_clock_that_went_back_is_flagged(tmp_path):
    """Order is by index; a wall clock that jumps back within one boot is said."""
    now = time.time_ns()
    log = await write(
        tmp_path, {"kind": "auth", "wall_ns": now, "boot": "b"},
        {"kind": "auth", "wall_ns": now - 5 * 10**9, "boot": "b"},
        {"kind": "auth", "wall_ns": now - 4 * 10**9, "boot": "b"},
        {"kind": "auth", "wall_ns": now - 9 * 10**9, "boot": "other"},
    )  # fmt: skip
    assert verify(log).clock_back == (1,)


async def test_a_quiet_log_beats_and_a_busy_one_does_not(tmp_path):
    """A heartbeat per quiet interval; a failing log is left to the next decision."""
    log = await Log.open(tmp_path / "audit", origin="e.x/a", key_file=tmp_path / "k")

    class Counted:
        """The log; each look of the heartbeat at its size takes one of `busy` records along."""

        busy, beats, taken = 8, 0, 0

        @property
        def size(self):
            if self.busy:
                self.busy -= 1
                self.taken += 1
                log.enqueue({"kind": "auth"})
            return self.taken

        async def append(self, record):
            self.beats += 1
            self.taken += 1
            return await log.append(record)

    counted = Counted()
    beating = asyncio.create_task(heartbeat(counted, 0.01))
    while counted.beats < 3 and not beating.done():
        await asyncio.sleep(0.01)
    beating.cancel()
    await log.close()
    kinds = [r["kind"] for _, r in iter_records(tmp_path / "audit")]
    assert kinds[:8] == ["auth"] * 8
    assert set(kinds[8:]) == {"heartbeat"}
    assert len(kinds) - 8 >= 3

    class Broken:
        size = 3

        async def append(self, record):
            raise AuditUnavailable("no")

    still = asyncio.create_task(heartbeat(Broken(), 0.01))
    await asyncio.sleep(0.1)
    assert not still.done()
    still.cancel()


async def test_a_projection_of_another_history_is_built_anew(tmp_path):
    """It carries the checkpoint it came from; when the log no longer begins there, it starts over."""
    log = await write(tmp_path, *({"kind": "auth", "run": f"a{i}"} for i in range(5)))
    base = SqliteProjection(tmp_path / "p.db")
    assert base.sync(log) == 5
    assert base.head("e.x/a") == (log / "checkpoint").read_bytes()
    await write(tmp_path, {"kind": "auth", "run": "a5"})
    assert base.sync(log) == 1
    shutil.rmtree(log)
    await write(tmp_path, *({"kind": "auth", "run": f"b{i}"} for i in range(9)))
    assert base.sync(log) == 9
    assert {r["run"] for r in base.query()} == {f"b{i}" for i in range(9)}
    base.close()


@pytest.mark.bars
@pytest.mark.slow
async def test_a_large_log_verifies_fast_in_little_memory_and_opens_at_once(tmp_path):
    """The bars of verify, with room for a busy machine: rate, peak memory, and opening."""
    import subprocess
    import sys

    options = {"origin": "e.x/a", "key_file": tmp_path / "k"}
    log = await Log.open(tmp_path / "audit", **options)
    record = {**PERMIT, "run": "r" * 36, "resource": "stage:p/s", "policy": {"sha256": "a" * 64}}
    for i in range(150_000):
        log.enqueue(record)
        if i % 5000 == 4999:
            await log.flush()
    await log.close()
    started = time.perf_counter()
    log = await Log.open(tmp_path / "audit", **options)
    assert time.perf_counter() - started < 1.0
    await log.close()
    script = (
        "import sys, time; from stageflow_guard.audit import verify; t = time.process_time();"
        "n = verify(sys.argv[1]).size; took = time.process_time() - t;"
        "peak = next(x for x in open('/proc/self/status') if x.startswith('VmHWM'));"
        "print(n / took, int(peak.split()[1]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "audit")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rate, peak = done.stdout.split()
    assert float(rate) > 100_000
    assert int(peak) < 120
