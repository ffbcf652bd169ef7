"""The rows of the matrix. Each takes a driver and a fresh environment, and raises where it fails.

A row is a rule that every adapter keeps; its name is what the report prints.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from stageflow_guard import current_principal
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    ConfigError,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.testing.conformance.driver import Body, Driver, NotOffered, spin
from stageflow_guard.testing.conformance.environment import (
    ADA,
    BOB,
    EVE,
    MAIL,
    TEXT,
    Environment,
    pseudonyms,
)

Row = Callable[[Driver, Environment], Awaitable[None]]
ROWS: dict[str, Row] = {}


def row(name: str) -> Callable[[Row], Row]:
    """Put a row into the matrix."""

    def put(function: Row) -> Row:
        ROWS[name] = function
        return function

    return put


def require(truth: object, what: str) -> None:
    """Fail the row unless `truth`."""
    if not truth:
        raise AssertionError(what)


async def refused(
    work: Awaitable[Any], kind: type[GuardError], env: Environment, *, on_record: bool = True
) -> GuardError:
    """Return the typed refusal that `work` ends in; it has a `.ref`, on record unless said."""
    try:
        answer = await work
    except GuardError as error:
        require(isinstance(error, kind), f"refused as {error.code}, not as {kind.code}")
        require(error.ref, "the refusal has no `.ref`")
        require(str(error.ref) in str(error), "the text of the refusal lost its `.ref`")
        if on_record:
            _, _, index = str(error.ref).rpartition("#")
            require(index.isdigit(), f"the `.ref` `{error.ref}` names no record")
            record = env.log.records[int(index)]
            require(record.decision == "deny", "the record of the refusal is no denial")
        return error
    raise AssertionError(f"nothing was refused; the answer was a {type(answer).__name__}")


async def turn(driver: Driver, env: Environment, *bodies: Body, text: str = TEXT) -> list[Any]:
    """Run the bodies as Ada."""
    async with env.guard.session(ADA):
        return await driver.turn(env.guard, list(bodies), text)


def run_end(env: Environment) -> str | None:
    """Return the outcome of the one run, which has exactly one end."""
    ends = env.log.kinds("run_end")
    require(len(ends) == len(env.log.kinds("run_start")), "a run has no end on record")
    return ends[-1].outcome if ends else None


# -- who is calling -------------------------------------------------------------------------------


@row("no session: nothing runs")
async def no_session(driver: Driver, env: Environment) -> None:
    """Without a credential nothing runs, typed and on record."""
    body = Body("one")
    await refused(driver.turn(env.guard, [body], TEXT), NotAuthenticated, env)
    require(body.started == 0, "the body ran")


@row("an expired token: nothing runs")
async def expired(driver: Driver, env: Environment) -> None:
    """An expired credential is refused by name."""
    body = Body("one")
    async with env.guard.session("expired"):
        error = await refused(driver.turn(env.guard, [body], TEXT), NotAuthenticated, env)
    require(getattr(error, "reason", None) == "expired", "the reason is not `expired`")
    require(body.started == 0, "the body ran")


@row("revoked in the middle: the next step does not run")
async def revoked_between(driver: Driver, env: Environment) -> None:
    """The caller is asked again before each step."""

    def revoke(text: Any) -> Any:
        env.tokens.revoked.add("user:ada")
        return text

    first = Body("one", revoke)
    second = Body("two")
    await refused(turn(driver, env, first, second), NotAuthenticated, env)
    require(second.started == 0, "a step ran for a revoked caller")


@row("revoked after the permit: the step does not run")
async def revoked_after_permit(driver: Driver, env: Environment) -> None:
    """Expiry and denylist are asked again between the permit and the body."""
    body = Body("one")
    decide = env.rules.decide

    def decide_and_revoke(request: Any) -> Any:
        decision = decide(request)
        own = request.obj.rpartition("/")[2] == "one"  # not a model's or a host's own step
        if request.act == "reveal" and own:  # the last question before the permit
            env.tokens.revoked.add("user:ada")
        return decision

    env.rules.decide = decide_and_revoke  # type: ignore[method-assign]
    await refused(turn(driver, env, body), NotAuthenticated, env)
    require(body.started == 0, "the body ran for a revoked caller")
    outcomes = [one.outcome for one in env.log.of_bodies("effect")]
    require(outcomes in (["not_run"], []), f"the permit's effect is {outcomes}")


@row("20 runs of 2 callers: none mixed")
async def many_callers(driver: Driver, env: Environment) -> None:
    """Concurrent runs keep their own caller and their own pseudonyms."""

    async def one(token: str) -> str | None:
        seen: list[str | None] = []

        def look(text: Any) -> Any:
            who = current_principal()
            seen.append(None if who is None else who.subject)
            return text

        async with env.guard.session(token):
            await driver.turn(env.guard, [Body("one", look)], TEXT)
        return seen[0]

    tokens = [ADA, BOB] * 10
    seen = await asyncio.gather(*(one(token) for token in tokens))
    wanted = [f"user:{token.partition(':')[2]}" for token in tokens]
    require(seen == wanted, "a run saw another run's caller")
    names = {name for r in env.log.kinds("run_end") for name in [r.actor and r.actor["subject"]]}
    require(names == {"user:ada", "user:bob"}, "the records name other callers")


@row("a task that outlives its run: nothing runs in it")
async def outlives(driver: Driver, env: Environment) -> None:
    """A detached task keeps no identity after its run."""
    body = Body("one")
    async with env.guard.session(ADA):
        task = await driver.detached(env.guard, body, TEXT)
    await refused(task, NotAuthenticated, env)
    require(body.started == 0, "the body ran without a caller")


@row("called directly, outside a run: refused")
async def direct(driver: Driver, env: Environment) -> None:
    """The guarded callable itself refuses, with a session and without one."""
    body = Body("one")
    error = await refused(driver.direct(env.guard, body, TEXT), NotAuthenticated, env)
    require(getattr(error, "reason", None) == "outside_run", "the reason is not `outside_run`")
    async with env.guard.session(ADA):
        await refused(driver.direct(env.guard, body, TEXT), NotAuthenticated, env)
    require(body.started == 0, "the body ran outside a run")


# -- may they -------------------------------------------------------------------------------------


@row("a denied step: nothing runs")
async def denied(driver: Driver, env: Environment) -> None:
    """A denial stops the step, typed, with its decision, and the run ends refused."""
    env.rules.denied.add("one")
    body = Body("one")
    error = await refused(turn(driver, env, body), AccessDenied, env)
    require(error.decision.reason == "no_matching_rule", "the decision is lost")  # type: ignore[attr-defined]
    require(body.started == 0, "the body ran")
    require(run_end(env) == "refused", "the run's end does not say `refused`")


@row("an allowed step: it runs once")
async def allowed(driver: Driver, env: Environment) -> None:
    """A permitted step runs exactly once, and the run ends well."""
    body = Body("one")
    answers = await turn(driver, env, body, text="hello there")
    require(body.started == body.finished == 1, f"the body ran {body.started} times")
    require(answers == ["hello there"], "the answer was lost")
    require(run_end(env) == "ok", "the run's end does not say `ok`")


@row("the decision point is broken: nothing runs")
async def policy_broken(driver: Driver, env: Environment) -> None:
    """A decision point that raises has permitted nothing."""
    env.rules.broken = True
    body = Body("one")
    await refused(turn(driver, env, body), PolicyUnavailable, env)
    require(body.started == 0, "the body ran")


@row("the same step twice side by side: both run, each under its own permit")
async def same_step_twice(driver: Driver, env: Environment) -> None:
    """Two parallel calls of one step are two calls, not a retry."""

    async def wait(text: Any) -> Any:
        await asyncio.sleep(0.05)
        return text

    bodies = [Body("one", wait), Body("one", wait)]
    async with env.guard.session(ADA):
        await driver.parallel(env.guard, bodies, TEXT)
    require([b.finished for b in bodies] == [1, 1], "a call did not run")
    permits = [r for r in env.log.of_bodies("decision") if r.decision == "permit"]
    require([r.attempt for r in permits] == [1, 1], "a parallel call was recorded as a retry")
    effects = env.log.of_bodies("effect")
    require(len({r.decision_index for r in effects}) == 2, "an effect is missing")


@row("a refused run gives no further permit")
async def no_further_permit(driver: Driver, env: Environment) -> None:
    """After a refusal nothing else of the run begins, and there is one record of it."""
    env.rules.denied.add("one")
    bodies = [Body("one"), Body("two"), Body("three")]
    async with env.guard.session(ADA):
        await refused(driver.swallow(env.guard, bodies, TEXT), AccessDenied, env)
    require([b.started for b in bodies] == [0, 0, 0], "a step ran in a refused run")
    denials = [r for r in env.log.kinds("decision") if r.decision == "deny"]
    require(len(denials) == 1, f"{len(denials)} records of one refusal")


@row("a retry of a denied step: one denial on record")
async def retry_counts_once(driver: Driver, env: Environment) -> None:
    """A host that runs a denied step again is told the same refusal."""
    env.rules.denied.add("one")
    body = Body("one")
    async with env.guard.session(ADA):
        await refused(driver.retry(env.guard, body, TEXT, 3), AccessDenied, env)
    require(body.started == 0, "the body ran")
    denials = [r for r in env.log.kinds("decision") if r.decision == "deny"]
    require(len(denials) == 1, f"{len(denials)} records of one refusal")


@row("the host swallows what a step raises: the refusal is raised all the same")
async def swallowed(driver: Driver, env: Environment) -> None:
    """A refusal is the run's, whatever the host makes of it."""
    env.rules.denied.add("one")
    body = Body("one")
    async with env.guard.session(ADA):
        await refused(driver.swallow(env.guard, [body], TEXT), AccessDenied, env)
    require(body.started == 0, "the body ran")
    require(run_end(env) == "refused", "the run's end does not say `refused`")


