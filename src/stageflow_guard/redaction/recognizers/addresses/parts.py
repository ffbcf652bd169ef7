"""Where the parts of an address are read: around numbers, behind known words, before a code. Pure.

None of them matches far from a number with a word beside it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.addresses.gates import (
    LAND_NAMES,
    STREET_HEADS,
    SUFFIXES,
    idle_patterns,
)
from stageflow_guard.redaction.recognizers.addresses.patterns import (
    ARABIC,
    BOX,
    BRAZIL,
    BRAZIL_STREET,
    BRAZIL_TOWN,
    CITY,
    COLOMBIA,
    COUNTRY_ZIP,
    EAST,
    ESTATES,
    HOUSE_NL,
    HOUSE_UK,
    INDIA,
    MILITARY,
    NUMBERED,
    PARTS_IN,
    POLIGONO,
    ROOMS,
    STREET_AFTER,
    STREET_APART,
    STREET_AT,
    STREET_BEFORE,
    STREET_SUFFIX,
    TOWN_AFTER,
    TOWN_BEFORE,
    TOWN_CODE,
    TURKISH,
    UK,
    UNITS,
    UNITS_ABROAD,
)
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import (
    lowered,
)
from stageflow_guard.redaction.recognizers.shapes import at_numbers, numbers_in

# a number with a letter near it on either side: what `_windows` looks at closely
_NUMBER = re.compile(
    r"[0-9](?<![0-9].)(?:(?<=[^\W\d_].)|(?<=[^\W\d_][ .,].)|(?<=[^\W\d_][ .,]{2}.)|(?=[0-9]{0,5}[ .,A\n]{0,2}[^\W\d_]))[0-9]{0,5}(?![0-9])"
)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Yield the neighbourhoods of numbers that have a word beside them."""
    low, high = 0, -1
    for match in at_numbers(_NUMBER, text):
        start, end = match.span()
        if not (
            text[max(0, start - 2) : start].strip(" .,").isalpha()
            or (text[start - 2 : start] in (". ", ", ") and text[start - 3 : start - 2].isalpha())
            or text[end : end + 3].strip(" .,A\n").isalpha()
        ):
            continue
        if start - 120 > high:
            if high >= 0:
                yield low, high
            low = max(0, start - 120)
        high = min(len(text), end + 120)
    if high >= 0:
        yield low, high


def found_parts(text: str) -> Iterator[Hit]:
    """Yield streets, units, boxes, codes with their towns: what may be a part of an address."""
    windows = list(_windows(text))
    if not windows:
        return
    lower = lowered(text)
    idle = set(map(id, idle_patterns(text, "\n".join(lower[low:high] for low, high in windows))))
    patterns = [one for one in _WRITTEN if id(one.pattern) not in idle]
    for low, high in windows:
        yield from _parts_in(text, low, high, patterns)


def _parts_in(text: str, low: int, high: int, patterns: Sequence[_Written]) -> Iterator[Hit]:
    for pattern, score, rule, find in patterns:
        for match in find(text, low, high):
            if rule == "street" and not any(c.isdigit() for c in match[0]):
                continue
            if pattern is STREET_AFTER and (_SENTENCE.search(match[0]) or _COUNT.match(match[0])):
                continue
            begin = match.start()
            if pattern is STREET_SUFFIX:
                begin = _without_lead(match)
            if rule in ("street", "numbered") and not _named(text[begin : match.end()]):
                continue
            yield Hit(begin, match.end(), "STREET_ADDRESS", score, rule)


_COUNT = re.compile(r"[0-9]{1,4}[ ]?[x×][ ]")  # `2 x Trail Lamp`
# patterns that end in a number behind a known word: they are read there only
_ANCHORS = {
    STREET_SUFFIX: (
        *(word.strip(" .") for word in SUFFIXES if word != "stra"),
        *("strasse", "straße", "strase", "straat", "strass", "straß", "straate"),
    ),
    STREET_APART: (
        "straße",
        "strasse",
        "str",
        "gasse",
        "allee",
        "platz",
        "weg",
        "damm",
        "ufer",
        "chaussee",
        "promenade",
        "steig",
        "stieg",
    ),
    COUNTRY_ZIP: (*LAND_NAMES, "cyprus (greek", "cyprus (turkish"),
}
_BEHIND_SPACE = re.compile(r"[0-9](?<= .)")

