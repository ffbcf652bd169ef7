"""Values whose name does not stand right before them: above a column, in a list, on a tag.

`| Password |` over a column, `INSERT INTO people (name, phone) VALUES (...)`, `<th>`, `<fullName>`:
each such value is read as `name: value`, so a pasted table finds what its rows as keys would. Where a
standard says what stands in a place (HL7, X12, FHIR), the place decides. Pure.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator

from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.text.named import (
    arrays,
    complements,
    fhir,
    hl7,
    inserts,
    lines,
    markup,
    objects,
    pairs,
    segments,
    x12,
)
from stageflow_guard.redaction.text.named.block import Block, Named
from stageflow_guard.redaction.values.key_names import beside

_FAR = f"{' ' * 72}\n"  # no word of one value is near the next, as none is where each is parsed


def _blocks(text: str) -> Iterator[Block]:
    if "\n" in text:
        yield from lines.blocks(text)
    if "<" in text:
        yield from markup.blocks(text)
    if "[" in text and '"' in text:
        yield from arrays.blocks(text)
    if "(" in text and "value" in text.lower():
        yield from inserts.blocks(text)


def _line(one: Named, value: str) -> str:
    return beside(one.name if " " in value else objects.said_as(one.name), value)


def placed(text: str) -> Iterator[Hit]:
    """Yield what a record's standard puts in a place: fields of HL7, elements of FHIR and X12."""
    yield from hl7.finds(text)
    yield from fhir.finds(text)
    yield from x12.finds(text)
    yield from objects.wholes(text)


class Reading:
    """What `text` holds of such values, each on a line behind its name: one more text to read.

    `text` is empty where there is none.
    """

    def __init__(self, text: str) -> None:
        self._given = text
        self._values = [value for block in _blocks(text) for value in block.values]
        if "</" in text:
            self._values += markup.elements(text)
            self._values += markup.paired(text)
        if "<" in text and "=" in text:
            self._values += markup.attributes(text)
        self._values += complements.values(text)
        self._values += pairs.pairs(text)
        self._values += objects.keyed(text)
        lines = [_line(one, text[one.start : one.end]) for one in self._values]
        alone = list(objects.pairs(text))
        lines += [_FAR + _line(one, text[one.start : one.end]) for one in alone]
        self._values += alone
        self._begins = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        self.text = "\n".join(lines)

    def original(self, span: EntitySpan) -> EntitySpan | None:
        """Return what a find in `text` is in the original; None for one over two lines."""
        at = bisect_right(self._begins, span.start) - 1
        value = self._values[at]
        shift = value.end - (self._begins[at + 1] - 1)
        start, end = max(span.start + shift, value.start), span.end + shift
        if self._given[start] == '"' and start == value.start:  # the quotes only end the value
            start += 1
        if end == value.end and self._given[end - 1] == '"':
            end -= 1
        return EntitySpan(start, end, span.entity, span.score) if start < end <= value.end else None


def context(text: str, at: int) -> tuple[int, str]:
    """Return where the row that holds `at` begins, and the head that its values are read under.

    The head is empty where `at` lies in no table or in the head itself. The head and the text from that row on, put together,
    name the same values as the whole text does.
    """
    for standard in (hl7, x12):
        at = segments.begins(standard.near(text, at), at)
    around = [block for block in _blocks(text) if block.head[0] <= at <= block.end]
    if not around:
        return markup.row_of(text, at), ""
    starts = [max((row for row in one.rows if row <= at), default=one.head[0]) for one in around]
    base = min(starts)  # a table may begin while another one goes on: both are read
    heads = sorted(one.head for one in around if one.head[1] <= base)
    return base, "".join(text[slice(*head)] for head in heads)


def settled(text: str, at: int) -> int:
    """Return `at`, or the start of its line where the rest of that line decides about what is in it."""
    at = lines.settled(text, at)
    for standard in (hl7, x12):
        at = segments.settled(standard.near(text, at), at)
    return at
