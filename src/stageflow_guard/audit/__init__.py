"""What happened? Append-only, durable before the act, verifiable by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.audit.log import Log
    from stageflow_guard.audit.memory import UnsafeMemoryLog
    from stageflow_guard.audit.shards import logs_in, open_shard
    from stageflow_guard.audit.verification import Report, verify
    from stageflow_guard.model import AuditRecord

_WHERE = {
    "Log": "log",
    "UnsafeMemoryLog": "memory",
    "verify": "verification",
    "logs_in": "shards",
    "open_shard": "shards",
    "Report": "verification",
    "AuditRecord": ".model",
}

__all__ = ["AuditRecord", "Log", "Report", "UnsafeMemoryLog", "logs_in", "open_shard", "verify"]

__getattr__ = lazy(__name__, _WHERE)
