"""Values that are no containers: what of them is text, and what they hold beside themselves. Pure.

A leaf passes as the object that it is. So all that it holds has to be read first: attributes of a
subclass, the object behind a bound method, the cells of a closure, the value of an enum member.
"""

from __future__ import annotations

import functools
import math
import numbers
import struct
import sys
import types
from collections.abc import Iterator
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
NUMBERS = (int, float, Decimal, Fraction, complex)
_SCALARS = (*NUMBERS, date, time, timedelta, UUID)
# what a subclass adds to these is read; the rest of them holds no text
_BASES = (bool, *_SCALARS)
_TEXTUAL: frozenset[type] = frozenset({
    IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network,
    PurePosixPath, PureWindowsPath, PosixPath, WindowsPath,
})  # fmt: skip
_TEXTUAL_BASES = (
    IPv4Address, IPv4Network, IPv6Address, IPv6Network, PurePosixPath, PureWindowsPath
)  # fmt: skip
# of the interpreter: they name a member of a class, and hold nothing
_PLAIN: frozenset[type] = frozenset({
    bool, UUID, timedelta, range, type(...), type(NotImplemented), types.MethodDescriptorType,
    types.WrapperDescriptorType, types.ClassMethodDescriptorType, types.MemberDescriptorType,
    types.GetSetDescriptorType,
})  # fmt: skip
_CALLABLE: frozenset[type] = frozenset({
    types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType,
    functools.partial, staticmethod, classmethod, property,
})  # fmt: skip
LONG = 12  # digits from which a number can be a card's: below, no shape of it is a find
_HEAP = 1 << 9  # the flag of a type that was made at run time, as a class of Python's is
_BITS = 14_000  # of a whole number that the interpreter still prints


def is_leaf(value: Any) -> bool:
    """Say whether `value` is no container: it passes as it is once `held` of it has been read."""
    kind = type(value)
    return (
        kind in _PLAIN
        or kind in _CALLABLE
        or kind in (timezone, ZoneInfo)
        or issubclass(kind, (*_BASES, type, Enum))
        or foreign(value) is not None
    )


def foreign(value: Any) -> bool | complex | None:
    """Return a scalar of numpy's as a number of Python's own; None for anything else.

    Known by name, so that nothing is imported for it. A class written in Python is none of them,
    whatever it calls itself: these types are built in C, hold one number and nothing beside it.
    """
    kind = type(value)
    if kind.__flags__ & _HEAP or kind.__module__ != "numpy":
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
    number = foreign(value)
    value = value if number is None else number
    kind = type(value)
    if issubclass(kind, Enum) or kind is bool:
        return None
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return _printed(value)
    if issubclass(kind, float):
        if not math.isfinite(value):
            return None
        return _printed(int(value)) if float.is_integer(value) else float.__repr__(value)
    if kind in _TEXTUAL or issubclass(kind, (Decimal, Fraction, complex, date, time, UUID)):
        return str(value)
    return None


def digits(value: Any) -> str | None:
    """Return a number as text where it has enough digits to identify a person, else None."""
    number = foreign(value)
    value = value if number is None else number
    kind = type(value)
    if kind is bool or not issubclass(kind, (int, float, Decimal)):
        return None
    if not -(10**40) < value < 10**40 or abs(value) < 10 ** (LONG - 1):
        return None
    whole = int(value)
    return _printed(whole) if whole == value else None


def textual(value: Any) -> str | None:
    """Return the text of a value that is nothing but its text: an address, a path.

    Raises `InspectorUnavailable` for a subclass of one: its text is what its own code says.
    """
    kind = type(value)
    if kind in _TEXTUAL:
        return str(value)
    if issubclass(kind, _TEXTUAL_BASES):
        raise InspectorUnavailable(f"text inside a `{kind.__name__}` cannot be reached")
    return None


