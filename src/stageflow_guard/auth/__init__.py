"""Who is calling? Strict verification over PyJWT's signatures; no default validator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.auth.clock import Clock
    from stageflow_guard.auth.issuer import IssuerPolicy
    from stageflow_guard.auth.tokens import Secret
    from stageflow_guard.auth.verifier import TokenVerifier

_WHERE = {
    "Clock": "clock",
    "IssuerPolicy": "issuer",
    "Secret": "tokens",
    "TokenVerifier": "verifier",
}

__all__ = ["Clock", "IssuerPolicy", "Secret", "TokenVerifier"]

__getattr__ = lazy(__name__, _WHERE)
