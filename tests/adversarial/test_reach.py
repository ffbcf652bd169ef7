"""What a stage can reach from the objects that it is handed: no token, no raw text."""

from __future__ import annotations

import asyncio
import types
from types import SimpleNamespace

import pytest
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.streaming import RealtimeStageBus
from stageflow.stages.context import PipelineContext

MAILS = {"input": "ada@example.com", "event": "bob@example.com", "output": "carol@example.com"}


def reachable(root):
    """Every text that attributes, slots and containers lead to; closures and modules left out."""
    seen, todo = {}, [root]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, types.ModuleType | types.FunctionType | type):
            continue
        seen[id(one)] = one
        if isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            todo += one
        elif isinstance(one, types.MethodType):
            todo.append(one.__self__)
        elif not isinstance(one, str | bytes | int):
            todo += getattr(one, "__dict__", {}).values()
            for cls in type(one).__mro__:
                slots = getattr(cls, "__slots__", ())
                for name in (slots,) if isinstance(slots, str) else slots:
                    try:
                        todo.append(getattr(one, name))
                    except AttributeError:
                        continue
    return [one for one in seen.values() if isinstance(one, str | bytes)]


class Heard:
    """The application's event sink."""

    def __init__(self, *, broken: bool = False) -> None:
        self.events: list[tuple[str, object]] = []
        self.broken = broken

    def try_emit(self, *, type, data=None):
        if self.broken:
            raise RuntimeError(f"cannot take {data}")
        self.events.append((type, data))

    async def emit(self, *, type, data=None):
        self.try_emit(type=type, data=data)


def talking(second):
    """A stage that says things in events and outputs, and `second` behind it."""

    async def first(ctx):
        ctx.try_emit_event("said", {"text": MAILS["event"]})
        return StageOutput.ok(text=MAILS["output"])

    return (
        Pipeline(name="p")
        .with_stage("first", first, StageKind.WORK)
        .with_stage("second", second, StageKind.WORK, dependencies=("first",))
    )


def context(sink):
    """A context with a token, raw text and the application's sink."""
    return PipelineContext.create(
        topology="p", input_text=f"from {MAILS['input']}",
        data={"auth_token": "acme:ada-secret-token"}, event_sink=sink,
    )  # fmt: skip


async def test_a_way_out_leads_to_neither_token_nor_originals(world):
    """Ports, their methods and the queues and channels behind them, while they speak."""
    found, said = [], []

    async def send_token(text):
        said.append(text)

    async def look(ctx):
        ports = ctx.inputs.ports
        await ports.send_token("hello and welcome " * 60)
        ports.llm_chunk_queue.put_nowait("hello")
        channel = await ports.realtime_bus.channel("to_tts")
        found.extend(reachable([ctx, ports.send_token, ports.llm_chunk_queue, channel]))
        return StageOutput.ok()

    ports = SimpleNamespace(
        send_token=send_token, llm_chunk_queue=asyncio.Queue(), realtime_bus=RealtimeStageBus()
    )
    guarded = world.guard.mount(Pipeline(name="p").with_stage("look", look, StageKind.WORK))
    async with world.guard.session("acme:ada-secret-token"):
        await guarded.run(input_text=f"from {MAILS['input']}", session_id="chat-1", ports=ports)
    held = " ".join(one if isinstance(one, str) else one.decode("latin-1") for one in found)
    assert said and "send_token" in held and "⟦EMAIL_ADDRESS_" in held
    assert "ada-secret-token" not in held
    assert MAILS["input"] not in held


async def test_nothing_that_a_stage_is_handed_leads_to_the_token_or_to_raw_text(world):
    """Ports, sinks, inputs and snapshot, private attributes included."""
    found = []

    async def look(ctx):
        found.extend(reachable(ctx))
        return StageOutput.ok()

    await world.guard.mount(talking(look)).build().run(context(Heard()))
    held = " ".join(one if isinstance(one, str) else one.decode("latin-1") for one in found)
    assert "first" in held and "⟦EMAIL_ADDRESS_" in held  # the walk went through the outputs
    # the name is part of the test's subject; the token as a whole is what opens doors
    assert "acme:ada-secret-token" not in held
    assert not [mail for mail in MAILS.values() if mail in held]


@pytest.mark.parametrize("ends", ["well", "in an error", "in a refusal"])
async def test_events_leave_redacted_however_the_run_ends(world, ends):
    """The events of a failed run are the ones that people look for."""

    async def second(ctx):
        if ends == "in an error":
            raise ValueError("broken")
        return StageOutput.ok()

    if ends == "in a refusal":
        world.rules.denied.add("p/second")
    sink = Heard()
    run = world.guard.mount(talking(second)).build().run(context(sink))
    if ends == "well":
        await run
    else:
        with pytest.raises(Exception, match=r"denied|second"):
            await run
    said = [data["text"] for kind, data in sink.events if kind == "said"]
    assert len(said) == 1 and said[0].startswith("⟦EMAIL_ADDRESS_")


async def test_a_sink_that_breaks_fails_no_run_and_leaks_nothing(world, caplog):
    """The application's own telemetry is not part of the decision."""

    async def second(ctx):
        return StageOutput.ok()

    results = await world.guard.mount(talking(second)).build().run(context(Heard(broken=True)))
    assert results["second"].status.value == "ok"
    assert "event sink failed" in caplog.text and "@example.com" not in caplog.text


async def test_a_refusal_carries_no_frame_of_the_guard_below_the_gate(world):
    """W31: what reports locals of a traceback finds the caller's frames and the gate's, no more."""

    async def second(ctx):
        return StageOutput.ok()

    world.rules.denied.add("p/second")
    with pytest.raises(Exception) as caught:
        await world.guard.mount(talking(second)).build().run(context(Heard()))
    frames, at = [], caught.value.__traceback__
    while at is not None:
        frames.append(at.tb_frame.f_code.co_name)
        at = at.tb_next
    assert frames[-2:] == ["run", "without_frames"] and "_run_guarded" not in frames
    assert caught.value.__context__ is None
