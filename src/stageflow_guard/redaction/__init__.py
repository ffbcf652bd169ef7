"""What may they see? Detection on presidio-analyzer, pseudonyms, a vault per scope."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stageflow_guard.redaction.inspector import OffLoopInspector
    from stageflow_guard.redaction.redactor import Redactor
    from stageflow_guard.redaction.stream import Stream
    from stageflow_guard.redaction.vault import Vault, VaultScope

_WHERE = {
    "OffLoopInspector": "inspector",
    "Redactor": "redactor",
    "Stream": "stream",
    "Vault": "vault",
    "VaultScope": "vault",
}

__all__ = ["OffLoopInspector", "Redactor", "Stream", "Vault", "VaultScope"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
