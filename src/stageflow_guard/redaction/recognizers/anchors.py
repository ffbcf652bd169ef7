"""Where a recognizer has to look at all: positions of its words, found at memory speed. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, KeysView, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from stageflow_guard.redaction.recognizers.hidden import source_of


def present(folded: str, words: Iterable[str]) -> bool:
    """Say whether any of `words` occurs in `folded` (lower case, as the words are)."""
    for word in words:  # noqa: SIM110 - a generator costs as much as the search
        if word in folded:
            return True
    return False


def places(folded: str, word: str) -> list[int]:
    """Return where `word` begins in `folded`, in order."""
    found = []
    at = folded.find(word)
    while at >= 0:
        found.append(at)
        at = folded.find(word, at + 1)
    return found


def positions(folded: str, words: Iterable[str]) -> list[int]:
    """Return where any of `words` begins in `folded`, in order."""
    found: set[int] = set()
    for word in words:
        at = folded.find(word)
        while at >= 0:
            found.add(at)
            at = folded.find(word, at + 1)
    return sorted(found)


def any_between(places: Sequence[int], low: int, high: int) -> bool:
    """Say whether one of `places`, which are in order, is at `low` or behind it, and before `high`."""
    at = bisect_left(places, low)
    return at < len(places) and places[at] < high


def folded(text: str) -> str:
    """Return `text` in lower case with the same offsets."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_HEADS: list[frozenset[str]] = []  # what each `Heads` looks for


class Heads:
    """Beginnings of what a recognizer finds, behind no small letter of ASCII.

    Those of all recognizers are looked for together: a text is read once, not once for each word.
    """

    __slots__ = ("number",)

    def __init__(self, words: Iterable[str]) -> None:
        self.number = len(_HEADS)
        _HEADS.append(frozenset(words))
        _reader.cache_clear()
        _read.cache_clear()
        _owned.cache_clear()

    def places(self, folded: str) -> Sequence[int]:
        """Return where any of them begins in `folded` (lower case, as they are), in order."""
        return _owned(folded).get(self.number, ())


Recognizer = TypeVar("Recognizer", bound=Callable[[str], Iterable[Any]])
_NEEDED: dict[Callable[[str], Iterable[Any]], frozenset[int]] = {}


def only_at(*heads: Heads) -> Callable[[Recognizer], Recognizer]:
    """Say of a recognizer that it finds nothing in a text in which none of `heads` begins."""

    def marked(recognize: Recognizer) -> Recognizer:
        _NEEDED[recognize] = frozenset(one.number for one in heads)
        return recognize

    return marked


def needed(recognize: Callable[[str], Iterable[Any]]) -> frozenset[int]:
    """Return which heads a recognizer finds nothing without; none where it looks at any text."""
    return _NEEDED.get(recognize, frozenset())


def begun(folded: str) -> KeysView[int]:
    """Return which `Heads` have a head that begins in `folded`."""
    return _owned(folded).keys()


def begins_any(folded: str) -> bool:
    """Say whether anything begins in `folded` that some recognizer looks for."""
    return bool(_read(folded))


@lru_cache(maxsize=4)
def _owned(folded: str) -> dict[int, list[int]]:
    """Return where the heads of each `Heads` begin."""
    _, owners = _reader()
    found: dict[int, list[int]] = {}
    for word, places in _read(folded).items():
        for owner in owners[word]:
            found.setdefault(owner, []).extend(places)
    for places in found.values():
        places.sort()
    return found


@lru_cache(maxsize=4)
def _read(folded: str) -> dict[str, list[int]]:
    """Return where each head begins that is the longest one at its place."""
    pattern, _ = _reader()
    source = source_of(folded)
    if source is not None:
        return _left(pattern, folded, _read(source))
    found: dict[str, list[int]] = {}
    for match in pattern.finditer("\n" + folded):
        found.setdefault(match[1], []).append(match.start())
    return found


def _left(
    pattern: re.Pattern[str], folded: str, known: Mapping[str, list[int]]
) -> dict[str, list[int]]:
    """Return what is left of known places in a text of which parts are hidden."""
    found: dict[str, list[int]] = {}
    lines = "\n" + folded
    for word, places in known.items():
        for at in places:
            if folded.startswith(word, at):
                found.setdefault(word, []).append(at)
                continue
            match = pattern.match(lines, at)  # a shorter one that ends before what is hidden
            if match is not None:
                found.setdefault(match[1], []).append(at)
    return found


@lru_cache(maxsize=1)
def _reader() -> tuple[re.Pattern[str], Mapping[str, tuple[int, ...]]]:
    """Return the pattern of the longest head at a place, and whose heads it and its beginnings are."""
    own: dict[str, set[int]] = {}
    for number, heads in enumerate(_HEADS):
        for head in heads:
            own.setdefault(head, set()).add(number)
    owners = {
        word: tuple(set().union(*(own.get(word[:n], ()) for n in range(1, len(word) + 1))))
        for word in own
    }
    first = "".join(sorted({re.escape(head[0]) for head in own}))
    # the sign before a head is no part of it: the next head may begin right behind that one
    return re.compile(f"[^a-z](?=[{first}])(?=({any_of(own)}))"), owners


LARGE = 400  # characters from which on all runs of letters are placed, not each looked for


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of the longest of `words`, which reads each letter once; none is never there."""
    tree: dict[str, Any] = {}
    for word in sorted(words):
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _pattern(tree) if tree else "(?!)"


def _pattern(tree: Mapping[str, Any]) -> str:
    ways = [re.escape(letter) + _pattern(under) for letter, under in tree.items() if letter]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)}){'?' if '' in tree else ''}"
