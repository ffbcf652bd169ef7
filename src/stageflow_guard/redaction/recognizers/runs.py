"""The runs of letters of a text and where they stand, at memory speed. Pure.

A text is cut at every sign of ASCII in one go; only what holds other signs is looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import accumulate, chain, compress, count
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.anchors import places

_RUN = re.compile(r"[^\W\d_]+")
_APART = {c: " " for c in range(128) if not chr(c).isalpha()}
BYTES_APART = bytes(32 if b < 128 and not chr(b).isalpha() else b for b in range(256))


class Runs(NamedTuple):
    """What a text is made of between the signs of ASCII, in its order, the empty ones too."""

    pieces: list[str]
    mixed: frozenset[str]  # those of `pieces` that hold more than letters of ASCII

    def among(self, words: frozenset[str]) -> frozenset[str]:
        """Return the runs of letters that are in `words`."""
        found = words.intersection(self.pieces)
        if not self.mixed:
            return found
        return (found - self.mixed) | words.intersection(
            chain.from_iterable(map(_RUN.findall, self.mixed))
        )

    def places(self, words: Collection[str]) -> Iterator[tuple[str, int]]:
        """Yield where the runs of letters stand that are in `words`, in order."""
        pieces, mixed = self.pieces, self.mixed
        wanted = mixed.union(words)
        found = list(compress(count(), map(wanted.__contains__, pieces)))
        ends = list(accumulate(map(len, pieces))) if found else []
        for i in found:
            piece = pieces[i]
            start = ends[i] - len(piece) + i  # one sign stands behind each of those before it
            if piece not in mixed:
                yield piece, start
                continue
            for run in _RUN.finditer(piece):
                if run[0] in words:
                    yield run[0], start + run.start()


_FEW = 16  # words


def places_of(folded: str, words: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield where the runs of letters stand that are in `words`, in order: a few are looked for one by one."""
    if len(words) > _FEW:
        yield from runs(folded).places(words)
        return
    found: list[tuple[int, str]] = []
    for word in words:
        size = len(word)
        found += [
            (at, word)
            for at in places(folded, word)
            if not (
                _is_letter(folded[at - 1 : at]) or _is_letter(folded[at + size : at + size + 1])
            )
        ]
    for at, word in sorted(found):
        yield word, at


def _is_letter(sign: str) -> bool:
    """Say whether a sign goes on with a run of letters, as `_RUN` reads them."""
    return sign.isalnum() and not sign.isdecimal()


KEPT = 1_000_000  # characters: of a longer text nothing is kept for the next question


def runs(folded: str) -> Runs:
    """Return the runs of letters of a text."""
    return _runs(folded) if len(folded) <= KEPT else _runs.__wrapped__(folded)


@lru_cache(maxsize=2)
def _runs(folded: str) -> Runs:
    if folded.isascii():
        return Runs(folded.translate(_APART).split(" "), frozenset())
    # as bytes the signs of ASCII are replaced at memory speed
    apart = folded.encode("utf-8", "surrogatepass").translate(BYTES_APART)
    pieces = apart.decode("utf-8", "surrogatepass").split(" ")
    return Runs(pieces, frozenset(piece for piece in pieces if not piece.isascii()))
