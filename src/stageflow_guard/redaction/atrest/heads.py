"""Which names the columns of a table have. Pure.

The head is not always the first row: a title, a comment or a note may stand over it. Where it is a
guess a row counts as a head, and a column may have several names: what is found under any goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from stageflow_guard.redaction.atrest.cells import Row
from stageflow_guard.redaction.atrest.dialects import ROWS, size_of
from stageflow_guard.redaction.values.key_names import entity_of, tells

BELOW = 10  # rows below the first one that may be the head


class _Head(NamedTuple):
    line: int
    names: list[str]  # empty: says nothing
    size: int  # cells of a row; 0: a title's


def _filled(row: Row) -> list[str]:
    return [text for text in row.texts if text]


def _full(row: Row, size: int) -> bool:
    return len(row.cells) >= size and 2 * len(_filled(row)) > len(row.cells)


def _is_key(name: str) -> bool:
    return entity_of(name) is not None


def _like_a_head(row: Row) -> bool:
    """Say whether most cells are filled, each with a word: a number is no name."""
    return _full(row, 1) and all(any(c.isalpha() for c in text) for text in _filled(row))


class Heads:
    """The names of each cell, by what stands above it."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """`rows` are the first ones of the table."""
        rows = [row for row in rows[:ROWS] if not row.blank]
        size = max(1, size_of(rows)[0])
        full = [row for row in rows if _full(row, size)]
        first = full[0].line if full else 0
        above = [row for row in rows if not full or row.line < first]
        self._heads = [_head(row, tells) for row in (*full[:1], *_below(full))]
        told = any(any(head.names) for head in self._heads)
        for row in above:
            self._heads.append(_title(row, size, told=told))
        self._heads.sort(key=lambda head: -head.line)
        self._after_blank = False
        self._written = full[0].texts if full and _like_a_head(full[0]) else []

    def written(self, place: int) -> str:
        """Return what the first head calls a column, whether that says anything or not; nothing where none does."""
        return self._written[place] if place < len(self._written) else ""

    def names(self, row: Row) -> list[tuple[str, ...]]:
        """Return each cell's names, the nearest first; a row is asked about once, in order."""
        if row.blank:
            self._after_blank = True
            return [()]
        # in a row that is too long a sign that parts cells stood in one: each cell may be of any
        # of as many columns as there are too many
        heads = [(h, too_many(row, h.size)) for h in self._heads if h.line < row.line]
        found = [_of(place, heads) for place in range(len(row.cells))]
        if self._after_blank and _like_a_head(row) and any(map(_is_key, row.texts)):
            self._heads.insert(0, _head(row, tells))  # another table begins
        self._after_blank = False
        return found

    def size(self, row: Row) -> int:
        """Return how many cells the head above `row` has; 0 where there is none."""
        return next((h.size for h in self._heads if h.line < row.line and h.size), 0)


def _of(place: int, heads: Sequence[tuple[_Head, int]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for head, extra in heads:
        last = min(place, len(head.names) - 1)
        for at in range(last, max(-1, place - extra - 1), -1):
            found[head.names[at]] = None
    found.pop("", None)
    return tuple(found)


def too_many(row: Row, size: int) -> int:
    """Return how many cells `row` has beyond `size`; empty ones at its end do not count."""
    last = max((i + 1 for i, text in enumerate(row.texts) if text), default=0)
    return max(0, last - size) if size else 0


def _head(row: Row, says: Callable[[str], bool]) -> _Head:
    return _Head(row.line, [text if says(text) else "" for text in row.texts], len(row.cells))


def _title(row: Row, size: int, *, told: bool) -> _Head:
    """Return what a row above the first full one says: a key, where no head says anything."""
    wide = len(row.cells) >= size
    if told and not wide:
        return _Head(row.line, [], 0)
    says = tells if wide and not told else _is_key
    names = [text if says(text) else "" for text in row.texts]
    if len(names) == 1:
        return _Head(row.line, names * size, 0)
    return _Head(row.line, names, len(names) if _like_a_head(row) else 0)


def _below(full: Sequence[Row]) -> list[Row]:
    """Return the row below the first one that may be the head: a key that no column of keys holds."""
    for at, row in enumerate(full[1 : BELOW + 1], 1):
        if _like_a_head(row) and any(
            _is_key(text) and not _keys(full[at + 1 :], place)
            for place, text in enumerate(row.texts)
        ):
            return [row]
    return []


def _keys(rows: Sequence[Row], place: int) -> bool:
    """Say whether a third of a column's cells are keys: one among many is a value by chance."""
    cells = [row.texts[place] for row in rows if place < len(row.cells)]
    return bool(cells) and 3 * sum(map(_is_key, cells)) >= len(cells)
