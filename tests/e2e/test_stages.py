"""The small stages: memory, escalation, tools, audio, analytics, each behind a real guard."""

from __future__ import annotations

import asyncio

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput

from stageflow_guard import AccessDenied, ConfigError, NotAuthenticated
from stageflow_guard.hosts.stageflow.stages import (
    AnalyticsExporter,
    AnalyticsStage,
    AudioChunkQueue,
    EscalationStage,
    HumanQueue,
    MemoryFetchStage,
    MemoryWriteStage,
    SqliteMemory,
    ToolAdapter,
    ToolFailed,
    ToolTimeout,
    erase_memory,
    mulaw_decode,
    mulaw_encode,
    shown,
    wav_bytes,
)
from stageflow_guard.hosts.stageflow.stages.audio import base64_text, pcm_of_wav
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.testing.doubles import AnalyticsDouble, Faults, MemoryDouble, ToolDouble

pytest_plugins = ["stageflow_guard.testing.plugin"]

LINES = """\
g, claim:member, role:member, {t}
p, role:member, {t}, stage, *, run, allow
p, role:member, {t}, memory, chat, read, allow
p, role:member, {t}, memory, chat, write, allow
p, role:member, {t}, memory, chat, delete, allow
p, role:member, {t}, tool, search, call, allow
g, claim:human, role:human, {t}
p, role:human, {t}, data, case/*, read, allow
p, role:human, {t}, data, case/*, write, allow
"""


@pytest.fixture
def policies(tmp_path):
    """Two tenants with the same lines."""
    folder = tmp_path / "policies"
    for tenant in ("acme", "globex"):
        (folder / "tenants" / tenant).mkdir(parents=True)
        (folder / "tenants" / tenant / "policy.csv").write_text(LINES.format(t=tenant))
    (folder / "model.conf").write_text(MODEL)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


async def answer(ctx):
    said = ctx.inputs.get_from("memory", "messages", [])
    return StageOutput.ok(text=f"you wrote {len(said)} before", seen=[m["text"] for m in said])


def chat(guard, store, **options):
    return Pipeline.from_stages(
        stage("memory", MemoryFetchStage(guard, store, **options), StageKind.ENRICH),
        stage("answer", answer, StageKind.TRANSFORM, after="memory"),
        stage("keep", MemoryWriteStage(guard, store, answer_from="answer"), StageKind.WORK,
              after="answer"),
        name="chat",
    )  # fmt: skip


SESSION = "8c5f0b9e-6a0e-4a52-9a3e-0c6f0e7b9a11"


async def test_a_memory_belongs_to_tenant_subject_and_conversation(
    temporary_guard, policies, tmp_path
):
    """Another tenant, another subject, another conversation see nothing of it; an erased one is empty."""
    store = SqliteMemory(tmp_path / "memory.db")
    async with temporary_guard(roles=["member"], policies=policies) as g:
        mounted = g.guard.mount(chat(g.guard, store), name="chat")

        async def seen(session=SESSION):
            results = await mounted.run(input_text="my mail is ada@example.com", session_id=session)
            return results["answer"].data["seen"]

        assert await seen() == []
        again = await seen()
        assert len(again) == 2
        assert again[0].startswith("my mail is ⟦EMAIL_ADDRESS_1·")
        assert await seen("11111111-1111-1111-1111-111111111111") == []
        async with g.as_tenant("globex"):
            assert await seen() == []
        async with g.as_tenant("acme", sub="bob"):
            assert await seen() == []
        assert len(await seen()) == 4
        erased = None

        async def erase(ctx):
            nonlocal erased
            erased = await erase_memory(g.guard, store, SESSION)
            return StageOutput.ok(n=1)

        forget = Pipeline.from_stages(stage("erase", erase, StageKind.WORK), name="forget")
        await g.guard.mount(forget, name="forget").run(input_text="x")
        assert erased == 6
        assert await seen() == []
    store.close()
    assert b"ada@example.com" not in b"".join(p.read_bytes() for p in tmp_path.glob("memory.db*"))
    assert (tmp_path / "memory.db").stat().st_mode & 0o777 == 0o600


