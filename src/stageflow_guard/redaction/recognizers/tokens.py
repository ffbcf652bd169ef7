"""What is one token whatever it seems to hold: UUIDs, hashes, ULIDs. Pure."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|(?=[0-9]*[a-f])[0-9a-f]{32,128}|(?=[0-9]*[A-F])[0-9A-F]{32,128}|[0-7](?=[0-9]*[A-Z])[0-9A-HJKMNP-TV-Z]{25}"
)
_REACH = 130


def in_token(text: str, start: int, end: int) -> bool:
    """Say whether `[start, end)` lies inside of an identifier that machines make."""
    low = start
    while low > 0 and start - low < _REACH and _part(text[low - 1]):
        low -= 1
    high = end
    while high < len(text) and high - end < _REACH and _part(text[high]):
        high += 1
    if high - low < 26:
        return False
    return any(m.start() <= start and end <= m.end() for m in _TOKEN.finditer(text, low, high))


def _part(char: str) -> bool:
    return char == "-" or (char.isascii() and char.isalnum())
