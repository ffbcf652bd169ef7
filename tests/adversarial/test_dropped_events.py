"""An event that does not leave a run is counted: on record, in the log, in the run's last event."""

from __future__ import annotations

import asyncio
import logging

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput

from stageflow_guard.errors import AuditUnavailable
from stageflow_guard.hosts.stageflow.event_sink import DROPPED, GuardedSink

TOKEN = "acme:ada"
LIMIT = 10_000


class Sink:
    """An application's event sink that breaks after `most` events."""

    def __init__(self, most=None):
        self.got, self.most = [], most

    def try_emit(self, *, type, data=None):
        if self.most is not None and len(self.got) >= self.most:
            raise OSError("the sink is full")
        self.got.append((type, data))


async def emitting(world, sink, count, end=None):
    """Run one stage that emits `count` events and then calls `end`."""

    async def stage(ctx):
        for n in range(count):
            ctx.event_sink.try_emit(type="n", data={"n": n})
        if end is not None:
            await end(ctx)
        return StageOutput.ok()

    pipeline = Pipeline(name="support").with_stage("a", stage, StageKind.TRANSFORM)
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support", event_sink=sink)
    return await world.guard.mount(pipeline).build().run(ctx)


def on_record(world):
    """Return the counts of dropped events on record."""
    return [r.note["events_dropped"] for r in world.log.records if r.reason == "events_dropped"]


async def test_events_above_the_limit_are_counted_on_record_and_told(world, caplog):
    """10 000 events leave; the record, the log and the last event say how many did not."""
    sink = Sink()
    with caplog.at_level(logging.WARNING):
        await emitting(world, sink, LIMIT + 7)
    assert len(sink.got) == LIMIT + 1
    assert sink.got[-1] == (DROPPED, {"dropped": 7})
    assert on_record(world) == [7]
    assert "did not get: 7" in caplog.text
    kinds = [r.kind for r in world.log.records]
    assert kinds[-1] == "run_end"


async def test_events_up_to_the_limit_are_no_loss(world):
    """Where nothing is dropped, nothing says so."""
    sink = Sink()
    await emitting(world, sink, 50)
    assert len(sink.got) == 50
    assert on_record(world) == []


async def test_events_behind_a_broken_sink_are_counted(world):
    """A sink that breaks in the middle did not get the rest."""
    await emitting(world, Sink(most=3), 10)
    assert on_record(world) == [7]


async def test_events_of_a_failed_stage_above_the_limit_are_counted(world):
    """A run that fails says so too."""

    async def fail(ctx):
        raise ValueError("no")

    with pytest.raises(Exception, match="failed"):
        await emitting(world, Sink(), LIMIT + 2, fail)
    assert on_record(world) == [2]


async def test_events_of_a_cancelled_run_are_counted(world):
    """A run whose caller goes away hands out no events, and says how many."""
    started, sink = asyncio.Event(), Sink()

    async def wait(ctx):
        started.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(emitting(world, sink, 4, wait))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert on_record(world) == [4]
    assert sink.got == [(DROPPED, {"dropped": 4})]
    assert world.log.records[-1].kind == "run_end"


async def test_events_that_cannot_be_inspected_are_counted(world):
    """A value that the inspector refuses takes all waiting events with it: counted."""

    async def end(ctx):
        ctx.event_sink.try_emit(type="odd", data={"open": iter([1])})

    with pytest.raises(Exception, match="inspector_unavailable"):
        await emitting(world, Sink(), 2, end)
    assert on_record(world) == [3]


async def test_an_event_after_the_end_is_told(caplog):
    """A stage that ignores its end emits into a sink that is over: counted and logged."""

    async def same(value):
        return value

    async def report(lost):
        return lost

    sink = GuardedSink(Sink(), same, report)
    await sink.release()
    with caplog.at_level(logging.WARNING):
        sink.try_emit(type="late")
    assert sink.dropped == 1
    assert "after the end" in caplog.text


async def test_a_loss_that_cannot_be_recorded_is_a_refusal(world):
    """No record, no result: a loss of events is no exception."""

    async def hold(ctx):
        world.log.fail = True

    with pytest.raises(AuditUnavailable):
        await emitting(world, Sink(), LIMIT + 1, hold)


async def test_a_stage_leaves_no_text_on_the_sink(world):
    """All stages hold the sink: it takes no attribute."""

    async def end(ctx):
        with pytest.raises(AttributeError):
            ctx.event_sink.note = "a text for the next stage"

    await emitting(world, Sink(), 0, end)
