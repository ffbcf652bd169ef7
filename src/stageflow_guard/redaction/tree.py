"""Any nested value, walked the same way for finding, replacing and restoring. Pure."""

from __future__ import annotations

import struct
import types
from collections.abc import Callable, Iterator
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
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)
_POINTER = struct.calcsize("P")


Change = Callable[[str], str]
Named = Callable[[str, str], str | None]  # (key, value): what stands there, or None: as any text


def mapped(value: Any, change: Change, named: Named | None = None) -> Any:
    """Return a copy of `value` with `change` applied to every string, dictionary keys included.

    `named` is asked first about what stands under a textual key, whole numbers too. The input is
    never mutated. Other numbers, dates, identifiers, bytes, functions and classes stay; exceptions
    become text. Raises `InspectorUnavailable` for what cannot be walked: a cycle, more than 64
    levels, or a type whose text cannot be reached, such as one that keeps state outside Python.
    """
    return _Walk(change, named).walk(value, 0)


class _Walk:
    """One walk with its two questions."""

    __slots__ = ("_blobs", "_change", "_named")

    def __init__(
        self, change: Change, named: Named | None, blobs: list[bytes] | None = None
    ) -> None:
        self._change, self._named, self._blobs = change, named, blobs

    def walk(self, value: Any, depth: int, key: Any = None) -> Any:
        """`key` is the name that a sequence stands under: it is the name of each of its items."""
        if isinstance(value, str):
            return value if isinstance(value, Enum) or not value else self._change(str(value))
        if value is None or isinstance(value, _OPAQUE):
            if self._blobs is not None and isinstance(value, bytes | bytearray | memoryview):
                self._blobs.append(bytes(value))
            return value
        if isinstance(value, BaseException):
            return self._change(_told(value))
        if depth >= DEPTH:
            raise InspectorUnavailable(f"a value is nested over {DEPTH} levels, or holds itself")
        depth += 1
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, tuple):
            if hasattr(value, "_fields"):
                named = zip(value._fields, value, strict=True)
                return type(value)(*(self._under(name, v, depth) for name, v in named))
            return tuple(self._under(key, v, depth) for v in value)
        if isinstance(value, list):
            return [self._under(key, v, depth) for v in value]
        if isinstance(value, set | frozenset):
            return type(value)(self._under(key, v, depth) for v in value)
        return self._object(value, depth)

    def _under(self, key: Any, value: Any, depth: int) -> Any:
        if self._named is not None and type(key) is str and type(value) in (str, int):
            fresh = self._named(key, str(value))
            if fresh is not None:
                return fresh
        return self.walk(value, depth, key)

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key, item in value.items():
            fresh = self.walk(key, depth)
            if fresh in out:
                raise InspectorUnavailable("two keys became one by redaction")
            out[fresh] = self._under(key, item, depth)
        return out

    def _object(self, value: Any, depth: int) -> Any:
        whole = is_dataclass(value) or hasattr(type(value), "__pydantic_fields_set__")
        if not whole and hasattr(value, "items") and hasattr(value, "keys"):  # frozen mappings
            return self._mapping(dict(value.items()), depth)
        if not (whole or hasattr(value, "__dict__")) or not _in_python(type(value)):
            raise InspectorUnavailable(f"text inside a `{type(value).__name__}` cannot be reached")
        clone = _empty(type(value))
        held = set()
        for member in _slots(type(value)):
            try:
                old = member.__get__(value)
            except AttributeError:  # never set
                continue
            held.add(member.__name__)
            member.__set__(clone, self._under(member.__name__, old, depth))
        if hasattr(value, "__dict__"):
            held.update(vars(value))
            vars(clone).update(
                {name: self._under(name, old, depth) for name, old in vars(value).items()}
            )
        for name in (
            (f.name for f in fields(value) if f.name not in held) if is_dataclass(value) else ()
        ):
            old = getattr(value, name, None)  # a default of the class, or computed
            new = self._under(name, old, depth)
            if new is not old:
                object.__setattr__(clone, name, new)
        return clone


def _told(error: BaseException) -> str:
    """Return an exception as text: rebuilding it would run code of its class."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # its text may hold the text
        raise InspectorUnavailable(
            f"the text of a `{type(error).__name__}` cannot be read"
        ) from None


def _slots(cls: type) -> Iterator[types.MemberDescriptorType]:
    for base in cls.__mro__:
        if "__slots__" in vars(base):
            for member in vars(base).values():
                if isinstance(member, types.MemberDescriptorType):
                    yield member


def _in_python(cls: type) -> bool:
    """Say whether all state of an instance is in its `__dict__` and declared slots.

    The same sum of sizes by which CPython decides what `object.__reduce_ex__` may copy: a class
    that inherits storage from C, a heap type or not, is larger.
    """
    size = object.__basicsize__ + _POINTER * sum(1 for _ in _slots(cls))
    size += _POINTER * ((cls.__dictoffset__ > 0) + (cls.__weakrefoffset__ > 0))
    return cls.__itemsize__ == 0 and cls.__basicsize__ <= size


def _empty(cls: type) -> Any:
    """Return an instance without state and without running code of its class."""
    try:
        if issubclass(cls, types.SimpleNamespace):
            return types.SimpleNamespace.__new__(cls)
        return object.__new__(cls)
    except TypeError:
        raise InspectorUnavailable(f"a `{cls.__name__}` cannot be copied") from None


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
