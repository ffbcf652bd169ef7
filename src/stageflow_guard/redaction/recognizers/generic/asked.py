"""A label that stands in a question, and the answer: `Your date of birth? Caller: it's the 3rd of May 1990`. Pure."""

from __future__ import annotations

import re

_PLEASE = r"(?:[ ,]{1,2}(?:please|pls|svp|s'il vous plaît|s'il te plaît|por favor|bitte|per favore|alstublieft|a\.u\.b\.|proszę))?"
_SPEAKER = r"(?:[^\W\d_a-z][\w .'’-]{0,24}+[:：]|[-–—>])"
# a question may end without its sign where it is told who speaks next
_ASKED = re.compile(
    rf"(?:[ ][^\W\d_]{{1,12}}+){{0,4}}{_PLEASE}[ ]?(?:[?？]\s{{1,3}}(?:{_SPEAKER}\s{{0,3}})?|[.!]?\s{{1,3}}{_SPEAKER}\s{{0,3}})"
)
# what a question ends with, or the sign behind who speaks next: without one nothing is asked
_ENDS = re.compile(r"[?？:：>–—-](?<!\S-)")
_FAR = 104  # characters that `_ASKED` may read up to such a sign
_WORDS = re.compile(r"(?:[^\W\d_](?:[^\W\d_]|['’]){0,11}[,.]{0,3}[ ]){0,5}")
_WORD = re.compile(r"[^\s]+[ ]")


def asked(text: str, at: int) -> int:
    """Return where the answer begins to a question in which a label ends at `at`; 0 where none is."""
    if _ENDS.search(text, at, at + _FAR) is None:
        return 0
    match = _ASKED.match(text, at)
    return 0 if match is None else match.end()


_LITTLE = re.compile(
    r"(?:(?:yes|yeah|sure|ok|okay|it's|it’s|it is|that's|that is|the|is|my|name|sí|si|oui|ja|c'est|es|ist|das|de|o|é|eh|è|e['’]|het|sim|claro|certo|certo|ovviamente|natürlich|bien sûr|por supuesto|sure|of course|right)[,.]?[ ]){0,5}",
    re.IGNORECASE,
)


def behind_little_words(text: str, at: int) -> int:
    """Return where an answer's value begins: `Yes, it's Papadakis`."""
    match = _LITTLE.match(text, at)
    return at if match is None else match.end()


def answer(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    """Return the first value in the answer to a question in which a label ends at `at`.

    A few words may stand before it; words of the value itself are among them.
    """
    begin = asked(text, at)
    if not begin:
        return None
    words = _WORDS.match(text, begin)
    end = words.end() if words is not None else begin
    for start in (begin, *(word.end() for word in _WORD.finditer(text, begin, end))):
        value = pattern.match(text, start)
        if value is not None:
            return value
    return None
