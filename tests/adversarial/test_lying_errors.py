"""What a stage raises leaves without its text, whatever the exception says and does by itself."""

from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from stageflow.api import Pipeline, PipelineContext
from stageflow.core import StageCancellationRequested, StageKind, StageOutput, StageStatus
from stageflow.pipeline.dag import UnifiedPipelineCancelled
from stageflow.pipeline.interceptors import CriticalInterceptorError

from stageflow_guard.errors import AccessDenied, GuardError, InspectorUnavailable, NotAuthenticated
from stageflow_guard.model import Decision, Effect

TOKEN = "acme:ada"
CARD = "4111 1111 1111 1111"
TEXT = f"card {CARD}"


def lying(base, claimed, **members):
    """Return an exception with the text whose `__class__` is another one's."""

    class Lie(base):
        __class__ = property(lambda self: claimed)

    for name, member in members.items():
        setattr(Lie, name, member)
    return Lie(TEXT)


def raising(error):
    """Return a property that raises."""

    def get(self):
        raise error

    return property(get)


def with_attributes(error, **attributes):
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


class Reason(str):
    """Text with an attribute."""

    raw = TEXT


class Cancels(StageCancellationRequested):
    """The host's control flow with members of its own."""


def cancelling(reason):
    class Cancel(StageCancellationRequested):
        pass

    made = Cancel("x")
    try:
        made.reason = reason
    except AttributeError:
        Cancel.reason = reason
    return made


def with_property(base, name, error, *args):
    """Return an exception whose attribute raises `error`."""
    return type("Broken", (base,), {name: raising(error)})(*args)


def with_method(base, name, error, *args):
    def method(self, *_):
        raise error

    return type("Broken", (base,), {name: method})(*args)


def named():
    return type(TEXT, (RuntimeError,), {})("x")


def chained():
    error = RuntimeError("x")
    error.__cause__ = ValueError(TEXT)
    error.__context__ = KeyError(TEXT)
    error.add_note(TEXT)
    return error


def denied():
    return AccessDenied(Decision(effect=Effect.DENY, reason=TEXT), TEXT)


ERRORS = {
    "a failure": lambda: RuntimeError(TEXT), "no text, but arguments": lambda: with_method(RuntimeError, "__str__", ValueError(TEXT), TEXT),
    "a named class": named, "a chain": chained, "a group": lambda: ExceptionGroup(TEXT, [ValueError(TEXT)]), "a base group": lambda: BaseExceptionGroup(TEXT, [KeyboardInterrupt(TEXT)]),
    "claims to be the guard's": lambda: lying(RuntimeError, GuardError), "claims to be denied": lambda: lying(RuntimeError, AccessDenied), "claims to be the host's": lambda: lying(RuntimeError, CriticalInterceptorError),
    "claims to be a cancellation": lambda: lying(RuntimeError, asyncio.CancelledError), "claims to cancel the run": lambda: lying(RuntimeError, StageCancellationRequested), "claims to interrupt": lambda: lying(RuntimeError, KeyboardInterrupt),
    "claims to exit": lambda: lying(RuntimeError, SystemExit), "claims to end a generator": lambda: lying(RuntimeError, GeneratorExit), "claims to be a cancelled pipeline": lambda: lying(RuntimeError, UnifiedPipelineCancelled),
    "claims nothing": lambda: lying(RuntimeError, None), "claims by raising": lambda: with_property(RuntimeError, "__class__", KeyboardInterrupt(TEXT), TEXT), "interrupt claims to be a failure": lambda: lying(KeyboardInterrupt, RuntimeError),
    "an interrupt with text": lambda: KeyboardInterrupt(TEXT), "an exit with text": lambda: SystemExit(TEXT), "an exit with a tuple": lambda: SystemExit(1, TEXT), "an exit whose code raises": lambda: with_property(SystemExit, "code", ValueError(TEXT), TEXT),
    "an exit with attributes": lambda: with_attributes(SystemExit(0), raw=TEXT), "an interrupt with attributes": lambda: with_attributes(KeyboardInterrupt(), raw=TEXT), "an interrupt with a note": lambda: noted(KeyboardInterrupt()),
    "an interrupt with a cause": lambda: caused(KeyboardInterrupt()), "a generator's end with text": lambda: GeneratorExit(TEXT), "a cancellation with text": lambda: asyncio.CancelledError(TEXT),
    "an interrupt whose arguments raise": lambda: with_property(KeyboardInterrupt, "args", ValueError(TEXT), TEXT), "an interrupt that hides its arguments": lambda: type("Quiet", (KeyboardInterrupt,), {"args": ()})(TEXT),
    "a cancelled stage with text": lambda: StageCancellationRequested(TEXT), "a reason that raises": lambda: cancelling(raising(ValueError(TEXT))), "a reason that interrupts": lambda: _reason(KeyboardInterrupt(TEXT)),
    "a reason that exits": lambda: _reason(SystemExit(TEXT)), "a reason that cancels": lambda: _reason(asyncio.CancelledError(TEXT)), "a reason of a dict": lambda: cancelling({"t": TEXT}), "a reason with attributes": lambda: cancelling(Reason("x")),
    "a reason that is no text": lambda: cancelling(CARD.replace(" ", "").encode()), "text that interrupts": lambda: with_method(RuntimeError, "__str__", KeyboardInterrupt(TEXT), TEXT), "text that exits": lambda: with_method(RuntimeError, "__str__", SystemExit(TEXT), TEXT),
    "the guard's own, by the stage": lambda: InspectorUnavailable(TEXT), "a refusal by the stage": lambda: NotAuthenticated(TEXT, TEXT), "a denial by the stage": denied, "a code that raises": lambda: with_property(InspectorUnavailable, "code", KeyboardInterrupt(TEXT), TEXT),
    "a reference": lambda: with_attributes(InspectorUnavailable("x"), ref=TEXT), "the host's critical": lambda: CriticalInterceptorError(TEXT), "a pipeline's cancellation": lambda: UnifiedPipelineCancelled("a", TEXT, {}),
    "a stop": lambda: StopAsyncIteration(TEXT), "a timeout": lambda: TimeoutError(TEXT), "an operating system's": lambda: FileNotFoundError(2, TEXT, TEXT), "a decoding error": lambda: UnicodeDecodeError("utf-8", TEXT.encode(), 0, 1, "x"),
}  # fmt: skip


