"""What a run held is gone with it, without the collector's help: state, outputs, token."""

from __future__ import annotations

import asyncio
import gc

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import LLMPorts

from stageflow_guard.enforcement.run import Run
from stageflow_guard.enforcement.session import Session
from stageflow_guard.testing.conformance import Environment

TOKEN = "acme:ada-of-this-test"
CANARY = "a word of this run alone"


async def nowhere(piece):
    return None


def answering(kind, guard):
    async def echo(ctx):
        return StageOutput.ok(text=ctx.snapshot.input_text)

    async def streams(ctx):
        await ctx.inputs.ports.send_token(CANARY)
        return StageOutput.ok(text=CANARY)

    async def fails(ctx):
        raise ValueError(CANARY)

    async def with_child(ctx):
        inner = Pipeline.from_stages(stage("child", echo, StageKind.TRANSFORM), name="child")
        return StageOutput.ok(
            text=len(await guard.mount(inner, name="child").run(input_text=CANARY))
        )

    first = {"plain": echo, "streams": streams, "fails": fails, "child": with_child}[kind]
    return Pipeline.from_stages(
        stage("first", first, StageKind.TRANSFORM),
        stage("second", echo, StageKind.TRANSFORM, after="first"),
        name="support",
    )


def alive(*types):
    return [one for one in gc.get_objects() if type(one) in types]


@pytest.mark.parametrize("kind", ["plain", "streams", "fails", "child", "cancelled"])
async def test_an_ended_run_leaves_nothing_behind(kind):
    """With the collector off: no run, no open session, and no object that holds token or text."""
    env = Environment()
    mounted = env.guard.mount(
        answering("plain" if kind == "cancelled" else kind, env.guard), name="support"
    )

    async def one(number):
        async with env.guard.session(f"{TOKEN}-{number}"):
            work = mounted.run(input_text=f"{CANARY} {number}", ports=LLMPorts(send_token=nowhere))
            if kind == "cancelled":
                task = asyncio.create_task(work)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                return
            if kind == "fails":
                try:
                    await work
                except Exception:
                    return
                raise AssertionError("the stage fails")
            await work

    await one(0)
    gc.collect()
    before = {id(one) for one in alive(Run, Session)}  # what other tests still hold
    gc.disable()
    try:
        for number in range(1, 21):
            await one(number)
        await asyncio.sleep(0.2)  # timers of the host go
        assert [one for one in alive(Run) if id(one) not in before] == []
        open_ = [one for one in alive(Session) if id(one) not in before and not one.closed]
        assert open_ == []
        holding = [
            holder
            for holder in gc.get_objects()
            if type(holder) in (dict, list, tuple, set)
            and holder is not globals()
            and any(
                type(item) is str and (item.startswith(TOKEN) or item.startswith(f"{CANARY} "))
                for item in (holder.values() if type(holder) is dict else holder)
            )
        ]
        assert holding == []
    finally:
        gc.enable()
