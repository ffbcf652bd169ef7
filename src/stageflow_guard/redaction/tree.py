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
)


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return a copy of `value` with `change` applied to every string, dictionary keys included.

    The input is never mutated. Numbers, dates, identifiers and bytes stay. Raises
    `InspectorUnavailable` for what cannot be walked: a cycle, more than 64 levels, or a type whose
    text cannot be reached.
    """
    return _walk(value, change, 0)


def _walk(value: Any, change: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) or not value else change(str(value))
    if value is None or isinstance(value, _OPAQUE) or callable(value):
        return value
    if depth >= DEPTH:
        raise InspectorUnavailable(f"a value is nested over {DEPTH} levels, or holds itself")
    depth += 1
    if isinstance(value, dict):
        return _mapping(value, change, depth)
    if isinstance(value, tuple):
        items = [_walk(v, change, depth) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return [_walk(v, change, depth) for v in value]
    if isinstance(value, set | frozenset):
        return type(value)(_walk(v, change, depth) for v in value)
    return _object(value, change, depth)


def _mapping(value: dict[Any, Any], change: Callable[[str], str], depth: int) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for key, item in value.items():
        fresh = _walk(key, change, depth)
        if fresh in out:
            raise InspectorUnavailable("two keys became one by redaction")
        out[fresh] = _walk(item, change, depth)
    return out


def _object(value: Any, change: Callable[[str], str], depth: int) -> Any:
    if is_dataclass(value):
        names = [f.name for f in fields(value)]
    elif hasattr(value, "model_fields_set"):  # pydantic
        return value.model_copy(update={k: _walk(v, change, depth) for k, v in dict(value).items()})
    elif hasattr(value, "items") and hasattr(value, "keys"):  # frozen mappings
        return _mapping(dict(value.items()), change, depth)
    elif hasattr(value, "__dict__"):
        names = list(vars(value))
    else:
        raise InspectorUnavailable(f"text inside a `{type(value).__name__}` cannot be reached")
    clone = copy.copy(value)
    for name in names:
        old = getattr(value, name, None)
        new = _walk(old, change, depth)
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
