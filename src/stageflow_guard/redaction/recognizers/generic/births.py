"""Dates of birth behind what announces them, in any language of `countries`; also a day without its year. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic.asked import answer
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE, MONTHS, begins_a_day
from stageflow_guard.redaction.recognizers.generic.rows import heads_a_column
from stageflow_guard.redaction.recognizers.generic.whose import behind_whose
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import Index, Match, lowered

_BORN = Index({"born": [p for c in COUNTRIES for p in c.born.split("|")]})


@lru_cache(maxsize=2)
def born(text: str) -> Sequence[Match]:
    """Return what announces a birth in `text`: several recognizers ask for it."""
    return tuple(_BORN.find(text))


_BORN_FILL = re.compile(
    r"(?:(?:[ ](?:in|à|ad|a|en|em|te))?[ ](?-i:[^\W\d_a-z])[\w'’-]{1,20}(?:[ ](?-i:[^\W\d_a-z])[\w'’-]{1,20})?(?=,?[ ](?:am|le|il|el|op|em|den|on|a|dnia)[ ][0-9]),?)?(?:/(?:sex|gender|age))?(?:['’]s)?[\"'`\])}]{0,2}\.?\s?(?:\([a-z/. -]{6,12}\)\s?)?(?:\((?:we |you )?(?:hold|have|gave)[ ]|\((?:on file|currently|laut Akte|bei uns|según|secondo|selon)[^0-9()\n]{0,16}[ ])?(?:is|was|ist[ ]am|ist|est|es|è|e['’]|é|eh|on|am|le|el|il|op|em|den|dnia|w dniu|は|是|为|為|은|는)?\s?[:=(（：–/-]?\s{0,2}[\"'`]?(?:[MF][ /])?(?:on |am |le |el |il |op |em |den )?(?:the )?",
    re.IGNORECASE,
)


# `(b. 3 June 1979)`, behind a name or not
_IN_PARENTHESES = re.compile(
    r"\((?:b\.|born|geb\.|née?|nat[oa]|nacid[oa])[ ]?(?=[0-9]|[A-Z][a-z]{2})"
)
# `Weiß, Martin, *02.02.1960`: a star is a birth behind a name, at the start of a line an item
_STARRED = re.compile(
    r"\*(?:(?<=[^\W\d_][,/(; ].)|(?<=[^\W\d_][,/(;] .)|(?<=[^\W\d_] [,/(;].)|(?<=[^\W\d_] [,/(;] .))[ ]?([0-9]{1,2}\.[ ]?[0-9]{1,2}\.[ ]?(?:19|20)[0-9]{2})(?![0-9])"
)
# `ist am 9. Januar 2014 geboren`
_BORN_BEHIND = re.compile(
    rf"(?<=[ ](?:am|op)[ ])(?P<date>[0-9]{{1,2}}(?:[./-][0-9]{{1,2}}[./-]|\.?[ ](?:{MONTHS})[ ])(?:19|20)[0-9]{{2}})(?=[ ](?:in[ ][^\W\d_]{{2,24}}[ ])?geboren)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\([ ]?[0-9]{1,2}[./-][0-9]{1,2}[./-]")
# behind a person's name: `Mw. S. Jansen-Bakker (01-02-1961)`
_BRACKETED = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Master|Herr|Frau|Hr|Fr|Mme|Mlle|Monsieur|Madame|M|[Dd]hr|[Mm]w|[Mm]evr|mevrouw|[Dd]e heer|Sr|Sra|Sig|Sig\.ra|Pan|Pani|[Pp]atient|[Pp]atientin|[Pp]atiënte?|[Pp]atiente?)\.?[ ]"
    r"(?:[^\W_][\w'’.-]{0,24}[ ]){1,4}\([ ]?((?:0?[1-9]|[12][0-9]|3[01])[./-](?:0?[1-9]|[12][0-9]|3[01])[./-](?:19|20)[0-9]{2})[ ]?\)"
)
# `datetime.date(1990, 4, 17)`, `ISODate("1990-04-17")`
_DATE_CALL = re.compile(r"(?:[\w.]{1,24}\.|new )?\w{0,16}[Dd]ate(?:[Tt]ime)?(?:\.of)?\([ ]?[\"']?")
_ARGUMENTS = re.compile(r"(?:19|20)[0-9]{2},[ ]?[01]?[0-9],[ ]?[0-3]?[0-9](?=[ ]?[,)])")


def _given(text: str, at: int) -> re.Match[str] | None:
    """Return the date that a call is given: as text, or in numbers."""
    return ANY_DATE.match(text, at) or _ARGUMENTS.match(text, at)


# as it is typed into a form, behind its label only: `dob:121285`, `DOB 5 14 62`
_TYPED = re.compile(
    r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{2}|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:[0-9]{2}|(?:19|20)[0-9]{2})|[0-9]{1,2}[ ][0-9]{1,2}[ ](?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![0-9A-Za-z/.-])"
)


def _of_somebody(text: str, at: int) -> re.Match[str] | None:
    """Return the date behind whose birth it was: `date of birth of the child: 4.3.2016`."""
    for behind in behind_whose(text, at):
        fill = _BORN_FILL.match(text, behind)
        date = ANY_DATE.match(text, fill.end()) if fill is not None else None
        if date is not None:
            return date
    return None


# a birthday without its year, behind a word for the day alone: `my bday is May 12th`
_BIRTHDAYS = frozenset(["birthday", "bday", "b-day", "geburtstag", "anniversaire", "cumpleaños", "compleanno", "verjaardag", "aniversário", "fødselsdag", "födelsedag", "urodziny"])  # fmt: skip
_DAY_AND_MONTH = re.compile(
    rf"(?:der |il |el |le |o |den )?(?:[0-9]{{1,2}}(?:\.|st|nd|rd|th|er|º)?[ ](?:of[ ]|de[ ])?(?:{MONTHS})|(?:{MONTHS})[ ][0-9]{{1,2}}(?:st|nd|rd|th)?)(?![\w])",
    re.IGNORECASE,
)


def _yearless(text: str, match: Match, at: int) -> re.Match[str] | None:
    if text[match.start : match.end].lower() not in _BIRTHDAYS:
        return None
    return _DAY_AND_MONTH.match(text, at)


def _day(text: str, lower: str, at: int) -> re.Match[str] | None:
    return ANY_DATE.match(text, at) if begins_a_day(lower, at) else None


def births(text: str) -> Iterator[Hit]:
    """Yield dates of birth behind their label."""
    lower = lowered(text)
    for match in born(text):
        fill = _BORN_FILL.match(text, match.end)
        at = fill.end() if fill is not None else match.end
        call = _DATE_CALL.match(text, at)
        date = _given(text, call.end()) if call is not None else _day(text, lower, at)
        date = date or answer(ANY_DATE, text, match.end) or _TYPED.match(text, at)
        date = date or _of_somebody(text, match.end) or _yearless(text, match, at)
        if date is not None and not heads_a_column(text, match.end, date.start()):
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.75, "date of birth", "label dob")
    for mark in _IN_PARENTHESES.finditer(text) if "(" in text else ():
        date = ANY_DATE.match(text, mark.end())
        if date is not None and text[date.end() : date.end() + 1] in (")", ",", ";", " "):
            yield Hit(*date.span(), "DATE_OF_BIRTH", 0.5, "date of birth", "label dob")
    for behind in _BORN_BEHIND.finditer(text) if "geboren" in text else ():
        yield Hit(*behind.span("date"), "DATE_OF_BIRTH", 0.6, "date of birth", "label dob")
    for star in _STARRED.finditer(text) if "*" in text else ():
        yield Hit(*star.span(1), "DATE_OF_BIRTH", 0.5, "date of birth", "label dob")
    in_brackets = "(" in text and _IN_BRACKETS.search(text) is not None
    for bracketed in _BRACKETED.finditer(text) if in_brackets else ():
        yield Hit(*bracketed.span(1), "DATE_OF_BIRTH", 0.5, "date of birth", "label dob")
