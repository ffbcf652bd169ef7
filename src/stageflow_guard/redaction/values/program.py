"""The program, and what is made while it runs: functions, methods, classes, and what they hold.

A function or class that its module knows under its name is the program: it passes unread, and the
same one for every reader. Any other can hold whatever was at hand when it was made, so all of that
is read. A function is then handed out as a copy. A class is not copied, so what hangs on it later
is shared, as a variable of a module is. Pure.
"""

from __future__ import annotations

import abc
import builtins
import collections
import functools
import re
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from stageflow_guard.errors import InspectorUnavailable
from stageflow_guard.redaction.values.leaves import BOUND, WRAPPERS, in_c, in_python, of_class

Part = tuple[Any, Any]  # its name, or None, and what it is
Own = Callable[[Any, Any], Any]  # (name, part) -> the copy's own, read

# They stand in classes, and hold nothing that is to be had.
_EMPTY: frozenset[type] = frozenset({
    object, type(abc.ABC.__dict__["_abc_impl"]), type(threading.Lock()), type(threading.RLock()),
})  # fmt: skip
# the field of a named tuple; its module differs between releases
_FIELD = type(vars(collections.namedtuple("_Row", "one"))["one"])
# pydantic's, in Rust: what they were made of is what they give to be pickled
_OF_SCHEMAS = ("SchemaValidator", "SchemaSerializer")
_WORD = re.compile(r"[A-Za-z_]{1,40}")  # a name as people write it is no find
_VARIABLES = ("__name__", "__bound__", "__constraints__")


def is_code(value: Any) -> bool:
    """Say whether `value` is what its module knows under its name: no data, but the program."""
    if isinstance(value, type) and issubclass(type(value), type):
        module, path = of_class(value, "__module__"), of_class(value, "__qualname__")
    else:
        module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    found: Any = sys.modules.get(module) if type(module) is str else None
    if found is None or type(path) is not str:
        return False
    for part in path.split("."):
        if type(found) is types.ModuleType:
            found = vars(found).get(part)
        elif issubclass(type(found), type):
            found = of_class(found, "__dict__").get(part)
        else:
            return False
    return found is value or getattr(found, "__func__", None) is value


def title(kind: type) -> str:
    """Return what an error calls a type: its name, where that is the program's."""
    if in_c(kind) or is_code(kind):  # asked of `type`, not of the class
        return f"`{of_class(kind, '__name__')}`"
    return "value of a class made at run time"


def of_a_class(cls: type) -> Iterator[Part]:
    """Yield all that a class holds."""
    yield None, type(cls)
    yield None, of_class(cls, "__name__")
    yield None, of_class(cls, "__qualname__")
    yield from ((None, base) for base in of_class(cls, "__bases__"))
    # what belongs to the class as a whole may be long and holds itself: copies nobody the dict
    yield from [*of_class(cls, "__dict__").items()]


def of_code(code: types.CodeType) -> Iterator[Part]:
    """Yield the names and constants of compiled code."""
    named = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    for name in (
        code.co_filename,
        code.co_name,
        code.co_qualname,
        *(n for ns in named for n in ns),
    ):
        if not _WORD.fullmatch(name):
            yield None, name
    for one in code.co_consts:
        if type(one) is types.CodeType:
            yield from of_code(one)
        elif one is not None:
            yield None, one


def own_globals(function: Any) -> dict[str, Any] | None:
    """Return the globals of a function unless they are a module's."""
    names: dict[str, Any] = function.__globals__
    module = sys.modules.get(names.get("__name__") or "")
    return None if module is not None and vars(module) is names else names


def of_globals(names: dict[str, Any]) -> Iterator[Part]:
    """Yield what a function's own globals hold, without the builtins of the interpreter."""
    for name, one in [*names.items()]:
        if not (name == "__builtins__" and (one is builtins or one is vars(builtins))):
            yield name, one


def fixed(value: Any) -> Iterator[Part]:
    """Yield what a function or class holds that no copy changes."""
    kind = type(value)
    if kind is types.FunctionType:
        yield from ((None, name) for name in (value.__name__, value.__qualname__))
        yield from of_code(value.__code__)
        yield None, getattr(value, "__type_params__", ())
        names = own_globals(value)
        if names is not None:
            yield from of_globals(names)
    elif issubclass(kind, type):
        yield from of_a_class(value)


def empty(cls: type) -> Any:
    """Return an instance without state and without running code of its class."""
    try:
        if issubclass(cls, types.SimpleNamespace):
            return types.SimpleNamespace.__new__(cls)
        return object.__new__(cls)
    except TypeError:
        raise InspectorUnavailable(f"a {title(cls)} cannot be copied") from None


