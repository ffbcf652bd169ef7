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
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

from stageflow_guard.audit.opentelemetry import current_trace
from stageflow_guard.auth.tokens import Secret
from stageflow_guard.deadline import uninterrupted, within
from stageflow_guard.delegation import delegated
from stageflow_guard.errors import (
    AccessDenied,
    AuditUnavailable,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
    NotAuthenticated,
    PolicyUnavailable,
)
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Effect, Principal, Shape
from stageflow_guard.ports import SubjectScopes, TokenSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stageflow_guard.model import Finding
    from stageflow_guard.ports import (
        AuditLog,
        Authenticator,
        DecisionPoint,
        Inspector,
        Marker,
        Scope,
    )

logger = logging.getLogger("stageflow_guard")
REVEAL, REDACT = ["reveal"], ["redact"]
MENDABLE = ("expired", "unconfirmed")
SAME = ("issuer", "subject", "tenant", "host_user_id", "host_org_id")  # what a renewal must keep
KEPT = 4096  # questions of recent callers


class Identity:
    """Who is calling, for a run and its children: one place, so that a renewal reaches them all.

    Stages can reach it through their ports, so the credential is no attribute of it.
    """

    __slots__ = ("__weakref__", "principal")

    def __init__(self, principal: Principal, credential: object) -> None:
        self.principal = principal
        _CREDENTIALS[self] = credential


_CREDENTIALS: WeakKeyDictionary[Identity, object] = WeakKeyDictionary()


def credential_of(identity: Identity) -> Any:
    """Return the token, or the source of tokens, that an identity was established from."""
    return _CREDENTIALS[identity]


class Run:
    """The state of one guarded run."""

    __slots__ = (
        "closed", "common", "findings", "id", "identity", "own", "parent", "permits", "pipeline",
        "plain", "refusal", "said", "scope", "scope_key", "session_id", "spoken", "tasks",
    )  # fmt: skip

    def __init__(
        self,
        run_id: str,
        pipeline: str,
        identity: Identity,
        *,
        session_id: str | None,
        parent: Run | None,
        scope: Scope | None,
    ) -> None:
        self.id = run_id
        self.pipeline = pipeline
        self.identity = identity
        principal = identity.principal
        self.session_id = session_id
        self.parent = parent
        self.scope = scope
        self.scope_key = session_id or run_id
        self.findings: tuple[Finding, ...] = ()
        self.said: tuple[Finding, ...] = ()  # in outputs so far
        self.permits: dict[str, Permit] = {}
        self.refusal: GuardError | None = None
        self.closed = False
        self.plain = False  # nothing in the input that a stage could change for another
        self.tasks: set[asyncio.Task[Any]] = set()
        # what every record of this run says, once: what only this run has, and the caller's part
        self.own: dict[str, Any] = {"run": run_id}
        if parent is not None:
            self.own["parent_run"] = parent.id
        if session_id is not None:
            self.own["session"] = session_id
        self.common: dict[str, Any] = {**common_of(principal, pipeline), **self.own}
        self.spoken = principal

    @property
    def principal(self) -> Principal:
        """Who is calling, as of the latest renewal."""
        return self.identity.principal

    @property
    def over(self) -> bool:
        """Say whether it has ended, or a run that it is part of: nothing more runs then."""
        return self.closed or (self.parent is not None and self.parent.over)

    def carried(self) -> list[Finding]:
        """Return what a stage may meet: finds of the input and of outputs, parents' included."""
        met: dict[str, Finding] = {}
        run: Run | None = self
        while run is not None:
            for one in (*run.findings, *run.said):
                met.setdefault(one.entity, replace(one, direction="input"))
            run = run.parent
        return list(met.values())

    def speak(self) -> None:
        """Let records from now on name the key and the roles that count now."""
        self.spoken = self.identity.principal
        self.common |= common_of(self.spoken, self.pipeline)

    def refuse(self, error: GuardError) -> None:
        """Remember the first refusal, here and in every parent: a swallowed one still counts."""
        run: Run | None = self
        while run is not None:
            if run.refusal is None:
                run.refusal = error
            run = run.parent