async def test_a_memory_needs_its_right_and_a_caller(temporary_guard, policies, tmp_path):
    """No line for the memory: `AccessDenied`, and the store is not touched; no caller: refused."""
    store = MemoryDouble()
    async with temporary_guard(roles=["member"], policies=policies) as g:
        other = Pipeline.from_stages(
            stage("memory", MemoryFetchStage(g.guard, store, name="secrets"), StageKind.ENRICH),
            name="chat",
        )
        with pytest.raises(AccessDenied):
            await g.guard.mount(other, name="chat").run(input_text="x")
        assert store.calls == 0
        with pytest.raises(NotAuthenticated):
            g.guard.scoped_key("memory")
        with pytest.raises(NotAuthenticated):
            await erase_memory(g.guard, store, SESSION)


async def test_what_is_older_than_its_retention_is_not_read_and_is_purged(
    temporary_guard, policies, tmp_path
):
    """A day's retention hides a two-day-old entry; `purge` takes it out of the file."""
    store = SqliteMemory(tmp_path / "memory.db")
    async with temporary_guard(roles=["member"], policies=policies) as g:
        mounted = g.guard.mount(chat(g.guard, store, retention_days=1), name="chat")
        await mounted.run(input_text="old", session_id=SESSION)
        store._rows._db.execute(
            "UPDATE entries SET at = at - 172800, "
            "entry = json_set(entry, '$.at', json_extract(entry, '$.at') - 172800)"
        )
        results = await mounted.run(input_text="new", session_id=SESSION)
        assert results["memory"].data["messages"] == []
        assert await store.purge(1) == 2
    store.close()


