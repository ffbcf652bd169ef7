"""What leaves a guarded run besides its answer: exceptions, their frames, ids, late stages."""

from __future__ import annotations

import asyncio
import gc
import logging
from uuid import uuid4

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageCancellationRequested, StageKind, StageOutput

from stageflow_guard import current_principal
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    InspectorUnavailable,
    NotAuthenticated,
)
from stageflow_guard.hosts.stageflow.errors import StageFailure

TOKEN = "acme:ada-token-value"
MAIL = "ada.lovelace@example.com"


def local_values(error: BaseException) -> str:
    """Print the locals of every frame that an error tracker would send, the test's own left out."""
    said, seen, waiting = [], set(), [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        said.append(repr(one))
        waiting += [one.__cause__, one.__context__, getattr(one, "original", None)]
        at = one.__traceback__
        while at is not None:
            if "tests" not in at.tb_frame.f_code.co_filename:
                said += [shown(value) for value in at.tb_frame.f_locals.values()]
            at = at.tb_next
    return " ".join(said)


def shown(value, depth=0):
    """Print a value as a tracker does: containers and attributes some levels down."""
    if depth > 4:
        return ""
    if isinstance(value, dict):
        return " ".join(f"{k!r} {shown(v, depth + 1)}" for k, v in value.items())
    if isinstance(value, list | tuple | set):
        return " ".join(shown(v, depth + 1) for v in value)
    own = getattr(value, "__dict__", None)
    if isinstance(own, dict) and not isinstance(value, type | BaseException):
        return f"{value!r} {shown(own, depth + 1)}"
    return repr(value)


def one(act, kind=StageKind.TRANSFORM):
    class Acting:
        async def execute(self, ctx):
            answer = act(ctx)
            return await answer if asyncio.iscoroutine(answer) else answer

    return Pipeline(name="support").with_stage("answer", Acting(), kind)


def failing(_ctx):
    raise ValueError(f"mail {MAIL}")


def stopping(_ctx):
    raise StageCancellationRequested(f"mail {MAIL}")


def fine(_ctx):
    return StageOutput.ok()


WAYS = {
    "run": lambda guarded, text: guarded.run(input_text=text, data={"auth_token": TOKEN}),
    "invoke": lambda guarded, text: guarded.invoke(text, data={"auth_token": TOKEN}),
    "build": lambda guarded, text: guarded.build().run(
        PipelineContext.create(input_text=text, data={"auth_token": TOKEN})
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ["stage fails", "stage cancels", "denied", "inspector fails"])
async def test_no_frame_of_an_exception_holds_the_token_or_raw_text(world, caplog, way, end):
    """W31: an error tracker that sends locals finds neither, whichever way in and out."""
    act = {"stage fails": failing, "stage cancels": stopping}.get(end, fine)
    world.rules.reveal.add("support/answer")  # the stage's own view holds the originals
    if end == "denied":
        world.rules.denied.add("support/answer")
    if end == "inspector fails":

        async def broken(*_args, **_kwargs):
            raise RuntimeError(f"cannot read {MAIL}")

        world.inspector.redact = broken
    logged: list[str] = []

    class Tracker(logging.Handler):
        def emit(self, record):
            if record.exc_info and record.exc_info[1] is not None:
                logged.append(local_values(record.exc_info[1]))

    tracker = Tracker()
    logging.getLogger().addHandler(tracker)
    try:
        with pytest.raises(Exception) as caught:
            await WAYS[way](world.guard.mount(one(act)), f"I am {MAIL}")
    finally:
        logging.getLogger().removeHandler(tracker)
    for text in (local_values(caught.value), *logged, caplog.text):
        assert MAIL not in text and TOKEN not in text


class Private(BaseException):
    """A stage's own way out, past `except Exception`."""


@pytest.mark.parametrize(
    "error",
    [
        Private(f"mail {MAIL}"),
        BaseExceptionGroup("several", [Private(f"mail {MAIL}")]),
        ExceptionGroup("several", [ValueError(f"mail {MAIL}")]),
        SystemExit(f"mail {MAIL}"),
    ],
    ids=lambda e: type(e).__name__,
)
async def test_whatever_a_stage_raises_is_a_failure_with_its_text_inspected(world, error):
    """An exception of any kind leaves redacted, and its effect is on record."""

    def act(_ctx):
        raise error

    with pytest.raises(Exception) as caught:
        await world.guard.mount(one(act)).run(input_text="hi", data={"auth_token": TOKEN})
    assert isinstance(caught.value.original, StageFailure)
    assert caught.value.original.kind == type(error).__name__
    assert MAIL not in local_values(caught.value)
    assert [r.outcome for r in world.log.kinds("effect")] == ["error"]


async def test_a_cancellation_of_a_stages_own_bears_no_text(world):
    """`CancelledError("…")` raised by a stage is cancelled, on record, and says nothing."""

    def act(_ctx):
        raise asyncio.CancelledError(f"mail {MAIL}")

    with pytest.raises(BaseException) as caught:
        await world.guard.mount(one(act)).run(input_text="hi", data={"auth_token": TOKEN})
    assert MAIL not in local_values(caught.value)
    assert world.log.kinds("effect")[0].outcome == "cancelled"
    assert len(world.log.kinds("run_end")) == 1


async def test_a_callers_cancellation_keeps_its_own_message(world):
    """What the caller said when it cancelled is the caller's: task groups and scopes rely on it."""

    async def act(_ctx):
        await asyncio.sleep(30)

    work = asyncio.create_task(
        world.guard.mount(one(act)).run(input_text="hi", data={"auth_token": TOKEN})
    )
    while not world.log.kinds("decision"):
        await asyncio.sleep(0.001)
    work.cancel("enough")
    with pytest.raises(asyncio.CancelledError):
        await work
    assert world.log.kinds("run_end")[0].outcome == "cancelled"


async def test_a_stage_that_ignores_cancellation_holds_nobody(world, caplog):
    """The run ends within its patience, says so, and what the stage does later is not on record."""
    world.guard._pep.stop_timeout = 0.1
    go, ended = asyncio.Event(), asyncio.Event()

    async def act(_ctx):
        while not go.is_set():
            try:
                await asyncio.sleep(5)
                await go.wait()
            except asyncio.CancelledError:
                continue
        assert current_principal() is None
        ended.set()
        return StageOutput.ok(text=MAIL)

    work = asyncio.create_task(
        world.guard.mount(one(act)).run(input_text="hi", data={"auth_token": TOKEN})
    )
    while not world.log.kinds("decision"):
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    work.cancel()
    async with asyncio.timeout(3):
        with pytest.raises(asyncio.CancelledError):
            await work
    assert [r.outcome for r in world.log.records[-2:]] == ["unknown", "cancelled"]
    assert "ignore cancellation: 1" in caplog.text
    go.set()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()  # wakes its sleep; it goes on all the same
    async with asyncio.timeout(3):
        await ended.wait()
    await asyncio.sleep(0.02)
    assert world.log.records[-1].kind == "run_end"


IDS = {
    "a UUID": (str(uuid4()), True),
    "a short name": ("checkout-7", True),
    "a name of a provider": ("auth0|5f7c8ec7c33c6c004bbafe82", True),
    "base64": ("c2Vzc2lvbi0x+w==", True),
    "a tilde": ("acme~42", True),
    "a mail address": (MAIL, False),
    "a card number": ("4111-1111-1111-1111", False),
    "a sentence": ("call me, Ada", False),
    "a long name": ("x" * 129, False),
    "a control character": ("a\x1b[2J", False),
}


@pytest.mark.parametrize("field", ["session_id", "pipeline_run_id"])
@pytest.mark.parametrize("what", IDS)
async def test_an_id_on_record_is_an_id_and_no_more(world, field, what):
    """Ids stand on record as given, so one that is no UUID must be short and hold no find."""
    given, fits = IDS[what]
    if fits and field == "pipeline_run_id" and what != "a UUID":
        pytest.skip("the host itself takes only UUIDs further on")
    ctx = PipelineContext.create(input_text="hi", data={"auth_token": TOKEN})
    object.__setattr__(ctx, field, given)
    graph = world.guard.mount(one(fine)).build()
    if fits:
        await graph.run(ctx)
        assert given in repr(world.log.records)
        return
    with pytest.raises(NotAuthenticated) as caught:
        await graph.run(ctx)
    assert caught.value.reason == "unsupported_context"
    assert given not in repr(world.log.records)
    assert caught.value.ref == "test#0"


async def test_an_id_that_cannot_be_inspected_is_refused(world):
    """No inspector, no unread id on record."""

    async def broken(*_args, **_kwargs):
        raise InspectorUnavailable("no")

    world.inspector.redact = broken
    ctx = PipelineContext.create(input_text="hi", data={"auth_token": TOKEN})
    object.__setattr__(ctx, "session_id", "checkout-7")
    with pytest.raises((NotAuthenticated, InspectorUnavailable)):
        await world.guard.mount(one(fine)).build().run(ctx)
    assert world.log.kinds("run_start") == []


async def test_a_run_ends_with_the_session_that_it_began_in(world):
    """Leaving a session ends its runs in background tasks, too: no further stage runs."""
    began, go, ran = asyncio.Event(), asyncio.Event(), []

    class First:
        async def execute(self, _ctx):
            began.set()
            await go.wait()
            ran.append(current_principal())
            return StageOutput.ok()

    class Second:
        async def execute(self, _ctx):
            ran.append("second")
            return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("first", First(), StageKind.TRANSFORM)
        .with_stage("second", Second(), StageKind.TRANSFORM, after="first")
    )
    guarded = world.guard.mount(pipeline)
    async with world.guard.session(TOKEN):
        work = asyncio.create_task(guarded.run(input_text="hi"))
        await began.wait()
    go.set()
    with pytest.raises(NotAuthenticated) as caught:
        await work
    assert caught.value.reason == "run_closed"
    assert ran == [None]
    assert world.log.kinds("run_end")[0].outcome == "refused"


async def test_a_stage_revoked_between_permit_and_runner_has_an_effect(world):
    """Every permit has an effect: one that was not used says `not_run`."""
    real = world.tokens.recheck
    calls = []

    def recheck(principal):
        calls.append(1)
        if len(calls) == 2:
            world.tokens.revoked.add(principal.subject)
        real(principal)

    world.tokens.recheck = recheck
    with pytest.raises(NotAuthenticated):
        await world.guard.mount(one(fine)).run(input_text="hi", data={"auth_token": TOKEN})
    assert [r.outcome for r in world.log.kinds("effect")] == ["not_run"]


async def test_an_object_name_of_any_length_is_digested_not_cut(world):
    """A name too long for a record is on record by digest and length; two never look the same."""
    async with world.guard.session(TOKEN):
        for end in "ab":
            await world.guard.authorize(
                kind="data", obj="x" * 100_000 + end, act="run", owner="acme"
            )
    names = [r.resource for r in world.log.kinds("decision")]
    assert len(set(names)) == 2
    assert all(name.startswith("data:sha256:") and name.endswith("+100001") for name in names)


async def test_a_question_that_cannot_be_recorded_is_refused_with_a_reference(world, caplog):
    """`AuditUnavailable` from a direct question bears a `.ref` and one WARNING line."""
    async with world.guard.session(TOKEN):
        world.log.hold.add("decision")
        with pytest.raises(AuditUnavailable) as caught:
            await world.guard.authorize(kind="data", obj="ticket/7", act="run", owner="acme")
    assert caught.value.ref and caught.value.ref in caplog.text


async def test_a_denial_keeps_its_frames_to_itself_in_the_background(world):
    """What a forgotten task reports when it is collected holds no token either."""
    world.rules.denied.add("support/answer")
    heard: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: heard.append(local_values(context["exception"]))
    )
    work = asyncio.create_task(
        world.guard.mount(one(fine)).run(input_text=MAIL, data={"auth_token": TOKEN})
    )
    with pytest.raises(AccessDenied):
        await asyncio.shield(work)
    del work
    gc.collect()
    assert all(MAIL not in text and TOKEN not in text for text in heard)
