"""Callers of one event loop that wait for the disk, answered in the order in which they asked."""

from __future__ import annotations

import asyncio
from collections import deque

from stageflow_guard.errors import AuditUnavailable


class Waiting:
    """A queue of futures. `join` and the timer run on the loop; `answer` comes from the writer.

    Each caller has a future of its own, so that cancelling one changes nothing for the others. One
    timer serves all of them: an append that is answered in time sets none.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        self.loop = loop
        self._deadline = deadline
        self._asked: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def join(self) -> asyncio.Future[None]:
        """Return a future that is done once this caller's record is durable, or late."""
        future: asyncio.Future[None] = self.loop.create_future()
        self._asked.append((self.loop.time(), future))
        if self._timer is None:
            self._timer = self.loop.call_later(self._deadline, self._look)
        return future

    def answer(self, count: int, why: str | None) -> None:
        """Answer the first `count` callers; `why` is what failed. Safe from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._answer, count, why)
        except RuntimeError:  # that loop is gone, and its callers with it
            return

    def _answer(self, count: int, why: str | None) -> None:
        for _ in range(count):
            _, future = self._asked.popleft()
            if future.done():  # cancelled, or it was too late
                continue
            if why is None:
                future.set_result(None)
            else:
                future.set_exception(AuditUnavailable(why))

    def _look(self) -> None:
        """Fail the callers that wait for longer than the deadline; a later answer is ignored."""
        self._timer = None
        now = self.loop.time()
        for since, future in self._asked:
            if now - since < self._deadline:
                self._timer = self.loop.call_at(since + self._deadline, self._look)
                return
            if not future.done():
                future.set_exception(
                    AuditUnavailable(f"the audit device did not answer in {self._deadline:g} s")
                )
