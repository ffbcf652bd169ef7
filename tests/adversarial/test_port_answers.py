"""Every port, every wrong answer, every place where it is asked: nothing runs, typed, on record."""

from __future__ import annotations

import asyncio

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard.errors import AccessDenied, GuardError, NotAuthenticated
from stageflow_guard.model import Decision, Effect, Finding, Principal
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, TEXT


class Text(str):
    """Text with methods of its own."""


class Whole(int):
    """A number with methods of its own."""


class Person(Principal):
    """A principal with methods of its own."""


async def _coroutine():
    return 7


def _future():
    future = asyncio.get_running_loop().create_future()
    future.set_result(7)
    return future


# made anew for each use: a coroutine is awaited once
ANYTHING = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "a negative number": lambda: -1,
    "a fraction": lambda: 1.5,
    "empty text": lambda: "",
    "text": lambda: "5",
    "a str subclass": lambda: Text("5"),
    "an int subclass": lambda: Whole(5),
    "bytes": lambda: b"5",
    "a list": lambda: [5],
    "a mapping": lambda: {"value": 5},
    "an empty tuple": lambda: (),
    "a pair": lambda: (5, 5),
    "an object": object,
    "a class": lambda: Principal,
    "an exception": lambda: RuntimeError("x"),
    "a coroutine": _coroutine,
    "a future": _future,
}
PRINCIPALS = {
    "no subject": lambda: Principal(subject="", tenant="acme"),
    "no tenant": lambda: Principal(subject="user:ada", tenant=""),
    "a blank tenant": lambda: Principal(subject="user:ada", tenant=" "),
    "neither": lambda: Principal(subject="", tenant=""),
    "a subject of another type": lambda: Principal(subject=Text("user:ada"), tenant="acme"),
    "roles in a list": lambda: Principal(subject="user:ada", tenant="acme", roles=["boss"]),
    "a principal subclass": lambda: Person(subject="user:ada", tenant="acme"),
}
_PERMIT = {"effect": Effect.PERMIT, "reason": "permitted", "revision": "r"}
DECISIONS = {
    "an effect in text": lambda: Decision(**{**_PERMIT, "effect": "permit"}),
    "a truth for an effect": lambda: Decision(**{**_PERMIT, "effect": True}),
    "no reason": lambda: Decision(**{**_PERMIT, "reason": None}),
    "rules in a list": lambda: Decision(**{**_PERMIT, "rules": ["p"]}),
    "no revision": lambda: Decision(**{**_PERMIT, "revision": None}),
}
REDACTIONS = {
    "one part": lambda: ("x",),
    "three parts": lambda: ("x", (), ()),
    "no value": lambda: (None, ()),
    "findings in a list": lambda: (TEXT, []),
    "findings of text": lambda: (TEXT, ("EMAIL",)),
    "no findings": lambda: (TEXT, None),
    "a count in text": lambda: (TEXT, (Finding("EMAIL", "1"),)),
    "a str subclass for a value": lambda: (Text("x"), ()),
    "an empty mapping": lambda: ({}, ()),
    "another mapping": lambda: ({"other": 1, "keys": 2, "three": 3}, ()),
    "a list for a value": lambda: (["x"], ()),
}


def _without(*names):
    return {name: make for name, make in ANYTHING.items() if name not in names}


# port: (collaborator, method, asynchronous, wrong answers, kind of error)
PORTS = {
    "authenticate": ("tokens", "authenticate", True, {**ANYTHING, **PRINCIPALS}),
    "recheck": ("tokens", "recheck", False, _without("None")),
    "decide": ("rules", "decide", False, {**ANYTHING, **DECISIONS}),
    "scope": ("inspector", "scope_for", False, ANYTHING),
    "redact": ("inspector", "redact", True, {**ANYTHING, **REDACTIONS}),
    "enqueue": ("log", "enqueue", False, ANYTHING),
    "append": ("log", "append", True, ANYTHING),
}
MOST = 12  # no place is asked more often than this in the scenario


