"""How a guard's log is opened from its settings, and what stands in its place until then."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.log.layout import being_written
from stageflow_guard.errors import AuditUnavailable

if TYPE_CHECKING:
    from stageflow_guard.audit import Log
    from stageflow_guard.audit.admin.fingerprint import Fingerprints
    from stageflow_guard.audit.export.background import BackgroundWork
    from stageflow_guard.model import AuditRecord
    from stageflow_guard.settings import AuditSettings, Settings

logger = logging.getLogger("stageflow_guard")


class ClosedLog:
    """Stands in for the log until the guard is opened, and after it is closed: refuses."""

    origin = "closed"

    async def append(self, record: AuditRecord) -> int:
        """Refuse."""
        raise AuditUnavailable("the guard is not open; use `async with guard:`")

    def enqueue(self, record: AuditRecord) -> int:
        """Refuse."""
        raise AuditUnavailable("the guard is not open; use `async with guard:`")


async def close_log(log: Any) -> None:
    """Close the log; raises `AuditUnavailable` for records that closing could not make durable.

    A log that was poisoned before has refused every caller since: that ends in one ERROR line.
    """
    health = getattr(log, "health", None)
    before = health().get("poisoned") if callable(health) else None
    try:
        await log.close()
    except AuditUnavailable:
        if before is None:
            raise
        logger.error("the audit log stays poisoned (%s); start this process again", before)


def in_use(audit: AuditSettings) -> bool:
    """Say whether a process holds the log that these settings would open. A shard is free."""
    return audit.shard is None and being_written(Path(audit.path))


async def opened(settings: Settings) -> tuple[Log, Fingerprints, BackgroundWork]:
    """Open the log, the keys of its fingerprints and the sinks beside it; all three or none."""
    from stageflow_guard.audit import Log, open_shard
    from stageflow_guard.audit.admin.fingerprint import Fingerprints
    from stageflow_guard.audit.export.background import BackgroundWork
    from stageflow_guard.keys.assemble import ring_from

    audit = settings.audit
    copy = audit.checkpoint_copy
    if audit.shard is None:
        log = await Log.open(
            audit.path, origin=audit.origin, key_file=audit.key_file, checkpoint_copy=copy,
            copy_grace=audit.checkpoint_copy_grace,
        )  # fmt: skip
    else:
        log = await open_shard(
            audit.path, audit.shard, origin=audit.origin, key_file=audit.key_file, copies=copy,
            copy_grace=audit.checkpoint_copy_grace,
        )  # fmt: skip
    try:
        ring = await asyncio.to_thread(ring_from, settings)
        return log, Fingerprints(ring), BackgroundWork(log, audit, log.folder)
    except BaseException:
        await log.close()
        raise