class Permit:
    """A single-use right to run one stage of one run, once."""

    __slots__ = (
        "attempt", "effect", "executed", "index", "outcome", "reveal", "spent", "stage", "started",
    )  # fmt: skip

    def __init__(
        self, stage: str, attempt: int, index: int, *, reveal: bool, effect: Shape
    ) -> None:
        self.effect = effect  # of the record that will say how it ended
        self.stage = stage
        self.attempt = attempt
        self.index = index
        self.reveal = reveal
        self.spent = False
        self.executed = False
        self.outcome: str | None = None
        self.started = time.perf_counter_ns()


def actor_of(principal: Principal) -> dict[str, Any]:
    """Return what a record says of who is calling: enough to ask the policies again."""
    return {
        "subject": principal.subject,
        "method": "jwt",
        "key_id": principal.key_id,
        "roles": sorted(principal.roles),
    }


def common_of(principal: Principal, pipeline: str) -> dict[str, Any]:
    """Return what every record of this caller's runs of `pipeline` says."""
    return {
        "pipeline": pipeline,
        "tenant": principal.tenant,
        "actor": actor_of(principal),
        "on_behalf": list(principal.actors) or None,
    }


def shadow_note(decision: Decision | None) -> dict[str, Any] | None:
    """Return what a record says when the policies on trial would have decided differently."""
    if decision is None or decision.shadow is None:
        return None
    return {"shadow": decision.shadow}


class Asked:
    """One stage call of one caller: the two questions, and what its records have in common."""

    __slots__ = ("_decision", "_kind", "_permit", "_reveal", "common", "effect", "may", "who")

    def __init__(self, who: Principal, pipeline: str, stage: str) -> None:
        self.who = who
        resource = f"{pipeline}/{stage}"
        asked: dict[str, Any] = {
            "sub": who.subject, "ten": who.tenant, "own": who.tenant, "kind": "stage",
            "obj": resource, "roles": tuple(who.roles),
        }  # fmt: skip
        self.may = AccessRequest(act="run", **asked), AccessRequest(act="reveal", **asked)
        self.common = {**common_of(who, pipeline), "stage": stage}
        self.effect = Shape({**self.common, "kind": "effect"})
        self._decision: Decision | None = None
        self._kind: str | None = None
        self._reveal = False
        self._permit = self.effect

    def permit(
        self, decision: Decision, kind: str | None, *, reveal: bool, inspected: bool
    ) -> Shape:
        """Return the shape of a permit's record; the same one while the answers are the same."""
        if decision is self._decision and kind == self._kind and reveal is self._reveal:
            return self._permit
        stage = self.common["stage"]
        self._permit = Shape(
            {
                **self.common,
                "kind": "decision",
                "stage_kind": kind,
                "action": "run",
                "resource": f"stage:{self.common['pipeline']}/{stage}",
                "owner": self.who.tenant,
                "decision": "permit",
                "reason": decision.reason,
                "rules": list(decision.rules),
                "policy": {"sha256": decision.revision},
                "obligations": (REVEAL if reveal else REDACT) if inspected else None,
                "evaluation": "ok",
                "note": shadow_note(decision),
            }
        )
        self._decision, self._kind, self._reveal = decision, kind, reveal
        return self._permit


def require_same(held: Principal, fresh: Principal) -> None:
    """Raise `NotAuthenticated` unless a renewed token speaks for the same caller."""
    if any(getattr(fresh, name) != getattr(held, name) for name in SAME):
        raise NotAuthenticated("identity_changed", "the renewed token is of another caller")


def _dismiss(answer: object) -> None:
    """Close a coroutine that was never to be one, so that it does not warn at a random place."""
    if hasattr(answer, "close"):
        answer.close()


