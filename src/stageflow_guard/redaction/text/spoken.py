"""Numbers as they are said: `null eins sieben eins`, `zéro six, soixante-quatorze`, `five five five 0143`. Pure.

In nine languages, words for 0 to 99 and for the signs between them; digits may stand among the
words. A number has seven digits and more, and all of its words are of one language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.anchors import any_of, places
from stageflow_guard.redaction.recognizers.digit_words import FIRST, LANGUAGES
from stageflow_guard.redaction.recognizers.generic.accounts import LENGTHS
from stageflow_guard.redaction.recognizers.phrases import long_words, lowered, vocabulary
from stageflow_guard.redaction.text import half_said
from stageflow_guard.redaction.text.view import Edit, View

_SIGNS = {
    "plus": "+", "dash": "-", "hyphen": "-", "dot": ".", "point": ".", "strich": "-", "bindestrich": "-", "punkt": ".", "tiret": "-", "más": "+", "guion": "-", "guión": "-",
    "punto": ".", "più": "+", "trattino": "-", "punt": ".", "streepje": "-", "mais": "+", "traço": "-", "ponto": ".", "hífen": "-", "plus-tecken": "+", "kropka": ".", "myślnik": "-",
}  # fmt: skip
_TWICE = {
    "double": 2,
    "triple": 3,
    "doppel": 2,
    "doble": 2,
    "doppio": 2,
    "dubbel": 2,
    "duplo": 2,
    "podwójne": 2,
}
_WRITTEN = frozenset("+.")
_DIGITS, _SPOKEN, _KINDS, _LONGEST = 7, 4, 3, 20
_FUSED_LEAST = 20  # characters of the shortest number in one word


@lru_cache(maxsize=len(LANGUAGES))
def _pattern(language: int) -> re.Pattern[str]:
    """Return what matches a number in words of a language; compiled when one is met."""
    item = rf"(?:[(][ ]?)?(?:(?:(?:{'|'.join(_TWICE)})[ -])?(?:{any_of(LANGUAGES[language])}|{any_of(_SIGNS)})(?![^\W\d_])|[0-9]{{1,4}}(?![0-9]))(?:[ ]?[)])?"
    return re.compile(
        rf"(?<![^\W_])(?:[a-z][ ]?[a-z][ ])?\+?{item}(?:(?:[ ]?[,./–-][ ]?|[ ]?\.{{3}}[ ]?|[ \t]{{1,3}}|,?[ ]?\n[ ]?){item}){{3,}}(?![^\W\d_])"
    )


# digits of Chinese and Japanese, as they are read one by one
_HAN_WRITTEN = {
    "〇零0": "0", "一壹幺": "1", "二贰貳两": "2", "三叁參": "3", "四肆": "4", "五伍": "5", "六陆陸": "6", "七柒": "7", "八捌": "8", "九玖": "9",
}  # fmt: skip
_HAN_DIGITS = {ord(char): digit for chars, digit in _HAN_WRITTEN.items() for char in chars}
_HAN = "[" + "".join(_HAN_WRITTEN) + "]"
_HAN_RUN = re.compile(rf"{_HAN}(?:[ ().-]{{0,2}}{_HAN}){{6,24}}")


def _fused(text: str, lower: str) -> Iterator[Edit]:
    """Yield digits whose words touch each other: `sixnineseven`."""
    for match in _long_words(text, lower):
        if _SOME_FUSED.search(match[0].replace("-", "")) is None:
            continue
        for language in range(len(LANGUAGES)):
            digits = _whole(match[0], language)
            if digits:
                yield (*match.span(), digits)
                break


def _long_words(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield the words that may be a number in one word."""
    for at, word in long_words(text):
        if len(word) > _FUSED_LEAST:
            yield from _LONG_WORD.finditer(lower, at, at + len(word))


_LONG_WORD = re.compile(r"(?<![a-zß-ž-])[a-zß-ž-]{21,160}(?![a-zß-ž-])")


def _whole(word: str, language: int) -> str:
    """Return the digits that a word is made of in a language; nothing where it holds another word."""
    units, pattern, one = _units(language)
    bare = word.replace("-", "")
    country = "" if pattern.fullmatch(bare) else bare[:2]  # of an account: `DEfivezero`
    if country and pattern.fullmatch(bare, 2) is None:
        return ""
    return country.upper() + "".join(units[p] for p in one.findall(bare, len(country)))