@row("a broken inspector that the host swallows: refused all the same")
async def swallowed_inspector(driver: Driver, env: Environment) -> None:
    """What could not be inspected refuses the run, not only the step."""

    def break_it(text: Any) -> Any:
        env.inspector.broken = True
        return text

    body = Body("one", break_it)
    async with env.guard.session(ADA):
        await refused(driver.swallow(env.guard, [body], TEXT), InspectorUnavailable, env)
    require(run_end(env) == "refused", "the run's end does not say `refused`")


@row("a dropped `guard.authorize`: the step is refused")
async def dropped(driver: Driver, env: Environment) -> None:
    """A forgotten `await` cannot pass."""

    def forget(text: Any) -> Any:
        env.guard.authorize(kind="data", obj="order/7", act="read", owner="acme")
        return text

    body = Body("one", forget)
    error = await refused(turn(driver, env, body), NotAuthenticated, env)
    require(getattr(error, "reason", None) == "not_awaited", "the reason is not `not_awaited`")


@row("a nested run keeps the caller, and its denial is the outer run's")
async def nested(driver: Driver, env: Environment) -> None:
    """A child run speaks for the same caller; a denial in it is not lost on the way out."""
    seen: list[str] = []

    def look(text: Any) -> Any:
        who = current_principal()
        seen.append("" if who is None else who.subject)
        return text

    async with env.guard.session(ADA):
        await driver.nested(env.guard, Body("outer", look), Body("inner", look), TEXT)
    require(seen == ["user:ada", "user:ada"], "the child run had another caller")
    env.rules.denied.add("inner")
    inner = Body("inner")
    async with env.guard.session(ADA):
        await refused(driver.nested(env.guard, Body("outer"), inner, TEXT), AccessDenied, env)
    require(inner.started == 0, "the nested body ran")


