"""Rows of SQL: `INSERT INTO people (name, phone) VALUES ('Ada', ...), (...)`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Block, telling, values

_INSERT = re.compile(
    r"\binto\s{1,8}[\w.\"`\[\]]{1,100}\s{0,8}"
    r"\(([^()]{1,1000})\)\s{0,8}values?\s{0,8}",
    re.IGNORECASE,
)
_VALUE = (
    r"\s{0,8}(?:N?'(?:[^'\\]|''|\\.){0,400}'|\"[^\"]{0,400}\"|[^,()'\"\s][^,()'\"]{0,100})\s{0,8}"
)
_ROW = re.compile(rf"\s{{0,8}},?\s{{0,8}}\(({_VALUE}(?:,{_VALUE}){{0,60}})\)")
_CELL = re.compile(_VALUE)


def blocks(text: str) -> Iterator[Block]:
    """Yield the statements that have a telling name among their columns."""
    for insert in _INSERT.finditer(text):
        told = telling(name.strip(" \t\n\r\"'`[]") for name in insert[1].split(","))
        if not told:
            continue
        block = Block(insert.span(), insert.end())
        while (row := _ROW.match(text, block.end)) is not None:
            block.rows.append(block.end)
            cells = (cell.span() for cell in _CELL.finditer(text, *row.span(1)))
            block.values += values(text, cells, told)
            block.end = row.end()
        yield block