@lru_cache(maxsize=len(LANGUAGES))
def _units(language: int) -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Return a language's words for digits, what matches several of them, and one."""
    units = {w: n for w, n in LANGUAGES[language].items() if len(n) == 1 and " " not in w}
    one = any_of(units)
    return units, re.compile(rf"(?:{one}){{{_DIGITS},}}"), re.compile(one)


# two words for digits that touch each other
_SOME_FUSED = re.compile(
    rf"(?:{any_of({w for words in LANGUAGES for w, n in words.items() if len(n) == 1 and len(w) > 2 and ' ' not in w})}){{4}}"
)


def spoken(view: View) -> View:
    """Write numbers in words as digits: seven and more, of one language, most of them said."""
    if not view.text.isascii() and _HAN_RUN.search(view.text) is not None:
        han = [(*m.span(), m[0].translate(_HAN_DIGITS)) for m in _HAN_RUN.finditer(view.text)]
        view = view.edited(han, "spoken")
    if view.longest > _FUSED_LEAST:
        view = view.edited(list(_fused(view.text, lowered(view.text))), "spoken")
    if view.digits:
        view = view.edited(list(half_said.touching(view.text)), "spoken")
    heard = vocabulary(view.text)
    edits: list[Edit] = []
    for language, words in enumerate(FIRST):
        known = heard & words
        if len(known) >= _KINDS:
            edits += _said(lowered(view.text), language, known)
        if known and view.digits:
            edits += half_said.apart(view.text, language, known)
    if not edits:
        return view
    edits.sort(key=lambda edit: (edit[0], -edit[1]))
    return view.edited(edits, "spoken")


def _numbers(lower: str, language: int, heard: frozenset[str]) -> Iterator[re.Match[str]]:
    """Yield what may be a number, read only where some of its words stand near each other."""
    at = sorted(place for word in heard for place in places(lower, word))
    reached = 0
    for first, fourth in zip(at, at[_SPOKEN - 1 :], strict=False):
        if fourth - first > _NEAR or fourth < reached:
            continue
        for match in _pattern(language).finditer(
            lower, max(reached, first - _NEAR), fourth + _REACH
        ):
            reached = match.end()
            yield match
        reached = max(reached, fourth)


_NEAR, _REACH = 80, 320  # characters between four words of one number, and of the longest


def _said(lower: str, language: int, heard: frozenset[str]) -> Iterator[Edit]:
    """Yield digits in place of the numbers that are said with words that are `heard` of a language."""
    known = LANGUAGES[language]
    for match in _numbers(lower, language, heard):
        groups, count = list[str](), 0
        kinds: set[str] = set()
        for group in match[0].split(","):
            groups.append("")
            for piece, number in _pieces(group, known):
                groups[-1] += number
                if number.isdigit() and not piece.isdigit():
                    count += 1
                    kinds.add(piece)
        told = list(filter(None, groups))
        one_by_one = len(told) >= _DIGITS and max(map(len, told)) == 1
        digits = ("" if one_by_one else " ").join(told)
        size = sum(map(str.isdigit, digits))
        country = _COUNTRY.match(match[0])
        code = (country[1] + country[2]).upper() if country is not None else ""
        if code in LENGTHS and size > _LEAST_ACCOUNT:
            digits = code + digits.replace(" ", "")
        if _DIGITS <= size <= _LONGEST and count >= _SPOKEN and len(kinds) >= _KINDS:
            yield (*match.span(), _announced(digits, size))


def _announced(digits: str, size: int) -> str:
    """Return digits that are said, with what they are where nothing says something else: nobody dictates a count."""
    if size not in _OF_A_PHONE or "." in digits:
        return digits
    return f"{digits} (phone)"


_LEAST_ACCOUNT = 11  # digits of the shortest IBAN
_COUNTRY = re.compile(r"([a-z])[ ]?([a-z])[ ]")  # of an account, before its digits
_OF_A_PHONE = range(9, 13)  # digits


def _pieces(said: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each piece of a number that is said, the longest there, and what it writes."""
    words = re.findall(r"[^\W\d_]+|[0-9]+|[+.-]|[ ]", said)
    at = times = 0
    while at < len(words):
        for end in range(min(len(words), at + 7), at, -1):
            piece = "".join(words[at:end])
            number = known.get(piece) or _SIGNS.get(piece) or (piece if piece.isdigit() or piece in _WRITTEN else "")  # fmt: skip
            if number:
                yield piece, number * max(times, 1)
                times = 0
                break
        else:
            end = at + 1
            times = _TWICE.get(words[at], times)
        at = end
