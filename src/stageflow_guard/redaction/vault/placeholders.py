"""Placeholders: how they are written, and how they are found again after a model edited them. Pure.

`⟦PERSON_1·k7q2m9x4⟧` is type, number and 40 random bits of its scope. A placeholder is searched
by its nonce, which is never guessed at, its type and its number; around it, case, spaces, brackets,
separators, escapes and the type's name in another language are what a model may have changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from stageflow_guard.base.breath import Breath
from stageflow_guard.redaction.placeholder import PSEUDONYM, SIZE
from stageflow_guard.redaction.vault.type_names import TRANSLATED

_NUMBER = re.compile(r"(\d{1,9})[\s·.\-:•∙⋅・*|/\\_,;~=#⟧\])]{0,4}$")
_OPENERS = re.compile(r"(?:[⟦\[({<«‹【「〈]|&lt;|\\\[)[\s*_`\\]{0,2}$")
_CLOSERS = re.compile(r"[\s*_`\\]{0,2}(?:[⟧\])}>»›】」〉]|&gt;|\\\])")
_OWN_CLOSER = re.compile(r"\s{0,2}⟧")
_WORD = re.compile(r"[^\W\d](?:[\w\\-]*[^\W\d_])?[\s_\\\-]{0,2}$")
_LOOKBACK = 96
WINDOW = (
    32_768  # characters that one call of the regex engine reads: it lets no thread run meanwhile
)

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
    found: set[str] = set()
    if "·" not in text:
        return found
    breathe = Breath()
    for m in PSEUDONYM.finditer(text):
        breathe()
        if m[3] != nonce:
            found.add(m[3])
        elif (m[1], int(m[2])) not in known:
            found.add(m[0])
    return found


def carries(text: str, nonce: str) -> bool:
    """Say whether the nonce stands anywhere in `text`, in any case."""
    if nonce in text:
        return True
    windows = range(0, len(text), WINDOW)
    return any(nonce in text[at : at + WINDOW + SIZE].lower() for at in windows)


def _standing(text: str, nonce: str, floor: int) -> Iterator[re.Match[str]]:
    """Yield each occurrence of the nonce behind `floor`, a window of the text at a time."""
    ours = re.compile(rf"(?<![A-Za-z0-9]){nonce}(?![A-Za-z0-9])", re.IGNORECASE)
    for at in range(floor, len(text), WINDOW):
        for match in ours.finditer(text, at, min(len(text), at + WINDOW + SIZE + 1)):
            if match.start() < at + WINDOW:  # what begins behind it is the next window's
                yield match


def search(
    text: str,
    nonce: str,
    known: Mapping[Key, object],
    floor: int = 0,
    *,
    entities: Collection[str] | None = None,
) -> Iterator[tuple[int, int, Key]]:
    """Yield (start, end, key) of each placeholder of this scope in `text`, however edited.

    `floor` is where the one before it ended: none begins before that. `entities` are the types in
    `known`, for a caller that has them: a scope can hold many thousands of keys.
    """
    types = dict.fromkeys(entity for entity, _ in known) if entities is None else entities
    breathe = Breath()
    for match in _standing(text, nonce, floor):
        breathe()
        found = _around(text, max(floor, match.start() - _LOOKBACK), match.start(), known, types)
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


def _around(
    text: str, low: int, high: int, known: Mapping[Key, object], types: Collection[str]
) -> tuple[int, Key] | None:
    number = _NUMBER.search(text, low, high)
    if number is None:
        return None
    value = int(number[1])
    before = text[low : number.start()]
    same = [entity for entity in types if (entity, value) in known]
    best: tuple[int, str] | None = None
    for entity in same:
        match = _spelled(entity).search(before)
        if match is not None and (best is None or match.start() < best[0]):
            best = (match.start(), entity)
    if best is None and same:
        best = _translated(before, same)
    return None if best is None else (low + best[0], (best[1], value))


@lru_cache(maxsize=512)
def _spelled(entity: str) -> re.Pattern[str]:
    parts = r"[\s_\\\-.]{0,3}".join(re.escape(p) for p in entity.split("_"))
    return re.compile(rf"(?<![^\W_])(?<![^\W_]_){parts}[\s_\\\-.:#*·(]{{0,3}}$", re.IGNORECASE)


_MEANING = {word: entity for entity, words in TRANSLATED.items() for word in words.split()}


def _translated(before: str, entities: list[str]) -> tuple[int, str] | None:
    """Return the entity whose name in another language stands before the number."""
    word = _WORD.search(before)
    if word is None:
        return None
    letters = unicodedata.normalize("NFKD", word[0].upper())
    entity = _MEANING.get("".join(c for c in letters if c.isalpha()))
    return (word.start(), entity) if entity in entities and entity is not None else None
