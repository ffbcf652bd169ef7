"""Values, names and errors whose own code works against the guard; what stages share beside outputs."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageKind, StageOutput, StageStatus
from stageflow.pipeline.dag import UnifiedPipelineCancelled
from stageflow.pipeline.interceptors import BaseInterceptor, ErrorAction

from stageflow_guard.enforcement.issued import is_issued, issue
from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.redaction import Redactor

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"
CARD = 4111111111111111
SSN = 536904399
REDACTOR = Redactor()


def redacted(value):
    return REDACTOR.redact([value]).value[0]


def require_silent(*told):
    for one in told:
        assert MAIL not in str(one)
        assert str(CARD) not in str(one)


# -- a value whose own code raises what is no `Exception` ------------------------------------------


class Raises:
    """A mapping whose method raises."""

    def __init__(self, error):
        self._error = error

    def keys(self):
        return []

    def items(self):
        raise self._error


class Computed:
    """A slotted object whose attribute raises."""

    def __init__(self, error):
        type(self).items = property(lambda _: (_ for _ in ()).throw(error))


def caused(error):
    error.__cause__ = ValueError(MAIL)
    return error


def told_by(error):
    def method(self):
        raise error

    return type("Told", (Exception,), {"__str__": method})()


def defaulting(error):
    from dataclasses import make_dataclass

    def getter(self, name):
        raise error

    made = make_dataclass("Made", ["a"], namespace={"__getattr__": getter})
    return object.__new__(made)


CODE = {"items": Raises, "attribute": Computed, "text": told_by, "field": defaulting}
INTERRUPTS = (KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit, BaseException)


@pytest.mark.parametrize("kind", INTERRUPTS)
@pytest.mark.parametrize("where", CODE)
def test_what_a_value_raises_while_it_is_read_is_a_refusal(where, kind):
    """Whatever the value's own code raises: nothing of it goes further."""
    with pytest.raises(InspectorUnavailable) as caught:
        redacted(CODE[where](kind(MAIL)))
    require_silent(caught.value, caught.value.__cause__, caught.value.__context__)


@pytest.mark.parametrize("where", ["items", "field"])
def test_an_interrupt_while_a_value_is_read_is_one_still(where):
    """A person at the terminal is heard; what is raised is a new one without a text."""
    with pytest.raises(KeyboardInterrupt) as caught:
        redacted(CODE[where](caused(KeyboardInterrupt())))
    assert not caught.value.args
    require_silent(caught.value.__cause__, caught.value.__context__)


@pytest.mark.parametrize("kind", [SystemExit, asyncio.CancelledError, BaseException])
@pytest.mark.parametrize("where", CODE)
async def test_a_stage_whose_output_raises_is_refused(world, where, kind):
    """The run ends with a typed refusal, and the effect of the stage is on record."""

    async def stage(ctx):
        return StageOutput.ok(value=CODE[where](kind(MAIL)))

    with pytest.raises(GuardError) as caught:
        await run(world, stage)
    require_silent(caught.value, caught.value.__cause__, world.log.records)
    assert [r.outcome for r in world.log.kinds("effect")] == ["withheld"]


# -- a value that answers differently the second time ----------------------------------------------


class Changing(Mapping):
    """A mapping that is empty when it is first read."""

    def __init__(self, later):
        self._later, self._read = later, 0

    def _now(self):
        self._read += 1
        return self._later if self._read > 1 else {}

    def items(self):
        return self._now().items()

    def keys(self):
        return self._later.keys()

    def __getitem__(self, key):
        return self._later[key]

    def __iter__(self):
        return iter(self._later)

    def __len__(self):
        return len(self._later)


LATER = {"text": {"t": MAIL}, "bytes": {"t": MAIL.encode()}, "number": {"n": CARD}}


@pytest.mark.parametrize("later", LATER)
async def test_a_changing_value_is_read_once(world, later):
    """What was inspected is what is handed out: as input, argument, answer, and by hand."""
    world.rules.decide = lambda request: permitted(world, request)
    seen = []

    @world.guard.protect(kind="tool", obj="one")
    async def one(value):
        seen.append(value)
        return Changing(LATER[later])

    given = Changing(LATER[later])
    async with world.guard.session(TOKEN), world.guard.run("support", input=given) as opened:
        seen += [opened.input, await one(Changing(LATER[later]))]
        seen.append((await world.guard.redact(Changing(LATER[later]))).value)
    assert len(seen) == 4
    assert all(type(one) is dict for one in seen)
    require_silent(seen)


def permitted(world, request):
    from stageflow_guard.model import Decision, Effect

    ok = request.act in ("call", "run")
    return Decision(
        effect=Effect.PERMIT if ok else Effect.DENY, reason="permitted" if ok else "no_matching_rule",
        revision=world.rules.revision,
    )  # fmt: skip


# -- names that are no plain text ------------------------------------------------------------------


class Word(str):
    """A name of a class of its own."""

    __slots__ = ()


