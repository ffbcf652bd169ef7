"""The seam: what every host adapter stands on. The run gate, and one step under its permit.

An adapter answers where a run begins and ends, where the credential is, which callables do work,
what of their arguments and answers is data, which errors are the host's control flow, and what
leaves early. Everything else is here, once:

1. `gate` opens the run around the outermost entry, and raises a refusal that the host swallowed
2. `begin` asks for a step's permit, inspects its arguments, and uses the permit up
3. `run_step` and `failed` tell a step's value from its failure
4. `conclude` inspects what the step gave, records the effect, and only then returns it
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast
from uuid import uuid4

from stageflow_guard.audit.records.outcome_words import STEPS
from stageflow_guard.base.deadline import shielded
from stageflow_guard.enforcement.answers import close_unawaited, gave_back, shaped_from
from stageflow_guard.enforcement.leaving import (
    StageFailure,
    interrupt_of,
    name_of,
    text_of,
    unchanged,
)
from stageflow_guard.enforcement.pending import DROPPED, current_permit, unawaited
from stageflow_guard.enforcement.run import Run, credential_of
from stageflow_guard.enforcement.session import Session, bind, current_session, unbind
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
from stageflow_guard.policy.engine.argument_schema import (
    PlainArguments,
    UnreadableArguments,
    plain_arguments,
    plain_copy,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Permit
    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.model import Finding

logger = logging.getLogger("stageflow_guard")

OUTSIDE = (
    "a guarded {kind} was called outside a guarded run; run what `guard.mount` returned, or open "
    "`guard.run` around it"
)


@dataclass(frozen=True, slots=True)
class ControlFlow:
    """An error that is the host's way of saying something: pause, cancel, retry.

    `outcome` stands on record, a word of `audit.records.outcome_words`. `text` is inspected;
    `rebuild` makes the error of the redacted text. Raises `ConfigError` for another word.
    """

    outcome: str
    text: str
    rebuild: Callable[[str], BaseException]

    def __post_init__(self) -> None:
        """Take no word that a reader of the log has never heard of."""
        if self.outcome not in STEPS:
            raise ConfigError(f"a step's outcome is one of {', '.join(STEPS)}")


class Answer:
    """How a step ended. It can be emptied, so that no frame keeps raw text when an error leaves."""

    __slots__ = ("control", "failure", "interrupt", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.interrupt: BaseException | None = None  # what ends the process or the task
        self.failure: tuple[str, str] | None = None  # the exception's type and its raw text
        self.control: ControlFlow | None = None

    def clear(self) -> None:
        """Forget what the step gave."""
        self.values.clear()
        self.failure = self.control = self.interrupt = None


# what a step gave, inspected; what was found in it; the outcome on record
Released = tuple[Any, "tuple[Finding, ...]", str]


class Call:
    """One step under way: its run, and its permit, which is used up."""

    __slots__ = ("permit", "run", "step")

    def __init__(self, run: Run, permit: Permit) -> None:
        self.run = run
        self.permit = permit
        self.step = permit.step


def no_control_flow(error: BaseException) -> ControlFlow | None:
    """Return None: for hosts whose errors are failures, all of them."""
    return None


def no_outcome(error: BaseException) -> str | None:
    """Return None: for hosts whose runs end well or fail."""
    return None


def unchanged_arguments(arguments: Any) -> Any:
    """Return the arguments as they are: they are by name already."""
    return arguments


def copied(arguments: Any) -> Any:
    """Return arguments that nobody else holds, `PlainArguments` where each one is a plain value.

    Others come back as they are: policy's bounds cannot be judged of them, and the call is refused.
    """
    if type(arguments) is not dict:
        return arguments
    try:
        return PlainArguments(plain_copy(arguments))
    except UnreadableArguments:
        pass
    made = {}
    for name, value in arguments.items():
        try:
            made[name] = plain_copy(value)
        except UnreadableArguments:
            made[name] = value
    return made


class Seam:
    """The enforcement point as one host's adapter uses it.

    `host` is the name on record. `join` makes a guard error one that the host lets through.
    `passes` tells a step's control flow from its failures, `run_outcome` a run's.
    """

    def __init__(
        self,
        pep: PolicyEnforcementPoint,
        *,
        host: str,
        join: Callable[[GuardError], GuardError] = unchanged,
        passes: Callable[[BaseException], ControlFlow | None] = no_control_flow,
        run_outcome: Callable[[BaseException], str | None] = no_outcome,
    ) -> None:
        self.pep = pep
        self.host = host
        self.join = join
        self._passes = passes
        self.run_outcome = run_outcome

    # -- 1. the run gate ---------------------------------------------------------------------------

    def current_run(self) -> Run | None:
        """Return the open run of this context that belongs to this guard."""
        session = current_session(id(self.pep))  # none of a run that has ended
        run: Run | None = None if session is None else session.run
        return run

    def surrounding_run(self) -> Run | None:
        """Return the run that a new one is the child of: this context's, or its session's."""
        run = self.current_run()
        if run is not None:
            return run
        session = current_session(id(self.pep))
        run = None if session is None else session.within
        return None if run is None or run.ended else run

    def gate(
        self,
        *,
        pipeline: str,
        run_id: str | None = None,
        session_id: str | None = None,
        text: str | None = None,
        credential: Callable[[], object] | None = None,
    ) -> Gate:
        """Return the gate of one run. `credential` is what the host's caller passed, if anything.

        `text` is the run's input, of which the record keeps a fingerprint.
        """
        return Gate(
            self, pipeline=pipeline, run_id=run_id, session_id=session_id, text=text,
            credential=credential,
        )  # fmt: skip

    # -- 2. one step: permit, arguments ------------------------------------------------------------

    async def begin(
        self, step: Step, arguments: Any = None, *, host_kind: str | None = None,
        judged: Callable[[Any], Any] = unchanged_arguments,
    ) -> tuple[Call, Any]:  # fmt: skip
        """Return the call and its arguments, inspected; the permit is on disk and used up.

        A caller with `reveal` gets the originals. `judged` makes of the arguments what policy's
        bounds on a tool's call speak of, by name. Raises a `GuardError`, on record.
        """
        run = self.current_run()
        if run is None:
            await self.refuse_outside(step, None)
        try:
            told: Any = None
            if step.kind == "tool":
                told = arguments = copied(arguments)  # nobody changes what was judged
                if self.pep.controls_of(run, step) is not None:
                    told = judged(arguments)
                if type(arguments) is PlainArguments:
                    arguments, told = dict(arguments), plain_arguments(told, arguments)
            permit = await self.pep.authorize_step(run, step, host_kind=host_kind, arguments=told)
            try:
                if arguments:
                    arguments = await self._arguments(run, permit, arguments)
                await self.pep.consume_permit(run, permit)
            except BaseException:
                self._withheld(run, permit)
                raise
        except GuardError as error:
            raise self.join(error) from None
        return Call(run, permit), arguments

    async def _arguments(self, run: Run, permit: Permit, arguments: Any) -> Any:
        before = run.binary.get("", ())
        redacted, found = await self.pep.inspect(run, arguments, direction="input")
        run.binary[""] = before  # bytes in arguments are this step's, not the run's input
        if run.blocked is not None:
            await self.pep.refuse_step(run.blocked, run, permit.step, "inspect_input")
        if found:
            permit.met = found
            await self._require_permitted(run, permit, found)
        return await self.restored(run, permit, redacted) if permit.reveal else redacted

    async def _require_permitted(
        self, run: Run, permit: Permit, found: tuple[Finding, ...]
    ) -> None:
        """Refuse arguments whose finds block; the run remembers each entity once."""
        try:
            if self.pep.blocks and not permit.reveal and any(one.personal for one in found):
                raise ContentBlocked(found)
            binary = tuple(one for one in found if not one.personal)
            if binary:
                self.pep.require_bytes(run, permit.step, binary)
            self.pep.note_output_findings(run, permit.step, found)
            return
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # guardrails that break have not permitted anything
            error = PolicyUnavailable("the guardrails could not be asked")
        decision = error.decision if isinstance(error, AccessDenied) else None
        await self.pep.refuse_step(error, run, permit.step, "inspect_input", decision=decision)

    async def restored(self, run: Run, permit: Permit, value: Any) -> Any:
        """Return `value` with the originals of the run's scope; failure is a recorded refusal."""
        inspector, scope = self.pep.powers.streaming, run.scope
        try:
            if inspector is not None and scope is not None:
                work = inspector.restore(value, scope=scope)
                told = shaped_from(await self.pep.inspected(work), value)
                permit.restored = permit.restored or gave_back(told, value)
                return told
            raise InspectorUnavailable("this guard's inspector restores nothing")
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = InspectorUnavailable("the originals could not be restored")
        await self.pep.refuse_step(error, run, permit.step, "inspect_input")

    @contextlib.contextmanager
    def withheld(self, run: Run, permit: Permit) -> Any:
        """Give `permit` its effect when the step does not begin: every permit has one."""
        try:
            yield
        except BaseException:
            self._withheld(run, permit)
            raise

    def _withheld(self, run: Run, permit: Permit) -> None:
        if permit.outcome is None:
            with contextlib.suppress(GuardError):  # the first refusal is the one that is raised
                self.pep.effect(run, permit, "not_run")

    async def refuse_outside(self, step: Step, run: Run | None) -> NoReturn:
        """Refuse a step that was called outside a run that it belongs to."""
        error = NotAuthenticated("outside_run", OUTSIDE.format(kind=step.kind))
        try:
            if run is not None:
                await self.pep.refuse_step(error, run, step, "run")
            await self.pep.refuse(error, run=None, stage=step.stage, step="run")
        except GuardError as refused:
            raise self.join(refused) from None

    # -- 3. one step: the work ---------------------------------------------------------------------

    async def run_step(self, call: Call, work: Awaitable[Any], *, track: bool = True) -> Answer:
        """Await the step; return the one thing that it gave, or how it failed.

        `track` is False for a host whose hook has put the step's task on the run already.
        """
        token = current_permit.set(call.permit)
        task = asyncio.current_task() if track else None
        joined = task is not None and task not in call.run.tasks
        if task is not None and joined:  # a task that outlives its run is cancelled with it
            call.run.tasks.add(task)
        try:
            answer = Answer()
            answer.values.append(await work)
            return answer
        except BaseException as error:  # its text may hold anything: inspected outside this frame
            return self.failed(call, error)
        finally:
            current_permit.reset(token)
            if joined:
                call.run.tasks.discard(task)

    def failed(self, call: Call, error: BaseException) -> Answer:
        """Return how a step failed: refused, interrupted, control flow, or a failure with text.

        Asked of `type(error)`: an error can claim any class for itself.
        """
        answer = Answer()
        if issubclass(type(error), GuardError) and self.pep.is_own(error, call.run):
            call.run.refuse(cast("GuardError", error))
            return answer
        answer.control = self._control_of(error)
        if answer.control is not None:
            return answer
        answer.interrupt = interrupt_of(error)
        if answer.interrupt is not None:
            self.pep.effect(call.run, call.permit, "cancelled")
            return answer
        answer.failure = (name_of(type(error)), text_of(error))
        return answer

    def _control_of(self, error: BaseException) -> ControlFlow | None:
        try:
            return self._passes(error)
        except BaseException:  # an error whose own methods fail, or interrupt, is a failure
            return None

    # -- 4. one step: its answer -------------------------------------------------------------------

    async def conclude(
        self,
        call: Call,
        answer: Answer,
        release: Callable[[Any], Awaitable[Released] | Released] | None = None,
    ) -> Any:
        """Return what the step gave, inspected and its effect on record, or raise how it failed.

        `release` inspects a value and returns it with its findings and the outcome on record, at
        once where there is nothing to inspect.
        """
        pep, run, permit = self.pep, call.run, call.permit
        if answer.interrupt is not None:
            raise answer.interrupt
        raised: BaseException
        try:
            if run.pledges and unawaited(run, permit):
                dropped = NotAuthenticated("not_awaited", DROPPED)
                await pep.refuse_step(dropped, run, call.step, "run")
            if run.refusal is not None:  # this step's, or one that a child or a call swallowed
                pep.effect(run, permit, "refused")
                raise run.refusal.with_traceback(None)
            if answer.values:
                released = (release or self._released(call))(answer.values.pop())
                if not isinstance(released, tuple):
                    released = await released
                value, found, outcome = released
                pep.effect(run, permit, outcome, findings=found)
                return value
            if answer.failure is not None:
                told, found = await pep.inspect(
                    run, list(answer.failure), direction="output", step=call.step
                )
                answer.clear()
                pep.effect(run, permit, "error", findings=found, error=told[0])
                raised = StageFailure(*told)
            elif answer.control is not None:
                control, answer.control = answer.control, None
                text, found = await pep.inspect(
                    run, control.text, direction="output", step=call.step
                )
                pep.effect(run, permit, control.outcome, findings=found)
                raised = control.rebuild(text)
                del control
            else:
                await pep.refuse_step(
                    AuditUnavailable("the step ended without an outcome"), run, call.step, "run"
                )
        except GuardError as exc:
            answer.clear()
            refused: GuardError = exc
        except Exception:  # an answer of no known form cannot be inspected
            answer.clear()
            refused = InspectorUnavailable("the step's answer could not be inspected")
        else:
            raise raised
        await self._withhold(call, refused)

    async def _withhold(self, call: Call, error: GuardError) -> NoReturn:
        """Record that the step's answer goes no further, and raise."""
        run, permit = call.run, call.permit
        try:
            try:
                if permit.outcome is None:
                    self.pep.effect(run, permit, "withheld")
            finally:
                if not self.pep.is_own(error, run):
                    await self.pep.refuse_step(error, run, call.step, "inspect_output")
        except GuardError as refused:
            raise self.join(refused) from None
        raise self.join(error) from None

    def _released(self, call: Call) -> Callable[[Any], Awaitable[Released]]:
        async def release(value: Any) -> Released:
            if hasattr(type(value), "__await__"):
                close_unawaited(value)
                raise InspectorUnavailable(
                    f"{call.step.kind} `{call.step.obj}` returned something to be awaited; guard "
                    "the async function itself"
                )
            redacted, found = await self.pep.inspect(
                call.run, value, direction="output", step=call.step
            )
            return redacted, found, "ok"

        return release

    async def step(self, step: Step, arguments: Any, body: Callable[[Any], Awaitable[Any]]) -> Any:
        """Run `body` of the inspected arguments as one step; return its inspected answer."""
        call, arguments = await self.begin(step, arguments)
        work = body(arguments)
        del arguments
        answer = await self.run_step(call, work)
        del work
        return await self.conclude(call, answer)


