"""JSON of a file, and the same JSON with other values: numbers stay as they are written. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.atrest.reading import MARK

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_KEY = re.compile(r"\s*:")
_LONE = re.compile("[\ud800-\udfff]")
_INDENT = "  "


class _Twice(Exception):
    """A key stands twice in one object."""


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def parsed(text: str, name: str, line: int) -> tuple[Any, Any]:
    """Return the value of `text`, and the same with its numbers as they are written.

    `line` is where `text` stands in the file `name`; 0: `text` is all of it. Raises `ConfigError`.
    """
    text = text.removeprefix(MARK)
    try:
        exact = json.loads(
            text, parse_int=_Number, parse_float=_Number, parse_constant=_Number,
            object_pairs_hook=_once,
        )  # fmt: skip
        return json.loads(text), exact
    except json.JSONDecodeError as exc:
        raise ConfigError(f"`{name}`:{line or exc.lineno}: not JSON") from None
    except ValueError:  # more digits than the interpreter reads
        raise ConfigError(f"`{name}`:{line}: a number is too long") from None
    except RecursionError:
        raise ConfigError(f"`{name}`:{line}: nested too deeply") from None
    except _Twice:  # one of the values would be lost, and programs differ in which one
        where = line or _line_of_twice(text)
        raise ConfigError(f"`{name}`:{where}: an object has one key twice") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        raise _Twice
    return out


def _line_of_twice(text: str) -> int:
    """Return the line of the first key of JSON that its object has already."""
    around: list[set[str]] = []
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part in "{[":
            around.append(set())
        elif part in "}]":
            around.pop()
        elif around and _KEY.match(text, match.end()):
            key = json.loads(part)
            if key in around[-1]:
                return text.count("\n", 0, match.start()) + 1
            around[-1].add(key)
    return 1


def written(fresh: Any, exact: Any, *, indent: bool) -> str:
    """Return JSON of `fresh`; `exact` is what it was made from, as `parsed` gives it."""
    return as_escapes("".join(_pieces(fresh, exact, "\n" if indent else "")))


def as_escapes(text: str) -> str:
    """Return JSON that any encoding takes: half a pair of surrogates is written as its escape."""
    return text if text.isascii() else _LONE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def _pieces(fresh: Any, exact: Any, begin: str) -> Iterator[str]:
    """`begin` is what a line of this level begins with; empty: all is one line."""
    if isinstance(fresh, (dict, list)) and fresh:
        inner = begin and begin + _INDENT
        opened, closed = "{}" if isinstance(fresh, dict) else "[]"
        yield opened
        parts = fresh.items() if isinstance(fresh, dict) else enumerate(fresh)
        olds = exact.values() if isinstance(exact, dict) else exact
        for place, ((key, value), old) in enumerate(zip(parts, olds, strict=True)):
            if place:
                yield "," if begin else ", "
            yield inner
            if isinstance(fresh, dict):
                yield f"{json.dumps(key, ensure_ascii=False)}: "
            yield from _pieces(value, old, inner)
        yield begin + closed
    elif isinstance(exact, _Number) and not isinstance(fresh, str):
        yield str(exact)
    else:
        yield json.dumps(fresh, ensure_ascii=False)
