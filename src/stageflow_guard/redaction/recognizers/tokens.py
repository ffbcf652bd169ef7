"""What is one token whatever it seems to hold: UUIDs, hashes, ULIDs. Pure."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|(?=[0-9]*[a-f])[0-9a-f]{32,128}|(?=[0-9]*[A-F])[0-9A-F]{32,128}|[0-7](?=[0-9]*[A-Z])[0-9A-HJKMNP-TV-Z]{25}"
)
_REACH = 130
_RUN = re.compile(r"[0-9A-Za-z-]*")


def _goes_on(char: str) -> bool:
    return char == "-" or char.isalnum()


def in_token(text: str, start: int, end: int) -> bool:
    """Say whether `[start, end)` lies inside of an identifier that machines make."""
    if end - start < 26 and not _goes_on(text[start - 1 : start]) and not _goes_on(
        text[end : end + 1]
    ):  # fmt: skip
        return False
    before = _RUN.match(text[max(0, start - _REACH) : start][::-1])
    after = _RUN.match(text, end, end + _REACH)
    low = start - (before.end() if before is not None else 0)
    high = after.end() if after is not None else end
    if high - low < 26:
        return False
    return any(m.start() <= start and end <= m.end() for m in _TOKEN.finditer(text, low, high))
