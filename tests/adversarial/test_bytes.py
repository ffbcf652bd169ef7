"""Bytes pass only where policy says so, and are on record by length and digest."""

from __future__ import annotations

import hashlib

import pytest
from stageflow import Pipeline
from stageflow.core import StageArtifact, StageEvent, StageKind, StageOutput

from stageflow_guard.errors import AccessDenied, ContentBlocked
from stageflow_guard.policy.analysis.replay import questions

IMAGE = b"\x89PNG ada@example.com"
MARK = f"BYTES:{len(IMAGE)}:sha256:{hashlib.sha256(IMAGE).hexdigest()}"
TOKEN = "acme:ada"


class Says:
    """A stage that keeps what it saw and answers with what it is given."""

    kind = StageKind.TRANSFORM

    def __init__(self, out=None):
        self.out, self.seen = out, []

    async def execute(self, ctx):
        self.seen.append(ctx)
        return self.out or StageOutput.ok(text="fine")


def two(out=None):
    first, second = Says(out), Says()
    pipeline = (
        Pipeline(name="p")
        .with_stage("first", first, StageKind.TRANSFORM)
        .with_stage("second", second, StageKind.TRANSFORM, after="first")
    )
    return first, second, pipeline


def marks(record):
    return [f["entity"] for f in record.findings or ()]


async def run(world, pipeline, **context):
    return await world.guard.mount(pipeline).run(data={"auth_token": TOKEN}, **context)


CARRIERS = {
    "metadata": {"metadata": {"scan": IMAGE}},
    "extensions": {"extensions": {"scan": [bytearray(IMAGE)]}},
    "a view": {"metadata": {"scan": (memoryview(IMAGE),)}},
    "a key": {"metadata": {IMAGE: 1}},
}


