"""Tables and elements of HTML and XML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.text.named.block import Block, Named, sure, telling, value
from stageflow_guard.redaction.values.key_names import tells

_TAG = re.compile(r"<(/?)(table|tr|th|td)\b([^<>]{0,2000})>", re.IGNORECASE)
_INNER = re.compile(r"<[^<>]{0,2000}>|&nbsp;")
_SPAN = re.compile(r"\b(col|row)span\s?=\s?[\"']?([0-9]{1,2})", re.IGNORECASE)
_HEAD_MOST = 4_000
_NEAR = 300  # characters to the element that says what a `name` beside it is
_ELEMENT = re.compile(
    r"<(?:[A-Za-z][\w.-]{0,30}:)?([A-Za-z][\w.-]{1,60})(?:\s[^<>]{0,100})?>([^<>]{2,200})</"
)
# a signature, and what is public of a key
_SIGNED = frozenset({"signaturevalue", "digestvalue", "x509certificate", "keyname", "publickey"})


class _Rows:
    """The rows of one table: their cells by column, over the ones that span several."""

    def __init__(self) -> None:
        self.start = -1
        self.cells: list[tuple[int, int, int]] = []  # column, where it begins, where it ends
        self._column, self._open = 0, -1
        self._spans: dict[int, int] = {}  # rows that a cell above still takes, by column

    def begin(self, at: int) -> None:
        self.start, self.cells, self._column, self._open = at, [], 0, -1

    def cell(self, tag: re.Match[str]) -> None:
        self.close(tag.start())
        while self._spans.get(self._column, 0) > 0:
            self._spans[self._column] -= 1
            self._column += 1
        self._open = tag.end()
        self.cells.append((self._column, self._open, -1))
        size = {kind.lower(): int(n) for kind, n in _SPAN.findall(tag[3])}
        for column in range(self._column, self._column + max(1, size.get("col", 1))):
            self._spans[column] = max(0, size.get("row", 1) - 1)
        self._column += max(1, size.get("col", 1))

    @property
    def inside(self) -> bool:
        """Say whether a cell is open."""
        return self._open >= 0

    def close(self, at: int) -> None:
        if self._open >= 0:
            column, start, _ = self.cells.pop()
            self.cells.append((column, start, at))
            self._open = -1


class _Table:
    """One table: its head, where it tells anything, and the row that is being read."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.rows = _Rows()
        self._told: dict[int, str] = {}

    def tag(self, text: str, tag: re.Match[str], kind: str) -> None:
        """Take a tag of this table."""
        closes = bool(tag[1])
        if kind in {"td", "th"}:
            if closes:
                self.rows.close(tag.start())
            elif self.rows.start >= 0:
                self.rows.cell(tag)
            return
        self._row(text, tag.start(), tag.end())
        self.rows.begin(tag.start() if kind == "tr" and not closes else -1)

    def _row(self, text: str, at: int, behind: int) -> None:
        rows = self.rows
        rows.close(at)
        if rows.start < 0 or not rows.cells:
            return
        if self.block is not None:
            self.block.rows.append(rows.start)
            self.block.values += _values(text, rows, self._told)
        elif behind - rows.start <= _HEAD_MOST:
            self._told = _head(text, rows)
            if self._told:
                self.block = Block((rows.start, behind), behind)

    def ended(self, text: str, at: int) -> Iterator[Block]:
        """Yield what was read, once the table is over."""
        self._row(text, at, at)
        if self.block is not None:
            self.block.end = at
            yield self.block


def blocks(text: str) -> Iterator[Block]:
    """Yield the tables whose first row has a telling name; one in a cell of another is its own."""
    around: list[_Table] = []
    table = _Table()
    for tag in _TAG.finditer(text):
        kind = tag[2].lower()
        if kind != "table":
            table.tag(text, tag, kind)
        elif tag[1]:
            yield from table.ended(text, tag.start())
            table = around.pop() if around else _Table()
        elif table.rows.inside:
            around.append(table)
            table = _Table()
        else:
            yield from table.ended(text, tag.start())
            table = _Table()
    for one in [*around, table]:
        yield from one.ended(text, len(text))


