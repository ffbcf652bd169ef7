"""Dates of birth in a list of relatives or insured: `Bénéficiaires : VASSEUR Élodie (14/01/1985)`. Pure.

A date in brackets behind a name is a birth where the list is one of people whose age counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.generic.dates import MONTH, plausible
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import Index, numbered

_LISTS = Index({"list": (
    "beneficiaries", "beneficiary", "dependents", "dependants", "dependent", "dependant", "insured", "insured persons", "children", "child", "kids", "family members", "household members", "household", "passengers", "travellers", "travelers", "next of kin", "siblings", "spouse", "partner", "pupils", "heirs", "covered persons",
    "begünstigte", "mitversicherte", "versicherte", "versicherte personen", "kinder", "kind", "angehörige", "familienmitglieder", "haushaltsmitglieder", "mitreisende", "reisende", "geschwister", "ehepartner", "ehefrau", "ehemann", "erben",
    "bénéficiaires", "bénéficiaire", "ayants droit", "ayant droit", "assurés", "assuré", "enfants", "enfant", "conjoint", "conjointe", "passagers", "voyageurs", "héritiers", "famille", "personnes à charge", "élèves",
    "beneficiarios", "beneficiario", "asegurados", "hijos", "hijas", "hijo", "hija", "familiares", "cónyuge", "pasajeros", "viajeros", "herederos", "miembros de la familia", "personas a cargo", "menores", "unidad familiar",
    "beneficiari", "assicurati", "figli", "figlio", "figlia", "familiari", "coniuge", "passeggeri", "viaggiatori", "eredi", "familiari a carico", "nucleo familiare", "minori",
    "begunstigden", "verzekerden", "kinderen", "gezinsleden", "meeverzekerden", "partners", "passagiers", "reizigers", "erfgenamen", "medeverzekerden",
    "beneficiários", "beneficiário", "segurados", "filhos", "filho", "filha", "dependentes", "cônjuge", "passageiros", "viajantes", "herdeiros", "agregado familiar", "familiares", "menores",
    "dzieci", "ubezpieczeni", "uposażeni", "współmałżonek", "barn", "förmånstagare", "försäkrade", "medförsäkrade", "begunstigede", "forsikrede", "lapset", "edunsaajat", "děti", "pojištění", "çocuklar", "sigortalılar",
)})  # fmt: skip
_HEAD = re.compile(r"(?:[ ][^\W\d_]{1,14}){0,2}[ ]?(?:\([^()\n]{1,24}\)[ ]?)?[:：][ ]?")
_DATE = re.compile(
    rf"\([ ]?(?P<date>[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-](?:19|20)[0-9]{{2}}|(?:19|20)[0-9]{{2}}[./-][0-9]{{1,2}}[./-][0-9]{{1,2}}|[0-9]{{1,2}}[ -]?{MONTH}[ -]?(?:19|20)?[0-9]{{2}}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{2}})[ ]?[),]",
    re.IGNORECASE,
)
_LINE = 400  # characters of a list


def recognize(text: str) -> Iterator[Hit]:
    """Yield such dates; before each of them is a word with a capital."""
    if not numbered(text) or "(" not in text:
        return
    for match in _LISTS.find(text):
        head = _HEAD.match(text, match.end)
        if head is None:
            continue
        end = text.find("\n", head.end() + 1, head.end() + _LINE)
        stop = end if end >= 0 else head.end() + _LINE
        dates = [
            d
            for d in _DATE.finditer(text, head.end(), stop)
            if _is_behind_a_name(text, head.end(), d)
        ]
        if len(dates) > 1 or text[match.start : match.end].lower() not in _OTHERWISE:
            for date in dates:
                yield Hit(*date.span("date"), "DATE_OF_BIRTH", 0.5, "date of birth", "label dob")


def _is_behind_a_name(text: str, begin: int, date: re.Match[str]) -> bool:
    """Say whether the item of the list that holds a date is a name: capitals begin and end it."""
    item = _ITEM.split(text[max(begin, date.start() - _LONGEST) : date.start()])[-1]
    words = item.replace("/", " ").split()
    return bool(words) and plausible(date["date"]) and (
        words[0][0].isupper() and words[-1][0].isupper() and words[-1][-1].isalpha()
    )  # fmt: skip


_LONGEST = 60  # characters of a name
_ITEM = re.compile(r"[,;:：]|[ ](?:and|und|et|y|e|en|i|och|og|ja|a|&)[ ]")
# what children and families do has a day, too: there several have one
_OTHERWISE = frozenset(["children", "kids", "household", "partners", "kinder", "enfants", "famille", "élèves", "pupils", "hijos", "familiares", "menores", "figli", "familiari", "minori", "kinderen", "filhos", "dzieci", "barn", "lapset", "děti", "çocuklar", "reisende", "reizigers"])  # fmt: skip
