"""A form that somebody filled in in small letters: `Vorname: gülşen⏎Nachname: yıldırım`. Pure.

A given name of the list behind its own label is one; the surname may be any word behind its label,
where such a given name stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import ALL_GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, STOP
from stageflow_guard.redaction.recognizers.phrases import lowered

_GIVEN = ("vorname", "vornamen", "rufname", "first name", "first names", "firstname", "first_name", "given name", "givenname", "given_name", "forename", "forenames", "prénom", "prenom", "prénoms", "nombre", "nombres", "nombre de pila", "nome", "nome próprio", "primeiro nome", "voornaam", "voornamen", "roepnaam")  # fmt: skip
_SUR = ("nachname", "familienname", "zuname", "last name", "lastname", "last_name", "surname", "family name", "familyname", "family_name", "nom", "nom de famille", "apellido", "apellidos", "primer apellido", "segundo apellido", "cognome", "name", "naam", "achternaam", "familienaam", "sobrenome", "apelido", "apelidos", "último nome")  # fmt: skip
_HEADS = Heads((*_GIVEN, *_SUR))
_PART = r"[a-zß-öø-ÿ\u0100-\u017f]{2,20}"
_FIELD = re.compile(
    rf"(?i:(?P<given>{any_of(_GIVEN)})|(?P<sur>{any_of(_SUR)}))"
    rf"\*{{0,2}}[ ]?[:=]\*{{0,2}}[ ]{{0,3}}(?P<name>(?:(?:de|da|di|do|dos|von|van|der|den|del|la|le|el|al|bin)[ ]){{0,2}}{_PART}(?:[ '’-]{_PART}){{0,2}}|[dlo]['’]{_PART})(?=[ \t]*(?:\r?\n|$|[,;|/]))"
)
_BEGINS = frozenset(("", *"\n\t ,;|>*•-("))
_BETWEEN = 48  # characters from one field to the next


def recognize(text: str) -> Iterator[Hit]:
    """Yield given names of the list, and the surnames beside them."""
    fields = [
        match
        for at in _HEADS.places(lowered(text))
        if text[max(0, at - 1) : at] in _BEGINS and (match := _FIELD.match(text, at)) is not None
    ]
    known = [match for match in fields if match["given"] is not None and _is_given(match["name"])]
    for match in known:
        yield Hit(*match.span("name"), "PERSON", 0.45, "name, in small letters", "label name")
    for match in fields:
        if match["sur"] is None or not _is_surname(match["name"]):
            continue
        if any(_beside(match, other) for other in known):
            yield Hit(*match.span("name"), "PERSON", 0.45, "name, in small letters", "label name")


def _is_given(name: str) -> bool:
    first = re.split(r"[ '’-]", name)[0]
    return first in ALL_GIVEN_NAMES and first not in STOP and first not in BUSINESS


def _is_surname(name: str) -> bool:
    """Say whether no word of a name says something about a field."""
    words = re.split(r"[ '’-]", name)
    return not any(word in BUSINESS or word in _ABOUT for word in words) and words[-1] not in STOP


_ABOUT = frozenset(["string", "str", "text", "varchar", "char", "null", "none", "required", "optional", "unbekannt", "unknown", "leer", "pflichtfeld", "obligatoire", "obligatorio", "obbligatorio", "verplicht", "obrigatório", "true", "false", "value"])  # fmt: skip


def _beside(one: re.Match[str], other: re.Match[str]) -> bool:
    """Say whether two fields follow each other, with one line between at most."""
    first, second = sorted((one, other), key=lambda match: match.start())
    return second.start() - first.end() <= _BETWEEN
