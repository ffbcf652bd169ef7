"""Any nested value, walked the same way for finding, replacing and restoring. Pure."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from stageflow_guard.errors import InspectorUnavailable

DEPTH = 64
_OPAQUE = (
    bool,
    Enum,
    type,
    int,
    float,
    complex,
    Decimal,
    UUID,
    datetime,
    date,
    time,
    timedelta,
    bytes,
    bytearray,
    memoryview,
)


Change = Callable[[str], str]
Named = Callable[[str, str], str | None]  # (key, value): what stands there, or None: as any text


def mapped(value: Any, change: Change, named: Named | None = None) -> Any:
    """Return a copy of `value` with `change` applied to every string, dictionary keys included.

    `named` is asked first about what stands under a textual key, whole numbers too. The input is
    never mutated. Other numbers, dates, identifiers and bytes stay. Raises `InspectorUnavailable`
    for what cannot be walked: a cycle, more than 64 levels, or a type whose text cannot be reached.
    """
    return _Walk(change, named).walk(value, 0)


class _Walk:
    """One walk with its two questions."""

    __slots__ = ("_blobs", "_change", "_named")

    def __init__(
        self, change: Change, named: Named | None, blobs: list[bytes] | None = None
    ) -> None:
        self._change, self._named, self._blobs = change, named, blobs

    def walk(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Enum) or not value else self._change(str(value))
        if value is None or isinstance(value, _OPAQUE) or callable(value):
            if self._blobs is not None and isinstance(value, bytes | bytearray | memoryview):
                self._blobs.append(bytes(value))
            return value
        if depth >= DEPTH:
            raise InspectorUnavailable(f"a value is nested over {DEPTH} levels, or holds itself")
        depth += 1
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, tuple):
            items = [self.walk(v, depth) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, list):
            return [self.walk(v, depth) for v in value]
        if isinstance(value, set | frozenset):
            return type(value)(self.walk(v, depth) for v in value)
        return self._object(value, depth)

    def _under(self, key: Any, value: Any, depth: int) -> Any:
        if self._named is not None and type(key) is str and type(value) in (str, int):
            fresh = self._named(key, str(value))
            if fresh is not None:
                return fresh
        return self.walk(value, depth)

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key, item in value.items():
            fresh = self.walk(key, depth)
            if fresh in out:
                raise InspectorUnavailable("two keys became one by redaction")
            out[fresh] = self._under(key, item, depth)
        return out

    def _object(self, value: Any, depth: int) -> Any:
        if is_dataclass(value):
            names = [f.name for f in fields(value)]
        elif hasattr(value, "model_fields_set"):  # pydantic
            return value.model_copy(
                update={k: self._under(k, v, depth) for k, v in dict(value).items()}
            )
        elif hasattr(value, "items") and hasattr(value, "keys"):  # frozen mappings
            return self._mapping(dict(value.items()), depth)
        elif hasattr(value, "__dict__"):
            names = list(vars(value))
        else:
            raise InspectorUnavailable(f"text inside a `{type(value).__name__}` cannot be reached")
        clone = copy.copy(value)
        for name in names:
            old = getattr(value, name, None)
            new = self._under(name, old, depth)
            if new is not old:
                object.__setattr__(clone, name, new)
        return clone


def texts(value: Any) -> list[str]:
    """Return every string in `value`, in the order of the walk."""
    found: list[str] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    mapped(value, keep)
    return found


def contents(value: Any) -> tuple[list[str], list[bytes]]:
    """Return every string and every run of bytes in `value`, in the order of the walk."""
    found: list[str] = []
    blobs: list[bytes] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _Walk(keep, None, blobs).walk(value, 0)
    return found, blobs
