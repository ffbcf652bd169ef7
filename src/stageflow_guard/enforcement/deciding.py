"""How a request for approval is answered: by right, by somebody else, once, on record.

1. the request is one of this guard's, of the approver's tenant, and open
2. the approver has the authority (`require_authority`): tenant, four eyes, policy
3. the policies are those that were in force when it was asked
4. the answer is taken; of several at once, one
5. it is on record; only then it counts
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.read.lookup import OpenLog, row_of
from stageflow_guard.enforcement.approvals import (
    ApprovalRequest,
    identities,
    record_answer,
    require_authority,
)
from stageflow_guard.enforcement.grants import PREFIX, Answer, NotOpenError, PendingApproval
from stageflow_guard.enforcement.records import actor_of
from stageflow_guard.errors import (
    AccessDenied,
    ApprovalsUnavailable,
    ConfigError,
    VerificationError,
)
from stageflow_guard.model import Decision, Effect

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from stageflow_guard.enforcement.controls import Controls
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.model import Principal


async def asked_of_store(
    pep: PolicyEnforcementPoint, controls: Controls, who: Principal, ask: Callable[..., Any],
    *values: Any,
) -> Any:  # fmt: skip
    """Return what the store answers; raise `ApprovalsUnavailable`, on record. Others pass."""
    try:
        return await controls.stored(ask, *values)
    except ApprovalsUnavailable as exc:
        error = exc
    await pep.refuse(error, run=None, step="approve", tenant=who.tenant, actor=actor_of(who))


async def request_named(
    pep: PolicyEnforcementPoint, controls: Controls, who: Principal, ref: str
) -> PendingApproval | None:
    """Return the request that `ref` names: its id, or a record's ref that names it."""
    name = ref if type(ref) is str else ""
    if not name.startswith(PREFIX):
        name = await asyncio.to_thread(_named_on_record, pep, name)
    found: PendingApproval | None = None
    if name:
        found = await asked_of_store(pep, controls, who, controls.grants.get, name)
    return found


def _named_on_record(pep: PolicyEnforcementPoint, ref: str) -> str:
    if not isinstance(pep.log, OpenLog) or not ref:
        return ""
    try:
        row = row_of(pep.log, ref)
        note: dict[str, Any] = {} if row is None else row.record.get("note") or {}
    except VerificationError:
        return ""
    return str(note.get("approval", ""))


async def decide_request(
    pep: PolicyEnforcementPoint, controls: Controls, who: Principal, found: PendingApproval, *,
    granted: bool,
) -> str:  # fmt: skip
    """Answer a request as `who`; return the answer's ref. Raises `AccessDenied`, on record."""
    if type(granted) is not bool:
        raise ConfigError("`granted` is True or False, nothing that passes for one")
    request = ApprovalRequest(
        ref=found.ref, identities=frozenset(found.identities), tenant=found.tenant,
        owner=found.owner, kind=found.kind, obj=found.obj, run=found.run,
    )  # fmt: skip
    if found.tenant != who.tenant:  # 1
        await _refuse(pep, who, "nothing_to_approve", found.ref)
    decision = await require_authority(pep, who, request)  # 2
    if decision.revision != found.revision:  # 3
        await _refuse(pep, who, "policy_changed", found.ref)
    answer = Answer(
        by=who.subject, identities=tuple(sorted(identities(who.subject, who.actors))),
        granted=granted, at=controls.grants.now(),
    )  # fmt: skip
    try:
        await asked_of_store(pep, controls, who, controls.grants.claim, found.id, answer)  # 4
    except NotOpenError as exc:
        await _refuse(pep, who, f"approval_{exc.state}", found.ref)
    ref = await record_answer(
        pep, who, request, decision, granted=granted, note={"approval": found.id}
    )
    await asked_of_store(  # 5
        pep, controls, who, controls.grants.confirm, found.id, who.subject, ref
    )
    return ref


async def _refuse(pep: PolicyEnforcementPoint, who: Principal, reason: str, of: str) -> NoReturn:
    error = AccessDenied(
        Decision(effect=Effect.DENY, reason=reason), f"the request is not answered ({reason})"
    )
    await pep.refuse(
        error, run=None, step="approve", decision=error.decision, tenant=who.tenant,
        actor=actor_of(who), note={"of": of},
    )  # fmt: skip
