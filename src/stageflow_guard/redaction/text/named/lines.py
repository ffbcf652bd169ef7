"""Tables of lines: Markdown, CSV, TSV, what a database prints in columns. Pure.

A head is a line of names; the line behind it has as many cells, or rules it off. The table goes on
to the next line without its sign. In it a line of another size, one that is too long, or one empty
line is no row, and ends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.text.named.block import Block, telling, values

_SIGNS = "|\t;,"
_AROUND = " \t\r\"'`*_>\ufeff\u00a0"
_ROW_MOST, _LINE_MOST = 2_000, 8_000
_WORD = r"(?:[\w.#/°º:%€$£&?!+~@^'’-]|\([^()]{0,30}\)|\[[^\[\]]{0,30}\])+"
_NAME = re.compile(
    rf"[#№%&]|(?:[^\W\d_]|\[|(?:19|20)[0-9]{{2}}$)(?:{_WORD}?(?:,?[ \u00a0]{_WORD}){{0,7}})?"
)
_BARE = re.compile(r"[^\W\d_][\w .-]{0,39}")
_LONGEST_NAME = 60
_LINE = re.compile(r"^[^\n|\t;,]{0,400}[|\t;,][^\n]{1,2000}$", re.MULTILINE)
_LETTER = re.compile(r"[^\W\d_]")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_CODE = re.compile(r"\\\||`[^`\n|]*\|[^`\n]*`")  # a `|` that parts nothing in Markdown


class _Shape(NamedTuple):
    """How the lines of a table are cut: at its sign, with a frame on the left, on the right."""

    sign: str
    left: bool
    right: bool
    size: int
    ruled: bool


def blocks(text: str) -> Iterator[Block]:
    """Yield the tables that have a telling name in their head, and those that are ruled off."""
    at = 0
    while (match := _LINE.search(text, at)) is not None:
        at = min(match.end() + 1, len(text))
        line = match[0]
        if len(line) > _ROW_MOST or ("|" not in line and _LETTER.search(line) is None):
            continue  # a head has a name in it, or a rule below it
        start, below = _below(text, at)
        shape = _head(line, below)
        if shape is None or (shape.sign == "," and start > at):  # an import, and what follows
            continue
        told = telling(line[a:b] for a, b in _cells(line, shape))
        if told or shape.ruled:  # below a rule there are rows, whatever the head says
            behind = min(start + len(below) + 1, len(text)) if shape.ruled else start
            block = Block((match.start(), behind), behind)
            _read(text, block, shape, told)
            at = max(at, block.end)
            yield block


def _read(text: str, block: Block, shape: _Shape, told: dict[int, str]) -> None:
    """Add the rows of a table, and its end."""
    at, last = block.end, -1
    while at < len(text):
        end = text.find("\n", at, at + _LINE_MOST)
        end = min(end if end >= 0 else at + _LINE_MOST, len(text))
        line = text[at:end]
        if _ruled(line):
            if shape.ruled and last >= 0 and "+" not in line:  # what stood above it is a head
                _without(block, last)
                return
        elif line.strip(_AROUND):
            if shape.sign not in line or (end < len(text) and text[end] != "\n"):
                return
            cells = _cells(line, shape) if len(line) <= _ROW_MOST else []
            last = -1
            if len(cells) >= shape.size or (shape.ruled and cells):
                last = at
                block.rows.append(at)
                spans = [(at + a, at + b) for a, b in cells]
                block.values += values(text, spans, told)
                if len(cells) > shape.size:  # a sign in a cell: where, nobody knows
                    block.values += values(text, spans[len(cells) - shape.size :], told)
        elif not text[block.end : at].strip(_AROUND + "\n") and at > block.end:
            return  # a second empty line
        else:
            at = end + 1
            continue
        at = block.end = min(end + 1, len(text))


def _without(block: Block, row: int) -> None:
    """End a block before its last row, which is the head of another."""
    block.end = block.rows.pop()
    while block.values and block.values[-1].start >= row:
        block.values.pop()


def settled(text: str, at: int) -> int:
    """Return `at`, or the start of its line where that line is not whole and may be a row."""
    start = text.rfind("\n", 0, at) + 1
    if not start or text.find("\n", at) >= 0 or len(text) - start > _ROW_MOST:
        return at
    above = text[max(0, start - 2 * _ROW_MOST) : start].rstrip(_AROUND + "\n").rsplit("\n", 1)[-1]
    return start if any(sign in above for sign in _SIGNS) else at


def _below(text: str, at: int) -> tuple[int, str]:
    """Return the line that begins at `at`, or the one behind it where that one is empty."""
    for _ in range(2):
        end = text.find("\n", at, at + _ROW_MOST + 2)
        line = text[at : end if end >= 0 else at + _ROW_MOST + 1]
        if line.strip(_AROUND) or end < 0:
            break
        at = end + 1
    return at, line


def _head(line: str, below: str) -> _Shape | None:
    """Return how a table is cut of which `line` is the head and `below` the line behind it."""
    sign = next(sign for sign in _SIGNS if sign in line)
    if sign != "|" and '"' not in line and not _names(line, below, sign):
        return None
    raw = _parts(line, sign)
    names = [line[a:b].strip(_AROUND) for a, b in raw]
    ruled = sign == "|" and _ruled(below)
    rule = below.split("|") if ruled and "|" in below else ["", ""]
    left = sign == "|" and not names[0] and not rule[0].strip(_AROUND)
    right = sign == "|" and not names[-1] and not rule[-1].strip(_AROUND)
    shape = _Shape(sign, left, right, len(raw) - left - right, ruled)
    names = names[left : len(names) - right]
    if len(names) < 2 or len(below) > _ROW_MOST:
        return None
    if not shape.ruled:
        found = len(_cells(below, shape))
        if found < shape.size or (sign == "|" and found != shape.size):
            return None
        pattern = _BARE if sign == "|" else _NAME  # alternatives of a pattern in a program
        if not all(not name or pattern.fullmatch(name) for name in names):
            return None
        if sign == "," and (not all(names[1:]) and line[:1].isspace()):
            return None  # a list in a program
    return shape if all(len(name) <= _LONGEST_NAME for name in names) else None


def _names(line: str, below: str, sign: str) -> bool:
    """Say whether a line without quotes is a head at all: as many cells below, names, one that tells."""
    cells = line.split(sign)
    if below.count(sign) + 1 < len(cells):
        return False
    for cell in cells:
        name = cell.strip(_AROUND)
        if name and not _NAME.fullmatch(name):
            return False
    return bool(telling(cells))


def _ruled(line: str) -> bool:
    return (
        len(line) <= _ROW_MOST
        and ("--" in line or "==" in line or "-|" in line)
        and not line.strip("-=+:|> \t\r")
    )


def _parts(line: str, sign: str) -> list[tuple[int, int]]:
    """Return what the signs part; one between double quotes parts nothing."""
    plain = _QUOTED.sub(lambda m: "x" * len(m[0]), line) if '"' in line else line
    if sign == "|" and ("\\|" in plain or "`" in plain):
        plain = _CODE.sub(lambda m: "x" * len(m[0]), plain)
    parts, at = list[tuple[int, int]](), 0
    while (cut := plain.find(sign, at)) >= 0:
        parts.append((at, cut))
        at = cut + 1
    return [*parts, (at, len(line))]


def _cells(line: str, shape: _Shape) -> list[tuple[int, int]]:
    """Return the cells of a line, without what is outside of its frame."""
    cells = _parts(line, shape.sign)
    if shape.left and not line[slice(*cells[0])].strip(_AROUND):
        del cells[0]
    if shape.right and cells and not line[slice(*cells[-1])].strip(_AROUND):
        cells.pop()
    return cells
