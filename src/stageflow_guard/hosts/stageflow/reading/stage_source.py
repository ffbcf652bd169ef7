"""What the source of one stage says: reads, keys it writes, and what goes round the guard.

The walk follows the context through names, helpers, methods and nested functions of the
application's own code; what it cannot follow with the context in hand is on the list of the blind.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from dataclasses import replace
from typing import Any

from stageflow_guard.hosts.stageflow.reading.calls import PACKAGE, is_library, resolve
from stageflow_guard.hosts.stageflow.reading.frame import StageReader
from stageflow_guard.hosts.stageflow.reading.outputs_written import Written, written
from stageflow_guard.hosts.stageflow.reading.scope import CTX
from stageflow_guard.lint.model import Facts, Sighting
from stageflow_guard.lint.source import UNKNOWN, Function, Names, function_of, method_of


def facts_of(runner: Any, config: dict[str, Any], *, kind: str) -> tuple[Facts, Function | None]:
    """Return what a stage's source says, and its function; nothing of the stage runs."""
    facts = Facts()
    function = _entry(runner, config)
    if function is None or function.module.file.startswith(PACKAGE) or _of_host(function):
        facts.seen = function is not None
        return facts, function
    facts.seen = True
    reader = StageReader(facts)
    parameters = function.parameters
    reader.read(function, {parameters[0]: CTX} if parameters else {}, on_loop=function.is_async)
    wrote = written(function, resolve)
    facts.produces, facts.produces_open = wrote.keys, wrote.open
    if kind == "guard":
        facts.sightings += _refusals(function, wrote)
    return facts, function


def _entry(runner: Any, config: dict[str, Any]) -> Function | None:
    if isinstance(runner, type):
        return method_of(stand_in(runner, config), "execute")
    if inspect.getattr_static(runner, "execute", None) is not None:
        return method_of(runner, "execute")
    return function_of(runner) if callable(runner) else None


def stand_in(cls: type, config: dict[str, Any]) -> Any:
    """Return an instance with what `__init__` plainly sets; no code of `cls` runs."""
    try:
        instance: Any = object.__new__(cls)
        held = instance.__dict__
    except (TypeError, AttributeError):  # no plain object, or slots
        return cls
    if dataclasses.is_dataclass(cls):
        held.update(config)
    made = method_of(cls, "__init__")
    if made is None or is_library(made):
        return instance
    defaults = _defaults(made)
    names = Names(replace(made, arguments={**defaults, **config}))
    for node in ast.walk(made.node):
        if not (isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if (
                isinstance(target, ast.Attribute)
                and isinstance(target.value, ast.Name)
                and target.value.id == made.receiver
            ):
                values = names.values(node.value)
                if len(values) == 1 and values[0] is not UNKNOWN:
                    held[target.attr] = values[0]
    return instance


def _defaults(function: Function) -> dict[str, Any]:
    """Return the parameters' defaults that are literals."""
    spec = function.node.args
    plain = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    pairs = [
        *zip(plain[len(plain) - len(spec.defaults):], spec.defaults, strict=True),
        *((one.arg, value) for one, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)),
    ]  # fmt: skip
    return {name: value.value for name, value in pairs if isinstance(value, ast.Constant)}


def _of_host(function: Function) -> bool:
    return "/stageflow/" in function.module.file.replace("\\", "/") and is_library(function)


def _refusals(function: Function, wrote: Written) -> list[Sighting]:
    at = function.module.at
    found = [Sighting(kind, "", at(node)) for kind, node in wrote.not_passes]
    if not wrote.refuses:
        found += [Sighting("says_denied", "", at(node)) for node in wrote.verdicts]
    return found
