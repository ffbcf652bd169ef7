"""Names in the query of a link, encoded there: `?nombre=Tom%C3%A1s+Cifuentes`. Pure.

The key says that a person's name follows; one that names things, too, needs a given name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.roles import FIELDS
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody
from stageflow_guard.redaction.recognizers.phrases import bare

_VALUE = re.compile(r"=(?P<value>[A-Za-z%](?:[A-Za-z'’.-]|%[0-9A-Fa-f]{2}|\+){2,90})(?![\w%+])")
_KEY = re.compile(r"(?<![\w%.-])(?P<key>[A-Za-z][\w.-]{1,30})(?:%5[Bb][A-Za-z_]{1,20}%5[Dd])?$")
_KEY_SIZE = 60
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
_WHOLE = re.compile(FULL)


def _solid(phrase: str) -> str:
    return "".join(c for c in bare(phrase.lower()) if c.isalnum())


_OF_PEOPLE = frozenset(map(_solid, FIELDS["PERSON"]))
_OF_PARTS = frozenset(map(_solid, FIELDS["PERSON_PART"])) | {"fname", "lname", "first", "last"}
# what has a name and is nobody
_OF_THINGS = frozenset(["file", "table", "host", "product", "app", "image", "class", "event", "user", "display", "domain", "project", "company", "brand", "city", "street", "group", "role", "store", "shop", "model", "module", "package", "service", "server", "item", "category", "tag", "font", "theme", "producto", "produkt", "produit", "prodotto", "produto", "artikel", "archivo", "fichier", "datei", "firma", "empresa", "entreprise", "azienda", "bedrijf"])  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield values of such keys that are a name once they are decoded."""
    if "=" not in text or ("%" not in text and "+" not in text):
        return
    for part in _VALUE.finditer(text):
        value = part["value"]
        if "%" not in value and "+" not in value:
            continue
        named_by = _KEY.search(text, max(0, part.start() - _KEY_SIZE), part.start())
        if named_by is None:
            continue
        words = [word.lower() for word in _WORDS.findall(named_by["key"])]
        key = "".join(words)
        named = len(words) > 1 and words[-1] in _NAMES and _OF_THINGS.isdisjoint(words)
        if not (named or key in _OF_PEOPLE or key in _OF_PARTS):
            continue
        name = unquote_plus(value, errors="replace").strip()
        if _WHOLE.fullmatch(name) is None:
            continue
        given = name.partition(" ")[0].lower() in ALL_GIVEN_NAMES
        part_of_one = key in _SURE and is_somebody(name)
        if part_of_one or (given and (is_person(name) or (key in _OF_PARTS and is_somebody(name)))):
            yield Hit(*part.span("value"), "PERSON", 0.45, "name, in a query", "label field")


_NAMES = frozenset(["name", "nom", "nombre", "nome", "naam", "namn", "navn"])
# a part of a person's name, whatever stands there
_SURE = frozenset(["firstname", "lastname", "surname", "givenname", "familyname", "fullname", "fname", "lname", "vorname", "nachname", "familienname", "prenom", "nomdefamille", "apellido", "apellidos", "cognome", "voornaam", "achternaam", "sobrenome", "apelido", "imie", "nazwisko", "fornamn", "efternamn", "soyad", "customername", "nomecompleto", "nombrecompleto", "nomcomplet", "volledigenaam"])  # fmt: skip
