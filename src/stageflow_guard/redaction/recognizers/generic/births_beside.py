"""Dates of birth that stand where a birth stands: behind a sex or a passport, in a list of passengers, in a note. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE, plausible
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered
from stageflow_guard.redaction.recognizers.shapes import holds

# a police report's race and sex: `W/M 04/22/1957`, `B/F, 3/1/90`
_OF_A_SEX = re.compile(r"(?<![\w/])[WBHAIU]/[MF][ ,]{1,2}(?:(?i:dob)[ :]{0,2})?(?=[0-9])")
_SEXES = (b"A/A 0", b"A/A, 0", b"A/A aaa", b"A/A AAA")
# a passport's number, the letters of a state or not, and a day with its year
_PASSPORTS = Heads(("passport", "pasaporte", "passeport", "reisepass", "passaporto", "paspoort", "passaporte", "pp ", "ppt "))  # fmt: skip
_OF_A_PASSPORT = re.compile(
    r"(?i:passport|pasaporte|passeport|reisepass|passaporto|paspoort|passaporte|ppt?)(?:[ ](?:no\.?|nr\.?|n[.°º]{1,2}|number|seen|#))?[ :#]{1,3}[A-Z]{0,2}[0-9]{6,9}[A-Z]?,?[ ](?:[A-Z]{2,3}[ ,]{1,2})?(?=[0-9])"
)
_WITH_A_YEAR = re.compile(r"(?:19|20)?[0-9]{2}$")
# a day as Canadians write it behind its word: `dob confirmed Sept 2/79`
_MONTH_DAY_YEAR = re.compile(
    r"(?i:dob|d\.o\.b\.|born|birth ?date|date of birth)(?:[ ](?:is|conf(?:irmed)?|verified|given as))?[ :]{1,2}(?P<date>(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?[ ][0-9]{1,2}/(?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![\w/])"
)
_CONFIRMED = re.compile(
    r"(?i:dob|d\.o\.b\.)[ ](?:conf(?:irmed)?\.?|verified|chk'?d|checked|given as|correct)[ :]{1,2}(?=[0-9A-Z])"
)
_BORN = Heads(("dob", "d.o.b", "born", "birth", "date of birth"))


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates."""
    if not numbered(text):
        return
    starts = []
    if holds(text, _SEXES):
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
    for start in starts:
        date = ANY_DATE.match(text, start)
        if date is not None and plausible(date[0]) and _WITH_A_YEAR.search(date[0]) is not None:
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.7, "date of birth", "label dob")
