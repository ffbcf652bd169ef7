"""Bounds on a tool's arguments: JSON Schema by argument name, compiled once, strict.

JSON Schema lets through what a keyword does not speak of: `maximum` says nothing of the text
"900", and nothing of an argument that is absent. A bound that can be passed by is none, so that
here a named argument has to be there, a keyword implies its type, and a keyword that is not known
is an error when the file is read. The only file that imports `fastjsonschema`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

# which type a keyword speaks of; what has none holds for every type
_SPEAKS_OF = {
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"
    ),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("items", "minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(
        ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
        "object",
    ),
}
_COMBINED = ("allOf", "anyOf", "oneOf")
_KNOWN = frozenset((*_SPEAKS_OF, *_COMBINED, "type", "enum", "const"))
_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}
DEPTH = 16
MOST = 100_000  # values in all: some tens of milliseconds; a tool's arguments are no files


@dataclass(frozen=True, slots=True)
class ArgumentFault:
    """Which argument failed which bound; never its value."""

    path: str
    bound: str

    def __str__(self) -> str:
        """Return `amount: maximum 100`."""
        return f"`{self.path}`: {self.bound}"


class ArgumentSchema:
    """Bounds by argument name. Raises `ConfigError` for a schema that is none, or that is unknown.

    `check` returns the first fault, or None; `matches` says whether a condition holds, and says yes
    of arguments that it cannot be told of.
    """

    __slots__ = ("_check", "_shape", "properties")

    def __init__(self, properties: Mapping[str, Any], where: str) -> None:
        self.properties = {n: _strict(s, f"{where}: `{n}`") for n, s in properties.items()}
        whole = {"type": "object", "required": list(properties), "properties": self.properties}
        types = {name: {"type": one["type"]} for name, one in self.properties.items()}
        shape = {"type": "object", "required": list(properties), "properties": types}
        self._check = _compiled(whole, where)
        self._shape = _compiled(shape, where)

    def check(self, arguments: Mapping[str, Any]) -> ArgumentFault | None:
        """Return what is wrong with `arguments`, which are plain values."""
        return self._check(arguments)

    def matches(self, arguments: Mapping[str, Any]) -> bool:
        """Say whether the condition holds, or cannot be told."""
        return self._check(arguments) is None or self._shape(arguments) is not None


def compiled_input(schema: Mapping[str, Any], where: str) -> Callable[[Any], ArgumentFault | None]:
    """Return the check of a tool's own input schema, as JSON Schema (draft 7) means it."""
    return _compiled(dict(schema), where)


def _compiled(schema: dict[str, Any], where: str) -> Callable[[Any], ArgumentFault | None]:
    try:
        import fastjsonschema
    except ImportError:
        raise ConfigError(
            f"{where}: rules on arguments need the extra: pip install 'stageflow-guard[tools]'"
        ) from None
    try:
        judge = fastjsonschema.compile(schema, use_default=False, use_formats=False)
    except Exception as exc:  # the library raises several kinds for what is no schema
        raise ConfigError(f"{where}: this is no JSON Schema ({type(exc).__name__})") from None

    def check(arguments: Any) -> ArgumentFault | None:
        try:
            judge(arguments)
        except fastjsonschema.JsonSchemaValueException as exc:
            path = ".".join(str(part) for part in exc.path[1:]) or "arguments"
            told = exc.rule_definition
            if exc.rule == "required":
                missing = [name for name in told if name not in (exc.value or {})]
                path = ".".join([*(str(p) for p in exc.path[1:]), *missing[:1]])
                return ArgumentFault(path, "is missing")
            if isinstance(told, dict) or (isinstance(told, list) and exc.rule in _COMBINED):
                return ArgumentFault(path, str(exc.rule))
            return ArgumentFault(path, f"{exc.rule} {told}")
        except Exception:  # a value that no schema speaks of is within no bound
            return ArgumentFault("arguments", "cannot be judged")
        return None

    return check


def _strict(schema: Any, where: str, depth: int = 0) -> dict[str, Any]:
    """Return `schema` with the type that its keywords speak of; raise `ConfigError`."""
    if not isinstance(schema, dict) or not schema:
        raise ConfigError(f"{where} takes a JSON Schema, such as `{{maximum: 100}}`")
    if depth > DEPTH:
        raise ConfigError(f"{where} is nested too deep")
    unknown = sorted(str(key) for key in schema if key not in _KNOWN)
    if unknown:
        raise ConfigError(f"{where}: `{unknown[0][:60]}` is no keyword that is enforced here")
    made = dict(schema)
    for key in _COMBINED:
        if key in made:
            if not isinstance(made[key], list):
                raise ConfigError(f"{where}: `{key}` takes a list")
            made[key] = [_strict(one, where, depth + 1) for one in made[key]]
    if "properties" in made:
        if not isinstance(made["properties"], dict):
            raise ConfigError(f"{where}: `properties` takes names")
        inner = {n: _strict(s, f"{where}.{n}", depth + 1) for n, s in made["properties"].items()}
        made["properties"] = inner
        made["required"] = sorted({*inner, *made.get("required", ())})
    if "items" in made:
        made["items"] = _strict(made["items"], where, depth + 1)
    if "pattern" in made:
        made["pattern"] = _anchored(made["pattern"], where)
    if "type" not in made:
        made["type"] = _implied(made, where)
    if not depth:
        _compiled(made, where)  # alone: the error names the argument
    _satisfiable(made, where)
    return made


