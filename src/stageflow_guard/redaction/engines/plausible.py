"""Whether a model's find stands without a second sign: in technical text it does not. Pure.

A model that was trained on news reads `NullPointerException`, `nginx` and `Read timeout` as names.
A find of its own counts where it looks like a name and the line around it like a sentence; in a
line of code, of a log or of configuration it needs a phrase that announces it, which is a
recognizer's work.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.people.words import BUSINESS, PARTICLES, STOP

_WORD = r"[^\W\d_]+(?:['’.-][^\W\d_]*)*"
_NAME = re.compile(rf"{_WORD}(?:[ ,]{{1,2}}{_WORD}){{0,5}}")
_CAMEL = re.compile(r"[a-zß-ÿ][A-Z]")
_SIGNS = re.compile(r"[{}()\[\]<>=;|\\/_$#@`~^*&+]|::|->|--|\d{2}:\d{2}:\d{2}|\d+\.\d+\.\d+")
_LEVEL = re.compile(
    r"(?<![A-Za-z])(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|CRITICAL|Exception|Traceback|Error:)"
    r"|^\s*(?:from|import|def|class|return|func|fn|let|const|var|use|package|public|private)\s[\w.:]+"
)
_REACH = 160  # characters of a line that are looked at on both sides


def plausible(text: str, start: int, end: int) -> bool:
    """Say whether a model's find at `[start, end)` counts by itself."""
    found = text[start:end]
    if _NAME.fullmatch(found) is None or _CAMEL.search(found.replace("Mc", "").replace("Mac", "")):
        return False
    words = re.findall(_WORD, found)
    if found.isascii() and not any(word[:1].isupper() for word in words):
        return False
    if all(word.lower() in STOP or word.lower() in BUSINESS for word in words):
        return False
    if _phrase(words):
        return False
    return not _technical(text, start, end) or (len(words) > 1 and _capitalised(words))


# little words of names, and words that begin a sentence and no name
_WITHIN = PARTICLES | frozenset(
    "of the and for in on at und für et pour y e per en voor og och".split()  # noqa: SIM905
)
_ARTICLES = frozenset(
    "el la los las un una le les l il lo gli i de het een o os as um uma det den en ett".split()  # noqa: SIM905
)
_NOUNS = frozenset("der die das ein eine im am dem des".split())  # noqa: SIM905 - every noun is capitalised


def _phrase(words: list[str]) -> bool:
    """Say whether it is a piece of a sentence: small words that no name has, or an article first.

    A model of one language takes the beginning of a sentence in another one for a name.
    """
    if any(word[:1].islower() and word.lower() not in _WITHIN for word in words):
        return True
    first = words[0].lower()
    capital = sum(word[:1].isupper() for word in words[1:])
    return (first in _ARTICLES and capital < 1) or (first in _NOUNS and capital < 2)


def _capitalised(words: list[str]) -> bool:
    """Say whether the words are a first and a last name, as written: no constant, no heading."""
    return all(w[:1].isupper() and w[1:].islower() for w in words) and not any(
        w.lower() in BUSINESS for w in words
    )


def _technical(text: str, start: int, end: int) -> bool:
    """Say whether the line of `[start, end)` is one of code, a log or configuration."""
    low = max(text.rfind("\n", 0, start) + 1, start - _REACH)
    high = text.find("\n", end, end + _REACH)
    line = text[low : high if high >= 0 else end + _REACH]
    signs = len(_SIGNS.findall(line))
    return _LEVEL.search(line) is not None or signs * 12 > len(line) or signs > 5
