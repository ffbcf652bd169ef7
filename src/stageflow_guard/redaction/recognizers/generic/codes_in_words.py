"""Codes that are said in words: `the code of the safe is four four seven one`. Pure.

A label of a code and a verb stand before them, and all of the words are of one language. Longer
numbers than a code are written as digits before any recognizer reads them (`text.spoken`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.digit_words import FIRST, LANGUAGES
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, vocabulary

_LABELS = tuple(dict.fromkeys((*labels.PASSWORDS, *labels.PINS, *labels.CODES)))
_HEADS = Heads(_LABELS)
_LABEL = (
    rf"(?:{'|'.join(sorted(map(re.escape, _LABELS), key=len, reverse=True))})(?![^\W_]|-[^\W\d_])"
)
_SAYS = re.compile(
    rf"{_LABEL}(?P<complement>(?:,?[ ](?:[^\W_]|['’])[\w'’&/-]{{0,20}}){{0,10}}?)(?:{labels.IS}|[ ]?,[ ]|[ ]?[(][ ]?){labels.OPENING}?(?=[^\W\d_]|[0-9])"
)
_IN_ONE = re.compile(rf"(?<=[a-zäöüß])-?(?:code|pin|kombination|combinatie)(?![^\W_])(?:{labels.IS}){labels.OPENING}?")  # fmt: skip
_OPENED = re.compile(rf"(?<![^\W_])(?:{labels.OPENED})(?![^\W_])")
_SURE = frozenset((*labels.PASSWORDS, *labels.PINS))
_NO_CODE = re.compile(
    r"(?<![^\W_])(?:not|error|fehler|erreur|errore|erro|postal|promo|rabatt|discount|descuento|sconto|korting|desconto|postleitzahl)(?![^\W_])"
)
_SIGNS = "star|hash|pound|asterisk|stern|sternchen|raute|étoile|dièse|asterisco|almohadilla|estrella|cancelletto|stelletta|sterretje|hekje|hashtag|jogo da velha|cardinal|estrela|quadrato|diesis"
_SAID = re.compile(r"[^\W\d_]{2,}")
_REACH, _NEAR, _FEWEST = 200, 30, 3
_WAIT = r"[ ]?[,.·-]?[ ]|-"


@lru_cache(maxsize=len(LANGUAGES))
def _pattern(language: int) -> re.Pattern[str]:
    """Return what matches a code in words of a language; compiled when one is met."""
    item = rf"(?:(?:{any_of(LANGUAGES[language])}|{_SIGNS}|double|doppel|doble|doppio|dubbel|duplo)(?![^\W\d_])|[0-9](?![0-9]))"
    return re.compile(rf"(?:o |oh |null |zero )?{item}(?:(?:{_WAIT}){item}){{{_FEWEST - 1},11}}")


def recognize(text: str) -> Iterator[Hit]:
    """Yield such codes: three words and more that are of one language."""
    heard = vocabulary(text)
    languages = [n for n, words in enumerate(FIRST) if len(heard & words) > 1 or heard & words]
    if not languages:
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        before = lower[at - 1 : at]
        label = None if before.isalnum() else _SAYS.match(lower, at, min(len(lower), at + _REACH))
        if label is None or _NO_CODE.search(label["complement"]) is not None:
            continue
        name = lower[at : label.start("complement")]
        if labels.OF_OTHER_CODES.search(lower, max(0, at - _NEAR), at) is not None:
            continue
        sure = name in _SURE or _OPENED.search(lower, max(0, at - _NEAR), label.end()) is not None
        if not sure and _NO_CODE.search(lower, max(0, at - _NEAR), at) is not None:
            continue
        yield from _said(lower, label.end(), languages, _FEWEST if sure else _FEWEST + 1)
    for joint in ("code", "pin", "kombination", "combinatie"):
        at = lower.find(joint, 1)
        while at > 0:
            one = _IN_ONE.match(lower, at, min(len(lower), at + _REACH))
            if one is not None:
                yield from _said(lower, one.end(), languages, _FEWEST)
            at = lower.find(joint, at + 1)


def _said(lower: str, at: int, languages: list[int], least: int) -> Iterator[Hit]:
    """Yield the longest code in words at `at`."""
    matches = (_pattern(language).match(lower, at) for language in languages)
    best = max(filter(None, matches), key=lambda match: match.end(), default=None)
    if best is not None and len(_SAID.findall(best[0])) >= least:
        yield Hit(*best.span(), "SECRET", 0.48, "told in words", "label code")
