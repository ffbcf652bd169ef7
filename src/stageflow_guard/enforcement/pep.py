"""The policy enforcement point (NIST SP 800-162): the one flow that every step passes.

1. authenticate    who is calling?                      `admit`, once per run; expiry at every step
2. authorize       may they run this step?              `authorize_step`
3. inspect input   only redacted text goes further      `admit` finds, `authorize_step` blocks
4. record          the decision, durable, before        `authorize_step`
5. run             under a single-use permit            `consume_permit`, then the step
6. inspect output  before downstream sees it            `inspect`
7. record          the effect; then, only then, return  `effect`, durable with `finish`

Each step returns or raises a `GuardError`; there is no third way out. `BaseException`s that are not
`Exception`s (cancellation, interrupts) pass through, and nothing runs behind them.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from uuid import uuid4

from stageflow_guard.base.deadline import answered
from stageflow_guard.base.traceparent import caller_span
from stageflow_guard.enforcement.admission import NOTHING, ToolCall
from stageflow_guard.enforcement.answers import (
    decision_from,
    findings_from,
    fingerprint_from,
    redaction_from,
    scope_from,
)
from stageflow_guard.enforcement.authentication import Callers, require_same
from stageflow_guard.enforcement.issued import is_issued
from stageflow_guard.enforcement.observers import FlowTimers
from stageflow_guard.enforcement.powers import Powers
from stageflow_guard.enforcement.recorder import Recorder, new_record, traced
from stageflow_guard.enforcement.records import RequestCache, findings_note, resource_name
from stageflow_guard.enforcement.run import Identity, Permit, Run
from stageflow_guard.enforcement.session import current_session
from stageflow_guard.enforcement.step import Step, require_segment
from stageflow_guard.enforcement.tracing import around, of_session
from stageflow_guard.errors import (
    AccessDenied,
    ApprovalRequired,
    AuditUnavailable,
    ConfigError,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    LimitExceeded,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.model import NO_TENANT, AccessRequest, AuditRecord, Decision, Effect, Principal
from stageflow_guard.policy.engine.delegation import delegated
from stageflow_guard.ports import ForgeryCounter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence

    from stageflow_guard.enforcement.admission import Admitted, CallControls
    from stageflow_guard.enforcement.records import StepRequests
    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.model import Finding, RecordTemplate
    from stageflow_guard.policy.engine.tool_rules import ToolControls
    from stageflow_guard.ports import (
        AuditLog,
        Authenticator,
        DecisionPoint,
        Fingerprinter,
        Inspector,
        Scope,
    )


T = TypeVar("T")

DECISIONS_KEPT = 4096
LONGEST_CLASS = 128  # characters of an error's class on record
ENDED = "the run is over, or the session it began in; nothing more runs in it"
UNREADABLE = "the context's ids cannot be read"
NO_ID = (
    "an id (of a session, run or request) goes on record as it is: it is a UUID, or at most 128 "
    "characters of A-Z a-z 0-9 . _ : / | = + ~ - without personal data"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHORT = re.compile(r"[A-Za-z0-9._:/|=+~-]{1,128}")


def forged_in(scope: Scope | None) -> int:
    """Return how many placeholders `scope` was given that it never made."""
    return scope.forged if scope is not None and isinstance(scope, ForgeryCounter) else 0


def tells_model(error: GuardError) -> bool:
    """Say whether this is a "no" to one call, after which policy may let a run go on."""
    return isinstance(error, AccessDenied | ApprovalRequired | LimitExceeded)


def noted(template: RecordTemplate, admitted: Admitted) -> dict[str, Any]:
    """Return the note of one record, with what its template notes."""
    if admitted is NOTHING:
        return {}
    told = admitted.note()
    return {"note": {**(template.fields.get("note") or {}), **told}} if told else {}


def called_from() -> dict[str, Any] | None:
    """Return a run's note of the span, in another service perhaps, that called it."""
    trace = around()
    span = None if trace is None else caller_span(trace)
    return None if span is None else {"caller_span": span}


