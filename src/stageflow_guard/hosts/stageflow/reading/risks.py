"""What goes round a GUARD or the guard: publishing, blocking, children, dropped coroutines."""

from __future__ import annotations

import ast

from stageflow_guard.hosts.stageflow.reading import vocabulary as words
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
    """Note a right that is asked for by literal names."""
    if not (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "authorize"
        and scope.is_guard(node.func.value)
    ):
        return
    given = {one.arg: scope.texts(one.value) for one in node.keywords if one.arg}
    kind, obj = given.get("kind", ["?"]), given.get("obj", ["?"])
    act = given.get("act", ["?"])
    if [len(one) for one in (kind, obj, act)] == [1, 1, 1] and "?" not in (
        kind[0], obj[0], act[0],
    ):  # fmt: skip
        scope.facts.asks.append(Ask(kind[0], obj[0], act[0], scope.function.module.at(node)))


def promises(scope: Scope, node: ast.Call) -> bool:
    """Say whether the call makes a coroutine of the guard."""
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in words.GUARD_COROUTINES
        and scope.is_guard(node.func.value)
    )


def is_dropped(scope: Scope, node: ast.Call) -> bool:
    """Say whether what the call returns is used as if it were the answer, or not at all."""
    parent = scope.parents.get(node)
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return False  # `promised` sees to it
    taken = (ast.Await, ast.Return, ast.Call, ast.keyword, ast.List, ast.Tuple, ast.Set,
             ast.Starred, ast.Dict, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.Yield,
             ast.DictComp)  # fmt: skip
    if isinstance(parent, taken):
        return False
    # the body of a lambda is what it returns
    return parent is not None or not isinstance(scope.function.node, ast.Lambda)


def dropped(scope: Scope, node: ast.Call) -> None:
    """Note a coroutine of the guard that is never awaited."""
    scope.sight("dropped", f"`{scope.text(node)}` is never awaited: nothing was decided", node)
