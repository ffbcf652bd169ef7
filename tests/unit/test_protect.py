"""`guard.protect`, `guard.run`, `guard.session`: what they take, refuse, and where a body runs."""

from __future__ import annotations

import asyncio
import functools
import threading

import pytest

from stageflow_guard import StageFailure, current_principal
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.model import AccessRequest
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, MAIL, TEXT, pseudonyms


@pytest.fixture
def env():
    """A fresh guard over the kit's collaborators."""
    return Environment()


def generator():
    """A generator function."""
    yield 1


class Calling:
    """An object whose call is async."""

    async def __call__(self, text):
        return text


class CallingGenerator:
    """An object whose call is a generator."""

    def __call__(self):
        yield 1


WRONG = {
    "a generator": (generator, {"kind": "tool", "obj": "x"}, "generator"),
    "a generator object's call": (CallingGenerator(), {"kind": "tool", "obj": "x"}, "generator"),
    "a partial of a generator": (
        functools.wraps(generator)(lambda: None), {"kind": "tool", "obj": "x"}, "generator",
    ),
    "data without act": (len, {"kind": "data", "obj": "x", "owner": "acme"}, "act"),
    "data without owner": (len, {"kind": "data", "obj": "x", "act": "read"}, "owner"),
    "memory without owner": (len, {"kind": "memory", "obj": "x", "act": "read"}, "owner"),
    "an unknown kind without act": (len, {"kind": "thing", "obj": "x"}, "act"),
    "no kind": (len, {"kind": "", "obj": "x"}, "kind"),
    "no object": (len, {"kind": "tool", "obj": ""}, "obj"),
    "an object of another type": (len, {"kind": "tool", "obj": 7}, "obj"),
    "no callable": (7, {"kind": "tool", "obj": "x"}, "callable"),
    "a staticmethod": (staticmethod(len), {"kind": "tool", "obj": "x"}, "below"),
    "a class": (Calling, {"kind": "tool", "obj": "x"}, "below"),
    "an unknown parameter": (
        lambda text: text, {"kind": "tool", "obj": "x", "uninspected": ("ctx",)}, "no parameter",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_guarded_is_refused_when_it_is_decorated(env, what):
    """A mistake in a decorator is a `ConfigError` at import, not a surprise at the first call."""
    function, options, said = WRONG[what]
    with pytest.raises(ConfigError, match=said):
        env.guard.protect(**options)(function)


ASYNC = {
    "a function": lambda: _echo,
    "a partial": lambda: functools.partial(_echo),
    "an object with an async call": Calling,
    "a bound method": lambda: Calling().__call__,
}


async def _echo(text):
    return text


@pytest.mark.parametrize("what", ASYNC)
async def test_every_form_of_an_async_callable_is_guarded(env, what):
    """The body runs redacted, once, under a permit; and outside a run it does not run."""
    guarded = env.guard.protect(kind="tool", obj="echo")(ASYNC[what]())
    async with env.guard.session(ADA), env.guard.run("kit"):
        answer = await guarded(TEXT)
    assert MAIL not in answer and pseudonyms(answer)
    with pytest.raises(NotAuthenticated) as caught:
        await guarded(TEXT)
    assert caught.value.reason == "outside_run" and caught.value.ref


def test_the_unguarded_function_is_not_an_attribute_away(env):
    """`functools.wraps` would leave `__wrapped__`; name, text and signature stay."""

    @env.guard.protect(kind="tool", obj="echo")
    async def echo(text: str) -> str:
        """Say it again."""
        return text

    assert not hasattr(echo, "__wrapped__")
    assert (echo.__name__, echo.__doc__) == ("echo", "Say it again.")
    assert asyncio.iscoroutinefunction(echo)


async def test_a_method_keeps_its_receiver_and_its_other_arguments_are_inspected(env):
    """`self` is no data; positional, keyword and variadic arguments are."""
    seen = []

    class Desk:
        @env.guard.protect(kind="tool", obj="note")
        async def note(self, text, *more, tag, **rest):
            seen.append((self, text, more, tag, rest))

    desk = Desk()
    async with env.guard.session(ADA), env.guard.run("kit"):
        await desk.note(TEXT, TEXT, tag=TEXT, cc=TEXT)
    ((receiver, *given),) = seen
    assert receiver is desk and MAIL not in str(given) and len(pseudonyms(given)) == 4


async def test_a_plain_function_with_a_parameter_named_self_is_inspected(env):
    """Only a method has a receiver."""
    seen = []

    @env.guard.protect(kind="tool", obj="note")
    async def note(self):
        seen.append(self)

    async with env.guard.session(ADA), env.guard.run("kit"):
        await note(TEXT)
    assert MAIL not in str(seen)


async def test_what_is_named_uninspected_passes_as_it_is(env):
    """A connection is no data: it is handed on, and the rest is inspected."""
    connection, seen = object(), []

    @env.guard.protect(kind="tool", obj="note", uninspected=("db",))
    async def note(text, db):
        seen.append((text, db))

    async with env.guard.session(ADA), env.guard.run("kit"):
        await note(TEXT, db=connection)
    assert seen[0][1] is connection and MAIL not in seen[0][0]


async def test_object_and_owner_come_from_the_arguments(env):
    """Functions of those arguments that they name; the record has what was asked."""

    @env.guard.protect(
        kind="data", obj=lambda order: f"order/{order}", act="read",
        owner=lambda order, tenant: tenant,
    )  # fmt: skip
    async def load(order, tenant="acme"):
        return {"order": order}

    async with env.guard.session(ADA), env.guard.run("kit"):
        assert await load(7) == {"order": 7}
    permit = next(r for r in env.log.kinds("decision") if r.decision == "permit")
    assert (permit.resource, permit.action, permit.owner) == ("data:order/7", "read", "acme")
    effect = env.log.kinds("effect")[0]
    assert (effect.call, effect.attempt, effect.host) == (permit.call, 1, None)
    assert env.log.kinds("run_start")[0].host == "python"


UNTELLABLE = {
    "raises": lambda order: 1 / 0,
    "gives None": lambda order: None,
    "gives a number": lambda order: 7,
    "gives nothing": lambda order: "",
    "gives a str subclass": lambda order: type("T", (str,), {})("order/7"),
}


@pytest.mark.parametrize("what", UNTELLABLE)
async def test_an_object_that_cannot_be_told_is_a_refusal(env, what):
    """What policy cannot be asked about does not run."""
    ran = []

    @env.guard.protect(kind="tool", obj=UNTELLABLE[what])
    async def load(order):
        ran.append(order)

    async with env.guard.session(ADA):
        with pytest.raises(PolicyUnavailable) as caught:
            async with env.guard.run("kit"):
                await load(7)
    assert caught.value.ref and not ran


@pytest.mark.parametrize("what", UNTELLABLE)
async def test_an_owner_that_cannot_be_told_is_a_foreign_one(env, what):
    """The question goes to policy with an owner that no tenant is."""
    asked = []
    decide = env.rules.decide
    env.rules.decide = lambda request: asked.append(request.own) or decide(request)

    @env.guard.protect(kind="data", obj="x", act="read", owner=UNTELLABLE[what])
    async def load(order):
        return order

    async with env.guard.session(ADA), env.guard.run("kit"):
        await load(7)
    assert set(asked) == {""}


async def test_an_object_with_personal_data_in_its_name_is_refused(env):
    """Names stand on record as they are, so a name is an id."""

    @env.guard.protect(kind="tool", obj=lambda to: f"mail/{to}")
    async def send(to):
        return to

    async with env.guard.session(ADA):
        with pytest.raises(InspectorUnavailable) as caught:
            async with env.guard.run("kit"):
                await send(MAIL)
    assert caught.value.ref and MAIL not in env.recorded and MAIL not in str(caught.value)


async def test_a_body_that_returns_something_to_await_is_refused(env):
    """A sync function that hands out a coroutine would run it unwatched."""

    @env.guard.protect(kind="tool", obj="late")
    def late(text):
        return _echo(text)

    def work():
        with env.guard.run("kit"):
            late("x")

    async with env.guard.session(ADA):
        with pytest.raises(InspectorUnavailable, match="awaited"):
            await asyncio.to_thread(work)


async def test_what_a_body_raises_is_a_failure_with_its_text_redacted(env):
    """`StageFailure` with the kind of the original; the guard's own errors stay themselves."""

    @env.guard.protect(kind="tool", obj="fail")
    async def fail():
        raise ValueError(f"no box {MAIL}")

    async with env.guard.session(ADA), env.guard.run("kit"):
        with pytest.raises(StageFailure) as caught:
            await fail()
    assert caught.value.kind == "ValueError" and MAIL not in str(caught.value)


async def test_a_class_made_at_run_time_hides_no_text_in_its_name(env):
    """The name of an exception's class is text like any other."""
    kind = type(f"mail {MAIL}", (Exception,), {})

    @env.guard.protect(kind="tool", obj="fail")
    async def fail():
        raise kind("x")

    async with env.guard.session(ADA), env.guard.run("kit"):
        with pytest.raises(StageFailure) as caught:
            await fail()
    assert MAIL not in caught.value.kind


async def test_async_generators_are_streams_and_other_values_are_inspected_whole(env):
    """Order is kept; a consumer that stops early leaves an effect."""

    @env.guard.protect(kind="tool", obj="mixed")
    async def mixed():
        yield "write to "
        yield MAIL
        yield {"to": MAIL}
        yield "the end"

    async with env.guard.session(ADA), env.guard.run("kit"):
        got = [item async for item in mixed()]
        early = mixed()
        async for _ in early:
            break
        await early.aclose()
    assert MAIL not in str(got) and [type(x) for x in got].count(dict) == 1
    assert str(got).index("write to") < str(got).index("'to'") < str(got).index("the end")
    outcomes = [r.outcome for r in env.log.kinds("effect") if r.action is None]
    assert outcomes == ["ok", "cancelled"]


async def test_arguments_with_finds_do_not_grow_the_records_of_a_long_run(env):
    """Each entity is remembered once, however many calls a run makes."""

    @env.guard.protect(kind="tool", obj="note")
    async def note(text):
        return "noted"

    async with env.guard.session(ADA), env.guard.run("kit"):
        for n in range(300):
            await note(f"write to ada{n}@example.com")
    last = [r for r in env.log.kinds("decision") if r.decision == "permit"][-1]
    assert len(last.findings or ()) <= 1 and len(env.log.kinds("effect")) == 300


@pytest.mark.parametrize("block", [True, False])
async def test_on_finding_block_blocks_arguments_too(env, block):
    """The step does not run; its permit has the effect `not_run`."""
    env.guard._pep.blocks, ran = block, []

    @env.guard.protect(kind="tool", obj="note")
    async def note(text):
        ran.append(text)

    async def work():
        async with env.guard.session(ADA), env.guard.run("kit"):
            await note(TEXT)

    if not block:
        await work()
        assert len(ran) == 1
        return
    with pytest.raises(ContentBlocked) as caught:
        await work()
    assert caught.value.ref and not ran
    assert [r.outcome for r in env.log.kinds("effect")] == ["not_run"]


async def test_bytes_in_arguments_pass_only_by_policy(env):
    """The act `bytes` is asked about the step that they go to; their digest is on record."""
    ran = []

    @env.guard.protect(kind="tool", obj="note")
    async def note(data):
        ran.append(data)

    async def work():
        async with env.guard.session(ADA), env.guard.run("kit"):
            await note(b"PK\x03\x04")

    with pytest.raises(AccessDenied) as caught:
        await work()
    assert caught.value.act == "bytes" and caught.value.ref and not ran
    assert env.log.records[int(caught.value.ref.rpartition("#")[2])].findings
    decide = env.rules.decide
    env.rules.decide = lambda request: (
        decide(AccessRequest(**{**_parts(request), "act": "call"}))
        if request.act == "bytes"
        else decide(request)
    )
    await work()
    assert ran == [b"PK\x03\x04"]


def _parts(request):
    return {n: getattr(request, n) for n in ("sub", "ten", "own", "kind", "obj", "act", "roles")}


# -- sync ------------------------------------------------------------------------------------------


def test_a_sync_program_needs_no_loop(env):
    """`with guard`, `with guard.session`, `with guard.run`; the body runs in its caller's thread."""
    where = []

    @env.guard.protect(kind="tool", obj="echo")
    def echo(text):
        where.append((threading.current_thread(), current_principal().subject))
        return text

    with env.guard, env.guard.session(ADA), env.guard.run("kit", input=TEXT) as run:
        answer = echo(run.input)
    assert where == [(threading.current_thread(), "user:ada")]
    assert MAIL not in answer and pseudonyms(answer)
    assert env.log.kinds("run_end")[0].outcome == "ok"
    assert env.guard._portal._thread is None


def test_nested_sync_steps_do_not_wait_for_each_other(env):
    """Eight protected functions inside each other: a pool of threads would be stuck for ever."""

    def nest(depth):
        @env.guard.protect(kind="tool", obj=f"step{depth}")
        def step():
            return nest(depth - 1)() if depth else "bottom"

        return step

    with env.guard, env.guard.session(ADA), env.guard.run("kit"):
        assert nest(8)() == "bottom"


async def test_with_inside_a_running_loop_says_what_to_write(env):
    """A blocking call would stop the loop that it waits for."""
    for manager in (env.guard, env.guard.session(ADA), env.guard.run("kit")):
        with pytest.raises(ConfigError, match="async with"):
            manager.__enter__()


def test_a_refusal_that_sync_code_swallows_is_raised_at_the_end(env):
    """The run gate has the last word in sync code, too."""
    env.rules.denied.add("no")

    @env.guard.protect(kind="tool", obj="no")
    def no():
        pytest.fail("it ran")

    def swallow():
        with env.guard, env.guard.session(ADA), env.guard.run("kit"):
            try:
                no()
            except GuardError:
                pass

    with pytest.raises(AccessDenied) as caught:
        swallow()
    assert caught.value.ref


async def test_a_session_and_a_run_are_entered_once(env):
    """The credential and the input are gone after the first use."""
    session = env.guard.session(ADA)
    async with session:
        run = env.guard.run("kit", input=TEXT)
        async with run:
            assert MAIL not in str(run.input) and MAIL not in repr(run)
        with pytest.raises(RuntimeError, match="once"):
            await run.__aenter__()
    with pytest.raises(RuntimeError, match="once"):
        await session.__aenter__()


NAMES = ["support/x", "a b", "*", "", "a,b", None, 7, "x" * 300, "a\x00b"]


@pytest.mark.parametrize("name", NAMES, ids=repr)
async def test_a_pipeline_name_that_policy_cannot_hold_is_refused_on_record(env, name):
    """`support/x` would be another pipeline's stage."""
    async with env.guard.session(ADA):
        with pytest.raises(NotAuthenticated) as caught:
            async with env.guard.run(name):
                pytest.fail("it was opened")
    assert caught.value.reason == "unsupported_context" and caught.value.ref


@pytest.mark.parametrize("field", ["run_id", "session_id"])
@pytest.mark.parametrize("value", [MAIL, "call me, Ada", "x" * 200, 7, "4111 1111 1111 1111"])
async def test_an_id_that_may_not_stand_on_record_is_refused(env, field, value):
    """Ids go on record as they are."""
    async with env.guard.session(ADA):
        with pytest.raises(NotAuthenticated):
            async with env.guard.run("kit", **{field: value}):
                pytest.fail("it was opened")
    assert MAIL not in env.recorded and "4111 1111" not in env.recorded


async def test_two_tokens_in_one_run_are_a_conflict(env):
    """A session inside a run speaks for the run's caller, or for none; the outer run is refused."""

    async def work():
        outer = (env.guard.session(ADA), env.guard.run("kit"))
        async with outer[0], outer[1], env.guard.session("acme:bob"):
            with pytest.raises(NotAuthenticated):
                async with env.guard.run("kit"):
                    pytest.fail("it was opened")

    with pytest.raises(NotAuthenticated) as caught:
        await work()
    assert caught.value.reason == "credential_conflict"


async def test_closing_a_guard_waits_for_its_runs(env):
    """What has begun ends; a new run is not admitted meanwhile."""
    begun, go = asyncio.Event(), asyncio.Event()

    @env.guard.protect(kind="tool", obj="slow")
    async def slow():
        begun.set()
        await go.wait()
        return "done"

    async def work():
        async with env.guard.session(ADA), env.guard.run("kit"):
            return await slow()

    async with env.guard:
        task = asyncio.create_task(work())
        await begun.wait()
        closing = asyncio.create_task(env.guard._pep.drain(5))
        await asyncio.sleep(0.02)
        with pytest.raises(AuditUnavailable, match="closing"):
            await work()
        go.set()
        assert await task == "done" and await closing == 0


async def test_what_a_call_met_and_how_it_failed_is_on_its_effect(env):
    """Finds in the arguments by type and count; an error by its class; no text of either."""

    @env.guard.protect(kind="tool", obj="echo")
    async def echo(text):
        raise LookupError(text)

    with pytest.raises(Exception, match="please write"):
        async with env.guard.session(ADA), env.guard.run("kit"):
            await echo(TEXT)
    (effect,) = env.log.kinds("effect")
    assert (effect.outcome, effect.error) == ("error", "LookupError")
    met = {one["entity"] for one in effect.findings if one["direction"] == "input"}
    assert met == {"EMAIL_ADDRESS"} and effect.note is None
    assert MAIL not in repr(effect)


async def test_a_class_name_that_is_too_long_for_a_record_is_left_out(env):
    """An effect that cannot be written would refuse the run for a name."""

    @env.guard.protect(kind="tool", obj="echo")
    async def echo(text):
        raise type("E" * 100_000, (Exception,), {})

    with pytest.raises(StageFailure):
        async with env.guard.session(ADA), env.guard.run("kit"):
            await echo("nothing")
    (effect,) = env.log.kinds("effect")
    assert (effect.outcome, effect.error) == ("error", None)
