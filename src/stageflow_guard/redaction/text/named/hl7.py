"""Segments of HL7 version 2: a value is what its place says, `PID|||10006579^^^MERCY^MR||OKAFOR^MARLENE`. Pure.

A segment begins with its three letters and `|`, and ends with its line. Its fields are counted, a
field has repetitions (`~`) and components (`^`). Read are the fields that name a person, with a
person's form; a name, an address and a number each go whole, the signs around them stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.check_digits import npi
from stageflow_guard.redaction.recognizers.hit import Hit

MOST = 4_000  # characters of a segment that are read
_SCORE = 0.92

_RECORD, _MEMBER, _EMPLOYEE = "MEDICAL_RECORD_NUMBER", "MEMBER_ID", "EMPLOYEE_ID"
# what a field is: an identifier of an entity, or a kind of its own (HL7 2.8.2, chapters 3, 4, 6, 7, 8, 9, 10, 15)
_NAME, _STAFF, _AT, _PHONE, _BORN, _DAY = "name", "staff", "address", "phone", "born", "day"
_ORDER = {2: _RECORD, 3: _RECORD}
_FIELDS: dict[str, dict[int, str]] = {
    "PID": {2: _RECORD, 3: _RECORD, 4: _RECORD, 5: _NAME, 6: _NAME, 7: _BORN, 9: _NAME, 11: _AT, 13: _PHONE, 14: _PHONE, 18: _RECORD, 19: "US_SSN",
            20: "US_DRIVER_LICENSE", 21: _RECORD, 29: _DAY},
    "PD1": {4: _STAFF},
    "MRG": {1: _RECORD, 2: _RECORD, 3: _RECORD, 4: _RECORD, 5: _RECORD, 7: _NAME},
    "NK1": {2: _NAME, 4: _AT, 5: _PHONE, 6: _PHONE, 12: _EMPLOYEE, 16: _BORN, 26: _NAME, 30: _NAME, 31: _PHONE, 32: _AT, 33: _RECORD, 37: "US_SSN"},
    "GT1": {2: _RECORD, 3: _NAME, 4: _NAME, 5: _AT, 6: _PHONE, 7: _PHONE, 8: _BORN, 12: "US_SSN", 17: _AT, 18: _PHONE, 19: _EMPLOYEE},
    "IN1": {6: _NAME, 7: _PHONE, 8: _MEMBER, 16: _NAME, 18: _BORN, 19: _AT, 36: _MEMBER, 44: _AT, 49: _MEMBER},
    "IN2": {1: _EMPLOYEE, 2: "US_SSN", 6: _MEMBER, 7: _NAME, 8: _MEMBER, 9: _NAME, 10: _MEMBER, 40: _NAME, 61: _MEMBER, 63: _PHONE, 64: _PHONE},
    "PV1": {5: _RECORD, 7: _STAFF, 8: _STAFF, 9: _STAFF, 17: _STAFF, 19: _RECORD, 44: _DAY, 45: _DAY, 50: _RECORD, 52: _STAFF},
    "ORC": {**_ORDER, 4: _RECORD, 10: _STAFF, 11: _STAFF, 12: _STAFF, 14: _PHONE, 19: _STAFF},
    "OBR": {**_ORDER, 10: _STAFF, 14: _DAY, 16: _STAFF, 17: _PHONE, 28: _STAFF, 32: _STAFF, 33: _STAFF, 34: _STAFF, 35: _STAFF},
    "OBX": {16: _STAFF, 25: _STAFF},
    "SPM": {2: _RECORD},
    "EVN": {5: _STAFF},
    "RXE": {13: _STAFF, 14: _STAFF, 15: _RECORD},
    "RXO": {14: _STAFF, 15: _STAFF},
    "RXD": {7: _RECORD, 10: _STAFF},
    "TXA": {5: _STAFF, 9: _STAFF, 10: _STAFF, 11: _STAFF, 12: _RECORD, 14: _RECORD, 22: _STAFF},
    "SCH": {1: _RECORD, 2: _RECORD, 12: _STAFF, 13: _PHONE, 14: _AT, 16: _STAFF, 17: _PHONE, 18: _AT, 20: _STAFF},
    "AIP": {3: _STAFF},
    "DG1": {16: _STAFF},
    "PR1": {8: _STAFF, 11: _STAFF, 12: _STAFF},
    "FT1": {20: _STAFF, 21: _STAFF, 23: _RECORD},
    "ROL": {4: _STAFF, 11: _AT, 12: _PHONE},
    "STF": {2: _EMPLOYEE, 3: _NAME, 6: _BORN, 10: _PHONE, 11: _AT},
    "PRT": {5: _STAFF, 14: _AT, 15: _PHONE},
}  # fmt: skip
# what an identifier's own code (table 0203) makes of it
_CODES = {
    "SS": "US_SSN", "DL": "US_DRIVER_LICENSE", "PPN": "PASSPORT", "NPI": "US_NPI", "EI": _EMPLOYEE, "EN": _EMPLOYEE,
    "MB": _MEMBER, "MA": _MEMBER, "MC": "US_MBI", "MCD": _MEMBER, "MCR": "US_MBI", "SN": _MEMBER, "HC": _MEMBER, "NI": _RECORD,
}  # fmt: skip
# segments that count themselves, and what else stands in a first field
_FIRST = {
    **dict.fromkeys(("PID", "NK1", "GT1", "IN1", "PV1", "OBR", "OBX", "SPM", "TXA", "AIP", "DG1", "PR1", "FT1"), re.compile(r"[0-9]{0,4}\|")),
    "ORC": re.compile(r"[A-Z]{2}\|"), "EVN": re.compile(r"(?:[A-Z][0-9]{2})?\|"),
}  # fmt: skip
# letters and sign, found by the sign: at a border of words, or behind an escaped end of a line as JSON writes it
_HEAD = re.compile(
    rf"\|(?<=({'|'.join(_FIELDS)})\|)(?:(?<![A-Za-z0-9_|^~&-]....)|(?<=\\[rn]....)|(?<=x0d....)|(?<=000d....)|(?<=000D....))"
)
_END = re.compile(r"[\r\n\x1c\"]|\\[rn]|\\x0d|\\u000[dD]")
_NULL = '""'
_ID = re.compile(r"(?=[^0-9]{0,12}[0-9])[\w./# -]{3,40}")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:[0-9]{2}){1,5}(?![0-9])[0-9.+-]*|[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]{2}|[^\W\d_]\b")
_NPI, _LETTERED = 10, 4  # digits; characters of a segment's letters and their sign


class _Segment(NamedTuple):
    """A segment's letters, where it begins, where its fields do, where it ends, whether that is in sight."""

    name: str
    start: int
    fields: int
    end: int
    whole: bool


