"""Values that are no containers: numbers, dates, identifiers, addresses, and the text of each. Pure.

Asked about `type(value)`, and about a class through `type` itself: a class and its metaclass can
answer anything for themselves.
"""

from __future__ import annotations

import functools
import math
import numbers
import struct
import types
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from stageflow_guard.errors import InspectorUnavailable

POINTER = struct.calcsize("P")
BLOBS = (bytes, bytearray, memoryview)
# Of a subclass, what it adds to these is read and copied; the rest of them holds no text. Each with
# what makes one of a class from another's value: no code of the class is asked about the value.
_MADE: dict[type, Callable[[Any, Any], Any]] = {
    int: lambda kind, v: int.__new__(kind, int.__int__(v)),
    float: lambda kind, v: float.__new__(kind, float.__float__(v)),
    complex: lambda kind, v: complex.__new__(kind, complex.__complex__(v)),
    Decimal: lambda kind, v: Decimal.__new__(kind, Decimal(v)),
    Fraction: lambda kind, v: _with_slots(Fraction, kind, v),
    UUID: lambda kind, v: _with_slots(UUID, kind, v),
    datetime: lambda kind, v: datetime.__new__(kind, *datetime.__reduce_ex__(v, 4)[1][:1]),
    date: lambda kind, v: date.__new__(kind, *date.__reduce__(v)[1]),
    time: lambda kind, v: time.__new__(kind, *time.__reduce_ex__(v, 4)[1][:1]),
    timedelta: lambda kind, v: timedelta.__new__(kind, *timedelta.__reduce__(v)[1]),
}
SCALARS = tuple(_MADE)
_TEXTUAL: frozenset[type] = frozenset({
    IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network,
    PurePosixPath, PureWindowsPath, PosixPath, WindowsPath,
})  # fmt: skip
_TEXTUAL_BASES = (
    IPv4Address, IPv4Network, IPv6Address, IPv6Network, PurePosixPath, PureWindowsPath
)  # fmt: skip
# They hold nothing, or nothing but what `digits` reads. Those of the interpreter name a member of a
# class.
PLAIN: frozenset[type] = frozenset({
    bool, type(None), int, float, complex, Decimal, Fraction, UUID, date, timedelta, type(...),
    type(NotImplemented), types.MethodDescriptorType, types.WrapperDescriptorType,
    types.ClassMethodDescriptorType, types.MemberDescriptorType, types.GetSetDescriptorType,
})  # fmt: skip
ZONES = (timezone, ZoneInfo)
BOUND = (types.BuiltinFunctionType, types.MethodWrapperType)  # methods of what C wrote
WRAPPERS = (staticmethod, classmethod)
CALLABLE: frozenset[type] = frozenset({
    types.FunctionType, types.MethodType, functools.partial, property, *BOUND, *WRAPPERS,
})  # fmt: skip
LONG = 12  # digits from which a number can be a card's: below, no shape of it is a find
SHORT = 10 ** (LONG - 1)  # a number nearer to zero has fewer
_HEAP = 1 << 9  # the flag of a type that was made at run time, as a class of Python's is
_BITS = 14_000  # of a whole number that the interpreter still prints


def of_class(cls: type, name: str) -> Any:
    """Return what `type` itself says about a class: a metaclass can say anything else."""
    return type.__dict__[name].__get__(cls)


def in_c(cls: type) -> bool:
    """Say whether `cls` was there before any code ran: nothing hangs on it."""
    return not of_class(cls, "__flags__") & _HEAP


def is_leaf(value: Any) -> bool:
    """Say whether `value` is no container."""
    kind = type(value)
    return (
        kind in PLAIN
        or kind in CALLABLE
        or kind in ZONES
        or kind is range
        or issubclass(kind, (*SCALARS, type, Enum))
        or foreign(value) is not None
    )


def foreign(value: Any) -> bool | complex | None:
    """Return a scalar of numpy's as a number of Python's own; None for anything else.

    Known by name, so that nothing is imported for it. A class written in Python is none of them,
    whatever it calls itself: these types are built in C, hold one number and nothing beside it.
    """
    kind = type(value)
    if not in_c(kind) or kind.__module__ != "numpy":
        return None
    if issubclass(kind, numbers.Integral):
        return int(value)
    if issubclass(kind, numbers.Real):
        return float(value)
    if issubclass(kind, numbers.Complex):
        return complex(value)
    return bool(value) if kind.__name__ in ("bool", "bool_") else None


