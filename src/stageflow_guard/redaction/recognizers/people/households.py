"""Families by their surname, where they live or are listed: `interno 9, famiglia Rossetti:`. Pure.

Languages, makers and magazines are families, too: a floor, a door or a number beside the name decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.somebody import THINGS, is_somebody
from stageflow_guard.redaction.recognizers.phrases import lowered

_HEADS = Heads(("famiglia ", "familia ", "família ", "familjen ", "familien ", "rodzina ", "rodziny ", "państwo ", "państwa ", "rodina "))  # fmt: skip
_FAMILY = re.compile(
    r"(?i:famiglia|familia|família|familjen|familien|rodzina|rodziny|państwo|państwa|rodina)[ ](?=[^\W\d_a-zß-ÿ]|(?:de|da|di|dos|von|van|af)[ ])"
)
# a floor, a door or a number to call stand on either side
_BEHIND = re.compile(
    r"[ ]?[,(:][ ]?(?:[0-9]{1,2}(?:[.]?[ºª°ªo]|\.[ ]?(?:og|stock|etg)|[a-z]\b)|piso|piano|int\.|interno|scala|plan|våning|lgh|lok\.|lokal|m\.[ ]?[0-9]|andar|rés|bloco|apto|ap\.|puerta|portal|apt|casa|via |viale |calle |rua |ul\.|tel|cell|móvil|tlm|telef)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:int(?:erno)?\.?|citofono|campanello|scala|piano|piso|puerta|porta|apartamento|apto\.?|apt\.?|fração|bloco|casa|n[.º°]{1,2}|lokal|lok\.|plan|lgh|lägenhet|mieszkanie|m\.|byt)[ ]?[0-9]{1,4}[ ]?[A-Za-zºª°]{0,2}[,.:;]?[ ]{1,2}(?:(?:la|da|a|de la)[ ])?$"
    # at whose address: `presso famiglia Rossetti`
    r"|(?:(?<![^\W_])(?:presso(?: la)?|c/o(?: la)?|p/a|a/c(?: da)?|chez(?: la)?|bei|bij|(?:en|a) casa de la|en lo de la|(?:em|na) casa da|aos? cuidados? da|al domicilio de la|presso casa|hos))[ ]$",
    re.IGNORECASE,
)
_REACH = 32
_NOBODYS = frozenset(["real", "reale", "royal", "imperial", "imperiale", "cristiana", "cristã", "católica", "nuclear", "numerosa", "monoparental", "sagrada", "santa", "windows", "linux", "android", "intel", "amd", "nvidia", "apple", "google", "microsoft", "samsung", "unix", "debian", "office", "adobe", "x86", "arm", "simpson", "addams", "corleone", "medici", "borgia", "savoia", "telerín", "feliz", "felice", "modern", "tradicional", "tipo", "media", "polskie", "polska", "młodzi", "islamskie", "kościelne", "środka"])  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield the surname behind the word for a family."""
    for at in _HEADS.places(lowered(text)):
        family = _FAMILY.match(text, at)
        name = capitalised(text, family.end()) if family is not None else None
        if name is None or not (
            _BEHIND.match(text, name[1]) or _BEFORE.search(text, max(0, at - _REACH), at)
        ):
            continue
        words = [word.lower() for word in text[slice(*name)].split(" ")]
        if text[slice(*name)].isupper() and name[1] - name[0] < _SHORT:
            continue
        if is_somebody(text[slice(*name)]) and THINGS.union(_NOBODYS).isdisjoint(words):
            yield Hit(*name, "PERSON", 0.42, "name, household", "label title")


_SHORT = 5