def _segments(text: str, low: int = 0) -> Iterator[_Segment]:
    """Yield what has the letters of a segment, from `low` on, up to the end of its line or the next one."""
    heads = list(_HEAD.finditer(text, low)) if "|" in text else []
    starts = [head.end() - _LETTERED for head in heads]
    for place, (head, start) in enumerate(zip(heads, starts, strict=True)):
        following = starts[place + 1] if place + 1 < len(starts) else len(text) + MOST
        most = min(start + MOST, following)
        stop, fields = min(len(text), most), head.end()
        end = _END.search(text, fields, stop)
        while end is not None and text.startswith(_NULL, end.start()):  # it empties a field
            end = _END.search(text, end.start() + len(_NULL), stop)
        if end is None:
            yield _Segment(head[1], start, fields, stop, len(text) >= most)
        else:  # what follows a quote may make it none
            yield _Segment(head[1], start, fields, end.start(), end.end() < len(text))


def _read(segment: _Segment, body: str) -> bool:
    """Say whether `body` is a segment's: with components or fields that are not sent, its first one as it should be."""
    first = _FIRST.get(segment.name)
    parts = "^" in body or (first is not None and "||" in body)
    return parts and "|" in body and (first is None or first.match(body) is not None)


def finds(text: str) -> Iterator[Hit]:
    """Yield what the fields of segments hold of persons."""
    for segment in _segments(text):
        at, body = segment.fields, text[segment.fields : segment.end]
        places = _FIELDS[segment.name] if _read(segment, body) else {}
        for number, field in enumerate(body.split("|") if places else (), 1):
            kind = places.get(number)
            if kind is not None and field and field != _NULL:
                repeated = at
                for value in field.split("~"):
                    yield from _value(value, repeated, kind)
                    repeated += len(value) + 1
            at += len(field) + 1


