"""Everything textual that a stage, an event sink or a caller can reach is inspected: one carrier, one test."""

from __future__ import annotations

import logging

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.context import Conversation, Enrichments, Message
from stageflow.context.enrichments import DocumentEnrichment, MemoryEnrichment, ProfileEnrichment
from stageflow.core import StageArtifact, StageEvent, StageKind, StageOutput
from stageflow.pipeline.dag import UnifiedPipelineCancelled, UnifiedStageExecutionError

from stageflow_guard import PiiGuardStage
from stageflow_guard.errors import ContentBlocked

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"


class Reads:
    """A stage that keeps what it saw."""

    kind = StageKind.TRANSFORM

    def __init__(self, act=None):
        self.act = act
        self.snapshot = None
        self.prior = None

    async def execute(self, ctx):
        self.snapshot = ctx.snapshot
        self.prior = ctx.inputs.prior_outputs
        if self.act is not None:
            return self.act(ctx)
        return StageOutput.ok()


async def run_with(world, act=None, then=None, **context):
    first, second = Reads(act), Reads(then)
    pipeline = (
        Pipeline(name="support")
        .with_stage("first", first, StageKind.TRANSFORM)
        .with_stage("second", second, StageKind.TRANSFORM, after="first")
    )
    context = {"topology": "support", **context}
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, **context)
    results = await world.guard.mount(pipeline).build().run(ctx)
    return first, second, results


def everything(value, depth=0):
    """Print all that is reachable from a value, private state included."""
    if depth > 8:
        return ""
    if isinstance(value, dict):
        return " ".join(
            f"{everything(k, depth + 1)} {everything(v, depth + 1)}" for k, v in value.items()
        )
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(everything(v, depth + 1) for v in value)
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is not None:
        return " ".join(everything(getattr(value, n, None), depth + 1) for n in names)
    return str(value)


INPUTS = {
    "input text": {"input_text": f"write to {MAIL}"},
    "a conversation message": {
        "conversation": Conversation(messages=[Message(role="user", content=f"I am {MAIL}")])
    },
    "a profile": {
        "enrichments": Enrichments(
            profile=ProfileEnrichment(user_id=None, display_name="A", preferences={"mail": MAIL})
        )
    },
    "a memory": {
        "enrichments": Enrichments(memory=MemoryEnrichment(recent_topics=[f"mail {MAIL}"]))
    },
    "documents": {
        "enrichments": Enrichments(
            documents=[DocumentEnrichment(blocks=[{"text": f"from {MAIL}"}])]
        )
    },
    "web results": {"enrichments": Enrichments(web_results=[{"snippet": f"contact {MAIL}"}])},
    "extensions": {"extensions": {"crm": {"note": f"mail {MAIL}"}}},
    "metadata": {"metadata": {"subject": f"Re: {MAIL}"}},
    "a metadata key": {"metadata": {f"about {MAIL}": 1}},
    "an execution mode": {"execution_mode": f"as {MAIL}"},
    "a topology": {"topology": f"for {MAIL}"},
}


@pytest.mark.parametrize("carrier", INPUTS, ids=lambda c: c.replace(" ", "_"))
async def test_no_input_carrier_reaches_a_stage_raw(world, carrier):
    """Input text, messages, enrichments, extensions, metadata: a stage reads pseudonyms."""
    first, _, _ = await run_with(world, **INPUTS[carrier])
    seen = everything(first.snapshot)
    assert MAIL not in seen
    assert "⟦EMAIL_ADDRESS_1·" in seen


OUTPUTS = {
    "data": lambda ctx: StageOutput.ok(text=f"mail {MAIL}"),
    "a nested value": lambda ctx: StageOutput.ok(a=[{"b": (f"mail {MAIL}",)}]),
    "a data key": lambda ctx: StageOutput.ok(data={f"about {MAIL}": 1}),
    "a plain dict": lambda ctx: {"text": f"mail {MAIL}"},
    "an artifact": lambda ctx: StageOutput(
        status=StageOutput.ok().status, artifacts=[StageArtifact(type="doc", payload={"t": MAIL})]
    ),
    "an event": lambda ctx: StageOutput(
        status=StageOutput.ok().status, events=[StageEvent(type="said", data={"t": MAIL})]
    ),
    "a skip reason": lambda ctx: StageOutput.skip(reason=f"because of {MAIL}"),
}


@pytest.mark.parametrize("carrier", OUTPUTS, ids=lambda c: c.replace(" ", "_"))
async def test_no_output_carrier_reaches_downstream_or_the_caller_raw(world, carrier):
    """Data with its keys, artifacts, events, reasons: the next stage and the caller read pseudonyms."""
    _, second, results = await run_with(world, OUTPUTS[carrier])
    assert MAIL not in everything(second.prior)
    assert "⟦EMAIL_ADDRESS_1·" in everything(second.prior)
    assert MAIL not in everything(dict(results))