@row("a cache in front of a step: refused at mount, or never another caller's answer")
async def cached(driver: Driver, env: Environment) -> None:
    """A cached answer of one tenant is not handed to another without a decision."""
    body = Body("one")
    try:
        async with env.guard.session(ADA):
            await driver.cached(env.guard, body, TEXT)
        async with env.guard.session(EVE):
            await driver.cached(env.guard, body, TEXT)
    except ConfigError:
        require(body.started == 0, "the body ran behind a refused cache")
        return
    require(body.started == 2, "one caller was given another's cached answer")


@row("a forged history, or a way chosen by the caller: refused")
async def forged(driver: Driver, env: Environment) -> None:
    """A caller does not choose which step runs."""
    body = Body("one")
    async with env.guard.session(ADA):
        await refused(driver.forged(env.guard, body, TEXT), GuardError, env, on_record=False)
    require(body.started == 0, "the body ran")


# -- what may they see ----------------------------------------------------------------------------


@row("input: a step sees it redacted")
async def input_redacted(driver: Driver, env: Environment) -> None:
    """The body is given a pseudonym in the place of the address."""
    body = Body("one")
    await turn(driver, env, body)
    require(MAIL not in str(body.seen), "the body saw raw text")
    require(pseudonyms(body.seen), "the body was given no pseudonym")


@row("output: the caller and later steps see it redacted")
async def output_redacted(driver: Driver, env: Environment) -> None:
    """What a step gives is inspected before anything else has it."""
    raw = "grace.hopper@example.com"
    body, later = Body("one", lambda _: f"ask {raw}"), Body("two")
    answers = await turn(driver, env, body, later, text="hello")
    require(raw not in str(answers), "raw text left the run")
    require(raw not in str(later.seen), "a later step saw raw text")
    require(pseudonyms(answers), "nothing of the answer is left")


