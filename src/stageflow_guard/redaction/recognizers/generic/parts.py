"""A number told piece by piece: `starts with 47160859 and ends with 65282476`, `the last four are 0381`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads, positions
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_COUNT = r"(?:two|three|four|five|six|seven|eight|zwei|drei|vier|fünf|sechs|deux|trois|quatre|cinq|six|dos|tres|cuatro|cinco|seis|due|tre|quattro|cinque|sei|twee|drie|vier|vijf|zes|dois|três|quatro|[2-8])"
_THINGS = r"(?:[ ](?:digits|numbers|numerals|characters|figures|ziffern|zahlen|stellen|chiffres|dígitos|números|cifre|numeri|cijfers|tekens|of it))?"
_IS = (
    r"(?:[ ](?:is|are|being|read|ist|sind|lautet|lauten|est|sont|es|son|è|e['’]|sono|zijn|são|é))?"
)
_HEAD = re.compile(
    r"(?:(?:starts?|starting|begins?|beginning|ends?|ending) (?:with|in)|(?:beginnt|fängt|endet) (?:mit|auf)|(?:commence|finit|se termine) par|(?:empieza|comienza|termina|acaba) (?:por|con|en)|(?:inizia|comincia|finisce|termina) (?:con|per)|(?:begint|eindigt) (?:met|op)|(?:começa|termina|acaba) (?:por|com|em)"
    rf"|(?:first|middle|last|next|final|ersten|mittleren|letzten|premiers?|derni[eè]res?|premi[eè]res?|derniers?|primeros|últimos|prime|ultime|primi|ultimi|eerste|middelste|laatste|primeiros|últimos)[ ]{_COUNT}{_THINGS}"
    rf"|{_COUNT}[ ](?:premiers|derniers|primeros|últimos)"
    r"|(?:first|second|other|last) (?:half|part|piece|group|block)|(?:erste|zweite|andere) (?:hälfte|teil)|(?:premi[eè]re|deuxi[eè]me|seconde) (?:moiti[eé]|partie)|(?:primera|segunda) (?:mitad|parte)|(?:prima|seconda) (?:metà|parte)|(?:eerste|tweede) (?:helft|deel)|(?:primeira|segunda) (?:metade|parte)"
    rf"|area code|the exchange|line number|vorwahl|indicatif|prefijo|prefisso|netnummer|prefixo){_IS}[ :=]{{1,2}}"
)
# what goes on such a telling
_NEXT = re.compile(
    r"[ ,;.–-]{1,4}(?:(?:and|then|next|followed by|und|dann|danach|et|puis|ensuite|y|luego|después|e|poi|quindi|en|dan|daarna|depois)[ ])(?:then[ ]|dann[ ]|puis[ ]|the[ ])?(?=[0-9])"
)
_OF = re.compile(
    r"(?:of|von|der|des|van|du|de la|del|della|do|da)[^\n,;:0-9]{3,40}?(?:is|ist|est|es|è|e['’]|é)[ ]"
)
_PIECE = re.compile(r"(?=[A-Z]{0,6}[0-9])[A-Z0-9]{2,14}(?![A-Za-z0-9])")
_HEADS = Heads((
    "start", "begin", "ends ", "end with", "ending ", "first ", "middle ", "last ", "next ", "final ", "second ", "other ", "beginnt", "fängt", "endet", "erste", "mittleren", "letzten", "zweite ", "andere ", "commence", "finit", "termine", "premier", "premièr", "derni", "deux", "second", "empieza", "comienza", "termina", "acaba", "primer", "últim", "segunda",
    "inizia", "comincia", "finisce", "prim", "ultim", "begint", "eindigt", "eerste", "laatste", "middelste", "tweede", "começa", "area code", "the exchange", "line number", "vorwahl", "indicatif", "prefijo", "prefisso", "netnummer", "prefixo", "quatre ", "cuatro ", "tres ",
))  # fmt: skip
_APART, _LEAST = 64, 7  # characters between two pieces; digits of all
_ENTITIES = {"card": "CREDIT_CARD", "phone": "PHONE_NUMBER", "ssn": "US_SSN", "iban": "IBAN_CODE", "account": "US_BANK_NUMBER"}  # fmt: skip
_CARD, _PHONE = range(15, 17), range(10, 12)


def told_in_parts(text: str) -> Iterator[Hit]:
    """Yield from the first piece of such a number to its last; two pieces are needed, and seven digits."""
    lower = lowered(text)
    found: list[tuple[int, int]] = []
    for at in _HEADS.places(lower):
        head = _HEAD.match(lower, at) if not text[at - 1 : at].isalpha() else None
        piece = _piece(text, lower, head.end()) if head is not None else None
        if piece is not None:
            found.append(piece.span())
            found += _going_on(text, lower, piece.end())
    found = sorted(set(found))
    while found:
        group = [found.pop(0)]
        while found and found[0][0] - group[-1][1] <= _APART:
            group.append(found.pop(0))
        start, end = group[0][0], group[-1][1]
        size = sum(c.isdigit() for a, b in group for c in text[a:b])
        if len(group) > 1 and size >= _LEAST and "\n\n" not in text[start:end]:
            yield Hit(start, end, _entity(text, start, size), 0.5, "told in parts", "label parts")


# of a number that is told only by its end
_LAST_FOUR = re.compile(
    r"(?:(?:ssn|social)(?: security(?: number)?)?[^.\n0-9]{0,12}(?:last (?:four|4)|ending (?:in|with)|ends (?:in|with))[^0-9\n]{0,10}|last (?:four|4)(?: digits)?(?: of)?(?: my| the| her| his)? (?:ssn|social)(?: security number)?[: ]{1,2}(?:is |are )?)([0-9]{4})(?![0-9])"
)


def last_four(text: str) -> Iterator[Hit]:
    """Yield the last four digits of a social security number."""
    lower = lowered(text)
    if "ssn" not in lower and "social" not in lower:
        return
    reached = 0
    for at in positions(lower, _BEFORE_FOUR):
        match = _LAST_FOUR.match(lower, at) if at >= reached else None
        if match is not None:
            reached = match.end()
            yield Hit(*match.span(1), "US_SSN", 0.45, "last four", "label ssn")


_BEFORE_FOUR = ("ssn", "social", "last four", "last 4")


def _piece(text: str, lower: str, at: int) -> re.Match[str] | None:
    of = _OF.match(lower, at)
    return _PIECE.match(text, at) or (_PIECE.match(text, of.end()) if of is not None else None)


def _going_on(text: str, lower: str, at: int) -> Iterator[tuple[int, int]]:
    while (joint := _NEXT.match(lower, at)) is not None:
        piece = _PIECE.match(text, joint.end())
        if piece is None:
            return
        yield piece.span()
        at = piece.end()


def _entity(text: str, start: int, size: int) -> str:
    """Return what a label says the number is, else its size."""
    by_label = _ENTITIES.get(labels.before(text, start))
    return by_label or (
        "CREDIT_CARD" if size in _CARD else "PHONE_NUMBER" if size in _PHONE else "SECRET"
    )
