"""Ways out under attack: late, cancelled, refused, renamed, unknown; and the way back."""

from __future__ import annotations

import asyncio
import copy
import gc
import hashlib
import pickle
import warnings
from types import SimpleNamespace

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.streaming import RealtimeStageBus
from stageflow.stages.ports import AudioPorts, CorePorts, LLMPorts

from stageflow_guard.errors import (
    AccessDenied,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.redaction.inspector.streams import OffLoopStream

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"
ASK = {"kind": "data", "obj": "chat/1", "owner": "acme", "session_id": "chat-1"}


class Heard:
    """The application's callback."""

    def __init__(self):
        self.said = []

    async def __call__(self, *args):
        self.said.append(args)


async def run(world, act, ports=None, **more):
    async def answer(ctx):
        return await act(ctx) or StageOutput.ok()

    pipeline = Pipeline(name="support").with_stage("answer", answer, StageKind.TRANSFORM)
    told = {"input_text": "hi", "data": {"auth_token": TOKEN}, "ports": ports, **more}
    return await world.guard.mount(pipeline).run(**told)


def streams(world):
    """The records with which ways out were opened, and those that end them."""
    found = [(i, r) for i, r in enumerate(world.log.records) if r.action == "stream"]
    return (
        [i for i, r in found if r.kind == "decision" and r.decision == "permit"],
        [r.decision_index for _, r in found if r.kind == "effect"],
    )


async def test_the_name_of_a_channel_is_inspected(world):
    """A stage chooses it, it stands on record, and the application hears it."""
    bus = RealtimeStageBus()

    async def act(ctx):
        await ctx.inputs.ports.realtime_bus.publish(f"chat {MAIL}", "hello")

    with pytest.raises(ContentBlocked, match="use an id"):
        await run(world, act, CorePorts(realtime_bus=bus))
    assert MAIL not in repr(world.log.records) and bus._channels == {}


async def test_a_refused_run_says_nothing_more(world):
    """A stage that swallows a refusal and goes on talking talks to nobody."""
    token, status = Heard(), Heard()

    async def act(ctx):
        with pytest.raises(GuardError):
            await ctx.inputs.ports.send_token(b"no text")
        await ctx.inputs.ports.send_status("stt", "fine", None)

    ports = SimpleNamespace(send_token=token, send_status=status)
    with pytest.raises(InspectorUnavailable):
        await run(world, act, ports)
    assert status.said == [] and token.said == []
    assert streams(world) == ([], [])


async def test_what_a_stage_begins_to_say_is_said_before_it_ends(world):
    """`create_task(ports.send_status(...))` and a return right after it is no late word."""
    status, tasks = Heard(), []

    async def act(ctx):
        tasks.append(asyncio.create_task(ctx.inputs.ports.send_status("stt", "done", None)))

    await run(world, act, CorePorts(send_status=status))
    await tasks[0]
    assert status.said == [("stt", "done", None)]
    opened, ended = streams(world)
    assert opened == ended and len(opened) == 1


async def test_a_late_word_is_refused_on_record_and_the_run_goes_on(world):
    """A background task speaks while the next stage runs: nothing leaves, nothing else breaks."""
    status, kept = Heard(), []

    async def first(ctx):
        kept.append(ctx.inputs.ports.send_status)
        return StageOutput.ok()

    async def second(_ctx):
        with pytest.raises(NotAuthenticated, match="the stage is over"):
            await kept[0]("stt", "late", None)
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("first", first, StageKind.WORK)
        .with_stage("second", second, StageKind.WORK, dependencies=("first",))
    )
    await world.guard.mount(pipeline).run(
        input_text="hi", data={"auth_token": TOKEN}, ports=CorePorts(send_status=status)
    )
    assert status.said == []
    (late,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (late.stage, late.reason, late.tenant) == ("first", "run_closed", "acme")
    assert late.run == world.log.records[0].run and late.actor["subject"] == "user:ada"


@pytest.mark.parametrize("held", ["inspection", "record"])
async def test_what_is_under_way_when_its_stage_fails_does_not_leave(world, held):
    """The end of a stage counts at the moment of delivery, not at the moment of the call."""
    status, tasks, go = Heard(), [], asyncio.Event()
    inner, append = world.inspector.redact, world.log.append

    async def redact(value, **more):
        if held == "inspection" and "late" in repr(value):
            await go.wait()
        return await inner(value, **more)

    async def slowly(record):
        index = await append(record)
        if held == "record" and record.action == "stream":
            await asyncio.sleep(0.05)
        return index

    world.inspector.redact, world.log.append = redact, slowly

    async def act(ctx):
        tasks.append(asyncio.create_task(ctx.inputs.ports.send_status("stt", "late", None)))
        await asyncio.sleep(0.01)
        raise ValueError("no")

    with pytest.raises(Exception, match="no"):
        await run(world, act, CorePorts(send_status=status))
    go.set()
    (said,) = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(said, NotAuthenticated) and said.reason == "run_closed"
    assert status.said == []
    opened, ended = streams(world)
    assert opened == ended and len(opened) == (held == "record")


async def test_a_call_that_is_cancelled_while_it_is_recorded_has_one_record_and_an_end(
    world, monkeypatch
):
    """A stage with a deadline of its own around a port: no permit is left without its effect."""
    token, append, feed = Heard(), world.log.append, OffLoopStream.feed
    inspected, written, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(record):
        index = await append(record)
        if record.action == "stream":
            written.set()
            await go_on.wait()
        return index

    async def watched(stream, chunk):
        text = await feed(stream, chunk)
        inspected.set()
        return text

    world.log.append = slowly
    monkeypatch.setattr(OffLoopStream, "feed", watched)

    async def act(ctx):
        for _ in range(3):
            inspected.clear()
            call = asyncio.create_task(ctx.inputs.ports.send_token("hello you " * 99))
            await inspected.wait()
            await written.wait()
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        go_on.set()

    await run(world, act, LLMPorts(send_token=token))
    opened, ended = streams(world)
    assert opened == ended and len(opened) == 1


async def test_a_stage_that_is_cancelled_while_it_is_recorded_leaves_an_end(world):
    """The caller goes away in that moment: the way out still has its effect."""
    append = world.log.append

    async def slowly(record):
        index = await append(record)
        if record.action == "stream":
            await asyncio.sleep(0.05)
        return index

    world.log.append = slowly

    async def act(ctx):
        await ctx.inputs.ports.send_token("hello you " * 99)

    call = asyncio.create_task(run(world, act, LLMPorts(send_token=Heard())))
    while not any(r.action == "stream" for r in world.log.records):
        await asyncio.sleep(0.005)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    opened, ended = streams(world)
    assert opened == ended and len(opened) == 1


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_stage_that_is_cancelled_again_and_again_leaves_an_end(world, times):
    """Each cancellation interrupts whoever waits for the record; its effect comes all the same."""
    append = world.log.append

    async def slowly(record):
        index = await append(record)
        if record.action == "stream":
            await asyncio.sleep(0.05)
        return index

    world.log.append = slowly
    tasks = []

    async def act(ctx):
        tasks.append(asyncio.current_task())
        await ctx.inputs.ports.send_token("hello you " * 99)

    call = asyncio.create_task(run(world, act, LLMPorts(send_token=Heard())))
    while not any(r.action == "stream" for r in world.log.records):
        await asyncio.sleep(0.005)
    for _ in range(times):
        tasks[0].cancel()
        await asyncio.sleep(0.005)
    with pytest.raises((asyncio.CancelledError, Exception)):
        await call
    opened, ended = streams(world)
    assert opened == ended and len(opened) == 1
    assert world.log.records[-1].kind == "run_end"


async def test_a_stage_that_ignores_its_end_has_its_ways_out_ended_before_the_run(world):
    """Nothing of a run stands behind its end but refusals; and what the stage says later is one."""
    world.guard._pep.stop_timeout = 0.1
    token, go, late = Heard(), asyncio.Event(), []

    async def act(ctx):
        await ctx.inputs.ports.send_token("hello you " * 99)
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                continue
        try:
            await ctx.inputs.ports.send_token("hello you " * 99)
        except NotAuthenticated as error:
            late.append(error.reason)

    call = asyncio.create_task(run(world, act, LLMPorts(send_token=token)))
    while not token.said:
        await asyncio.sleep(0.005)
    said = len(token.said)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert world.log.records[-1].kind == "run_end"
    opened, ended = streams(world)
    assert opened == ended and len(opened) == 1
    go.set()
    while not late:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.01)
    assert late == ["run_closed"] and len(token.said) == said
    assert all(r.decision == "deny" for r in world.log.records[len(world.log.records) - 1 :])


