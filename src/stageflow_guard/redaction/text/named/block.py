"""A run of rows under one head, and what its head says about the cells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stageflow_guard.redaction.values.key_names import carries, tells

LONGEST = 200  # characters of a cell that is read behind its name
_AROUND = " \t\r\n\"'`*"
# what many things have
_WEAK = frozenset({
    "name", "names", "address", "id", "key", "code", "title", "number", "nom", "nombre", "nome", "naam", "namn", "navn", "nimi", "nazwa",
    "adresse", "dirección", "direccion", "indirizzo", "endereço", "endereco", "adres", "adress",
})  # fmt: skip


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
    told = {at: name for at, name in enumerate(head) if tells(name)}
    return told if any(map(sure, told.values())) else {}


def sure(name: str) -> bool:
    """Say whether a telling name tells by itself."""
    return name.lower() not in _WEAK


def values(text: str, cells: Iterable[tuple[int, int]], told: dict[int, str]) -> Iterator[Named]:
    """Yield the cells of a row, given in their order, that stand under a telling name."""
    for column, (start, end) in enumerate(cells):
        name = told.get(column)
        if name is None or end - start > 2 * LONGEST:
            continue
        cell = text[start:end].rstrip(_AROUND)
        bare = cell.lstrip(_AROUND)
        if len(bare) <= LONGEST and carries(bare):
            begin = start + len(cell) - len(bare)
            yield Named(name, begin, begin + len(bare))
