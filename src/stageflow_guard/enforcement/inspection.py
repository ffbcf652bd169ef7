"""What may they see, asked by hand: `guard.redact`, and the explicit guard stages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.enforcement.records import decision_record, findings_note
from stageflow_guard.errors import (
    AccessDenied,
    ContentBlocked,
    GuardError,
    InspectorUnavailable,
)
from stageflow_guard.model import NO_TENANT, AccessRequest, Finding, Redaction

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.model import Principal
    from stageflow_guard.ports import Inspector


async def redacted(inspector: Inspector, run: Run | None, value: Any) -> Redaction:
    """Return `value` redacted in the run's scope, else in one of its own, never to be restored."""
    scope = run.scope if run is not None else None
    try:
        if scope is None:
            scope = inspector.scope(NO_TENANT, str(uuid4()))
        found = await inspector.redact(value, scope=scope, direction="input")
    except GuardError:
        raise
    except Exception:
        raise InspectorUnavailable("the value could not be inspected") from None
    return Redaction(*found)


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
    request = AccessRequest(
        sub=who.subject, ten=who.tenant, own=who.tenant, kind="stage", obj=stage, act="bytes",
        roles=tuple(who.roles),
    )  # fmt: skip
    try:
        pep.callers.recheck(who)
        decision = pep.evaluate(request, who)
    except GuardError as error:
        await pep.refuse(error, run=run or str(uuid4()), step="authorize")
    record = decision_record(who, run, request, decision)
    index = await pep.record(replace(record, findings=findings_note(blobs)))
    if not decision.permitted:
        denied = AccessDenied(
            decision, f"`{stage}` may not be given bytes ({decision.reason})",
            act="bytes", findings=blobs,
        )  # fmt: skip
        pep.recorder.deny(denied, f"{pep.log.origin}#{index}")


async def screened(
    pep: PolicyEnforcementPoint,
    inspector: Inspector,
    run: Run | None,
    text: str,
    *,
    stage: str | None,
) -> Redaction:
    """Return `text` redacted for an explicit guard stage, or refuse as `on_finding` says."""
    if run is not None and run.scope is not None:  # redacted at the gate
        return Redaction(text)
    redaction = await redacted(inspector, run, text)
    if pep.blocks and any(f.personal for f in redaction.findings):
        await pep.refuse(
            ContentBlocked(redaction.findings), run=str(uuid4()), stage=stage, step="inspect_input"
        )
    return redaction


async def judged(
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
    await pep.note(
        run, kind="decision", step="inspect_input", decision="permit", stage=stage,
        action="judge", reason="flagged" if found else "clear",
        note={v.check: f"{v.score:.2f}" for v in verdicts},
    )  # fmt: skip
