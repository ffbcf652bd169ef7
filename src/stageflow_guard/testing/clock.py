"""A clock that a test turns by hand: nothing waits, nothing is patched."""

from __future__ import annotations

import threading

from stageflow_guard.base.clock import Clock


class FakeClock:
    """Wall and monotonic time that move only when told to. Safe to share between threads.

    Patching `time` would also stop the event loop's own clock, and `asyncio.sleep` with it; so
    this one is handed in where a `Clock` is taken.
    """

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self._lock = threading.Lock()
        self._wall = wall
        self._monotonic = 1_000.0  # not 0: a machine has been up for a while
        self.clock = Clock(wall=self.wall, monotonic=self.monotonic)

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self._wall

    def monotonic(self) -> float:
        """Return a reading that never goes back."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks; raise `ValueError` for less than nothing."""
        if seconds < 0:
            raise ValueError("time does not go back; `step` moves the wall clock")
        with self._lock:
            self._wall += seconds
            self._monotonic += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back, as NTP or a person does; no time passes."""
        with self._lock:
            self._wall += seconds
