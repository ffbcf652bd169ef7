"""An old password and the new one, with no label: `it was Harbour19! and now it is Lantern#4`; a PIN and what it is now. Pure.

One word says that it was and one that it is, and both values are written like passwords, one of
them as nothing else is; or a label of a code stands before, and both are codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.secret_shapes import (
    ONE_CODE,
    TRIMMED,
    is_code,
    is_made_up,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import (
    lowered,
    numbered,
    register,
    vocabulary,
)

_OLD = (
    "old", "old one", "it was", "was", "used to be", "before", "previously", "formerly", "until yesterday", "alt", "alt war", "altes", "alte", "alter", "vorher", "bisher", "früher", "bislang", "zuvor", "davor", "war", "ancien", "ancienne", "avant", "auparavant", "vieux", "c'était", "jusqu'ici", "antes", "antes era", "antigua", "antiguo", "vieja", "viejo", "anterior", "hasta ahora", "era",
    "vecchia", "vecchio", "prima", "precedente", "prima era", "finora", "eerst", "vroeger", "oud", "oude", "voorheen", "tot nu toe", "daarvoor", "was het", "antiga", "antigo", "velha", "velho", "dantes",
)  # fmt: skip
_NEW = (
    "new", "new one", "now", "from now on", "as of today", "currently", "since", "these days", "neu", "neues", "neue", "neuer", "jetzt", "nun", "ab jetzt", "ab heute", "ab sofort", "künftig", "seit", "aktuell", "nouveau", "nouvelle", "maintenant", "désormais", "dorénavant", "à présent", "ahora", "nueva", "nuevo", "actual", "a partir de ahora", "desde hoy", "desde ayer",
    "nuova", "nuovo", "adesso", "ora", "d'ora in poi", "attuale", "da oggi", "nu", "nieuw", "nieuwe", "voortaan", "vanaf nu", "tegenwoordig", "sinds", "agora", "nova", "novo", "atual", "a partir de agora", "desde ontem", "a partir de hoje",
)  # fmt: skip
_HEADS = Heads(dict.fromkeys((*_OLD, *_NEW)))
_OLD_WORDS, _NEW_WORDS = (
    frozenset(re.split(r"[ ']", phrase)[0] for phrase in phrases) for phrases in (_OLD, _NEW)
)
register(_OLD_WORDS | _NEW_WORDS)
_IS_OLD = re.compile(rf"{any_of(_OLD)}(?![^\W_])")
_IS_NEW = re.compile(rf"{any_of(_NEW)}(?![^\W_])")
_TOKEN = re.compile(r"(?<![^\s\"'“”„«»(])[^\s\"'“”„«»(),;<>@/\\=:]{5,40}")
_SIGNS = frozenset("!#$%&*+?_~^=§")
_LABELS = re.compile(
    r"(?<![^\W_])(?:\w{0,14}code|\w{0,10}pin|digicode|codes|code|código|codice|combinaison|combination|kombination|combinación|combinazione|combinatie|combinação|geheimzahl|gate number|door number|number|numéro|zahl|nummer|clave|cijfers)(?![^\W_])"
)
_OTHER_CODES = re.compile(
    r"(?<![^\W_])(?:postal|post|zip|postcode|phone|telephone|mobile|telefon|téléphone|teléfono|telefono|telefoon|telefone|house|room|order|invoice|ticket|version|part|article|error|area|promo|discount|tax|ust|customer|kunden|client|cliente|klant|rabatt|haus|zimmer|rechnung|bestell|artikel|qr|bar)(?![^\W_])"
)
_REACH, _NEAR, _BEFORE = 120, 36, 50
_FAR = _REACH + max(map(len, (*_OLD, *_NEW)))
_LONGEST = 40  # signs of a value
_DIGIT = re.compile(r"[0-9]")


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield both values; versions and models are none."""
    heard = vocabulary(text)
    if not numbered(text) or heard.isdisjoint(_OLD_WORDS) or heard.isdisjoint(_NEW_WORDS):
        return  # one of both has a digit, and both are told
    lower = lowered(text)
    seen = -1
    for at, behind in pairwise([*_HEADS.places(lower), len(text) + _FAR]):
        if at < seen or behind - at > _FAR or lower[at - 1 : at].isalnum():
            continue  # the other word stands behind this one
        if _DIGIT.search(text, at, at + _FAR + _LONGEST) is None:
            continue
        first, other = _IS_OLD.match(lower, at), _IS_NEW
        if first is None:
            first, other = _IS_NEW.match(lower, at), _IS_OLD
        if first is None:
            continue
        stop = lower.find("\n", first.end(), first.end() + _REACH)
        high = stop if stop >= 0 else min(len(text), first.end() + _REACH)
        spans = _both(text, at, first.end(), high, other)
        if spans:
            seen = spans[-1][1]
            for span in spans:
                yield Hit(*span, "SECRET", 0.45, "old and new", "label password")


