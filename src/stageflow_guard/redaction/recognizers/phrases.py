"""Phrases of many languages found in a text: by their first words, or as they stand. Pure.

A phrase of an alphabet with spaces is looked for only where its first word is among the words of
the text, in any usual spelling: `date of birth`, `date_of_birth`, `dateOfBirth`, `dateofbirth`.
A phrase of a script without spaces is looked for as it stands, only in texts that hold such a
script.
"""

from __future__ import annotations

import itertools
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.anchors import LARGE, any_of, folded
from stageflow_guard.redaction.recognizers.anchors import places as places_of
from stageflow_guard.redaction.recognizers.confusables import LETTERS, MARKS
from stageflow_guard.redaction.recognizers.hidden import source_of
from stageflow_guard.redaction.recognizers.runs import runs
from stageflow_guard.redaction.recognizers.shapes import capitals

# letters that touch a number or a word without being part of it: Hebrew to Thai, Han, Kana, Hangul
UNSPACED = "\u0590-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9d"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(r"[A-Za-z]+")
_SIGNS = {c: " " for c in range(128) if not chr(c).isalpha()} | dict.fromkeys(
    map(ord, "“”„‘’«»·•–—…：、。，；（）「」【】〒№°"), " "
)


class Match(NamedTuple):
    """Where a phrase stands, and what it is."""

    start: int
    end: int
    kind: str


_HEADS: frozenset[str] = frozenset()


def register(heads: Iterable[str]) -> None:
    """Add words that `vocabulary` is asked about."""
    global _HEADS  # noqa: PLW0603 - filled while the recognizers are imported
    _HEADS |= frozenset(heads)
    vocabulary.cache_clear()


@lru_cache(maxsize=16)
def vocabulary(text: str) -> frozenset[str]:
    """Return the words of `text` that begin a phrase, in lower case.

    A name in camel case gives its parts; the inside of a long code holds no names.
    """
    source = source_of(text)
    if source is not None:
        lower = lowered(text)
        return frozenset(word for word in vocabulary(source) if word in lower)
    if _holds_a_code(text):
        text = _SOLID.sub(lambda m: " " * (len(m[0]) - _LONG) + m[0][-_LONG:], text)
    found = set(runs(lowered(text)).among(_HEADS))
    for cuts in _camels(text, _LONG):
        found.update(_HEADS.intersection(text[a:b].lower() for a, b in itertools.pairwise(cuts)))
    return frozenset(found)


def _holds_a_code(text: str) -> bool:
    """Say whether `_CODE` characters may stand without a space between them: few texts are read for it."""
    at, last = 0, len(text) - _CODE
    while at <= last:
        space = text.rfind(" ", at, at + _CODE)
        if space < 0:
            return _SOLID.search(text, at) is not None
        at = space + 1
    return False


def _camels(text: str, most: int) -> Iterator[list[int]]:
    """Yield where the parts of each name in camel case begin, and where the last one ends.

    `most`: letters before its first border that are looked at.
    """
    cuts: list[int] = []
    end = 0
    for at in capitals(text):
        if at < end:
            cuts.append(at)
            continue
        if cuts:
            yield [*cuts, end]
        begin = at - 1
        while begin > end and at - begin < most and text[begin - 1] in _ALPHA:
            begin -= 1
        run = _WORD.match(text, at)
        cuts, end = [begin, at], run.end() if run is not None else at
    if cuts:
        yield [*cuts, end]


@lru_cache(maxsize=4)
def _places(text: str) -> dict[str, list[int]]:
    """Return where each first word of a phrase of some index stands."""
    source = source_of(text)
    if source is not None:
        return {
            word: [at for at in places if text[at] == source[at]]
            for word, places in _places(source).items()
        }
    found: dict[str, list[int]] = {}
    known = vocabulary(text) & _OWNERS.keys()
    lower = lowered(text)
    parts = [part for cuts in _camels(text, len(text)) for part in itertools.pairwise(cuts)]
    camels = {lower[begin:end] for begin, end in parts}
    for word, at in runs(lower).places(_going_on(known, lower, camels)):
        found.setdefault(word, []).append(at)
    for begin, end in parts:
        word = lower[begin:end]
        if word in known:
            found.setdefault(word, []).append(begin)
    return found