@row("the inspector is broken: nothing runs")
async def inspector_broken(driver: Driver, env: Environment) -> None:
    """Uninspected text goes nowhere."""
    env.inspector.broken = True
    body = Body("one")
    error = await refused(turn(driver, env, body), InspectorUnavailable, env)
    require(body.started == 0, "the body ran")
    require(MAIL not in str(error), "the refusal quotes the text")


@row("the inspector breaks on an answer: it is withheld")
async def inspector_breaks(driver: Driver, env: Environment) -> None:
    """An answer that cannot be inspected does not leave."""

    def break_it(text: Any) -> Any:
        env.inspector.broken = True
        return text

    await refused(turn(driver, env, Body("one", break_it)), InspectorUnavailable, env)


@row("the text of a step's error is redacted")
async def error_redacted(driver: Driver, env: Environment) -> None:
    """An exception of the body leaves with its text inspected, and no raw cause."""

    def fail(_: Any) -> Any:
        raise ValueError(f"no mailbox {MAIL}")

    try:
        await turn(driver, env, Body("one", fail), text="hello")
    except GuardError as error:
        raise AssertionError("the failure of a step came as a guard error") from error
    except Exception as error:
        found: BaseException | None = error
        while found is not None:
            require(MAIL not in f"{found} {found.args}", "the error's text is raw")
            found = found.__cause__ or found.__context__
    else:
        raise AssertionError("the failure was lost")
    require(run_end(env) != "ok", "the run's end says `ok`")
    require(
        [r.outcome for r in env.log.of_bodies("effect")] == ["error"], "the effect is no `error`"
    )


@row("an error that a step makes of the guard's own type is the step's failure")
async def own_error(driver: Driver, env: Environment) -> None:
    """Only what the guard itself refused leaves as a guard error."""

    def pretend(_: Any) -> Any:
        raise NotAuthenticated("malformed", f"write to {MAIL}")

    try:
        await turn(driver, env, Body("one", pretend), text="hello")
    except GuardError as error:
        raise AssertionError("a step's own error passed for a refusal") from error
    except Exception as error:
        require(MAIL not in str(error), "the error's text is raw")
    else:
        raise AssertionError("the failure was lost")


@row("a stream: no raw chunk leaves")
async def stream(driver: Driver, env: Environment) -> None:
    """Text that is given in chunks is held back until nothing later can change it."""
    heard: list[str] = []
    async with env.guard.session(ADA):
        await driver.stream(env.guard, Body("one"), f"write to {MAIL} today, please do", heard)
    whole = "".join(heard)
    require(MAIL not in whole, "raw text left the stream")
    require("today" in whole and pseudonyms(whole), "the stream lost its text")


@row("a conversation: its own caller keeps the pseudonyms, another gets others")
async def conversation(driver: Driver, env: Environment) -> None:
    """(tenant, subject, key) is a conversation: another tenant's key is another conversation."""

    async def names(token: str) -> list[str]:
        body = Body("one")
        async with env.guard.session(token):
            await driver.conversation(env.guard, body, TEXT, "thread-1")
        return pseudonyms(body.seen)

    first, again, foreign = await names(ADA), await names(ADA), await names(EVE)
    require(first and first == again, "a conversation lost its pseudonyms")
    require(foreign and foreign != first, "another tenant was given this one's pseudonyms")


# -- what happened --------------------------------------------------------------------------------


@row("permit before, effect after, with the outcome")
async def permit_and_effect(driver: Driver, env: Environment) -> None:
    """The permit is on record when the body runs; the effect names it and how it ended."""
    at: list[int] = []

    def look(text: Any) -> Any:
        at.append(len(env.log.records))
        return text

    await turn(driver, env, Body("one", look), text="hello")
    bodies = env.log.of_bodies("decision")
    permits = [i for i, r in enumerate(env.log.records) if r in bodies and r.attempt]
    effects = env.log.of_bodies("effect")
    require(len(permits) == 1 and permits[0] < at[0], "no permit was on record before the body")
    require(len(effects) == 1, f"{len(effects)} effects of one step")
    require(effects[0].decision_index == permits[0], "the effect names another decision")
    require(effects[0].outcome == "ok", f"the outcome is `{effects[0].outcome}`")


