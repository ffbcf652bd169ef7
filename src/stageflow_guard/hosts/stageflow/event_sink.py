"""An event sink that holds events back until they are redacted.

Sinks are called synchronously from inside a stage; inspection is asynchronous. So events wait in
order, and leave at the end of the run, however it ends.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger("stageflow_guard")


class GuardedSink:
    """Buffers `(type, data)`; `release` hands the redacted events to the application's sink."""

    def __init__(
        self, inner: Any, redact: Callable[[Any], Awaitable[Any]], *, limit: int = 10_000
    ) -> None:
        self._inner = inner
        self._redact = redact
        self._limit = limit
        self.dropped = 0
        _WAITING[self] = []

    def try_emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves, redacted, at the end of the run."""
        waiting = _WAITING[self]
        if len(waiting) >= self._limit:
            self.dropped += 1
            return
        waiting.append((type, data))

    async def emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves, redacted, at the end of the run."""
        self.try_emit(type=type, data=data)

    async def release(self) -> None:
        """Redact what is waiting and pass it on, in order."""
        waiting = _WAITING[self]
        if not waiting:
            return
        _WAITING[self] = []
        redacted = await self._redact([[kind, data] for kind, data in waiting])
        for kind, data in redacted:
            try:
                self._inner.try_emit(type=kind, data=data)
            except Exception:  # its text may hold the event; a broken sink decides nothing
                logger.warning("the application's event sink failed")
                return


# Raw text until it is released, and every stage holds the sink: so it is no attribute of it.
_WAITING: WeakKeyDictionary[GuardedSink, list[tuple[str, Any]]] = WeakKeyDictionary()
