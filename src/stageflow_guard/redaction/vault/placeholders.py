"""Placeholders: how they are written, and how they are found again after a model edited them. Pure.

`⟦PERSON_1·k7q2m9x4⟧` is type, number and 40 random bits of its scope. A placeholder is searched
by its nonce, which is never guessed at; around it, case, spaces, brackets, separators, escapes and
even another spelling of the type are what a model may have changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 characters, none that a reader confuses
SIZE = 8
# no run of digits in the type and no long number: the form is no place to hide a value in
PSEUDONYM = re.compile(
    r"⟦([A-Z](?:[A-Z_]|\d{1,2}(?!\d|_\d{1,9}_)){0,47})_([1-9]\d{0,6})·([a-km-np-z2-9]{8})⟧"
)
_NUMBER = re.compile(r"(\d{1,9})[\s·.\-:•∙⋅・*|/\\_,;~=#⟧\])]{0,4}$")
_BEFORE_NUMBER = re.compile(r"[\s_\\\-.:#*·]{0,3}$")
_OPENERS = re.compile(r"(?:[⟦\[({<«‹【「〈]|&lt;|\\\[)[\s*_`\\]{0,2}$")
_CLOSERS = re.compile(r"[\s*_`\\]{0,2}(?:[⟧\])}>»›】」〉]|&gt;|\\\])")
_OWN_CLOSER = re.compile(r"\s{0,2}⟧")
_WORD = re.compile(r"[^\W\d](?:[\w\\-]*[^\W\d_])?[\s_\\\-]{0,2}$")
_LOOKBACK = 96
_LIKE = 0.55

Key = tuple[str, int]


def written(entity: str, number: int, nonce: str) -> str:
    """Return the placeholder as it is minted."""
    return f"⟦{entity}_{number}·{nonce}⟧"


def forged(text: str, nonce: str, known: Mapping[Key, object]) -> set[str]:
    """Return the well-formed placeholders that this scope did not mint: another's nonce, or ours
    beside a type and number that it never gave out.

    Of those with another's nonce, one per nonce: a conversation that was redacted elsewhere holds
    many of one scope, and is one attempt.
    """
    if "·" not in text:
        return set()
    return {
        m[3] if m[3] != nonce else m[0]
        for m in PSEUDONYM.finditer(text)
        if m[3] != nonce or (m[1], int(m[2])) not in known
    }


def search(
    text: str, nonce: str, known: Mapping[Key, object], floor: int = 0
) -> Iterator[tuple[int, int, Key]]:
    """Yield (start, end, key) of each placeholder of this scope in `text`, however edited.

    `floor` is where the one before it ended: none begins before that.
    """
    ours = re.compile(rf"(?<![A-Za-z0-9]){nonce}(?![A-Za-z0-9])", re.IGNORECASE)
    for match in ours.finditer(text, floor):
        found = _around(text, max(floor, match.start() - _LOOKBACK), match.start(), known)
        if found is None:
            continue
        start, key = found
        end = match.end()
        opener = _OPENERS.search(text, max(floor, start - 6), start)
        if opener is not None:
            start = opener.start()
            closer = _CLOSERS.match(text, end)
        else:
            closer = _OWN_CLOSER.match(text, end)
        if closer is not None:
            end = closer.end()
        floor = end
        yield start, end, key


def _around(text: str, low: int, high: int, known: Mapping[Key, object]) -> tuple[int, Key] | None:
    number = _NUMBER.search(text, low, high)
    if number is None:
        return None
    value = int(number[1])
    before = text[low : number.start()]
    same = [entity for entity, n in known if n == value]
    best: tuple[int, str] | None = None
    for entity in same:
        match = _spelled(entity).search(before)
        if match is not None and (best is None or match.start() < best[0]):
            best = (match.start(), entity)
    if best is None and same:
        best = _alike(before, same)
    return None if best is None else (low + best[0], (best[1], value))


@lru_cache(maxsize=512)
def _spelled(entity: str) -> re.Pattern[str]:
    parts = r"[\s_\\\-.]{0,3}".join(re.escape(p) for p in entity.split("_"))
    return re.compile(rf"(?<![^\W_]){parts}[\s_\\\-.:#*·(]{{0,3}}$", re.IGNORECASE)


def _alike(before: str, entities: list[str]) -> tuple[int, str] | None:
    """Return the entity that the word before the number resembles, or the only one there is."""
    word = _WORD.search(before)
    if word is None:
        gap = _BEFORE_NUMBER.search(before)
        return (gap.start(), entities[0]) if len(entities) == 1 and gap is not None else None
    shown = re.sub(r"[\W_]", "", word[0]).upper()
    rated = sorted(
        ((SequenceMatcher(None, shown, e.replace("_", "")).ratio(), e) for e in entities),
        reverse=True,
    )
    if rated[0][0] >= _LIKE and (len(rated) == 1 or rated[0][0] > rated[1][0]):
        return word.start(), rated[0][1]
    if len(entities) == 1:
        bracket = _OPENERS.search(before[: word.start()])
        return (word.start() if bracket is not None else len(before), entities[0])
    return None
