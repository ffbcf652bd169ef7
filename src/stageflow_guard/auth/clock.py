"""Two readings of time, handed in: what the world says, and what nobody can turn back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Clock:
    """`wall` is seconds since the epoch; `monotonic` only ever grows."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
