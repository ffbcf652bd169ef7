"""Segments of X12 (claims 837, payments 835, eligibility 270 and 271): a value is what its place says. Pure.

A segment begins with its letters and `*`, behind a `~` or at the start of a line, and ends with `~` or
its line: `NM1*IL*1*OKAFOR*MARLENE*T***MI*W123165323~`. Read are the segments that name a person,
with the form that the standard gives them (005010X222, X221, X279).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.hit import Hit

MOST = 400  # characters of a segment that are read
_SCORE = 0.92
_HEAD = re.compile(r"\*(?<=(?:NM1|DMG|REF|PER|CLM)\*)|\*(?<=N[34]\*)")
_NAMES = re.compile(r"(?:NM1|DMG|REF|PER|CLM|N3|N4)$")
_END = re.compile(r"[~\r\n\"]|\\[rn]")
_EDGE = frozenset({"", "~", "\n", "\r", '"', " ", "\t", "'", "`"})
# what the qualifier before a number makes of it (codes 66 and 128)
_IDENTIFIERS = {
    "MI": "MEMBER_ID",
    "34": "US_SSN",
    "XX": "US_NPI",
    "SY": "US_SSN",
    "C1": "MEMBER_ID",
    "II": "MEMBER_ID",
}
_REFERENCES = {
    "SY": "US_SSN", "0F": "MEMBER_ID", "1W": "MEMBER_ID", "IG": "MEMBER_ID", "1L": "MEMBER_ID", "EA": "MEDICAL_RECORD_NUMBER", "EJ": "MEDICAL_RECORD_NUMBER", "F8": "MEMBER_ID",
    "G1": "MEMBER_ID", "0B": "MEDICAL_LICENSE", "3H": "CASE_NUMBER", "Y4": "MEMBER_ID", "NQ": "MEMBER_ID", "HPI": "US_NPI",
}  # fmt: skip
_DIALLED = frozenset({"TE", "FX", "CP", "HP", "WP", "AP", "BN"})
_LETTER, _DIGIT = re.compile(r"[^\W\d_]{2}"), re.compile(r"[0-9]")
_DAY = re.compile(r"(?:19|20)[0-9]{6}")
_STATE, _ZIP = re.compile(r"[A-Z]{2}"), re.compile(r"[0-9]{5}(?:-?[0-9]{4})?")


class _Segment(NamedTuple):
    """A segment's letters, where it begins, its elements and where each begins, where it ends, whether that is in sight."""

    name: str
    start: int
    elements: list[str]
    starts: list[int]
    end: int
    whole: bool

    def of(self, number: int) -> str:
        return self.elements[number - 1] if number <= len(self.elements) else ""

    def hit(self, entity: str, first: int, last: int | None = None) -> Iterator[Hit]:
        """Yield the elements from `first` to `last` that are sent, as one find."""
        sent = [n for n in range(first, (last or first) + 1) if self.of(n).strip()]
        if sent:
            end = self.starts[sent[-1] - 1] + len(self.of(sent[-1]))
            yield Hit(self.starts[sent[0] - 1], end, entity, _SCORE, "x12", "position")


def _segments(text: str, low: int = 0) -> Iterator[_Segment]:
    for sign in _HEAD.finditer(text, low) if "*" in text else ():
        name = _NAMES.search(text, max(0, sign.start() - 3), sign.start())
        if name is None or text[name.start() - 1 : name.start()] not in _EDGE:
            continue
        most = sign.end() + MOST
        end = _END.search(text, sign.end(), most)
        stop = end.start() if end is not None else min(len(text), most)
        elements = text[sign.end() : stop].split("*")
        starts, at = list[int](), sign.end()
        for element in elements:
            starts.append(at)
            at += len(element) + 1
        whole = end is not None or len(text) >= most
        yield _Segment(name[0], name.start(), elements, starts, stop, whole)


def finds(text: str) -> Iterator[Hit]:
    """Yield what the elements of segments hold of persons."""
    for one in _segments(text):
        if one.name == "NM1" and one.of(2) in ("1", "2") and 2 <= len(one.of(1)) <= 3:
            if one.of(2) == "1" and _LETTER.search(one.of(3)):
                yield from one.hit("PERSON", 3, 5)
            entity = _IDENTIFIERS.get(one.of(8))
            if entity is not None and _DIGIT.search(one.of(9)):
                yield from one.hit(entity, 9)
        elif one.name == "N3" and _LETTER.search(one.of(1)):
            yield from one.hit("STREET_ADDRESS", 1, 2)
        elif one.name == "N4" and _STATE.fullmatch(one.of(2)) and _ZIP.fullmatch(one.of(3)):
            yield from one.hit("STREET_ADDRESS", 1, 3)
        elif one.name == "DMG" and one.of(1) == "D8" and _DAY.fullmatch(one.of(2)):
            yield from one.hit("DATE_OF_BIRTH", 2)
        elif one.name == "REF" and one.of(1) in _REFERENCES and _DIGIT.search(one.of(2)):
            yield from one.hit(_REFERENCES[one.of(1)], 2)
        elif one.name == "CLM" and _DIGIT.search(one.of(1)) and _DIGIT.match(one.of(2)):
            yield from one.hit("MEDICAL_RECORD_NUMBER", 1)
        elif one.name == "PER" and len(one.of(1)) == 2:
            yield from _contact(one)


def _contact(one: _Segment) -> Iterator[Hit]:
    """Yield who is to be called, by the qualifier before each number."""
    if len(one.of(2).split()) > 1:
        yield from one.hit("PERSON", 2)
    for number in range(3, len(one.elements), 2):
        if one.of(number) in _DIALLED and _DIGIT.search(one.of(number + 1)):
            yield from one.hit("PHONE_NUMBER", number + 1)
        elif one.of(number) == "EM" and "@" in one.of(number + 1):
            yield from one.hit("EMAIL_ADDRESS", number + 1)


def near(text: str, at: int) -> Iterator[_Segment]:
    """Yield the segments that can hold `at`, in order."""
    return _segments(text, max(0, at - MOST))
