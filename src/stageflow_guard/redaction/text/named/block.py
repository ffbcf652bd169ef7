"""A run of rows under one head, and what its head says about the cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from stageflow_guard.redaction.recognizers.generic.usernames import is_word
from stageflow_guard.redaction.values.key_names import carries, tells

LONGEST, _MOST = 200, 4_000  # characters of a cell that is read behind its name: bare, padded
_AROUND = " \t\r\n\"'`*"
_LINK = re.compile(r"\[([^\[\]]{1,60})\]\([^()]{0,200}\)")
_SAID = re.compile(r"\s*[(/?!*\[:]")  # `Password (initial)`, `Password/PIN`
_PARTED = re.compile(r"[,;|\s]")
# what many things have
_WEAK = frozenset({
    "name", "names", "address", "id", "age", "group id", "group_id", "visit id", "key", "code", "title", "number", "nom", "nombre", "nome", "naam", "namn", "navn", "nimi", "nazwa",
    "adresse", "dirección", "direccion", "indirizzo", "endereço", "endereco", "adres", "adress",
})  # fmt: skip
# beside a given name, these are the other one
_GIVEN = frozenset({"vorname", "first name", "firstname", "first_name", "given name", "forename", "prénom", "prenom", "voornaam"})  # fmt: skip
_ENDS = frozenset({"first", "last"})  # both of them beside a telling name are a person's
_BOTH = frozenset({"name", "nom", "naam"})


class Named(NamedTuple):
    """A half-open range of the text, and the name of what stands there."""

    name: str
    start: int
    end: int


@dataclass(slots=True)
class Block:
    """A head, the starts of its rows, and the values under its telling names."""

    head: tuple[int, int]
    end: int
    rows: list[int] = field(default_factory=list)
    values: list[Named] = field(default_factory=list)


def telling(head: Iterable[str]) -> dict[int, str]:
    """Return the telling names of a head by their column; none where nothing is personal for sure.

    A column `name` may hold anything, so it counts beside another one that tells.
    """
    cells = list(head)
    told = {at: name for at, cell in enumerate(cells) if cell and (name := _told(cell))}
    if not told:
        return told
    if not _GIVEN.isdisjoint(name.lower() for name in told.values()):
        told = {at: "surname" if name.lower() in _BOTH else name for at, name in told.items()}
    if not _BESIDE_LOGINS.isdisjoint(cell.strip(_AROUND).lower() for cell in cells):
        told = {at: _LOGINS.get(name.lower(), name) for at, name in told.items()}
    if not any(map(sure, told.values())) and not _of_a_person(told.values()):
        return {}
    bare = ((cell.strip(_AROUND).lower(), at) for at, cell in enumerate(cells))
    ends = {name: at for name, at in bare if name in _ENDS}
    if len(ends) == len(_ENDS):
        told |= {at: f"{name} name" for name, at in ends.items()}
    return told


# a column of accounts, where what else an account has stands beside it
_LOGINS = dict.fromkeys(
    ("login", "logins", "user", "users", "account", "benutzer", "nutzer", "anmeldung", "konto", "gebruiker", "utilisateur", "compte", "usuario", "cuenta", "utente", "usuário", "utilizador", "conta"),
    "login_name",
)  # fmt: skip
_ACCOUNT = re.compile(r"[a-z][a-z0-9._-]{2,24}[a-z0-9]")
_BESIDE_LOGINS = frozenset(["role", "roles", "rol", "rolle", "rôle", "ruolo", "papel", "perfil", "função", "permission", "permissions", "group", "groups", "gruppe", "groupe", "grupo", "gruppo", "groep", "team", "last seen", "last login", "last_login", "last_seen", "last logon", "letzter login", "letzte anmeldung", "zuletzt gesehen", "dernière connexion", "último acceso", "ultimo accesso", "laatst gezien", "laatste login", "último acesso", "mfa", "2fa"])  # fmt: skip
_CALLED = _BOTH | {"nome", "nombre", "namn", "navn", "nimi", "nazwa"}
_LIVES = frozenset(
    {
        "address",
        "adresse",
        "dirección",
        "direccion",
        "indirizzo",
        "endereço",
        "endereco",
        "adres",
        "adress",
    }
)


def _of_a_person(names: Iterable[str]) -> bool:
    """Say whether weak names tell together: what has a name and an address is somebody."""
    lower = {name.lower() for name in names}
    return not (_CALLED.isdisjoint(lower) or _LIVES.isdisjoint(lower))


@lru_cache(maxsize=4096)
def _told(cell: str) -> str:
    """Return the name in a cell of a head, without what is drawn around it and said behind it, if it tells."""
    name = _LINK.sub(r"\1", cell).strip(_AROUND + "_>\ufeff\u00a0:")
    short = _SAID.split(name, maxsplit=1)[0]
    return short if tells(short) else name if tells(name) else ""


def sure(name: str) -> bool:
    """Say whether a telling name tells by itself."""
    return name.lower() not in _WEAK


def values(text: str, cells: Iterable[tuple[int, int]], told: dict[int, str]) -> Iterator[Named]:
    """Yield the cells of a row, given in their order, that stand under a telling name."""
    for column, (start, end) in enumerate(cells):
        if column in told:
            yield from value(text, told[column], start, end)


def value(text: str, name: str, start: int, end: int) -> Iterator[Named]:
    """Yield what stands in a cell under `name`, without what is drawn around it, if it is a value."""
    if end - start > _MOST:
        return
    cell = text[start:end].rstrip(_AROUND)
    bare = cell.lstrip(_AROUND)
    begin = start + len(cell) - len(bare)
    behind = begin + len(bare)
    if len(bare) > LONGEST or not carries(bare):
        return
    if _PARTED.search(bare) and text[begin - 1 : begin] == text[behind : behind + 1] == '"':
        begin, behind = begin - 1, behind + 1  # its end is where its quote ends
    if name == "login_name" and (_ACCOUNT.fullmatch(bare) is None or is_word(bare)):
        name = "user"  # who it is may be told by his name
    yield Named(name, begin, behind)
