"""What parts a table's cells and what quotes them, told by its first rows. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stageflow_guard.redaction.atrest.cells import Dialect, Row, Unreadable, lines_in, row_at

_DOUBLE, _BOTH = '"', "\"'"
DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 18  # characters by which a dialect is found
ROWS = 200  # and rows
_SEP = re.compile(
    r"(?P<quote>\"?)sep=(?P<sign>[^\w\"'\r\n])(?P=quote)[ ]*(?:\r\n|\r|\n|$)", re.IGNORECASE
)


def told(text: str) -> tuple[str, str]:
    """Return the line `sep=;` in front, as a spreadsheet writes it, and its sign; else nothing."""
    match = _SEP.match(text)
    return (match[0], match["sign"]) if match else ("", "")


def sampled(text: str, dialect: Dialect, *, final: bool) -> tuple[list[Row], int, bool]:
    """Return the first rows of `text`, how many lines they leave out, whether a row goes on."""
    out, at, line = list[Row](), 0, 1
    try:
        while at < len(text) and len(out) < ROWS:
            found = row_at(text, at, dialect, final=final, line=line)
            if found is None:
                return out, lines_in(text[at:]), True
            out.append(found[0])
            line += lines_in(found[0].raw)
            at = found[1]
    except Unreadable:
        return out, lines_in(text[at:]) + (final and not text.endswith(("\n", "\r"))), False
    return out, 0, False


def cut(row: Row) -> bool:
    """Say whether a single quote opens a cell of `row` that another one closes in a later cell."""
    opened = False
    for cell in row.cells:
        if cell.quote:
            continue
        if opened and cell.text.endswith("'"):
            return True
        closed = len(cell.text) > 1 and cell.text.endswith("'")
        opened = opened or (cell.text.startswith("'") and not closed)
    return False


def size_of(rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many cells most rows of two or more have, and how many rows these are.

    Of two sizes that are as frequent, the first one's: a head stands in front.
    """
    sizes = Counter(len(row.cells) for row in rows if len(row.cells) > 1 and not cut(row))
    return max(sizes.items(), key=lambda item: item[1], default=(0, 0))


def dialect_of(
    text: str, *, final: bool = True, delimiter: str | None = None, quote: str | None = None
) -> tuple[Dialect, bool]:
    """Return the dialect that gives most rows of `text` one size; commas where none does.

    Also returned is whether more of the text may change that: some dialect's row has many lines.
    `final` says that `text` is all there is. A row that does not parse counts against a dialect,
    with all that follows it. A single quote is one where more rows fit with it than without, or
    where `quote` says so.
    """
    best: tuple[float, int, int, str] | None = None
    choices = {None: ((1, _DOUBLE), (0, _BOTH)), _DOUBLE: ((1, _DOUBLE),), "'": ((1, _BOTH),)}[
        quote
    ]
    chosen, more = Dialect(delimiter or ",", choices[0][1]), False
    for sign in (delimiter,) if delimiter else DELIMITERS:
        for plain, quotes in choices:
            if not plain and "'" not in text:
                continue
            found, left, goes_on = sampled(text, Dialect(sign, quotes), final=final)
            more = more or (goes_on and left > 1)
            size, fit = size_of(found)
            count = sum(not row.blank for row in found) + left
            if not size:
                continue
            key = (fit / count, size, plain, sign)
            if best is None or key > best:
                best, chosen = key, Dialect(sign, quotes)
    return chosen, more
