"""The policy enforcement point (NIST SP 800-162): the one flow that every stage call passes.

1. authenticate    who is calling?                      `admit`, once per run; expiry at every stage
2. authorize       may they run this stage?             `enter`
3. inspect input   only redacted text goes further      `admit` finds, `enter` blocks
4. record          the decision, durable, before        `enter`
5. run             under a single-use permit            `spend`, then the stage
6. inspect output  before downstream sees it            `inspect_output`
7. record          the effect; then, only then, return  `effect`, durable with `finish`

Each step returns or raises a `GuardError`; there is no third way out. `BaseException`s that are not
`Exception`s (cancellation, interrupts) pass through, and nothing runs behind them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.audit.records.opentelemetry import current_trace
from stageflow_guard.enforcement.authentication import Callers, require_same
from stageflow_guard.enforcement.recorder import Recorder, recorded
from stageflow_guard.enforcement.records import Asked, Questions, findings_note
from stageflow_guard.enforcement.run import Identity, Permit, Run
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Effect, Principal
from stageflow_guard.policy.engine.delegation import delegated
from stageflow_guard.ports import SubjectScopes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.model import Finding
    from stageflow_guard.ports import (
        AuditLog,
        Authenticator,
        DecisionPoint,
        Fingerprinter,
        Inspector,
        Scope,
    )


OVER = "the run is over, or the session it began in; nothing more runs in it"


class PolicyEnforcementPoint:
    """Holds the four answers and asks them in order. All collaborators are mandatory."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        decisions: DecisionPoint,
        inspector: Inspector | None,
        log: AuditLog,
        block: bool = False,
        ceiling: Callable[[Principal, str, str], bool] | None = None,
        auth_timeout: float = 15.0,
        record_timeout: float = 10.0,
    ) -> None:
        self.callers = Callers(authenticator, auth_timeout)
        self.recorder = Recorder(log, record_timeout)
        self.decisions = decisions
        self.inspector = inspector
        self.blocks = block
        self._ceiling = ceiling
        self._questions = Questions()
        self.patience = record_timeout  # with stages that are to stop
        self.marker: Fingerprinter | None = None  # of input values; set when the log is opened
        self.runs: set[Run] = set()
        self.closing = False

    @property
    def authenticator(self) -> Authenticator:
        """Who turns a credential into a principal."""
        return self.callers.authenticator

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
        try:
            return await self.callers.established(credential)
        except GuardError as error:
            await self.refuse(error, run=run, pipeline=pipeline, step="authenticate")

    async def admit(
        self,
        credential: object,
        *,
        run_id: str,
        pipeline: str,
        session_id: str | None = None,
        parent: Run | None = None,
        text: str | None = None,
        lender: Session | None = None,
    ) -> Run:
        """Authenticate and open a run; of `text`, its input, the record keeps a fingerprint.

        It ends with `lender`, the session whose credential it uses.

        Its `run_start` record is taken when this returns, and durable before its first stage: with
        the first decision.
        """
        if self.closing and parent is None:  # what has begun may end, children included
            await self.refuse(
                AuditUnavailable("the guard is closing; no new run is admitted"),
                run=run_id, pipeline=pipeline, step="authenticate",
            )  # fmt: skip
        if parent is not None:
            identity = parent.identity
            try:
                await self.still(parent)
            except GuardError as error:
                await self.refuse(error, run=parent, step="authenticate")
        else:
            principal = await self.authenticate(credential, run=run_id, pipeline=pipeline)
            identity = Identity(principal, credential)
        run = Run(
            run_id, pipeline, identity, session_id=session_id, parent=parent, scope=None,
            lender=lender,
        )  # fmt: skip
        try:
            run.scope = self._scope(run)
        except Exception:  # without a scope nothing can be redacted, so nothing runs
            await self.refuse(
                InspectorUnavailable("the inspector gave no scope"), run=run, step="inspect_input"
            )
        mark = await self._marked(run, text)
        start = recorded(
            run, kind="run_start", step="authenticate", params_fp=mark, trace=current_trace()
        )
        try:
            self.recorder.take(start, run)
        except AuditUnavailable as error:
            error.ref = error.ref or run.id
            self.recorder.announce(error, run.pipeline, None)
            raise
        self.runs.add(run)
        return run

    async def _marked(self, run: Run, text: str | None) -> str | None:
        if self.marker is None or not text:
            return None
        try:
            who = run.principal
            return await self.marker.fingerprint(who.tenant, who.subject, "input_text", text)
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = AuditUnavailable("the input could not be fingerprinted")
        await self.refuse(error, run=run, step="record")

    def _scope(self, run: Run) -> Scope | None:
        if self.inspector is None:
            return None
        if run.parent is not None and run.parent.scope is not None:
            return run.parent.scope
        who = run.principal
        if isinstance(self.inspector, SubjectScopes):  # what is kept belongs to a person
            return self.inspector.scope_for(who.tenant, run.scope_key, who.subject)
        return self.inspector.scope(who.tenant, run.scope_key)

    # -- 2 to 4. authorize, inspect input, record ----------------------------------------------

    async def enter(
        self, run: Run, stage: str, stage_kind: str | None, upstream: Iterable[str] = ()
    ) -> Permit:
        """Return a permit whose record is on disk; every other outcome is a recorded refusal.

        `upstream` are the stages whose outputs this one reads.
        """
        if run.over:
            await self.refuse(
                NotAuthenticated("run_closed", OVER), run=run, stage=stage, step="authenticate"
            )
        previous = run.permits.get(stage)
        attempt = 1 if previous is None else previous.attempt + 1
        decision: Decision | None = None
        step = "authenticate"
        try:
            try:  # 1
                self.callers.recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._renew(run, gone)
            step = "authorize"
            asked = self._questions.of(run.identity.principal, run.pipeline, stage)
            may_run, may_reveal, _ = asked.may
            decision = self.evaluate(may_run, asked.who)  # 2
            if not decision.permitted:
                raise AccessDenied(
                    decision, f"stage `{run.pipeline}/{stage}` is denied ({decision.reason})"
                )
            reveal = self.evaluate(may_reveal, asked.who).permitted
            blobs = run.blobs(upstream) if run.bytes else ()
            if blobs:
                self._require_bytes(asked, blobs)
            step = "inspect_input"  # 3
            if run.blocked is not None:
                raise ContentBlocked(run.blocked.findings, reason=run.blocked.reason)
            if self.blocks and not reveal and any(f.personal for f in run.findings):
                raise ContentBlocked(run.findings)
            if run.findings or run.said or run.parent is not None:
                self._require_unblocked(run, stage, run.carried())
            step = "record"
            shape = asked.permit(
                decision, stage_kind, reveal=reveal, blobs=bool(blobs),
                inspected=self.inspector is not None,
            )  # fmt: skip
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # a decision point that breaks has not permitted anything
            error = PolicyUnavailable("the policy decision failed")
        else:
            own = run.own.copy()
            own["attempt"] = attempt
            if run.findings:
                own["findings"] = findings_note(run.findings)
            index = await self.recorder.append(shape.record(own), run)  # 4
            permit = Permit(stage, attempt, index, reveal=reveal, effect=asked.effect)
            run.permits[stage] = permit
            return permit
        await self.refuse(
            error, run=run, stage=stage, stage_kind=stage_kind, attempt=attempt,
            step=step, decision=getattr(error, "decision", decision),
        )  # fmt: skip

    def _require_bytes(self, asked: Asked, blobs: tuple[Finding, ...]) -> None:
        """Raise `AccessDenied` unless policy lets bytes pass at this stage (act `bytes`)."""
        decision = self.evaluate(asked.may[2], asked.who)
        if not decision.permitted:
            raise AccessDenied(
                decision, f"`{asked.may[2].obj}` may not be given bytes ({decision.reason})",
                act="bytes", findings=blobs,
            )  # fmt: skip

    # -- 5. run ------------------------------------------------------------------------------

    async def spend(self, run: Run, permit: Permit) -> None:
        """Use the permit up; expiry and denylist are asked again immediately before the runner."""
        if run.over:
            await self.refuse(
                NotAuthenticated("run_closed", OVER), run=run, stage=permit.stage, step="run"
            )
        if permit.spent or run.permits.get(permit.stage) is not permit:
            await self.refuse(
                NotAuthenticated("permit_spent", "this permit was used before"),
                run=run, stage=permit.stage, step="run",
            )  # fmt: skip
        permit.spent = True
        try:
            try:
                self.callers.recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._renew(run, gone)
        except GuardError as error:
            with contextlib.suppress(GuardError):  # what refused is what the caller hears of
                self.effect(run, permit, "not_run")
            await self.refuse(error, run=run, stage=permit.stage, step="run")
        permit.executed = True

    # -- 6. inspect output ---------------------------------------------------------------------

    async def inspect(
        self, run: Run, value: Any, *, direction: str, stage: str | None = None
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return `value` redacted within the run's scope; failure is a recorded refusal.

        An input that is blocked comes back empty: the first authorized stage refuses it, so that
        who may not run a stage learns nothing of its content. Bytes pass a stage's output where
        policy says so; those of the input are asked about stage by stage.
        """
        if self.inspector is None or run.scope is None:
            return value, ()
        try:
            redacted, found = await self.inspector.redact(
                value, scope=run.scope, direction=direction
            )
            blobs = tuple(one for one in found if not one.personal)
            if blobs:
                if stage is not None:
                    self.require_bytes(run, stage, blobs)
                elif direction != "input":  # no stage whose policy could say so
                    raise ContentBlocked(blobs, reason="bytes_refused")
                run.bytes[stage or ""] = run.bytes.get(stage or "", ()) + blobs
            if found and stage is not None:
                self.said(run, stage, found)
            return redacted, found
        except ContentBlocked as exc:
            if stage is None and direction == "input":
                run.blocked = exc
                return None, exc.findings
            error: GuardError = exc
        except GuardError as exc:
            error = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable(f"the {direction} could not be inspected")
        await self.refuse(
            error, run=run, stage=stage, step=f"inspect_{direction}",
            decision=getattr(error, "decision", None),
        )  # fmt: skip

    def said(self, run: Run, stage: str, found: tuple[Finding, ...]) -> None:
        """Remember finds in what a stage says; raise `ContentBlocked` where that blocks."""
        run.hear(found)
        self._require_unblocked(run, stage, found)

    def require_bytes(self, run: Run, stage: str, blobs: tuple[Finding, ...]) -> None:
        """Raise `AccessDenied` unless policy lets bytes pass at this stage."""
        asked = self._questions.of(run.identity.principal, run.pipeline, stage)
        self._require_bytes(asked, blobs)

    def _require_unblocked(self, run: Run, stage: str, found: Sequence[Finding]) -> None:
        """Raise `ContentBlocked` where policy blocks a find at this stage, reveal or not."""
        judge = getattr(self.inspector, "blocked_at", None)
        if judge is None:
            return
        blocked = judge(run.principal.tenant, f"{run.pipeline}/{stage}", found)
        if blocked:
            raise ContentBlocked(blocked)

    # -- 7. record the effect --------------------------------------------------------------------

    def effect(
        self, run: Run, permit: Permit, outcome: str, *, findings: tuple[Finding, ...] = ()
    ) -> None:
        """Enqueue the effect, in order; it is durable with the run's next decision or its end."""
        if permit.outcome is not None:  # a stage that ignored its end has nothing to add
            return
        permit.outcome = outcome
        own = run.own.copy()
        own["attempt"] = permit.attempt
        own["outcome"] = outcome
        own["decision_index"] = permit.index
        own["latency_us"] = (time.perf_counter_ns() - permit.started) // 1000
        if findings:
            own["findings"] = findings_note(findings)
        self.recorder.take(permit.effect.record(own), run)

    async def finish(self, run: Run, outcome: str) -> None:
        """Close the run: every open permit gets an effect, then a durable `run_end`.

        The end is on record even when the caller is cancelled meanwhile.
        """
        run.closed = True
        self.runs.discard(run)
        for permit in run.permits.values():
            if permit.outcome is None:
                self.effect(run, permit, "unknown" if permit.executed else "skipped")
        end = recorded(run, kind="run_end", outcome=outcome)
        await self.recorder.append(end, run, last=True)

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
            if who.actors:
                decision = delegated(self.decisions, request, who.actors, decision)
            if (
                self._ceiling is not None
                and self._ceiling(who, request.kind, request.act) is not True
            ):
                decision = replace(decision, effect=Effect.DENY, reason="scope_ceiling", rules=())
        except GuardError:
            raise
        except Exception:
            raise PolicyUnavailable("the policy decision failed") from None
        if type(decision) is not Decision or type(decision.effect) is not Effect:
            raise PolicyUnavailable("the decision point gave no decision")
        return decision

    async def same(self, held: Principal, fresh: Principal, *, run: str) -> None:
        """Refuse, on record, a renewed token that speaks for another caller."""
        try:
            require_same(held, fresh)
        except GuardError as error:
            await self.refuse(error, run=run, step="authenticate")

    async def still(self, run: Run) -> None:
        """Raise unless the caller still holds; an expired one is renewed where that is possible."""
        try:
            self.callers.recheck(run.identity.principal)
        except NotAuthenticated as gone:
            await self._renew(run, gone)

    async def _renew(self, run: Run, gone: NotAuthenticated) -> None:
        """Let the run go on for the same caller, renewed and on record, or raise `gone`."""
        fresh = await self.callers.renewed(run.identity, gone)
        if fresh is run.identity.principal:
            return
        run.identity.principal = fresh
        await self.note(run, kind="auth", step="authenticate", action="renew", decision="permit")

    async def record(self, record: AuditRecord) -> int:
        """Return the record's index once it is durable; raise `AuditUnavailable` otherwise."""
        return await self.recorder.append(record, None)

    async def note(self, run: Run | None = None, /, **fields: Any) -> int:
        """Record something that is neither a decision nor an effect; durable when this returns."""
        return await self.recorder.append(recorded(run, **fields), run)

    async def note_forged(
        self, run: Run | None, scope: Scope | None, before: int, **fields: Any
    ) -> None:
        """Record how many placeholders came, behind the `before` first, that `scope` never made."""
        total = getattr(scope, "forged", 0)
        if total > before:
            await self.note(
                run, kind="decision", step="inspect_input", action="restore", decision="deny",
                reason="forged_placeholders",
                note={"forged_placeholders": total - before, "in_this_scope": total}, **fields,
            )  # fmt: skip

    async def refuse(
        self,
        error: GuardError,
        *,
        run: Run | str | None,
        pipeline: str | None = None,
        stage: str | None = None,
        step: str,
        decision: Decision | None = None,
        **fields: Any,
    ) -> NoReturn:
        """Record the refusal, log one WARNING line, raise `error` with its `.ref`."""
        await self.recorder.refuse(
            error, run=run, pipeline=pipeline, stage=stage, step=step, decision=decision, **fields
        )