class Gate:
    """The run gate, an async context manager: authenticates, binds, ends, and has the last word."""

    def __init__(
        self,
        seam: Seam,
        *,
        pipeline: str,
        run_id: str | None,
        session_id: str | None,
        text: str | None,
        credential: Callable[[], object] | None,
    ) -> None:
        self._seam = seam
        self._pipeline = pipeline
        self._run_id = run_id
        self._session_id = session_id
        self._text = text
        self._credential = credential
        self._run: Run | None = None
        self._session: Session | None = None
        self._token: Any = None

    async def open(self) -> Run:
        """Authenticate and open the run; raise a `GuardError`, on record."""
        seam, pep = self._seam, self._seam.pep
        await pep.require_ids(self._pipeline, self._run_id, self._session_id)
        run_id = self._run_id or str(uuid4())
        parent = seam.surrounding_run()
        credential, session = await self._chosen_credential(parent, run_id)
        self._credential = None
        self._run = await pep.admit(
            credential, run_id=run_id, pipeline=self._pipeline, session_id=self._session_id,
            parent=parent, text=self._text, session=session, host=seam.host,
        )  # fmt: skip
        self._text = None
        self._session = Session(id(pep), principal=self._run.principal, run=self._run)
        return self._run

    def bind(self) -> None:
        """Make the run the current one of this context."""
        if self._session is not None:
            self._token = bind(self._session)

    def unbind(self) -> None:
        """Restore what was current before."""
        if self._token is not None:
            unbind(self._token)
            self._token = None

    async def __aenter__(self) -> Run:
        """Open the run and bind it."""
        run = await self.open()
        self.bind()
        return run

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End the run. A recorded refusal wins over what the host returns or raises."""
        self.unbind()
        await self.close(error)

    async def close(self, error: BaseException | None) -> None:
        """End the run that ended with `error`, or well; raise its refusal, if it has one."""
        run, session = self._run, self._session
        assert run is not None  # noqa: S101 - it was opened
        assert session is not None  # noqa: S101
        outcome, raised = "error", error
        try:
            outcome, raised = await self._verdict(run, error)
        finally:
            refused = run.refusal is not None
            await _end(self._seam, run, session, "refused" if refused else outcome)
        if raised is not None and raised is not error:
            raise raised from None

    async def _verdict(
        self, run: Run, error: BaseException | None
    ) -> tuple[str, BaseException | None]:
        """Return the outcome on record, and what is raised."""
        pep = self._seam.pep
        if issubclass(type(error), asyncio.CancelledError):
            return "cancelled", error
        if run.refusal is not None:
            return "refused", run.refusal.with_traceback(None)
        try:
            if error is None:
                if unawaited(run, None):
                    await pep.refuse(NotAuthenticated("not_awaited", DROPPED), run=run, step="run")
                if run.blocked is not None:  # no step was reached to refuse it
                    await pep.refuse(run.blocked, run=run, step="inspect_input")
                return "ok", None
            if issubclass(type(error), GuardError):  # an application's own, or a collaborator's
                await pep.refuse(cast("GuardError", error), run=run, step="run")
        except GuardError as refused:
            return "refused", refused
        return self._seam.run_outcome(error) or "error", error

    async def _chosen_credential(
        self, parent: Run | None, run_id: str
    ) -> tuple[object, Session | None]:
        """Return what a root run is authenticated by, and the session that lends it."""
        pep = self._seam.pep
        session = current_session(id(pep))
        bound = None if session is None or parent is not None else session.credential()
        try:
            given = None if self._credential is None else self._credential()
            conflict = given is not None and (
                parent is not None or (bound is not None and bound != given)
            )
            if parent is not None and session is not None and session.run is None:
                conflict = conflict or session.credential() != credential_of(parent.identity)
        except Exception:  # a token whose own methods fail; its text may hold it
            await pep.refuse(
                NotAuthenticated("unsupported_context", "the credential cannot be read"),
                run=parent or run_id, pipeline=self._pipeline, step="authenticate",
            )  # fmt: skip
        if conflict:
            await pep.refuse(
                NotAuthenticated(
                    "credential_conflict",
                    "the session and `data` carry different tokens"
                    if parent is None
                    else "a child run takes no token of its own",
                ),
                run=parent or run_id, pipeline=self._pipeline, step="authenticate",
            )  # fmt: skip
        return (given, None) if bound is None else (bound, session)


async def _end(seam: Seam, run: Run, session: Session, outcome: str) -> None:
    """End the run for every task: tasks, identity, ways out, permits, record."""
    pep = seam.pep
    run.closed = True
    here = asyncio.current_task()
    orphans = [t for t in run.tasks if not t.done() and t is not here]
    for task in orphans:  # hosts leave their tasks behind when the caller goes away
        task.cancel()
    try:
        if orphans:
            await shielded(asyncio.wait(orphans, timeout=pep.stop_timeout))
            deaf = sum(not task.done() for task in orphans)
            if deaf:  # they cannot be stopped; they hold a spent permit and a closed session
                logger.warning("stages that ignore cancellation: %d run=%s", deaf, run.id)
    finally:
        session.close()
        run.tasks.clear()
        try:
            await _close_egress(run)
        finally:
            await pep.finish(run, outcome)


async def _close_egress(run: Run) -> None:
    """End the ways out of steps that go on all the same: their records come before the end."""
    left = [*run.egress]
    try:
        for egress in left:
            await shielded(egress.stop())
    finally:
        for egress in left:
            with contextlib.suppress(GuardError):  # the run knows
                egress.close("unknown")


async def refuse_hook(seam: Seam, run: Run, step: Step, error: Exception) -> NoReturn:
    """Raise what a host's hook refuses with: typed, on record, and one that the host lets through.

    For an adapter whose hook asks for the permit: only a durable permit lets the host go on.
    """
    if not issubclass(type(error), GuardError):
        error = PolicyUnavailable("the decision point failed")
    try:
        await seam.pep.refuse_step(cast("GuardError", error), run, step, "authorize")
    except GuardError as refused:
        raise seam.join(refused) from None