async def test_a_failure_text_leaves_redacted(world, caplog):
    """A FAIL's error text reaches neither logs nor the caller raw."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await run_with(world, lambda ctx: StageOutput.fail(error=f"no mail to {MAIL}"))
    assert MAIL not in f"{caught.value!r} {caught.value} {caught.value.original!r}"
    assert MAIL not in caplog.text


async def test_a_cancel_reason_leaves_redacted(world, caplog):
    """A cancel's reason reaches neither logs nor the caller raw."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UnifiedPipelineCancelled) as caught:
        await run_with(world, lambda ctx: StageOutput.cancel(reason=f"stop {MAIL}"))
    assert MAIL not in f"{caught.value!r} {caught.value} {everything(caught.value.__dict__)}"
    assert MAIL not in caplog.text


async def test_an_exceptions_frames_do_not_carry_the_text(world):
    """W31: no frame, cause or context of what the caller catches holds the raw text."""

    def act(ctx):
        secret = f"mail {MAIL}"
        raise ValueError(secret)

    with pytest.raises(UnifiedStageExecutionError) as caught:
        await run_with(world, act, input_text=f"I am {MAIL}")
    error, seen = caught.value, []
    while error is not None:
        seen.append(repr(error))
        tb = error.__traceback__
        while tb is not None:
            if "stageflow" in tb.tb_frame.f_code.co_filename:
                seen += [everything(v) for k, v in tb.tb_frame.f_locals.items() if type(v) is str]
            tb = tb.tb_next
        error = error.__cause__ or error.__context__
    assert MAIL not in " ".join(seen)


async def test_bytes_are_never_recorded(world):
    """Where policy lets bytes pass they are what they were; a record holds none of them."""
    world.rules.bytes |= {"support/first", "support/second"}
    _, second, _ = await run_with(world, lambda ctx: StageOutput.ok(image=b"\x89PNG raw"))
    assert second.prior["first"].data["image"] == b"\x89PNG raw"
    assert "PNG" not in repr(world.log.records)


async def test_records_hold_no_text_of_any_carrier(world):
    """Findings are types and counts; no record holds what was found."""
    await run_with(world, OUTPUTS["data"], **INPUTS["input text"])
    assert MAIL not in repr(world.log.records)
    assert any(r.findings for r in world.log.records)


# -- explicit guard stages -------------------------------------------------------------------------


def by_hand(guard, **options):
    tail = Reads()
    return tail, (
        Pipeline(name="support")
        .with_stage("pii", PiiGuardStage(guard, **options), StageKind.GUARD)
        .with_stage("tail", tail, StageKind.TRANSFORM, after="pii")
    )


async def test_an_explicit_guard_stage_hands_redacted_text_on(world):
    """In a hand-built graph the key `text` holds pseudonyms."""
    tail, pipeline = by_hand(world.guard)
    await pipeline.run(input_text=f"mail {MAIL}")
    assert tail.prior["pii"].data["text"].startswith("mail ⟦EMAIL_ADDRESS_1·")
    assert tail.prior["pii"].data["findings"] == {"EMAIL_ADDRESS": 1}


async def test_an_explicit_guard_stage_under_a_mount_redacts_nothing_twice(world):
    """Under a mount the text is redacted once, in the run's own scope."""
    tail, pipeline = by_hand(world.guard)
    await world.guard.mount(pipeline).run(input_text=f"mail {MAIL}", data={"auth_token": TOKEN})
    assert tail.prior["pii"].data["text"] == tail.snapshot.input_text
    assert tail.prior["pii"].data["text"].count("⟦") == 1


async def test_an_explicit_guard_stage_without_text_fails(world):
    """W10: a misspelt key is a failure, never a skip."""
    tail, pipeline = by_hand(world.guard, content_key="txet")
    with pytest.raises(UnifiedStageExecutionError):
        await pipeline.run(input_text="hello")
    assert tail.snapshot is None


async def test_an_explicit_guard_stage_blocks_on_record(world):
    """With `on_finding = block` the refusal is typed and recorded."""
    guard = world.build(block=True)
    tail, pipeline = by_hand(guard)
    with pytest.raises(UnifiedStageExecutionError) as caught:
        await pipeline.run(input_text=f"mail {MAIL}")
    assert isinstance(caught.value.original, ContentBlocked)
    assert caught.value.original.ref == "test#0"
    assert tail.snapshot is None
