"""Which known name a word is likely a slip for. Pure.

A suggestion is followed: it is made for a slip of the hand alone, never for a word that merely
looks alike. `role:auditor` shares more than half of its letters with `role:supervisor`, and whoever
wrote it did not mean a role with more rights.
"""

from __future__ import annotations

from collections.abc import Iterable

# letters that may differ in a name of at least that many; in a shorter one every letter counts
ALLOWED = ((13, 3), (8, 2), (3, 1))
LONGEST = 80


def near_name(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that `word` is a slip for, the one with the fewest slips, or None."""
    best: tuple[int, str] | None = None
    for name in known:
        slips = _slips(word, name)
        if slips is not None and (best is None or (slips, name) < best):
            best = slips, name
    return None if best is None else best[1]


def is_slip(word: str, name: str) -> bool:
    """Say whether `word` is so near to `name` that it is likely a slip for it."""
    return _slips(word, name) is not None


def _slips(word: str, name: str) -> int | None:
    """Return how many letters differ, or None where those are too many for names of that length.

    A kind that both begin with (`role:`, `user:`), or that `word` lacks, says nothing; nor does
    case, or `-` for `_`.
    """
    kind, colon, rest = name.partition(":")
    if colon and (":" not in word or word.startswith(kind + colon)):
        word, name = word.removeprefix(kind + colon), rest
    shorter = min(len(word), len(name))
    if max(len(word), len(name)) > LONGEST:
        return None
    most = next((slips for length, slips in ALLOWED if shorter >= length), 0)
    if abs(len(word) - len(name)) > most:
        return None
    return _distance(_folded(word), _folded(name), most)


def _folded(name: str) -> str:
    return name.lower().replace("-", "_")


def _distance(one: str, other: str, most: int) -> int | None:
    """Return the letters put in, left out, changed or swapped with the next; None above `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return None
    return row[-1] if row[-1] <= most else None
