"""Tables as JSON writes them without keys: `[["name", "dob"], ["Ada", "1990-02-17"]]`. Pure.

A list of lists whose first one is words, one of which tells: each other one is a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Block, telling, values

_CELL = r"(?:\"(?:[^\"\\\n]|\\.){0,400}\"|-?[0-9][0-9.eE+-]{0,40}|true|false|null)"
_HEAD = re.compile(
    r"\[\s{0,20}\[\s{0,20}(\"[^\"\\\n]{1,60}\"(?:\s{0,20},\s{0,20}\"[^\"\\\n]{1,60}\"){1,40})\s{0,20}\]\s{0,20},"
)
_ROW = re.compile(
    rf"\s{{0,40}}\[\s{{0,20}}({_CELL}(?:\s{{0,20}},\s{{0,20}}{_CELL}){{0,60}})\s{{0,20}}\]\s{{0,20}}(,?)"
)
_ONE = re.compile(_CELL)


def blocks(text: str) -> Iterator[Block]:
    """Yield the tables that have a telling name in their first list."""
    at = 0
    while (head := _HEAD.search(text, at)) is not None:
        at = head.end()
        told = telling(cell[0].strip('"') for cell in _ONE.finditer(head[1]))
        if not told:
            continue
        block = Block((head.start(1), head.end()), head.end())
        while (row := _ROW.match(text, at)) is not None:
            block.rows.append(row.start(1))
            cells = [cell.span() for cell in _ONE.finditer(text, *row.span(1))]
            block.values += values(text, cells, told)
            at = block.end = row.end()
            if not row[2]:
                break
        yield block
