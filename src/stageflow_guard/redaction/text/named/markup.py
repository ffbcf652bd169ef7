"""Tables and elements of HTML and XML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Block, Named, sure, telling, values
from stageflow_guard.redaction.values.key_names import tells

_TAG = re.compile(r"<(/?)(table|tr|th|td)\b[^<>]{0,200}>", re.IGNORECASE)
_INNER = re.compile(r"<[^<>]{0,200}>|&nbsp;")
_HEAD_MOST = 2_000
_NEAR = 300  # characters to the element that says what a `name` beside it is
_ELEMENT = re.compile(
    r"<(?:[A-Za-z][\w.-]{0,30}:)?([A-Za-z][\w.-]{1,60})(?:\s[^<>]{0,100})?>([^<>]{2,200})</"
)


def blocks(text: str) -> Iterator[Block]:
    """Yield the tables whose first row has a telling name."""
    block: Block | None = None
    told, names = dict[int, str](), list[str]()
    cells, row, cell = list[tuple[int, int]](), -1, -1
    for tag in _TAG.finditer(text):
        closes, kind = bool(tag[1]), tag[2].lower()
        if kind in {"td", "th"}:
            if cell >= 0:
                cells.append((cell, tag.start()))
            cell = -1 if closes else tag.end()
            continue
        if cell >= 0:  # a cell that nothing closes
            cells.append((cell, tag.start()))
        if block is None and row >= 0 and cells and tag.end() - row <= _HEAD_MOST:
            names = [_INNER.sub("", text[a:b]).strip() for a, b in cells]
            told = telling(names)
            if told:
                block = Block((row, tag.end()), tag.end())
        elif block is not None and row >= 0:
            block.rows.append(row)
            block.values += _inside(text, cells, told)
        cells, cell = [], -1
        row = tag.start() if kind == "tr" and not closes else -1
        if kind == "table":
            if block is not None:
                block.end = tag.start()
                yield block
            block = None
    if block is not None:
        if row >= 0 and cells:
            block.rows.append(row)
            block.values += _inside(text, cells, told)
        block.end = len(text)
        yield block


def _inside(text: str, cells: list[tuple[int, int]], told: dict[int, str]) -> Iterator[Named]:
    """Yield the named values of cells, each without the tags around it."""
    bare = []
    for start, end in cells:
        at = start
        while (tag := _INNER.match(text, at, end)) is not None:
            at = tag.end()
        cut = text.find("<", at, end)
        bare.append((at, end if cut < 0 else cut))
    return values(text, bare, told)


def elements(text: str) -> Iterator[Named]:
    """Yield the content of elements with a telling name: `<fullName>Ada Byron</fullName>`."""
    found = [one for one in _ELEMENT.finditer(text) if tells(one[1])]
    for at, one in enumerate(found):
        near = (
            other
            for other in found[max(0, at - 1) : at + 2]
            if abs(other.end() - one.end()) < _NEAR
        )
        if any(sure(other[1]) for other in near):
            yield from values(text, [one.span(2)], {0: one[1]})


def row_of(text: str, at: int) -> int:
    """Return where the row begins that is open at `at` and may become a head; else `at`."""
    start = text.lower().rfind("<tr", max(0, at - _HEAD_MOST), at)
    return at if start < 0 or "</tr" in text[start:at].lower() else start
