"""Names near what only one person has: a given name and a surname around a phone number, an account, an address. Pure.

Neither sign is enough alone. A list of given names holds words that are firms and places, too, and a
number stands beside many things; together they tell whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody

# how far a name may stand from the find: a stream sees farther on either side
REACH = 90
# what belongs to a machine, a business or nobody: a name beside it may be anything's
OF_NOBODY = frozenset(
    {"SECRET", "URL", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO", "CASE_NUMBER", "DATE_TIME", "AGE", "PERSON", "ORGANIZATION", "LOCATION", "HEALTH_CONDITION", "MEDICATION"}
)  # fmt: skip
_CAPITAL = re.compile(r"[^\W\d_a-zß-ÿ](?<![^\W_].)[^\W\d_]{2,}(?:-[^\W\d_]{2,})?")
_PARAGRAPH = re.compile(r"\n[ \t>|*-]*\n")


def recognize(text: str, places: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """Yield names of two words and more, the first a given name, within `REACH` of one of `places`.

    `places` are ranges of `text`, in order. No name is read across the end of a paragraph.
    """
    reached = 0
    for start, end in places:
        low, high = _paragraph(text, max(reached, start - REACH, 0), start, end)
        for word in _CAPITAL.finditer(text, low, high):
            if word.start() < reached or word[0].lower() not in GIVEN_NAMES:
                continue
            name = capitalised(text, word.start())
            if name is None:
                continue
            found = _without_labels(text[slice(*name)])
            begin = name[0]
            if " " not in found:
                turned = _SURNAME_FIRST.search(text, max(reached, begin - _LONGEST), begin)
                if turned is not None:
                    begin, found = turned.start(), turned[0] + found
            if is_person(found) or (
                " " not in found and (len(found) >= _SURE_SIZE or not found.isupper()) and is_somebody(found) and _touches(text, begin, begin + len(found), start, end)
            ):  # fmt: skip
                reached = begin + len(found)
                yield Hit(begin, reached, "PERSON", 0.4, "name, beside a find", "given name")
        reached = max(reached, low)


def _paragraph(text: str, low: int, start: int, end: int) -> tuple[int, int]:
    """Return what from `low` to `REACH` behind `end` is in the paragraph of `[start, end)`."""
    high = min(len(text), end + REACH)
    for cut in _PARAGRAPH.finditer(text, low, high):
        if cut.end() <= start:
            low = cut.end()
        elif cut.start() >= end:
            return low, cut.start()
    return low, high


_SURNAME_FIRST = re.compile(
    r"[^\W\d_a-zß-ÿ](?<![^\W_].)(?!(?:an|anta|anto|aint|ankt|ão|ort|ount|illa|os|as|ad)[ ])[^\W\d_]{2,24}[ ]$"
)
_LONGEST = 26  # characters of a surname
_BETWEEN = re.compile(r"[ ,:(–-]{1,3}(?:[^\W\dA-Z_]{1,12}[ :]{1,2}){0,4}\(?")


def _touches(text: str, begin: int, stop: int, start: int, end: int) -> bool:
    """Say whether only a few small words stand between a name and a find."""
    if stop <= start:
        return start - stop <= _NEAR and _BETWEEN.fullmatch(text, stop, start) is not None
    return 0 <= begin - end <= _NEAR and _BETWEEN.fullmatch(text, end, begin) is not None


_SURE_SIZE = 4  # letters of a given name in capitals
_NEAR = 28


def _without_labels(name: str) -> str:
    """Return a name without what a form has behind it: `Ruth Segal DOB`."""
    words = name.split(" ")
    small = not words[0].isupper()
    while small and len(words) > 1 and len(words[-1]) > 1 and words[-1].isupper():
        words.pop()
    return " ".join(words)
