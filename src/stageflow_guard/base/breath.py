"""Long work on a thread that lets the event loop's thread go on."""

from __future__ import annotations

import time

AFTER, PAUSE = 0.001, 0.000_05  # seconds: of work between two pauses, and the pause


class Breath:
    """Call it often within long work: once a millisecond has passed, it sleeps for a moment.

    A thread that only releases the interpreter's lock takes it back before a waiting one wakes up,
    and a waiting one asks for it after five milliseconds at the earliest.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def __call__(self) -> None:
        """Sleep, if it is time to."""
        if time.perf_counter() - self._last >= AFTER:
            time.sleep(PAUSE)
            self._last = time.perf_counter()
