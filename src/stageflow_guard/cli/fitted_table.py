"""A table that fits its terminal: what is too wide goes on in the next line, nothing is cut."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

GAP = 2
LONGEST = 16  # characters of one word for which a column keeps room
_BREAK = re.compile(r"(?<=[\s/;,_])(?=\S)|(?<=:)(?=[^\W\d])")  # never within a time or a date


def terminal_width() -> int:
    """Return how wide the terminal is; 80 where there is none."""
    return max(40, shutil.get_terminal_size((80, 24)).columns)


def fitted(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Return the rows below their heads, no line longer than `width` where columns allow it.

    A ref stays in one piece: people copy it.
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    least = [
        width
        if name == "ref"
        else min(LONGEST, max(len(word) for text in (name, *column) for word in _words(text)))
        for name, width, *column in zip(head, widths, *rows, strict=True)
    ]
    _shrink(widths, least, width - GAP * (len(head) - 1))
    lines: list[str] = []
    for row in (head, *rows):
        cells = [_wrapped(text, limit) for text, limit in zip(row, widths, strict=True)]
        for n in range(max(map(len, cells))):
            parts = (c[n] if n < len(c) else "" for c in cells)
            padded = (part.ljust(limit) for part, limit in zip(parts, widths, strict=True))
            lines.append((" " * GAP).join(padded).rstrip())
    return "".join(f"{line}\n" for line in lines)


def fits(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Say whether every row has room in one line."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return sum(widths) + GAP * (len(head) - 1) <= width


def _words(text: str) -> list[str]:
    return [piece.rstrip() for piece in _BREAK.split(text)]


def _shrink(widths: list[int], least: list[int], room: int) -> None:
    """Take from the widest column that can give, until the rest has room or none can."""
    while sum(widths) > room:
        able = [n for n, width in enumerate(widths) if width > least[n]]
        if not able:
            return
        widths[max(able, key=widths.__getitem__)] -= 1


def _wrapped(text: str, limit: int) -> list[str]:
    """Return `text` in lines of at most `limit`, broken behind a separator where there is one."""
    if len(text) <= limit:
        return [text]
    lines, line = [], ""
    for piece in _BREAK.split(text):
        whole = piece
        while len(line) + len(whole.rstrip()) > limit:
            if line:
                lines.append(line.rstrip())
                line = ""
            else:
                lines.append(whole[:limit])
                whole = whole[limit:]
        line += whole
    return [*lines, line.rstrip()] if line.strip() else lines
