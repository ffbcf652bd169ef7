"""Who is calling? Strict verification over PyJWT's signatures; no default validator."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