def held(value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield (name, part) of all that a leaf holds beside itself.

    Raises `InspectorUnavailable` for a leaf that holds what cannot be reached.
    """
    kind = type(value)
    if kind is datetime or kind is time:
        yield from ((None, zone) for zone in (value.tzinfo,) if zone is not None)
    elif kind in (timezone, ZoneInfo):
        yield None, str(value)
    elif kind in _CALLABLE:
        yield from _behind(value)
    elif issubclass(kind, Enum):
        yield from ((n, v) for n, v in vars(value).items() if n != "__objclass__")
    elif issubclass(kind, type):
        if not is_code(value):
            yield from ((None, base) for base in type.__dict__["__bases__"].__get__(value))
            yield from vars(value).items()
    elif kind not in _BASES and kind not in _PLAIN and foreign(value) is None:
        yield from _added(value, kind)


def _behind(value: Any) -> Iterator[tuple[str | None, Any]]:
    kind = type(value)
    if kind is types.FunctionType:
        if is_code(value):
            return
        yield from ((None, one) for one in value.__defaults__ or ())
        yield from (value.__kwdefaults__ or {}).items()
        yield from vars(value).items()
        yield from ((None, one) for one in _constants(value.__code__))
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            try:
                content = cell.cell_contents
            except ValueError:  # not set yet
                continue
            yield name, content
    elif kind is functools.partial:
        yield from ((None, one) for one in (value.func, *value.args))
        yield from value.keywords.items()
        yield from vars(value).items()
    elif kind is property:
        yield from ((None, one) for one in (value.fget, value.fset, value.fdel) if one is not None)
    else:
        if kind in (types.MethodType, staticmethod, classmethod):
            yield None, value.__func__
        owner = getattr(value, "__self__", None)
        if owner is not None and type(owner) is not types.ModuleType:
            yield None, owner


def _constants(code: types.CodeType) -> Iterator[Any]:
    for one in code.co_consts:
        if type(one) is types.CodeType:
            yield from _constants(one)
        elif one is not None:
            yield one


def is_code(value: Any) -> bool:
    """Say whether `value` is what its module knows under its name: no data, but the program."""
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    found: Any = sys.modules.get(module) if type(module) is str else None
    if found is None or type(path) is not str:
        return False
    for part in path.split("."):
        if type(found) is not types.ModuleType and not issubclass(type(found), type):
            return False
        found = vars(found).get(part)
    return found is value or getattr(found, "__func__", None) is value


def _added(value: Any, kind: type) -> Iterator[tuple[str | None, Any]]:
    """Yield what a subclass of a number, a date or an identifier holds beside it."""
    base = next(b for b in kind.__mro__ if b in _BASES or b is datetime)
    if not in_python(kind, base):
        raise InspectorUnavailable(f"text inside a `{kind.__name__}` cannot be reached")
    for member in slots(kind):
        if member.__objclass__ in base.__mro__:
            continue
        try:
            yield member.__name__, member.__get__(value)
        except AttributeError:  # never set
            continue
    if hasattr(value, "__dict__"):
        yield from vars(value).items()
    if isinstance(value, datetime | time) and value.tzinfo is not None:
        yield None, value.tzinfo


def _printed(number: int) -> str:
    if number.bit_length() > _BITS:
        raise InspectorUnavailable("a number is too long")
    return int.__repr__(number)


def slots(cls: type) -> Iterator[types.MemberDescriptorType]:
    """Yield the members that classes of Python declare as slots."""
    for base in cls.__mro__:
        if "__slots__" in vars(base):
            for member in vars(base).values():
                if isinstance(member, types.MemberDescriptorType):
                    yield member


def in_python(cls: type, base: type = object) -> bool:
    """Say whether all that an instance adds to `base` is in its `__dict__` and declared slots.

    The same sum of sizes by which CPython decides what `object.__reduce_ex__` may copy: a class
    that inherits storage from C, a heap type or not, is larger.
    """
    own = [m for m in slots(cls) if m.__objclass__ not in base.__mro__]
    size = base.__basicsize__ + POINTER * len(own)
    # an object of varying size keeps its dictionary behind its items, any other where it says
    size += POINTER * (cls.__dictoffset__ > 0 or (cls.__itemsize__ > 0 and cls.__dictoffset__ < 0))
    size += POINTER * (cls.__weakrefoffset__ > 0 and base.__weakrefoffset__ == 0)
    return cls.__itemsize__ == base.__itemsize__ and cls.__basicsize__ <= size
