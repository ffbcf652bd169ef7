"""Small JSON values, walked as `tree.contents` walks them, without its questions about types. Pure.

Most arguments of a tool are a few names, texts and numbers of exact types. Whatever is anything
else, larger or deeper is not answered here: `tree.contents` is asked.
"""

from __future__ import annotations

from typing import Any

from stageflow_guard.redaction.values import leaves
from stageflow_guard.redaction.values.key_names import asks, called_text
from stageflow_guard.redaction.values.tree import Named

NODES = 256  # names and values
LEVELS = 16


class NotPlainError(Exception):
    """The value is none of these; what was heard of it until then counts for nothing."""


def plain_texts(value: Any) -> list[str]:
    """Return every text of `value`, in no order; raise `NotPlainError` like `plain_contents`."""
    texts: list[str] = []
    left, waiting = NODES, [value]
    while waiting:
        left -= 1
        if left < 0:
            raise NotPlainError
        part = waiting.pop()
        kind = type(part)
        if kind is str:
            texts.append(part)
        elif kind is dict and len(part) <= left:
            waiting += part
            waiting += part.values()
        elif (kind is list or kind is tuple) and len(part) <= left:
            waiting += part
        elif part is not None and kind not in _NUMBERS:
            raise NotPlainError
    return texts


def plain_contents(value: Any, named: Named) -> tuple[Any, list[str]]:
    """Return a copy of `value` and its texts, in the order of `tree.contents`.

    Raises `NotPlainError` for what is not small, or not of exact types. `named` hears of what
    stands under a telling key.
    """
    walk = _Copying(named)
    try:
        return walk.copy(value, 0, None), walk.texts
    except RuntimeError:  # another thread changes it meanwhile
        raise NotPlainError from None


class _Copying:
    """One walk. No closures that know each other: these would stay until garbage is collected."""

    __slots__ = ("_left", "_named", "texts")

    def __init__(self, named: Named) -> None:
        self._named = named
        self._left = NODES
        self.texts: list[str] = []

    def copy(self, value: Any, level: int, name: str | None) -> Any:
        """`name` is what `value` stands under."""
        kind = type(value)
        if name is not None and asks(name, value):
            text = leaves.told(value)
            fresh = None if text is None else self._named(name, text)
            if fresh is not None:
                if fresh != text:
                    raise NotPlainError
                if kind in _READ_WITH_NAME:
                    return value
        if kind is str:
            if value:
                self.texts.append(value)
            return value
        if kind is int or kind is float:
            if -leaves.SHORT < value < leaves.SHORT:
                return value
            raise NotPlainError
        if value is None or kind is bool:
            return value
        if level > LEVELS:
            raise NotPlainError
        if kind is dict:
            return self._mapping(value, level + 1, name)
        if kind is list or kind is tuple:
            self._count(len(value))
            items = [self.copy(one, level + 1, name) for one in value]
            return items if kind is list else tuple(items)
        raise NotPlainError

    def _mapping(self, value: dict[Any, Any], level: int, around: str | None) -> dict[str, Any]:
        self._count(2 * len(value))
        made = {}
        for key, one in value.items():
            if type(key) is not str:
                raise NotPlainError
            if key:
                self.texts.append(key)
            made[key] = self.copy(one, level, key if around is None else called_text(key, around))
        return made

    def _count(self, parts: int) -> None:
        self._left -= parts
        if self._left < 0:
            raise NotPlainError


_NUMBERS = frozenset({bool, int, float})
_READ_WITH_NAME = frozenset({str, int, float})
