"""Two readings of time, handed in: what the world says, and what nobody can turn back."""

from __future__ import annotations

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
