"""Nothing that one stage, hook or interceptor changes after inspection reaches another reader."""

from __future__ import annotations

import asyncio
import collections
import functools
import types
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageArtifact, StageEvent, StageKind, StageOutput, StageStatus
from stageflow.pipeline.dag import UnifiedPipelineCancelled
from stageflow.pipeline.interceptors import BaseInterceptor, ErrorAction

from stageflow_guard.errors import Bypassed, InspectorUnavailable
from stageflow_guard.hosts.stageflow.outputs import copied

TOKEN = "acme:ada"
MAIL = "ada.lovelace@example.com"


class Note(BaseModel):
    """A model of an application."""

    text: str = ""
    more: dict = {}


class Plain:
    """An object with attributes."""

    def __init__(self):
        self.text = ""
        self.more = {}

    def method(self):
        """Return what is said here."""
        return self.text


@dataclass
class Data:
    """A dataclass with a nested object."""

    text: str = ""
    inner: Plain = field(default_factory=Plain)


class Hashed(Plain):
    """An object that a set holds."""


Pair = collections.namedtuple("Pair", "left right")


def put(name):
    """Return what writes the text into attribute `name`."""
    return lambda value: setattr(value, name, MAIL)


# what stage a gives, and how stage b writes a text into what it got of it
SHARED = {
    "a pydantic model": (Note, put("text")),
    "a model's dict": (Note, lambda v: v.more.update(t=MAIL)),
    "a plain object": (Plain, put("text")),
    "a plain object's dict": (Plain, lambda v: v.more.update(t=MAIL)),
    "a new attribute": (Plain, put("added")),
    "a namespace": (lambda: types.SimpleNamespace(text=""), put("text")),
    "a dataclass": (Data, put("text")),
    "an object in a dataclass": (Data, lambda v: v.inner.more.update(t=MAIL)),
    "a named tuple of a dict": (lambda: Pair({}, []), lambda v: v.left.update(t=MAIL)),
    "a named tuple of a list": (lambda: Pair({}, []), lambda v: v.right.append(MAIL)),
    "a set of objects": (lambda: {Hashed()}, lambda v: put("text")(next(iter(v)))),
    "a frozen set of objects": (
        lambda: frozenset({Hashed()}),
        lambda v: put("text")(next(iter(v))),
    ),
    "an ordered dict": (collections.OrderedDict, lambda v: v.update(t=MAIL)),
    "a list of models": (lambda: [Note()], lambda v: put("text")(v[0])),
    "a bytearray": (bytearray, lambda v: v.extend(MAIL.encode())),
    "an empty dict": (dict, lambda v: v.update(t=MAIL)),
    "an empty list": (list, lambda v: v.append(MAIL)),
    "an empty set": (set, lambda v: v.add(MAIL)),
}


BESIDE = (
    "__self__", "__func__", "__closure__", "cell_contents", "__defaults__", "__kwdefaults__",
    "__annotations__", "__doc__", "func", "args", "keywords", "fget", "start", "stop", "__dict__",
)  # fmt: skip