class Lying:
    """Answers as the collaborator does until the `at`-th call of `method`, and wrong from then."""

    def __init__(self, env, port, at, make):
        inner = getattr(env, PORTS[port][0])
        method, asynchronous = PORTS[port][1:3]
        self.calls, self.lied = 0, False
        honest = getattr(inner, method)

        def wrong():
            self.lied = True
            return make()

        if asynchronous:

            async def answer(*args, **kwargs):
                self.calls += 1
                if self.calls < at:
                    return await honest(*args, **kwargs)
                return wrong()
        else:

            def answer(*args, **kwargs):
                self.calls += 1
                return honest(*args, **kwargs) if self.calls < at else wrong()

        setattr(inner, method, answer)


async def stageflow(env, lie, ran):
    """Two stages in a chain."""

    def stage(name):
        async def body(_ctx):
            ran.append((name, lie.lied))
            return StageOutput.ok(text=TEXT)

        return body

    pipeline = (
        Pipeline(name="kit")
        .with_stage("one", stage("one"), StageKind.TRANSFORM)
        .with_stage("two", stage("two"), StageKind.TRANSFORM, after="one")
    )
    async with env.guard.session(ADA):
        await env.guard.mount(pipeline).run(input_text=TEXT)


async def plain(env, lie, ran):
    """Two protected functions; the second asks about a resource as well."""

    @env.guard.protect(kind="tool", obj="one")
    async def one(text):
        ran.append(("one", lie.lied))
        return text

    @env.guard.protect(kind="data", obj=lambda text: "order/7", act="read", owner="acme")
    async def two(text):
        ran.append(("two", lie.lied))
        await env.guard.authorize(kind="data", obj="order/8", act="read", owner="acme")
        ran.append(("behind authorize", lie.lied))
        return text

    async with env.guard.session(ADA), env.guard.run("kit", input=TEXT) as run:
        await one(run.input)
        await two(run.input)


HOSTS = {"stageflow": stageflow, "plain": plain}


async def _refusal(work):
    """Return the guard error that `work` ends in, or None."""
    try:
        await work
    except GuardError as error:
        return error
    return None


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("port", PORTS)
async def test_a_wrong_answer_is_a_typed_refusal_on_record_wherever_it_is_given(port, host):
    """Nothing starts once a collaborator answered wrong, and the caller gets a `.ref`."""
    tried = 0
    for what, make in PORTS[port][3].items():
        for at in range(1, MOST + 1):
            env = Environment()
            ran: list[tuple[str, bool]] = []
            lie = Lying(env, port, at, make)
            case = f"{port} answered {what} at call {at} under {host}"
            error = await _refusal(HOSTS[host](env, lie, ran))
            if error is None:
                assert not lie.lied, f"{case}: believed"
                break  # the scenario asks no more often
            assert lie.lied, f"{case}: refused before the lie"
            assert error.ref, f"{case}: no `.ref`"
            if port not in ("append", "enqueue"):
                index = int(error.ref.rpartition("#")[2])
                assert env.log.records[index].decision == "deny", case
            started = [name for name, lied in ran if lied]
            assert started == [], f"{case}: {started} ran"
            tried += 1
        else:
            pytest.fail(f"{port} is asked more than {MOST} times under {host}")
    assert tried >= len(PORTS[port][3])


@pytest.mark.parametrize("what", _without("text"))
async def test_a_token_source_that_gives_no_token_names_no_caller(what):
    """What a `TokenSource` hands out is text, or nothing runs."""

    class Source:
        async def access_token(self):
            return ANYTHING[what]()

    env = Environment()
    async with env.guard.session(Source()):
        with pytest.raises(NotAuthenticated) as caught:
            async with env.guard.run("kit"):
                pytest.fail("the run was opened")
    assert caught.value.ref


@pytest.mark.parametrize("what", _without("True"))
async def test_a_scope_limit_permits_by_true_alone(what):
    """The ceiling's answer is True, or the answer is no."""
    env = Environment()
    answers = []

    def ceiling(*_):
        answers.append(ANYTHING[what]())
        return answers[-1]

    env.guard._pep._ceiling = ceiling
    async with env.guard.session(ADA):
        with pytest.raises(AccessDenied) as caught:
            async with env.guard.run("kit"):
                await env.guard.protect(kind="tool", obj="one")(_coroutine)()
    assert caught.value.decision.reason == "scope_ceiling" and caught.value.ref
    for answer in answers:
        if hasattr(answer, "close"):
            answer.close()


