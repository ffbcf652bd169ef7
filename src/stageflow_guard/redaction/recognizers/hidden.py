"""Texts in which parts of another text are hidden: what was read of that one need not be read again. Pure.

Prose is read with everything hidden that is surely no prose. Its words and numbers stand where they
stood, as long as no border of a hidden part goes through one of them.
"""

from __future__ import annotations

import re

BARRIER = "\x1e"  # nothing reaches across it
_PARTS = re.compile(f"{BARRIER}+")
# the text and its source, then both in lower case: one value, so that no thread sees halves of two
_last: tuple[tuple[str, str], ...] = ()


def remember(text: str, source: str) -> None:
    """Remember that `text` is `source` with parts of it hidden, each character by a barrier.

    Nothing is remembered where it is not, where a border of such a part goes through a word or a
    number, or where a small letter is no single one. Only the last text is known: any other one has
    to be read. What is left from the text before does no harm: `source_of` compares the whole text.
    """
    global _last  # noqa: PLW0603 - replaced as a whole
    if text == source:
        _last = ()
        return
    small, given = text.lower(), source.lower()
    if not len(small) == len(given) == len(text) == len(source):
        return
    reached = 0
    for part in _PARTS.finditer(text):
        start, end = part.span()
        if text[reached:start] != source[reached:start]:
            return
        before, behind = source[start - 1 : start], source[end : end + 1]
        if (before.isalnum() and _is_one(before, source[start])) or (
            behind.isalnum() and _is_one(source[end - 1], behind)
        ):  # fmt: skip
            return
        reached = end
    if text[reached:] != source[reached:]:
        return
    _last = ((text, source), (small, given))


def forget() -> None:
    """Remember no text: nothing of one outlives its scan."""
    global _last  # noqa: PLW0603 - replaced as a whole
    _last = ()


def source_of(text: str) -> str | None:
    """Return the text that `text` is with parts of it hidden; None where none is known."""
    for shown, source in _last:
        if shown == text:
            return source
    return None


def _is_one(before: str, behind: str) -> bool:
    """Say whether two characters are of one word or one number."""
    return before.isalnum() and behind.isalnum() and before.isdecimal() == behind.isdecimal()