def shown(value, seen=None):
    """Return all text that is reachable from a value."""
    seen = {} if seen is None else seen
    if isinstance(value, str | bytes | bytearray):
        return value.decode("latin-1") if not isinstance(value, str) else value
    if id(value) in seen or isinstance(value, types.ModuleType | type):
        return ""
    seen[id(value)] = value
    if isinstance(value, dict):
        return " ".join(f"{shown(k, seen)} {shown(v, seen)}" for k, v in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(shown(v, seen) for v in value)
    names = [*getattr(type(value), "__slots__", ()), *getattr(value, "__dict__", ()), *BESIDE]
    return " ".join(shown(getattr(value, n, None), seen) for n in names if n != "__weakref__")


class Whole(int):
    """A number on which something can be hung."""


class Slotted(float):
    """A number with a place for something."""

    __slots__ = ("text",)


def closing(held):
    """Return a function that holds `held` in a cell."""
    return lambda: held


def defaulting(held):
    """Return a function whose defaults hold `held`."""

    def run(one=held, *, two=held):
        return one, two

    return run


def bound():
    """Return an object that holds a method of its own."""
    made = Plain()
    made.go = made.method
    return made


# functions, methods and numbers: what a reader writes into what it got of them
LEAVES = {
    "a function": (lambda: closing("x"), put("text")),
    "a function's documentation": (lambda: closing("x"), put("__doc__")),
    "a function's annotations": (
        lambda: closing("x"), lambda v: v.__annotations__.update(text=MAIL),
    ),
    "a function's cell": (
        lambda: closing("x"), lambda v: setattr(v.__closure__[0], "cell_contents", MAIL),
    ),
    "what is in a function's cell": (lambda: closing([]), lambda v: v().append(MAIL)),
    "a function's defaults": (lambda: defaulting([]), lambda v: v()[0].append(MAIL)),
    "a function's keyword defaults": (
        lambda: defaulting([]), lambda v: v.__kwdefaults__["two"].append(MAIL),
    ),
    "a function in a function's cell": (lambda: closing(closing([])), lambda v: v()().append(MAIL)),
    "a bound method": (lambda: Plain().method, lambda v: put("text")(v.__self__)),
    "a bound method's dict": (lambda: Plain().method, lambda v: v.__self__.more.update(t=MAIL)),
    "a method of the object around": (bound, lambda v: put("text")(v.go.__self__)),
    "a list's own method": (lambda: [].append, lambda v: v(MAIL)),
    "a dict's own method": (lambda: {}.update, lambda v: v(t=MAIL)),
    "a namespace's own method": (
        lambda: types.SimpleNamespace().__repr__, lambda v: put("text")(v.__self__),
    ),
    "a partial": (lambda: functools.partial(print), put("text")),
    "a partial's argument": (lambda: functools.partial(print, []), lambda v: v.args[0].append(MAIL)),
    "a partial's keyword": (
        lambda: functools.partial(print, sep=[]), lambda v: v.keywords["sep"].append(MAIL),
    ),
    "a partial's keywords": (
        lambda: functools.partial(print), lambda v: v.keywords.update(sep=MAIL),
    ),
    "a property": (lambda: property(closing([])), lambda v: v.fget().append(MAIL)),
    "a static method": (lambda: staticmethod(closing("x")), put("text")),
    "a class method": (lambda: classmethod(closing("x")), put("text")),
    "a number": (lambda: Whole(7), put("text")),
    "a number with slots": (lambda: Slotted(7), put("text")),
}  # fmt: skip
SHARED |= LEAVES


class Run:
    """Three stages: a gives, b changes what it got, c reads. The caller reads too."""

    def __init__(self, world, give, change, *, interceptors=None, hooks=(), **context):
        self.world, self.give, self.change = world, give, change
        self.interceptors, self.hooks, self.context = interceptors, hooks, context
        self.read = ""
        world.rules.bytes = {"support/a", "support/b", "support/c"}

    async def a(self, ctx):
        return self.give(ctx)

    async def b(self, ctx):
        self.change(ctx)
        return StageOutput.ok()

    async def c(self, ctx):
        self.read = shown(ctx.inputs.prior_outputs) + shown(ctx.snapshot)
        return StageOutput.ok()

    async def __call__(self):
        pipeline = (
            Pipeline(name="support")
            .with_stage("a", self.a, StageKind.TRANSFORM)
            .with_stage("b", self.b, StageKind.TRANSFORM, after="a")
            .with_stage("c", self.c, StageKind.TRANSFORM, after=("a", "b"))
        )
        ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support", **self.context)
        ctx._before_stage_start_hooks.extend(self.hooks)
        graph = self.world.guard.mount(pipeline).build(interceptors=self.interceptors)
        results = await graph.run(ctx)
        assert MAIL not in self.read
        assert MAIL not in shown(results)
        return results


@pytest.mark.parametrize("kind", SHARED, ids=lambda k: k.replace(" ", "_"))
async def test_what_a_stage_changes_of_a_prior_output_reaches_no_other_reader(world, kind):
    """A stage gets a copy of the guard's own output, whatever types are in it."""
    make, change = SHARED[kind]
    await Run(
        world,
        lambda ctx: StageOutput.ok(value=make()),
        lambda ctx: change(ctx.inputs.prior_outputs["a"].data["value"]),
    )()


@pytest.mark.parametrize("kind", SHARED, ids=lambda k: k.replace(" ", "_"))
async def test_what_a_stage_changes_of_its_own_output_later_reaches_no_reader(world, kind):
    """The guard rebuilds an output before inspection: the stage holds nothing of it."""
    make, change = SHARED[kind]
    held = []

    def give(ctx):
        held.append(make())
        return StageOutput.ok(value=held[0])

    await Run(world, give, lambda ctx: change(held[0]))()


@pytest.mark.parametrize("kind", SHARED, ids=lambda k: k.replace(" ", "_"))
@pytest.mark.parametrize("carrier", ["metadata", "extensions"])
async def test_what_a_stage_changes_of_the_input_reaches_no_other_stage(world, kind, carrier):
    """Each stage has its own copy of the run's input."""
    make, change = SHARED[kind]
    await Run(
        world,
        lambda ctx: StageOutput.ok(),
        lambda ctx: change(getattr(ctx.snapshot, carrier)["value"]),
        **{carrier: {"value": make()}},
    )()


async def test_empty_metadata_is_not_shared_between_stages(world):
    """What was empty when the input was inspected is each stage's own."""
    await Run(
        world, lambda ctx: StageOutput.ok(), lambda ctx: ctx.snapshot.metadata.update(t=MAIL)
    )()


PARTS = {
    "data": lambda out: out.data.update(t=MAIL),
    "artifacts": lambda out: out.artifacts.append(StageArtifact(type="doc", payload={"t": MAIL})),
    "events": lambda out: out.events.append(StageEvent(type="said", data={"t": MAIL})),
}


@pytest.mark.parametrize("part", PARTS)
async def test_an_empty_part_of_an_output_is_not_filled_later(world, part):
    """An output whose parts were empty at inspection stays empty for every reader."""
    held = []

    def give(ctx):
        held.append(StageOutput(status=StageStatus.OK))
        return held[0]

    await Run(world, give, lambda ctx: PARTS[part](held[0]))()


@pytest.mark.parametrize("part", PARTS)
async def test_a_reader_does_not_fill_an_empty_part_for_another(world, part):
    """A reader's copy is its own, its empty parts too."""
    await Run(
        world,
        lambda ctx: StageOutput(status=StageStatus.OK),
        lambda ctx: PARTS[part](ctx.inputs.prior_outputs["a"]),
    )()


async def test_payloads_of_artifacts_and_events_are_not_shared(world):
    """What stands in an artifact or an event is copied like the data."""

    def change(ctx):
        prior = ctx.inputs.prior_outputs["a"]
        prior.artifacts[0].payload["t"] = MAIL
        prior.events[0].data["t"] = MAIL

    await Run(
        world,
        lambda ctx: StageOutput(
            status=StageStatus.OK,
            artifacts=[StageArtifact(type="doc", payload={})],
            events=[StageEvent(type="said", data={})],
        ),
        change,
    )()


class Adds(BaseInterceptor):
    """An interceptor that writes a text into every result."""

    name, priority = "adds", 10

    async def before(self, stage_name, ctx):
        return None

    async def after(self, stage_name, result, ctx):
        result.data["t"] = MAIL
        result.data["skip_reason"] = MAIL
        result.data["cancel_reason"] = MAIL

    async def on_error(self, stage_name, error, ctx):
        return ErrorAction.FAIL


async def test_what_an_interceptor_adds_to_a_result_reaches_no_reader(world):
    """An interceptor's `after` holds the host's copy, never the guard's own."""
    await Run(world, lambda ctx: StageOutput.ok(), lambda ctx: None, interceptors=[Adds()])()


async def test_what_an_interceptor_adds_to_a_cancelled_run_does_not_leave(world):
    """The error of a cancelled run carries the guard's own outputs and reason."""
    pipeline = (
        Pipeline(name="support")
        .with_stage("a", lambda ctx: asyncio.sleep(0, StageOutput.ok()), StageKind.TRANSFORM)
        .with_stage(
            "b", lambda ctx: asyncio.sleep(0, StageOutput.cancel(reason="done")),
            StageKind.TRANSFORM, after="a",
        )
    )  # fmt: skip
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    with pytest.raises(UnifiedPipelineCancelled) as caught:
        await world.guard.mount(pipeline).build(interceptors=[Adds()]).run(ctx)
    assert MAIL not in shown(caught.value.results) + caught.value.reason + str(caught.value)
    assert caught.value.reason == "done"
    assert set(caught.value.results) == {"a", "b"}


async def test_an_interceptor_does_not_choose_the_reason_of_a_skip(world):
    """Whether a conditional stage is skipped is read from the guard's own outputs."""
    ran = []

    async def last(ctx):
        ran.append(shown(ctx.inputs.prior_outputs))
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage(
            "a", lambda ctx: asyncio.sleep(0, StageOutput.ok(skip_reason="cached")),
            StageKind.TRANSFORM,
        )
        .with_stage("b", last, StageKind.TRANSFORM, after="a", conditional=True)
        .with_stage("c", last, StageKind.TRANSFORM, after=("a", "b"))
    )  # fmt: skip
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    results = await world.guard.mount(pipeline).build(interceptors=[Adds()]).run(ctx)
    assert len(ran) == 1
    assert MAIL not in ran[0] + shown(results)
    assert results["b"].status is StageStatus.SKIP
    assert results["b"].data == {"reason": "cached"}