def _head(text: str, rows: _Rows) -> dict[int, str]:
    names = {column: _INNER.sub(" ", text[a:b]).strip() for column, a, b in rows.cells}
    return telling(names.get(column, "") for column in range(max(names) + 1))


def _values(text: str, rows: _Rows, told: dict[int, str]) -> Iterator[Named]:
    """Yield the named values of a row, each without the tags around it."""
    for column, start, end in rows.cells:
        if column in told:
            at = start
            while (tag := _INNER.match(text, at, end)) is not None:
                at = tag.end()
            while text[end - 1 : end] == ">" and (cut := text.rfind("<", at, end)) >= 0:
                end = cut  # noqa: PLW2901 - the tags behind it go
            yield from value(text, told[column], at, end)


def elements(text: str) -> Iterator[Named]:
    """Yield the content of elements with a telling name: `<fullName>Ada Byron</fullName>`."""
    found = [
        one for one in _ELEMENT.finditer(text) if tells(one[1]) and one[1].lower() not in _SIGNED
    ]
    for at, one in enumerate(found):
        near = (o for o in found[max(0, at - 1) : at + 2] if abs(o.end() - one.end()) < _NEAR)
        if any(sure(other[1]) for other in near):
            yield from value(text, one[1], *one.span(2))


# a tag that says in one attribute what another, or its content, is: `<input name="phone" value="…">`
_TAGGED = re.compile(
    r"<[A-Za-z][\w:.-]{0,30}\s[^<>]{4,400}>(?:(?P<content>[^<>]{2,200})</)?", re.DOTALL
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?:(?P<name>name|key|id|property|label)|(?P<value>value|content))\s?=\s?(?P<quote>[\"'])(?P<given>[^\"'<>]{1,200})(?P=quote)",
    re.IGNORECASE,
)


def attributes(text: str) -> Iterator[Named]:
    """Yield what a tag gives a telling name to: `<meta name="author" content="Ada Byron">`."""
    for tag in _TAGGED.finditer(text):
        name, place = "", None
        for attribute in _ATTRIBUTE.finditer(text, *tag.span()):
            if attribute["value"] is not None:
                place = attribute.span("given")
            elif not name and tells(attribute["given"]):
                name = attribute["given"]
        if place is None and tag["content"] is not None:
            place = tag.span("content")
        if name and place is not None:
            yield from value(text, name, *place)


# a label in an element, and its value in the next: `<dt>Name</dt><dd>Ada Byron</dd>`
_PAIR = re.compile(
    r"<(?P<tag>th|dt|b|strong|label|td|span|div|p|em|h[1-6])\b[^<>]{0,120}>\s{0,4}(?P<name>[^\W\d_][^<>\n:：]{1,40}?)\s{0,2}[:：]?\s{0,4}</(?P=tag)>\s{0,8}[:：]?\s{0,4}<(?:td|dd|span|div|p|b|strong|em|i)\b[^<>]{0,120}>\s{0,4}(?P<value>[^<>\n]{2,120}?)\s{0,4}</",
    re.IGNORECASE,
)


def paired(text: str) -> Iterator[Named]:
    """Yield what stands in the element behind the one that holds its name."""
    at = text.find("<")
    while at >= 0:
        pair = _PAIR.match(text, at)
        if pair is not None and tells(pair["name"]) and not tells(pair["value"]):
            yield from value(text, pair["name"], *pair.span("value"))
        at = text.find("<", at + 1)


def row_of(text: str, at: int) -> int:
    """Return where the row begins that is open at `at` and may become a head; else `at`."""
    start = text.lower().rfind("<tr", max(0, at - _HEAD_MOST), at)
    return at if start < 0 or "</tr" in text[start:at].lower() else start
