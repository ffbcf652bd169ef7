"""Approvals: another person allows what was asked for, by right, on record, before it counts.

1. the approver holds a valid session, now
2. the approver is of the tenant that asked
3. the approver is neither the requester nor an identity that acted for it (four eyes)
4. policy lets the approver `approve` that kind and object
5. the answer is durable, with `approver`, before a waiting caller gets it

Each refusal is a record of its own. The answer is an `approval` record that names what it answers;
a denial is one, too. The text that people write beside it is not recorded.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.audit.read.lookup import OpenLog, row_of
from stageflow_guard.enforcement.answers import revision_from
from stageflow_guard.enforcement.pending import current_permit
from stageflow_guard.enforcement.records import actor_of, resource_name
from stageflow_guard.errors import AccessDenied, ConfigError, GuardError, VerificationError
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Effect
from stageflow_guard.policy.engine.delegation import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What waits for an approval: who asked (and who acted for them), for what, in which record."""

    ref: str
    identities: frozenset[str]
    tenant: str
    owner: str
    kind: str
    obj: str
    run: str | None = None


def identities(subject: str, actors: Iterable[str]) -> frozenset[str]:
    """Return every identity behind a call: the subject, and the software that acted for it.

    An actor is named without its form (`bot`), a caller with it (`agent:bot`): both are one.
    """
    bare = [subject.partition(":")[2]] if subject.startswith(FORMS) else []
    return frozenset((subject, *actors, *bare))


async def settle(
    pep: PolicyEnforcementPoint, who: Principal, request: ApprovalRequest, *, granted: bool
) -> str:
    """Record the answer; return the approval's ref once it is durable.

    Raises `AccessDenied` (`foreign_owner`, `self_approval`, or what policy says), on record.
    """
    if type(granted) is not bool:
        raise ConfigError("`granted` is True or False, nothing that passes for one")
    decision = await require_authority(pep, who, request)
    return await record_answer(pep, who, request, decision, granted=granted)  # 5


async def require_authority(
    pep: PolicyEnforcementPoint, who: Principal, request: ApprovalRequest
) -> Decision:
    """Return the permit to settle `request` as `who`; raise `AccessDenied`, on record."""
    try:
        pep.callers.recheck(pep.callers.require_established(who))  # 1
        if who.tenant != request.tenant:  # 2
            raise AccessDenied(_no(pep, "foreign_owner"), "this is another tenant's request")
        if not request.identities.isdisjoint(identities(who.subject, who.actors)):  # 3
            raise AccessDenied(_no(pep, "self_approval"), "who asked cannot settle it")
        question = AccessRequest(
            sub=who.subject, ten=who.tenant, own=request.owner, kind=request.kind, obj=request.obj,
            act="approve", roles=tuple(who.roles),
        )  # fmt: skip
        decision = pep.evaluate(question, who)  # 4
        if not decision.permitted:
            raise AccessDenied(decision)
        return decision
    except GuardError as error:
        await _refused(pep, error, who, request)


async def record_answer(
    pep: PolicyEnforcementPoint,
    who: Principal,
    request: ApprovalRequest,
    decision: Decision,
    *,
    granted: bool,
    note: dict[str, Any] | None = None,
) -> str:
    """Put an answer on record and return its ref; durable when this returns."""
    index = await pep.record(AuditRecord(
        kind="approval", action="approve", step="approve", run=request.run,
        **_said(who, request), approver=who.subject,
        decision="permit" if granted else "deny", outcome="approved" if granted else "denied",
        reason=decision.reason if granted else "not_granted", rules=list(decision.rules),
        policy={"sha256": decision.revision}, evaluation="ok",
        note={"of": request.ref, **(note or {})},
    ))  # fmt: skip
    return f"{pep.log.origin}#{index}"


async def load_request(pep: PolicyEnforcementPoint, who: Principal, ref: str) -> ApprovalRequest:
    """Return what a recorded permit asks for; `AccessDenied` (`nothing_to_approve`), on record.

    Of a decision about a stage, a tool or another resource: a refusal cannot be approved away.
    """
    record = await _recorded(pep, ref) or {}
    kind, _, obj = str(record.get("resource")).partition(":")
    subject = (record.get("actor") or {}).get("subject")
    if record.get("kind") != "decision" or record.get("decision") != "permit" or not subject:
        error = AccessDenied(_no(pep, "nothing_to_approve"), "no such permit is on record")
        await pep.refuse(error, run=None, step="approve", decision=error.decision,
                         tenant=who.tenant, actor=actor_of(who))  # fmt: skip
    return ApprovalRequest(
        ref=ref, identities=identities(subject, record.get("on_behalf") or ()),
        tenant=str(record.get("tenant")), owner=str(record.get("owner")), kind=kind, obj=obj,
        run=record.get("run"),
    )  # fmt: skip