@pytest.mark.parametrize("carrier", CARRIERS)
async def test_bytes_of_the_input_reach_no_stage_by_default(world, carrier):
    """No line says so: the first stage is refused, on record with length and digest."""
    first, second, pipeline = two()
    with pytest.raises(AccessDenied) as caught:
        await run(world, pipeline, **CARRIERS[carrier])
    assert first.seen == second.seen == []
    assert caught.value.act == "bytes"
    (denied,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (denied.stage, denied.action, denied.resource) == ("first", "bytes", "stage:p/first")
    assert (denied.reason, denied.error) == ("no_matching_rule", "access_denied")
    assert marks(denied) == [MARK]
    assert "PNG" not in repr(world.log.records)


async def test_bytes_pass_where_policy_says_so_and_no_further(world):
    """One stage is named: it gets them as they are; the next one is refused."""
    first, second, pipeline = two()
    world.rules.bytes.add("p/first")
    with pytest.raises(AccessDenied, match="p/second"):
        await run(world, pipeline, metadata={"scan": IMAGE})
    assert first.seen[0].snapshot.metadata["scan"] == IMAGE
    assert second.seen == []
    permitted = world.log.kinds("decision")[0]
    assert permitted.obligations == ["redact", "bytes"]
    assert marks(permitted) == [MARK]


OUTPUTS = {
    "data": StageOutput.ok(image=IMAGE),
    "an artifact": StageOutput(
        status=StageOutput.ok().status, artifacts=[StageArtifact(type="a", payload={"b": IMAGE})]
    ),
    "an event": StageOutput(
        status=StageOutput.ok().status, events=[StageEvent(type="a", data={"b": IMAGE})]
    ),
}


@pytest.mark.parametrize("carrier", OUTPUTS)
async def test_bytes_in_an_output_are_withheld_by_default(world, carrier):
    """A stage that may run may not put out bytes: neither downstream nor the caller sees them."""
    first, second, pipeline = two(OUTPUTS[carrier])
    with pytest.raises(AccessDenied):
        await run(world, pipeline, input_text="hi")
    assert len(first.seen) == 1
    assert second.seen == []
    assert [r.outcome for r in world.log.kinds("effect")] == ["withheld"]
    (denied,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (denied.stage, denied.step, denied.action) == ("first", "inspect_output", "bytes")
    assert marks(denied) == [MARK]


async def test_prior_outputs_are_handed_only_to_stages_that_may_take_them(world):
    """The stage that says bytes may; the one that reads its output needs a line of its own."""
    _, second, pipeline = two(StageOutput.ok(image=IMAGE))
    world.rules.bytes.add("p/first")
    with pytest.raises(AccessDenied, match="p/second"):
        await run(world, pipeline, input_text="hi")
    assert second.seen == []
    world.rules.bytes.add("p/second")
    results = await run(world, pipeline, input_text="hi")
    assert second.seen[0].inputs.prior_outputs["first"].data["image"] == IMAGE
    assert results["first"].data["image"] == IMAGE
    assert marks(world.log.kinds("effect")[-2]) == [MARK]


async def test_a_stage_beside_one_that_says_bytes_needs_no_line(world):
    """What a stage cannot reach is not asked about, whatever ends first."""
    pipeline = (
        Pipeline(name="p")
        .with_stage("first", Says(StageOutput.ok(image=IMAGE)), StageKind.TRANSFORM)
        .with_stage("aside", Says(), StageKind.TRANSFORM)
        .with_stage("later", Says(), StageKind.TRANSFORM, after="aside")
    )
    world.rules.bytes.add("p/first")
    results = await run(world, pipeline, input_text="hi")
    assert results["later"].data == {"text": "fine"}


async def test_access_is_denied_before_bytes_are_spoken_of(world):
    """Who may not run the stage hears that, and nothing of its content."""
    _, _, pipeline = two()
    world.rules.denied.add("p/first")
    with pytest.raises(AccessDenied) as caught:
        await run(world, pipeline, metadata={"scan": IMAGE})
    assert (caught.value.act, caught.value.findings) == ("run", ())


async def test_bytes_in_an_event_go_nowhere(world):
    """An event is handed to the application's sink, which no line is about: refused, on record."""

    class Emits(Says):
        async def execute(self, ctx):
            ctx.event_sink.try_emit(type="said", data={"b": IMAGE})
            return StageOutput.ok()

    pipeline = Pipeline(name="p").with_stage("first", Emits(), StageKind.TRANSFORM)
    world.rules.bytes.add("p/first")
    with pytest.raises(ContentBlocked) as caught:
        await run(world, pipeline, input_text="hi")
    assert caught.value.reason == "bytes_refused"


async def test_a_setting_that_refuses_is_stronger_than_policy(world):
    """`binary = "refuse"`: nowhere, whatever a line says."""
    from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault

    _, _, pipeline = two()
    world.rules.bytes |= {"p/first", "p/second"}
    world.guard = world.build(inspector=OffLoopInspector(Redactor(), Vault(), binary="refuse"))
    with pytest.raises(ContentBlocked) as caught:
        await run(world, pipeline, metadata={"scan": IMAGE})
    assert caught.value.reason == "bytes_refused"
    (denied,) = [r for r in world.log.kinds("decision") if r.decision == "deny"]
    assert (denied.stage, denied.reason) == ("first", "bytes_refused")
    assert marks(denied) == [MARK]


async def test_arguments_of_a_tool_are_asked_about_by_name(world):
    """`guard.redact` refuses bytes; with the stage they go to, policy is asked, on record."""
    with pytest.raises(ContentBlocked):
        await world.guard.redact({"file": IMAGE})
    assert world.log.records[-1].reason == "bytes_refused"
    async with world.guard.session(TOKEN):
        with pytest.raises(AccessDenied) as caught:
            await world.guard.redact({"file": IMAGE}, stage="p/first")
        assert marks(world.log.records[-1]) == [MARK]
        assert caught.value.ref == f"test#{len(world.log.records) - 1}"
        world.rules.bytes.add("p/first")
        redaction = await world.guard.redact({"file": IMAGE}, stage="p/first")
    assert redaction.value == {"file": IMAGE}
    assert (world.log.records[-1].action, world.log.records[-1].decision) == ("bytes", "permit")


async def test_replay_asks_about_bytes_again(world):
    """A permit under which bytes passed rests on the line about bytes, too."""
    _, _, pipeline = two()
    world.rules.bytes |= {"p/first", "p/second"}
    await run(world, pipeline, metadata={"scan": IMAGE})
    records = [
        {k: getattr(r, k) for k in r.__dataclass_fields__ if getattr(r, k) is not None}
        for r in world.log.records
    ]
    asked = [one.request.act for one in questions(enumerate(records)) if one is not None]
    assert asked == ["run", "bytes", "run", "bytes"]
