"""People in cards, calendars and directories: vCard (RFC 6350), iCalendar (RFC 5545), a DN (RFC 4514). Pure.

The property says what its value is, so a name of one word and an address in fields are found, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.generic import directory_entries
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_BEGIN = r"(?:^|(?<=\n))(?:[A-Za-z0-9-]{1,12}\.)?"
_PARAMETERS = r"(?:;[A-Za-z-]{1,20}(?:=(?:\"[^\"\n]{0,60}\"|[^\":;\n]{0,60}))?){0,6}"
_PROPERTY = re.compile(
    rf"{_BEGIN}(FN|N|NICKNAME|ADR|BDAY)({_PARAMETERS}):(?=[^ \t])([^\n\r]{{2,200}})", re.IGNORECASE
)
_PROPERTIES = ("fn:", "fn;", "n:", "n;", "nickname", "adr:", "adr;", "bday")
_FIELDS = {"FN": 0, "NICKNAME": 0, "BDAY": 0, "N": 3, "ADR": 4}  # separators that a value holds
_SPOKEN = re.compile(r"[^\W\d_]{2}")
_DATE = re.compile(r"(?:--|[12][0-9]{3}-?)[01][0-9]-?[0-3][0-9](?![0-9])")
# ATTENDEE;CN=Ulrich Stamm;RSVP=TRUE:mailto:u.stamm@x.example
_INVITED = re.compile(
    rf"{_BEGIN}(?:ATTENDEE|ORGANIZER)({_PARAMETERS};CN=)(?:\"([^\"\n]{{2,60}})\"|([^\":;\n]{{2,60}}))({_PARAMETERS}):",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(r"CUTYPE=(?:ROOM|RESOURCE|GROUP)", re.IGNORECASE)


def recognize(text: str) -> Iterator[Hit]:
    """Yield the names, birthdays and addresses of such properties."""
    if ":" not in text and "=" not in text:  # behind a property, behind `cn`
        return
    lower = lowered(text)
    if ":" in text and present(lower, _PROPERTIES):
        yield from _contact(text)
    if "cn=" in lower:
        for match in _INVITED.finditer(text):
            group = 2 if match[2] else 3
            if _NO_PERSON.search(match[1] + match[4]) is None and _SPOKEN.search(match[group]):
                yield Hit(*match.span(group), "PERSON", 0.5, "name, invited", "label attendee")
        yield from directory_entries.people(text)


def _properties(text: str) -> Iterator[re.Match[str]]:
    """Yield the properties, each at the start of a line."""
    begin = 0
    while begin < len(text):
        match = _PROPERTY.match(text, begin)
        if match is not None:
            yield match
        end = text.find("\n", begin if match is None else match.end())
        begin = len(text) if end < 0 else end + 1


def _contact(text: str) -> Iterator[Hit]:
    for match in _properties(text):
        name, value = match[1].upper(), match[3]
        parts = value.split(";")
        if name != match[1] or len(parts) <= _FIELDS[name] or (name == "N" and ":" in value):
            continue
        start = match.start(3)
        if name == "BDAY":
            date = _DATE.match(value)
            if date is not None:
                yield Hit(
                    start, start + date.end(), "DATE_OF_BIRTH", 0.75, "birthday", "label bday"
                )
        elif name == "ADR":
            inner = value.strip("; ")
            begin = start + value.index(inner)
            if any(map(str.isdigit, inner)) and _SPOKEN.search(inner):
                yield Hit(begin, begin + len(inner), "STREET_ADDRESS", 0.6, "address", "label adr")
        else:
            for part in parts:
                told = part.strip()
                if _SPOKEN.search(told) and len(told) <= 60:
                    begin = start + part.index(told)
                    yield Hit(begin, begin + len(told), "PERSON", 0.5, "name, card", "label fn")
                start += len(part) + 1
