"""What a guard opens, and how all of it is closed again: at its end, or where opening fails.

1. the log, the keys of its fingerprints, heartbeats and sinks
2. where approvals and limits are kept, and whom the webhook tells
3. the policies in force, kept beside the log and watched
4. what happened before, for rules about the order of calls

Closing goes the other way round. Each part is closed whatever the closing of another raises, and
an opening that is cancelled or fails, by any exception, closes what it had opened.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.open import ClosedLog, close_log, opened
from stageflow_guard.base.whole import made_or_undone
from stageflow_guard.enforcement.build_controls import counters_from, grants_from, webhook_from
from stageflow_guard.errors import ConfigError, VerificationError
from stageflow_guard.ports import (
    ClockSource,
    ClosableLog,
    DrainableTokenSource,
    WorkerInspector,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from stageflow_guard.audit.export.background import BackgroundWork
    from stageflow_guard.audit.export.exporter import Lag
    from stageflow_guard.enforcement.controls import Controls
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.policy.live.reload import Reloader
    from stageflow_guard.ports import AuditLog
    from stageflow_guard.settings import Settings


class Lifecycle:
    """Opens and closes the parts of one guard, in the process that built it.

    `log`, `grants` and `counters` say what the application gave: it is used instead of what
    `settings` describe; of these only the log is closed. `drain` is in seconds. `last` runs last.
    """

    def __init__(
        self,
        pep: PolicyEnforcementPoint,
        controls: Controls,
        *,
        settings: Settings | None,
        log: AuditLog | None,
        grants: bool,
        counters: bool,
        drain: float,
        last: Callable[[], None],
    ) -> None:
        self._pep, self._controls = pep, controls
        self._settings, self._given_log, self._last = settings, log, last
        self._given_grants, self._given_counters = grants, counters
        self._seconds = drain
        self._pid = os.getpid()
        self._background: BackgroundWork | None = None
        self._closing = AsyncExitStack()
        self.reloader: Reloader | None = None
        self.sources: weakref.WeakSet[Any] = weakref.WeakSet()  # of tokens, to be drained

    def lags(self) -> list[Lag]:
        """Return how far each sink is behind."""
        return self._background.lags() if self._background is not None else []

    async def open(self) -> None:
        """Open every part, or none. Raises `ConfigError` for what is unusable."""
        if os.getpid() != self._pid:
            raise ConfigError("this guard was built before a fork; build one in each worker")
        async with AsyncExitStack() as closing:
            closing.callback(self._last)
            await self._open_log(closing)
            closing.callback(self._controls.sequence.close)
            closing.push_async_callback(self._close_controls)
            closing.push_async_callback(self._controls.limiter.drain, self._seconds)
            if self._settings is not None:
                await self._open_controls(self._settings, closing)
                await self._open_policies(self._settings, closing)
                if self._settings.audit.shard is not None:
                    self._controls.sequence.shards = Path(self._settings.audit.path)
            await self._controls.sequence.open()
            closing.push_async_callback(self._drain_sources)
            closing.push_async_callback(self._pep.drain, self._seconds)
            closing.push_async_callback(self._stop_reloader)
            self._closing = closing.pop_all()

    async def close(self) -> None:
        """Stop admission, let open runs end, close every part; raises what closing one raised."""
        closing, self._closing = self._closing, AsyncExitStack()
        await closing.aclose()

    # -- the log -----------------------------------------------------------------------------------

    async def _open_log(self, closing: AsyncExitStack) -> None:
        background: BackgroundWork | None = None
        if self._given_log is not None:
            log: AuditLog = self._given_log
        else:
            assert self._settings is not None  # noqa: S101 - the guard's constructor saw to it
            log, self._pep.fingerprinter, background = await opened(self._settings)
            closing.push_async_callback(background.drain_sinks, self._seconds)
        if isinstance(log, ClosableLog):
            closing.push_async_callback(close_log, log)
        closing.push_async_callback(self._stop_worker)
        if background is not None:
            closing.push_async_callback(background.stop_heartbeat)
        self._use(log, background)
        closing.callback(self._use, ClosedLog(), None)

    def _use(self, log: AuditLog, background: BackgroundWork | None) -> None:
        self._pep.closing = False
        self._pep.log, self._background = log, background

    async def _stop_worker(self) -> None:
        if isinstance(self._pep.inspector, WorkerInspector):
            await asyncio.to_thread(self._pep.inspector.stop_worker)

    # -- approvals, limits, who hears of them ------------------------------------------------------

    async def _open_controls(self, settings: Settings, closing: AsyncExitStack) -> None:
        controls = self._controls
        webhook = webhook_from(settings)
        if webhook is not None:
            controls.hearers.append(webhook)
            closing.push_async_callback(webhook.drain, self._seconds)
            closing.callback(controls.hearers.remove, webhook)
        if not self._given_counters:
            controls.limiter.counters = await made_or_undone(
                lambda: counters_from(settings), _closed
            )
        if not self._given_grants:
            controls.grants = await made_or_undone(
                lambda: grants_from(settings, self._clock), _closed
            )

    async def _close_controls(self) -> None:
        await self._controls.close(
            grants=not self._given_grants and self._settings is not None,
            counters=not self._given_counters,
        )

    @property
    def _clock(self) -> Any:
        source = self._pep.authenticator
        return source.clock if isinstance(source, ClockSource) else None

    # -- the policies in force ---------------------------------------------------------------------

    async def _open_policies(self, settings: Settings, closing: AsyncExitStack) -> None:
        from stageflow_guard.policy.live.build_policies import reloader_from

        self.reloader = await reloader_from(
            self._pep.decisions, settings, record=self._pep.record_event, clock=self._clock
        )
        closing.push_async_callback(self._stop_reloader)
        await self._note_policies()

    async def _note_policies(self) -> None:
        """Record that the policies are others than when the log was closed."""
        folder = getattr(self._pep.log, "folder", None)
        if folder is None or self.reloader is None:
            return
        from stageflow_guard.audit.read.last_policy import last_revision

        try:
            before = await asyncio.to_thread(last_revision, folder)
        except VerificationError as exc:
            raise ConfigError(f"log `{folder}` does not hold: {exc.message}") from None
        now = self._pep.decisions.revision
        if before not in (None, now):
            await self._pep.record_event(
                kind="policy_change", action="open", policy={"sha256": now},
                note={"source": "opening", "previous": before},
            )  # fmt: skip

    async def _stop_reloader(self) -> None:
        reloader, self.reloader = self.reloader, None
        if reloader is not None:
            await reloader.stop()

    # -- what still goes on ------------------------------------------------------------------------

    async def _drain_sources(self) -> None:
        """Let each token that was rotated reach its store, whatever another source raises."""
        async with AsyncExitStack() as each:
            for source in list(self.sources):
                if isinstance(source, DrainableTokenSource):
                    each.push_async_callback(source.drain)


async def _closed(state: Any) -> None:
    await asyncio.to_thread(state.close)