def _anchored(pattern: object, where: str) -> str:
    """Return the pattern for the whole text: what matches somewhere inside bounds nothing."""
    try:
        return f"^(?:{re.compile(str(pattern)).pattern})$"
    except re.error:
        raise ConfigError(f"{where}: `pattern` is no regular expression") from None


def _implied(schema: Mapping[str, Any], where: str) -> Any:
    said = {_SPEAKS_OF[key] for key in schema if key in _SPEAKS_OF}
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    said |= {_TYPES.get(type(value), "object") for value in values}
    if len(said) > 1 and not values:
        raise ConfigError(f"{where}: these bounds speak of {' and of '.join(sorted(said))}")
    if not said:
        found = [one["type"] for key in _COMBINED for one in schema.get(key, ())]
        said = {t for one in found for t in (one if isinstance(one, list) else [one])}
    return sorted(said) if len(said) != 1 else said.pop()


def _satisfiable(schema: Mapping[str, Any], where: str) -> None:
    """Raise `ConfigError` for bounds that no value can satisfy."""
    lower = max(
        (schema[key] for key in ("minimum", "exclusiveMinimum") if _number(schema.get(key))),
        default=-math.inf,
    )
    upper = min(
        (schema[key] for key in ("maximum", "exclusiveMaximum") if _number(schema.get(key))),
        default=math.inf,
    )
    open_end = lower in (schema.get("exclusiveMinimum"),) or upper in (
        schema.get("exclusiveMaximum"),
    )
    pairs = (
        ("minLength", "maxLength"),
        ("minItems", "maxItems"),
        ("minProperties", "maxProperties"),
    )
    crossed = [pair for pair in pairs if schema.get(pair[0], 0) > schema.get(pair[1], math.inf)]
    if lower > upper or (lower == upper and open_end) or crossed or schema.get("enum") == []:
        raise ConfigError(f"{where}: no call can satisfy these bounds")


def _number(value: object) -> bool:
    return type(value) in (int, float)


class UnreadableArguments(ValueError):
    """Arguments that are no plain values; of which nothing can be said."""


class PlainArguments(dict[str, Any]):
    """Arguments by name that are copies already, which nobody else holds: `plain_arguments`."""

    __slots__ = ()


def plain_arguments(told: Any, copies: Mapping[str, Any]) -> Any:
    """Return `told` as `PlainArguments`: its values out of `copies` as they are, others copied.

    `copies` are plain copies that nobody else holds. What is no plain value comes back as it was.
    """
    if type(told) is not dict:
        return told
    made = PlainArguments()
    try:
        for name, value in told.items():
            known = type(name) is str and name in copies and copies[name] is value
            made[name] = value if known else plain_copy({name: value})[name]
    except UnreadableArguments:
        return told
    return made


_WHOLE = frozenset({str, bool, int, type(None)})  # plain, and nobody can change them


def plain_copy(value: Any, depth: int = 0, left: list[int] | None = None) -> Any:
    """Return a copy of JSON values (and `Decimal`), of exact types; raise `UnreadableArguments`.

    The copy is what is judged, digested and handed on: what a caller changes meanwhile counts for
    nothing. NaN and infinities are no JSON values: no bound holds them. `left` counts the values
    down from `MOST`.
    """
    kind = type(value)
    if kind in _WHOLE:
        return value
    if left is None:
        left = [MOST]
    if kind is dict or kind is list or kind is tuple:
        left[0] -= len(value)
        if left[0] < 0:
            raise UnreadableArguments(f"more than {MOST} values")
    if kind is dict and depth < DEPTH:
        made = {}
        for key, one in value.items():
            if type(key) is not str:
                raise UnreadableArguments("a name that is no text")
            made[key] = one if type(one) in _WHOLE else plain_copy(one, depth + 1, left)
        return made
    if kind is list and depth < DEPTH:
        return [one if type(one) in _WHOLE else plain_copy(one, depth + 1, left) for one in value]
    if kind is tuple and depth < DEPTH:
        return tuple([plain_copy(one, depth + 1, left) for one in value])
    if kind is float and math.isfinite(value):
        return value
    if kind is Decimal and value.is_finite():
        return value
    raise UnreadableArguments("a value that is no JSON")
