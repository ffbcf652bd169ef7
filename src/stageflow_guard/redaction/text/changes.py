"""Where a view reads other than another one: what has to be looked at again. Pure.

Two views of one text differ in a few places: what is far from all of them was read already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from stageflow_guard.redaction.text.view import View

_BLOCK = 256  # characters that are compared at once
_SPACE = re.compile(r"\s")
_AGAIN = 16  # characters that are equal again: the difference is over
_LONG = "-----BEGIN"  # of a key in lines: its end decides
_AROUND = 240  # farther than a find looks for its words, twice


class Look(NamedTuple):
    """A range of a view to be looked at, and the places in it that changed, in order."""

    low: int
    high: int
    changed: list[int]


def looks(plain: View, deep: View) -> list[Look] | None:
    """Return where `deep` has to be looked at by one who has read `plain`.

    None where that is most of it, or where a find may be as long as a text: then it is read as a whole.
    """
    if _LONG in deep.text:
        return None
    places = _changed(plain, deep)
    if places is None:
        return None
    found = _around(places, deep.text)
    return found if 2 * sum(one.high - one.low for one in found) < len(deep.text) else None


def _changed(plain: View, deep: View) -> list[int] | None:
    """Return the places of `deep` that read otherwise, in order; None where they are many."""
    old, new = plain.text, deep.text
    size, at, shift = len(new), 0, 0
    most = size // _AGAIN
    places: list[int] = []
    while at < size:
        block = new[at : at + _BLOCK]
        if block == old[at + shift : at + shift + len(block)]:
            at += len(block)
            continue
        at += _equal(block, old[at + shift : at + shift + len(block)])
        while at < size:
            places.append(at)
            if len(places) > most:
                return None
            there = plain.place(deep.start(at))
            if old.startswith(new[at : at + _AGAIN], there):
                shift = there - at
                break
            at += 1
    if len(old) != size + shift and size:  # what stood behind the last character is gone
        places.append(size - 1)
    return places


def _equal(one: str, other: str) -> int:
    """Return how many characters two texts that differ have in common at their beginnings."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _around(places: Sequence[int], text: str) -> list[Look]:
    """Return the looks around `places`; none ends inside of a word."""
    found: list[Look] = []
    for at in places:
        if not found or at - _AROUND > found[-1].high:
            found.append(Look(max(0, at - _AROUND), 0, []))
        found[-1].changed.append(at)
        if at + _AROUND > found[-1].high:
            end = _SPACE.search(text, at + _AROUND)
            found[-1] = found[-1]._replace(high=len(text) if end is None else end.start())
    return found