def empty_function(value: types.FunctionType) -> types.FunctionType:
    """Return a copy of a function that holds nothing yet."""
    cells = tuple(types.CellType() for _ in value.__closure__ or ())
    made = types.FunctionType(value.__code__, value.__globals__, value.__name__, None, cells)
    made.__qualname__ = str.__str__(value.__qualname__)
    return made


def fill_function(made: types.FunctionType, value: types.FunctionType, own: Own) -> None:
    """Give a copy what the function holds."""
    made.__doc__ = own(None, value.__doc__)
    made.__module__ = own(None, value.__module__)
    if value.__defaults__ is not None:
        made.__defaults__ = tuple(own(None, one) for one in value.__defaults__)
    if value.__kwdefaults__ is not None:
        made.__kwdefaults__ = {k: own(k, one) for k, one in value.__kwdefaults__.items()}
    lazy = getattr(value, "__annotate__", None)  # from Python 3.14 on; it says them when asked
    if lazy is not None:
        made.__annotate__ = own(None, lazy)  # type: ignore[attr-defined]
    else:
        made.__annotations__ = own(None, value.__annotations__)
    vars(made).update(own(None, dict(vars(value))))
    names = value.__code__.co_freevars
    for name, cell, fresh in zip(
        names, value.__closure__ or (), made.__closure__ or (), strict=True
    ):
        try:
            content = cell.cell_contents
        except ValueError:  # not set yet
            continue
        fresh.cell_contents = own(name, content)


def bound_copy(value: Any, own: Own, *, shared: bool) -> Any:
    """Return a copy of what wraps or binds a callable: partial, method, property, …

    With `shared`, what it belongs to is only read: it is not handed out.
    """
    kind = type(value)
    made: Any
    if kind is types.MethodType:
        return types.MethodType(own(None, value.__func__), own(None, value.__self__))
    if kind is functools.partial:
        args = [own(None, one) for one in value.args]
        named = {k: own(k, one) for k, one in value.keywords.items()}
        made = functools.partial(own(None, value.func), *args, **named)
    elif kind is property:
        parts = (value.fget, value.fset, value.fdel, value.__doc__)
        return property(*(None if one is None else own(None, one) for one in parts))
    elif kind in WRAPPERS:
        made = kind(own(None, value.__func__))
    else:
        assert kind in BOUND  # noqa: S101 - there are no others
        return _rebound(value, own, shared=shared)
    vars(made).update(own(None, dict(vars(value))))
    return made


def _rebound(value: Any, own: Own, *, shared: bool) -> Any:
    """Return the same method of a copy of the object that it belongs to."""
    owner = getattr(value, "__self__", None)
    if owner is None or type(owner) is types.ModuleType:
        return value
    mine = own(None, owner)
    if mine is owner or shared:
        return value
    made = object.__getattribute__(mine, value.__name__)
    if type(made) is not type(value) or made.__self__ is not mine:
        raise InspectorUnavailable("a method of an object that is shared")
    return made


def inside(value: Any) -> Iterator[Part] | None:
    """Return the parts of an object that stands in a class and is no data; None for any other."""
    kind = type(value)
    if kind is types.GenericAlias:
        return iter([(None, value.__origin__), (None, value.__args__)])
    if kind is types.UnionType:
        return iter([(None, value.__args__)])
    if kind is re.Pattern:
        return iter([(None, value.pattern), (None, dict(value.groupindex))])
    if kind is weakref.ReferenceType:
        return iter([(None, value()), (None, value.__callback__)])
    if kind is types.CodeType:
        return of_code(value)
    if kind is types.MappingProxyType:
        return iter([(None, dict(value))])
    if kind is types.ModuleType:
        return iter(()) if sys.modules.get(value.__name__) is value else None
    return _of_library(value, kind)


def _of_library(value: Any, kind: type) -> Iterator[Part] | None:
    """Return the parts of what `typing`, `collections` and pydantic put into classes."""
    if kind in _EMPTY:
        return iter(())
    if kind is _FIELD:
        return iter([(None, value.__doc__)])
    if not is_code(kind):
        return None
    module, name = of_class(kind, "__module__"), of_class(kind, "__name__")
    if module == "pydantic_core._pydantic_core":
        if name == "PydanticUndefinedType":
            return iter(())
        return iter([(None, value.__reduce__()[1])]) if name in _OF_SCHEMAS else None
    if module == "typing" and not in_python(kind):
        return iter([(None, getattr(value, one, None)) for one in _VARIABLES])
    if module == "typing" and hasattr(value, "__dict__"):  # it would pass on what it is asked
        return iter([*vars(value).items()])
    return None
