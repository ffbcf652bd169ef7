"""Output for people: colour where a terminal is, columns that line up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from stageflow_guard.cli.terminal import one_line, styled

CODES = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "dim": 2, "bold": 1}


def colours() -> bool:
    """Say whether standard output is a terminal that wants colour (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """Return `text` in a colour, or as it is."""
    return styled(text, CODES[colour]) if colours() else text


def effect(word: str) -> str:
    """Return `permit...` in green, `deny...` in red."""
    return paint(word, "green" if word.startswith("permit") else "red")


def columns(rows: Iterable[Sequence[str]], *, indent: str = "") -> list[str]:
    """Return rows as lines whose columns line up; the last is left as long as it is.

    What a record or a file holds is shown, never sent: a terminal obeys nothing of it.
    """
    table = [[one_line(c) for c in row] for row in rows]
    if not table:
        return []
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [
        indent
        + "  ".join(
            [*(c.ljust(w) for c, w in zip(row[:-1], widths, strict=False)), row[-1]]
        ).rstrip()
        for row in table
    ]