def _permit_fields(run: Run, step: Step, call: str, attempt: int) -> dict[str, Any]:
    """Return what only this permit's record says."""
    own = run.own.copy()
    own["attempt"] = attempt
    if step.stage is None:
        own["call"] = call
    if run.findings:
        own["findings"] = findings_note(run.findings)
    return own


def _reads(
    template: RecordTemplate, own: dict[str, Any], run: Run, upstream: Iterable[str]
) -> dict[str, Any]:
    """Return the note that names the steps whose finds this one reads; their effects say which."""
    told = [name for name in upstream if name in run.telling]
    if not told:
        return {}
    return {"note": {**(own.get("note") or template.fields.get("note") or {}), "reads": told}}


class PolicyEnforcementPoint:
    """Holds the four answers and asks them in order. All collaborators are mandatory."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        decisions: DecisionPoint,
        inspector: Inspector,
        log: AuditLog,
        block: bool = False,
        ceiling: Callable[[Principal, str, str], bool] | None = None,
        auth_timeout: float = 15.0,
        record_timeout: float = 10.0,
        inspect_timeout: float = 30.0,
    ) -> None:
        self.callers = Callers(authenticator, auth_timeout)
        self.recorder = Recorder(log, record_timeout)
        self.refuse = self.recorder.refuse  # the one gate of every refusal
        self.decisions = decisions
        self._inspector, self.powers = inspector, Powers.of(inspector)
        self.blocks = block
        self._ceiling = ceiling
        self._requests = RequestCache()
        # decision points answer with the same frozen object again: it is checked once
        self._checked: dict[int, Decision] = {}
        self.timers = FlowTimers()
        self.stop_timeout = record_timeout  # for stages that are to stop
        self.controls: CallControls | None = None  # set by the guard: it needs the guard's key
        self.inspect_timeout = inspect_timeout  # behind the inspector's own deadline
        self.fingerprinter: Fingerprinter | None = None  # set when the log is opened
        self.runs: set[Run] = set()
        self.closing = False

    @property
    def authenticator(self) -> Authenticator:
        """What turns a credential into a principal."""
        return self.callers.authenticator

    @property
    def inspector(self) -> Inspector:
        """What may they see; `powers` is what it can do beside that."""
        return self._inspector

    @property
    def log(self) -> AuditLog:
        """Where every decision is recorded; a closed one until the guard is opened."""
        return self.recorder.log

    @log.setter
    def log(self, log: AuditLog) -> None:
        self.recorder.log = log

    # -- 1. authenticate ---------------------------------------------------------------------

    async def authenticate(
        self, credential: object, *, run: str, pipeline: str | None = None
    ) -> Principal:
        """Return who holds `credential`; anything else is a recorded refusal."""
        began = self.timers.start()
        try:
            found = await self.callers.authenticate(credential)
        except GuardError as error:
            self.timers.end("authenticate", run, None, began)
            await self.refuse(error, run=run, pipeline=pipeline, step="authenticate")
        self.timers.end("authenticate", run, None, began)
        return found

    async def require_ids(self, pipeline: object, *ids: object) -> None:
        """Refuse, on record, names and ids that may not stand on record as they are.

        A pipeline's name is one segment of a policy's object. An id is a UUID, or a short name
        without personal data in it. None is no id.
        """
        try:
            require_segment(pipeline, "a pipeline")
            for name in ids:
                if name is not None and not await self._may_be_recorded(name):
                    raise NotAuthenticated("unsupported_context", NO_ID)
            return
        except (NotAuthenticated, InspectorUnavailable) as exc:
            error: GuardError = exc
        except ConfigError as exc:
            error = NotAuthenticated("unsupported_context", exc.message)
        except Exception:  # an id whose own methods fail; its text may hold anything
            error = NotAuthenticated("unsupported_context", UNREADABLE)
        await self.refuse(error, run=str(uuid4()), step="authenticate")

    async def _may_be_recorded(self, name: object) -> bool:
        if type(name) is not str:
            return False
        if _UUID.fullmatch(name):
            return True
        if not _SHORT.fullmatch(name):
            return False
        scope = scope_from(self.inspector.scope(NO_TENANT, str(uuid4())))
        answer = await self.inspected(self.inspector.redact(name, scope=scope, direction="input"))
        return not redaction_from(answer, name)[1]

    async def admit(
        self,
        credential: object,
        *,
        run_id: str,
        pipeline: str,
        session_id: str | None = None,
        parent: Run | None = None,
        text: str | None = None,
        session: Session | None = None,
        host: str | None = None,
        inspected: bool = True,
    ) -> Run:
        """Authenticate and open a run; of `text`, its input, the record keeps a fingerprint.

        It ends with `session`, whose credential it uses. Its `run_start` record is taken when this
        returns, and durable before its first step: with the first decision.
        """
        await self.require_ids(pipeline, run_id, session_id)
        if self.closing and parent is None:  # what has begun may end, children included
            await self.refuse(
                AuditUnavailable("the guard is closing; no new run is admitted"),
                run=run_id, pipeline=pipeline, step="authenticate",
            )  # fmt: skip
        if parent is not None:
            identity = parent.identity
            try:
                await self.ensure_caller_valid(parent)
                if self.controls is not None and self.controls.counts:
                    await self.controls.child(parent)
            except GuardError as error:
                await self.refuse(error, run=parent, step="authenticate")
        else:
            principal = await self.authenticate(credential, run=run_id, pipeline=pipeline)
            identity = Identity(principal, credential)
        run = Run(
            run_id, pipeline, identity, session_id=session_id, parent=parent, session=session,
            host=host, inspected=inspected,
        )  # fmt: skip
        if inspected:
            await self._open_scope(run)
        fingerprint = await self._fingerprint(run, text)
        start = new_record(
            run, kind="run_start", step="authenticate", params_fp=fingerprint, host=host,
            note=None if parent is not None else called_from(),
        )  # fmt: skip
        self.recorder.enqueue(start, run)
        self.runs.add(run)
        return run

    async def _fingerprint(self, run: Run, text: str | None) -> str | None:
        if self.fingerprinter is None or not text:
            return None
        try:
            who = run.principal
            return fingerprint_from(
                await self.fingerprinter.fingerprint(who.tenant, who.subject, "input_text", text)
            )
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = AuditUnavailable("the input could not be fingerprinted")
        await self.refuse(error, run=run, step="record")

    async def _open_scope(self, run: Run) -> None:
        """Give `run` its pseudonym scope; without one nothing can be redacted, so nothing runs."""
        if run.parent is not None and run.parent.scope is not None:
            run.scope = run.parent.scope
            return
        try:
            run.scope = await self.open_scope(run.principal, run.scope_key)
            return
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = InspectorUnavailable("the inspector gave no scope")
        await self.refuse(error, run=run, step="inspect_input")

    async def open_scope(self, who: Principal, key: str, subject: str | None = None) -> Scope:
        """Return the scope of (tenant, key), kept for `subject` or `who`; raise otherwise."""
        powers = self.powers
        if powers.background is not None:
            work = powers.background.open_scope(who.tenant, key, subject or who.subject)
            return scope_from(await self.inspected(work))
        if powers.subjects is not None:  # what is kept belongs to a person
            return scope_from(powers.subjects.scope_for(who.tenant, key, subject or who.subject))
        return scope_from(self._inspector.scope(who.tenant, key))

    async def with_scope(self, scope: Scope | None, work: Callable[[], T]) -> T:
        """Return what `work` does with a scope: on the loop, unless the scope may be slow."""
        background = self.powers.background
        if getattr(scope, "slow", False) is True and background is not None:
            tenant = getattr(scope, "tenant", NO_TENANT)
            return await self.inspected(background.in_background(work, tenant=tenant))
        return work()

    # -- 2 to 4. authorize, inspect input, record ----------------------------------------------

    async def authorize_step(  # noqa: PLR0912, PLR0915 - one path, numbered, in one place
        self,
        run: Run,
        step: Step,
        *,
        host_kind: str | None = None,
        upstream: Iterable[str] = (),
        retry: bool = False,
        arguments: object = None,
    ) -> Permit:
        """Return a permit whose record is on disk; every other outcome is a recorded refusal.

        `upstream` are the steps whose outputs this one reads; `retry` says that the host runs the
        step again; `arguments` are what a tool is called with, by name. A run that was refused
        gives no further permit, and no further record.
        """
        if run.refusal is not None:
            raise run.refusal.with_traceback(None) from None
        if run.ended:
            await self.refuse_step(NotAuthenticated("run_closed", ENDED), run, step, "authenticate")
        previous = run.by_step.get(step.stage or "") if retry else None
        attempt = 1 if previous is None else previous.attempt + 1
        decision: Decision | None = None
        at = "authenticate"
        timed = self.timers.told
        began = self.timers.start() if timed else 0
        try:
            try:  # 1; in line: one coroutine less for each step
                self.callers.recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._renew(run, gone)
            at = "authorize"
            asked = self._requests.of(run.identity.principal, run.pipeline, step)
            decision = self.evaluate(asked.may_run, asked.who)  # 2
            if decision.effect is not Effect.PERMIT:
                raise AccessDenied(
                    decision,
                    f"{step.kind} `{step.obj}` is denied ({decision.reason})",
                    act=step.act,
                )
            revealing = self.evaluate(asked.may_reveal, asked.who)
            reveal = revealing.effect is Effect.PERMIT
            binary = run.reachable_binary(upstream) if run.binary else ()
            if binary:
                self._require_bytes(asked, binary)
            at = "inspect_input"  # 3
            if run.blocked is not None:
                raise ContentBlocked(run.blocked.findings, reason=run.blocked.reason)
            if self.blocks and not reveal and any(f.personal for f in run.findings):
                raise ContentBlocked(run.findings)
            if run.findings or run.output_findings or run.parent is not None:
                self._require_unblocked(run, step, run.reachable_findings())
            at = "authorize"
            admitted = (  # last, since it uses a grant up
                await self._admitted(run, asked, decision, arguments)
                if step.kind == "tool" or (self.controls is not None and self.controls.counts)
                else NOTHING
            )
            at = "record"
            template = asked.permit(
                decision, host_kind=host_kind, reveal=revealing if reveal else None,
                binary=bool(binary),
                inspected=run.inspected,
            )  # fmt: skip
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # a decision point that breaks has not permitted anything
            error = PolicyUnavailable("the policy decision failed")
        else:
            call = str(next(run.calls))
            own = _permit_fields(run, step, call, attempt)
            if admitted is not NOTHING:
                own |= noted(template, admitted)
            if run.telling:
                own |= _reads(template, own, run, upstream)
            if timed:
                self.timers.end("authorize", run.id, step, began)
                began = self.timers.start()
            index, cancelled = await self.recorder.append_permit(template.record(own), run)  # 4
            if timed:
                self.timers.end("record", run.id, step, began)
            permit = Permit(step, call, attempt, index, reveal=reveal, effect=asked.effect)
            permit.held = admitted.held
            if cancelled:
                self._unopened(run, permit)
            run.permits[call] = permit
            if step.stage is not None:
                run.by_step[step.stage] = permit
            return permit
        self.timers.end("authorize", run.id, step, began)
        refused = error.decision if isinstance(error, AccessDenied) else decision
        await self.refuse_step(
            error, run, step, at, decision=refused, stage_kind=host_kind, attempt=attempt,
            ends_run=not self._lets_go_on(error, run, step),
        )  # fmt: skip

    async def _admitted(
        self, run: Run, asked: StepRequests, decision: Decision, arguments: object
    ) -> Admitted:
        """Return what the record says of an admitted call; raise what refuses it."""
        gate = self.controls
        controls = None if gate is None else gate.of(asked.may_run, asked.who)
        if gate is None or (controls is None and arguments is None and not gate.counts):
            return NOTHING
        call = ToolCall(asked.may_run, asked.who, run, decision, arguments)
        return await gate.admit(controls, call)

    async def refuse_call(self, error: GuardError, run: Run, step: Step) -> NoReturn:
        """Refuse a tool's call before policy is asked; policy says whether the run goes on."""
        decision = error.decision if isinstance(error, AccessDenied) else None
        await self.refuse_step(
            error, run, step, "authorize", decision=decision,
            ends_run=not self._lets_go_on(error, run, step),
        )  # fmt: skip

    def _lets_go_on(self, error: GuardError, run: Run, step: Step) -> bool:
        """Say whether policy lets the run go on after this "no" (`on_denied: tell_model`)."""
        controls = self.controls_of(run, step) if tells_model(error) else None
        return controls is not None and controls.tells_model

    def controls_of(self, run: Run, step: Step) -> ToolControls | None:
        """Return what policy bounds of this step's arguments, or None where it does not.

        A source that breaks is found again, and refused on record, by `authorize_step`.
        """
        if step.kind != "tool" or self.controls is None:
            return None
        try:
            asked = self._requests.of(run.identity.principal, run.pipeline, step)
            return self.controls.of(asked.may_run, asked.who)
        except Exception:
            return None

    def _unopened(self, run: Run, permit: Permit) -> NoReturn:
        """Give a permit whose caller was cancelled its effect at once, and be cancelled."""
        with contextlib.suppress(GuardError):  # the run knows
            self.effect(run, permit, "not_run")
        raise asyncio.CancelledError

    def _require_bytes(self, asked: StepRequests, binary: tuple[Finding, ...]) -> None:
        """Raise `AccessDenied` unless policy lets bytes pass at this step (act `bytes`)."""
        request = asked.may_pass_bytes
        decision = self.evaluate(request, asked.who)
        if not decision.permitted:
            raise AccessDenied(
                decision, f"`{request.obj}` may not be given bytes ({decision.reason})",
                act=request.act, findings=binary,
            )  # fmt: skip

    # -- 5. run ------------------------------------------------------------------------------

    async def consume_permit(self, run: Run, permit: Permit) -> None:
        """Use the permit up; expiry and denylist are asked again immediately before the step."""
        step = permit.step
        if run.ended:
            await self.refuse_step(NotAuthenticated("run_closed", ENDED), run, step, "run")
        if permit.spent or run.permits.get(permit.call) is not permit:
            await self.refuse_step(
                NotAuthenticated("permit_spent", "this permit was used before"), run, step, "run"
            )
        permit.spent = True
        try:
            try:
                self.callers.recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._renew(run, gone)
        except GuardError as error:
            with contextlib.suppress(GuardError):  # the first refusal is the one that is raised
                self.effect(run, permit, "not_run")
            await self.refuse_step(error, run, step, "run")
        permit.executed = True

    # -- 3 and 6. inspect ----------------------------------------------------------------------

    def inspected(self, work: Awaitable[T]) -> Coroutine[Any, Any, T]:
        """Return, to be awaited, what the inspector answers; `TimeoutError` when it does not."""
        return answered(self.inspect_timeout, work)

    async def inspect(
        self, run: Run, value: Any, *, direction: str, step: Step | None = None
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return `value` redacted within the run's scope; failure is a recorded refusal.

        An input that is blocked comes back empty: the first permitted step refuses it, so that a
        caller who may not run a step learns nothing of its content. Bytes pass a step's output
        where policy says so; those of the input are asked about step by step.
        """
        if not run.inspected:
            return value, ()
        at = f"inspect_{direction}"
        began = self.timers.start()
        try:
            scope = scope_from(run.scope)
            answer = await self.inspected(
                self.inspector.redact(value, scope=scope, direction=direction)
            )
            self.timers.end(at, run.id, step, began)
            redacted, found = redaction_from(answer, value)
            if not found:
                return redacted, found
            binary = tuple(one for one in found if not one.personal)
            if binary:
                if step is not None:
                    self.require_bytes(run, step, binary)
                elif direction != "input":  # no step whose policy could say so
                    raise ContentBlocked(binary, reason="bytes_refused")
                name = "" if step is None else step.stage or step.obj
                run.binary[name] = run.binary.get(name, ()) + binary
            if step is not None:
                self.note_output_findings(run, step, found)
            return redacted, found
        except ContentBlocked as exc:
            if step is None and direction == "input":
                run.blocked = exc
                return None, findings_from(exc.findings)
            error: GuardError = exc
        except GuardError as exc:
            error = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable(f"the {direction} could not be inspected")
        decision = error.decision if isinstance(error, AccessDenied) else None
        if step is None:
            await self.refuse(error, run=run, step=at, decision=decision)
        await self.refuse_step(error, run, step, at, decision=decision)

    def note_output_findings(self, run: Run, step: Step, found: tuple[Finding, ...]) -> None:
        """Remember finds in what a step gives; raise `ContentBlocked` where that blocks."""
        run.add_output_findings(found)
        self._require_unblocked(run, step, found)

    def require_bytes(self, run: Run, step: Step, binary: tuple[Finding, ...]) -> None:
        """Raise `AccessDenied` unless policy lets bytes pass at this step."""
        self._require_bytes(self._requests.of(run.identity.principal, run.pipeline, step), binary)

    def _require_unblocked(self, run: Run, step: Step, found: Sequence[Finding]) -> None:
        """Raise `ContentBlocked` where policy blocks a find at this step, reveal or not."""
        guardrails = self.powers.guardrails
        if not run.inspected or guardrails is None:
            return
        blocked = guardrails.blocked_at(run.principal.tenant, step.place, found)
        if findings_from(blocked):
            raise ContentBlocked(blocked)

    # -- 7. record the effect --------------------------------------------------------------------

    def effect(
        self, run: Run, permit: Permit, outcome: str, *, findings: tuple[Finding, ...] = (),
        error: str | None = None,
    ) -> None:  # fmt: skip
        """Enqueue the effect, in order; it is durable with the run's next decision or its end.

        `error` is the inspected name of an error's class.
        """
        if permit.outcome is not None:  # a step that ignored its end has nothing to add
            return
        permit.outcome = outcome
        run.permits.pop(permit.call, None)
        if permit.held and self.controls is not None:
            self.controls.ended(permit.held, (time.perf_counter_ns() - permit.started) / 1e9)
        if outcome == "ok" and self.controls is not None and self.controls.counts:
            step = permit.step
            self.controls.ended_well(run, run.principal, step.kind, step.obj, step.act)
        own = {
            **run.own,
            "attempt": permit.attempt,
            "outcome": outcome,
            "decision_index": permit.index,
            "latency_us": (time.perf_counter_ns() - permit.started) // 1000,
        }
        if permit.step.stage is None:
            own["call"] = permit.call
        if findings and permit.step.stage is not None:
            run.telling.add(permit.step.stage)
        if findings or permit.met:
            own["findings"] = findings_note((*permit.met, *findings))
        if permit.restored:
            own["note"] = {"restored": True}
        if error is not None and len(error) <= LONGEST_CLASS:
            own["error"] = error
        self.recorder.enqueue(permit.effect.record(own), run)

    async def finish(self, run: Run, outcome: str) -> None:
        """Close the run: every open permit gets an effect, then a durable `run_end`.

        The end is on record even when the caller is cancelled meanwhile.
        """
        run.closed = True
        self.runs.discard(run)
        for permit in list(run.permits.values()):
            self.effect(run, permit, "unknown" if permit.executed else "skipped")
        if self.controls is not None:
            self.controls.run_ended(run)
        end = new_record(run, kind="run_end", outcome=outcome)
        began = self.timers.start()
        await self.recorder.append(end, run, last=True)
        self.timers.end("record", run.id, None, began)

    async def drain(self, seconds: float) -> int:
        """Admit no new run and wait until the open ones have ended; return how many have not."""
        self.closing = True
        until = time.monotonic() + seconds
        while self.runs and time.monotonic() < until:  # noqa: ASYNC110 - runs end in many places
            await asyncio.sleep(0.01)
        return len(self.runs)

    # -- shared ------------------------------------------------------------------------------

    def evaluate(self, request: AccessRequest, who: Principal) -> Decision:
        """Ask the decision point; only an exact PERMIT within the token's scopes is one."""
        try:
            decision = self.decisions.decide(request)
            if self._checked.get(id(decision)) is not decision:
                self._checked[id(decision)] = decision_from(decision)
                if len(self._checked) > DECISIONS_KEPT:
                    self._checked = {}
            if who.actors:
                decision = decision_from(delegated(self.decisions, request, who.actors, decision))
            if (
                self._ceiling is not None
                and self._ceiling(who, request.kind, request.act) is not True
            ):
                decision = replace(decision, effect=Effect.DENY, reason="scope_ceiling", rules=())
        except GuardError:
            raise
        except Exception:
            raise PolicyUnavailable("the policy decision failed") from None
        return decision

    async def ensure_same_identity(self, held: Principal, fresh: Principal, *, run: str) -> None:
        """Refuse, on record, a renewed token that speaks for another caller."""
        try:
            require_same(held, fresh)
        except GuardError as error:
            await self.refuse(error, run=run, step="authenticate")

    async def ensure_caller_valid(self, run: Run) -> None:
        """Raise unless the caller still holds; an expired one is renewed where that is possible."""
        try:
            self.callers.recheck(run.identity.principal)
        except NotAuthenticated as gone:
            await self._renew(run, gone)

    async def _renew(self, run: Run, gone: NotAuthenticated) -> None:
        """Let the run go on for the same caller, renewed and on record, or raise `gone`."""
        fresh = await self.callers.renew(run.identity, gone)
        if fresh is run.identity.principal:
            return
        run.identity.principal = fresh
        await self.record_event(
            run, kind="auth", step="authenticate", action="renew", decision="permit"
        )

    async def record(self, record: AuditRecord) -> int:
        """Return the record's index once it is durable; raise `AuditUnavailable` otherwise."""
        trace = of_session(current_session(id(self)))
        return await self.recorder.append(traced(record, trace), None)

    async def record_event(self, run: Run | None = None, /, **fields: Any) -> int:
        """Record something that is neither a decision nor an effect; durable when this returns."""
        return await self.recorder.append(new_record(run, **fields), run)

    async def record_forgeries(
        self, run: Run | None, scope: Scope | None, before: int, **fields: Any
    ) -> None:
        """Record how many placeholders came, behind the `before` first, that `scope` never made."""
        total = forged_in(scope)
        if total > before:
            await self.record_event(
                run, kind="decision", step="inspect_input", action="restore", decision="deny",
                reason="forged_placeholders",
                note={"forged_placeholders": total - before, "in_this_scope": total}, **fields,
            )  # fmt: skip

    def is_own(self, error: BaseException, run: Run) -> bool:
        """Say whether this guard raised `error` in `run`, a child of it, or outside runs."""
        return error is run.refusal or is_issued(error, run.id)

    async def refuse_step(
        self,
        error: GuardError,
        run: Run,
        step: Step,
        at: str,
        *,
        decision: Decision | None = None,
        **fields: Any,
    ) -> NoReturn:
        """Record that a step of `run` is refused at `at`, and raise."""
        fields.setdefault("owner", step.owner or run.recorded_principal.tenant)
        await self.recorder.refuse(
            error, run=run, stage=step.stage, resource=resource_name(step.kind, step.obj),
            step=at, decision=decision, **fields,
        )  # fmt: skip
