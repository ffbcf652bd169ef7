"""Analytics: events in batches to a sink, with back-pressure and nothing lost in silence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.enforcement.session import current_principal

logger = logging.getLogger("stageflow_guard")


class EventSink(Protocol):
    """Where batches go."""

    async def send(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Take one batch, whole or not at all."""


class AnalyticsExporter:
    """Collects events and sends them in batches of `batch`, or after `seconds`.

    At most `backlog` events wait: then `add` waits (back-pressure). A batch that the sink refuses
    is sent again, `attempts` times with a growing pause; then its events are counted in `lost`, and
    one WARNING says how many. `async with` it: leaving sends what is left.
    """

    def __init__(
        self, sink: EventSink, *, batch: int = 50, seconds: float = 1.0, backlog: int = 1_000,
        attempts: int = 5, pause: float = 0.1,
    ) -> None:  # fmt: skip
        if batch < 1 or backlog < batch or attempts < 1:
            raise ValueError("`batch` and `attempts` are at least 1, `backlog` at least a batch")
        self._sink, self._size, self._seconds = sink, batch, seconds
        self._attempts, self._pause = attempts, pause
        self._queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(backlog)
        self._worker: asyncio.Task[None] | None = None
        self.sent = 0
        self.lost = 0
        self.waits = 0

    @property
    def depth(self) -> int:
        """How many events wait."""
        return self._queue.qsize()

    async def __aenter__(self) -> AnalyticsExporter:
        """Start sending."""
        self._worker = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Send what is left, and stop."""
        await self._queue.put(None)
        if self._worker is not None:
            await self._worker
            self._worker = None

    async def add(self, event: Mapping[str, Any]) -> None:
        """Take one event; wait while too many are under way."""
        if self._worker is None:
            raise RuntimeError("open the exporter with `async with`")
        self.waits += self._queue.full()
        await self._queue.put(dict(event))

    async def _work(self) -> None:
        done = False
        while not done:
            batch, done = await self._collect()
            if batch:
                await self._send(batch)

    async def _collect(self) -> tuple[list[dict[str, Any]], bool]:
        batch: list[dict[str, Any]] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds) as patience:
                while len(batch) < self._size:
                    event = await self._queue.get()
                    if event is None:
                        return batch, True
                    if not batch:  # the clock of a batch starts with its first event
                        patience.reschedule(asyncio.get_running_loop().time() + self._seconds)
                    batch.append(event)
        return batch, False

    async def _send(self, batch: list[dict[str, Any]]) -> None:
        for attempt in range(1, self._attempts + 1):
            try:
                await self._sink.send(batch)
            except Exception as error:
                if attempt == self._attempts:
                    self.lost += len(batch)
                    logger.warning(
                        "analytics: %d events lost after %d attempts: %s",
                        len(batch), attempt, type(error).__name__,
                    )  # fmt: skip
                    return
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            else:
                self.sent += len(batch)
                return


class AnalyticsStage:
    """Adds one event about a run: its id, tenant, time, and what `describe(ctx)` returns.

    `describe` sees what every stage sees, so pseudonyms. Output: `event`, its name.
    """

    kind = StageKind.WORK

    def __init__(
        self, exporter: AnalyticsExporter, *, name: str,
        describe: Callable[[StageContext], Mapping[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        self._exporter, self._name, self._describe = exporter, name, describe

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Add the event; waits while the exporter is full."""
        principal = current_principal()
        await self._exporter.add(
            {
                "event": self._name,
                "run": str(ctx.pipeline_run_id or ""),
                "tenant": principal.tenant if principal is not None else "",
                "at": time.time(),
                **(self._describe(ctx) if self._describe is not None else {}),
            }
        )
        return StageOutput.ok(event=self._name)