async def test_an_interceptor_does_not_skip_a_stage_by_what_it_adds(world):
    """A reason that no stage gave skips no stage."""
    ran = []

    async def last(ctx):
        ran.append(1)
        return StageOutput.ok()

    pipeline = (
        Pipeline(name="support")
        .with_stage("a", lambda ctx: asyncio.sleep(0, StageOutput.ok()), StageKind.TRANSFORM)
        .with_stage("b", last, StageKind.TRANSFORM, after="a", conditional=True)
    )
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    await world.guard.mount(pipeline).build(interceptors=[Adds()]).run(ctx)
    assert ran == [1]


async def test_what_a_start_hook_writes_reaches_no_stage(world):
    """A start hook sees the host's copies; the stage reads the guard's own."""

    async def hook(name, kind, stage, ctx):
        for out in stage.inputs.prior_outputs.values():
            out.data["t"] = MAIL
            out.artifacts.append(StageArtifact(type="doc", payload={"t": MAIL}))

    await Run(world, lambda ctx: StageOutput.ok(), lambda ctx: None, hooks=[hook])()


async def test_what_a_start_hook_keeps_is_not_what_the_stage_reads(world):
    """A context that a hook kept is another one than the stage's."""
    kept = []

    async def hook(name, kind, stage, ctx):
        kept.append(stage)

    def change(ctx):
        for stage in kept:
            stage.inputs.prior_outputs["t"] = StageOutput.ok(t=MAIL)
            stage.snapshot.metadata["t"] = MAIL
        assert MAIL not in shown(ctx.inputs.prior_outputs) + shown(ctx.snapshot)

    await Run(world, lambda ctx: StageOutput.ok(), change, hooks=[hook])()