@row("a permit is used up before the body runs")
async def permit_used(driver: Driver, env: Environment) -> None:
    """While a body runs, its permit can start no other."""
    states: list[bool] = []

    def look(text: Any) -> Any:
        states.extend(p.spent for run in env.guard._pep.runs for p in run.permits.values())
        return text

    await turn(driver, env, Body("one", look), text="hello")
    require(states and all(states), "the permit was still open while the body ran")


@row("the log is down: nothing runs")
async def log_down(driver: Driver, env: Environment) -> None:
    """Nothing runs on an unrecorded decision."""
    env.log.down = True
    body = Body("one")
    await refused(turn(driver, env, body), AuditUnavailable, env, on_record=False)
    require(body.started == 0, "the body ran")


@row("the log goes down in the middle: the answer is withheld")
async def log_goes_down(driver: Driver, env: Environment) -> None:
    """An unrecordable outcome withholds the answer."""

    def cut(text: Any) -> Any:
        env.log.down = True
        return text

    later = Body("two")
    await refused(
        turn(driver, env, Body("one", cut), later), AuditUnavailable, env, on_record=False
    )
    require(later.started == 0, "a later step ran")


async def _cancelled(driver: Driver, env: Environment) -> Body:
    """Cancel a run while its step works; return the step."""
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def work(text: Any) -> Any:
        loop.call_soon_threadsafe(begun.set)
        await asyncio.sleep(0.3)
        return text

    body = Body("one", work)
    task = asyncio.create_task(turn(driver, env, body, text="hello"))
    async with asyncio.timeout(10):
        await begun.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return body
    raise AssertionError("the cancellation was lost")


@row("cancelled: effect and end are on record")
async def cancelled(driver: Driver, env: Environment) -> None:
    """Cancellation is an outcome; a body that cannot be stopped has its own."""
    body = await _cancelled(driver, env)
    for _ in range(500):
        if env.log.kinds("run_end"):
            break
        await asyncio.sleep(0.01)
    permits = [r for r in env.log.of_bodies("decision") if r.decision == "permit" and r.attempt]
    require(len(env.log.of_bodies("effect")) == len(permits) == 1, "the permit has no effect")
    stopped = run_end(env) in ("cancelled", "cancel")
    require(stopped or body.finished, f"the run's end says `{run_end(env)}`")


@row("cancelled: the step does not finish")
async def cancelled_stops(driver: Driver, env: Environment) -> None:
    """A cancelled run's step goes no further."""
    body = await _cancelled(driver, env)
    await asyncio.sleep(0.5)
    require(body.finished == 0, "the body went on to its end")


@row("an interrupt in a step ends the run, on record")
async def interrupt(driver: Driver, env: Environment) -> None:
    """A `BaseException` passes through, and the run has its end."""

    class Stop(BaseException):
        pass

    def stop(_: Any) -> Any:
        raise Stop(f"at {MAIL}")

    try:
        await turn(driver, env, Body("one", stop), text="hello")
    except GuardError as error:
        raise AssertionError("an interrupt passed for a refusal") from error
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError):
            raise
        require(MAIL not in str(error), "the interrupt's text is raw")
    else:
        raise AssertionError("the interrupt was lost")
    require(run_end(env) != "ok", "the run's end says `ok`")
    require(len(env.log.of_bodies("effect")) == 1, "the permit has no effect")


@row("records and stores hold neither raw text nor the token")
async def nothing_raw(driver: Driver, env: Environment) -> None:
    """What outlives the run holds no secret and no personal data."""
    body = Body("one", lambda _: f"ask {MAIL}")
    await turn(driver, env, body, Body("two"))
    for what in (env.recorded, *driver.dump()):
        require(MAIL not in what, "raw text is kept")
        require(ADA not in what, "the token is kept")


@row("1 000 steps leak no run and no permit")
async def no_leak(driver: Driver, env: Environment) -> None:
    """Ended runs are gone, and so is what they held."""
    for _ in range(20):
        await turn(driver, env, *(Body(f"s{n}") for n in range(50)), text="hi")
    pep = env.guard._pep
    require(not pep.runs, f"{len(pep.runs)} runs are still open")
    held: list[weakref.ref[Any]] = []

    def look(text: Any) -> Any:
        held.extend(weakref.ref(run.identity) for run in pep.runs)
        return text

    await turn(driver, env, Body("one", look), text="hi")
    require(bool(held), "no run was under way")
    for _ in range(50):
        await asyncio.sleep(0.01)
        gc.collect()
        if all(one() is None for one in held):
            return
    raise AssertionError("an ended run's identity is still held")


__all__ = ["ROWS", "NotOffered", "Row", "require", "row", "spin"]
