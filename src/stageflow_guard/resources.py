"""Lists of records or vector-search hits: what the caller may not see is dropped, on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from stageflow_guard.errors import AuditUnavailable, GuardError
from stageflow_guard.model import AccessRequest, AuditRecord
from stageflow_guard.pep import actor_of, shadow_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stageflow_guard.model import Decision, Principal
    from stageflow_guard.pep import PolicyEnforcementPoint, Run

T = TypeVar("T")
UNKNOWN = ""  # no tenant is called so: an item whose owner nobody knows belongs to somebody else


async def permitted_items(
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

    One decision record per item. An item without an owner, or whose name or owner cannot be told,
    is dropped. Raises `AuditUnavailable` when a decision cannot be recorded: then nothing returns.
    """
    kept: list[T] = []
    waiting: AuditRecord | None = None
    roles = tuple(who.roles)
    for item in items:
        name, own = _told(obj, item), _told(owner, item)
        request = AccessRequest(
            sub=who.subject, ten=who.tenant, own=UNKNOWN if own is None else own, kind=kind,
            obj=UNKNOWN if name is None else name, act=act, roles=roles,
        )  # fmt: skip
        decision = pep.evaluate(request, who)
        if decision.permitted and name is not None:
            kept.append(item)
        if waiting is not None:
            _enqueue(pep, waiting)
        resource = f"{kind}:{request.obj}"[:2048]  # one item of an odd name does not cost the list
        waiting = decision_record(who, run, request, decision, resource=resource)
    if waiting is not None:
        await pep.record(waiting)  # the last of them makes all of them durable
    return kept


def _told(tell: Callable[[T], str | None], item: T) -> str | None:
    try:
        value = tell(item)
    except Exception:  # a record of an odd shape names nobody
        return None
    return value if type(value) is str and value else None


def _enqueue(pep: PolicyEnforcementPoint, record: AuditRecord) -> None:
    try:
        pep.log.enqueue(record)
    except GuardError:
        raise
    except Exception:
        raise AuditUnavailable("a decision could not be recorded") from None


def decision_record(
    who: Principal, run: Run | None, request: AccessRequest, decision: Decision, *, resource: str
) -> AuditRecord:
    """Return what is recorded of one decision about a resource, as `kind:object`."""
    return AuditRecord(
        kind="decision",
        run=run.id if run is not None else None,
        tenant=who.tenant,
        actor=actor_of(who),
        on_behalf=list(who.actors) or None,
        action=request.act,
        resource=resource,
        owner=request.own,
        decision=decision.effect.value,
        reason=decision.reason,
        rules=list(decision.rules),
        policy={"sha256": decision.revision},
        step="authorize",
        evaluation="ok",
        note=shadow_note(decision),
    )
