"""What is asked of a tool's call after the policy's permit: bounds, then an approval.

1. the arguments are copied: what is judged is what the tool gets
2. placeholders in them become the originals, for judging and for the digest alone
3. every bound that counts for the caller holds, or `AccessDenied` names argument and bound
4. a call that needs an approval uses up a grant that is bound to it, or `ApprovalRequired`

It only ever turns a permit into a refusal, so that no tenant reaches further through it. Whatever
fails in it is a refusal, too.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.records.canonical import plain_text
from stageflow_guard.base.calls import Calls
from stageflow_guard.enforcement.admission import NOTHING, Admitted, Held, ToolCall
from stageflow_guard.enforcement.answers import redaction_from, scope_from, shaped_from
from stageflow_guard.enforcement.approvals import identities
from stageflow_guard.enforcement.grants import NotOpenError, PendingApproval, new_id
from stageflow_guard.enforcement.records import actor_of, resource_name
from stageflow_guard.enforcement.sequence import Sequence
from stageflow_guard.enforcement.used import lengths_beside, used_on_record
from stageflow_guard.errors import (
    AccessDenied,
    ApprovalRequired,
    ApprovalsUnavailable,
    PolicyUnavailable,
)
from stageflow_guard.model import NO_TENANT, AuditRecord, Decision, Effect
from stageflow_guard.policy.engine.argument_schema import (
    PlainArguments,
    UnreadableArguments,
    plain_copy,
)
from stageflow_guard.policy.engine.tool_rules import ToolControls, tool_of
from stageflow_guard.ports import ControlSource, FlowSource, LimitSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.enforcement.grants import Grants
    from stageflow_guard.enforcement.limiting import Limiter
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import AccessRequest, Principal
    from stageflow_guard.ports import Scope

logger = logging.getLogger("stageflow_guard")

STORE_TIMEOUT = 8.0  # behind the stores' own
POLL, POLL_MOST = 0.05, 1.0  # seconds between looks for an answer that a call waits for
SUMMARY = 2000  # characters of redacted arguments that an approver sees


class Controls:
    """The controls of one guard; see the module. `hearers` hear of every new request."""

    def __init__(
        self,
        pep: PolicyEnforcementPoint,
        grants: Grants,
        limiter: Limiter,
    ) -> None:
        self._pep = pep
        self.limiter = limiter
        self.sequence = Sequence(pep)
        self.grants = grants
        self._calls = Calls("approvals")
        self._taken_from: object = None  # the decision point that `_source` was taken from
        self._source: ControlSource | None = None
        self._asked_of: object = None  # the decision point that `_counted_from` was taken from
        self._counted_from: Any = None  # it, where it has limits and a flow
        self._counted: tuple[object, object, bool] = (None, None, False)
        self.hearers: list[Callable[[PendingApproval], None]] = []

    def of(self, request: AccessRequest, who: Principal) -> ToolControls | None:
        """Return what counts for this call, or None where nothing does."""
        if tool_of(request.kind, request.obj, request.act) is None:
            return None
        source = self._pep.decisions
        if source is not self._taken_from:  # such a check costs more than the question
            self._source = source if isinstance(source, ControlSource) else None
            self._taken_from = source
        if self._source is None:
            return None
        found = self._source.controls(request, who.actors)
        if found is not None and type(found) is not ToolControls:
            raise PolicyUnavailable("the decision point gave no controls")
        return found

    @property
    def counts(self) -> bool:
        """Say whether there are limits or a flow: then every step is asked about."""
        source = self._pep.decisions
        if source is not self._asked_of:  # such a check costs more than the question
            both = isinstance(source, LimitSource) and isinstance(source, FlowSource)
            self._counted_from, self._asked_of = source if both else None, source
            self._counted = (None, None, False)
        if self._counted_from is None:
            return self.limiter.limits is not None or self.sequence.flow is not None
        limits, flow = self._counted_from.limits, self._counted_from.flow
        if limits is not self._counted[0] or flow is not self._counted[1]:
            counts = self.limiter.limits is not None or self.sequence.flow is not None
            self._counted = (limits, flow, counts)  # both are frozen: the same say the same
        return self._counted[2]

    def follow(self, call: ToolCall) -> None:
        """Ask whether a permitted question may follow on what has happened; remember it."""
        self.sequence.follow(call)

    def foresee(self, call: ToolCall) -> None:
        """Ask whether a call may follow on what has happened; remember nothing."""
        self.sequence.require(call)

    async def prepare(self) -> None:
        """Make ready what a call is asked about: the history, where it is kept."""
        await self.sequence.prepare()

    def waits_for(self, kind: str, obj: str, act: str) -> bool:
        """Say whether something else has to come after the end of this."""
        return self.sequence.waits_for(kind, obj, act)

    def ended_well(self, run: Run | None, who: Principal, kind: str, obj: str, act: str) -> None:
        """Remember what ended well: something else may have to come after it."""
        self.sequence.ended(run, who, kind, obj, act)

    async def child(self, parent: Run) -> None:
        """Count one more child run; raise a `GuardError` when there may be no more."""
        await self.limiter.child(parent)

    def run_ended(self, run: Run) -> None:
        """Forget what is counted for this run alone."""
        self.limiter.run_ended(run)

    def ended(self, held: Held, seconds: float) -> None:
        """Count that a call ended."""
        self.limiter.ended(held, seconds)

    async def admit(self, controls: ToolControls | None, call: ToolCall) -> Admitted:
        """Return what is on record of an admitted call; raise a `GuardError` otherwise."""
        if not self.counts:
            return await self._judged(controls, call)
        await self.sequence.prepare()
        self.sequence.require(call)
        held, over = await self.limiter.take(call)
        try:
            admitted = replace(await self._judged(controls, call), held=held, over=over)
            self.sequence.follow(call)  # something may have happened while it waited
            return admitted
        except BaseException:  # it does not run; a grant is never used up by a full limit
            await self.limiter.give_back(held)
            raise

    async def _judged(self, controls: ToolControls | None, call: ToolCall) -> Admitted:
        if controls is None:
            return await self._noted(call)
        request, decision = call.request, call.decision
        if controls.broken is not None:
            raise PolicyUnavailable(f"`{controls.broken}` is not in force, and no older one is")
        copy = judged_copy(decision, call.arguments)  # 1
        judged, text = await self._originals(call.run, copy)  # 2
        fault = controls.fault(judged)  # 3
        if fault is not None:
            where, how = fault
            raise AccessDenied(
                _denied(decision, "argument_out_of_bounds", where),
                f"tool `{request.obj}` is not called with these arguments: {how} ({where})",
                act=request.act,
            )
        digest = self.grants.digest(request.ten, request.obj, text)
        if controls.needs_approval(judged) is None:
            return Admitted(digest)
        return Admitted(digest, await self._granted(controls, call, judged, digest))  # 4

    async def _noted(self, call: ToolCall) -> Admitted:
        """Return what is on record of a call that nothing bounds: its arguments' digest.

        Those that are no plain values have none.
        """
        request = call.request
        if call.arguments is None or tool_of(request.kind, request.obj, request.act) is None:
            return NOTHING
        try:
            judged = judged_copy(call.decision, call.arguments)
        except AccessDenied:
            return NOTHING
        judged, text = await self._originals(call.run, judged)
        return Admitted(self.grants.digest(request.ten, request.obj, text))

    async def _originals(
        self, run: Run | None, arguments: dict[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        """Return the arguments with the originals of the run's scope, and their one text."""
        quick = plain_text(arguments)
        text = _spelled_out(arguments) if quick is None else quick
        restorer = self._pep.powers.streaming
        if not arguments or run is None or run.scope is None or not run.inspected:
            return arguments, text
        if restorer is None or (quick is not None and _holds_none(run.scope, quick.decode())):
            return arguments, text
        work = restorer.restore(arguments, scope=run.scope)
        restored: dict[str, Any] = shaped_from(await self._pep.inspected(work), arguments)
        return restored, canonical(restored)

    # -- 4. the approval ---------------------------------------------------------------------------

    async def _granted(
        self, controls: ToolControls, call: ToolCall, judged: dict[str, Any], digest: str
    ) -> str:
        """Use a grant of exactly this call up and return its id; raise `ApprovalRequired`."""
        grants, request, decision = self.grants, call.request, call.decision
        lookup = grants.lookup(
            request.ten, request.sub, *call.who.actors, "", request.kind, request.obj, request.act,
            request.own, digest, decision.revision,
        )  # fmt: skip
        found: PendingApproval | None = await self.stored(grants.find, lookup)
        if found is None:
            found = await self._asked(controls, call, judged, digest, lookup)
        found = await self._waited(found, controls.wait)
        state = found.state(grants.now())
        if state == "denied":
            raise AccessDenied(
                _denied(decision, "approval_denied"), "somebody denied this call", act=request.act
            )
        if state == "granted" and found.confirmed:
            await self._never_used(found)
            if await self.stored(grants.use, found.id) is True:
                return found.id
        raise ApprovalRequired(
            found.id, f"tool `{request.obj}` needs an approval of this very call ({found.id})"
        )

    async def _asked(
        self, controls: ToolControls, call: ToolCall, judged: dict[str, Any], digest: str,
        lookup: str,
    ) -> PendingApproval:  # fmt: skip
        """Put a new request on record, then on the list, and tell whoever is to hear of it."""
        request, who, decision = call.request, call.who, call.decision
        run = None if call.run is None else call.run.id
        summary = await self._summary(judged)
        logs = await asyncio.to_thread(lengths_beside, self._pep.log)
        new = new_id()
        index = await self._pep.record(AuditRecord(
            kind="approval", action="ask", step="approve", run=run,
            tenant=who.tenant, actor=actor_of(who), on_behalf=list(who.actors) or None,
            resource=resource_name(request.kind, request.obj), owner=request.own, outcome="asked",
            policy={"sha256": decision.revision}, note={"approval": new, "arguments": digest},
        ))  # fmt: skip
        now = self.grants.now()
        asked = PendingApproval(
            id=new, ref=f"{self._pep.log.origin}#{index}", tenant=request.ten, subject=who.subject,
            identities=tuple(sorted(identities(who.subject, who.actors))), kind=request.kind,
            obj=request.obj, owner=request.own, run=run, digest=digest,
            revision=decision.revision, arguments=summary, asked=now,
            expires=now + controls.expires, needed=controls.approvals, logs=logs,
        )  # fmt: skip
        kept: PendingApproval = await self.stored(self.grants.ask, asked, lookup)
        for hear in self.hearers if kept.id == new else ():
            try:
                hear(kept)
            except Exception as exc:  # who does not hear of it changes nothing
                logger.warning("a request's notification failed: %s", type(exc).__name__)
        return kept

    async def _summary(self, judged: dict[str, Any]) -> str:
        """Return the arguments as an approver may see them, whoever that is: redacted for good."""
        pep = self._pep
        scope = scope_from(pep.inspector.scope(NO_TENANT, new_id()))
        work = pep.inspector.redact(judged, scope=scope, direction="input")
        redacted, _ = redaction_from(await pep.inspected(work), judged)
        return _spelled_out(redacted).decode()[:SUMMARY]  # ASCII: nothing that a terminal obeys

    async def _waited(self, found: PendingApproval, seconds: float) -> PendingApproval:
        """Return the request as it stands when it was answered, or when `seconds` are over."""
        pause, left = POLL, seconds
        while left > 0 and found.state(self.grants.now()) in ("open", "granted"):
            if found.state(self.grants.now()) == "granted" and found.confirmed:
                break
            await asyncio.sleep(min(pause, left))
            left -= pause
            pause = min(pause * 1.5, POLL_MOST)
            again = await self.stored(self.grants.get, found.id)
            if type(again) is not PendingApproval:
                raise ApprovalsUnavailable("the store lost a request")
            found = again
        return found

    async def _never_used(self, found: PendingApproval) -> None:
        """Raise unless the log says that this grant was not used before.

        Who puts an older state of the store back would have to put the log back as well.
        """
        own = found.id not in self.grants.made  # else `grants.used` knows
        if await asyncio.to_thread(used_on_record, self._pep.log, found, own=own):
            self.grants.used.add(found.id)
            raise ApprovalsUnavailable("the log says that this grant was used: the store is old")

    async def close(self, *, grants: bool, counters: bool) -> None:
        """Close what this guard opened, by a deadline: a state that hangs holds up nobody's end."""
        for owned, calls, close in (
            (grants, self._calls, self.grants.close),
            (counters, self.limiter.calls, self.limiter.counters.close),
        ):
            try:
                if owned:
                    await calls.answer(STORE_TIMEOUT, close)
            except Exception as exc:  # a driver's text may hold an address
                logger.warning("a state could not be closed: %s", type(exc).__name__)
            finally:
                calls.end()

    async def stored(self, ask: Callable[..., Any], *values: Any) -> Any:
        """Return what the store answers; `NotOpenError` passes, all else is unavailability."""
        try:
            return await self._calls.answer(STORE_TIMEOUT, lambda: ask(*values))
        except (NotOpenError, ApprovalsUnavailable):
            raise
        except Exception as exc:  # a driver's text may hold an address or a password
            raise ApprovalsUnavailable(
                f"the approvals cannot be reached ({type(exc).__name__})"
            ) from None


