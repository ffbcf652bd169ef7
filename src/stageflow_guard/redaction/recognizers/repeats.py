"""Where a secret that was told once stands again. Pure."""

from __future__ import annotations

from collections.abc import Iterator

_LEAST, _MOST = 8, 128  # characters of a value that nothing else is
SURE = 0.6  # the least score of a secret that is looked for elsewhere


def is_looked_for(value: str) -> bool:
    """Say whether `value` is of a length that nothing else has, and in one piece."""
    return _LEAST <= len(value) <= _MOST and not any(map(str.isspace, value))


def starts(text: str, value: str, low: int, high: int) -> Iterator[int]:
    """Yield where `value` starts in `text[low:high]`, with no letter or digit of `text` beside it."""
    at = text.find(value, low, high)
    while at >= 0:
        end = at + len(value)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            yield at
        at = text.find(value, end, high)
