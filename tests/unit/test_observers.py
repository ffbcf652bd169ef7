"""`guard.on_record`: observers are told what stands on record, and change nothing."""

from __future__ import annotations

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput

from stageflow_guard import AuditUnavailable


async def echo(ctx):
    return StageOutput.ok(text=ctx.snapshot.input_text)


PIPELINE = Pipeline.from_stages(stage("echo", echo, StageKind.TRANSFORM), name="support")


async def run(world):
    async with world.guard as guard, guard.session("acme:ada"):
        return await guard.mount(PIPELINE, name="support").run(input_text="mail ada@example.com")


async def test_an_observer_is_told_each_record_in_order_and_no_text(world):
    """As many as stand in the log, with their indexes; personal data is in none."""
    told = []
    world.guard.on_record(told.append)
    await run(world)
    assert [one["kind"] for one in told] == [one.kind for one in world.log.records]
    assert [one["index"] for one in told] == list(range(len(told)))
    assert "ada@example.com" not in repr(told)


async def test_a_broken_observer_changes_nothing_and_is_logged_by_type(world, caplog):
    """The run answers, the others are told, and the log line holds no text of the error."""
    told = []

    def broken(record):
        raise ValueError("4111 1111 1111 1111")

    world.guard.on_record(broken)
    world.guard.on_record(told.append)
    assert (await run(world))["echo"].data["text"]
    assert len(told) == len(world.log.records)
    assert "a record observer failed: ValueError" in caplog.text
    assert "4111" not in caplog.text


async def test_an_observer_that_was_taken_back_is_told_nothing(world):
    """The function that `on_record` returns ends it, once and for all."""
    told = []
    remove = world.guard.on_record(told.append)
    remove()
    remove()
    await run(world)
    assert told == []


async def test_what_could_not_be_recorded_is_not_told(world):
    """A log that fails gives observers nothing, and the run is refused."""
    told = []
    world.guard.on_record(told.append)
    world.log.fail = True
    with pytest.raises(AuditUnavailable):
        await run(world)
    assert told == []


async def test_an_observer_cannot_change_a_record(world):
    """What it gets is its own copy."""

    def forge(record):
        for value in record.values():
            if isinstance(value, dict | list):
                value.clear()
        record.clear()

    world.guard.on_record(forge)
    await run(world)
    assert all(one.kind for one in world.log.records)
    assert any(one.policy for one in world.log.records)
    assert all(one.findings for one in world.log.records if one.findings is not None)