async def require_grant(
    pep: PolicyEnforcementPoint, who: Principal, approval: str, *, of: str, within: float | None,
    run: Run | None,
) -> None:  # fmt: skip
    """Return when `approval` names a record that grants `of`; else `AccessDenied`, on record.

    The record must be of the caller's tenant, by somebody else than the caller and who acts for
    them, and at most `within` seconds old; and it must be the caller who asked for `of`. That it
    was relied on, in `run` perhaps, is on record before this returns: it may be days later.
    """
    record, asked = await _recorded(pep, approval) or {}, await _recorded(pep, of) or {}
    holds = (
        record.get("kind") == "approval"
        and record.get("outcome") == "approved"
        and (record.get("note") or {}).get("of") == of
        and record.get("tenant") == who.tenant
        and (asked.get("actor") or {}).get("subject") == who.subject
        and bool(record.get("approver"))
        and record["approver"] not in identities(who.subject, who.actors)
        and identities(str(record["approver"]), ()).isdisjoint(who.actors)
    )
    age = (time.time_ns() - int(record.get("wall_ns", 0))) / 1e9
    if not holds or (within is not None and not 0 <= age <= within):
        error = AccessDenied(_no(pep, "not_approved"), "no approval of this is on record")
        await pep.refuse(
            error, run=None if run is None else run.id, step="approve", decision=error.decision,
            pipeline=None if run is None else run.pipeline, tenant=who.tenant, actor=actor_of(who),
            note={"of": of} if asked else None,  # what names no record may be anything
        )  # fmt: skip
    permit = current_permit.get()
    await pep.record_event(
        run, kind="approval", action="use", step="approve", outcome="used",
        tenant=who.tenant, actor=actor_of(who), on_behalf=list(who.actors) or None,
        stage=None if permit is None else permit.step.stage, resource=asked.get("resource"),
        owner=asked.get("owner"), approver=record["approver"],
        note={"of": of, "answer": approval},
    )  # fmt: skip


async def request_approval(
    pep: PolicyEnforcementPoint, who: Principal, *, tool: str, run: str | None
) -> ApprovalRequest:
    """Put on record that a tool call waits for an approval; durable when this returns."""
    resource = resource_name("tool", tool)
    index = await pep.record(AuditRecord(
        kind="approval", action="ask", step="approve", run=run, tenant=who.tenant,
        actor=actor_of(who), on_behalf=list(who.actors) or None, resource=resource,
        owner=who.tenant, outcome="asked",
    ))  # fmt: skip
    return ApprovalRequest(
        ref=f"{pep.log.origin}#{index}", identities=identities(who.subject, who.actors),
        tenant=who.tenant, owner=who.tenant, kind="tool", obj=tool, run=run,
    )  # fmt: skip


async def _recorded(pep: PolicyEnforcementPoint, ref: str) -> dict[str, Any] | None:
    if not isinstance(pep.log, OpenLog):
        raise ConfigError("this guard's log cannot be read back; approvals need one that can")
    if type(ref) is not str:
        return None
    row = await asyncio.to_thread(row_of, pep.log, ref)
    try:
        return row.record if row is not None else None
    except VerificationError:
        return None


async def _refused(
    pep: PolicyEnforcementPoint, error: GuardError, who: Principal, request: ApprovalRequest
) -> NoReturn:
    said = _said(who, request) | {"action": "approve", "note": {"of": request.ref}}
    decision = error.decision if isinstance(error, AccessDenied) else None
    fields = {name: value for name, value in said.items() if value is not None}
    await pep.recorder.refuse(error, run=request.run, step="approve", decision=decision, **fields)


def _said(who: Principal, request: ApprovalRequest) -> dict[str, Any]:
    return {
        "tenant": who.tenant, "actor": actor_of(who), "on_behalf": list(who.actors) or None,
        "resource": resource_name(request.kind, request.obj), "owner": request.owner,
    }  # fmt: skip


def _no(pep: PolicyEnforcementPoint, reason: str) -> Decision:
    return Decision(
        effect=Effect.DENY, reason=reason, revision=revision_from(pep.decisions.revision)
    )
