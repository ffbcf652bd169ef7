"""Where a recognizer has to look at all: positions of its words, found at memory speed. Pure."""

from __future__ import annotations

from collections.abc import Iterable


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


def folded(text: str) -> str:
    """Return `text` in lower case with the same offsets."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