def _findings(findings: Sequence[Finding]) -> list[dict[str, Any]] | None:
    if not findings:
        return None
    return [{"entity": f.entity, "count": f.count, "direction": f.direction} for f in findings]


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
        self.authenticator = authenticator
        self.decisions = decisions
        self.inspector = inspector
        self.log = log
        self.blocks = block
        self._ceiling = ceiling
        self._auth_timeout = auth_timeout
        self._record_timeout = record_timeout
        self.marker: Marker | None = None  # of input values; set when the log is opened
        self.refusals: dict[str, int] = {}
        self.runs: set[Run] = set()
        self.closing = False
        self._asked: dict[tuple[int, str, str], Asked] = {}

    # -- 1. authenticate ---------------------------------------------------------------------

    async def authenticate(
        self, credential: object, *, run: str, pipeline: str | None = None
    ) -> Principal:
        """Return who holds `credential`; anything else is a recorded refusal."""
        try:
            return await self._established(credential)
        except GuardError as error:
            await self.refuse(error, run=run, pipeline=pipeline, step="authenticate")

    async def _established(self, credential: Any) -> Principal:
        """Return who holds a token, or who a `TokenSource` speaks for; else a `GuardError`."""
        try:
            if credential is None:
                raise NotAuthenticated("missing", "no token was given")
            if type(credential) is Secret:
                credential = credential.reveal()
            if type(credential) is str:
                return await self._verified(credential)
            if not isinstance(credential, TokenSource):
                raise NotAuthenticated("malformed", "the token is not a string")
            token = await within(self._auth_timeout, credential.access_token())
            try:
                return await self._verified(token)
            except NotAuthenticated as gone:
                if gone.reason != "expired" or not hasattr(credential, "renew"):
                    raise
            # two clocks disagree by seconds: ours decides, so the source is asked for another
            token = await within(self._auth_timeout, credential.renew(token))
            return await self._verified(token)
        except GuardError:
            raise
        except Exception:  # whatever a collaborator does, the caller is not believed
            raise NotAuthenticated(
                "authenticator_error", "the caller could not be verified"
            ) from None

    async def _verified(self, token: str) -> Principal:
        principal = await within(self._auth_timeout, self.authenticator.authenticate(token))
        if type(principal) is not Principal:
            raise NotAuthenticated("authenticator_error")
        return principal

    async def admit(
        self,
        credential: object,
        *,
        run_id: str,
        pipeline: str,
        session_id: str | None = None,
        parent: Run | None = None,
        text: str | None = None,
    ) -> Run:
        """Authenticate and open a run; of `text`, its input, the record keeps a fingerprint.

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
                await self._still(parent)
            except GuardError as error:
                await self.refuse(error, run=parent, step="authenticate")
        else:
            principal = await self.authenticate(credential, run=run_id, pipeline=pipeline)
            identity = Identity(principal, credential)
        run = Run(run_id, pipeline, identity, session_id=session_id, parent=parent, scope=None)
        try:
            run.scope = self._scope(run)
        except Exception:  # without a scope nothing can be redacted, so nothing runs
            await self.refuse(
                InspectorUnavailable("the inspector gave no scope"), run=run, step="inspect_input"
            )
        mark = await self._marked(run, text)
        try:
            self._take(
                self._record(
                    run,
                    kind="run_start",
                    step="authenticate",
                    params_fp=mark,
                    trace=current_trace(),
                ),
                run,
            )
        except AuditUnavailable as error:
            error.ref = error.ref or run.id
            self._announce(error, run.pipeline, None)
            raise
        self.runs.add(run)
        return run

    async def _marked(self, run: Run, text: str | None) -> str | None:
        if self.marker is None or not text:
            return None
        try:
            who = run.principal
            return await self.marker.mark(who.tenant, who.subject, "input_text", text)
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

    async def enter(self, run: Run, stage: str, stage_kind: str | None) -> Permit:
        """Return a permit whose record is on disk; every other outcome is a recorded refusal."""
        if run.over:
            await self.refuse(
                NotAuthenticated("run_closed", "the run is over; nothing more runs in it"),
                run=run, stage=stage, step="authenticate",
            )  # fmt: skip
        previous = run.permits.get(stage)
        attempt = 1 if previous is None else previous.attempt + 1
        decision: Decision | None = None
        step = "authenticate"
        try:
            try:  # 1
                self._recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._mend(run, gone)
            step = "authorize"
            asked = self._questions(run, stage)
            may_run, may_reveal = asked.may
            decision = self.evaluate(may_run, asked.who)  # 2
            if not decision.permitted:
                raise AccessDenied(
                    decision, f"stage `{run.pipeline}/{stage}` is denied ({decision.reason})"
                )
            reveal = self.evaluate(may_reveal, asked.who).permitted
            step = "inspect_input"
            if self.blocks and not reveal and any(f.personal for f in run.findings):  # 3
                raise ContentBlocked(run.findings)
            if run.findings or run.said or run.parent is not None:
                self._require_unblocked(run, stage, run.carried())
            step = "record"
            shape = asked.permit(
                decision, stage_kind, reveal=reveal, inspected=self.inspector is not None
            )
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # a decision point that breaks has not permitted anything
            error = PolicyUnavailable("the policy decision failed")
        else:
            own = run.own.copy()
            own["attempt"] = attempt
            if run.findings:
                own["findings"] = _findings(run.findings)
            index = await self._append(shape.record(own), run)  # 4
            permit = Permit(stage, attempt, index, reveal=reveal, effect=asked.effect)
            run.permits[stage] = permit
            return permit
        await self.refuse(
            error, run=run, stage=stage, stage_kind=stage_kind, attempt=attempt,
            step=step, decision=decision,
        )  # fmt: skip

    # -- 5. run ------------------------------------------------------------------------------

    async def spend(self, run: Run, permit: Permit) -> None:
        """Use the permit up; expiry and denylist are asked again immediately before the runner."""
        if permit.spent or run.over or run.permits.get(permit.stage) is not permit:
            await self.refuse(
                NotAuthenticated("permit_spent", "this permit was used before"),
                run=run, stage=permit.stage, step="run",
            )  # fmt: skip
        permit.spent = True
        try:
            try:
                self._recheck(run.identity.principal)
            except NotAuthenticated as gone:
                await self._mend(run, gone)
        except GuardError as error:
            permit.outcome = "not_run"
            await self.refuse(error, run=run, stage=permit.stage, step="run")
        permit.executed = True

    # -- 6. inspect output ---------------------------------------------------------------------

    async def inspect(
        self, run: Run, value: Any, *, direction: str, stage: str | None = None
    ) -> tuple[Any, tuple[Finding, ...]]:
        """Return `value` redacted within the run's scope; failure is a recorded refusal."""
        if self.inspector is None or run.scope is None:
            return value, ()
        try:
            redacted, found = await self.inspector.redact(
                value, scope=run.scope, direction=direction
            )
            if found and stage is not None:
                run.said += found
                self._require_unblocked(run, stage, found)
            return redacted, found
        except GuardError as exc:
            error: GuardError = exc
        except Exception:  # uninspected text goes nowhere
            error = InspectorUnavailable(f"the {direction} could not be inspected")
        await self.refuse(error, run=run, stage=stage, step=f"inspect_{direction}")

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
        permit.outcome = outcome
        own = run.own.copy()
        own["attempt"] = permit.attempt
        own["outcome"] = outcome
        own["decision_index"] = permit.index
        own["latency_us"] = (time.perf_counter_ns() - permit.started) // 1000
        if findings:
            own["findings"] = _findings(findings)
        self._take(permit.effect.record(own), run)

    def _take(self, record: AuditRecord, run: Run) -> None:
        """Enqueue `record`; without an index it is a refusal that withholds what follows."""
        try:
            index: object = self.log.enqueue(record)
            if type(index) is not int:
                _dismiss(index)
                raise AuditUnavailable("the log took the record without an index")
        except AuditUnavailable as exc:
            error = exc
        except Exception:
            error = AuditUnavailable(f"the `{record.kind}` could not be recorded")
        else:
            return
        run.refuse(error)
        raise error

    async def finish(self, run: Run, outcome: str) -> None:
        """Close the run: every open permit gets an effect, then a durable `run_end`.

        The end is on record even when the caller is cancelled meanwhile.
        """
        run.closed = True
        self.runs.discard(run)
        for permit in run.permits.values():
            if permit.outcome is None:
                self.effect(run, permit, "unknown" if permit.executed else "skipped")
        await self._append(self._record(run, kind="run_end", outcome=outcome), run, last=True)

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

    def _recheck(self, principal: Principal) -> None:
        said: object
        try:
            said = self.authenticator.recheck(principal)  # type: ignore[func-returns-value]
        except GuardError:
            raise
        except Exception:
            raise NotAuthenticated("authenticator_error") from None
        if said is not None:  # a coroutine that nobody awaits has checked nothing
            _dismiss(said)
            raise NotAuthenticated("authenticator_error")

    async def same(self, held: Principal, fresh: Principal, *, run: str) -> None:
        """Refuse, on record, a renewed token that speaks for another caller."""
        try:
            require_same(held, fresh)
        except GuardError as error:
            await self.refuse(error, run=run, step="authenticate")

    async def _still(self, run: Run) -> None:
        """Raise unless the caller still holds; an expired one is renewed where that is possible."""
        try:
            self._recheck(run.identity.principal)
        except NotAuthenticated as gone:
            await self._mend(run, gone)

    async def _mend(self, run: Run, gone: NotAuthenticated) -> None:
        """Renew the caller who is gone, or raise `gone`."""
        if gone.reason not in MENDABLE:
            raise gone
        await self._renew(run, gone)

    async def _renew(self, run: Run, gone: NotAuthenticated) -> None:
        """Ask the session's source for its present token; it must speak for the same caller."""
        held, credential = run.identity.principal, credential_of(run.identity)
        if gone.reason == "expired" and not isinstance(credential, TokenSource):
            raise gone  # a bare token cannot come back; only a source has another
        fresh = await self._established(credential)
        require_same(held, fresh)
        if fresh is held:
            return
        run.identity.principal = fresh
        await self._append(
            self._record(run, kind="auth", step="authenticate", action="renew", decision="permit"),
            run,
        )

    def _questions(self, run: Run, stage: str) -> Asked:
        """Return what is asked before a stage call: may they run it, may they see through it.

        The same caller asks the same again and again: the questions are kept, the answers are not.
        """
        who = run.identity.principal
        key = (id(who), run.pipeline, stage)
        known = self._asked.get(key)
        if known is not None and known.who is who:  # holding it keeps its `id` its own
            return known
        if len(self._asked) >= KEPT:
            self._asked = {}
        asked = self._asked[key] = Asked(who, run.pipeline, stage)
        return asked

    @staticmethod
    def _record(state: Run | None, /, **fields: Any) -> AuditRecord:
        if state is not None:
            if state.spoken is not state.identity.principal:  # it was renewed, by a sibling perhaps
                state.speak()
            fields = {**state.common, **fields}
        return AuditRecord.of(fields)

    async def _append(self, record: AuditRecord, run: Run | None, *, last: bool = False) -> int:
        """Return the durable record's index; with `last`, even when the caller is cancelled."""
        log = self.log
        try:
            if last:
                return await uninterrupted(self._record_timeout, log.append(record))
            if hasattr(log, "answers_within"):
                return await log.append(record)
            return await within(self._record_timeout, log.append(record))
        except GuardError as exc:
            error: GuardError = exc
        except Exception:
            error = AuditUnavailable("the record could not be made durable")
        if run is not None:
            run.refuse(error)
            error.ref = error.ref or run.id
        self._announce(error, run.pipeline if run else None, record.stage)
        raise error

    async def record(self, record: AuditRecord) -> int:
        """Return the record's index once it is durable; raise `AuditUnavailable` otherwise."""
        return await self._append(record, None)

    async def note(self, run: Run | None = None, /, **fields: Any) -> int:
        """Record something that is neither a decision nor an effect; durable when this returns."""
        return await self._append(self._record(run, **fields), run)

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
        state = run if isinstance(run, Run) else None
        run_id = state.id if state else (run if isinstance(run, str) else None)
        record = self._record(
            state,
            kind="decision",
            stage=stage,
            decision="deny",
            step=step,
            action="run" if stage else None,
            resource=f"stage:{state.pipeline}/{stage}" if state and stage else None,
            reason=str(
                getattr(error, "reason", None)
                # a permit is no reason: what refused came after it
                or (error.code if decision is None or decision.permitted else decision.reason)
            ),
            error=error.code,
            rules=list(decision.rules) if decision else None,
            policy={"sha256": decision.revision} if decision else None,
            note=shadow_note(decision),
            findings=_findings(getattr(error, "findings", ())),
            evaluation="ok"
            if isinstance(error, AccessDenied | NotAuthenticated | ContentBlocked)
            else "error",
            **({} if state else {"run": run_id, "pipeline": pipeline}),
            **fields,
        )
        try:
            index = await within(self._record_timeout, self.log.append(record))
            error.ref = f"{self.log.origin}#{index}"
        except Exception:  # it stays refused; the run id is all there is to point at
            error.ref = error.ref or run_id
        if state is not None:
            state.refuse(error)
        self._announce(error, state.pipeline if state else pipeline, stage)
        raise error from None

    def _announce(self, error: GuardError, pipeline: str | None, stage: str | None) -> None:
        self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
        with contextlib.suppress(Exception):  # a filter that breaks changes no refusal
            self._warn(error, pipeline, stage)

    @staticmethod
    def _warn(error: GuardError, pipeline: str | None, stage: str | None) -> None:
        logger.warning(
            "refused code=%s pipeline=%s stage=%s ref=%s", error.code, pipeline, stage, error.ref
        )
