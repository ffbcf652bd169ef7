"""Two readings of time, handed in: the wall clock, and one that only grows."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _wall() -> float:
    return time.time()  # looked up at each call: a test that freezes time freezes this too


def _monotonic() -> float:
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Clock:
    """`wall` is seconds since the epoch; `monotonic` only ever grows."""

    wall: Callable[[], float] = _wall
    monotonic: Callable[[], float] = _monotonic


FOLLOWS = 60.0  # seconds for which a wall clock that went back is not believed
logger = logging.getLogger("stageflow_guard")


class NeverBackClock:
    """A wall clock for what expires: setting it back revives nothing at once.

    A reading earlier than the latest one counts as the latest. A clock that stays back for
    `FOLLOWS` seconds is followed: it was wrong before, and a reading that was a day ahead must not
    refuse every token for a day. `on_correction` is then called with the seconds it went back; it
    may be called from any thread.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.corrections = 0
        self.on_correction: Callable[[float], None] | None = None
        self._latest = float("-inf")
        self._back_since: float | None = None
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return seconds since the epoch."""
        wall = self.clock.wall()
        if wall >= self._latest:
            self._latest = wall
            self._back_since = None
            return wall
        return self._behind(wall)

    def _behind(self, wall: float) -> float:
        now = self.clock.monotonic()
        with self._lock:
            if self._back_since is None or now < self._back_since:
                self._back_since = now
            if wall >= self._latest or now - self._back_since < FOLLOWS:
                return max(wall, self._latest)
            back = self._latest - wall
            self._latest, self._back_since = wall, None
            self.corrections += 1
        logger.warning(
            "the wall clock went back by %.0f s and stayed there for %.0f s; it is followed now",
            back, FOLLOWS,
        )  # fmt: skip
        if self.on_correction is not None:
            self.on_correction(back)
        return wall
