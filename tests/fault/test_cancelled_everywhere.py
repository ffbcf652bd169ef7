"""A caller that is cancelled at any step of the loop: every permit has its effect, every run its end."""

from __future__ import annotations

import asyncio

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA

SMOKE = range(0, 120, 7)


class SlowLog:
    """A log that is no `TimedLog`: each record takes three turns of the loop to be durable."""

    origin = "kit"

    def __init__(self):
        self.records = []

    def enqueue(self, record):
        self.records.append(record)
        return len(self.records) - 1

    async def append(self, record):
        index = self.enqueue(record)
        for _ in range(3):
            await asyncio.sleep(0)
        return index


async def _chain(env):
    async def stage(_ctx):
        await asyncio.sleep(0)
        return StageOutput.ok(text="x")

    pipeline = (
        Pipeline(name="kit")
        .with_stage("one", stage, StageKind.TRANSFORM)
        .with_stage("two", stage, StageKind.TRANSFORM, after="one")
    )
    async with env.guard.session(ADA):
        await env.guard.mount(pipeline).run(input_text="hello there")


async def _plain(env):
    @env.guard.protect(kind="tool", obj="one")
    async def one():
        await asyncio.sleep(0)
        return "x"

    async with env.guard.session(ADA), env.guard.run("kit", input="hello there"):
        await one()
        await asyncio.gather(one(), one())


WORK = {"stageflow": _chain, "plain": _plain}


async def _cancel_after(turns, work):
    """Cancel `work` after so many turns of the loop; return whether it was still under way."""
    task = asyncio.create_task(work)
    for _ in range(turns):
        if task.done():
            break
        await asyncio.sleep(0)
    under_way = not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) if under_way else _nothing():
        await task
    return under_way


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def _require_whole(records):
    """Every permit has one effect that names it, every run one end behind its last effect."""
    permits = {
        i for i, r in enumerate(records) if r.get("decision") == "permit" and r.get("attempt")
    }
    effects = [r["decision_index"] for r in records if r["kind"] == "effect"]
    assert sorted(effects) == sorted(permits), (sorted(permits), sorted(effects))
    starts = [r["run"] for r in records if r["kind"] == "run_start"]
    ends = [r["run"] for r in records if r["kind"] == "run_end"]
    assert sorted(starts) == sorted(ends)


async def _settled(env):
    """Return once what was cancelled has come to its end: other threads have a part in it."""
    ended = 0
    while ended < 50:
        await asyncio.sleep(0)
        ended = 0 if env.guard._pep.runs or len(asyncio.all_tasks()) > 1 else ended + 1


def _fields(record):
    own = getattr(record, "own", None)
    return {**vars(record)} if own is None else {**record.template.fields, **own}


@pytest.mark.parametrize("host", WORK)
@pytest.mark.parametrize("turns", SMOKE)
async def test_no_effect_is_lost_with_a_log_of_ones_own(host, turns):
    """The enforcement point finishes an append whose caller is cancelled."""
    env = Environment()
    env.guard._pep.log = log = SlowLog()
    await _cancel_after(turns, WORK[host](env))
    await _settled(env)
    _require_whole([_fields(r) for r in log.records])


@pytest.mark.parametrize("host", WORK)
async def test_no_effect_is_lost_in_the_durable_log(host, tmp_path):
    """The log names the index of a record whose giver was cancelled."""
    for turns in SMOKE:
        folder = tmp_path / str(turns)
        env = Environment()
        log = await Log.open(folder / "audit", origin="kit", key_file=folder / "key")
        env.guard._pep.log = log
        await _cancel_after(turns, WORK[host](env))
        await _settled(env)
        await log.close()
        records = [record for _, record in iter_records(folder / "audit")]
        _require_whole(records)
        if records:
            assert verify(folder / "audit").size == len(records)


@pytest.mark.soak
@pytest.mark.parametrize("host", WORK)
async def test_no_effect_is_lost_at_any_turn(host):
    """Every turn of the loop, not a sample."""
    for turns in range(2_000):
        env = Environment()
        env.guard._pep.log = log = SlowLog()
        under_way = await _cancel_after(turns, WORK[host](env))
        await _settled(env)
        _require_whole([_fields(r) for r in log.records])
        if not under_way:
            return
    pytest.fail("the work never ended")