def judged_copy(decision: Decision, arguments: object) -> dict[str, Any]:
    """Return arguments by name, copied; raise `AccessDenied` for those nothing can be said of."""
    try:
        if arguments is None:
            return {}
        if type(arguments) is PlainArguments:
            return dict(arguments)
        if not isinstance(arguments, Mapping):
            raise UnreadableArguments("no arguments by name")
        copy: dict[str, Any] = plain_copy(dict(arguments))
        return copy
    except UnreadableArguments as exc:
        raise AccessDenied(
            _denied(decision, "unreadable_arguments"),
            f"the arguments hold {exc}: what policy bounds has to be readable",
            act="call",
        ) from None


def _holds_none(scope: Scope, text: str) -> bool:
    """Say whether a scope that this process alone fills is sure that `text` needs no original."""
    asked = getattr(type(scope), "may_hold", None)
    return (
        asked is not None
        and getattr(scope, "slow", True) is False
        and (asked(scope, text) is False)
    )


def canonical(arguments: Mapping[str, Any]) -> bytes:
    """Return one text for the same arguments, in any order of their names."""
    quick = plain_text(arguments)
    return quick if quick is not None else _spelled_out(arguments)


def _spelled_out(arguments: Mapping[str, Any]) -> bytes:
    """Return it for what the quick encoder does not take: large numbers, `Decimal`."""
    return json.dumps(
        arguments, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_decimal
    ).encode()


def _decimal(value: object) -> Any:
    if type(value) is Decimal:
        return {"$decimal": str(value)}
    raise TypeError("no plain value")


def _denied(decision: Decision, reason: str, *rules: str) -> Decision:
    return Decision(effect=Effect.DENY, reason=reason, rules=rules, revision=decision.revision)
