"""Names near what only one person has: a given name and a surname around a phone number, an account, an address. Pure.

Neither sign is enough alone. A list of given names holds words that are firms and places, too, and a
number stands beside many things; together they tell whose it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.printed_forms import is_label
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody

# how far a name may stand from the find: a stream sees farther on either side
REACH = 90
# what belongs to a machine, a business or nobody: a name beside it may be anything's
OF_NOBODY = frozenset(
    {"SECRET", "URL", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO", "CASE_NUMBER", "DATE_TIME", "AGE", "PERSON", "ORGANIZATION", "LOCATION", "HEALTH_CONDITION", "MEDICATION"}
)  # fmt: skip
_CAPITAL = re.compile(r"[^\W\d_a-zß-ÿ](?<![^\W_].)[^\W\d_]{2,}(?:-[^\W\d_]{2,})?")
# the same where all letters are of ASCII
_PLAIN_CAPITAL = re.compile(r"[A-Z](?<![^\W_].)[A-Za-z]{2,}(?:-[A-Za-z]{2,})?")
_PARAGRAPH = re.compile(r"\n[ \t>|*-]*\n")
_SURNAME_FIRST = re.compile(
    r"[^\W\d_a-zß-ÿ](?<![^\W_].)(?!(?:an|anta|anto|aint|ankt|ão|ort|ount|illa|os|as|ad)[ ])[^\W\d_]{2,24}[ ]$"
)
# a school, a bar, a firm of several has a person's name
_OF_A_HOUSE = re.compile(
    r"(?:&[ ]|(?:[Gg]rund)?[Ss]chule[ ]|Station[ ]|Metro[ ]|Restaurant[ ]|Pizzeria[ ]|Ristorante[ ]|Trattoria[ ]|Bar[ ]|Café[ ]|Hotel[ ]|Tickets (?:für|for)[ ]|Blumen[ ]|Salon[ ]|Hurrikan[ ]|Hurricane[ ]|Camping[ ]|Villa[ ]|(?:San|Santa|Santo|Saint|Sankt|St\.?|Ste|São|Monte|Port|Fort|Mount)[ -])$"
)
# numbers and boxes of everybody
_OF_EVERYBODY = re.compile(
    r"(?:\+?1[ .-]?)?\(?8(?:00|88|77|66|55|44|33)\)?[ .-]|\(?0(?:800|180|190|845|870|844|1805|1806|3[0-9]{2})(?![0-9]{4})|(?:info|support|service|contact|kontakt|hello|hallo|sales|office|team|admin|help|no-?reply|press|jobs|billing|shop|mail|post|contacto|contatto|klantenservice|kundenservice|bestellung|order|orders|webmaster|postmaster|privacy|legal)@",
    re.IGNORECASE,
)
_SAINT = re.compile(r"(?:San|Santa|Santo|Saint|Sankt|St\.|St|Ste|São|Port|Fort|Mount|Villa)[ -]$")
_LONGEST = 26  # characters of a surname
_BETWEEN = re.compile(r"[ ,:(–-]{1,3}(?:[^\W\dA-Z_]{1,12}[ :]{1,2}){0,4}\(?")
_SURE_SIZE = 4  # letters of a given name in capitals
_NEAR = 28  # characters between a given name alone and a find


def recognize(text: str, places: Sequence[tuple[int, int]]) -> Iterator[Hit]:
    """Yield names of two words and more, one of them a given name, within `REACH` of one of `places`.

    A given name alone counts where only a few small words part it from the find. `places` are ranges
    of `text`, in order. No name is read across the end of a paragraph.
    """
    reached = 0
    for low, high in _around(text, places):
        plain = text.isascii() or text[low:high].isascii()
        for word in (_PLAIN_CAPITAL if plain else _CAPITAL).finditer(text, low, high):
            if word.start() < reached or word[0].lower() not in GIVEN_NAMES:
                continue
            name = capitalised(text, word.start())
            if name is None:
                continue
            found = without_labels(text[slice(*name)])
            begin = name[0]
            if " " not in found:
                turned = _SURNAME_FIRST.search(text, max(reached, begin - _LONGEST), begin)
                if turned is not None and not is_label(turned[0].strip()):
                    begin, found = turned.start(), turned[0] + found
            stop = begin + len(found)
            if _OF_A_HOUSE.search(text, max(0, begin - 16), begin) is not None:
                continue
            if not _in_one_value(text, begin, stop, places):
                continue
            if is_person(found) or (" " not in found and _touches(text, begin, stop, places)):
                reached = stop
                yield Hit(begin, stop, "PERSON", 0.4, "name, beside a find", "given name")


def _around(text: str, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches around `places`, in order; those that overlap are one."""
    low = high = -1
    for start, end in places:
        begin, stop = max(start - REACH, 0), min(len(text), end + REACH)
        for cut in _PARAGRAPH.finditer(text, begin, stop):
            if cut.end() <= start:
                begin = cut.end()
            elif cut.start() >= end:
                stop = cut.start()
                break
        if begin > high:
            if high >= 0:
                yield low, high
            low = begin
        high = max(high, stop)
    if high >= 0:
        yield low, high


_OTHER_VALUE = re.compile(r"[\"'][ ]?[,:}\]]")


def _in_one_value(text: str, begin: int, stop: int, places: Sequence[tuple[int, int]]) -> bool:
    """Say whether one of `places` is near without the end of a string between: each is read alone where it is parsed."""
    at = bisect_left(places, (begin, begin))
    for start, end in places[max(0, at - _SOME) : at + _SOME]:
        low, high = (stop, start) if start >= stop else (end, begin)
        if high - low <= REACH and _OTHER_VALUE.search(text, low, max(low, high)) is None:
            return True
    return False


_SOME = 4  # finds on either side that are asked


def _touches(text: str, begin: int, stop: int, places: Sequence[tuple[int, int]]) -> bool:
    """Say whether only a few small words stand between a given name alone and a find."""
    name = text[begin:stop]
    if (name.isupper() and len(name) < _SURE_SIZE) or not is_somebody(name):
        return False
    if _SAINT.search(text, max(0, begin - 8), begin) is not None:
        return False  # a town
    behind = bisect_left(places, (stop, stop))
    if behind < len(places) and places[behind][0] - stop <= _NEAR and (
        _BETWEEN.fullmatch(text, stop, places[behind][0]) is not None
    ):  # fmt: skip
        return True
    ahead = bisect_left(places, (begin, begin)) - 1
    return ahead >= 0 and 0 <= begin - places[ahead][1] <= _NEAR and (
        _BETWEEN.fullmatch(text, places[ahead][1], begin) is not None
    )  # fmt: skip


def without_labels(name: str) -> str:
    """Return a name without what a form has behind it: `Ruth Segal DOB`."""
    words = name.split(" ")
    small = not words[0].isupper()
    while small and len(words) > 1 and len(words[-1]) > 1 and words[-1].isupper():
        words.pop()
    return " ".join(words)


def is_of_everybody(found: str) -> bool:
    """Say whether a number or an address is that of a service: whose name stands beside it is nobody's."""
    return _OF_EVERYBODY.match(found) is not None
