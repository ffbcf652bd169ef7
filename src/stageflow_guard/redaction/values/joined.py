"""Containers as the JSON text that they would be: what says of a value what it is stands beside it. Pure.

`{"name": "DB_PASSWORD", "value": "…"}`, a row below its head, `["--password", "…"]`, a resource of
FHIR: no value of these knows what it is, and the same bytes as a text do. So small exact types are
written as JSON, and what is found there belongs to the values that it lies in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.placeholder import PSEUDONYM
from stageflow_guard.redaction.recognizers.people.labelled import is_name
from stageflow_guard.redaction.values.key_names import declared, is_saying, says

LEVELS = 64
PIECE = 4_096  # characters that are read at once; what is said of a value stands near it
LONGEST = 400  # of a value: a longer one speaks for itself
_NAME_MOST = 100
_AROUND = 3  # names that are repeated where a container is read in pieces
_NUMBERS = frozenset({int, float, bool, type(None)})
_RUN = 64  # numbers without a text among them are a measurement


class Leaf(NamedTuple):
    """A value: the container that it stands in and where, what it is as text, where that is written."""

    container: int
    key: Any
    text: str
    start: int
    end: int


class Joint(NamedTuple):
    """A container, or a piece of one, as text."""

    text: str
    leaves: list[Leaf]


class Near:
    """What is found of values by what stands beside them; a walk says at which one it is."""

    __slots__ = ("_spans", "at")

    def __init__(self) -> None:
        self._spans: dict[int, dict[Any, list[EntitySpan]]] = {}
        self.at: tuple[EntitySpan, ...] = ()

    def add(self, joint: Joint, spans: Iterable[EntitySpan]) -> None:
        """Take over what was found in the text of `joint`."""
        leaves = iter(joint.leaves)
        leaf = next(leaves, None)
        for span in spans:
            while leaf is not None and leaf.end <= span.start:
                leaf = next(leaves, None)
            at = leaf
            while at is not None and at.start < span.end:  # one may reach over several
                self._keep(at, span)
                if at.end >= span.end:
                    break
                at = leaf = next(leaves, None)

    def _keep(self, leaf: Leaf, span: EntitySpan) -> None:
        start, end = max(span.start, leaf.start) - leaf.start, min(span.end, leaf.end) - leaf.start
        if leaf.end - leaf.start != len(leaf.text):
            start, end = _unescaped(leaf.text, start, end)
        # what is redacted stays: what lies between placeholders is a find
        ready = PSEUDONYM.finditer(leaf.text) if "⟦" in leaf.text else ()
        for begin, stop in [*map(re.Match.span, ready), (end, end)]:
            part = leaf.text[start : min(begin, end)] if begin > start else ""
            if any(map(str.isalnum, part)):
                of = self._spans.setdefault(leaf.container, {})
                one = EntitySpan(start, start + len(part), span.entity, span.score)
                of.setdefault(leaf.key, []).append(one)
            start = max(start, stop)

    def under(self, container: Any) -> dict[Any, list[EntitySpan]] | None:
        """Return what is known of the values of `container`, by their key or place."""
        return self._spans.get(id(container))


def _unescaped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return which characters of `text` the range of its JSON form stands for."""
    sizes = [len(json.dumps(char, ensure_ascii=False)) - 2 for char in text]
    ends = list(accumulate(sizes))
    touched = [at for at, stop in enumerate(ends) if stop > start and stop - sizes[at] < end]
    return touched[0], touched[-1] + 1


def joints(value: Any, *, always: bool = False) -> Iterator[Joint]:
    """Yield `value` as JSON text, in pieces; nothing for what is no container or holds no text.

    A piece in which nothing says anything of something else is left out, unless `always`.
    """
    if type(value) is dict or type(value) is list or type(value) is tuple:
        yield from _Writer(always=always).written(value)


