"""May they, for anything that is no stage: one resource, or a list of records or search hits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from stageflow_guard.enforcement.records import decision_record
from stageflow_guard.errors import GuardError
from stageflow_guard.model import AccessRequest, AuditRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Decision, Principal

T = TypeVar("T")
UNKNOWN = ""  # no tenant is called so: an item whose owner nobody knows belongs to somebody else


async def decided(
    pep: PolicyEnforcementPoint,
    who: Principal,
    run: Run | None,
    *,
    kind: str,
    obj: str,
    act: str,
    owner: str,
    note: dict[str, Any] | None = None,
) -> Decision:
    """Return the decision about one resource, with its `.ref`; it is durable when this returns.

    `note` is what its record says beside the answer.

    Raises `NotAuthenticated` when the principal does not hold any more, `PolicyUnavailable` or
    `AuditUnavailable`; all but the last on record.
    """
    request = AccessRequest(
        sub=who.subject, ten=who.tenant, own=owner, kind=kind, obj=obj, act=act,
        roles=tuple(who.roles),
    )  # fmt: skip
    try:
        pep.callers.recheck(who)  # revoked or expired since: nothing is decided for them
        decision = pep.evaluate(request, who)
    except GuardError as error:
        await pep.refuse(error, run=run or str(uuid4()), step="authorize")
    record = decision_record(who, run, request, decision)
    if note:
        record = replace(record, note={**(record.note or {}), **note})
    index = await pep.record(record)
    return replace(decision, ref=f"{pep.log.origin}#{index}")


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
    try:
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
                pep.recorder.take(waiting, run)
            waiting = decision_record(who, run, request, decision)
        if waiting is not None:
            await pep.record(waiting)  # the last of them makes all of them durable
    except GuardError as error:
        if error.ref is not None:
            raise
        await pep.refuse(error, run=run or str(uuid4()), step="authorize")
    return kept


def _told(tell: Callable[[T], str | None], item: T) -> str | None:
    try:
        value = tell(item)
    except Exception:  # a record of an odd shape names nobody
        return None
    return value if type(value) is str and value else None
