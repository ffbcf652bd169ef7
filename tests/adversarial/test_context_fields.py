"""Every field of a context and of an output is of an exact type without text, or inspected."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageArtifact, StageEvent, StageKind, StageOutput, StageStatus
from stageflow.pipeline.interceptors import BaseInterceptor, ErrorAction

from stageflow_guard.errors import InspectorUnavailable, NotAuthenticated
from stageflow_guard.hosts.stageflow.carriers import ASIDE, EXACT, INPUTS, LABELS

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"
CARD = 4111_1111_1111_1111


def shown(value, depth=0):
    """Return all text that is reachable from a value, attributes of every kind included."""
    if depth > 8:
        return ""
    if isinstance(value, dict):
        return " ".join(f"{shown(k, depth + 1)} {shown(v, depth + 1)}" for k, v in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(shown(v, depth + 1) for v in value)
    names = [*getattr(type(value), "__dataclass_fields__", ()), *getattr(value, "__dict__", ())]
    own = "" if hasattr(type(value), "__dataclass_fields__") else str(value)
    zone = str(value.tzname()) if isinstance(value, datetime) else ""
    return " ".join([own, zone, *(shown(getattr(value, n, None), depth + 1) for n in names)])


async def seen(world, act=None, **context):
    """Run two stages; return what they could read, and what the caller got."""
    read = []

    async def first(ctx):
        read.append(shown(ctx.snapshot) + str(ctx.to_dict()) + shown(ctx.is_cancelled))
        return StageOutput.ok() if act is None else act()

    async def second(ctx):
        read.append(shown(ctx.inputs.prior_outputs))
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("first", first, StageKind.TRANSFORM)
        .with_stage("second", second, StageKind.TRANSFORM, after="first")
    )
    context = {"topology": "support", **context}
    ctx = PipelineContext(data={"auth_token": TOKEN}, **context)
    results = await world.guard.mount(pipeline).build().run(ctx)
    return " ".join(read) + shown(results)


class Text(str):
    """A text that says it is empty."""

    __slots__ = ()

    def __bool__(self):
        return False


class Id(UUID):
    """An id with a text beside it."""


def id_with_text():
    one = Id(str(uuid4()))
    one.__dict__["note"] = MAIL
    return one


class Moment(datetime):
    """A time with a text beside it."""


def moment_with_text():
    one = Moment(2026, 1, 1, tzinfo=UTC)
    one.note = MAIL
    return one


def zoned():
    return datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1), MAIL))


IDS = ("request_id", "interaction_id", "parent_run_id", "correlation_id")
VALUES = {
    "a text": lambda: f"req {MAIL}",
    "a text that says it is empty": lambda: Text(MAIL),
    "an id with a text": id_with_text,
    "a dict": lambda: {"from": MAIL},
    "a list": lambda: [MAIL],
    "bytes-like text in a tuple": lambda: (f"for {MAIL}",),
    "a long number": lambda: CARD,
}


async def outcome(world, **context):
    """Return what could be read, or what the run was refused with."""
    try:
        return await seen(world, **context)
    except Exception as error:  # the guard's refusal, or the host's own end of the run
        return repr(error)


async def refused_or_clean(world, **context):
    """Pass when neither text nor number is anywhere."""
    text = await outcome(world, **context)
    assert MAIL not in text
    assert str(CARD) not in text
    assert MAIL not in str(world.log.records)


@pytest.mark.parametrize("value", VALUES, ids=lambda v: v.replace(" ", "_"))
@pytest.mark.parametrize("name", IDS)
async def test_an_id_of_another_type_is_inspected(world, name, value):
    """An id is a UUID; frameworks take a request id from a client's header."""
    await refused_or_clean(world, **{name: VALUES[value]()})


async def test_a_clean_text_as_request_id_passes_as_it_is(world):
    """What holds no personal data reaches the stages."""
    assert "req-77" in await seen(world, request_id="req-77")


async def test_a_text_as_request_id_reaches_stages_redacted(world):
    """A request id with an address is a pseudonym for the stages."""
    assert "EMAIL_ADDRESS_1" in await seen(world, request_id=f"req {MAIL}")


RESTORED = {
    "request_id": f"req {MAIL}", "interaction_id": {"from": MAIL},
    "input_audio_duration_ms": f"for {MAIL}", "topology": f"support {MAIL}",
}  # fmt: skip


@pytest.mark.parametrize("name", RESTORED)
async def test_who_may_see_originals_sees_those_in_ids_and_times(world, name):
    """`reveal` brings back all carriers of the input, those of exact fields too; only there."""
    assert MAIL not in await seen(world, **{name: RESTORED[name]})
    world.rules.reveal = {"support/first"}
    assert MAIL in await seen(world, **{name: RESTORED[name]})


@pytest.mark.parametrize("name", ["pipeline_run_id", "session_id"])
async def test_an_id_that_says_it_is_empty_leaves_nothing_behind(world, name):
    """The ids of a run are what was read of them, and nothing that hangs on them."""
    await refused_or_clean(world, **{name: Text(MAIL)})
    await refused_or_clean(world, **{name: id_with_text()})


MOMENTS = {
    "a text": lambda: MAIL,
    "a zone with a name": zoned,
    "a time with a text": moment_with_text,
    "a dict": lambda: {"at": MAIL},
    "a text that says it is empty": lambda: Text(MAIL),
    "a list": lambda: [MAIL],
}


@pytest.mark.parametrize("value", MOMENTS, ids=lambda v: v.replace(" ", "_"))
@pytest.mark.parametrize("name", ["created_at", "input_audio_duration_ms", "canceled"])
async def test_a_time_a_duration_and_a_flag_of_another_type_are_inspected(world, name, value):
    """`created_at` is a time, the duration a number, `canceled` True or False."""
    await refused_or_clean(world, **{name: MOMENTS[value]()})


