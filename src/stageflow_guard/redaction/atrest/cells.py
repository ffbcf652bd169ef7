"""Rows of a CSV as they are written: RFC 4180 cells, each with the text around its value. Pure.

What is not changed is written again sign by sign, and what is changed stays one cell: so a table
keeps its rows and columns whatever its dialect is. Rows end at CR, LF or CRLF and nothing else. A
cell that a quote opens, behind blanks or not, is closed by one; anything else is an error, since
where it ends would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

MOST = 32 << 20  # characters of one row


class Unreadable(Exception):
    """A row that does not parse: why, without its text, and the line that it begins in."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


@dataclass(frozen=True, slots=True)
class Dialect:
    """What parts the cells, and the signs that quote one."""

    delimiter: str
    quotes: str = '"'

    @property
    def blanks(self) -> str:
        """Return what may stand around a value and is none of it."""
        return " \t".replace(self.delimiter, "")


class Cell(NamedTuple):
    """A value, its quote (empty: none), the blanks around it, and all of it as written."""

    text: str
    quote: str
    before: str
    behind: str
    raw: str


class Row(NamedTuple):
    """One row: its cells, the end of its last line, the line that it begins in, all as written."""

    cells: list[Cell]
    end: str
    line: int
    raw: str

    @property
    def blank(self) -> bool:
        """Say whether nothing stands in this line."""
        return len(self.cells) == 1 and not self.cells[0].text and not self.cells[0].quote

    @property
    def texts(self) -> list[str]:
        """Return the values."""
        return [cell.text for cell in self.cells]


def lines_in(text: str) -> int:
    """Return how many lines end in `text`."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


@lru_cache(maxsize=64)
def _ends(delimiter: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(delimiter)}\r\n]")


def _quoted(text: str, at: int, dialect: Dialect, *, final: bool) -> tuple[str, int] | None:
    """Return the value that the quote at `at` opens, and where it ends; None: more is needed."""
    quote, begun = text[at], at + 1
    at = text.find(quote, begun)
    while at >= 0:
        if at + 1 == len(text) and not final:
            return None
        if text[at + 1 : at + 2] != quote:
            break
        at = text.find(quote, at + 2)
    if at < 0:
        if final:
            raise ValueError("a quote is not closed")
        return None
    behind = text[at + 1 : at + 2]
    if behind not in ("", dialect.delimiter, "\r", "\n"):
        raise ValueError("something stands behind a closing quote")
    return text[begun:at].replace(quote * 2, quote), at + 1


def row_at(
    text: str, at: int, dialect: Dialect, *, final: bool, line: int = 1
) -> tuple[Row, int] | None:
    """Return the row that begins at `at`, and where the next one does; None: more is needed.

    `final` says that nothing follows `text`. Raises `Unreadable`.
    """
    begun, cells, blanks, ends = at, list[Cell](), dialect.blanks, _ends(dialect.delimiter)
    while True:
        start = at
        while text[at : at + 1] in blanks and at < len(text):
            at += 1
        if text[at : at + 1] in dialect.quotes and at < len(text):
            try:
                found = _quoted(text, at, dialect, final=final)
            except ValueError as exc:
                raise Unreadable(line, str(exc)) from None
            if found is None:
                return None
            cells.append(Cell(found[0], text[at], text[start:at], "", text[start : found[1]]))
            at = found[1]
        else:
            end = ends.search(text, at)
            if end is None and not final:
                return None
            stop = len(text) if end is None else end.start()
            value = text[at:stop].rstrip(blanks)
            behind = text[at + len(value) : stop]
            cells.append(Cell(value, "", text[start:at], behind, text[start:stop]))
            at = stop
        if at == len(text):
            return (Row(cells, "", line, text[begun:]), at) if final else None
        if text[at] == dialect.delimiter:
            at += 1
            continue
        if text[at] == "\r" and at + 1 == len(text) and not final:
            return None
        ended = "\r\n" if text.startswith("\r\n", at) else text[at]
        return Row(cells, ended, line, text[begun : at + len(ended)]), at + len(ended)


def rows(chunks: Iterable[str], dialect: Dialect, line: int = 1) -> Iterator[Row]:
    """Yield the rows of a text that comes in pieces. Raises `Unreadable`."""
    source, rest, final, wanted = iter(chunks), "", False, 1
    while True:
        at = 0
        while at < len(rest):
            found = row_at(rest, at, dialect, final=final, line=line)
            if found is None:
                break
            yield found[0]
            line += lines_in(found[0].raw)
            at = found[1]
        rest = rest[at:]
        if final:
            return
        if len(rest) > MOST:
            raise Unreadable(line, f"a row is over {MOST} characters")
        # a row that goes on is read from its beginning again: after twice as much each time
        parts, size = [rest], 0
        wanted = max(1, len(rest))
        while size < wanted:
            chunk = next(source, None)
            if chunk is None:
                final = True
                break
            parts.append(chunk)
            size += len(chunk)
        rest = "".join(parts)


def written(cell: Cell, fresh: str, dialect: Dialect) -> str:
    """Return `cell` with `fresh` as its value: one cell, whatever `fresh` holds."""
    if cell.quote:
        return f"{cell.before}{cell.quote}{_doubled(fresh, cell.quote)}{cell.quote}"
    if not needs_quotes(fresh, dialect):
        return f"{cell.before}{fresh}{cell.behind}"
    return f'"{_doubled(cell.before + fresh + cell.behind, _QUOTE)}"'


_QUOTE = '"'


def _doubled(text: str, quote: str) -> str:
    return text.replace(quote, quote * 2)


def needs_quotes(text: str, dialect: Dialect) -> bool:
    """Say whether `text` is one cell in quotes only."""
    return (
        dialect.delimiter in text
        or any(sign in text for sign in '"\r\n')
        or text[:1] in tuple(dialect.quotes)
        or text != text.strip(" \t")
    )
