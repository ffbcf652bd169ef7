"""Two cells side by side, the first a name: `| Password | … |`, `<th>Password</th><td>…</td>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Named, sure, telling, value

_LINE = re.compile(
    r"^[ >]{0,8}\|?[ \"*`]{0,40}([^\W\d_][^\n|\t;\"*`:=.(){}'\\]{1,40}?)[ \"*`]{0,40}(?: \||\t|;(?! ))([^\n|\t;]{2,200})\|?[ \r]{0,4}$",
    re.MULTILINE,
)
_SIGN = re.compile(r"[|\t;]")
_CELLS = re.compile(
    r"<(?:th|td|dt)\b[^<>]{0,400}>\s{0,20}(?:<\w{1,10}>)?([^<>]{2,60}?)(?:</\w{1,10}>)?\s{0,20}</(?:th|td|dt)>\s{0,40}<(?:td|dd)\b[^<>]{0,400}>([^<>]{2,200})</(?:td|dd)>",
    re.IGNORECASE,
)


def pairs(text: str) -> Iterator[Named]:
    """Yield the second cell of each pair whose first one tells by itself."""
    for match in (*_lines(text), *(_CELLS.finditer(text) if "<" in text else ())):
        told = telling([match[1]])
        if told and sure(told[0]):
            yield from value(text, told[0], *match.span(2))


def _lines(text: str) -> Iterator[re.Match[str]]:
    """Yield the lines of two cells, which have a sign between them."""
    end = -1
    for sign in _SIGN.finditer(text):
        if sign.start() > end:
            end = text.find("\n", sign.start())
            end = len(text) if end < 0 else end
            begin = text.rfind("\n", 0, sign.start()) + 1
            if sign.start() - begin > _LONGEST or end - begin > _LONGEST + _LONGEST_VALUE:
                continue
            match = _LINE.match(text, begin)
            if match is not None:
                yield match


_LONGEST, _LONGEST_VALUE = 140, 208  # characters of a name and what stands around it; of a value
