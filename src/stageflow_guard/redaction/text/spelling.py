"""Digits spelled out: `five three six dash nine zero`. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.text.view import Edit, View

_DIGITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "dash": "-", "hyphen": "-", "minus": "-", "dot": ".", "point": ".", "period": ".",
    "space": " ", "plus": "+", "slash": "/",
}  # fmt: skip
_WORD = "|".join(sorted(_DIGITS, key=len, reverse=True))
_GLUE = r"(?:[ \t]{1,3}|[ ]?[-,.][ ]?|\n|[ ]?, [.-], |[)\]}>\"'][ -.,]{0,2}[(\[{<\"'])"
_SPELLED = re.compile(
    # the `s` of `it's` is no letter that is spelled
    rf"(?<![A-Za-z])(?:{_WORD}|(?<!['’])[A-Z](?![A-Za-z0-9])|[0-9](?![A-Za-z0-9])|[(+])(?:{_GLUE}(?:(?:double|triple) )?(?:{_WORD}|[A-Z0-9](?![A-Za-z0-9])|[()@.+-])(?![A-Za-z])){{5,}}",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"(?:(double|triple) )?({_WORD}|[A-Za-z0-9]|[()@+])", re.IGNORECASE)
_NUMBERS = frozenset(
    {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
)
register(_NUMBERS)
_TEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelling(view: View) -> View:
    """Turn spelled-out digits into digits: "five three six dash nine zero"."""
    text = view.text
    if len(_NUMBERS & vocabulary(text)) < 2:
        return view
    edits: list[Edit] = []
    for match in _spelled(text, lowered(text)):
        pieces = [
            _DIGITS.get(p[2].lower(), p[2])
            * {"double": 2, "triple": 3}.get((p[1] or "").lower(), 1)
            for p in _PIECE.finditer(match[0])
        ]
        pieces = _with_dots(match[0], pieces)
        if ")(" in match[0]:  # each word in brackets
            pieces = [piece for piece in pieces if piece not in _BRACKETS]
        spoken = {p[2].lower() for p in _PIECE.finditer(match[0])} & _NUMBERS
        size = sum(map(str.isdigit, "".join(pieces)))
        if _GOES_ON.match(text, match.end()) or _WENT_ON.search(
            text, max(0, match.start() - _BESIDE_SPELLED), match.start()
        ):
            continue  # groups of digits are among the words
        if sum(p.isdigit() for p in pieces) >= 5 and len(spoken) >= 2:
            told = (
                " (phone)" if size in _OF_A_CALL and "." not in pieces else ""
            )  # nobody dictates a count
            edits.append((*match.span(), "".join(pieces) + told))
    return view.edited(edits, "spelling")


# a group of digits right beside words for digits, and another word beside that one; an account's first group
_BESIDE_SPELLED = 24
_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_GOES_ON = re.compile(
    rf"[ ]?[-./]?[ ]?[0-9]{{2,4}}[ ]?[-./]?[ ]?(?:{_NUMBER_WORD})(?![A-Za-z])", re.IGNORECASE
)
_WENT_ON = re.compile(
    rf"(?:(?:{_NUMBER_WORD})[ ]?[-./]?[ ]?[0-9]{{2,4}}|(?<![A-Za-z0-9])[A-Z]{{2}}[0-9]{{1,2}})[ ]?[-./]?[ ]?$",
    re.IGNORECASE,
)
_OF_A_CALL = (10, 11)  # digits
_BRACKETS = frozenset("()")


def _with_dots(said: str, pieces: list[str]) -> list[str]:
    """Put back the dots of an address that stand as signs among the words of its numbers."""
    dots = [m.start() for m in _LONE_DOT.finditer(said)]
    if len(dots) != _DOTS_OF_A_QUAD or any("." in piece for piece in pieces):
        return pieces
    out: list[str] = []
    places = [p.start() for p in _PIECE.finditer(said)]
    for place, piece in zip(places, pieces, strict=True):
        while dots and dots[0] < place:
            out.append(".")
            dots.pop(0)
        out.append(piece)
    return out


_LONE_DOT = re.compile(r"(?<=[ ,-])\.(?=[ ,-])|(?<=[A-Za-z0-9])\.(?=[A-Za-z0-9])")
_DOTS_OF_A_QUAD = 3
_BETWEEN_WORDS, _MARGIN = 120, 400  # between two number words of one number, and around them
_PIECES = 40  # characters that two more words of a number need at most


def _spells(between: str) -> bool:
    """Say whether what is between two words of one number are words of it, too."""
    return _SPELLING.issuperset(_LETTERS.findall(between))


_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SPELLING = frozenset({*_DIGITS, "double", "triple"})


def _spelled(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield what may be a number in words: two different whole words for digits near each other."""
    told = [
        (at, word)
        for word in _TEN
        for at in places(lower, word)
        if not text[at - 1 : at].isalpha() and not text[at + len(word) : at + len(word) + 1].isalpha()
    ]  # fmt: skip
    told.sort()
    reached, high = 0, -1
    for (first, one), (second, other) in pairwise(told):
        if one == other or second - first > _BETWEEN_WORDS or first < reached:
            continue
        if first <= high - _MARGIN or not _spells(lower[first + len(one) : second]):
            continue  # it is read already, or a sentence parts them
        low, high = max(reached, first - _MARGIN), second + _MARGIN
        for match in _SPELLED.finditer(text, low, min(len(text), high)):
            whole = _SPELLED.match(text, match.start()) if match.end() > high - _PIECES else None
            found = whole or match  # a number is not cut where the look ends
            reached = found.end()
            yield found
