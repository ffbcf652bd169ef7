"""One opening that several event loops of a process use at once.

The loop that opened also closes, because tasks and connections of the opening belong to it. Its
last user waits for the users on other loops; who comes meanwhile waits for the next opening.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

POLL = 0.005  # seconds; a condition of threads cannot be awaited


class SharedOpening:
    """Counts users per event loop. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: Counter[asyncio.AbstractEventLoop] = Counter()
        self._opener: asyncio.AbstractEventLoop | None = None
        self._changing = False

    async def enter(self, opening: Callable[[], Awaitable[None]]) -> None:
        """Join what is open, or run `opening`; raises what `opening` raises."""
        loop = asyncio.get_running_loop()
        while True:
            with self._lock:
                if not self._changing:
                    if self._opener is not None and self._opener.is_closed():
                        del self._users[self._opener]  # it ended without leaving
                        self._opener = loop
                    if self._opener is not None:
                        self._users[loop] += 1
                        return
                    self._changing = True
                    break
            await asyncio.sleep(POLL)
        opened = False
        try:
            await opening()
            opened = True
        finally:
            with self._lock:
                self._changing = False
                if opened:
                    self._opener = loop
                    self._users[loop] += 1

    async def leave(self, closing: Callable[[], Awaitable[None]]) -> None:
        """Leave; the last user on the loop that opened waits for the others, and runs `closing`."""
        loop = asyncio.get_running_loop()
        with self._lock:
            # a loop that never entered leaves for the one that opened, which may have ended
            whose = loop if self._users[loop] > 0 else self._opener
            if whose is None:
                return
            self._users[whose] -= 1
            last = self._users[whose] <= 0
            self._users += Counter()  # drops what is at zero
            if not last or whose is not self._opener:
                return
            self._changing = True
        try:
            while self._users.total() > 0:  # noqa: ASYNC110 - other threads leave
                await asyncio.sleep(POLL)
        finally:  # cancelled while waiting: closed all the same
            try:
                await closing()
            finally:
                with self._lock:
                    self._opener, self._changing = None, False
                    self._users.clear()
