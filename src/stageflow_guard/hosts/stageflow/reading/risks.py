"""What goes round a GUARD or the guard: publishing, blocking, children; and rights asked for."""

from __future__ import annotations

import ast

from stageflow_guard.enforcement.step import ACTS, ASKS
from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.hosts.stageflow.reading.promises import functions, protections
from stageflow_guard.hosts.stageflow.reading.scope import Scope
from stageflow_guard.lint.model import Ask, Sighting
from stageflow_guard.lint.source import UNKNOWN


def publishes(scope: Scope, node: ast.Attribute, port: str) -> None:
    """A port that is called, awaited on, or handed on; looking whether it is there is none."""
    parent = scope.parents.get(node)
    called = isinstance(parent, ast.Call | ast.keyword | ast.Starred)
    method = isinstance(parent, ast.Attribute) and isinstance(scope.parents.get(parent), ast.Call)
    if called or method or isinstance(parent, ast.Assign | ast.NamedExpr):
        scope.sight("publishes", words.PUBLISHERS[port], node)


def blocks(scope: Scope, node: ast.Call) -> None:
    """Note a call that stops the event loop, when the function runs on it."""
    if not scope.on_loop or isinstance(scope.parents.get(node), ast.Await):
        return
    dotted = scope.dotted(node.func)
    if (dotted is not None and words.is_blocking(dotted)) or (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "run_sync"
        and scope.is_guard(node.func.value)
    ):
        scope.sight("blocking", f"`{scope.text(node)}` blocks the event loop", node)


def child(scope: Scope, node: ast.Call) -> None:
    """A pipeline of the host that is run, built or spawned without a guard."""
    if isinstance(node.func, ast.Attribute):
        if node.func.attr == "spawn_subpipeline":
            spawned(scope, node)
            return
        if node.func.attr in words.RUNS and raw(scope, node.func.value):
            scope.sight("unmounted", f"`{scope.text(node)}` runs a pipeline that is not mounted",
                        node)  # fmt: skip
            return
    dotted = scope.dotted(node.func) or ""
    if dotted.partition(".")[0] == "stageflow" and any(
        raw(scope, one) for one in (*node.args, *(k.value for k in node.keywords))
    ):
        runs = dotted.rpartition(".")[2] in ("run_simple_pipeline", "run", "invoke")
        if runs:
            scope.sight("unmounted", f"`{scope.text(node)}` runs a pipeline that is not mounted",
                        node)  # fmt: skip


def raw(scope: Scope, node: ast.expr) -> bool:
    """Say whether `node` is an unguarded pipeline: an object, or one built on the spot."""
    values = scope.names.values(node)
    if any(words.is_raw_pipeline(one) for one in values if one is not UNKNOWN):
        return True
    while isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "mount":
                return False
            node = node.func.value
        else:
            built = scope.names.values(node.func)
            return any(
                isinstance(one, type)
                and f"{one.__module__}.{one.__name__}" == "stageflow.pipeline.pipeline.Pipeline"
                for one in built
            )
        if any(
            isinstance(one, type)
            and f"{one.__module__}.{one.__name__}" == "stageflow.pipeline.pipeline.Pipeline"
            for one in scope.names.values(node)
        ):
            return True
    return False


def spawned(scope: Scope, node: ast.Call) -> None:
    """Note a child that the host spawns by name, and whether it is mounted."""
    from stageflow.pipeline.registry import pipeline_registry

    given = {one.arg: one.value for one in node.keywords if one.arg}
    name = node.args[0] if node.args else given.get("pipeline_name")
    scope.facts.sightings.append(
        Sighting("child", scope.text(node), scope.function.module.at(node))
    )
    for one in scope.texts(name) if name is not None else ["?"]:
        child = pipeline_registry._pipelines.get(one)
        if child is None:
            scope.blind(f"spawns a pipeline that is not registered here: `{scope.text(node)}`",
                        node)  # fmt: skip
        elif words.is_raw_pipeline(child):
            scope.sight("unmounted", f"spawns `{one}`, which is registered and not mounted", node)


def asks(scope: Scope, node: ast.Call) -> None:
    """Note a right that a call needs: `authorize` by literal names, or a protected function."""
    for value in scope.names.values(node.func):
        for one in functions(value):
            if isinstance(told := one.__dict__.get(ASKS), tuple):
                _ask(scope, node, *([part] for part in told))
    if not (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "authorize"
        and scope.is_guard(node.func.value)
    ):
        return
    given = _given(scope, node)
    _ask(scope, node, *(given.get(one, ["?"]) for one in ("kind", "obj", "act")))


def declares(scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Note what policy is asked about a function that is declared under the guard."""
    for call, which in protections(scope, node):
        given = _given(scope, call)
        if which == "retriever":
            name = scope.texts(call.args[0]) if call.args else given.get("name", ["?"])
            given = {"kind": ["data"], "act": ["read"], **given, "obj": name}
        kind = given.get("kind", ["?"])
        act = given.get("act", [ACTS.get(one, "?") for one in kind])
        _ask(scope, node, kind, given.get("obj", ["?"]), act)


def _given(scope: Scope, call: ast.Call) -> dict[str, list[str]]:
    return {one.arg: scope.texts(one.value) for one in call.keywords if one.arg}


def _ask(scope: Scope, node: ast.AST, *parts: list[str]) -> None:
    """Note (kind, object, act) when there is one reading of each."""
    if [len(one) for one in parts] == [1, 1, 1] and ["?"] not in parts:
        kind, obj, act = (one[0] for one in parts)
        found = Ask(kind, obj, act, scope.function.module.at(node))
        if found not in scope.facts.asks:
            scope.facts.asks.append(found)
