"""The way back: originals for who may see them, asked by hand, on record before it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.errors import AccessDenied, ConfigError, GuardError, InspectorUnavailable
from stageflow_guard.ports import Streaming, SubjectScopes
from stageflow_guard.resources import decided

if TYPE_CHECKING:
    from stageflow_guard.model import Principal
    from stageflow_guard.pep import PolicyEnforcementPoint
    from stageflow_guard.ports import Scope
    from stageflow_guard.run import Run


async def revealed(
    pep: PolicyEnforcementPoint,
    who: Principal,
    run: Run | None,
    *,
    kind: str,
    obj: str,
    owner: str,
    session_id: str | None,
    subject: str | None,
) -> tuple[Streaming, Scope]:
    """Return what restores, and the scope, once a permit to `reveal` is on disk.

    The scope is the run's own, else that of (the caller's tenant, `session_id`), kept for `subject`
    or the caller. Raises `ConfigError` where there is neither, `AccessDenied` on record.
    """
    whole = inspector = pep.inspector
    if whole is None or not isinstance(inspector, Streaming):
        raise InspectorUnavailable("this guard's inspector restores nothing")
    if run is None and session_id is None:
        raise ConfigError("outside a run, name the `session_id` whose pseudonyms come back")
    if run is not None and session_id is not None:
        raise ConfigError("inside a run its own scope counts; leave out `session_id`")
    decision = await decided(pep, who, run, kind=kind, obj=obj, act="reveal", owner=owner)
    if not decision.permitted:
        error = AccessDenied(decision, act="reveal")
        error.ref = decision.ref
        pep.recorder.announce(error, None, None)
        raise error
    if run is not None and run.scope is not None:
        return inspector, run.scope
    key = str(session_id)
    try:
        if isinstance(inspector, SubjectScopes):
            return inspector, inspector.scope_for(who.tenant, key, subject or who.subject)
        return inspector, whole.scope(who.tenant, key)
    except GuardError:
        raise
    except Exception:  # a vault that cannot be read restores nothing
        raise InspectorUnavailable("the inspector gave no scope") from None
