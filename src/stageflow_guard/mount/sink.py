"""An event sink that holds events back until they are redacted.

Sinks are called synchronously from inside a stage; inspection is asynchronous. So events wait in
order, and leave with the stage's own output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class GuardedSink:
    """Buffers `(type, data)`; `release` hands the redacted events to the application's sink."""

    def __init__(
        self, inner: Any, redact: Callable[[Any], Awaitable[Any]], *, limit: int = 10_000
    ) -> None:
        self._inner = inner
        self._redact = redact
        self._limit = limit
        self._waiting: list[tuple[str, Any]] = []
        self.dropped = 0

    def try_emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves when the stage's output does."""
        if len(self._waiting) >= self._limit:
            self.dropped += 1
            return
        self._waiting.append((type, data))

    async def emit(self, *, type: str, data: dict[str, Any] | None = None) -> None:
        """Take an event; it leaves when the stage's output does."""
        self.try_emit(type=type, data=data)

    async def release(self) -> None:
        """Redact what is waiting and pass it on, in order."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        redacted = await self._redact([[kind, data] for kind, data in waiting])
        for kind, data in redacted:
            self._inner.try_emit(type=kind, data=data)
