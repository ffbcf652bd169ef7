"""Where the segment begins that a place in a stream belongs to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Segment(Protocol):
    """Where a segment begins and ends, and whether that is in sight."""

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where it ends, as far as that is in sight."""
        ...

    @property
    def whole(self) -> bool:
        """Say whether its end is in sight."""
        ...


def begins(segments: Iterable[Segment], at: int) -> int:
    """Return where the segment begins that holds `at`; `at` where none does."""
    return next((one.start for one in segments if one.start < at < one.end), at)


def settled(segments: Iterable[Segment], at: int) -> int:
    """Return `at`, or where a segment begins before it that goes on behind the text."""
    return next((one.start for one in segments if one.start < at and not one.whole), at)