class Field(enum.StrEnum):
    SSN = "ssn"


class Column(enum.Enum):
    SSN = "ssn"


class Row(tuple):
    """A tuple that names its parts with another class than `str`."""

    __slots__ = ()
    _fields = (Word("ssn"),)


NAMES = {
    "a subclass of text": {Word("ssn"): SSN}, "a member that is text": {Field.SSN: SSN}, "a member with text": {Column.SSN: SSN},
    "a list below": {Word("ssn"): [SSN]}, "a member's list": {Field.SSN: (SSN,)}, "a value below": {Field.SSN: {"value": SSN}}, "a field": Row([SSN]),
    "an attribute": SimpleNamespace(**{Word("ssn"): SSN}), "a float": {Column.SSN: float(SSN)},
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_telling_name_tells_whatever_type_it_has(name):
    """A key that is text by its base, or by its value, says what stands under it."""
    assert str(SSN) not in repr(redacted(NAMES[name]))


# -- classes of errors and answers -----------------------------------------------------------------


class Named(type):
    """A metaclass that raises when its class is named."""

    @property
    def __name__(cls):
        raise ValueError(MAIL)

    __module__ = __name__


class Says(type):
    """A metaclass that says a text for its class."""

    __name__ = property(lambda cls: MAIL)
    __module__ = __name__


@pytest.mark.parametrize("meta", [Named, Says])
@pytest.mark.parametrize("how", ["raised", "returned", "in data", "as error", "before waiting"])
async def test_a_class_that_answers_for_itself_is_not_asked(world, caplog, meta, how):
    """The name of an error's class, or of an answer's, is what `type` says."""
    caplog.set_level(logging.DEBUG)

    def stage(ctx):
        error = meta("Error", (RuntimeError,), {})
        plain = meta("Plain", (), {})
        if how == "before waiting":
            raise error("x")

        async def work():
            if how == "raised":
                raise error("x")
            if how == "returned":
                return plain()
            return StageOutput.ok(value=plain() if how == "in data" else error("x"))

        return work()

    try:
        ended = repr(await run(world, stage))
    except Exception as raised:
        ended = f"{raised} {raised.__cause__} {getattr(raised, 'original', '')}"
    require_silent(ended, world.log.records, caplog.text)


def test_an_error_that_calls_itself_equal_is_none_of_the_guards():
    """What the guard issued is known by identity: an equal one of another class is not believed."""
    own = issue(InspectorUnavailable("x"), "r")

    class Equal(GuardError):
        __hash__ = lambda self: hash(own)  # noqa: E731
        __eq__ = lambda self, other: True  # noqa: E731

    assert is_issued(own, "r")
    assert not is_issued(Equal(MAIL), "r")


# -- what stages share beside outputs --------------------------------------------------------------


async def run(world, *stages, interceptors=None, **context):
    """Run stages one behind the other."""
    pipeline, before = Pipeline(name="support"), ()
    for i, stage in enumerate(stages):
        pipeline = pipeline.with_stage(f"s{i}", stage, StageKind.TRANSFORM, after=before)
        before = f"s{i}"
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support", **context)
    return await world.guard.mount(pipeline).build(interceptors=interceptors).run(ctx)


def attempt(write):
    """Return a stage that tries to write."""

    async def stage(ctx):
        try:
            write(ctx)
        except (AttributeError, TypeError):  # there is no place for it
            pass
        return StageOutput.ok()

    return stage


PLACES = {
    "the timer": (lambda ctx: setattr(ctx.timer, "note", MAIL), lambda ctx: getattr(ctx.timer, "note", "")),
    "the timer's start": (
        lambda ctx: setattr(ctx.timer, "_pipeline_start_ms", MAIL),
        lambda ctx: ctx.timer.pipeline_start_ms,
    ),
    "the run's ids": (
        lambda ctx: object.__setattr__(ctx.snapshot.run_id, "request_id", MAIL),
        lambda ctx: ctx.snapshot.run_id,
    ),
    "the snapshot": (
        lambda ctx: object.__setattr__(ctx.snapshot, "input_text", MAIL),
        lambda ctx: ctx.snapshot,
    ),
    "the sink": (lambda ctx: setattr(ctx.event_sink, "note", MAIL), lambda ctx: ctx.event_sink),
    "the ports": (lambda ctx: setattr(ctx.inputs.ports, "note", MAIL), lambda ctx: ctx.inputs.ports),
    "the inputs": (
        lambda ctx: object.__setattr__(ctx.inputs, "stage_name", MAIL), lambda ctx: ctx.inputs,
    ),
    "the prior outputs": (
        lambda ctx: ctx.inputs.prior_outputs.update(x=MAIL), lambda ctx: ctx.inputs.prior_outputs,
    ),
    "the metadata": (lambda ctx: ctx.snapshot.metadata.update(x=MAIL), lambda ctx: ctx.snapshot),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.replace(" ", "_"))
async def test_what_a_stage_writes_into_its_context_reaches_no_other(world, place):
    """Each stage has a context of its own, its timer and the run's ids included."""
    write, read = PLACES[place]
    seen = []

    async def last(ctx):
        seen.append(repr(read(ctx)))
        return StageOutput.ok()

    await run(world, attempt(write), last)
    assert len(seen) == 1
    require_silent(seen)


# -- channels --------------------------------------------------------------------------------------


class Bus:
    """An application's bus, which keeps what it hears."""

    def __init__(self):
        self.heard = []

    async def channel(self, name, **options):
        self.heard += [name, options]
        return self

    async def put(self, item):
        self.heard.append(item)
        return True

    async def close_channel(self, name):
        self.heard.append(name)

    async def close(self):
        return None

    async def close_all(self):
        return None


class Known(str):
    """A name that calls itself equal to one that was inspected."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("known")


async def known_name(bus):
    await bus.channel("known")
    await bus.channel(Known(MAIL))


CHANNELS = {
    "a name": lambda bus: bus.channel(MAIL), "a name that is no text": lambda bus: bus.channel([MAIL]), "a name that calls itself known": known_name,
    "options": lambda bus: bus.channel("one", label=MAIL), "an option's key": lambda bus: bus.channel("one", **{MAIL: 1}), "a published name": lambda bus: bus.publish(MAIL, "x"),
    "a closed name": lambda bus: bus.close_channel(MAIL), "a closed name that is no text": lambda bus: bus.close_channel([MAIL]), "an item": lambda bus: bus.publish("one", {"t": MAIL}),
    "text that calls itself text": lambda bus: bus.publish("one", lying_text()), "a subclass of text": lambda bus: bus.publish("one", Word(MAIL)),
}  # fmt: skip


def lying_text():
    return type("Lie", (), {"__class__": str, "__str__": lambda s: MAIL, "text": MAIL})()


@pytest.mark.parametrize("what", CHANNELS, ids=lambda w: w.replace(" ", "_"))
async def test_nothing_said_to_a_bus_passes_uninspected(world, what):
    """Names, options and items of channels are inspected, and so is the name that is closed."""
    bus = Bus()

    async def stage(ctx):
        await CHANNELS[what](ctx.inputs.ports.realtime_bus)
        return StageOutput.ok()

    try:
        await run(world, stage, ports=SimpleNamespace(realtime_bus=bus))
    except GuardError as error:
        require_silent(error)
    for heard in bus.heard:
        require_silent(heard, getattr(heard, "text", ""), repr(heard))
    require_silent(world.log.records)


# -- what interceptors and outputs say of themselves -----------------------------------------------


class Times(BaseInterceptor):
    """An interceptor that writes a card's number as a duration."""

    name, priority = "times", 1

    async def before(self, stage_name, ctx):
        return None

    async def after(self, stage_name, result, ctx):
        for name in ("duration_ms", "stage_name"):
            try:
                object.__setattr__(result, name, CARD)
            except AttributeError:
                pass

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.FAIL


async def test_a_duration_is_no_carrier(world):
    """What an interceptor makes of a result's times does not reach the caller."""

    async def stage(ctx):
        return StageOutput.ok(done=True)

    require_silent(repr(await run(world, stage, interceptors=[Times()])))


@pytest.mark.parametrize("status", [StageStatus.CANCEL, StageStatus.SKIP, StageStatus.OK])
@pytest.mark.parametrize("data", [[MAIL], MAIL, {1: MAIL}, (MAIL,), 7], ids=repr)
async def test_an_output_whose_data_is_no_dict_ends_typed(world, caplog, status, data):
    """The host's own end of the run, or a refusal: and no text."""
    caplog.set_level(logging.DEBUG)

    async def stage(ctx):
        return StageOutput(status=status, data=data)

    if type(data) is dict and status is not StageStatus.CANCEL:
        require_silent(repr(await run(world, stage)))
    else:
        with pytest.raises((GuardError, UnifiedPipelineCancelled)) as caught:
            await run(world, stage)
        require_silent(caught.value, getattr(caught.value, "results", ""))
        require_silent(caught.value.__cause__, caught.value.__context__)
    require_silent(world.log.records, caplog.text)


@pytest.mark.parametrize("kind", ["data", "memory"])
async def test_an_owner_that_holds_personal_data_is_not_on_record(world, kind):
    """An owner is told from raw arguments; what stands on record of it is no text of theirs."""

    @world.guard.protect(kind=kind, obj="notes", act="call", owner=lambda of: of)
    async def read(of):
        return "x"

    world.rules.decide = lambda request: permitted(world, request)
    async with world.guard.session(TOKEN):
        with pytest.raises(GuardError) as caught:
            async with world.guard.run("support"):
                await read(MAIL)
    require_silent(caught.value)
    for record in world.log.records:
        require_silent(getattr(record, "own", record), getattr(record, "template", None))
        require_silent(getattr(getattr(record, "template", None), "fields", ""))
