"""What may they see, asked by hand: `guard.redact`, and the explicit guard stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.audit.records.followed import VERDICT
from stageflow_guard.enforcement.answers import redaction_from, scope_from
from stageflow_guard.enforcement.resources import decide
from stageflow_guard.errors import (
    AccessDenied,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
)
from stageflow_guard.model import NO_TENANT, Finding, Redaction

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal


async def redacted(pep: PolicyEnforcementPoint, run: Run | None, value: Any) -> Redaction:
    """Return `value` redacted in the run's scope, else in one of its own, never to be restored.

    Raises `ContentBlocked` or `InspectorUnavailable`, on record.
    """
    try:
        scope = run.scope if run is not None else None
        if scope is None:
            scope = scope_from(pep.inspector.scope(NO_TENANT, str(uuid4())))
        answer = await pep.inspected(pep.inspector.redact(value, scope=scope, direction="input"))
        return Redaction(*redaction_from(answer, value))
    except GuardError as exc:
        error: GuardError = exc
    except Exception:
        error = InspectorUnavailable("the value could not be inspected")
    await pep.refuse(error, run=run or str(uuid4()), step="inspect_input")


async def require_bytes(
    pep: PolicyEnforcementPoint,
    who: Principal,
    run: Run | None,
    stage: str,
    blobs: tuple[Finding, ...],
) -> None:
    """Raise `AccessDenied` unless `who` may hand bytes to `stage`; on record by digest either way.

    `stage` is `<pipeline>/<stage>`.
    """
    decision = await decide(
        pep, who, run, kind="stage", obj=stage, act="bytes", owner=who.tenant, findings=blobs
    )
    if not decision.permitted:
        denied = AccessDenied(
            decision, f"`{stage}` may not be given bytes ({decision.reason})",
            act="bytes", findings=blobs,
        )  # fmt: skip
        pep.recorder.raise_denied(denied, decision.ref, run, f"stage:{stage}")


async def screened(
    pep: PolicyEnforcementPoint,
    run: Run | None,
    text: str,
    *,
    stage: str | None,
) -> Redaction:
    """Return `text` redacted for an explicit guard stage, or refuse as `on_finding` says."""
    if run is not None and run.scope is not None:  # redacted at the gate
        return Redaction(text)
    redaction = await redacted(pep, run, text)
    if pep.blocks and any(f.personal for f in redaction.findings):
        await pep.refuse(
            ContentBlocked(redaction.findings), run=str(uuid4()), stage=stage, step="inspect_input"
        )
    return redaction


async def judge(
    pep: PolicyEnforcementPoint,
    run: Run | None,
    verdicts: list[Any],
    found: list[Any],
    *,
    block: bool,
    stage: str | None,
) -> None:
    """Record what checks said of a text; raise `ContentBlocked` when `block` and one found."""
    findings = tuple(
        Finding(f"{v.check}:{reason}", 1) for v in found for reason in v.reasons or ("match",)
    )
    if found and block:
        await pep.refuse(
            ContentBlocked(findings), run=run if run is not None else str(uuid4()),
            stage=stage, step="inspect_input",
        )  # fmt: skip
    await pep.record_event(
        run, kind="decision", step="inspect_input", decision="permit", stage=stage,
        action=VERDICT, reason="flagged" if found else "clear",
        note={v.check: f"{v.score:.2f}" for v in verdicts},
    )  # fmt: skip