async def test_a_hook_that_makes_up_a_skip_is_a_bypass(world):
    """A conditional stage that is skipped for a reason of no stage has no output of the guard's."""

    async def hook(name, kind, stage, ctx):
        stage.inputs.prior_outputs["a"] = StageOutput.ok(skip_reason=MAIL)

    pipeline = (
        Pipeline(name="support")
        .with_stage("a", lambda ctx: asyncio.sleep(0, StageOutput.ok()), StageKind.TRANSFORM)
        .with_stage(
            "b", lambda ctx: asyncio.sleep(0, StageOutput.ok()), StageKind.TRANSFORM, after="a",
            conditional=True,
        )
    )  # fmt: skip
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    ctx._before_stage_start_hooks.append(hook)
    with pytest.raises(Bypassed):
        await world.guard.mount(pipeline).build().run(ctx)


async def test_an_output_changed_while_it_is_inspected_stays_as_it_was(world):
    """The guard's copy is made before the inspector is asked: nothing changes under it."""
    given = []
    inner = world.inspector.redact

    async def slow(value, *, scope, direction):
        if direction == "output":
            answer = await inner(value, scope=scope, direction=direction)
            given[0]["t"] = MAIL
            return answer
        return await inner(value, scope=scope, direction=direction)

    world.inspector.redact = slow

    def give(ctx):
        given.append({"kept": "text"})
        return StageOutput.ok(value=given[0])

    results = await Run(world, give, lambda ctx: None)()
    assert results["a"].data["value"] == {"kept": "text"}


