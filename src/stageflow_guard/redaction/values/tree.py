"""Any nested value, walked the same way for finding, replacing and restoring. Pure."""

from __future__ import annotations

import contextlib
import time
import types
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.redaction.values import leaves

DEPTH = 64
_PLAIN = frozenset({str, int, float})  # nothing hangs on these
MOST = 5_000_000  # nodes: what shares its parts is finite in memory and endless to a walk
_PAUSE = 1_023  # nodes between two moments in which another thread may run

Change = Callable[[str], str]
# (key, value) -> what stands there; the value itself: it was read and stays; None: as any text
Named = Callable[[str, str], str | None]

# under these, a value is what the name around it says: {"ssn": {"value": 536904399}}
_GENERAL = frozenset({
    "value", "values", "number", "text", "raw", "data", "content", "current", "old", "new",
    "secret_value",
})  # fmt: skip


class TooLarge(Exception):
    """The walk was given fewer nodes than the value has."""


def mapped(value: Any, change: Change, named: Named | None = None, *, beside: bool = True) -> Any:
    """Return a copy of `value` with `change` applied to every string, dictionary keys included.

    `named` is asked first about what stands under a textual key, numbers and dates too. Whole
    numbers of 12 digits or more are asked about as text, and so are addresses, paths and the values
    of enum members. The input is never mutated. Other numbers, dates, identifiers, bytes, functions
    and classes stay; exceptions become text. What a leaf holds beside itself (attributes of a
    subclass, the object of a bound method, a closure's cells) is read, unless `beside` is False: a
    leaf of which that would change is refused.

    Raises `InspectorUnavailable` for that, and for what cannot be walked: a cycle, more than 64
    levels, more than 5 million nodes, or a type whose text cannot be reached, such as one that
    keeps state outside Python.
    """
    return _Walk(change, named, beside=beside).run(value)


