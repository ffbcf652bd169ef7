"""The words beside a value that say what it is. Whole words, nearest first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.phrases import (
    UNSPACED,
    bare,
    lowered,
    register,
    vocabulary,
)
from stageflow_guard.redaction.recognizers.runs import BYTES_APART
from stageflow_guard.redaction.recognizers.shapes import KINDS


def _words() -> Iterator[tuple[str, str]]:
    for country in COUNTRIES:
        for name, words in country.words.items():
            for word in words.split("|"):
                yield word, name


_SCRIPT = re.compile(f"[{UNSPACED}]")
_CLASS: dict[str, str] = {}
_TOUCHING: dict[str, str] = {}  # words of scripts without spaces, as written and without signs
for _word, _name in _words():
    if _SCRIPT.search(_word):
        _TOUCHING.setdefault(_word, _name)
        _TOUCHING.setdefault(bare(_word), _name)
    else:
        _CLASS.setdefault(_word.replace("_", " "), _name)
_ONE = {word: name for word, name in _CLASS.items() if " " not in word}
_TWO = {word: name for word, name in _CLASS.items() if word.count(" ") == 1}
_SECOND = {word.partition(" ")[2] for word in _TWO}
# as a token of ASCII is written: small, with a capital, or in capitals
_TELLING = frozenset(form for w in _ONE.keys() | _SECOND for form in (w, w.capitalize(), w.upper()))
_TOUCHED = re.compile("|".join(map(re.escape, sorted(_TOUCHING, key=len, reverse=True))))
# words of one spelling or of camel case: `cardNumber`, `card_number`, `SSN`
_TOKEN = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+|\n\n")
# the same in all alphabets with spaces
_ANY_TOKEN = re.compile(r"[^\W\d_a-zà-ÿ]?[a-zß-ÿ\u0100-\u052f\u1e00-\u1eff]+|[^\W\d_]+|\n\n")
BEFORE, AFTER = 56, 18
OTHER = "other"


class Nearest(NamedTuple):
    """The nearest label before a place and where it ends; behind "other", the one before that."""

    name: str = ""
    end: int = 0
    behind: str = ""
    behind_end: int = 0

    def within(self, at: int) -> Nearest:
        """Return what of this is near enough to `at`."""
        if not self.end or at - self.end > BEFORE:
            return NONE
        if self.behind_end and at - self.behind_end > BEFORE:
            return Nearest(self.name, self.end)
        return self


NONE = Nearest()
_WORDS_OF: dict[str, tuple[str, ...]] = {}
for _word, _name in _words():
    _WORDS_OF[_name] = (*_WORDS_OF.get(_name, ()), _word.replace("_", " ").split(" ")[0])
register(_word for words in _WORDS_OF.values() for _word in words)
for _name, _several in _WORDS_OF.items():  # the short ones are found soon, or not at all
    _WORDS_OF[_name] = tuple(sorted(dict.fromkeys(_several), key=len))


def any_of(name: str, text: str) -> bool:
    """Say whether `text` can hold a label of the class `name` at all."""
    words = _WORDS_OF.get(name, ())
    return not vocabulary(text).isdisjoint(words) or (
        not text.isascii() and present(lowered(text), words)
    )


def scan(text: str, start: int, end: int, state: Nearest) -> Nearest:
    """Return the last label in `[start, end)`, else the state passed in.

    Walking from value to value with the state carried along reads each word once.
    """
    if end - start <= _SHORT and silent(text[start:end]):
        return state
    low = max(start, end - BEFORE)
    if low > start:  # a word that the window cuts is no whole word
        while low < end and text[low - 1].isalpha() and text[low].isalpha():
            low += 1
    plain = text.isascii() or text[low:end].isascii()
    words = _tokens(text[low:end]) if plain else _ANY_TOKEN.findall(text, low, end)
    known = words if plain else [word.lower() for word in words]
    found, at, begin = "", 0, end
    # the last one counts; a word's place is that of its last occurrence before the word behind it
    for place in range(len(words) - 1, -1, -1) if not _TELLING.isdisjoint(known) else ():
        begin = text.rfind(words[place], low, begin)
        word = known[place]
        if word not in _TELLING:
            continue
        name = _named(words[place - 1] if place else "", word)
        if name is None or (found and name == OTHER):
            continue
        stop = begin + len(word)
        if found:
            return Nearest(found, at, name, stop)
        found, at = name, stop
        if found != OTHER:
            break
    if not plain and _SCRIPT.search(text, low, end):
        found, at = _touching(text, low, end, found, at)
    if not found:
        return state
    if found == OTHER and state.end:
        real = state if state.name != OTHER else Nearest(state.behind, state.behind_end)
        return Nearest(found, at, real.name, real.end)
    return Nearest(found, at)


def _tokens(window: str) -> list[str]:
    """Return the words of ASCII as `_TOKEN` finds them: cut at all other signs, in camel case as read."""
    signs = window.encode()
    kinds = signs.translate(KINDS)
    if b"aA" in kinds or b"AAa" in kinds or b"\n\n" in signs:
        return _TOKEN.findall(window)
    return signs.translate(BYTES_APART).decode().split()


_SHORT = 4  # characters between two numbers, as in a list or a code


@lru_cache(maxsize=1024)
def silent(gap: str) -> bool:
    """Say whether no label stands in what is between two numbers."""
    pattern = _TOKEN if gap.isascii() else _ANY_TOKEN
    words = pattern.findall(gap) if gap.isascii() else [w.lower() for w in pattern.findall(gap)]
    return _TELLING.isdisjoint(words) and (gap.isascii() or _TOUCHED.search(gap) is None)


def _named(before: str, word: str) -> str | None:
    """Return the class of the label that ends in `word`, behind the word `before`."""
    word, name = word.lower(), None
    if before and word in _SECOND:
        name = _TWO.get(f"{before.lower()} {word}")
    return name or _ONE.get(word)


def _touching(text: str, low: int, end: int, found: str, at: int) -> tuple[str, int]:
    for match in _TOUCHED.finditer(text, low, end):
        if match.end() >= at:
            found, at = _TOUCHING[match[0]], match.end()
    return found, at


def before(text: str, at: int) -> str:
    """Return the class of the nearest label within 56 characters before `at`, or an empty text."""
    return scan(text, max(0, at - BEFORE - 16), at, NONE).name


def after(text: str, at: int) -> str:
    """Return the class of the first label within 18 characters after `at`, on the same line."""
    for match in _TOKEN.finditer(text[at : at + AFTER].partition("\n")[0]):
        found = _ONE.get(match[0].lower())
        if found is not None:
            return found
    return ""


_SAID_BEHIND = frozenset(word for word, name in _ONE.items() if name in ("phone", "ssn"))


@lru_cache(maxsize=4096)
def begins_label(word: str) -> bool:
    """Say whether `word` begins with what `after` may take for a label of a phone or an SSN.

    `after` cuts the text where its reach ends, so the beginning of a word may be one.
    """
    lower = word.lower()
    return any(lower[:size] in _SAID_BEHIND for size in range(1, len(lower) + 1))


class Ahead:
    """What stands behind places of a text that are asked for in their order: read once in all.

    A number that nothing before it names can be named by what is behind it, or by its shape alone.
    """

    __slots__ = ("_end", "_letter", "_read", "_said", "_text")

    def __init__(self, text: str) -> None:
        self._text, self._end = text, len(text)
        self._letter = self._said = -1  # the next letter, the next word that may be a label
        self._read = 0  # words that begin before are read

    def wordless(self, at: int, reach: int) -> bool:
        """Say whether no letter of any script stands in the `reach` characters from `at` on."""
        if self._letter < at:
            letter = _LETTER.search(self._text, at)
            self._letter = letter.start() if letter is not None else self._end + _FAR
        return self._letter >= at + reach

    def unsaid(self, at: int, reach: int) -> bool:
        """Say whether `after` finds no phone and no SSN for any place of the `reach` characters."""
        limit = at + reach
        if self._said < at:
            read = max(self._read, at)
            if read >= limit:
                return True
            for word in _TOKEN.finditer(self._text, read):
                start = self._read = word.start()
                if start >= limit:
                    return True
                if begins_label(word[0]):
                    self._said = start
                    return False
            self._said = self._end + _FAR
        return self._said >= limit


_LETTER = re.compile(r"[^\W\d_]")
_FAR = 1_000  # beyond any reach