async def test_a_reader_with_reveal_shares_nothing_either(world):
    """A stage that reads originals gets a copy of them."""
    world.rules.reveal = {"support/b", "support/c"}
    run = Run(
        world,
        lambda ctx: StageOutput.ok(value=Plain(), who="bob@example.org"),
        lambda ctx: setattr(ctx.inputs.prior_outputs["a"].data["value"], "text", MAIL),
    )
    await run()
    assert "bob@example.org" in run.read


class Lying(StageOutput):
    """An output whose parts claim to be empty, or another each time."""

    @property
    def __class__(self):
        return dict


class FalseDict(dict):
    """A dict that says it is empty."""

    def __bool__(self):
        return False

    def __len__(self):
        return 0


class FalseList(list):
    """A list that says it is empty."""

    def __bool__(self):
        return False


class FalseText(str):
    """A text that says it is empty."""

    def __bool__(self):
        return False


ODD = {
    "a dict that says it is empty": lambda: StageOutput(StageStatus.OK, FalseDict(t=MAIL)),
    "a list that says it is empty": lambda: StageOutput(
        StageStatus.OK, artifacts=FalseList([StageArtifact("doc", {"t": MAIL})])
    ),
    "events that say they are empty": lambda: StageOutput(
        StageStatus.OK, events=FalseList([StageEvent("said", {"t": MAIL})])
    ),
    "a version that says it is empty": lambda: StageOutput(StageStatus.OK, version=FalseText(MAIL)),
    "an error that says it is empty": lambda: StageOutput(StageStatus.OK, error=FalseText(MAIL)),
    "an output that lies about its class": lambda: Lying(StageStatus.OK, {"t": MAIL}),
    "a payload that says it is empty": lambda: StageOutput(
        StageStatus.OK, artifacts=[StageArtifact("doc", FalseDict(t=MAIL))]
    ),
    "a long number as duration": lambda: StageOutput(StageStatus.OK, duration_ms=MAIL),
}


@pytest.mark.parametrize("kind", ODD, ids=lambda k: k.replace(" ", "_"))
async def test_an_output_is_rebuilt_from_exact_types(world, kind):
    """What an object says of itself decides nothing: no part passes uninspected."""
    await Run(world, lambda ctx: ODD[kind](), lambda ctx: None)()


def test_a_copy_covers_what_inspection_covers():
    """What inspection cannot walk is not copied either: it is a typed refusal."""
    assert copied(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(InspectorUnavailable):
        copied({"open": iter([1])})
