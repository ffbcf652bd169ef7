"""What records say of a caller, a question and its answer; what is said each time is kept."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import (
    AccessDenied,
    ApprovalRequired,
    ContentBlocked,
    GuardError,
    LimitExceeded,
    NotAuthenticated,
    Refused,
    Unavailable,
)
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Principal, RecordTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stageflow_guard.enforcement.step import Step
    from stageflow_guard.model import Finding

REVEAL, REDACT = ["reveal"], ["redact"]
LONGEST_NAME = 1024  # characters of an object's name on record
KEPT = 4096  # requests of recent callers
_REASONED = (NotAuthenticated, ContentBlocked, Unavailable)


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


def dry_run_note(decision: Decision | None) -> dict[str, Any] | None:
    """Return a record's note when the policies on trial would have decided differently.

    Its key stays `shadow`, as the setting is called and kept logs hold it.
    """
    if decision is None or decision.dry_run is None:
        return None
    return {"shadow": decision.dry_run}


def findings_note(findings: Sequence[Finding]) -> list[dict[str, Any]] | None:
    """Return what a record says of finds: what, how often, where; never the text."""
    if not findings:
        return None
    return [{"entity": f.entity, "count": f.count, "direction": f.direction} for f in findings]


def resource_name(kind: str, obj: str) -> str:
    """Return `kind:obj`; a name too long for a record is digested, never cut."""
    if len(obj) <= LONGEST_NAME:
        return f"{kind}:{obj}"
    digest = sha256(obj.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind}:sha256:{digest}+{len(obj)}"


def decision_record(
    who: Principal, run_id: str | None, request: AccessRequest, decision: Decision
) -> AuditRecord:
    """Return what is recorded of one decision about a resource."""
    return AuditRecord(
        kind="decision",
        run=run_id,
        tenant=who.tenant,
        actor=actor_of(who),
        on_behalf=list(who.actors) or None,
        action=request.act,
        resource=resource_name(request.kind, request.obj),
        owner=request.own,
        decision=decision.effect.value,
        reason=decision.reason,
        rules=list(decision.rules),
        policy={"sha256": decision.revision},
        step="authorize",
        evaluation="ok",
        note=dry_run_note(decision),
    )


def refusal_fields(
    error: GuardError, *, stage: str | None, resource: str | None, step: str,
    decision: Decision | None,
) -> dict[str, Any]:  # fmt: skip
    """Return what a record says of a refusal: the step, the reason, the rules behind it.

    `error` is the guard's own, so its fields have their own types.
    """
    about = resource is not None or stage is not None
    reason = error.reason if isinstance(error, _REASONED) else None
    return {
        "kind": "decision",
        "stage": stage,
        "decision": "deny",
        "step": step,
        "action": (error.act if isinstance(error, AccessDenied) else "run") if about else None,
        "resource": resource,
        # a permit is no reason: what refused came after it
        "reason": reason
        or (error.code if decision is None or decision.permitted else decision.reason),
        "error": error.code,
        "rules": list(decision.rules) if decision else None,
        "policy": {"sha256": decision.revision} if decision else None,
        "note": {**(dry_run_note(decision) or {}), **_about(error)} or None,
        "findings": findings_note(error.findings)
        if isinstance(error, AccessDenied | ContentBlocked)
        else None,
        "evaluation": "ok" if isinstance(error, Refused) else "error",
    }


def _about(error: GuardError) -> dict[str, Any]:
    """Return what a refusal's record names beside its reason: the request, the limit."""
    if isinstance(error, ApprovalRequired):
        return {"approval": error.approval}
    if isinstance(error, LimitExceeded):
        return {"limit": error.limit}
    return {}


class StepRequests:
    """One step of one caller: the requests, and what its records have in common."""

    __slots__ = (
        "_binary", "_decision", "_host_kind", "_permit", "_reveal", "common", "effect",
        "may_pass_bytes", "may_reveal", "may_run", "step", "who",
    )  # fmt: skip

    def __init__(self, who: Principal, pipeline: str, step: Step) -> None:
        self.who = who
        self.step = step
        owner = who.tenant if step.owner is None else step.owner
        asked: dict[str, Any] = {
            "sub": who.subject, "ten": who.tenant, "own": owner, "kind": step.kind,
            "obj": step.obj, "roles": tuple(who.roles),
        }  # fmt: skip
        self.may_run = AccessRequest(act=step.act, **asked)
        self.may_reveal = AccessRequest(act=step.reveal_act, **asked)
        self.may_pass_bytes = AccessRequest(act=step.bytes_act, **asked)
        self.common = {**common_of(who, pipeline), "stage": step.stage}
        self.effect = RecordTemplate({**self.common, "kind": "effect"})
        self._decision: Decision | None = None
        self._host_kind: str | None = None
        self._reveal: Decision | None = None
        self._binary = False
        self._permit = self.effect

    def permit(
        self, decision: Decision, *, host_kind: str | None, reveal: Decision | None, binary: bool,
        inspected: bool,
    ) -> RecordTemplate:  # fmt: skip
        """Return the template of a permit's record; the same one while the answers are the same.

        `reveal` is the permit to see originals: by which rules, is on record like the rest.
        """
        if (
            decision is self._decision and host_kind == self._host_kind
            and reveal is self._reveal and binary is self._binary
        ):  # fmt: skip
            return self._permit
        step = self.step
        self._permit = RecordTemplate(
            {
                **self.common,
                "kind": "decision",
                "stage_kind": host_kind,
                "action": step.act,
                "resource": resource_name(step.kind, step.obj),
                "owner": self.may_run.own,
                "decision": "permit",
                "reason": decision.reason,
                "rules": list(
                    dict.fromkeys((*decision.rules, *(() if reveal is None else reveal.rules)))
                ),
                "policy": {"sha256": decision.revision},
                "obligations": [
                    *(REVEAL if reveal is not None else REDACT),
                    *(["bytes"] if binary else []),
                ]
                if inspected
                else None,
                "evaluation": "ok",
                "note": dry_run_note(decision),
            }
        )
        self._decision, self._host_kind = decision, host_kind
        self._reveal, self._binary = reveal, binary
        return self._permit


class RequestCache:
    """What is asked before a step, kept per caller and step; the answers are not kept."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str, tuple[str | None, ...]], StepRequests] = {}

    def of(self, who: Principal, pipeline: str, step: Step) -> StepRequests:
        """Return what is asked: may they run it, see through it, hand it bytes."""
        key = (id(who), pipeline, step.key)
        known = self._kept.get(key)
        if known is not None and known.who is who:  # holding it keeps its `id` its own
            return known
        if len(self._kept) >= KEPT:
            self._kept = {}
        asked = self._kept[key] = StepRequests(who, pipeline, step)
        return asked
