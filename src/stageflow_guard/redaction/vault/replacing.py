"""Which parts of a text are replaced, and what value each of them is. Pure.

A find lies on the text as it is written. What is kept is the value: of a string of JSON, a URL, a
form, HTML or YAML what a reader of it has, so that a person has one pseudonym however the name was
written, and a tool gets the value. How it was written is kept beside it, where restoring would
write it otherwise. The places are those of restoring, which is told the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stageflow_guard.base.breath import Breath
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.vault.containers import DEPTH, STRING, kind_of, place_of
from stageflow_guard.redaction.vault.html_place import Html
from stageflow_guard.redaction.vault.json_text import (
    NUMBER,
    TOKEN,
    Content,
    bare_number,
    escaped,
    parses,
)
from stageflow_guard.redaction.vault.original import TEXT
from stageflow_guard.redaction.vault.places import AHEAD, Place

_OPEN = re.compile(r"&#?\w{1,8}\Z")  # a reference of HTML, up to its end
# what a sentence needs to hold a URL, a form, a quoted string, a fence or a mail
_SPECIAL = re.compile(r"[\"=`]|://|mailto:|tel:|transfer-encoding:", re.IGNORECASE)
_WORD = re.compile(r"\S+")


class Part(NamedTuple):
    """A part of a text that is replaced."""

    start: int
    end: int
    entity: str
    value: str
    plain: str | None  # how restoring writes the value by itself
    where: str = ""  # in which kind of place
    form: str = ""  # see `VaultScope.pseudonym`
    quote: str = ""  # what stands around the placeholder: it replaces a number of JSON
    depth: int = 0  # strings of JSON that it lies in


def parts_of(text: str, spans: Sequence[EntitySpan], depth: int = DEPTH) -> list[Part]:
    """Return the parts of a whole text that `spans` cover, in order."""
    kind = kind_of(text) or "prose"
    if kind == "prose" and _SPECIAL.search(text) is None:  # all stands as it is: most of texts
        return [_as_it_is(text, span) for span in spans]
    if kind != "json" or depth == 0:
        return Parts(place_of("prose" if kind == "json" else kind)).of(text, spans, 0, len(text))
    first, newline, _ = text.partition("\n")
    if newline and parses(first):
        return of_lines(text, spans, depth)
    return _of_document(text, spans, depth)


def _as_it_is(text: str, span: EntitySpan) -> Part:
    raw = text[span.start : span.end]
    return Part(span.start, span.end, span.entity, raw, raw)


def _of_document(text: str, spans: Sequence[EntitySpan], depth: int) -> list[Part]:
    if parses(text):
        return list(_in_json(text, spans, depth))
    return Parts(place_of("prose")).of(text, spans, 0, len(text))


def of_lines(text: str, spans: Sequence[EntitySpan], depth: int = DEPTH) -> list[Part]:
    """Return the parts of JSON line by line; a line that does not parse is prose."""
    out: list[Part] = []
    at = first = 0
    for line in text.split("\n"):
        end = at + len(line)
        while first < len(spans) and spans[first].end <= at:
            first += 1
        own, place = [], first
        while place < len(spans) and spans[place].start < end:
            own.append(cut(spans[place], at, end))
            place += 1
        if own:
            found = _of_document(line, [_moved(s, -at) for s in own], depth)
            out += [p._replace(start=p.start + at, end=p.end + at) for p in found]
        at = end + 1
    return out


def cut(span: EntitySpan, low: int, high: int) -> EntitySpan:
    """Return what of `span` lies between two places."""
    if span.start >= low and span.end <= high:
        return span
    return EntitySpan(max(span.start, low), min(span.end, high), span.entity, span.score)


def _moved(span: EntitySpan, by: int) -> EntitySpan:
    return EntitySpan(span.start + by, span.end + by, span.entity, span.score)


def _in_json(text: str, spans: Sequence[EntitySpan], depth: int) -> Iterable[Part]:
    """Yield the parts of a document: what of its strings is found, and numbers as a whole."""
    at, last, breathe = 0, len(spans), Breath()
    for token in TOKEN.finditer(text):
        low, high = token.span()
        while at < last and spans[at].end <= low:
            at += 1
        if at == last:
            return
        if spans[at].start >= high:
            continue
        breathe()
        own, place = [], at
        while place < last and spans[place].start < high:
            own.append(cut(spans[place], low, high))
            place += 1
        if token[0][0] == '"':
            yield from _in_string(token[0], low, own, depth)
        else:
            yield _number(token[0], low, own[0])


def _number(token: str, at: int, span: EntitySpan) -> Part:
    """Return the part of a number; its value are the digits that were found in it."""
    low, high = span.start - at, span.end - at
    rest = token[high:].replace("0", "")
    alone = token[:low] in ("", "-") and rest in ("", ".")
    value = token[low:high] if alone else token
    return Part(at, at + len(token), span.entity, value, None, form=token, quote='"')


def _in_string(
    literal: str, at: int, spans: Sequence[EntitySpan], depth: int
) -> Iterable[Part]:  # fmt: skip
    content = Content(literal)
    own: list[EntitySpan] = []
    for span in spans:
        low, high = content.read(span.start - at, span.end - at)
        if own and low < own[-1].end:
            low = own[-1].end  # two finds in one escape
        if low < high:
            own.append(EntitySpan(low, high, span.entity, span.score))
    for part in parts_of(content.value, own, depth - 1):
        whole = not part.form and (part.start, part.end) == (0, len(content.value))
        low, high = content.written(part.start, part.end)
        yield part._replace(
            start=at + low,
            end=at + high,
            plain=None if part.plain is None else escaped(part.plain),
            where=STRING + part.where,
            form=TEXT if whole and NUMBER.fullmatch(part.value) else part.form,
            quote=escaped(part.quote),
            depth=part.depth + 1,
        )


class Parts:
    """The parts of a text that is no JSON, and that may come in pieces."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._references = isinstance(place, Html)

    def passed(self, text: str) -> None:
        """Take what stays as it is."""
        self._place.passed(text)

    def of(self, text: str, spans: Sequence[EntitySpan], start: int, end: int) -> list[Part]:
        """Return the parts of `text[start:end]`, which goes on where the last call ended."""
        out: list[Part] = []
        at, breathe = start, Breath()
        for place, given in enumerate(spans):
            breathe()
            if given.end <= at:
                continue  # of a number that was taken as a whole
            span = cut(given, at, given.end)
            if self._references and _OPEN.search(text, span.start, span.end) is not None:
                end_of = span.end + (text[span.end : span.end + 1] == ";")
                span = EntitySpan(span.start, end_of, span.entity, span.score)
            found = bare_number(text, span.start, span.end)
            if found is not None and found[0] >= at:
                low, high, quote = found
                self._place.passed(text[at:low])
                part = _number(text[low:high], low, span)
                out.append(part._replace(quote=quote))
                self._place.passed("x")
                at = high
                continue
            self._place.passed(text[at : span.start])
            if self._place.is_plain:
                out.append(_as_it_is(text, span))
                self._place.passed("x")
                at = span.end
                continue
            at = self._in_span(text, span, out, spans[place + 1 : place + 5])
        self._place.passed(text[at:end])
        return out

    def _in_span(
        self, text: str, span: EntitySpan, out: list[Part], later: Sequence[EntitySpan]
    ) -> int:
        raw = text[span.start : span.end]
        at = 0
        for low, high in self._place.parts(raw):
            self._place.passed(raw[at:low])
            first, last = span.start + low, span.start + high
            ahead = _ahead(text, last, span.end, later)
            value = self._place.read(raw[low:high], ahead)
            if value is None:
                value = raw[low:high]
            plain = self._place.written(value, ahead)
            where = self._place.where(ahead)
            out.append(Part(first, last, span.entity, value, plain, where))
            self._place.passed("x")
            at = high
        self._place.passed(raw[at:])
        return span.end


def _ahead(text: str, at: int, end: int, later: Sequence[EntitySpan]) -> str:
    """Return what restoring sees behind `at`: placeholders for what is found in the same word."""
    ahead, word = text[at : at + AHEAD], _WORD.match(text, at, at + AHEAD)
    stop = at if word is None else word.end()
    if at != end or not later or later[0].start >= stop:
        return ahead
    out = []
    for span in later:
        if span.start >= stop or span.start < at:
            break
        out += [text[at : span.start], f"\u27e6{span.entity}_1\u00b7aaaaaaaa\u27e7"]
        at = span.end
    return "".join([*out, text[at : at + AHEAD]])[:AHEAD]
