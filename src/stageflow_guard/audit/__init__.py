"""What happened? Append-only, durable before the act, verifiable by others."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stageflow_guard.audit.log import Log
    from stageflow_guard.audit.memory import UnsafeMemoryLog
    from stageflow_guard.audit.shards import logs_in, open_shard
    from stageflow_guard.audit.verify import Report, verify
    from stageflow_guard.model import AuditRecord

_WHERE = {
    "Log": "stageflow_guard.audit.log",
    "UnsafeMemoryLog": "stageflow_guard.audit.memory",
    "verify": "stageflow_guard.audit.verify",
    "logs_in": "stageflow_guard.audit.shards",
    "open_shard": "stageflow_guard.audit.shards",
    "Report": "stageflow_guard.audit.verify",
    "AuditRecord": "stageflow_guard.model",
}

__all__ = ["AuditRecord", "Log", "Report", "UnsafeMemoryLog", "logs_in", "open_shard", "verify"]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value
