"""What records say of a caller, a question and its answer; what is said each time is kept."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import AccessDenied, ContentBlocked, GuardError, NotAuthenticated
from stageflow_guard.model import AccessRequest, AuditRecord, Decision, Principal, RecordTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Finding

REVEAL, REDACT = ["reveal"], ["redact"]
LONGEST_NAME = 1024  # characters of an object's name on record
KEPT = 4096  # questions of recent callers


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
    who: Principal, run: Run | None, request: AccessRequest, decision: Decision
) -> AuditRecord:
    """Return what is recorded of one decision about a resource."""
    return AuditRecord(
        kind="decision",
        run=run.id if run is not None else None,
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
    error: GuardError,
    *,
    run: Run | None,
    stage: str | None,
    step: str,
    decision: Decision | None,
) -> dict[str, Any]:
    """Return what a record says of a refusal: the step, the reason, the rules behind it."""
    return {
        "kind": "decision",
        "stage": stage,
        "decision": "deny",
        "step": step,
        "action": getattr(error, "act", "run") if stage else None,
        "resource": f"stage:{run.pipeline}/{stage}" if run and stage else None,
        "reason": str(
            getattr(error, "reason", None)
            # a permit is no reason: what refused came after it
            or (error.code if decision is None or decision.permitted else decision.reason)
        ),
        "error": error.code,
        "rules": list(decision.rules) if decision else None,
        "policy": {"sha256": decision.revision} if decision else None,
        "note": dry_run_note(decision),
        "findings": findings_note(getattr(error, "findings", ())),
        "evaluation": "ok"
        if isinstance(error, AccessDenied | NotAuthenticated | ContentBlocked)
        else "error",
    }


class Asked:
    """One stage call of one caller: the questions, and what its records have in common."""

    __slots__ = (
        "_bytes", "_decision", "_kind", "_permit", "_reveal", "common", "effect", "may", "who",
    )  # fmt: skip

    def __init__(self, who: Principal, pipeline: str, stage: str) -> None:
        self.who = who
        resource = f"{pipeline}/{stage}"
        asked: dict[str, Any] = {
            "sub": who.subject, "ten": who.tenant, "own": who.tenant, "kind": "stage",
            "obj": resource, "roles": tuple(who.roles),
        }  # fmt: skip
        self.may = tuple(AccessRequest(act=act, **asked) for act in ("run", "reveal", "bytes"))
        self.common = {**common_of(who, pipeline), "stage": stage}
        self.effect = RecordTemplate({**self.common, "kind": "effect"})
        self._decision: Decision | None = None
        self._kind: str | None = None
        self._reveal = self._bytes = False
        self._permit = self.effect

    def permit(
        self, decision: Decision, kind: str | None, *, reveal: bool, blobs: bool, inspected: bool
    ) -> RecordTemplate:
        """Return the shape of a permit's record; the same one while the answers are the same."""
        if (
            decision is self._decision and kind == self._kind and reveal is self._reveal
            and blobs is self._bytes
        ):  # fmt: skip
            return self._permit
        stage = self.common["stage"]
        self._permit = RecordTemplate(
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
                "obligations": [*(REVEAL if reveal else REDACT), *(["bytes"] if blobs else [])]
                if inspected
                else None,
                "evaluation": "ok",
                "note": dry_run_note(decision),
            }
        )
        self._decision, self._kind = decision, kind
        self._reveal, self._bytes = reveal, blobs
        return self._permit


class Questions:
    """What is asked before a stage call, kept per caller and stage; the answers are not kept."""

    __slots__ = ("_asked",)

    def __init__(self) -> None:
        self._asked: dict[tuple[int, str, str], Asked] = {}

    def of(self, who: Principal, pipeline: str, stage: str) -> Asked:
        """Return what is asked: may they run it, see through it, hand it bytes."""
        key = (id(who), pipeline, stage)
        known = self._asked.get(key)
        if known is not None and known.who is who:  # holding it keeps its `id` its own
            return known
        if len(self._asked) >= KEPT:
            self._asked = {}
        asked = self._asked[key] = Asked(who, pipeline, stage)
        return asked