async def test_two_callers_never_share_an_error_object():
    """A collaborator that raises one object for all: each caller gets an error of its own."""
    env = Environment()
    shared = NotAuthenticated("revoked")

    async def authenticate(_):
        raise shared

    env.tokens.authenticate = authenticate
    caught = []
    for _ in range(2):
        with pytest.raises(NotAuthenticated) as one:
            async with env.guard.session(ADA), env.guard.run("kit"):
                pass
        caught.append(one.value)
    assert caught[0] is not caught[1] and caught[0].ref != caught[1].ref
    assert shared.ref is None and shared not in caught


class Odd(NotAuthenticated):
    """A collaborator's own error, whose parts misbehave."""

    @property
    def reason(self):
        raise RuntimeError("reason")

    @reason.setter
    def reason(self, value):
        pass

    @property
    def code(self):
        raise RuntimeError("code")


class Loud(NotAuthenticated):
    """A collaborator's own error whose text is the text of the run."""

    def __str__(self):
        return TEXT


@pytest.mark.parametrize("kind", [Odd, Loud])
async def test_a_collaborators_error_class_runs_no_code_of_its_own(kind):
    """What leaves is the guard's own class, with fields that were read as data."""
    env = Environment()

    async def authenticate(_):
        raise kind("revoked")

    env.tokens.authenticate = authenticate
    with pytest.raises(NotAuthenticated) as caught:
        async with env.guard.session(ADA), env.guard.run("kit"):
            pass
    assert type(caught.value) is NotAuthenticated and caught.value.ref
    assert TEXT not in str(caught.value)


FORGED = {
    "replaced": lambda who: __import__("dataclasses").replace(who, tenant="globex"),
    "replaced by itself": lambda who: __import__("dataclasses").replace(who),
    "made by hand": lambda who: Principal(subject=who.subject, tenant=who.tenant),
    "a subclass": lambda who: Person(subject=who.subject, tenant=who.tenant),
    "None": lambda who: None,
    "a string": lambda who: who.subject,
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_principal_that_no_authenticator_made_is_refused(what):
    """`dataclasses.replace` and its kin make no caller; the refusal is on record."""
    env = Environment()
    who = await env.guard.authenticate(ADA)
    ask = {"kind": "data", "obj": "order/7", "act": "read", "owner": "globex"}
    with pytest.raises(NotAuthenticated) as caught:
        await env.guard.decide(FORGED[what](who), **ask)
    assert caught.value.reason == "not_established" and caught.value.ref
    decision = await env.guard.decide(who, **{**ask, "owner": "acme"})
    assert decision.permitted and decision.ref


@pytest.mark.parametrize("part", ["kind", "obj", "act", "owner"])
@pytest.mark.parametrize("value", [None, 7, b"x", Text("x"), ["x"]], ids=repr)
async def test_a_request_that_is_no_text_is_denied_on_record(part, value):
    """`authorize(obj=None)` is a denial with a `.ref`, not a `TypeError`."""
    env = Environment()
    ask = {"kind": "data", "obj": "order/7", "act": "read", "owner": "acme", part: value}
    async with env.guard.session(ADA), env.guard.run("kit"):
        with pytest.raises(AccessDenied) as caught:
            await env.guard.authorize(**ask)
    assert caught.value.decision.reason == "malformed_request" and caught.value.ref


@pytest.mark.parametrize("part", ["kind", "obj", "owner"])
@pytest.mark.parametrize("value", [None, 7, b"x", Text("x"), ["x"]], ids=repr)
async def test_a_restore_about_no_text_is_denied_on_record(part, value):
    """`restore(obj=None)` is a denial with a `.ref`, too, and not a `TypeError`."""
    env = Environment(inspector=OffLoopInspector(Redactor(ner=None), Vault()))
    ask = {"kind": "data", "obj": "order/7", "owner": "acme", part: value}
    async with env.guard.session(ADA), env.guard.run("kit"):
        with pytest.raises(AccessDenied) as caught:
            await env.guard.restore("x", **ask)
    assert caught.value.decision.reason == "malformed_request" and caught.value.ref
