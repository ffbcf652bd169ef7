"""Tables of lines: Markdown, CSV, TSV, what a database prints. Pure.

A head is a line of names; the line behind it has as many cells, or rules it off. The table goes on
to the next line without its sign; a line of another size in it is no row, and ends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Block, telling, values

_SIGNS = "|\t;,"
_AROUND = " \t\r\"'`*"
_HEAD_MOST, _ROW_MOST = 400, 2_000
_NAME = re.compile(r"[\s\"'`*_#]{0,4}(?:[^\W\d_][\w .()#/°º:-]{0,39})?[\"'`*_]{0,3}\s{0,60}")
# a line of which a name may be made, with a sign in it
_LINE = re.compile(
    r"^[\w .()#/°º:\"'`*-]{0,200}[|\t;,][\w .()#/°º:\"'`*|\t;,\r-]{1,400}$", re.MULTILINE
)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def blocks(text: str) -> Iterator[Block]:
    """Yield the tables that have a telling name in their head, and those that are ruled off."""
    at = 0
    while (match := _LINE.search(text, at)) is not None:
        at = match.end() + 1
        if not 3 <= len(match[0]) <= _HEAD_MOST or at > len(text):
            continue
        below = _line(text, at)
        sign = next(sign for sign in _SIGNS if sign in match[0])
        if not _fits(match[0], below, sign):
            continue
        names = [match[0][a:b].strip(_AROUND) for a, b in _cells(match[0], sign)]
        told, ruled = telling(names), sign == "|" and _ruled(below)
        if told or ruled:  # below a rule there are rows, whatever the head says
            behind = min(at + (len(below) + 1 if ruled else 0), len(text))
            block = Block((match.start(), behind), behind)
            _read(text, block, sign, told, len(names))
            at = block.end
            yield block


def _read(text: str, block: Block, sign: str, told: dict[int, str], size: int) -> None:
    """Add the rows of a table of `size` columns, and its end."""
    while block.end < len(text):
        at, line = block.end, _line(text, block.end)
        if not _ruled(line):
            if len(line) > _ROW_MOST or sign not in line:
                return
            cells = _cells(line, sign)
            if len(cells) == size:
                block.rows.append(at)
                block.values += values(text, ((at + a, at + b) for a, b in cells), told)
        block.end = min(at + len(line) + 1, len(text))


def _line(text: str, at: int) -> str:
    """Return the line that begins at `at`, or what is longer than a row of it."""
    end = text.find("\n", at, at + _ROW_MOST + 2)
    return text[at : end if end >= 0 else at + _ROW_MOST + 1]


def settled(text: str, at: int) -> int:
    """Return `at`, or the start of its line where that line is not whole and may be a row."""
    start = text.rfind("\n", 0, at) + 1
    if not start or text.find("\n", at) >= 0 or len(text) - start > _ROW_MOST:
        return at
    above = text.rfind("\n", 0, start - 1) + 1
    return start if any(sign in text[above : start - 1] for sign in _SIGNS) else at


def _sign(line: str) -> str:
    """Return what parts the cells of a line, or nothing."""
    return next((sign for sign in _SIGNS if sign in line), "")


def _fits(line: str, below: str, sign: str) -> bool:
    """Say whether `line` is one of names, and the line below it a row of them or a rule."""
    count = line.count(sign)
    if below.count(sign) != count and '"' not in line + below and sign != "|":
        return False
    cells = [line[a:b] for a, b in _cells(line, sign)]
    if len(cells) < 2 or not all(map(_NAME.fullmatch, cells)):
        return False
    if sign == "|":
        return _ruled(below) or len(_cells(below, sign)) == len(cells)
    return all(cell.strip() for cell in cells[1:]) and len(_cells(below, sign)) == len(cells)


def _ruled(line: str) -> bool:
    return "-" in line and len(line) <= _ROW_MOST and not line.strip("-=+:| \t\r")


def _cells(line: str, sign: str) -> list[tuple[int, int]]:
    """Return the cells of a line; a sign between double quotes parts nothing."""
    if len(line) > _ROW_MOST:
        return []
    plain = _QUOTED.sub(lambda m: "x" * len(m[0]), line) if '"' in line else line
    cells, at = list[tuple[int, int]](), 0
    while (cut := plain.find(sign, at)) >= 0:
        cells.append((at, cut))
        at = cut + 1
    cells.append((at, len(line)))
    if sign == "|":  # a frame on one side or both
        if not line[: line.find("|")].strip():
            del cells[0]
        if cells and not line[slice(*cells[-1])].strip():
            cells.pop()
    return cells