def _both(text: str, at: int, end: int, high: int, other: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the two values, each behind its word."""
    lower = lowered(text)
    one = _value(text, end, min(high, end + _NEAR))
    code = _code(text, end, min(high, end + _NEAR))
    if one is None and code is None:
        return _changed_code(text, at, end, high, other)
    after = one[1] if one is not None else code[1] if code is not None else end
    for word in re.finditer(rf"(?<![^\W_]){other.pattern}", lower[after:high]):
        begin = after + word.end()
        if one is not None:
            two = _value(text, begin, min(high, begin + _NEAR))
            if two is not None and _sure(text[slice(*one)], text[slice(*two)]):
                return [one, two]
        if code is not None and _labelled(lower, at, high):
            second = _code(text, begin, min(high, begin + _NEAR))
            if second is not None:
                return [code, second]
    return []


def _changed_code(
    text: str, at: int, end: int, high: int, other: re.Pattern[str]
) -> list[tuple[int, int]]:
    """Return the new code where nothing tells the old one: `my old PIN was too easy, now 4821`."""
    lower = lowered(text)
    if other is not _IS_NEW or not _labelled(lower, at, end + _NEAR):
        return []
    for word in re.finditer(rf"(?<![^\W_]){other.pattern}", lower[end:high]):
        code = _code(text, end + word.end(), min(high, end + word.end() + 16))
        if code is not None:
            return [code]
    return []


def _labelled(lower: str, at: int, high: int) -> bool:
    low = max(0, at - _BEFORE, lower.rfind("\n", 0, at) + 1)
    return (
        _LABELS.search(lower, low, high) is not None
        and _OTHER_CODES.search(lower, low, high) is None
    )


def _value(text: str, low: int, high: int) -> tuple[int, int] | None:
    for match in _TOKEN.finditer(text, low, min(len(text), high + 40)):
        if match.start() >= high:
            break
        value = match[0].rstrip(TRIMMED) + ("!" if match[0].rstrip(".,;:").endswith("!") else "")
        value = value if match[0].startswith(value) else match[0].rstrip(TRIMMED)
        if is_made_up(value) and not value[0].isdigit():
            return match.start(), match.start() + len(value)
    return None


def _code(text: str, low: int, high: int) -> tuple[int, int] | None:
    for match in ONE_CODE.finditer(text, low, high):
        before = text[match.start() - 1 : match.start()]
        if not (before.isalnum() or before in (".", "-", "/", ",")) and is_code(match[0]):
            return match.span()
    return None


def _sure(one: str, two: str) -> bool:
    """Say whether one of both has a sign among its letters and digits, and neither a path."""
    return any(
        not _SIGNS.isdisjoint(value) and any(map(str.isalpha, value)) and any(map(str.isdigit, value))
        and any(map(str.isupper, value))
        for value in (one, two)
    )  # fmt: skip
