"""An event sink that holds events back until they are redacted.

Sinks are called synchronously from inside a stage; inspection is asynchronous. So events wait in
order, and leave at the end of the run, however it ends. An event that does not leave is counted;
the count is on record, in the log of the process, and the last event of the run.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger("stageflow_guard")


DROPPED = "stageflow_guard.events_dropped"  # the type of the event that says so


class GuardedSink:
    """Buffers `(type, data)`; `release` hands the redacted events to the application's sink.

    `report` puts on record how many events the application's sink did not get.
    """

    # no attribute can be added: all stages hold it
    __slots__ = ("__weakref__", "_inner", "_limit", "_over", "_redact", "_report", "dropped")

    def __init__(
        self,
        inner: Any,
        redact: Callable[[Any], Awaitable[Any]],
        report: Callable[[int], Awaitable[object]],
        *,
        limit: int = 10_000,
    ) -> None:
        self._inner = inner
        self._redact = redact
        self._report = report
        self._limit = limit
        self._over = False
        self.dropped = 0
        _WAITING[self] = []

    def try_emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves, redacted, at the end of the run. Above the limit, count it."""
        waiting = _WAITING[self]
        if self._over or len(waiting) >= self._limit:
            self.dropped += 1
            if self._over:  # of a stage that ignores its end: the run's record is written
                logger.warning("an event came after the end of its run and was dropped")
            return
        waiting.append((type, data))

    async def emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves, redacted, at the end of the run."""
        self.try_emit(type=type, data=data)

    async def release(self) -> None:
        """Redact what is waiting, pass it on in order, and say how many events are missing.

        Raises a `GuardError` when events cannot be redacted, or their loss cannot be recorded.
        """
        waiting, lost = self._taken()
        left = len(waiting)
        try:
            if waiting:
                redacted = await self._redact([[kind, data] for kind, data in waiting])
                for kind, data in redacted:
                    if not self._passed(kind, data):
                        break
                    left -= 1
        finally:
            await self._tell(lost + left)

    async def discard(self) -> None:
        """Drop what is waiting, and say how many events are missing.

        Raises a `GuardError` when their loss cannot be recorded.
        """
        waiting, lost = self._taken()
        await self._tell(lost + len(waiting))

    def _taken(self) -> tuple[list[tuple[str, Any]], int]:
        """Return what waits and how many events came above the limit; none is taken any more."""
        waiting, _WAITING[self] = _WAITING[self], []
        self._over = True
        return waiting, self.dropped

    async def _tell(self, lost: int) -> None:
        if not lost:
            return
        logger.warning("events of a run that its sink did not get: %d", lost)
        self._passed(DROPPED, {"dropped": lost})
        await self._report(lost)

    def _passed(self, kind: str, data: Any) -> bool:
        try:
            self._inner.try_emit(type=kind, data=data)
        except Exception:  # its text may hold the event; a broken sink decides nothing
            logger.warning("the application's event sink failed")
            return False
        return True


# Raw text until it is released, and every stage holds the sink: so it is no attribute of it.
_WAITING: WeakKeyDictionary[GuardedSink, list[tuple[str, Any]]] = WeakKeyDictionary()