async def test_a_card_number_as_duration_is_inspected(world):
    """A number is short enough to be no card, or it is read."""
    await refused_or_clean(world, input_audio_duration_ms=CARD)
    assert "1234" in await seen(world, input_audio_duration_ms=1234)


@pytest.mark.parametrize("name", [*INPUTS, *LABELS, "service"])
async def test_an_input_that_says_it_is_empty_is_inspected(world, name):
    """Only exact types are asked whether they hold anything."""
    await refused_or_clean(world, **{name: Text(MAIL)})


async def test_a_name_with_a_text_beside_it_is_inspected(world):
    """A topology that equals the pipeline's name is one only as a plain text."""

    class Name(str):
        """A text with attributes."""

    topology = Name("support")
    topology.note = MAIL
    await refused_or_clean(world, topology=topology)


def test_every_field_of_a_context_is_in_one_table():
    """A field that a new version of the host adds has to be placed before a run is guarded."""
    named = {*INPUTS, *LABELS, *ASIDE, *EXACT}
    of_the_run = {"pipeline_run_id", "session_id", "user_id", "org_id", "event_sink", "ports", "db"}
    # these stay with the host, its interceptors and hooks: no stage's context shows them
    of_the_host = {
        "data", "artifacts", "_stage_metadata", "_parent_data", "_before_stage_start_hooks",
    }  # fmt: skip
    assert {f.name for f in fields(PipelineContext)} == named | of_the_run | of_the_host


@pytest.mark.parametrize("value", MOMENTS, ids=lambda v: v.replace(" ", "_"))
@pytest.mark.parametrize("part", ["artifact", "event"])
async def test_a_timestamp_of_another_type_is_inspected(world, part, value):
    """The time of an artifact or of an event is a time, or a carrier."""
    made = MOMENTS[value]()

    def act():
        if part == "artifact":
            return StageOutput(StageStatus.OK, artifacts=[StageArtifact("doc", {}, made)])
        return StageOutput(StageStatus.OK, events=[StageEvent("said", {}, made)])

    await refused_or_clean(world, act=act)


class Status(str):
    """A text in the place of a status."""

    @property
    def value(self):
        return f"{self} {MAIL}"


class Other(StrEnum):
    """Another host's statuses."""

    OK = "ok"
    MINE = f"for {MAIL}"


class Loose:
    """An object with a value."""

    value = f"mine {MAIL}"


STATUSES = {
    "a text with a value": Status("ok"),
    "another enumeration's ok": Other.OK,
    "another enumeration's text": Other.MINE,
    "an object with a value": Loose(),
    "a plain text": "ok",
    "nothing": None,
    "a text that is long": Status(MAIL),
}


@pytest.mark.parametrize("status", STATUSES, ids=lambda s: s.replace(" ", "_"))
async def test_the_outcome_on_record_is_from_a_closed_set(world, status):
    """A status that is none of the host's is refused; its text stands nowhere."""
    with pytest.raises(InspectorUnavailable) as caught:
        await seen(world, act=lambda: StageOutput(STATUSES[status]))
    assert MAIL not in str(caught.value)
    assert MAIL not in str(world.log.records)
    assert {r.outcome for r in world.log.kinds("effect")} <= {"withheld", "skipped"}


@pytest.mark.parametrize("status", ["a text with a value", "an object with a value"])
async def test_an_output_that_changes_its_status_is_read_once(world, status):
    """The status on record is the one of the guard's own output."""

    class Turns(StageOutput):
        """An output whose status is another one each time."""

        turns = 0

        @property
        def status(self):
            Turns.turns += 1
            return StageStatus.OK if Turns.turns == 1 else STATUSES[status]

        @status.setter
        def status(self, value):
            pass

    made = object.__new__(Turns)
    for name, value in (("data", {}), ("artifacts", []), ("events", [])):
        object.__setattr__(made, name, value)
    for name in ("error", "duration_ms", "version"):
        object.__setattr__(made, name, None)
    await seen(world, act=lambda: made)
    assert MAIL not in str(world.log.records)
    assert [r.outcome for r in world.log.kinds("effect")] == ["ok", "ok"]


async def test_an_id_that_cannot_be_read_is_refused(world):
    """An id whose own methods fail opens no run."""

    class Broken:
        """An object that cannot be printed."""

        def __str__(self):
            raise ValueError(MAIL)

    with pytest.raises(NotAuthenticated) as caught:
        await seen(world, pipeline_run_id=Broken())
    assert MAIL not in str(caught.value)


class Tampers(BaseInterceptor):
    """An interceptor that writes a status of its own into every result."""

    name, priority = "tampers", 10

    def __init__(self, status):
        self.status = status

    async def before(self, stage_name, ctx):
        return None

    async def after(self, stage_name, result, ctx):
        result.status = self.status

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.FAIL


@pytest.mark.parametrize("status", [Status("completed"), Status(MAIL), MAIL, Loose(), Other.MINE])
async def test_the_outcome_that_an_interceptor_records_is_from_a_closed_set(world, status):
    """In a graph that is built by hand, a result's status is one of the host's or `unknown`."""

    async def stage(ctx):
        return StageOutput.ok()

    pipeline = Pipeline(name="support").with_stage("a", stage, StageKind.TRANSFORM)
    graph = pipeline.build(interceptors=[*world.guard.interceptors(), Tampers(status)])
    await graph.run(PipelineContext.create(data={"auth_token": TOKEN}, topology="support"))
    assert MAIL not in str(world.log.records)
    assert [r.outcome for r in world.log.kinds("effect")] == ["unknown"]
