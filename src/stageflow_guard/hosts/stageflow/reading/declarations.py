"""Where a pipeline's stages are declared: the call that names each, and its dependencies."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stageflow_guard.lint.model import Location, RetryTarget
from stageflow_guard.lint.source import UNKNOWN, Function, Module, Names, module_of

BUILDERS = ("with_stage", "stage", "UnifiedStageSpec")
FIRST_DEPENDENCY = 3  # name, runner, kind, dependencies


@dataclass(frozen=True)
class Declaration:
    """One call that declares a stage: `node` is the call, `dependencies` the argument's value."""

    name: str
    module: Module
    node: ast.Call
    dependencies: ast.expr | None
    names: Names

    @property
    def at(self) -> Location:
        """Return where the stage's name is written: a chain of calls begins far above."""
        name = _name_node(self.node)
        return self.module.at(name if name is not None else self.node)


@dataclass(frozen=True)
class Origin:
    """Where to look: files, and the object that was linted (`attribute` of the first file)."""

    modules: tuple[Module, ...] = ()
    attribute: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)


def origin_of(target: str, runners: Iterable[Any]) -> Origin:
    """Return where `module:attribute` and the runners' modules are written."""
    files: dict[str, Mapping[str, Any]] = {}
    name, _, attribute = target.partition(":")
    for module_name in (name, *(_module_name(one) for one in runners)):
        module = sys.modules.get(module_name)
        file = getattr(module, "__file__", None)
        if module is not None and file and not module_name.startswith("stageflow"):
            files.setdefault(file, module.__dict__)
    names: dict[str, Any] = {}
    for known in reversed(list(files.values())):
        names.update(known)
    parsed = [module for module in map(module_of, files) if module is not None]
    return Origin(tuple(parsed), attribute, names)


def _module_name(runner: Any) -> str:
    found = runner if hasattr(runner, "__qualname__") else type(runner)
    return str(getattr(found, "__module__", ""))


def declarations(origin: Origin, stages: Mapping[str, tuple[str, ...]]) -> dict[str, Declaration]:
    """Return the declaration of each stage that can be found.

    `stages` maps a name to its dependencies. Of several calls with one name the one counts that
    stands in the linted object's own statements and declares the same dependencies.
    """
    found: dict[str, list[tuple[tuple[bool, bool], Declaration]]] = {}
    for place, module in enumerate(origin.modules):
        region = _region(module, origin.attribute) if place == 0 else set()
        for one in _calls(module, origin.names):
            if one.name in stages:
                same = _texts(one.dependencies, one.names) == set(stages[one.name])
                rank = (id(one.node) in region, same)
                found.setdefault(one.name, []).append((rank, one))
    return {name: max(every, key=lambda pair: pair[0])[1] for name, every in found.items()}


def dependency_places(declaration: Declaration) -> dict[str, Location]:
    """Return where each dependency is written in a declaration."""
    node = declaration.dependencies
    items = (
        node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node] if node else []
    )
    return {
        text: declaration.module.at(item)
        for item in items
        for text in declaration.names.values(item)
        if isinstance(text, str)
    }


def retries(origin: Origin) -> Iterator[RetryTarget]:
    """Yield the retry targets of every `GuardRetryStrategy` that the linted file writes."""
    for module in origin.modules[:1]:
        names = _names(module, origin.names)
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Dict) and node.keys):
                continue
            for key, value in zip(node.keys, node.values, strict=True):
                if not (
                    key is not None
                    and isinstance(value, ast.Call)
                    and ast.unparse(value.func).endswith("GuardRetryPolicy")
                ):
                    continue
                target = value.args[0] if value.args else _given(value, "retry_stage")
                for guard in names.values(key):
                    for step in names.values(target) if target is not None else ():
                        if isinstance(guard, str) and isinstance(step, str):
                            yield RetryTarget(guard, step, module.at(value))


def _calls(module: Module, given: Mapping[str, Any]) -> Iterator[Declaration]:
    names = _names(module, given)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else (
            node.func.id if isinstance(node.func, ast.Name) else ""
        )  # fmt: skip
        if called not in BUILDERS:
            continue
        name = _name_node(node)
        texts = names.values(name) if name is not None else []
        dependencies = _given(node, "dependencies") or _given(node, "after")
        if dependencies is None and len(node.args) > FIRST_DEPENDENCY:
            dependencies = node.args[FIRST_DEPENDENCY]
        for text in texts:
            if isinstance(text, str):
                yield Declaration(text, module, node, dependencies, names)


def _names(module: Module, given: Mapping[str, Any]) -> Names:
    """Return names at the top of a file, with the constants that its functions assign."""
    empty = ast.parse("def f(): ...").body[0]
    assert isinstance(empty, ast.FunctionDef)  # noqa: S101 - written above
    names = Names(Function(empty, module, given))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id not in given:
                values = [one for one in names.values(node.value) if one is not UNKNOWN]
                names.bind(target.id, values or [UNKNOWN])
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            names.bind(node.target.id, names.items(node.iter))
    return names


def _region(module: Module, attribute: str) -> set[int]:
    """Return every call of the statements that make the linted object, and of what they call."""
    bodies: dict[str, list[ast.stmt]] = {}
    for statement in module.tree.body:
        for name in _defined(statement):
            bodies.setdefault(name, []).append(statement)
    todo, seen, found = [attribute], set(), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for statement in bodies.get(name, ()):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    found.add(id(node))
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    todo.append(node.id)
    return found


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        yield statement.name
    elif isinstance(statement, ast.ClassDef):
        return
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _name_node(node: ast.Call) -> ast.expr | None:
    return node.args[0] if node.args else _given(node, "name")


def _given(node: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in node.keywords if one.arg == name), None)


def _texts(node: ast.expr | None, names: Names) -> set[str]:
    if node is None:
        return set()
    items = names.items(node) if not isinstance(node, ast.Constant) else [node.value]
    if len(items) == 1 and items[0] is UNKNOWN:
        items = names.values(node)
    return {one for one in items if isinstance(one, str)}
