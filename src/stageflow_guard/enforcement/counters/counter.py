"""`Counters`, what limits are counted in, and those in memory.

A window is cut into `PARTS`: what was counted in a part leaves with the whole part, once all of it
is older than the window. So the count is never too low.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = 60
MANY = 4096  # counts from which on those are looked for that have left their window
LEASE = 3600.0  # seconds after which a call that never ended counts no more as under way
TOTAL = -1  # the part of what has no window


@dataclass(frozen=True, slots=True)
class Take:
    """One count to raise. `lease` names a call that is under way, and is given back by its name.

    `hard` says that it may not go over `limit`.
    """

    key: str
    limit: float
    amount: float
    window: float | None
    hard: bool
    lease: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """How it went: the first hard limit that was full, or None; the soft ones that are over."""

    full: int | None
    retry_after: float | None = None
    over: tuple[int, ...] = ()


class Counters(Protocol):
    """Counts that many may raise at once. Synchronous; each call is one atomic change.

    `waits` says whether it may take time: then it is called in a thread. Whatever it raises is a
    refusal of what it limits.
    """

    waits: bool

    def take(self, wanted: Sequence[Take], *, force: bool = False) -> Taken:
        """Raise every count, or none where a hard limit is full; with `force`, in any case."""
        ...

    def give_back(self, taken: Sequence[Take]) -> None:
        """Undo a `take` of just before, or end the leases in it.

        It leaves the newest part that holds as much: a part below nothing would stay, after the
        part that was raised has left, and let as many through again.
        """
        ...

    def forget(self, keys: Sequence[str]) -> None:
        """Drop what is counted under `keys`: of runs that are over."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class MemoryCounters:
    """Counts of one process, by the clock that nobody can set."""

    waits = False

    def __init__(self) -> None:
        self._parts: dict[str, dict[int, float]] = {}
        self._windows: dict[str, float] = {}  # of those that have one
        self._many = MANY
        self._leases: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def take(self, wanted: Sequence[Take], *, force: bool = False) -> Taken:
        """Raise every count, or none."""
        now = time.monotonic()
        over: list[int] = []
        with self._lock:
            for place, one in enumerate(wanted):
                used = self._used(one, now)
                if used + one.amount > one.limit:
                    if one.hard and not force:
                        return Taken(place, self._after(one, now), tuple(over))
                    over.append(place)
            for one in wanted:
                if one.lease is not None:
                    self._leases.setdefault(one.key, {})[one.lease] = now + LEASE
                else:
                    parts = self._parts.setdefault(one.key, {})
                    part = part_of(now, one.window)
                    parts[part] = parts.get(part, 0.0) + one.amount
                    if one.window is not None:
                        self._windows[one.key] = one.window
            self._sweep(now)
        return Taken(None, None, tuple(over))

    def _used(self, one: Take, now: float) -> float:
        if one.lease is not None:
            leases = self._leases.get(one.key, {})
            for name in [name for name, ends in leases.items() if ends <= now]:
                del leases[name]
            return len(leases)
        parts = self._parts.get(one.key)
        if not parts:
            return 0.0
        if one.window is not None:
            first = part_of(now, one.window) - PARTS
            for part in [part for part in parts if part < first]:
                del parts[part]
        return sum(parts.values())

    def _after(self, one: Take, now: float) -> float | None:
        parts = self._parts.get(one.key)
        if one.window is None or not parts:
            return None
        return retry_after(min(parts), now, one.window)

    def give_back(self, taken: Sequence[Take]) -> None:
        """Undo a `take` of just before, or end the leases in it."""
        with self._lock:
            for one in taken:
                if one.lease is not None:
                    self._leases.get(one.key, {}).pop(one.lease, None)
                elif one.key in self._parts:
                    parts = self._parts[one.key]
                    held = [part for part, amount in parts.items() if amount >= one.amount]
                    if held:
                        parts[max(held)] -= one.amount

    def forget(self, keys: Sequence[str]) -> None:
        """Drop what is counted under `keys`."""
        with self._lock:
            for key in keys:
                self._parts.pop(key, None)
                self._windows.pop(key, None)
                self._leases.pop(key, None)

    def _sweep(self, now: float) -> None:
        """Drop counts that have left their window; called as the counts become many."""
        if len(self._windows) + len(self._leases) < self._many:
            return
        for key, window in list(self._windows.items()):
            if max(self._parts[key], default=0) < part_of(now, window) - PARTS:
                del self._parts[key], self._windows[key]
        for key in [key for key, leases in self._leases.items() if not leases]:
            del self._leases[key]
        self._many = max(MANY, 2 * (len(self._windows) + len(self._leases)))

    def close(self) -> None:
        """Nothing is open."""


def part_of(now: float, window: float | None) -> int:
    """Return the part of the window that `now` is in."""
    return TOTAL if window is None else int(now / window * PARTS)


def retry_after(oldest: int, now: float, window: float) -> float:
    """Return the seconds until the oldest part leaves the window."""
    return max(0.0, (oldest + PARTS + 1) * window / PARTS - now)
