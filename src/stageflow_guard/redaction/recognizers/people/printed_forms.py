"""Names in the boxes of a printed form, where no sign follows a label: `NOM KERGUELEN  PRÉNOM LOÏC`. Pure.

A scan has lost the lines between the boxes. One label alone may be a heading or a word of a
sentence; a surname's and a given name's label near each other are a form.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.people.somebody import THINGS
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered

_PARTS = (
    r"surnames?|last[ ]names?|family[ ]names?|fore[ ]?names?|first[ ]names?|given[ ]names?|middle[ ]names?|maiden[ ]name|other[ ]names?"
    r"|nachname|familienname|zuname|geburtsname|rufname|vornamen?|nom[ ](?:de[ ]famille|de[ ]naissance|d['’]usage)|pr[ée]noms?|(?:primer[ ]|segundo[ ])?apellidos?|nombres?"
    r"|cognome|nome|voornamen?|achternaam|geslachtsnaam|roepnaam|apelidos?|sobrenome|imię|imiona|nazwisko|förnamn|efternamn|fornavn|etternavn|soyadı|adı|name|nom|naam"
)
# what else such a form asks for: no part of the name before it
_OTHERS = (
    r"date|dob|d\.o\.b|born|birth|sex|gender|age|address|street|city|phone|tel|mobile|e-?mail|social|ssn|s\.s|u\.s|national(?:ity|ität|ité)?|passport|id|no|nr|signature|title|occupation"
    r"|geb|geburts\w*|geschlecht|staats\w*|anschrift|adresse|straße|n[ée]e?|naissance|sexe|lieu|fecha|nacid[oa]|sexo|domicilio|dni|nif|nie|nato|nata|data|sesso|luogo|residenza|codice|geboren|geboorte\w*|geslacht|nascimento|nasc|morada|endereço|cpf|pesel|urodz\w*|personnummer|doğum|cinsiyet|tc|mrn|mr|ms|mrs"
)
_PART = re.compile(rf"(?<![^\W_])(?:{_PARTS})(?![^\W_])", re.IGNORECASE)
_PART_HEADS = Heads((
    "surname", "last", "family", "fore", "first", "given", "middle", "maiden", "other name", "nachname", "familienname", "zuname", "geburtsname", "rufname", "vorname", "nom", "prénom", "prenom", "primer", "segundo", "apellido", "cognome", "voorna", "achternaam", "geslachtsnaam", "roepnaam", "apelido", "sobrenome", "imi", "nazwisko", "förnamn", "efternamn", "fornavn", "etternavn", "soyad", "ad", "name", "naam",
))  # fmt: skip
# a label, or the first word of one
_LABEL = re.compile(
    rf"(?:{_PARTS}|{_OTHERS}|last|first|given|family|middle|maiden|other|primer|segundo)",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"[ \t]{1,24}\n?[ \t]{0,8}(?P<name>[^\W\d_a-zß-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*(?:[ ][^\W\d_a-zß-ÿ][^\W\d_]*(?:['’.-][^\W\d_]*)*){0,3})"
)
# which part of a name comes first: `NAME (Last, First, M.I.)`
_HINT = re.compile(
    r"[ ]?\([^)\n]{0,24}(?:last|first|given|family|surname|nachname|vorname|nom|prénom|apellidos|nombre|cognome|achternaam|voornaam)[^)\n]{0,24}\)",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"[ \t:]{1,24}(?P<name>[^\W\d_a-zß-ÿ][^\W\d_]+(?:[ '’-][^\W\d_]+)*,[ ][^\W\d_a-zß-ÿ][^\W\d_]*(?:[ -][^\W\d_]+)*(?:[ ][A-Z]\.)?)"
)
# what is said of a field, and no value
_SAID_OF_FIELDS = frozenset(["column", "columns", "field", "fields", "label", "labels", "key", "keys", "value", "values", "index", "input", "box", "required", "optional", "mandatory", "missing", "empty", "blank", "unknown", "none", "null", "string", "varchar", "text", "spalte", "feld", "pflichtfeld", "champ", "colonne", "obligatoire", "campo", "columna", "obligatorio", "colonna", "obbligatorio", "veld", "kolom", "verplicht", "coluna", "obrigatório"])  # fmt: skip
_NO_NAME = STOP | BUSINESS | THINGS | _SAID_OF_FIELDS
_NEAR = 90  # characters between the labels of one form
_MOST = 48  # of a value


def value_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the name in the box of the label `[start, end)`; None where there is no form, or no name in it."""
    if not (text[start].isupper() or text[max(0, start - 2) : start] in ("", "\n", "  ")):
        return None
    hint = _HINT.match(text, end)
    if hint is None and not _beside_another(text, start, end):
        return None
    before = text[max(0, start - _MOST) : start].rstrip(" \t").rpartition(" ")[2]
    if before and is_label(before) and "\n" not in before:
        return None  # heads in a row
    behind = end if hint is None else hint.end()
    turned = _TURNED.match(text, behind) if hint is not None else None
    if turned is not None:
        return turned.span("name")
    match = _VALUE.match(text, behind, behind + _MOST)
    if match is None:
        return None
    words: list[str] = []
    for word in match["name"].split(" "):
        if is_label(word):
            break
        words.append(word)
    if not words or any(word.lower().strip(".") in _NO_NAME for word in words):
        return None
    return match.start("name"), match.start("name") + len(" ".join(words).rstrip(" .-"))


def is_label(word: str) -> bool:
    """Say whether a word is a label of such a form: no part of the name before it."""
    return _LABEL.fullmatch(word.strip(".")) is not None


def _beside_another(text: str, start: int, end: int) -> bool:
    """Say whether another part of a name is asked for near `[start, end)`, in another word."""
    own, parts = text[start:end].lower(), _parts(text)
    near = parts[bisect_left(parts, (start - _NEAR, "")) : bisect_left(parts, (end + _NEAR, ""))]
    return any(word != own for at, word in near if not start <= at < end)


@lru_cache(maxsize=2)
def _parts(text: str) -> list[tuple[int, str]]:
    """Return where parts of a name are asked for, and by which words: read once for a text."""
    found: list[tuple[int, str]] = []
    reached = 0
    for at in _PART_HEADS.places(lowered(text)):
        part = _PART.match(text, at) if at >= reached else None
        if part is not None:
            reached = part.end()
            found.append((at, part[0].lower()))
    return found
