"""The functions of a module of plain Python, as the lint's graph: routes, tools, scripts.

Every function of the file is read, decorated or not, methods and nested functions too, and what
runs when the module is imported. What is checked is what holds in any function: promises that
nobody keeps, calls that stop the loop, rights that nobody has. A first parameter `ctx` is taken for
a stage's context, `ports` for its ports.
"""

from __future__ import annotations

import ast
import copy
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
BODY = "<module>"


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
    body = _facts(_body(parsed, module))
    body.sightings = [one for one in body.sightings if _is_first(one, said)]
    body.asks = [one for one in body.asks if one.question not in declared]
    if body.sightings or body.asks:
        nodes[BODY] = Node(
            name=BODY, kind=FUNCTION, dependencies=(), conditional=False, facts=body,
            at=Location(parsed.file),
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


def _body(parsed: Module, module: ModuleType) -> Function:
    """Return what runs on import, bodies of classes too, as a function without parameters.

    Its names are the module's: what is put under one, somebody elsewhere may await.
    """
    statements = [one for one in map(_without_functions, parsed.tree.body) if one is not None]
    names = sorted({one.id for statement in statements for one in ast.walk(statement)
                    if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)})  # fmt: skip
    node = ast.parse("def module(): pass").body[0]
    assert isinstance(node, ast.FunctionDef)  # noqa: S101 - for the type checker
    node.body = [ast.Global(names), *statements] if names else [*statements, ast.Pass()]
    node.end_lineno = max((one.end_lineno or 1 for one in statements), default=1)
    return Function(node, parsed, vars(module))


class _WithoutFunctions(ast.NodeTransformer):
    """Takes out what does not run on import; a class runs as its body does."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave nothing of a function: it is read by itself."""
        return ast.copy_location(ast.Pass(), node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Leave nothing of a function."""
        return ast.copy_location(ast.Pass(), node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Keep the statements of a class."""
        body = ast.If(test=ast.Constant(value=True), body=node.body, orelse=[])
        return self.generic_visit(ast.fix_missing_locations(ast.copy_location(body, node)))


def _without_functions(statement: ast.stmt) -> Any:
    return _WithoutFunctions().visit(copy.deepcopy(statement))


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
