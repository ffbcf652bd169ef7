"""Relatives behind whose they are, in six languages: "ihres Ehemanns Jürgen", "son mari Julien". Pure.

English words of kinship count alone (see `clinic`). Here a possessive stands before the word, and
the name ends a phrase: `Ihr Mann fürs Grobe` and `seine Mutter Sprache` are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import register

_NAME = r"(?P<name>[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ ](?:(?:de|da|van|von|der|la|del|di)[ ]){0,2}[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)*)?)"
_ENDS = r"(?=[.,;:!?)]|[ ]?\(|\n|$|[ ][a-zà-ÿ(])"
_KIN = {
    "de": (
        r"(?:ihre|seine|meine|deren|dessen|unsere)[mnrs]?|ihr|sein|mein|mit[ ](?:der|dem)",
        "ehemanns?|ehemannes|ehefrau|mann|mannes|frau|sohn|sohne?s|tochter|mutter|vaters?|bruders?|schwester|lebensgefährtin|lebensgefährten?|oma|opas?|enkels?|enkelin|nichte|neffen?|tante|onkels?|schwiegermutter|schwiegervaters?",
    ),
    "fr": (
        "son|sa|mon|ma|leur|ses|(?:avec|et|pour)[ ](?:la|le)",
        "mari|époux|épouse|femme|fils|fille|mère|père|frère|sœur|soeur|compagnon|compagne|conjoint|conjointe|grand-mère|grand-père|oncle|tante|nièce|neveu",
    ),
    "es": (
        "su|mi|tu|(?:con|y|para)[ ](?:la|el)",
        "marido|esposo|esposa|mujer|hijo|hija|madre|padre|hermano|hermana|pareja|tío|tía|abuelo|abuela|sobrino|sobrina|nieto|nieta|cuñado|cuñada",
    ),
    "it": (
        "(?:il|la|dal|dalla|al|alla|con il|con la)[ ](?:suo|sua|mio|mia)|suo|sua|mio|mia|(?:con|e|per)[ ](?:la|il|lo)",
        "marito|moglie|figlio|figlia|madre|padre|fratello|sorella|compagno|compagna|zio|zia|nonno|nonna|nipote",
    ),
    "nl": (
        "haar|zijn|mijn|hun|met[ ](?:de|het)",
        "man|echtgenoot|echtgenote|vrouw|zoon|dochter|moeder|vader|broer|zus|zuster|oma|opa|tante|oom|nicht|neef",
    ),
    "pt": (
        "(?:o|a|pelo|pela|do|da)[ ](?:seu|sua|meu|minha)|seu|sua|meu|minha|(?:com|e|para)[ ][ao]",
        "marido|esposo|esposa|mulher|filho|filha|mãe|pai|irmão|irmã|companheiro|companheira|tio|tia|avô|avó|neto|neta|sobrinho|sobrinha",
    ),
}  # fmt: skip


def _words(kin: str) -> frozenset[str]:
    """Return the words of kinship as they stand between signs."""
    words = {one for piece in kin.split("|") for one in piece.split("-")}
    words |= {re.sub(r".\?", "", word) for word in words}
    return frozenset(word.replace("?", "") for word in words)


_PATTERNS = tuple(
    (
        _words(kin),
        re.compile(rf"(?<![\w-])(?i:{kin})(?=,?[ ]{_NAME}{_ENDS})"),
        re.compile(rf"(?<![\w-])(?i:{whose})[ ]$"),
    )
    for whose, kin in _KIN.values()
)
register(frozenset[str]().union(*(words for words, _, _ in _PATTERNS)))
_WHOSE, _NAMED = 20, re.compile(rf",?[ ]{_NAME}")
# what may stand behind such a word with a capital and is no name
_NO_NAME = frozenset({"Herr", "Frau", "Dr", "Und", "Oder", "Ist", "Hat", "Sprache", "Teresa", "Tierra", "Patria", "Naturaleza", "Terra", "Aarde", "Dios", "Noël", "Nature", "Natureza"})  # fmt: skip


def recognize(text: str, heard: frozenset[str]) -> Iterator[Hit]:
    """Yield the names of relatives; `heard` is the text's `vocabulary`."""
    for words, relative, whose in _PATTERNS:
        for match in () if heard.isdisjoint(words) else relative.finditer(text):
            name = _NAMED.match(text, match.end())
            if (
                name is not None and whose.search(text[max(0, match.start() - _WHOSE) : match.start()])
                and name["name"].split(" ")[0] not in _NO_NAME
            ):  # fmt: skip
                yield Hit(*name.span("name"), "PERSON", 0.4, "name, kinship", "label kinship")
