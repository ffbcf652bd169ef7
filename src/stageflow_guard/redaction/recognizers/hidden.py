"""Texts in which parts of another text are hidden: what was read of that one need not be read again. Pure.

Prose is read with everything hidden that is surely no prose. Its words and numbers stand where they
stood, as long as no border of a hidden part goes through one of them.
"""

from __future__ import annotations

from collections.abc import Iterable

# the text and its source, then both in lower case: one value, so that no thread sees halves of two
_last: tuple[tuple[str, str], ...] = ()


def remember(text: str, source: str, spans: Iterable[tuple[int, int]]) -> None:
    """Remember that `text` is `source` with `spans` hidden, each character by a sign.

    Nothing is remembered where a border of a span goes through a word or a number, or where a small
    letter is no single one. Only the last text is known: any other one has to be read.
    """
    global _last  # noqa: PLW0603 - replaced as a whole
    if any(_goes_on(source, at) for span in spans for at in span):
        return
    small, given = text.lower(), source.lower()
    if len(small) == len(given) == len(text):
        _last = ((text, source), (small, given))


def source_of(text: str) -> str | None:
    """Return the text that `text` is with parts of it hidden; None where none is known."""
    for shown, source in _last:
        if shown == text:
            return source
    return None


def _goes_on(text: str, at: int) -> bool:
    """Say whether a word or a number goes on at `at`."""
    before, behind = text[at - 1 : at], text[at : at + 1]
    return before.isalnum() and behind.isalnum() and before.isdecimal() == behind.isdecimal()