def _value(value: str, at: int, kind: str) -> Iterator[Hit]:
    """Yield what one repetition of a field that begins at `at` says."""
    parts = _Components(value, at)
    if kind == _NAME:
        yield from parts.hit("PERSON", 1, 6, _LETTERS)
    elif kind == _STAFF:
        yield from _staff(parts)
    elif kind == _AT:
        street = parts.of(1) or parts.of(2) or parts.of(5)
        yield from parts.hit("STREET_ADDRESS" if street else "LOCATION", 1, 6, _LETTERS)
    elif kind == _PHONE:
        for first, last in ((1, 1), (6, 8), (12, 12)):
            yield from parts.hit("PHONE_NUMBER", first, last, _DIALLED)
        yield from parts.hit("EMAIL_ADDRESS", 4, 4, _MAIL)
    elif kind in (_BORN, _DAY):
        yield from parts.hit("DATE_OF_BIRTH" if kind == _BORN else "DATE_TIME", 1, 1, _DATE)
    else:
        checked = parts.of(2).isdigit() and len(parts.of(2)) <= _CHECKED
        yield from parts.hit(_CODES.get(parts.of(5), kind), 1, 2 if checked else 1, _ID)


def _staff(parts: _Components) -> Iterator[Hit]:
    """Yield a person behind an identifier: `004777^REYES^LUCIA`; with `&` where it is a part itself."""
    if "&" in parts.of(1):
        parts = _Components(parts.of(1), parts.starts[0], "&")
    number = parts.of(1)
    if not parts.of(2) and not any(map(str.isdigit, number)):
        yield from parts.hit("PERSON", 1, 1, _LETTERS)
        return
    entity = "US_NPI" if len(number) == _NPI and number.isdigit() and npi(number) else _EMPLOYEE
    yield from parts.hit(entity, 1, 1, _ANY)
    yield from parts.hit("PERSON", 2, 7, _LETTERS)


_DIALLED, _MAIL, _ANY = (
    re.compile(r"(?:[^0-9]*[0-9]){3}"),
    re.compile(r"[^@ ]+@[^@ ]+"),
    re.compile(r"\w"),
)
_CHECKED = 2  # digits that check the ones before them
_HIDDEN = "\x1e"  # where a placeholder stands


class _Components:
    """The components of a value, and where in the text each begins."""

    def __init__(self, value: str, at: int, sign: str = "^") -> None:
        self._value = value
        self._parts = [part.strip() for part in value.split(sign)]
        self.starts = list[int]()
        for part in value.split(sign):
            self.starts.append(at + len(part) - len(part.lstrip()))
            at += len(part) + 1

    def of(self, number: int) -> str:
        """Return a component, counted from 1; nothing where it is not sent."""
        return self._parts[number - 1] if number <= len(self._parts) else ""

    def hit(self, entity: str, first: int, last: int, form: re.Pattern[str]) -> Iterator[Hit]:
        """Yield the components from `first` to `last` as one find, if one of them has the form."""
        sent = [n for n in range(first, last + 1) if self.of(n) not in ("", _NULL)]
        if _HIDDEN in self._value:  # what is replaced already, and codes that it left behind
            sent = [n for n in sent if _HIDDEN not in self.of(n) and len(self.of(n)) > _CHECKED]
        if sent and any(form.match(self.of(n)) for n in sent):
            end = self.starts[sent[-1] - 1] + len(self.of(sent[-1]))
            yield Hit(self.starts[sent[0] - 1], end, entity, _SCORE, "hl7", "position")


def near(text: str, at: int) -> Iterator[_Segment]:
    """Yield the segments that can hold `at`, in order."""
    return _segments(text, max(0, at - MOST))