def _reason(error):
    made = type("Cancel", (StageCancellationRequested,), {})("x")
    vars(made).pop("reason", None)
    type(made).reason = raising(error)
    return made


def noted(error):
    error.add_note(TEXT)
    return error


def caused(error):
    error.__cause__ = ValueError(TEXT)
    return error


def said(error):
    """Return all that an error tracker sends of an error."""
    told, seen, waiting = [], set(), [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        told += [
            type(one).__name__,
            repr(BaseException.__reduce__(one)),
            *getattr(one, "__notes__", ()),
        ]
        told += ["".join(traceback.format_exception(one))]
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if "stageflow_guard" in frame.f_code.co_filename:
                told.append(repr(frame.f_locals))
        waiting += [one.__cause__, one.__context__, getattr(one, "original", None)]
        waiting += getattr(one, "exceptions", ())
    return " ".join(map(str, told))


def finished(loop):
    """End all tasks of a loop that was left, and return all that they raise."""
    told = ""
    for _ in range(8):
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        try:
            loop.run_until_complete(asyncio.sleep(0.01))
        except BaseException as error:
            told += said(error)
        for task in tasks:
            if task.done() and not task.cancelled():
                told += said(task.exception())
    loop.close()
    return told


def outcome_of(world, stage, caplog):
    """Run one stage; return all that is to be had of how it ended."""
    caplog.set_level(logging.DEBUG)
    pipeline = (
        Pipeline(name="support")
        .with_stage("a", stage, StageKind.TRANSFORM)
        .with_stage("b", stage_ok, StageKind.TRANSFORM, after="a")
    )
    graph = world.guard.mount(pipeline).build()
    ctx = PipelineContext.create(data={"auth_token": TOKEN}, topology="support")
    loop = asyncio.new_event_loop()  # an exit leaves it at once, and the tasks in it as they are
    ended = ""
    try:
        ended = repr(loop.run_until_complete(graph.run(ctx)))
    except BaseException as error:
        ended = said(error)
    finally:
        ended += finished(loop)
    return f"{ended} {world.log.records} {caplog.text}"


async def stage_ok(ctx):
    return StageOutput.ok()


def require_silent(told):
    for secret in (CARD, CARD.replace(" ", ""), "1111 1111"):
        assert secret not in told


@pytest.mark.parametrize("name", ERRORS, ids=lambda n: n.replace(" ", "_"))
def test_no_text_of_an_error_leaves(world, caplog, name):
    """Neither the caller nor the record nor the log of the process gets it."""

    async def stage(ctx):
        raise ERRORS[name]()

    require_silent(outcome_of(world, stage, caplog))


@pytest.mark.parametrize("name", ERRORS, ids=lambda n: n.replace(" ", "_"))
def test_no_text_of_an_error_raised_before_the_first_wait_leaves(world, caplog, name):
    """A stage that is no coroutine function raises in another place."""

    def stage(ctx):
        raise ERRORS[name]()

    require_silent(outcome_of(world, stage, caplog))


class Status(str):
    """Text that calls itself a status."""

    @property
    def value(self):
        return TEXT

    name = "OK"


class Claims:
    """An object that claims to be a status."""

    __class__ = StageStatus
    value = TEXT

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


@pytest.mark.parametrize(
    "status",
    [Status("ok"), Status(TEXT), Claims(), TEXT, None, [TEXT]],
    ids=["a subclass", "a subclass with text", "a claim", "a text", "nothing", "a list"],
)
def test_a_status_of_another_type_is_refused(world, caplog, status):
    """A status stands on record: it is one of the host's own, or the output goes no further."""
    output = StageOutput.ok()
    object.__setattr__(output, "status", status)
    told = outcome_of(world, lambda ctx: asyncio.sleep(0, output), caplog)
    require_silent(told)
    assert [r.outcome for r in world.log.kinds("effect")] == ["withheld"]
