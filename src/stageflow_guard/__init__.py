"""Governance that holds for any pipeline. Public names; each loads on first use."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy
from stageflow_guard.base.version import VERSION

if TYPE_CHECKING:
    from stageflow_guard.enforcement.leaving import StageFailure
    from stageflow_guard.enforcement.session import current_principal
    from stageflow_guard.errors import (
        AccessDenied,
        ApprovalRequired,
        AuditUnavailable,
        Bypassed,
        ConfigError,
        ContentBlocked,
        GuardError,
        InspectorUnavailable,
        LimitExceeded,
        NotAuthenticated,
        PolicyUnavailable,
        ReauthRequired,
        Refused,
        Unavailable,
        VerificationError,
    )
    from stageflow_guard.guard import Guard
    from stageflow_guard.hosts.stageflow.guard_stages import (
        ContentGuardStage,
        GuardStage,
        InjectionGuardStage,
    )
    from stageflow_guard.hosts.stageflow.pii_stage import PiiGuardStage
    from stageflow_guard.model import (
        AccessRequest,
        AuditRecord,
        Decision,
        Effect,
        EntitySpan,
        Finding,
        Principal,
        Redaction,
    )
    from stageflow_guard.settings import Settings

__version__ = VERSION

_WHERE = {
    "Guard": "guard",
    "PiiGuardStage": "hosts.stageflow.pii_stage",
    **dict.fromkeys(
        ("ContentGuardStage", "GuardStage", "InjectionGuardStage"), "hosts.stageflow.guard_stages"
    ),
    "Settings": "settings",
    "StageFailure": "enforcement.leaving",
    "current_principal": "enforcement.session",
    **dict.fromkeys(
        (
            "AccessRequest",
            "AuditRecord",
            "Decision",
            "Effect",
            "EntitySpan",
            "Finding",
            "Principal",
            "Redaction",
        ),
        "model",
    ),
    **dict.fromkeys(
        (
            "AccessDenied",
            "ApprovalRequired",
            "AuditUnavailable",
            "Bypassed",
            "ConfigError",
            "ContentBlocked",
            "GuardError",
            "InspectorUnavailable",
            "LimitExceeded",
            "NotAuthenticated",
            "PolicyUnavailable",
            "ReauthRequired",
            "Refused",
            "Unavailable",
            "VerificationError",
        ),
        "errors",
    ),
}

__all__ = [
    "AccessDenied",
    "AccessRequest",
    "ApprovalRequired",
    "AuditRecord",
    "AuditUnavailable",
    "Bypassed",
    "ConfigError",
    "ContentBlocked",
    "ContentGuardStage",
    "Decision",
    "Effect",
    "EntitySpan",
    "Finding",
    "Guard",
    "GuardError",
    "GuardStage",
    "InjectionGuardStage",
    "InspectorUnavailable",
    "LimitExceeded",
    "NotAuthenticated",
    "PiiGuardStage",
    "PolicyUnavailable",
    "Principal",
    "ReauthRequired",
    "Redaction",
    "Refused",
    "Settings",
    "StageFailure",
    "Unavailable",
    "VerificationError",
    "current_principal",
]

# the explicit guard stages are Stageflow's own types; without the host they are not there
_STAGEFLOW = frozenset(
    name for name, where in _WHERE.items() if where.startswith("hosts.stageflow")
)
if find_spec("stageflow") is None:
    __all__ = [name for name in __all__ if name not in _STAGEFLOW]

__getattr__ = lazy(__name__, _WHERE, extras={"stageflow": "stageflow"})
