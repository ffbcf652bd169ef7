"""Numbers of which some digits are words: `529-seven-five-1057`, `4one11 1111`, `(five)36-9(zero)-4399`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import any_of, places
from stageflow_guard.redaction.recognizers.digit_words import LANGUAGES
from stageflow_guard.redaction.recognizers.generic.quads import is_quad
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import holds, letters_at_digits
from stageflow_guard.redaction.text.view import Edit

_NEAR = 80  # characters between two words of one number
_FEW, _FEW_DIGITS, _FEWEST, _MOST = 2, 2, 8, 34


def apart(text: str, language: int, heard: frozenset[str]) -> Iterator[Edit]:
    """Yield a number of which a few digits are words of their own: `NL13 RABO 0221 2481 eight eight`."""
    lower = lowered(text)
    reached = 0
    for at in sorted(at for word in heard for at in _beside_digits(lower, word)):
        if at < reached:
            continue
        for match in _partly(language).finditer(lower, max(reached, at - _NEAR), at + _NEAR):
            reached = match.end()
            said = _one(language).findall(match[0])
            if len(said) < _FEW or sum(map(str.isdigit, match[0])) < _FEW_DIGITS:
                continue
            plain = _one(language).sub(_written(language), match[0])
            plain = _JOINT_OF_SAID.sub("", plain).replace("\x1f", "")
            if is_quad(plain.split(" ")) and labels.before(text, match.start()) == "ip":
                plain = plain.replace(" ", ".")
            elif _SINGLE.search(plain) is not None:  # each sign for itself: no group is left
                plain = plain.replace(" ", "").replace("-", "")
            if _FEWEST <= sum(map(str.isdigit, plain)) <= _MOST:
                yield (*match.span(), plain.upper())


_SINGLE = re.compile(r"(?<![0-9.])[0-9](?![0-9.])")
_JOINT_OF_SAID = re.compile("(?<=[0-9])\x1f[ -]\x1f(?=[0-9])")  # between two words


def _beside_digits(lower: str, word: str) -> Iterator[int]:
    """Yield where a whole word stands whose neighbour is a digit."""
    for at in places(lower, word):
        end = at + len(word)
        if lower[at - 1 : at].isalpha() or lower[end : end + 1].isalpha():
            continue
        if lower[max(0, at - 3) : at].rstrip(" -.,/([")[-1:].isdigit() or (
            lower[end : end + 3].lstrip(" -.,/)]")[:1].isdigit()
        ):  # fmt: skip
            yield at


@lru_cache(maxsize=len(LANGUAGES))
def _one(language: int) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_]){any_of(LANGUAGES[language])}(?![^\W\d_])")


@lru_cache(maxsize=len(LANGUAGES))
def _partly(language: int) -> re.Pattern[str]:
    """Return what matches groups of digits and words for digits next to each other, an account's letters among them."""
    item = rf"(?:{any_of(LANGUAGES[language])}(?![^\W\d_])|[a-z]{{2}}[0-9]{{1,2}}(?![^\W_])|[a-z]{{4}}(?=[ ][0-9])|[0-9]{{1,8}}(?![^\W_]))"
    return re.compile(
        rf"(?<![^\W_]){item}(?:[ ]?[-./][ ]?-?|[ ]){item}(?:(?:[ ]?[-./][ ]?-?|[ ]){item}){{1,32}}(?![^\W_])"
    )


def _written(language: int) -> Callable[[re.Match[str]], str]:
    """Return what writes a word as its digits, between marks."""
    known = LANGUAGES[language]
    return lambda match: f"\x1f{known[match[0]]}\x1f"


# words for single digits of all languages: those of one number touch each other and its digits
_DIGIT_OF = {
    word: digit
    for words in reversed(LANGUAGES)
    for word, digit in words.items()
    if len(digit) == 1 and len(word) > 2 and word.isalpha()
}
_WORD = any_of(_DIGIT_OF)
_HEADS = frozenset(word[:3] for word in _DIGIT_OF)
_TAILS = frozenset(word[-3:] for word in _DIGIT_OF)
_DIGIT = rf"(?:[0-9]|{_WORD})"
_TOUCHING = re.compile(
    rf"(?<![^\W_])(?:[a-z]{{2}}(?={_DIGIT}))?[+(]?{_DIGIT}(?:[ ().\[\]/-]{{0,3}}?{_DIGIT}(?:[ ][a-z]{{4}}[ ](?=[0-9]))?){{6,33}}(?:(?<=[a-z])[)\]])?(?![^\W_])",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(rf"[(\[]({_WORD})[)\]]|{_WORD}", re.IGNORECASE)
_BESIDE = (b"0aaa", b"aaa0", b"0AAA", b"AAA0", b"0Aaa", b"Aaa0")
_IN_BRACKETS = (b"0(aaa", b"aaa)0", b"0[aaa", b"aaa]0", b"0(AAA", b"AAA)0", b"0(Aaa", b"Aaa)0")
_BEFORE, _AGAIN, _LEAST, _MOST_TOUCHING = 60, 20, 7, 34


def touching(text: str) -> Iterator[Edit]:
    """Yield a number whose words touch its digits: `five36-ninezero-4399`."""
    bracketed = holds(text, _IN_BRACKETS)
    if not bracketed and not holds(text, _BESIDE):
        return
    lower, reached = lowered(text), 0
    for at in letters_at_digits(text, brackets=bracketed):
        if at < reached or (
            lower[at : at + 3] not in _HEADS and lower[at - 4 : at].rstrip(")]")[-3:] not in _TAILS
        ):
            continue
        low = max(reached, at - _BEFORE)
        reached = max(reached, at - _AGAIN)  # what begins before was tried now
        for match in _TOUCHING.finditer(text, low, at + _BEFORE + _BEFORE):
            reached = max(reached, match.end())
            plain = _ONE_WORD.sub(_digit, match[0])
            if plain != match[0] and _LEAST <= sum(map(str.isdigit, plain)) <= _MOST_TOUCHING:
                yield (*match.span(), plain)


def _digit(match: re.Match[str]) -> str:
    return _DIGIT_OF[(match[1] or match[0]).lower()]
