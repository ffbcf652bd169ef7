"""Letters by the words that stand for them on a telephone: `Delta Echo 89 3704`, `D as in David, Emil`. Pure.

Two words of an alphabet of such words (ICAO's, DIN 5009's) beside digits, or four in a row, are the
letters that they begin with. What is announced by its letter may be any word: `K for king`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import any_of
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.text.view import Edit, View

_ICAO = "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliett juliet juliette kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
_DIN = "anton berta cäsar dora emil friedrich gustav heinrich ida julius kaufmann konrad ludwig martha nordpol otto paula quelle richard samuel siegfried theodor ulrich viktor wilhelm xanthippe ypsilon zacharias zeppelin"
_WORDS = frozenset(_ICAO.split()) | frozenset(_DIN.split())
register(_WORDS)
_SAID = r"(?P<letter>[a-z])[ ]?,?[ ](?:as in|as|for|like|wie|comme|come|como|van)[ ](?P=letter)[^\W\d_]{2,14}"
_SPELLED = re.compile(rf"(?<![^\W_])(?:(?:{_SAID})|{any_of(_WORDS)}|x-ray)(?![^\W_])")
_ITEM = re.compile(
    rf"(?<![^\W_])(?:{_SAID}|(?:{any_of(_WORDS)}|x-ray|[a-z])(?![^\W_])|(?=[a-z]{{0,4}}[0-9])[a-z0-9]{{1,34}})(?:[ ]?[,.;/-]?[ ]{{0,2}}(?=[a-z0-9])|(?![^\W_]))"
)
_GAPS = " ,.;/-"
_LETTERS, _LETTERS_ALONE, _MOST = 2, 4, 40  # words for letters beside digits, without; items


def phonetic(view: View) -> View:
    """Write words for letters as the letters, where several of them stand in a row."""
    heard = vocabulary(view.text) & _WORDS
    if not heard:
        return view
    lower = lowered(view.text)
    return view.edited(
        list(_runs(view.text, lower, [at for _, at in runs(lower).places(heard)])),
        "letters by words",
    )


def _runs(text: str, lower: str, places: list[int]) -> Iterator[Edit]:
    reached = 0
    for place in sorted(places):
        if place < reached:
            continue
        at, end, out, words, digits = _first(lower, place, reached), place, "", 0, 0
        begin = at
        for _ in range(_MOST):
            item = _ITEM.match(lower, at)
            if item is None:
                break
            bare = item[0].rstrip(_GAPS)
            spelled = _SPELLED.fullmatch(bare) is not None
            words += spelled
            digits += sum(map(str.isdigit, bare))
            gap = item[0][len(bare) :]
            out += text[at] if spelled else text[at : at + len(bare)]
            end, at = at + len(bare), item.end()
            if not spelled and len(bare) > 1 and lower[at : at + 1].isdigit():
                out += gap  # groups of digits stay groups
        if words >= _LETTERS_ALONE or (words >= _LETTERS and digits >= _LETTERS):
            yield (begin, end, out)
            reached = end
        else:
            reached = place + 1


def _first(lower: str, place: int, floor: int) -> int:
    """Return where the words for letters begin that go on to the one at `place`: `d as in david, e as in emil`."""
    begin = end = -1
    for match in _SPELLED.finditer(lower, max(floor, place - _LEAD), place + _LONGEST):
        if begin < 0 or lower[end : match.start()].strip(_GAPS):
            begin = match.start()
        end = match.end()
        if end > place:
            return begin
    return place


_LEAD, _LONGEST = 60, 24  # characters of a few words before, and of one word
