"""Dates as people write them. Data."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.anchors import any_of
from stageflow_guard.redaction.recognizers.countries import COUNTRIES

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# any of these, to be read without case
DATE = (
    r"(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}[ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}[ -]?(?:[0-9]{{4}}|[0-9]{{2}}(?![0-9]))"
    rf"|(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ ](?:of[ ])?)?{MONTH},?[ ](?:[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,[ ]?|[ ]))?[0-9]{{4}})"
)
NAMES_OF_MONTHS = frozenset(m for c in COUNTRIES for m in c.months.split("|") if m)
MONTHS = any_of(NAMES_OF_MONTHS)
# the same in every language that has its months here, and as Chinese, Japanese and Korean write it
ANY_DATE = re.compile(
    rf"(?:{DATE}|[0-9]{{1,2}}(?:\.|º|er|ª|ste|de|st|nd|rd|th)?[ ]?(?:of[ ]|de[ ]|d'|da[ ])?(?:{MONTHS})\.?,?[ ]?(?:de[ ]|del[ ])?(?:[0-9]{{4}}|[0-9]{{2}}(?![0-9]))"
    rf"|(?:明治|大正|昭和|平成|令和)[ ]?(?:元|[0-9]{{1,2}})[ ]?年[ ]?[0-9]{{1,2}}[ ]?月[ ]?[0-9]{{1,2}}[ ]?日|[MTSHR][0-9]{{1,2}}\.[0-9]{{1,2}}\.[0-9]{{1,2}}"
    rf"|[0-9]{{4}}[ ]?[年년][ ]?[0-9]{{1,2}}[ ]?[月월][ ]?[0-9]{{1,2}}[ ]?[日일]?|[0-9]{{1,4}}[./-][ ][0-9]{{1,2}}[./-][ ][0-9]{{1,4}}\.?|[0-9]{{1,2}}[ ][./-][ ][0-9]{{1,2}}[ ][./-][ ](?:19|20)?[0-9]{{2}}|(?:19|20)[0-9]{{6}}|[0-9]{{1,2}} [0-9]{{1,2}} (?:19|20)[0-9]{{2}})(?![0-9])",
    re.IGNORECASE,
)
MOST_OF_A_DATE = 10  # digits

# months as they are cut short in the seven languages, and as Roman numbers
_SHORT_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec jän febr mär mrz mai juni juli okt dez "
    "janv févr fevr fév avr juin juil juill août aout déc ene abr ago set dic gen genn febbr mag giu lug sett ott "
    "mrt maart mei fev out dez"
)
_EVERY_NAME = NAMES_OF_MONTHS.union(_SHORT_MONTHS.split())
_ROMAN = "viii|vii|vi|v|iv|iii|ii|i|xii|xi|x|ix"
_NAMED_MONTH = any_of(_EVERY_NAME)
_YEAR = r"(?:(?:19|20)[0-9]{2}|['’]?[0-9]{2})(?![0-9])"
# a day as it is written where a month has letters: `12th Feb '84`, `07/SEP/1991`, `1er sept. 2015`, `8.VII.2021`
LETTERED_DATE = re.compile(
    rf"(?:0?[1-9]|[12][0-9]|3[01])(?:(?:\.?[ ]?[º°ª]|er|ère|re|st|nd|rd|th|ste|sten|den|ten|de|e)(?![^\W\d_]))?(?:[ ](?:of|de|di|d['’])[ ]?|[ ./,-]{{0,2}})"
    rf"(?:{_NAMED_MONTH}\.?(?:,?[ ](?:de|del|di|dell['’])[ ]?|[ ./,-]{{0,2}}){_YEAR}|(?<=[ ./-])(?:{_ROMAN})[ ./-]{{1,2}}{_YEAR})"
    rf"|{_NAMED_MONTH}\.?[ /-](?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?(?:,[ ]?|[ /-]){_YEAR}"
    rf"|(?:19|20)[0-9]{{2}}[ ./-](?:{_NAMED_MONTH})\.?[ ./-](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])",
    re.IGNORECASE,
)


# what the name of a month begins with, where it is a word of ASCII
_BEGINNINGS = frozenset(name[:3] for name in _EVERY_NAME)


def begins_a_day(lower: str, at: int) -> bool:
    """Say whether `ANY_DATE` or `LETTERED_DATE` may match at a place: the patterns are tried there alone."""
    beginning = lower[at : at + 3]
    return (
        beginning in _BEGINNINGS
        or beginning[:1].isdigit()
        or not beginning.isascii()
        or (beginning[1:2].isdigit() and beginning[0] in _ERAS)
    )


def beginnings(words: str, size: int = 2) -> frozenset[str]:
    """Return the first letters of all words of a pattern: what begins otherwise need not be tried."""
    return frozenset(re.findall(rf"(?<![^\W\d_])[^\W\d_]{{{size}}}", words))


_ERAS = frozenset("mtshr")  # of Japan: `S55.4.1`
_PARTS, _BETWEEN, _OF_A_DAY = re.compile(r"[^\s/.-]+"), re.compile(r"[\s/.-]+"), 3


def plausible(day: str) -> bool:
    """Say whether numbers alone make a day: one sign between them, and a month among them."""
    parts = _PARTS.findall(day)
    if len(parts) != _OF_A_DAY or not all(map(str.isdigit, parts)):
        return True
    signs = _BETWEEN.findall(day)
    rest = [int(p) for p in parts if len(p) < 4]
    return len(set(signs)) == 1 and min(rest[-2:] if len(parts[0]) == 4 else rest[:2]) <= 12