def _going_on(known: frozenset[str], lower: str, camels: Iterable[str]) -> frozenset[str]:
    """Return those of `known` of which some phrase may go on in a text, or is that word alone.

    `camels`: the parts of its names in camel case.
    """
    if not lower.isascii():
        return known
    words = frozenset(runs(lower).pieces).union(camels)
    idle = [
        word for word in known if (second := _SECOND[word]) is not None and second.isdisjoint(words)
    ]
    return known.difference(idle)


_ALPHA = frozenset(string.ascii_letters)
_LONG = 48  # letters of one name in camel case
_CODE = 2_048  # letters and digits without any other sign
_SOLID = re.compile(rf"[A-Za-z0-9+/_-]{{{_CODE},}}")


@lru_cache(maxsize=16)
def lowered(text: str) -> str:
    """Return `text` in lower case with the same offsets."""
    return folded(text)


class Words(NamedTuple):
    """What stands between white space: the longest size, how many are one character, the long ones."""

    longest: int
    single: int
    long: list[tuple[int, str]]  # and where each of them begins


@lru_cache(maxsize=4)
def spaced(text: str) -> Words:
    """Return what the words of `text` between white space are."""
    words = text.split()
    sizes = list(map(len, words))
    at, out = 0, list[tuple[int, str]]()
    for word in itertools.compress(words, map(_SHORTEST.__le__, sizes)):
        at = text.find(word, at)  # a shorter word between two of them holds none
        out.append((at, word))
        at += len(word)
    return Words(max(sizes, default=0), sizes.count(1), out)


def long_words(text: str) -> list[tuple[int, str]]:
    """Return the words of ten characters and more between white space, and where they begin."""
    return spaced(text).long


_SHORTEST = 10


@lru_cache(maxsize=16)
def numbered(text: str) -> bool:
    """Say whether `text` holds an ASCII digit."""
    signs = text.encode("utf-8", "surrogatepass")
    return len(signs.translate(None, _DIGITS)) < len(signs)


_DIGITS = b"0123456789"


