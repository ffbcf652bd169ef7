"""What a stage says before it ends: every port that lets something out, inspected and on record."""

from __future__ import annotations

import asyncio
import hashlib
import random

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.helpers.streaming import ChunkQueue, RealtimeStageBus
from stageflow.stages.ports import AudioPorts, CorePorts, LLMPorts

from stageflow_guard.errors import (
    AccessDenied,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.redaction import Redactor, Vault

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"
TEXT = (
    f"The committee met and wrote to {MAIL} about the plan for the season, and then it "
    "agreed on everything else that was on the list. " * 12 + f"In the end {MAIL} said yes."
)


def chunks(text, seed=1):
    """Cut a text at places that no recognizer would choose."""
    rng, at, out = random.Random(seed), 0, []
    while at < len(text):
        step = rng.randint(1, 9)
        out.append(text[at : at + step])
        at += step
    return out


def one(act, kind=StageKind.TRANSFORM):
    class Acting:
        async def execute(self, ctx):
            return await act(ctx) or StageOutput.ok()

    return Pipeline(name="support").with_stage("answer", Acting(), kind)


async def run(world, act, ports, **more):
    return await world.guard.mount(one(act)).run(
        input_text="hi", data={"auth_token": TOKEN}, ports=ports, **more
    )


class Heard:
    """The application's callback: what reached the client, and what was on record by then."""

    def __init__(self, world):
        self.world, self.said, self.recorded = world, [], []

    async def __call__(self, *args):
        self.recorded.append([r.action for r in self.world.log.records])
        self.said.append(args)

    @property
    def text(self):
        return "".join(args[0] for args in self.said)


async def test_tokens_are_redacted_while_they_stream(world):
    """W29: the client hears the whole text redacted, in pieces, before the stage has ended."""
    heard, early = Heard(world), []

    async def act(ctx):
        for chunk in chunks(TEXT):
            await ctx.inputs.ports.send_token(chunk)
        early.append(len(heard.text))

    await run(world, act, LLMPorts(send_token=heard))
    assert MAIL not in heard.text and "ada.lovelace" not in heard.text
    assert heard.text.count("⟦EMAIL_ADDRESS_1·") == 13
    assert len(heard.said) > 3 and early[0] > len(TEXT) // 2


async def test_what_streams_waits_for_its_own_record(world):
    """Before the first word leaves, it is on record that something does; the end has its finds."""
    heard = Heard(world)

    async def act(ctx):
        await ctx.inputs.ports.send_token(TEXT)

    await run(world, act, LLMPorts(send_token=heard))
    assert all("stream" in actions for actions in heard.recorded)
    start = next(i for i, r in enumerate(world.log.records) if r.action == "stream")
    end = next(r for r in world.log.kinds("effect") if r.action == "stream")
    assert world.log.records[start].resource == end.resource == "port:send_token"
    assert end.decision_index == start and end.outcome == "ok"
    assert end.findings == [{"entity": "EMAIL_ADDRESS", "count": 13, "direction": "output"}]
    stage = next(r for r in world.log.kinds("effect") if r.action != "stream")
    assert stage.findings == end.findings
    assert MAIL not in repr(world.log.records)


async def test_a_stage_that_says_nothing_leaves_no_record_of_a_stream(world):
    """Ports that are there and unused cost no record."""

    async def act(_ctx):
        return None

    await run(world, act, LLMPorts(send_token=Heard(world)))
    assert [r.kind for r in world.log.records] == ["run_start", "decision", "effect", "run_end"]


async def test_a_stream_that_cannot_be_recorded_says_nothing(world):
    """An unrecordable release is no release, and the run is refused."""
    heard = Heard(world)

    async def act(ctx):
        world.log.fail = True
        with pytest.raises(GuardError):
            await ctx.inputs.ports.send_token(TEXT)
        world.log.fail = False

    with pytest.raises(GuardError):
        await run(world, act, LLMPorts(send_token=heard))
    assert heard.said == []


async def test_a_failed_stage_releases_nothing_more(world):
    """What was still held when a stage failed stays held."""
    heard = Heard(world)

    async def act(ctx):
        await ctx.inputs.ports.send_token("hello, ")
        raise RuntimeError("no")

    with pytest.raises(Exception, match="no"):
        await run(world, act, LLMPorts(send_token=heard))
    assert heard.said == []


async def test_a_kept_callback_is_dead_after_its_stage(world):
    """A port that a stage kept for later says nothing in its name; the attempt is on record."""
    heard, kept = Heard(world), []

    async def act(ctx):
        kept.append(ctx.inputs.ports.send_token)

    await run(world, act, LLMPorts(send_token=heard))
    with pytest.raises(NotAuthenticated) as caught:
        await kept[0](TEXT)
    assert caught.value.reason == "run_closed" and heard.said == []
    assert world.log.records[-1].decision == "deny"


async def test_an_inspector_that_fails_while_streaming_is_a_refusal(world):
    """A swallowed failure of a chunk still refuses the run."""
    heard = Heard(world)

    async def act(ctx):
        def broken(*_args):
            raise RuntimeError(MAIL)

        world.inspector._redactor.find_all = broken
        try:
            await ctx.inputs.ports.send_token(TEXT)
        except InspectorUnavailable:
            return

    with pytest.raises(InspectorUnavailable) as caught:
        await run(world, act, LLMPorts(send_token=heard))
    assert heard.said == [] and MAIL not in repr(caught.value)


async def test_a_rule_that_blocks_ends_the_stream(world):
    """Policy's `block` about a find holds for text that streams: it never leaves."""

    class Rules:
        def verdict(self, _tenant, *, entity, **_more):
            class Verdict:
                action = "block" if entity == "EMAIL_ADDRESS" else "redact"

            return Verdict

        def scores(self):
            return {}

        def blocks_at(self, *_args, **_more):
            return False

    world.inspector.rules = Rules
    heard = Heard(world)

    async def act(ctx):
        await ctx.inputs.ports.send_token(TEXT)

    with pytest.raises(ContentBlocked):
        await run(world, act, LLMPorts(send_token=heard))
    assert MAIL not in heard.text and "ada" not in heard.text


async def test_whole_calls_are_inspected_whole(world):
    """A transcript and a status are redacted before they are sent; numbers stay numbers."""
    status, transcript = Heard(world), Heard(world)

    async def act(ctx):
        ports = ctx.inputs.ports
        if hasattr(ports, "send_status") and ports.send_status is not None:
            await ports.send_status("stt", "started", {"who": MAIL})
        else:
            await ports.send_transcript("id", f"I am {MAIL}", 0.93, 1200)

    await run(world, act, CorePorts(send_status=status))
    await run(world, act, AudioPorts(send_transcript=transcript))
    assert status.said[0][:2] == ("stt", "started") and MAIL not in repr(status.said)
    assert transcript.said[0][2:] == (0.93, 1200) and MAIL not in repr(transcript.said)


async def test_a_queue_is_read_redacted_in_order_to_its_end(world):
    """`put`, `put_nowait`, None and `close` of a queue: the reader gets the redacted whole."""
    queue: asyncio.Queue = asyncio.Queue()

    async def act(ctx):
        guarded = ctx.inputs.ports.llm_chunk_queue
        for i, chunk in enumerate(chunks(TEXT)):
            if i % 2:
                guarded.put_nowait(chunk)
            else:
                await guarded.put(chunk)
        await guarded.put(None)

    await run(world, act, LLMPorts(llm_chunk_queue=queue))
    items = [queue.get_nowait() for _ in range(queue.qsize())]
    assert items[-1] is None and MAIL not in "".join(items[:-1])
    expected = await world.guard.redact(TEXT)
    assert len("".join(items[:-1])) == len(expected.value)


async def test_objects_that_carry_text_do_not_pass_a_queue(world):
    """What is split over objects cannot be inspected: refused, with what to do."""
    queue: asyncio.Queue = asyncio.Queue()

    async def act(ctx):
        await ctx.inputs.ports.llm_chunk_queue.put({"delta": "ada.love"})

    with pytest.raises(InspectorUnavailable, match="text in chunks"):
        await run(world, act, LLMPorts(llm_chunk_queue=queue))
    assert queue.empty()


async def test_channels_of_the_hosts_bus_are_inspected(world):
    """The real bus: every way into a channel is inspected, closing releases the rest."""
    bus = RealtimeStageBus(default_max_size=500)

    async def act(ctx):
        mine = ctx.inputs.ports.realtime_bus
        for chunk in chunks(TEXT):
            await mine.publish("llm_to_tts", chunk)
        await (await mine.channel("llm_to_tts")).put(" Bye.")
        await mine.close_channel("llm_to_tts")

    await run(world, act, CorePorts(realtime_bus=bus))
    said = [item async for item in bus.subscribe("llm_to_tts")]
    text = "".join(said)
    assert MAIL not in text and text.endswith("said yes. Bye.")


async def test_closing_a_chunk_queue_releases_the_rest_first(world):
    """`close` of the host's own queue type comes after what was held."""
    queue: ChunkQueue = ChunkQueue(max_size=500)

    async def act(ctx):
        await ctx.inputs.ports.llm_chunk_queue.put(f"I am {MAIL}")
        await ctx.inputs.ports.llm_chunk_queue.close()

    await run(world, act, LLMPorts(llm_chunk_queue=queue))
    said = [item async for item in queue]
    assert len(said) == 1 and MAIL not in said[0] and said[0].startswith("I am ⟦")


async def test_a_queue_that_nobody_reads_ends_in_a_refusal(world):
    """What is held cannot be delivered: the run does not hang."""
    world.guard._pep.stop_timeout = 0.2
    queue: asyncio.Queue = asyncio.Queue(maxsize=1)
    queue.put_nowait("full")

    async def act(ctx):
        await ctx.inputs.ports.llm_chunk_queue.put("hello")

    async with asyncio.timeout(5):
        with pytest.raises(InspectorUnavailable, match="delivered"):
            await run(world, act, LLMPorts(llm_chunk_queue=queue))


@pytest.mark.parametrize("allowed", [True, False])
async def test_audio_leaves_where_policy_lets_bytes_pass(world, allowed):
    """Bytes of a stage need the act `bytes` there; on record is the digest of all of them."""
    if allowed:
        world.rules.bytes.add("support/answer")
    heard = Heard(world)

    async def act(ctx):
        for i in range(3):
            await ctx.inputs.ports.send_audio_chunk(b"\x00raw" * 9, "pcm16", i, i == 2)

    if not allowed:
        with pytest.raises(AccessDenied) as caught:
            await run(world, act, AudioPorts(send_audio_chunk=heard))
        assert caught.value.act == "bytes" and heard.said == []
        return
    await run(world, act, AudioPorts(send_audio_chunk=heard))
    assert [args[0] for args in heard.said] == [b"\x00raw" * 9] * 3
    end = next(r for r in world.log.kinds("effect") if r.action == "stream")
    digest = hashlib.sha256(b"\x00raw" * 27).hexdigest()
    (blob,) = end.findings
    assert "108" in blob["entity"] and blob["entity"].endswith(digest)
    assert "raw" not in repr(world.log.records)


async def test_a_stage_with_reveal_streams_pseudonyms_too(world):
    """What a stage says is redacted like what it returns, whatever it was shown."""
    world.rules.reveal.add("support/answer")
    heard, shown = Heard(world), []

    async def act(ctx):
        shown.append(ctx.snapshot.input_text)
        await ctx.inputs.ports.send_token(ctx.snapshot.input_text)

    await world.guard.mount(one(act)).run(
        input_text=f"I am {MAIL}", data={"auth_token": TOKEN}, ports=LLMPorts(send_token=heard)
    )
    assert shown == [f"I am {MAIL}"] and MAIL not in heard.text


async def test_an_inspector_without_streams_holds_all_until_the_end(world):
    """A user's own inspector that knows whole values only: nothing leaves before the end."""

    class Whole:
        def __init__(self, inner):
            self._inner = inner

        def scope(self, tenant, key):
            return self._inner.scope(tenant, key)

        async def redact(self, value, *, scope, direction):
            return await self._inner.redact(value, scope=scope, direction=direction)

    guard = world.build(inspector=Whole(world.inspector))
    heard, early = Heard(world), []

    async def act(ctx):
        for chunk in chunks(TEXT):
            await ctx.inputs.ports.send_token(chunk)
        early.append(list(heard.said))

    await guard.mount(one(act)).run(
        input_text="hi", data={"auth_token": TOKEN}, ports=LLMPorts(send_token=heard)
    )
    assert early == [[]] and MAIL not in heard.text and len(heard.text) > 500


# -- the way back ------------------------------------------------------------------------------


async def test_a_tool_call_gets_originals_by_right_and_on_record(world):
    """Inside a stage, a model's arguments are restored for the tool that may see them."""
    got = []

    async def act(ctx):
        arguments = {"to": ctx.snapshot.input_text.split()[-1], "cc": [ctx.snapshot.input_text]}
        assert MAIL not in repr(arguments)
        got.append(await world.guard.restore(arguments, kind="tool", obj="mail/send", owner="acme"))

    world.rules.reveal.add("mail/send")
    await world.guard.mount(one(act)).run(input_text=f"write to {MAIL}", data={"auth_token": TOKEN})
    assert got == [{"to": MAIL, "cc": [f"write to {MAIL}"]}]
    (record,) = [r for r in world.log.kinds("decision") if r.action == "reveal"]
    assert record.resource == "tool:mail/send" and record.decision == "permit"
    assert record.run == world.log.records[0].run


async def test_without_the_right_nothing_comes_back(world):
    """No `reveal`, no restore: a denial with a reference."""
    async with world.guard.session(TOKEN):
        with pytest.raises(AccessDenied) as caught:
            await world.guard.restore(
                "x", kind="data", obj="chat/1", owner="acme", session_id="chat-1"
            )
        assert caught.value.ref and caught.value.act == "reveal"
        with pytest.raises(AccessDenied):
            await world.guard.restore_stream(
                kind="data", obj="chat/1", owner="acme", session_id="chat-1"
            )
    with pytest.raises(NotAuthenticated):
        await world.guard.restore("x", kind="data", obj="chat/1", owner="acme", session_id="s")


async def test_a_conversation_is_restored_after_its_runs_for_its_tenant_alone(world):
    """The answer of a run is restored by conversation; another tenant gets nothing of it."""
    world.rules.reveal |= {"chat/1"}
    answers = []

    class Echo:
        async def execute(self, ctx):
            answers.append(ctx.snapshot.input_text)
            return StageOutput.ok(text=ctx.snapshot.input_text)

    guarded = world.guard.mount(
        Pipeline(name="support").with_stage("answer", Echo(), StageKind.TRANSFORM)
    )
    results = await guarded.run(
        input_text=f"I am {MAIL}", data={"auth_token": TOKEN}, session_id="chat-1"
    )
    said = results["answer"].data["text"]
    assert MAIL not in said
    ask = {"kind": "data", "obj": "chat/1", "session_id": "chat-1"}
    async with world.guard.session(TOKEN):
        assert await world.guard.restore(said, owner="acme", **ask) == f"I am {MAIL}"
        stream = await world.guard.restore_stream(owner="acme", **ask)
        parts = [await stream.feed(c) for c in chunks(said * 20)] + [await stream.finish()]
        assert "".join(parts) == f"I am {MAIL}" * 20
        with pytest.raises(ConfigError, match="session_id"):
            await world.guard.restore(said, kind="data", obj="chat/1", owner="acme")
    async with world.guard.session("globex:eve"):
        assert await world.guard.restore(said, owner="globex", **ask) == said


async def test_a_stream_by_hand_equals_the_whole(world):
    """`guard.redact_stream()` is for ways out that the host does not know."""
    stream = world.guard.redact_stream()
    out = [await stream.feed(chunk) for chunk in chunks(TEXT)] + [await stream.finish()]
    assert MAIL not in "".join(out)
    with pytest.raises(InspectorUnavailable):
        await stream.feed(b"bytes")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(40))
def test_restoring_in_chunks_equals_restoring_the_whole(seed):
    """However the text is cut, and however a model edited its placeholders."""
    from stageflow_guard.redaction.vault.restore_stream import Restoring

    rng = random.Random(seed)
    redactor, scope = Redactor(), Vault().scope("t", "s")
    said = redactor.redact_in(
        " ".join(f"mail {n}@example.com and call (312) 856-88{n:02d} now" for n in range(10, 16)),
        scope, "output",
    )[0]  # fmt: skip
    edits = [
        str, str.lower, lambda p: p.strip("⟦⟧"), lambda p: p.replace("_", " "),
        lambda p: f"**{p}**", lambda p: p.replace("⟦", "[").replace("⟧", "]"),
        lambda p: p.replace("·", " · "), lambda p: p + p,
    ]  # fmt: skip
    words = [rng.choice(edits)(w) if "⟦" in w else w for w in said.split()]
    text = rng.choice([" ", "\n", ""]).join(words) * 2
    stream, out, at = Restoring(scope), [], 0
    while at < len(text):
        step = rng.choice([1, 3, 17, 200])
        out.append(stream.feed(text[at : at + step]))
        at += step
    assert "".join(out) + stream.finish() == scope.restore(text)
