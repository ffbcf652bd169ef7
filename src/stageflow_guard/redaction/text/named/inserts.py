"""Rows of SQL: `INSERT INTO people (name, phone) VALUES ('Ada', ...), (...)`. Pure.

A cell counts where it is one literal, with whatever belongs to it (`N'…'`, `'…'::date`); any other
keeps its column and is passed over. Each cell is read by itself: nothing behind it decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.text.named.block import Block, Named, telling, value

_NAME = r"(?:[\w$]{1,64}|\"[^\"\n]{1,64}\"|`[^`\n]{1,64}`|\[[^\]\n]{1,64}\])"
_INSERT = re.compile(
    rf"\binto\s{{1,8}}{_NAME}(?:\.{_NAME}){{0,3}}\s{{0,8}}\(([^()]{{1,2000}})\)\s{{0,8}}(?:overriding\s{{1,4}}\w{{1,8}}\s{{1,4}}value\s{{1,4}})?values?(?=[\s(])",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
    r"|(?P<text>'(?:[^'\\]|''|\\.)*')|(?P<quoted>\"[^\"]*\")|(?P<word>[^\s(),'\"]+)",
    re.DOTALL,
)


def blocks(text: str) -> Iterator[Block]:
    """Yield the statements that have a telling name among their columns."""
    reached = 0
    for at in places(lowered(text), "into"):
        insert = _INSERT.match(text, at) if at >= reached else None
        if insert is None:
            continue
        reached = insert.end()
        told = telling(name.strip(" \t\n\r\"'`[]") for name in insert[1].split(","))
        if told:
            block = Block(insert.span(), insert.end())
            _read(text, block, told)
            reached = block.end
            yield block


def _read(text: str, block: Block, told: dict[int, str]) -> None:
    """Add the rows of a statement, and its end."""
    at, depth, column = block.end, 0, 0
    cell: list[re.Match[str]] = []
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:  # a text that nothing ends
            break
        kind, at = token.lastgroup, token.end()
        if kind == "open":
            depth += 1
            if depth == 1:
                block.rows.append(token.start())
                column, cell = 0, []
        elif depth == 0:
            if kind not in ("space", "comma"):
                break
        elif depth == 1 and kind in ("comma", "close"):
            block.values += _literal(text, cell, column, told)
            column, cell = column + 1, []
            depth -= kind == "close"
        elif kind == "close":
            depth -= 1
        elif kind != "space":
            cell.append(token)
        block.end = at
    else:
        block.end = at


def _literal(
    text: str, cell: list[re.Match[str]], column: int, told: dict[int, str]
) -> Iterator[Named]:
    if column not in told:
        return
    for token in cell:
        if token.lastgroup in ("text", "quoted"):
            span = token.start() + 1, token.end() - 1
        elif len(cell) == 1:
            span = token.span()
        else:
            continue
        yield from value(text, told[column], *span)