class _Writer:
    """One value on its way to text."""

    __slots__ = (
        "_always",
        "_begun",
        "_heads",
        "_leaves",
        "_open",
        "_parts",
        "_pieces",
        "_said",
        "_size",
    )

    def __init__(self, *, always: bool) -> None:
        self._always = self._said = always
        self._heads = 0  # tables around whose head says what their cells are
        self._open: list[str] = []  # what begins the containers around
        self._pieces = 0
        self._begin()

    def _begin(self) -> None:
        self._pieces += 1
        prefix = "".join(self._open[-_AROUND:])
        self._parts, self._leaves, self._said = [prefix], list[Leaf](), self._always
        self._size = self._begun = len(prefix)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)

    def written(self, value: Any) -> Iterator[Joint]:
        yield from self._container(value, "")
        yield from self._piece()

    def _piece(self) -> Iterator[Joint]:
        said = (
            self._said
            or self._heads > 0
            or any(is_saying(leaf.text) or is_name(leaf.text) for leaf in self._leaves)
        )
        if said and self._leaves:
            yield Joint("".join(self._parts), self._leaves)
        self._begin()

    def _container(self, value: Any, name: str) -> Iterator[Joint]:
        mapping = type(value) is dict
        opened = name + ("{" if mapping else "[")
        self._write(opened)
        if len(self._open) < LEVELS and (mapping or not _measured(value)):
            self._open.append(opened)
            parts = value.items() if mapping else enumerate(value)
            between, here, heads = "", (self._pieces, self._size), False
            for key, part in parts:
                if between and self._is_full(here):
                    yield from self._piece()
                    between = ""
                self._write(between)
                between = ", "
                name = f"{_quoted(key)}: " if mapping else ""
                if mapping and not self._said and type(key) is str:
                    self._said = _says(key)
                if type(part) is dict or type(part) is list or type(part) is tuple:
                    yield from self._container(part, name)
                    if not mapping and not key and type(part) is not dict and _head(part):
                        self._open[-1] = f"{opened}{json.dumps(part, ensure_ascii=False)}, "
                        heads = any(map(is_saying, part))
                        self._heads += heads
                else:
                    self._write(name)
                    self._leaf(value, key, part)
            self._open.pop()
            self._heads -= heads
            self._said = self._said or heads
        self._write("}" if mapping else "]")

    def _is_full(self, here: tuple[int, int]) -> bool:
        """Say whether a container that was opened `here` goes on in another piece: no small one does."""
        pieces, size = here
        return self._size - self._begun >= PIECE and (
            pieces < self._pieces or self._size - size >= PIECE // 2
        )

    def _leaf(self, container: Any, key: Any, value: Any) -> None:
        kind = type(value)
        if kind is str:
            if len(value) > LONGEST:
                self._write('""')
                return
            if type(key) is str and declared(
                key, value
            ):  # it goes whole, and is as long for others
                self._write(f'"{"~" * len(value)}"')
                return
            text = value
            self._write('"')
            shown = text if _is_plain(text) else json.dumps(text, ensure_ascii=False)[1:-1]
        elif kind is int or (kind is float and math.isfinite(value)):
            text = shown = repr(value) if kind is float or -(10**40) < value < 10**40 else "0"
        else:
            self._write({True: "true", False: "false"}.get(value, "null") if kind is bool else "null")  # fmt: skip
            return
        if text:
            start = self._size
            self._leaves.append(Leaf(id(container), key, text, start, start + len(shown)))
        self._write(f'{shown}"' if kind is str else shown)


def _says(key: str) -> bool:
    return key in _PLACES or says(key)


_PLACES = frozenset({"family", "given", "identifier", "reference", "display", "birthDate", "telecom"})  # fmt: skip


def _is_plain(text: str) -> bool:
    return text.isprintable() and '"' not in text and "\\" not in text


def _quoted(key: Any) -> str:
    if type(key) is not str:
        return f'"{key}"' if type(key) is int else '""'
    return json.dumps(key[:_NAME_MOST], ensure_ascii=False)


def _measured(value: Any) -> bool:
    """Say whether a list holds numbers alone, and many."""
    return len(value) > _RUN and _NUMBERS.issuperset(map(type, value))


def _head(row: Any) -> bool:
    """Say whether a list's first one may be what a table's columns are called."""
    return 1 < len(row) <= _RUN and all(type(one) is str and len(one) <= _NAME_MOST for one in row)
