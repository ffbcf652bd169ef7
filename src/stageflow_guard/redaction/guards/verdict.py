"""What a check says of a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from stageflow_guard.redaction.text import encodings, markup, spacing
from stageflow_guard.redaction.text.view import deobfuscated


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` from 0 to 1; `reasons` are names of rules, never text."""

    check: str
    score: float
    reasons: tuple[str, ...] = ()


class Check(Protocol):
    """Reads a text; synchronous and pure."""

    name: str
    threshold: float

    def judge(self, text: str) -> Verdict:
        """Return how sure the check is that `text` is what it looks for."""
        ...


Rule = tuple[str, float, re.Pattern[str]]
_FOLD = str.maketrans("013457@$!|", "oieastasil")
_SPACE = re.compile(r"[\s_*~\-.·|/\\]+")
_NO_LETTER = re.compile(r"[^a-zà-ÿ]")


def readings(text: str) -> tuple[str, ...]:
    """Return the ways to read a text: without disguise, with digits as letters, without anything between.

    The last is for whole phrases only: spaced out or dotted, a phrase is the same letters.
    """
    steps = (encodings.encodings, markup.markup, spacing.spacing)
    normal = _SPACE.sub(" ", deobfuscated(text, steps).text.lower())
    folded = normal.translate(_FOLD)
    return (text.lower(), normal) if folded == normal else (text.lower(), normal, folded)


def weigh(
    name: str, text: str, rules: Iterable[Rule], phrases: Iterable[tuple[str, float, str]]
) -> Verdict:
    """Return 1 minus the product of what each matching rule leaves open."""
    ways = readings(text)
    open_, reasons = 1.0, []
    for reason, weight, pattern in rules:
        if any(pattern.search(way) for way in ways):
            open_ *= 1 - weight
            reasons.append(reason)
    letters = _NO_LETTER.sub("", ways[-1])
    for reason, weight, phrase in phrases:
        if reason not in reasons and phrase in letters:
            open_ *= 1 - weight
            reasons.append(reason)
    return Verdict(name, round(1 - open_, 3), tuple(reasons))