def told(value: Any) -> str | None:
    """Return the text that `value` is under a telling name, or None where it is no single one."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, Enum) or kind is bool:
        return None
    if kind in _TEXTUAL:
        return str(value)
    value = plain(value)
    kind = type(value)
    if kind is int:
        return _printed(value)
    if kind is float:
        if not math.isfinite(value):
            return None
        return _printed(int(value)) if value.is_integer() else repr(value)
    return str(value) if kind in SCALARS and kind is not timedelta else None


def plain(value: Any) -> Any:
    """Return a number, date or identifier as one of the interpreter's own; else `value` itself."""
    number = foreign(value)
    if number is not None:
        return number
    kind = type(value)
    if kind in _MADE:
        return value
    base = base_of(kind)
    return value if base is None else made(base, base, value)


def digits(value: Any) -> str | None:
    """Return of a number, as text, each whole part that is long enough to identify a person.

    A fraction is looked at as what it is worth, and as its two numbers; a complex number as its two
    parts. None where nothing is that long.
    """
    value = plain(value)
    kind = type(value)
    parts: tuple[Any, ...] = ()
    if kind is int or kind is float or kind is Decimal:
        parts = (value,)
    elif kind is complex:
        parts = (value.real, value.imag)
    elif kind is Fraction:
        parts = (value, value.numerator, value.denominator)
    whole = (_whole(part) for part in parts)
    return ", ".join(dict.fromkeys(text for text in whole if text is not None)) or None


def _whole(number: Any) -> str | None:
    if type(number) is Decimal and number.is_nan():  # it refuses to be compared
        return None
    # of any other, the comparisons with what is no number, or is infinite, say no
    if -(10**40) < number < 10**40 and not -SHORT < number < SHORT:
        return int.__repr__(int(number))
    return None


def textual(value: Any) -> str | None:
    """Return the text of a value that is nothing but its text: an address, a path.

    Raises `InspectorUnavailable` for a subclass of one: its text is what its own code says.
    """
    kind = type(value)
    if kind in _TEXTUAL:
        return str(value)
    if issubclass(kind, _TEXTUAL_BASES):
        raise InspectorUnavailable("text inside a subclass of an address or a path")
    return None


def base_of(kind: type) -> type | None:
    """Return what a class of numbers, dates or identifiers adds to; None for any other."""
    return next((b for b in of_class(kind, "__mro__") if b in _MADE), None)


def made(kind: type, base: type, value: Any) -> Any:
    """Return an instance of `kind` with the value of `value` and nothing beside it."""
    return _MADE[base](kind, value)


def _with_slots(base: Any, kind: Any, value: Any) -> Any:
    """Return an instance of `kind` with what `base` keeps in its slots."""
    instance = object.__new__(kind)
    for member in slots(base):
        member.__set__(instance, member.__get__(value))
    return instance


def _printed(number: int) -> str:
    if number.bit_length() > _BITS:
        raise InspectorUnavailable("a number is too long")
    return int.__repr__(number)


def slots(cls: type) -> Iterator[types.MemberDescriptorType]:
    """Yield the members that classes of Python declare as slots."""
    for base in of_class(cls, "__mro__"):
        members = of_class(base, "__dict__")
        if "__slots__" in members:
            for member in members.values():
                if type(member) is types.MemberDescriptorType:
                    yield member


def in_python(cls: type, base: type = object) -> bool:
    """Say whether all that an instance adds to `base` is in its `__dict__` and declared slots.

    The same sum of sizes by which CPython decides what `object.__reduce_ex__` may copy: a class
    that inherits storage from C, a heap type or not, is larger.
    """
    bases = of_class(base, "__mro__")
    own = [m for m in slots(cls) if m.__objclass__ not in bases]
    size = of_class(base, "__basicsize__") + POINTER * len(own)
    items, dicts = of_class(cls, "__itemsize__"), of_class(cls, "__dictoffset__")
    # an object of varying size keeps its dictionary behind its items, any other where it says
    size += POINTER * (dicts > 0 or (items > 0 and dicts < 0))
    refs = of_class(base, "__weakrefoffset__")
    size += POINTER * (of_class(cls, "__weakrefoffset__") > 0 and refs == 0)
    return bool(items == of_class(base, "__itemsize__") and of_class(cls, "__basicsize__") <= size)