class _Walk:
    """One walk with its two questions."""

    __slots__ = ("_beside", "_blobs", "_change", "_left", "_most", "_named", "_read")

    def __init__(
        self, change: Change, named: Named | None, *, beside: bool = True,
        blobs: list[bytes] | None = None, most: int = MOST,
    ) -> None:  # fmt: skip
        self._change, self._named, self._blobs = change, named, blobs
        self._beside, self._left, self._most = beside, most, most
        self._read: dict[int, Any] = {}  # leaves that were read, held so that an id stays theirs

    def run(self, value: Any) -> Any:
        """Walk `value`; whatever its own code raises is a typed refusal."""
        try:
            return self.walk(value, 0)
        except (GuardError, TooLarge):
            raise
        except Exception as exc:  # its text may hold the text, so it does not hang on ours
            broken = type(exc).__name__
        raise InspectorUnavailable(f"a `{type(value).__name__}` cannot be read ({broken})")

    def walk(self, value: Any, depth: int, key: Any = None) -> Any:
        """`key` is the name that a sequence stands under: it is the name of each of its items."""
        # `type`, never `isinstance`: an object can claim any class for itself
        kind = type(value)
        if kind is str:
            self._count()
            return self._change(value) if value else value
        if value is None or kind is bool:
            return value
        self._count()
        if kind is not dict and kind is not list and leaves.is_leaf(value):
            return self._leaf(value, depth)
        if issubclass(kind, str):
            text = str.__str__(value)  # attributes and methods of its own stay behind
            return self._change(text) if text else text
        if issubclass(kind, leaves.BLOBS):
            return self._blob(value)
        if issubclass(kind, BaseException):
            return self._change(_told(value))
        text_ = leaves.textual(value)
        if text_ is not None:
            fresh = self._change(text_)
            return value if fresh == text_ else fresh
        if depth >= DEPTH:
            raise InspectorUnavailable(f"a value is nested over {DEPTH} levels, or holds itself")
        return self._container(value, kind, depth + 1, key)

    def _container(self, value: Any, kind: type, depth: int, key: Any) -> Any:
        if issubclass(kind, dict):
            return self._mapping(dict.items(value), depth, key)
        if issubclass(kind, tuple):
            names = getattr(kind, "_fields", None)
            if names is not None:
                named = zip(names, tuple.__iter__(value), strict=True)
                made = (self._under(_name(n, key), v, depth) for n, v in named)
                return tuple.__new__(kind, made)
            return tuple(self._under(key, v, depth) for v in tuple.__iter__(value))
        if issubclass(kind, list):
            return [self._under(key, v, depth) for v in list.__iter__(value)]
        if issubclass(kind, set):
            return {self._under(key, v, depth) for v in set.__iter__(value)}
        if issubclass(kind, frozenset):
            return frozenset(self._under(key, v, depth) for v in frozenset.__iter__(value))
        return self._object(value, depth, key)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            if self._most < MOST:
                raise TooLarge
            raise InspectorUnavailable(f"a value has more than {MOST} parts")
        if not self._left & _PAUSE:
            time.sleep(0)  # on a thread of its own, a long walk lets the event loop go on

    def _leaf(self, value: Any, depth: int) -> Any:
        text = leaves.digits(value)
        if text is None and isinstance(value, Enum) and type(value._value_) is str:
            text = value._value_
        if text:
            fresh = self._change(text)
            if fresh != text:
                return fresh
        if self._beside and id(value) not in self._read:
            self._require_clean(value, depth)
        return value

    def _require_clean(self, value: Any, depth: int) -> None:
        """Read what `value` holds beside itself; refuse `value` when any of that would change."""
        parts = leaves.held(value)
        first = next(parts, None)
        if first is None:
            return
        self._read[id(value)] = value
        change, named = self._change, self._named

        def same(text: str) -> str:
            if change(text) != text:
                raise InspectorUnavailable(f"a `{type(value).__name__}` holds what has to go")
            return text

        def unnamed(key: str, text: str) -> str | None:
            if named is not None and named(key, text) not in (None, text):
                raise InspectorUnavailable(f"a `{type(value).__name__}` holds what has to go")
            return None

        self._change, self._named = same, unnamed
        try:
            for name, part in (first, *parts):
                if depth >= DEPTH:
                    raise InspectorUnavailable(f"a value is nested over {DEPTH} levels")
                self._under(name, part, depth + 1)
        finally:
            self._change, self._named = change, named

    def _blob(self, value: Any) -> Any:
        """Return bytes as they are, without what a subclass or a view holds beside them."""
        content = value if type(value) is bytes else memoryview(value).tobytes()
        if self._blobs is not None:
            self._blobs.append(content)
        if issubclass(type(value), bytearray):
            return bytearray(content)
        return memoryview(content) if type(value) is memoryview else content

    def _under(self, key: Any, value: Any, depth: int) -> Any:
        if self._named is not None and type(key) is str:
            text = leaves.told(value)
            fresh = None if text is None else self._named(key, text)
            if fresh is not None and fresh != text:
                return fresh
            if fresh is not None and type(value) in _PLAIN:
                self._count()
                return value
        return self.walk(value, depth, key)

    def _mapping(self, items: Iterable[tuple[Any, Any]], depth: int, around: Any) -> dict[Any, Any]:
        out: dict[Any, Any] = {}
        for key, item in items:
            fresh = self.walk(key, depth)
            if fresh in out:
                raise InspectorUnavailable("two keys became one by redaction")
            out[fresh] = self._under(_name(key, around), item, depth)
        return out

    def _object(self, value: Any, depth: int, around: Any) -> Any:
        kind = type(value)
        whole = is_dataclass(value) or hasattr(kind, "__pydantic_fields_set__")
        if not whole and hasattr(value, "items") and hasattr(value, "keys"):  # frozen mappings
            return self._mapping(value.items(), depth, around)
        if not (whole or hasattr(value, "__dict__")) or not leaves.in_python(kind):
            raise InspectorUnavailable(f"text inside a `{kind.__name__}` cannot be reached")
        if hasattr(kind, "get_secret_value"):  # its type says what it is
            around = "secret"
        clone = _empty(kind)
        members = set()
        for member in leaves.slots(kind):
            try:
                old = member.__get__(value)
            except AttributeError:  # never set
                continue
            members.add(member.__name__)
            member.__set__(clone, self._under(_name(member.__name__, around), old, depth))
        if hasattr(value, "__dict__"):
            members.update(vars(value))
            vars(clone).update(
                {n: self._under(_name(n, around), old, depth) for n, old in vars(value).items()}
            )
        for name in (
            (f.name for f in fields(value) if f.name not in members) if is_dataclass(value) else ()
        ):
            old = getattr(value, name, None)  # a default of the class, or computed
            new = self._under(_name(name, around), old, depth)
            if new is not old:
                object.__setattr__(clone, name, new)
        return clone


def _name(name: Any, around: Any) -> Any:
    """Return what a value is called: by its own name, or by the one around a general one."""
    general = type(name) is str and around is not None
    return around if general and name.strip("_").lower() in _GENERAL else name


def _told(error: BaseException) -> str:
    """Return an exception as text: rebuilding it would run code of its class."""
    with contextlib.suppress(Exception):  # its text may hold the text
        return f"{type(error).__name__}: {error}"
    raise InspectorUnavailable(f"the text of a `{type(error).__name__}` cannot be read")


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
    return contents(value)[0]


def contents(
    value: Any, named: Named | None = None, *, most: int = MOST
) -> tuple[list[str], list[bytes]]:
    """Return every string and every run of bytes in `value`, in the order of the walk.

    `named` hears of what stands under a textual key. Raises `TooLarge` above `most` nodes, where
    that is less than any value may have.
    """
    found: list[str] = []
    blobs: list[bytes] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    _Walk(keep, named, blobs=blobs, most=most).run(value)
    return found, blobs