# patterns that begin with a known word, or with a number: they are read there only
_AFTER_UNIT = (" ", ".", "#", *"0123456789")
_BEGINNINGS = {
    UNITS: (
        Heads(
            word + sign
            for word in ["apt", "apartment", "suite", "ste", "unit", "flat", "floor", "fl", "room", "rm", "building", "bldg", "no"]
            for sign in _AFTER_UNIT
        ),
        re.compile(r"[0-9](?<!\w.)(?=[0-9]{0,2}(?i:st|nd|rd|th)[ ])"),
    ),
    UNITS_ABROAD: (
        Heads(
            word + sign
            for word in (*ROOMS, "esc", "torre")
            for sign in _AFTER_UNIT
        ),
        re.compile(r"[0-9](?<!\w.)(?=[0-9]?[ºª°.oae èè])"),
    ),
    BOX: (
        Heads(("p.", "po", "p o", "rr", "rfd", "hc", "rural route ", "star route", "post", "psc ", "unit ", "usns ", "uss ", "uscgc ", "usnv ", "apartado ", "casella postale ", "caixa postal ", "case postale ", "boîte postale ")),
        None,
    ),
    STREET_AT: (
        Heads(("am ", "im ", "an de", "auf de", "in de", "zum ", "zur ", "unter den ", "hinter de", "vor de", "bei ", "beim ")),
        None,
    ),
    POLIGONO: (ESTATES, None),
}  # fmt: skip