def test_keys_are_of_one_caller_and_no_two_splits_are_equal():
    """Tenant and subject are in the key; parts are separated by their length."""
    from stageflow_guard.enforcement.scoping import scoped_key
    from stageflow_guard.model import Principal

    def key(sub, ten, *parts):
        return scoped_key(Principal(subject=sub, tenant=ten, key_id="k"), parts)

    keys = [
        key("user:ada", "acme", "a", "bc"), key("user:ada", "acme", "ab", "c"),
        key("user:bob", "acme", "a", "bc"), key("user:ada", "globex", "a", "bc"),
        key("user:ada", "acme", "abc"), key("user:ad", "acme", "a" , "a", "bc"),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert all(one.partition(":")[0] in ("acme", "globex") for one in keys)
    assert not any("ada" in one for one in keys)


async def test_an_escalated_run_ends_without_an_error_and_a_human_finds_its_case(
    temporary_guard, policies, tmp_path
):
    """The rest does not run; the case holds pseudonyms; only people of the tenant with the right see it."""
    from stageflow.pipeline.dag import UnifiedPipelineCancelled

    ran = []

    async def after(ctx):
        ran.append(1)
        return StageOutput.ok(n=1)

    async with temporary_guard(roles=["member", "human"], policies=policies) as g:
        queue = HumanQueue(g.guard, tmp_path / "cases.db")
        gate = EscalationStage(
            queue, when=lambda ctx: "angry" if "angry" in ctx.snapshot.input_text else None
        )
        mounted = g.guard.mount(
            Pipeline.from_stages(
                stage("gate", gate, StageKind.WORK),
                stage("after", after, StageKind.TRANSFORM, after="gate"), name="chat",
            ), name="chat",
        )  # fmt: skip
        results = await mounted.run(input_text="all fine")
        assert results["gate"].data == {"escalated": False}
        assert ran == [1]
        with pytest.raises(UnifiedPipelineCancelled):
            await mounted.run(input_text="angry, call ada@example.com")
        assert ran == [1]
        (case,) = await queue.waiting()
        assert (case.reason, case.tenant, case.subject) == ("angry", "acme", "user:ada")
        assert "⟦EMAIL_ADDRESS_1·" in case.text
        async with g.as_tenant("globex", roles=["human"]):
            assert await queue.waiting() == []
            assert await queue.take(case.id) is None
        async with g.as_tenant("acme", sub="bob", roles=["member"]):
            with pytest.raises(AccessDenied):
                await queue.waiting()
        taken = await asyncio.gather(*(queue.take(case.id) for _ in range(8)))
        assert [one.taken_by for one in taken if one] == ["user:ada"]
        async with g.as_tenant("acme", sub="bob", roles=["human"]):
            assert not await queue.close_case(case.id)
        assert await queue.close_case(case.id)
        with pytest.raises(NotAuthenticated):
            async with g.guard.session("no token"):
                await queue.waiting()
        queue.close()


def calling(adapter, **arguments):
    async def call(ctx):
        return StageOutput.ok(found=await adapter(**arguments))

    return Pipeline.from_stages(stage("call", call, StageKind.WORK), name="chat")


async def test_a_tool_is_asked_for_repeated_only_when_safe_and_fails_with_its_type(
    temporary_guard, policies
):
    """One retry heals a lost connection with one idempotency key; other errors surface at once."""
    from stageflow_guard import StageFailure

    seen = []

    async def search(query, idempotency_key):
        seen.append(idempotency_key)
        if len(seen) == 1:
            raise ConnectionResetError("4111 1111 1111 1111")
        return f"found {query}"

    async with temporary_guard(roles=["member"], policies=policies) as g:
        healed = ToolAdapter(
            g.guard, search, retries=2, idempotent=True, pause=0,
            idempotency_key=lambda query: f"k-{query}",
        )  # fmt: skip
        results = await g.guard.mount(calling(healed, query="x"), name="chat").run(input_text="a")
        assert results["call"].data["found"] == "found x"
        assert seen == ["k-x", "k-x"]
        calls = [r for r in g.records("decision") if r.get("resource") == "tool:search"]
        assert len(calls) == 2  # each attempt is a decision of its own

        broken = ToolDouble("search", faults=Faults(fail_on={1, 2, 3}, error=LookupError))
        adapter = ToolAdapter(g.guard, broken, retries=2, idempotent=True, pause=0)
        caught = []

        async def call(ctx):
            try:
                await adapter()
            except ToolFailed as error:
                caught.append(error)
                raise
            return StageOutput.ok(n=1)

        pipeline = Pipeline.from_stages(stage("call", call, StageKind.WORK), name="chat")
        with pytest.raises(Exception, match="search"):
            await g.guard.mount(pipeline, name="chat").run(input_text="a")
        assert (caught[0].tool, caught[0].error, caught[0].attempts) == ("search", "LookupError", 1)
        assert broken.calls == 1
        assert issubclass(StageFailure, Exception)


async def test_a_tool_that_hangs_is_a_timeout_and_a_denied_one_is_not_repeated(
    temporary_guard, policies
):
    """`ToolTimeout` after its seconds; `AccessDenied` as it is, the tool never called."""
    async with temporary_guard(roles=["member"], policies=policies) as g:
        slow = ToolDouble("search", faults=Faults(hang_on={1, 2}))
        adapter = ToolAdapter(g.guard, slow, timeout=0.05, retries=1, idempotent=True, pause=0)
        caught = []

        async def call(ctx):
            try:
                await adapter()
            except ToolTimeout as error:
                caught.append(error.attempts)
            return StageOutput.ok(n=1)

        pipeline = Pipeline.from_stages(stage("call", call, StageKind.WORK), name="chat")
        await g.guard.mount(pipeline, name="chat").run(input_text="a")
        assert caught == [2]
        other = ToolDouble("delete")
        denied = ToolAdapter(g.guard, other, retries=3, idempotent=True, pause=0)
        with pytest.raises(AccessDenied):
            await g.guard.mount(calling(denied), name="chat").run(input_text="a")
        assert other.calls == 0
        with pytest.raises(ConfigError, match="twice"):
            ToolAdapter(g.guard, other, retries=1)


async def test_a_full_audio_queue_makes_its_producer_wait_and_loses_nothing():
    """Every chunk arrives in order; the counters say how often the producer waited."""
    queue = AudioChunkQueue(2)
    chunks = [bytes([n]) * 10 for n in range(20)]

    async def produce():
        for chunk in chunks:
            await queue.put(chunk)
        await queue.finish()

    producer = asyncio.create_task(produce())
    got = []
    async for chunk in queue:
        await asyncio.sleep(0)
        got.append(chunk)
    await producer
    assert got == chunks
    assert (queue.counters.chunks, queue.counters.bytes, queue.counters.deepest) == (20, 200, 2)
    assert queue.counters.waits > 0
    with pytest.raises(RuntimeError, match="finished"):
        await queue.put(b"x")


def test_audio_encodings_are_the_standards_own():
    """μ-law by ITU-T G.711's table, WAV by the standard library, base64; a log shows a digest."""
    # G.711: the ends, zero, and the first steps of both signs
    table = {0: 0xFF, -1: 0x7F, 32_635: 0x80, -32_635: 0x00, 32_767: 0x80, -32_768: 0x00,
             1_000: 0xCE, -1_000: 0x4E, 100: 0xF2, 4: 0xFE}  # fmt: skip
    for sample, byte in table.items():
        assert mulaw_encode(sample.to_bytes(2, "little", signed=True)) == bytes([byte]), sample
    every = bytes(range(256))
    assert len(mulaw_decode(every)) == 512
    # decoding then encoding is the identity, but for the two zeros
    assert [b for b, e in zip(every, mulaw_encode(mulaw_decode(every)), strict=True) if b != e] == [
        0x7F
    ]
    pcm = b"".join(n.to_bytes(2, "little", signed=True) for n in range(-500, 500))
    assert pcm_of_wav(wav_bytes(pcm, rate=8_000)) == (pcm, 8_000, 1)
    with pytest.raises(ValueError, match="two bytes"):
        mulaw_encode(b"x")
    with pytest.raises(ValueError, match="WAV"):
        pcm_of_wav(b"x")
    assert base64_text(b"\xff\x00") == "/wA="
    assert shown(b"abc") == "<3 bytes, sha256 ba7816bf8f01cfea>"


async def test_analytics_go_in_batches_wait_when_full_and_say_what_they_lost(
    temporary_guard, policies, caplog
):
    """Whole batches, retried; what is given up is counted and logged without content."""
    sink = AnalyticsDouble(faults=Faults(fail_on={1}))
    async with temporary_guard(roles=["member"], policies=policies) as g:
        async with AnalyticsExporter(sink, batch=3, pause=0, seconds=60) as exporter:
            named = AnalyticsStage(
                exporter, name="chat.done", describe=lambda ctx: {"text": ctx.snapshot.input_text}
            )
            pipeline = Pipeline.from_stages(stage("tell", named, StageKind.WORK), name="chat")
            mounted = g.guard.mount(pipeline, name="chat")
            for _ in range(7):
                await mounted.run(input_text="mail ada@example.com")
        assert [len(batch) for batch in sink.batches] == [3, 3, 1]
        assert (exporter.sent, exporter.lost) == (7, 0)
        assert {event["tenant"] for event in sink.events} == {"acme"}
        assert all("⟦EMAIL_ADDRESS_1·" in event["text"] for event in sink.events)
    dead = AnalyticsDouble(faults=Faults(fail_on=range(1, 99)))
    async with AnalyticsExporter(dead, batch=2, backlog=2, attempts=2, pause=0) as exporter:
        for n in range(6):
            await exporter.add({"n": f"ada@example.com {n}"})
    assert (exporter.lost, exporter.sent) == (6, 0)
    assert exporter.waits > 0
    assert "2 events lost after 2 attempts: ConnectionError" in caplog.text
    assert "ada@" not in caplog.text
