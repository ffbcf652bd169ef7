"""Dates of birth that stand where a birth stands: behind a sex or a passport, in a list of passengers, in a note. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE, plausible
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds

# a police report's race and sex: `W/M 04/22/1957`, `B/F, 3/1/90`
_OF_A_SEX = re.compile(r"(?<![\w/])[WBHA]/[MF][ ,]{1,2}(?:(?i:dob)[ :]{0,2})?(?=[0-9])")
# a passport's number, the letters of a state or not, and a day with its year
_PASSPORTS = Heads(("passport", "pasaporte", "passeport", "reisepass", "passaporto", "paspoort", "passaporte", "pp ", "ppt "))  # fmt: skip
_OF_A_PASSPORT = re.compile(
    r"(?i:passport|pasaporte|passeport|reisepass|passaporto|paspoort|passaporte|ppt?)(?:[ ](?:no\.?|nr\.?|n[.°º]{1,2}|number|seen|#))?[ :#]{1,3}[A-Z]{0,2}[0-9]{6,9}[A-Z]?,?[ ](?:[A-Z]{2,3}[ ,]{1,2})?(?=[0-9])"
)
# the years in which almost everybody was born who has a passport; an end of validity is none
_LONG_AGO = re.compile(
    r"(?<![0-9])(?:19[2-9][0-9]|200[0-9]|201[0-5])(?![0-9])|(?<![0-9])(?:[4-9][0-9]|0[0-9])$"
)
# a day as Canadians write it behind its word: `dob confirmed Sept 2/79`
_MONTH_DAY_YEAR = re.compile(
    r"(?i:dob|d\.o\.b\.|born|birth ?date|date of birth)(?:[ ](?:is|conf(?:irmed)?|verified|given as))?[ :]{1,2}(?P<date>(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?[ ][0-9]{1,2}/(?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![\w/])"
)
_CONFIRMED = re.compile(
    r"(?i:dob|d\.o\.b\.)[ ](?:conf(?:irmed)?\.?|verified|chk'?d|checked|given as|correct)[ :]{1,2}(?=[0-9A-Z])"
)
# behind a name whose first word is a given name, in brackets or before a sex: `John Harper (12.03.1988)`
_OF_A_NAME = re.compile(
    r"(?P<given>[^\W\d_a-zß-ÿ][^\W\d_]{2,24})(?:[ -][^\W\d_a-zß-ÿ][\w'’-]{1,24}){1,3}[ ]?\((?P<date>(?:0?[1-9]|[12][0-9]|3[01])[./-](?:0?[1-9]|[12][0-9]|3[01])[./-](?:19[2-9]|200)[0-9])\)"
)
_DAY_IN_BRACKETS = (b"(00.00.0000)", b"(00/00/0000)", b"(00-00-0000)", b"(0/0/0000)", b"(0/00/0000)", b"(00/0/0000)", b"(0.0.0000)", b"(0.00.0000)", b"(00.0.0000)")  # fmt: skip
_BEFORE_A_SEX = re.compile(
    r"(?<=[^\W\d_][,;|][ ])(?P<date>(?:0?[1-9]|[12][0-9]|3[01])[./-](?:0?[1-9]|[12][0-9]|3[01])[./-](?:19|20)[0-9]{2})(?=[,;|/ ]{1,3}(?:[MF](?![\w])|(?:[Ff]em|[Mm])ale(?!\w)|männlich|weiblich|divers|masculino|femenino|maschio|femmina|man|vrouw|homme|femme))"
)
# in words of the law
_ON_THE_DAY = re.compile(
    r"born (?:on )?(?:the )?(?P<date>[0-9]{1,2}(?:st|nd|rd|th)? day of (?:january|february|march|april|may|june|july|august|september|october|november|december),? (?:19|20)[0-9]{2})(?![0-9])"
)
# an airline's list: `HARPER/JOHN MR 12MAR88`
_OF_A_PASSENGER = re.compile(
    r"[A-Z]{2,20}/[A-Z]{2,20}(?:[ ](?:MR|MRS|MS|MISS|MSTR|CHD|INF))?[ ](?P<date>[0-3]?[0-9](?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![\w])"
)
_OF_PASSENGERS = (b"AA 00AAA00", b"AA 0AAA00")
# `b. 12 Mar 1988` at the start of a line or behind a comma
_BORN_SHORT = re.compile(
    r"(?:(?<=[,;(][ ])|(?<=[(\n])|^)b\.[ ](?P<date>[0-3]?[0-9][ ](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[ ](?:19|20)[0-9]{2})(?![0-9])"
)
_BORN = Heads(("dob", "d.o.b", "born", "birth", "date of birth"))


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates."""
    starts = list[int]()
    if "/M" in text or "/F" in text:
        starts += [m.end() for m in _OF_A_SEX.finditer(text)]
    lower = lowered(text)
    starts += [m.end() for at in _PASSPORTS.places(lower) if (m := _OF_A_PASSPORT.match(text, at))]
    for at in _BORN.places(lower):
        told = _MONTH_DAY_YEAR.match(text, at)
        if told is not None:
            yield Hit(*told.span("date"), "DATE_OF_BIRTH", 0.75, "date of birth", "label dob")
        confirmed = _CONFIRMED.match(text, at)
        if confirmed is not None:
            starts.append(confirmed.end())
    yield from _by_form(text, lower)
    for start in starts:
        date = ANY_DATE.match(text, start)
        if date is not None and plausible(date[0]) and _is_one(text, start, date[0]):
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.7, "date of birth", "label dob")


def _is_one(text: str, start: int, day: str) -> bool:
    """Say whether a day behind a passport or a sex is long ago; one behind its label may be any."""
    return (
        _LONG_AGO.search(day) is not None
        or _CONFIRMED_BEFORE.search(text, max(0, start - 24), start) is not None
    )


_CONFIRMED_BEFORE = re.compile(r"(?i)(?:dob|d\.o\.b\.)[ ][a-z'.]{3,12}(?: as)?[ :]{1,2}$")


def _by_form(text: str, lower: str) -> Iterator[Hit]:
    """Yield dates whose place in a form, a list or a deed says what they are."""
    found: list[re.Match[str]] = []
    if "(" in text and holds(text, _DAY_IN_BRACKETS):
        found += [m for m in _OF_A_NAME.finditer(text) if m["given"].lower() in GIVEN_NAMES]
    found += _before_a_sex(text)
    if "/" in text and holds(text, _OF_PASSENGERS):
        found += _OF_A_PASSENGER.finditer(text)
    if "day of" in lower:
        found += _ON_THE_DAY.finditer(lower)
    if "b. " in text:
        found += _BORN_SHORT.finditer(text)
    for match in found:
        yield Hit(*match.span("date"), "DATE_OF_BIRTH", 0.5, "date of birth", "label dob")


def _before_a_sex(text: str) -> Iterator[re.Match[str]]:
    """Yield the dates before a sex: each ends in a year behind its day and month."""
    for year in _YEAR.finditer(text):
        start = year.start() + 1
        for low in range(max(0, start - _DAY_MOST), start - _DAY_LEAST + 1):
            match = _BEFORE_A_SEX.match(text, low) if text[low].isdigit() else None
            if match is not None:
                yield match
                break


_YEAR = re.compile(r"[./-](?:19|20)[0-9]{2}(?=[,;|/ ])")
_DAY_LEAST, _DAY_MOST = 4, 6  # characters of a day and a month with their signs
