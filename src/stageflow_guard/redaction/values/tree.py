"""Any nested value, walked the same way for finding, replacing and restoring. Pure."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from datetime import time as dt_time
from enum import Enum
from typing import Any

from stageflow_guard.base.breath import Breath
from stageflow_guard.errors import GuardError, InspectorUnavailable
from stageflow_guard.model import EntitySpan
from stageflow_guard.redaction.values import leaves, program
from stageflow_guard.redaction.values.joined import Near
from stageflow_guard.redaction.values.key_names import asks, called, tells, told_name

DEPTH = 64
_PLAIN = frozenset({str, int, float})  # nothing hangs on these
MOST = 5_000_000  # nodes: what shares its parts is finite in memory and endless to a walk
_PAUSE = 255  # nodes between two moments in which another thread may run: a power of two, less one
_RUN = 4_096  # numbers that are looked at in one go

Change = Callable[[str], str]
# (key, value) -> what stands there; the value itself: it was read and stays; None: as any text
Named = Callable[[str, str], str | None]


class TooLarge(Exception):
    """The walk was given fewer nodes than the value has."""


def mapped(
    value: Any, change: Change, named: Named | None = None, *, beside: bool = True,
    near: Near | None = None, clean: Callable[[str], bool] | None = None,
) -> Any:  # fmt: skip
    """Return a copy of `value` with `change` applied to every string, dictionary keys included.

    `named` is asked first about what stands under a telling key, numbers and dates too. Whole
    numbers of 12 digits or more are asked about as text, and so are addresses, paths and the values
    of enum members. The input is never mutated. Other numbers, dates, identifiers, bytes, functions
    and classes stay; exceptions become text. What a leaf holds beside itself (attributes of a
    subclass, the object of a bound method, a closure's cells) is read, unless `beside` is False: a
    leaf of which that would change is refused. `near` is told at which value the walk is, so that
    `change` and `named` know what stands beside it. Keys that are `clean` are not asked about.

    Raises `InspectorUnavailable` for that, and for what cannot be walked: a cycle, more than 64
    levels, more than 5 million nodes, or a type whose text cannot be reached, such as one that
    keeps state outside Python.
    """
    return _Walk(change, named, beside=beside, near=near, clean=clean).run(value)


class _Walk:
    """One walk with its two questions."""

    __slots__ = (
        "_beside", "_blobs", "_breathe", "_change", "_clean", "_left", "_made", "_most", "_named", "_near",
        "_open", "_reading", "_strict",
    )  # fmt: skip

    def __init__(
        self, change: Change, named: Named | None, *, beside: bool = True,
        blobs: list[bytes] | None = None, most: int = MOST, near: Near | None = None,
        clean: Callable[[str], bool] | None = None,
    ) -> None:  # fmt: skip
        self._near, self._clean = near, clean
        self._change, self._named, self._blobs = change, named, blobs
        self._beside, self._left, self._most = beside, most, most
        self._breathe = Breath()
        self._made: dict[int, tuple[Any, Any]] = {}  # of a leaf, held so that its id stays its own
        self._open: dict[int, Any] = {}  # copies of the objects around: a method is bound to one
        self._strict = False  # inside a leaf: what would change refuses it
        self._reading = False  # inside a class: nothing there is copied

    def run(self, value: Any) -> Any:
        """Walk `value`; whatever its own code raises is a typed refusal."""
        try:
            return self.walk(value, 0)
        except (GuardError, TooLarge):
            raise
        except KeyboardInterrupt as exc:
            broken = program.title(type(exc))
            interrupted = not BaseException.__dict__["args"].__get__(exc)
        except BaseException as exc:  # its text may hold the text, so it does not hang on ours
            broken, interrupted = program.title(type(exc)), False
        if interrupted:  # by a person: a new one, of which nothing is the value's
            raise KeyboardInterrupt
        raise InspectorUnavailable(f"a {program.title(type(value))} cannot be read ({broken})")

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
        if (kind is int or kind is float) and -leaves.SHORT < value < leaves.SHORT:
            return value
        if kind is not dict and kind is not list and leaves.is_leaf(value):
            return self._leaf(value, kind, depth)
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
            return self._mapping(dict.items(value), depth, key, self._known_of(value))
        if issubclass(kind, tuple):
            names = getattr(kind, "_fields", None)
            if names is not None:
                self._require_known(kind, depth)
                named = zip(names, tuple.__iter__(value), strict=True)
                made = (self._under(called(n, key), v, depth) for n, v in named)
                return tuple.__new__(kind, made)
            return tuple(self._items(value, tuple.__getitem__, depth, key))
        if issubclass(kind, list):
            return self._items(value, list.__getitem__, depth, key)
        if issubclass(kind, set):
            return {self._under(key, v, depth) for v in set.__iter__(value)}
        if issubclass(kind, frozenset):
            return frozenset(self._under(key, v, depth) for v in frozenset.__iter__(value))
        return self._object(value, depth, key)

    def _items(self, value: Any, part_of: Callable[..., Any], depth: int, key: Any) -> list[Any]:
        """Return the copy's items; long runs of short numbers are looked at as one."""
        at, out = 0, list[Any]()
        known = self._known_of(value)
        whole = key is None or self._named is None or (type(key) is str and not tells(key))
        while part := part_of(value, slice(at, at + _RUN)):
            at += len(part)
            if whole and len(part) == _RUN and _short_numbers(part):
                self._count(_RUN)
                out += part
            elif known is not None:
                begin = at - len(part)
                out += [
                    self._beside_others(key, v, depth, known.get(n))
                    for n, v in enumerate(part, begin)
                ]
            else:
                out += [self._under(key, v, depth) for v in part]
        return out

    def _count(self, nodes: int = 1) -> None:
        before = self._left
        self._left -= nodes
        if self._left < 0:
            if self._most < MOST:
                raise TooLarge
            raise InspectorUnavailable(f"a value has more than {MOST} parts")
        if self._left & ~_PAUSE != before & ~_PAUSE:
            self._breathe()

    # -- leaves, and what they hold beside themselves ----------------------------------------------

    def _leaf(self, value: Any, kind: type, depth: int) -> Any:
        text = leaves.digits(value)
        if text is None and issubclass(kind, Enum) and type(value._value_) is str:
            text = value._value_
        if text:
            fresh = self._change(text)
            if fresh != text:
                return fresh
        if kind in leaves.PLAIN or leaves.foreign(value) is not None:
            return value
        known = self._made.get(id(value))
        return self._beside_of(value, kind, depth) if known is None else known[1]

    def _beside_of(self, value: Any, kind: type, depth: int) -> Any:
        """Return the copy's own of a leaf, once all was read that it holds beside itself.

        What of that would change refuses the leaf: its copy would not be what it was.
        """
        if self._strict or not self._beside:
            return self._taken(value, kind, depth)
        change, named = self._change, self._named

        def same(text: str) -> str:
            if change(text) != text:
                raise InspectorUnavailable(f"a {program.title(kind)} holds what has to go")
            return text

        def unnamed(key: str, text: str) -> str | None:
            if named is not None and named(key, text) not in (None, text):
                raise InspectorUnavailable(f"a {program.title(kind)} holds what has to go")
            return None

        self._change, self._named, self._strict = same, unnamed, True
        try:
            return self._taken(value, kind, depth)
        finally:
            self._change, self._named, self._strict = change, named, False

    def _taken(self, value: Any, kind: type, depth: int) -> Any:
        if depth >= DEPTH:
            raise InspectorUnavailable(f"a value is nested over {DEPTH} levels")

        def own(name: Any, part: Any) -> Any:
            return self._under(name, part, depth + 1)

        if issubclass(kind, Enum):
            self._require_known(kind, depth)
            return self._read_only(
                value, ((n, v) for n, v in vars(value).items() if n != "__objclass__"), own
            )
        if issubclass(kind, type):
            return self._read_only(
                value, () if program.is_code(value) else program.fixed(value), own
            )
        if kind is types.FunctionType:
            return value if program.is_code(value) else self._function(value, own)
        if kind is types.MethodType and id(value.__self__) in self._open:  # of an object around it
            return types.MethodType(own(None, value.__func__), self._open[id(value.__self__)])
        if kind in leaves.CALLABLE:
            return program.bound_copy(value, own, shared=self._reading)
        if kind is range:
            return self._read_only(
                value, ((None, one) for one in (value.start, value.stop, value.step)), own
            )
        if kind in leaves.ZONES:
            return self._read_only(value, [(None, str(value))], own)
        return self._scalar(value, kind, depth)

    def _read_only(self, value: Any, parts: Iterable[tuple[Any, Any]], own: program.Own) -> Any:
        """Read what belongs to `value` and is the same for every reader; return `value`."""
        self._made[id(value)] = value, value
        if self._beside:
            reading, self._reading = self._reading, True
            try:
                for name, part in parts:
                    own(name, part)
            finally:
                self._reading = reading
        return value

    def _function(self, value: Any, own: program.Own) -> Any:
        made = program.empty_function(value)
        self._made[id(value)] = value, made
        if self._beside:
            self._read_only(value.__code__, program.fixed(value), own)
        if program.own_globals(value) is not None and not self._reading:
            raise InspectorUnavailable("a function with variables of its own is shared by readers")
        program.fill_function(made, value, own)
        return made

    def _scalar(self, value: Any, kind: type, depth: int) -> Any:
        """Return a copy of a number, date or identifier that can hold something beside itself."""
        zone = value.tzinfo if issubclass(kind, (datetime, dt_time)) else None
        if zone is not None and self._under(None, zone, depth + 1) is not zone:
            raise InspectorUnavailable("a time zone that is shared by readers")
        base = leaves.base_of(kind)
        if base is None or kind is base:
            return value
        self._require_known(kind, depth)
        if not leaves.in_python(kind, base):
            raise InspectorUnavailable(f"text inside a {program.title(kind)} cannot be reached")
        clone = leaves.made(kind, base, value)
        if zone is not None:
            clone = base.__dict__["replace"](clone, tzinfo=zone)
        self._fill(clone, value, base, depth + 1, None)
        return clone

    def _fill(self, clone: Any, value: Any, base: type, depth: int, around: Any) -> set[str]:
        """Give `clone` what `value` adds to its base; return the names that it has."""
        names = set()
        theirs = leaves.of_class(base, "__mro__")
        for member in leaves.slots(type(value)):
            if member.__objclass__ in theirs:
                continue
            try:
                old = member.__get__(value)
            except AttributeError:  # never set
                continue
            names.add(member.__name__)
            member.__set__(clone, self._under(called(member.__name__, around), old, depth))
        if hasattr(value, "__dict__"):
            names.update(vars(value))
            vars(clone).update(
                {n: self._under(called(n, around), old, depth) for n, old in vars(value).items()}
            )
        return names

    def _require_known(self, kind: type, depth: int) -> None:
        """Read the class of what keeps its class, where it is not the program's."""
        if self._beside and id(kind) not in self._made and not leaves.in_c(kind):
            self._leaf(kind, type(kind), depth)

    def _blob(self, value: Any) -> Any:
        """Return bytes as they are, without what a subclass or a view holds beside them."""
        content = value if type(value) is bytes else memoryview(value).tobytes()
        if self._blobs is not None:
            self._blobs.append(content)
        if issubclass(type(value), bytearray):
            return bytearray(content)
        return memoryview(content) if type(value) is memoryview else content

    def _under(self, key: Any, value: Any, depth: int) -> Any:
        key = key if key is None or type(key) is str else told_name(key)
        if self._named is not None and key is not None and asks(key, value):
            text = leaves.told(value)
            fresh = None if text is None else self._named(key, text)
            if fresh is not None and fresh != text:
                return fresh
            if fresh is not None and type(value) in _PLAIN:
                self._count()
                return value
        return self.walk(value, depth, key)

    def _known_of(self, container: Any) -> dict[Any, list[EntitySpan]] | None:
        return None if self._near is None else self._near.under(container)

    def _beside_others(
        self, key: Any, value: Any, depth: int, found: list[EntitySpan] | None
    ) -> Any:
        """Return what stands in place of `value`, of which others beside it say what it is."""
        if not found or self._near is None:
            return self._under(key, value, depth)
        self._near.at = tuple(found)
        try:
            if type(value) is int or type(value) is float:  # too short to be asked about alone
                text = leaves.told(value)
                fresh = text if text is None else self._change(text)
                if fresh != text:
                    return fresh
            return self._under(key, value, depth)
        finally:
            self._near.at = ()

    def _mapping(
        self, items: Iterable[tuple[Any, Any]], depth: int, around: Any,
        known: dict[Any, list[EntitySpan]] | None = None,
    ) -> dict[Any, Any]:  # fmt: skip
        out: dict[Any, Any] = {}
        for key, item in items:
            plain = self._clean is not None and type(key) is str and self._clean(key)
            if plain:
                self._count()
            fresh = key if plain else self.walk(key, depth)
            if fresh in out:
                raise InspectorUnavailable("two keys became one by redaction")
            found = None if known is None else known.get(key)
            out[fresh] = self._beside_others(called(key, around), item, depth, found)
        return out

    def _object(self, value: Any, depth: int, around: Any) -> Any:
        kind = type(value)
        parts = program.inside(value) if self._reading else None
        if parts is not None:
            if id(value) not in self._made:
                self._read_only(value, parts, lambda name, part: self._under(name, part, depth))
            return value
        whole = is_dataclass(value) or hasattr(kind, "__pydantic_fields_set__")
        if not whole and hasattr(value, "items") and hasattr(value, "keys"):  # frozen mappings
            return self._mapping(value.items(), depth, around)
        if kind is object or not leaves.in_python(kind):
            raise InspectorUnavailable(f"text inside a {program.title(kind)} cannot be reached")
        self._require_known(kind, depth)
        if hasattr(kind, "get_secret_value"):  # its type says what it is
            around = "secret"
        clone = program.empty(kind)
        self._open[id(value)] = clone
        try:
            members = self._fill(clone, value, object, depth, around)
        finally:
            del self._open[id(value)]
        for name in (
            (f.name for f in fields(value) if f.name not in members) if is_dataclass(value) else ()
        ):
            old = getattr(value, name, None)  # a default of the class, or computed
            object.__setattr__(clone, name, self._under(called(name, around), old, depth))
        return clone


def _short_numbers(part: Sequence[Any]) -> bool:
    """Say whether all of `part` are numbers that are too short to be looked at.

    What is no number compares with none, or is true of neither, and is looked at by itself.
    """
    return {int, float}.issuperset(map(type, part)) and bool(
        min(part) > -leaves.SHORT and max(part) < leaves.SHORT
    )


def _told(error: BaseException) -> str:
    """Return an exception as text: rebuilding it would run code of its class."""
    with contextlib.suppress(BaseException):  # its text may hold the text
        return f"{leaves.of_class(type(error), '__name__')}: {error}"
    raise InspectorUnavailable(f"the text of a {program.title(type(error))} cannot be read")


def contents(
    value: Any, named: Named | None = None, *, most: int = MOST
) -> tuple[Any, list[str], list[bytes]]:
    """Return a copy of `value`, and every string and run of bytes in it, in the order of the walk.

    What is decided about these counts for the copy: a value whose own code answers differently the
    next time is not asked again. `named` hears of what stands under a telling key. Raises
    `TooLarge` above `most` nodes, where that is less than any value may have.
    """
    found: list[str] = []
    blobs: list[bytes] = []

    def keep(text: str) -> str:
        found.append(text)
        return text

    return _Walk(keep, named, blobs=blobs, most=most).run(value), found, blobs