def _begun(
    pattern: re.Pattern[str],
    begins: tuple[Heads, re.Pattern[str] | None],
    text: str,
    low: int,
    high: int,
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches where one of its words or numbers begins."""
    words, number = begins
    at = words.places(lowered(text))
    at = at[bisect_left(at, low) : bisect_left(at, high)]
    if number is not None:
        at = sorted({*at, *(m.start() for m in number.finditer(text, low, high))})
    reached = low
    for place in at:
        match = pattern.match(text, place, high) if place >= reached else None
        if match is not None:
            reached = match.end()
            yield match


_BACK, _WORDS_BEFORE = 120, 5  # the longest street in front of its number


def _anchored(
    pattern: re.Pattern[str],
    anchors: tuple[tuple[str, ...], frozenset[str]],
    text: str,
    low: int,
    high: int,
) -> Iterator[re.Match[str]]:
    """Yield what `pattern` matches around a number behind one of some words; what these end in is asked first."""
    words, lasts = anchors
    lower, reached = lowered(text), low
    for number in _BEHIND_SPACE.finditer(text, low, high):
        at = number.start()
        if at < reached:
            continue
        end = at - 1
        while end > low and text[end - 1] in " .)":
            end -= 1
        if lower[end - 2 : end] not in lasts or not lower.endswith(words, low, end):
            continue
        begin = end
        for _ in range(_WORDS_BEFORE):
            begin = max(text.rfind(" ", low, begin), low)
        for match in pattern.finditer(text, max(reached, begin, at - _BACK), min(high, at + 24)):
            reached = match.end()
            yield match


def _number_starts(text: str, low: int, high: int) -> Iterator[int]:
    """Yield where the numbers of a stretch begin."""
    numbers = numbers_in(text)
    for start, _ in numbers[bisect_left(numbers, (low, low)) : bisect_left(numbers, (high, high))]:
        yield start


def _at_numbers(
    pattern: re.Pattern[str], text: str, low: int, high: int
) -> Iterator[re.Match[str]]:
    """Yield what `pattern`, which begins with a number, matches."""
    reached = low
    for start in _number_starts(text, low, high):
        match = pattern.match(text, start, high) if start >= reached else None
        if match is not None:
            reached = match.end()
            yield match


def _behind_code(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield the towns that stand behind a code, with the letters of its country before it or none."""
    reached = low
    for start in _number_starts(text, low, high):
        for at in (start - 3, start - 2, start) if text[start - 1 : start] == "-" else (start,):
            match = TOWN_AFTER.match(text, at, high) if at >= reached else None
            if match is not None:
                reached = match.end()
                yield match
                break


_CITY_MOST = 150  # characters of a town and its state
_ZIP = 10  # of the longest code


def _before_code(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield the towns that stand before a state and its code."""
    reached = low
    for code in TOWN_CODE.finditer(text, low, high):
        if code.start() >= reached:
            begin = max(reached, code.start() - _CITY_MOST)
            for match in CITY.finditer(text, begin, min(high, code.start() + _ZIP + 1)):
                reached = match.end()
                yield match


_LEADING = 40  # the numbers in front of a street's word
_REACH = 300  # more than a street has behind its word


def _headed(text: str, low: int, high: int) -> Iterator[re.Match[str]]:
    """Yield the streets that begin with a word for one, read around such words alone."""
    reached = low
    heads = STREET_HEADS.places(lowered(text))
    for place in heads[bisect_left(heads, low) : bisect_left(heads, high)]:
        before = text[place - 1 : place]
        if place < reached or before.isalnum() or before in _NO_START or _TEMPO.match(text, place):
            continue
        match = STREET_BEFORE.search(
            text, max(reached, place - _LEADING), min(high, place + _REACH)
        )
        if match is not None and match.start() <= place < match.end():
            reached = match.end()
            yield match


class _Written(NamedTuple):
    """How a part of an address is written, how sure it is, what it is, and how it is found in a stretch of a text."""

    pattern: re.Pattern[str]
    score: float
    rule: str
    find: Callable[[str, int, int], Iterator[re.Match[str]]]


def _finder(pattern: re.Pattern[str]) -> Callable[[str, int, int], Iterator[re.Match[str]]]:
    """Return what finds a pattern: read only where a word or a number of it is, where it has one."""
    if pattern in _BEGINNINGS:
        return partial(_begun, pattern, _BEGINNINGS[pattern])
    if pattern in _ANCHORS:
        words = _ANCHORS[pattern]
        return partial(_anchored, pattern, (words, frozenset(word[-2:] for word in words)))
    if pattern in (STREET_AFTER, NUMBERED, INDIA):
        return partial(_at_numbers, pattern)
    own = {STREET_BEFORE: _headed, CITY: _before_code, TOWN_AFTER: _behind_code}
    return own.get(pattern, pattern.finditer)


_WRITTEN = tuple(
    _Written(pattern, score, rule, _finder(pattern))
    for pattern, score, rule in (
        (STREET_AFTER, 0.45, "street"), (STREET_BEFORE, 0.4, "street"), (STREET_SUFFIX, 0.5, "street"),
        (STREET_APART, 0.5, "street"), (STREET_AT, 0.2, "street, maybe"), (HOUSE_UK, 0.5, "street"), (HOUSE_NL, 0.5, "street"), (PARTS_IN, 0.5, "street"), (TURKISH, 0.5, "street"), (COLOMBIA, 0.5, "street"), (BRAZIL_STREET, 0.45, "street"), (POLIGONO, 0.5, "street"), (NUMBERED, 0.2, "numbered"), (UNITS, 0.3, "unit"), (UNITS_ABROAD, 0.3, "unit"), (BOX, 0.6, "post box"), (MILITARY, 0.6, "military"),
        (CITY, 0.5, "town"), (TOWN_AFTER, 0.1, "town behind its code"), (TOWN_BEFORE, 0.1, "town before its code"), (BRAZIL_TOWN, 0.1, "town before its state"), (INDIA, 0.5, "town"), (BRAZIL, 0.5, "town"), (EAST, 0.6, "street"), (ARABIC, 0.45, "street"), (UK, 0.45, "postcode"), (COUNTRY_ZIP, 0.4, "country"),
    )
)  # fmt: skip

_NO_START = frozenset("_.$€£#-")
# how a piece of music goes
_TEMPO = re.compile(
    r"(?i:largo)[ ](?:ma|assai|molto|e|con|cantabile|appassionato|sostenuto|maestoso|espressivo|un poco|non)(?![^\W_])"
)

# words of the sentence before a street, no part of its name
_LEAD = re.compile(
    r"(?:\S+[ ]){0,3}?(?:(?:op|in|bei|aan|te|på|at|to|woon|woont|wohne|wohnt|wohnhaft|lebt|bor|asun|auf)[ ]){1,3}(?:der |den |de |het |die )?(?=\S+[ ]|\S+$)"
)
_LAST = re.compile(r"\S+ [0-9]\S*$")


def _without_lead(match: re.Match[str]) -> int:
    """Return where a street begins in a match that a sentence may run into."""
    lead = _LEAD.match(match[0])
    begin = match.start() + (lead.end() if lead is not None else 0)
    if not _named(match.string[begin : match.end()]):
        last = _LAST.search(match[0])
        begin = match.start() + last.start() if last is not None else begin
    return begin


_COMMON = re.compile(
    r"(?i)(?<!\w)(?:the|and|of|in|is|are|was|were|to|for|with|from|this|that|at|on|by|or|not|has|have|had|be|been|it|its|as|an|days?|hours?|minutes?|seconds?|years?|months?|weeks?|times?|items?|files?|tests?|passed|failed|bytes|lines?|ms|kb|mb|gb|rows?|errors?|warnings?|requests?|users?|million|billion|percent|people|pages?|am|pm|of|per|more|than|out|last|next|first|about|into|over|then|when|if|else|return|def|class|import)(?!\w)"
)

# two small words before a capital one: `13 est coupée entre Place`
_SENTENCE = re.compile(
    r"[ ](?!(?:de|la|of|the|du|del|san|st)[ ])[a-zß-ÿ]+[ ](?!(?:de|la|of|the|du|del|san|st)[ ])[a-zß-ÿ]+[ ](?:[^\W\d_][\w'’.-]*[ ])?[A-Z]"
)
_NAMES = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[IVX]{1,5}")


def _named(found: str) -> bool:
    """A street has a name: capitalised, without the little words of a sentence."""
    words = _NAMES.findall(found)
    if words[:1] == ["via"] and "".join(words[1:2]).isupper() and not (
        len(words) > 2 and _ROMAN.fullmatch(words[1])
    ):  # fmt: skip
        return False  # "via RFC 9110", but "via XX Settembre"
    foreign = len(words) <= 3 and not found.isascii()
    return (foreign or any(not w[0].islower() for w in words)) and _COMMON.search(found) is None
