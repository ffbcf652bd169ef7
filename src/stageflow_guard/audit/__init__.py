"""What happened? Append-only, durable before the act, verifiable by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.base.lazy import lazy

if TYPE_CHECKING:
    from stageflow_guard.audit.log.log import Log
    from stageflow_guard.audit.log.memory import UnsafeMemoryLog
    from stageflow_guard.audit.log.shards import logs_in, open_shard
    from stageflow_guard.audit.verification.verify import VerificationReport, verify
    from stageflow_guard.model import AuditRecord

_WHERE = {
    "Log": "log.log",
    "UnsafeMemoryLog": "log.memory",
    "verify": "verification.verify",
    "logs_in": "log.shards",
    "open_shard": "log.shards",
    "VerificationReport": "verification.verify",
    "AuditRecord": ".model",
}

__all__ = [
    "AuditRecord",
    "Log",
    "UnsafeMemoryLog",
    "VerificationReport",
    "logs_in",
    "open_shard",
    "verify",
]

__getattr__ = lazy(__name__, _WHERE)