@lru_cache(maxsize=16)
def unspaced(text: str) -> bool:
    """Say whether `text` holds a script whose letters touch what they announce."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def bare(phrase: str) -> str:
    """Return `phrase` without its vowel signs and with look-alikes replaced, as a view shows it."""
    if phrase.isascii():
        return phrase
    shown = (LETTERS.get(c, MARKS.get(c, c)) for c in phrase if unicodedata.category(c)[0] != "M")
    return "".join(shown)


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _writings(phrase: str) -> set[str]:
    """Return `phrase` as it is written: as it is, as a view shows it, and, as keys are, in ASCII.

    A capital may look like another letter than its small one: `П` is no `n`, `Η` is no `n`.
    """
    forms = {phrase, bare(phrase)}
    if "º" in phrase:  # a view shows a letter: `nº` is `no`
        forms.add(bare(phrase).replace("º", "o"))
    if not phrase.isascii():
        capitals = unicodedata.normalize("NFD", phrase.upper())  # Greek ones have no accents
        capitals = "".join(c for c in capitals if unicodedata.category(c)[0] != "M")
        written = (phrase[:1].upper() + phrase[1:], phrase.title(), phrase.upper(), capitals)
        forms.update(folded(bare(one)) for one in written if len(one) == len(phrase))
    if not phrase.isascii() and phrase[0] < "\u0250" and len(phrase) > 4:
        plain = "".join(c for c in unicodedata.normalize("NFD", phrase) if c < "\u0300")
        forms |= {plain, phrase.translate(_GERMAN)}
    return forms


_APART = r"[\s_.'’/-]{0,2}"


def _spelled(phrase: str) -> str:
    """Return the pattern of a phrase: words apart in any usual way, an apostrophe as it is."""
    return "".join(
        re.escape(piece)
        if piece not in "'’" and piece[0] not in " ./-"
        else ("['’]" if piece in "'’" else _APART)
        for piece in re.findall(r"['’]|[ ./-]+|[^ .'’/-]+", phrase)
    )


def _either(head: str, spelled: Iterable[str]) -> str:
    """Return a pattern of any of `spelled`, in their order, an empty group `pN` behind the one that it was.

    What they begin with, their head and what parts it from the next word, is read once for those that follow
    each other: no group stands in front of it.
    """
    begun = re.escape(head) + _APART
    counted = ((one, f"(?P<p{number}>)") for number, one in enumerate(spelled))
    return "|".join(
        f"{begun}(?:{'|'.join(one[len(begun) :] + group for one, group in ones)})"
        if shared
        else "|".join(one + group for one, group in ones)
        for shared, ones in itertools.groupby(counted, lambda one: one[0].startswith(begun))
    )


_COMMON = frozenset(
    {"the", "one", "for", "and", "all", "pan", "run", "via", "met", "sin", "ben", "rut", "ust"}
)
_SIGNED = ("\n", ",", "\r", ":", "=", " :", " =", '"', "'", ".", "_", "-", ")", "`", "\uff1a")


_TWO_WORDS = re.compile(r"[^ .'’/-]+[ .'’/-]+[^ .'’/-]+")


def _needles(head: str, phrases: Iterable[str]) -> set[str]:
    """Return what a phrase with a short first word begins with: that word and a bit more."""
    out: set[str] = set()
    for phrase in phrases:
        words = re.split(r"[ .'’/-]+", phrase.strip(". "))
        if len(words) > 1 and len(head) == 1:  # as it is written, or the text is read in vain
            written = _TWO_WORDS.match(phrase)
            out |= {written[0]} if written is not None else set()
        elif len(words) > 1:
            first = {head, words[0]}
            apart = ("", " ", "_", "-", ".", "'", "’", "/", ". ")
            out |= {word + sign + words[1] for word in first for sign in apart}
        elif len(head) > 1:
            out |= {head + sign for sign in (*_SIGNED, *(() if head in _LITTLE else (" ",)))}
    return out


_LITTLE = frozenset(
    {"to", "on", "it", "is", "in", "an", "me", "no", "cc", "af", "cf", "st", "tz", "ad", "dl", "id"}
)


def _named(phrase: str) -> str:
    """Return a phrase of an alphabet with spaces, from its first letter on: `2fa code` begins with `fa`."""
    return "" if _UNSPACED.search(phrase) else phrase.lower().lstrip("0123456789")


def _head(form: str) -> str:
    return form.translate(_SIGNS).split()[0]


_COUNT = itertools.count()
_OWNERS: dict[str, list[int]] = {}  # the numbers of the indexes that have phrases with a first word
# by first word, the second words of its phrases that a text of ASCII may hold; None where one has no second
_SECOND: dict[str, frozenset[str] | None] = {}
_ASCII_RUNS = re.compile(r"[A-Za-z]+")


def _either_second(known: frozenset[str] | None, forms: Iterable[str]) -> frozenset[str] | None:
    """Return `known` with the second words of `forms`, phrases of one first word."""
    if known is None:
        return None
    plain = [_ASCII_RUNS.findall(form) for form in forms if form.isascii()]
    if any(len(words) < _TWO for words in plain):
        return None
    return known.union(words[1] for words in plain)


_TWO = 2


@lru_cache(maxsize=4)
def _heads_by_index(text: str) -> dict[int, list[str]]:
    """Return the first words of phrases that are in `text`, by the number of their index."""
    found: dict[int, list[str]] = {}
    for word in vocabulary(text):
        for number in _OWNERS.get(word, ()):
            found.setdefault(number, []).append(word)
    return found


class Index:
    """All phrases of some kinds."""

    def __init__(self, kinds: Mapping[str, Iterable[str]]) -> None:
        kinds = {kind: tuple(phrases) for kind, phrases in kinds.items()}
        by_head: dict[str, dict[str, str]] = {}
        solid: dict[str, str] = {}
        for kind, phrases in kinds.items():
            for phrase in phrases:
                if _UNSPACED.search(phrase):
                    latin = {phrase, phrase.upper(), phrase.capitalize(), phrase.title()}
                    for form in sorted(latin | {bare(one) for one in latin}):
                        solid.setdefault(form, kind)
                elif named := _named(phrase):  # as it is given it is no other phrase's writing
                    by_head.setdefault(_head(named), {}).setdefault(named, kind)
        for kind, phrases in kinds.items():
            for named in filter(None, map(_named, phrases)):
                for form in sorted(_writings(named)):
                    words = re.split(r"[ .'’/-]+", form.strip(". "))
                    glued = "".join(words)
                    by_head.setdefault(_head(form), {}).setdefault(form, kind)
                    if len(words) > 1 and len(glued) >= 5:
                        by_head.setdefault(_head(glued), {}).setdefault(glued, kind)
        self._number = next(_COUNT)
        register(by_head)
        for head, forms in by_head.items():
            _OWNERS.setdefault(head, []).append(self._number)
            _SECOND[head] = _either_second(_SECOND.get(head, frozenset()), forms)
        _heads_by_index.cache_clear()
        self._phrases = by_head
        # compiled when met
        self._at: dict[str, tuple[re.Pattern[str], dict[str, str], re.Pattern[str] | None]] = {}
        self._solid = solid
        self._solid_pattern = (
            re.compile("|".join(map(re.escape, sorted(solid, key=len, reverse=True))))
            if solid
            else None
        )

    def _compiled(
        self, head: str
    ) -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str] | None]:
        """Return what matches a phrase of `head`, its kinds, and what finds where one may begin."""
        phrases = self._phrases[head]
        # signs may be written or not: the one of most letters first, of which another is the beginning
        ordered = sorted(phrases, key=lambda p: (sum(map(str.isalnum, p)), len(p)), reverse=True)
        kinds = {f"p{i}": phrases[phrase] for i, phrase in enumerate(ordered)}
        pattern = re.compile(_either(head, [_spelled(phrase.strip(". ")) for phrase in ordered]))
        # a head that is a part of many words is looked for with what follows it
        short = len(head) <= 2 or head in _COMMON
        return pattern, kinds, re.compile(any_of(_needles(head, phrases))) if short else None

    def find(self, text: str) -> Iterator[Match]:
        """Yield each place of a phrase, the longest at that place; order is by phrase."""
        heads = _heads_by_index(text).get(self._number)
        if heads:
            lower = lowered(text)
            for head in heads:
                known = self._at.get(head)
                if known is None:
                    known = self._at[head] = self._compiled(head)
                pattern, kinds, begins = known
                if len(text) >= LARGE:
                    places = _places(text).get(head, [])
                    if begins is not None:
                        places = [at for at in places if begins.match(lower, at)]
                elif begins is not None:
                    places = [match.start() for match in begins.finditer(lower)]
                else:
                    places = places_of(lower, head)
                for at in places:
                    if at and text[at - 1].isalpha() and not self._begins(text, at):
                        continue
                    match = pattern.match(lower, at)
                    if match is not None and self._ends(text, match.end()):
                        yield Match(at, match.end(), kinds[match.lastgroup or ""])
        if self._solid_pattern is not None and unspaced(text):
            for match in self._solid_pattern.finditer(text):
                yield Match(match.start(), match.end(), self._solid[match[0]])

    @staticmethod
    def _begins(text: str, at: int) -> bool:
        """A phrase is whole words: a letter touches it at a border of camel case alone."""
        before = text[at - 1]
        return (before.islower() and text[at].isupper()) or _UNSPACED.match(before) is not None

    @staticmethod
    def _ends(text: str, at: int) -> bool:
        after = text[at : at + 1]
        return (
            not after.isalpha()
            or (text[at - 1].islower() and after.isupper())
            or _UNSPACED.match(after) is not None
        )
