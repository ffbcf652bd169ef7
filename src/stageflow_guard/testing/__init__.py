"""For tests: an identity provider with real keys. No production setting leads here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stageflow_guard.testing.idp import IdentityProvider

_WHERE = {"IdentityProvider": "idp"}

__all__ = ["IdentityProvider"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
