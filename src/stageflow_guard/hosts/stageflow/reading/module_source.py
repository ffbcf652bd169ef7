"""The functions of a module of plain Python, as the lint's graph: routes, tools, scripts.

Every function of the file is read, decorated or not, methods and nested functions too. What is
checked is what holds in any function: promises that nobody keeps, calls that stop the loop, rights
that nobody has. A first parameter `ctx` is taken for a stage's context, `ports` for its ports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.reading import risks
from stageflow_guard.hosts.stageflow.reading.frame import StageReader
from stageflow_guard.hosts.stageflow.reading.scope import CTX, PORTS, Role, Scope
from stageflow_guard.lint.model import FUNCTION, Ask, Facts, Graph, Location, Node, Sighting
from stageflow_guard.lint.source import Function, Module, module_of

CHECKED = ("blocking", "dropped")
_ROLES: dict[str, Role] = {"ctx": CTX, "ports": PORTS}
_Defined = ast.FunctionDef | ast.AsyncFunctionDef


def lint_module(module: ModuleType) -> Graph:
    """Return what the lint sees of a module; raise `ConfigError` for one without Python source."""
    parsed = module_of(getattr(module, "__file__", None) or "")
    if parsed is None:
        raise ConfigError(f"`{module.__name__}` has no Python source that can be read")
    found = list(_functions(parsed, module))
    declared = {ask.question for _, function in found for ask in _declared(function)}
    nodes: dict[str, Node] = {}
    said: set[tuple[str, Location]] = set()
    for name, function in found:
        facts = _facts(function)
        facts.sightings = [one for one in facts.sightings if _is_news(one, function, said)]
        # a tool of this file is asked about once, where it is declared
        facts.asks = [one for one in facts.asks if one.question not in declared]
        facts.asks += _declared(function)
        nodes[name] = Node(
            name=name, kind=FUNCTION, dependencies=(), conditional=False, facts=facts,
            at=parsed.at(function.node),
        )  # fmt: skip
    return Graph(module.__name__, nodes, Location(parsed.file), unit=FUNCTION)


def _functions(parsed: Module, module: ModuleType) -> Iterator[tuple[str, Function]]:
    """Yield the module's functions and its classes' methods, by qualified name."""
    names: set[str] = set()
    todo: list[tuple[str, Any, ast.AST]] = [("", None, parsed.tree)]
    while todo:
        prefix, owner, outer = todo.pop(0)
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, ast.ClassDef):
                held = vars(owner) if isinstance(owner, type) else vars(module)
                todo.append((f"{prefix}{node.name}.", held.get(node.name), node))
            elif isinstance(node, _Defined):
                name = f"{prefix}{node.name}"
                if name in names:  # under `if`, or a property's setter
                    name = f"{name}@{node.lineno}"
                names.add(name)
                skip = int(bool(prefix) and not _is_static(node))
                yield name, Function(node, parsed, vars(module), owner, skip)
            elif isinstance(node, ast.stmt | ast.ExceptHandler):
                todo.append((prefix, owner, node))


def _is_static(node: _Defined) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list
    )


def _facts(function: Function) -> Facts:
    """Return what holds in any function: its reads of a context are the pipeline's to judge."""
    facts = Facts()
    roles = {name: role for name, role in _ROLES.items() if name in function.parameters}
    StageReader(facts).read(function, roles, on_loop=function.is_async)
    asks = [one for one in facts.asks if _is_inside(one.at, function)]
    kept = [one for one in facts.sightings if one.kind in CHECKED]
    return Facts(sightings=kept, asks=asks, seen=True)


def _declared(function: Function) -> list[Ask]:
    """Return what policy is asked about a function itself."""
    outside = Scope(Facts(), replace(function, skip=0), {}, {}, on_loop=False)
    outside.names.unhide()
    if isinstance(function.node, _Defined):
        risks.declares(outside, function.node)
    return outside.facts.asks


def _is_inside(at: Location, function: Function) -> bool:
    node = function.node
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return at.file == function.module.file and first <= at.line <= (node.end_lineno or at.line)


def _is_news(one: Sighting, function: Function, said: set[tuple[str, Location]]) -> bool:
    """Say whether a sighting is this function's to tell: its own, or of a helper it is first for.

    A promise is dropped in whichever function does it; a call blocks because of who calls it.
    """
    if one.kind == "dropped" and not _is_inside(one.at, function):
        return one.at.file != function.module.file and _is_first(one, said)
    return _is_first(one, said)


def _is_first(one: Sighting, said: set[tuple[str, Location]]) -> bool:
    key = (one.kind, one.at)
    if key in said:
        return False
    said.add(key)
    return True