async def test_a_chunk_that_is_refused_leaves_no_unfinished_work(world):
    """A refusal that cannot be awaited to its end warns of nothing at a random place."""
    append = world.log.append

    async def slowly(record):
        if record.decision == "deny":
            await asyncio.sleep(0.05)
        return await append(record)

    world.log.append = slowly
    kept = []

    async def act(ctx):
        kept.append(ctx.inputs.ports.send_token)

    await run(world, act, LLMPorts(send_token=Heard()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(kept[0]("hello"), 0.01)
        gc.collect()


async def test_a_port_that_is_there_later_is_guarded(world):
    """An application's own ports object may grow a callback in the course of a run."""
    token, ports = Heard(), SimpleNamespace(send_token=None)

    async def act(ctx):
        ports.send_token = token
        await ctx.inputs.ports.send_token(f"I am {MAIL}")

    await run(world, act, ports)
    assert len(token.said) == 1 and MAIL not in token.said[0][0]


async def test_ways_into_a_queue_that_nobody_knows_are_not_there(world):
    """`send`, `push`, `_queue`, `_put`: refused with what to use; reading goes on as it is."""

    class Mine(asyncio.Queue):
        async def send(self, item):
            await self.put(item)

    queue, seen = Mine(maxsize=9), []

    async def act(ctx):
        mine = ctx.inputs.ports.llm_chunk_queue
        seen.append((mine.qsize(), mine.empty(), mine.full(), mine.maxsize))
        for name in ("send", "push", "_queue", "_put", "__wrapped__"):
            with pytest.raises(AttributeError, match="use `put`"):
                getattr(mine, name)
        with pytest.raises(AttributeError, match="use `put`"):
            _ = ctx.inputs.ports.realtime_bus._channels
        await mine.put("hello")

    ports = SimpleNamespace(llm_chunk_queue=queue, realtime_bus=RealtimeStageBus())
    await run(world, act, ports)
    assert seen == [(0, True, False, 9)] and queue.get_nowait() == "hello"


async def test_who_reads_a_queue_is_not_handed_the_queue(world):
    """The host's queue is its own iterator; a stage's loop over it gets items and no way in."""
    bus, seen = RealtimeStageBus(), []

    async def act(ctx):
        mine = await ctx.inputs.ports.realtime_bus.channel("words")
        await mine.put("hello")
        await mine.close()
        assert not hasattr(aiter(mine), "put")
        seen.extend([item async for item in mine])
        assert not hasattr(ctx.inputs.ports.realtime_bus.subscribe("words"), "put")

    await run(world, act, CorePorts(realtime_bus=bus))
    assert seen == ["hello"]


async def test_closing_a_channel_ends_that_channel_alone(world):
    """One whose name begins like another's, or ends in a colon, is not another's."""
    bus, seen = RealtimeStageBus(), []

    async def act(ctx):
        mine = ctx.inputs.ports.realtime_bus
        await mine.publish("a:b", "held")
        await mine.publish("a:", "other")
        await mine.close_channel("a:")
        seen.append((len(await bus.channel("a:b")), len(await bus.channel("a:"))))

    await run(world, act, CorePorts(realtime_bus=bus))
    assert seen[0][0] == 0 and seen[0][1] >= 1


async def test_bytes_of_a_subclass_leave_without_what_hangs_on_them(world):
    """`__bytes__` and attributes of a subclass are its own words; the content is what leaves."""
    world.rules.bytes.add("support/answer")
    audio = Heard()

    class Sly(bytes):
        def __bytes__(self):
            return Sly(MAIL.encode())

    async def act(ctx):
        sly = Sly(b"\x00\x01")
        sly.note = MAIL
        await ctx.inputs.ports.send_audio_chunk(sly, "pcm", 0, True)

    await run(world, act, AudioPorts(send_audio_chunk=audio))
    assert [type(args[0]) for args in audio.said] == [bytes]
    assert audio.said[0][0] == b"\x00\x01"


async def test_the_ports_of_a_stage_are_not_copied(world):
    """A copy would be a way out of nobody's; and no attempt of it ends in a recursion."""

    async def act(ctx):
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be copied"):
                attempt(ctx.inputs.ports)

    await run(world, act, LLMPorts(send_token=Heard()))


# -- the way back ------------------------------------------------------------------------------


def made_up(count):
    letters = "abcdefghkmnpqrst"
    return " ".join(f"⟦PERSON_1·aaaaaa{a}{b}⟧" for a in letters for b in letters)[: count * 20]


async def test_placeholders_that_were_made_up_are_on_record_when_they_are_to_come_back(world):
    """`guard.restore` counts them like a stage's input does; too many are a refusal with a ref."""
    world.rules.reveal.add("chat/1")
    async with world.guard.session(TOKEN):
        await world.guard.restore(made_up(2), **ASK)
        noted = world.log.records[-1]
        assert noted.reason == "forged_placeholders" and noted.resource == "data:chat/1"
        assert (noted.tenant, noted.actor["subject"]) == ("acme", "user:ada")
        with pytest.raises(InspectorUnavailable) as caught:
            await world.guard.restore(made_up(99), **ASK)
        assert caught.value.ref
        stream = await world.guard.restore_stream(**ASK)
        with pytest.raises(InspectorUnavailable):
            await stream.feed(made_up(150))
    refused = [r for r in world.log.kinds("decision") if r.error == "inspector_unavailable"]
    assert [r.reason for r in refused] == ["forged_placeholders"] * 2
    assert [r.resource for r in refused] == ["data:chat/1"] * 2


async def test_a_run_whose_stage_guesses_placeholders_is_refused(world):
    """The refusal of a restore counts for the run, whatever the stage makes of it."""
    world.rules.reveal.add("mail/send")

    async def act(ctx):
        with pytest.raises(InspectorUnavailable):
            await world.guard.restore(made_up(99), kind="tool", obj="mail/send", owner="acme")

    with pytest.raises(InspectorUnavailable):
        await run(world, act)


@pytest.mark.parametrize("end", ["session", "revoked"])
async def test_a_restoring_stream_ends_with_its_session_and_its_caller(world, end):
    """A stream that was kept brings nothing back after the session, or for who was revoked."""
    world.rules.reveal.add("chat/1")

    async def act(ctx):
        return StageOutput.ok(text=ctx.snapshot.input_text)

    results = await run(world, act, input_text=f"I am {MAIL}", session_id="chat-1")
    said = results["answer"].data["text"]
    async with world.guard.session(TOKEN):
        stream = await world.guard.restore_stream(**ASK)
        assert MAIL in await stream.feed(said * 9)
        if end == "revoked":
            world.tokens.revoked.add("user:ada")
            with pytest.raises(NotAuthenticated):
                await stream.feed(said * 9)
    with pytest.raises(NotAuthenticated) as caught:
        await stream.finish()
    assert caught.value.ref
    assert world.log.records[-1].decision == "deny"


async def test_a_restoring_stream_ends_with_its_run(world):
    """Inside a run, too."""
    world.rules.reveal.add("mail/send")
    kept = []

    async def act(ctx):
        kept.append(await world.guard.restore_stream(kind="tool", obj="mail/send", owner="acme"))
        await kept[0].feed(ctx.snapshot.input_text)

    await run(world, act, input_text=f"I am {MAIL}")
    with pytest.raises(NotAuthenticated):
        await kept[0].finish()


async def test_it_is_on_record_whose_conversation_came_back(world):
    """Outside a run, the decision names the person and, by digest, the conversation."""
    world.rules.reveal.add("chat/1")
    async with world.guard.session(TOKEN):
        await world.guard.restore("x", **ASK)
        await world.guard.restore("x", **ASK, subject="user:bob")
    mine, bobs = [r.note for r in world.log.kinds("decision") if r.action == "reveal"]
    digest = hashlib.sha256(b"chat-1").hexdigest()
    assert mine == {"conversation": f"sha256:{digest}", "of": "user:ada"}
    assert bobs == {"conversation": f"sha256:{digest}", "of": "user:bob"}


async def test_without_the_right_there_is_no_stream_to_keep(world):
    """A denial names what was asked for."""
    async with world.guard.session(TOKEN):
        with pytest.raises(AccessDenied) as caught:
            await world.guard.restore_stream(**ASK)
    assert caught.value.act == "reveal"


# -- what comes in through the ports -------------------------------------------------------------


@pytest.mark.parametrize("reveal", [False, True])
async def test_what_stands_beside_a_runs_audio_is_inspected(world, reveal):
    """`ports.recording` is input like metadata: redacted, the stage's own, back with `reveal`."""
    if reveal:
        world.rules.reveal.add("support/answer")
    seen = []

    async def act(ctx):
        seen.append(ctx.inputs.ports.recording)
        ctx.inputs.ports.recording["who"] = "changed"

    recording = {"who": f"call of {MAIL}"}
    await run(world, act, AudioPorts(recording=recording, audio_format="pcm_16"))
    await run(world, act, AudioPorts(recording=recording))
    assert recording == {"who": f"call of {MAIL}"}
    assert seen[0] is not recording and len(seen) == 2


async def test_one_stage_sees_what_was_redacted_and_no_others_changes(world):
    """Two stages of one run: pseudonyms for both, and neither writes into the other's."""
    seen = []

    async def act(ctx):
        seen.append(dict(ctx.inputs.ports.recording))
        ctx.inputs.ports.recording["who"] = "changed"
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("a", act, StageKind.WORK)
        .with_stage("b", act, StageKind.WORK, dependencies=("a",))
    )
    world.rules.reveal.add("support/b")
    await world.guard.mount(pipeline).run(
        input_text="hi", data={"auth_token": TOKEN}, ports=AudioPorts(recording={"who": MAIL})
    )
    assert seen[0]["who"].startswith("⟦EMAIL_ADDRESS_") and seen[1] == {"who": MAIL}


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_runs_audio_reaches_a_stage_where_policy_lets_bytes_pass(world, allowed):
    """`ports.audio_data` is bytes of the run's input, whichever way the host hands them in."""
    if allowed:
        world.rules.bytes.add("support/answer")
    seen = []

    async def act(ctx):
        seen.append(ctx.inputs.ports.audio_data)

    if not allowed:
        with pytest.raises(AccessDenied) as caught:
            await run(world, act, AudioPorts(audio_data=b"\x00audio"))
        assert caught.value.act == "bytes" and seen == []
        return
    await run(world, act, AudioPorts(audio_data=b"\x00audio"))
    assert seen == [b"\x00audio"]


async def test_audio_that_appears_in_mid_run_is_not_there(world):
    """What was not inspected at the gate is not handed out behind it."""
    ports = SimpleNamespace(audio_data=None, send_token=None)

    async def act(ctx):
        ports.audio_data = b"late"
        assert getattr(ctx.inputs.ports, "audio_data", None) is None

    await run(world, act, ports)
