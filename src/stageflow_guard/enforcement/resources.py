"""May they, for anything that is no step: one resource, or a list of records or search hits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from stageflow_guard.enforcement.admission import ToolCall
from stageflow_guard.enforcement.answers import revision_from
from stageflow_guard.enforcement.recorder import traced
from stageflow_guard.enforcement.records import decision_record, findings_note, resource_name
from stageflow_guard.enforcement.tracing import around
from stageflow_guard.errors import (
    AccessDenied,
    ApprovalRequired,
    GuardError,
    LimitExceeded,
    PolicyUnavailable,
)
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Finding, Principal

T = TypeVar("T")
UNKNOWN = ""  # no tenant has this name: an item without an owner is a foreign one


async def decide(
    pep: PolicyEnforcementPoint,
    who: Principal,
    run: Run | None,
    *,
    kind: str,
    obj: str,
    act: str,
    owner: str,
    note: dict[str, Any] | None = None,
    findings: tuple[Finding, ...] = (),
    arguments: object = None,
    ask: bool = False,
) -> Decision:
    """Return the decision about one resource, with its `.ref`; it is durable when this returns.

    `note` and `findings` are what its record says beside the answer. A tool's call that needs an
    approval is denied (`approval_required`); with `ask` a grant of it is used up, or asked for.

    Raises `NotAuthenticated` when the principal does not hold any more, `PolicyUnavailable` or
    `AuditUnavailable`; all but the last on record.
    """
    try:
        request = _asked(pep, who, kind=kind, obj=obj, act=act, owner=owner)
        if request.key is None:  # no policy line is about it, and no record can hold it as it is
            request = AccessRequest(
                sub=who.subject, ten=who.tenant, own=_text(owner), kind=_text(kind),
                obj=_text(obj), act=_text(act),
            )  # fmt: skip
            decision = Decision(
                effect=Effect.DENY,
                reason="malformed_request",
                revision=revision_from(pep.decisions.revision),
            )
        else:
            decision = pep.evaluate(request, who)
            call = ToolCall(request, who, run, decision, arguments)
            decision, told = await _controlled(pep, call, ask=ask)
            gate = pep.controls
            if ask and decision.permitted and gate is not None and gate.waits_for(kind, obj, act):
                told["done"] = True  # no effect follows: it ends with its answer
            note = {**(note or {}), **told}
    except GuardError as exc:
        error: GuardError = exc
    except Exception:  # a principal of another type
        error = PolicyUnavailable("the request cannot be read")
    else:
        record = recorded_decision(who, run, request, decision)
        if note:
            record = replace(record, note={**(record.note or {}), **note})
        if findings:
            record = replace(record, findings=findings_note(findings))
        index = await pep.recorder.append(record, run)
        if ask and decision.permitted and pep.controls is not None:
            pep.controls.ended_well(run, who, request.kind, request.obj, request.act)
        return replace(decision, ref=f"{pep.log.origin}#{index}")
    named = asked_name(kind, obj) if tells_of_call(error) else None
    await pep.refuse(error, run=run or str(uuid4()), step="authorize", resource=named)


async def may(
    pep: PolicyEnforcementPoint, who: Principal, run: Run | None, *,
    kind: str, obj: str, act: str, owner: str,
) -> bool:  # fmt: skip
    """Say whether `decide` would permit it now. A question: off the record, and nothing counts it.

    It gives no right, so that nothing is on record of it (decision 75). False for a tool's call
    that needs an approval; bounds on arguments and limits are asked at the call. Raises
    `NotAuthenticated` or `PolicyUnavailable`, on record.
    """
    try:
        request = _asked(pep, who, kind=kind, obj=obj, act=act, owner=owner)
        if request.key is None:
            return False
        decision = pep.evaluate(request, who)
        gate = pep.controls
        if not decision.permitted or gate is None:
            return decision.permitted
        controls = gate.of(request, who)
        if controls is not None and (controls.asks or controls.broken is not None):
            return False
        await gate.prepare()
        gate.foresee(ToolCall(request, who, run, decision, None))
        return True
    except AccessDenied:  # a rule of flow.yaml
        return False
    except GuardError as exc:
        error: GuardError = exc
    except Exception:  # a principal of another type
        error = PolicyUnavailable("the request cannot be read")
    await pep.refuse(error, run=run or str(uuid4()), step="authorize")


def _asked(
    pep: PolicyEnforcementPoint, who: Principal, *, kind: str, obj: str, act: str, owner: str
) -> AccessRequest:
    """Return the question; raise `NotAuthenticated` for who is revoked or expired since."""
    pep.callers.recheck(pep.callers.require_established(who))
    return AccessRequest(
        sub=who.subject, ten=who.tenant, own=owner, kind=kind, obj=obj, act=act,
        roles=tuple(who.roles),
    )  # fmt: skip


def recorded_decision(
    who: Principal, run: Run | None, request: AccessRequest, decision: Decision
) -> AuditRecord:
    """Return what is recorded of one decision about a resource, here."""
    record = decision_record(who, None if run is None else run.id, request, decision)
    return traced(record, around() if run is None else run.trace)


def tells_of_call(error: GuardError) -> bool:
    """Say whether an error is about one call of a resource, not about who asks."""
    return isinstance(error, ApprovalRequired | LimitExceeded)


async def _controlled(
    pep: PolicyEnforcementPoint, call: ToolCall, *, ask: bool
) -> tuple[Decision, dict[str, Any]]:
    """Return the decision after what policy bounds of a tool's call, and what is on record of it.

    Raises `ApprovalRequired` where somebody was asked.
    """
    gate, decision = pep.controls, call.decision
    controls = None if gate is None else gate.of(call.request, call.who)
    if not decision.permitted or gate is None or not (gate.counts or controls is not None):
        return decision, {}
    if not ask and controls is not None and controls.asks:
        return replace(decision, effect=Effect.DENY, reason="approval_required", rules=()), {}
    try:
        if not ask and controls is None:  # a question counts nothing
            await gate.prepare()
            gate.follow(call)
            return decision, {}
        admitted = await gate.admit(controls, call)
    except AccessDenied as denied:
        return denied.decision, {}
    return decision, admitted.note()


async def filter_permitted(
    pep: PolicyEnforcementPoint,
    who: Principal,
    run: Run | None,
    items: Iterable[T],
    *,
    kind: str,
    act: str,
    obj: Callable[[T], str],
    owner: Callable[[T], str | None],
) -> list[T]:
    """Return the items that `who` may `act` on, in order, once every decision is durable.

    One decision record per item. An item without an owner, or whose name or owner cannot be read,
    is dropped. Raises `AuditUnavailable` when a decision cannot be recorded: then nothing returns.
    """
    kept: list[T] = []
    waiting: AuditRecord | None = None
    try:
        roles = tuple(pep.callers.require_established(who).roles)
        if pep.controls is not None:
            await pep.controls.prepare()
        if type(kind) is not str or type(act) is not str:
            raise PolicyUnavailable("kind and act of a request are text")
        for item in items:
            name, own = _told(obj, item), _told(owner, item)
            request = AccessRequest(
                sub=who.subject, ten=who.tenant, own=UNKNOWN if own is None else own, kind=kind,
                obj=UNKNOWN if name is None else name, act=act, roles=roles,
            )  # fmt: skip
            decision = _followed(pep, request, who, run, pep.evaluate(request, who))
            if decision.permitted and name is not None:
                kept.append(item)
            if waiting is not None:
                pep.recorder.enqueue(waiting, run)
            waiting = recorded_decision(who, run, request, decision)
        if waiting is not None:
            await pep.recorder.append(waiting, run)  # the last of them makes all of them durable
        return kept
    except GuardError as exc:
        error: GuardError = exc
    except Exception:  # the items cannot be read one by one
        error = PolicyUnavailable("the items cannot be read")
    await pep.refuse(error, run=run or str(uuid4()), step="authorize")


def _followed(
    pep: PolicyEnforcementPoint, request: AccessRequest, who: Principal, run: Run | None,
    decision: Decision,
) -> Decision:  # fmt: skip
    """Return the decision about one item after what has happened in the run."""
    if not decision.permitted or pep.controls is None or not pep.controls.counts:
        return decision
    try:
        pep.controls.follow(ToolCall(request, who, run, decision, None))
    except AccessDenied as denied:
        return denied.decision
    return decision


def asked_name(kind: object, obj: object) -> str:
    """Return the name of what was asked about, whatever a caller gave as its parts."""
    return resource_name(_text(kind), _text(obj))


def _text(part: object) -> str:
    return part if type(part) is str else UNKNOWN


def _told(tell: Callable[[T], str | None], item: T) -> str | None:
    try:
        value = tell(item)
    except Exception:  # an item of another form has no name
        return None
    return value if type(value) is str and value else None
