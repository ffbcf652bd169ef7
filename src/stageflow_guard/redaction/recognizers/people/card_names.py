"""Names as a card bears them, in a field: `name="A J FOTHERINGHAM"`, `Name on card: MR D R PATEL`. Pure.

Initials without dots and capitals are anything's name. A title, a holder's field or a card's data beside tell.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.people.somebody import THINGS
from stageflow_guard.redaction.recognizers.people.words import BUSINESS

_EMBOSSED = re.compile(
    r"(?:(?P<title>MR|MRS|MS|MISS|DR|HERR|FRAU|MME|SR|SRA|SIG|DHR|MEVR)\.?[ ])?(?P<initials>(?:[A-ZÀ-Þ]\.?[ ]){1,3})(?P<surname>(?:(?:VAN|DER|DEN|DE|VON|DA|DI|DEL|LA|LE|DOS|EL|AL|ST)[ ]){0,2}(?:[A-ZÀ-Þ]['’])?[A-ZÀ-Þ]{3,24}(?:-[A-ZÀ-Þ]{2,24})?)(?=[\"'`\n,;|<)}\]&]|[ ](?:[a-z_]{2,20}=|[|(])|[ ]?$)"
)
_OF_A_CARD = re.compile(
    r"(?i)(?<![^\W\d_])(?:pan|cvv2?|cvc2?|exp(?:iry|ires|_date|_month)?|card(?:_?(?:number|no))?|cc_?(?:number|num)|last_?4|bin|scheme|issuer|iban|brand)[\"']?[ ]?[=:]"
)
_NO_SURNAME = frozenset(["team", "test", "ray", "shirt", "side", "mail", "commerce", "major", "minor", "navy", "army", "boot", "bahn", "class", "type", "zero", "card", "plan", "and", "the", "for", "not"])  # fmt: skip
_NEAR = 90


def embossed(text: str, field: tuple[int, str], at: int) -> tuple[int, int] | None:
    """Return the range of such a name at `at`, behind a field that begins and is called so; None where none is."""
    match = _EMBOSSED.match(text, at)
    if match is None:
        return None
    words = match["surname"].lower().replace("-", " ").split(" ")
    if any(word in BUSINESS or word in THINGS or word in _NO_SURNAME for word in words):
        return None
    start, called = field
    near = text[max(0, start - _NEAR) : start].rpartition("\n\n")[2]
    behind = text[match.end() : match.end() + _NEAR].partition("\n\n")[0]
    beside = _OF_A_CARD.search(near) is not None or _OF_A_CARD.search(behind) is not None
    return match.span() if beside or match["title"] or called in _HOLDERS else None


# who holds an account or a card
_HOLDERS = frozenset(["cardholder", "card holder", "cardholder name", "card holder name", "name on card", "account holder", "kontoinhaber", "karteninhaber", "titulaire", "titulaire du compte", "titular", "titular de la cuenta", "titular da conta", "intestatario", "titolare del conto", "rekeninghouder", "kaarthouder"])  # fmt: skip
