"""Background work of an open log: heartbeats while it is idle, exporters to its sinks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stageflow_guard.audit.export.assemble import exporters_from
from stageflow_guard.audit.export.shipping import Shipping
from stageflow_guard.errors import GuardError

if TYPE_CHECKING:
    from stageflow_guard.audit.export.exporter import Lag
    from stageflow_guard.settings import AuditSettings

logger = logging.getLogger("stageflow_guard")


class _Log(Protocol):
    @property
    def size(self) -> int: ...

    async def append(self, record: dict[str, Any]) -> int: ...


async def heartbeat(log: _Log, every: float) -> None:
    """Append a heartbeat whenever `every` seconds brought no record, until cancelled.

    A log that is cut back to a quiet time then misses heartbeats. A failure is ignored here: the
    next decision is refused.
    """
    last = -1
    while True:
        await asyncio.sleep(every)
        if log.size == last:
            with contextlib.suppress(GuardError):
                await log.append({"kind": "heartbeat"})
        last = log.size


class BackgroundWork:
    """Heartbeats and exporters of one open log. A sink that fails stops no pipeline."""

    def __init__(self, log: _Log, audit: AuditSettings, folder: Path) -> None:
        self._heartbeat = asyncio.create_task(heartbeat(log, audit.heartbeat))
        try:
            self._shipping = Shipping(exporters_from(audit, log=folder)) if audit.sinks else None
        except BaseException:
            self._heartbeat.cancel()
            raise

    async def stop_heartbeat(self) -> None:
        """Stop the heartbeats; the log may be closed after this."""
        if not self._heartbeat.done():  # its loop may have ended
            self._heartbeat.cancel()
            await asyncio.wait([self._heartbeat])

    async def drain_sinks(self, deadline: float) -> None:
        """Ship what the closed log holds; one WARNING line for each sink that is still behind."""
        if self._shipping is None:
            return
        for lag in await asyncio.to_thread(self._shipping.stop, deadline):
            if lag.records:
                logger.warning(
                    "sink behind kind=%s origin=%s records=%d dead=%d error=%s",
                    lag.sink, lag.origin, lag.records, lag.dead, lag.error,
                )  # fmt: skip

    def lags(self) -> list[Lag]:
        """Return how far each sink is behind."""
        return self._shipping.lags() if self._shipping is not None else []
