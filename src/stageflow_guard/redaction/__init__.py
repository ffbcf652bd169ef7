"""What may they see? Detection on presidio-analyzer, pseudonyms, a vault per scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.redaction.inspector.inspector import OffLoopInspector
    from stageflow_guard.redaction.redactor import Redactor
    from stageflow_guard.redaction.text.stream import Stream
    from stageflow_guard.redaction.vault.vault import Vault, VaultScope

_WHERE = {
    "OffLoopInspector": "inspector.inspector",
    "Redactor": "redactor",
    "Stream": "text.stream",
    "Vault": "vault.vault",
    "VaultScope": "vault.vault",
}

__all__ = ["OffLoopInspector", "Redactor", "Stream", "Vault", "VaultScope"]

__getattr__ = lazy(__name__, _WHERE)
