"""What must be awaited or entered: the guard's coroutines, what it protects, the ports of a stage.

A call is a promise when its object says so, or, where there is none yet, its name. It is dropped
when nothing that could await it gets it.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.hosts.stageflow.reading.calls import PACKAGE
from stageflow_guard.hosts.stageflow.reading.classes import is_guard_class
from stageflow_guard.hosts.stageflow.reading.scope import STREAM, Scope
from stageflow_guard.lint.source import UNKNOWN

DECIDED = "is never awaited: nothing was decided"
RAN = "is never awaited: it never ran"
ENTERED = "is never entered: nothing in it is guarded"
# what gets a promise as an argument and never awaits it
_PLAIN = frozenset(
    id(one)
    for one in (
        bool, str, repr, print, len, int, float, format, sum, list, tuple, set, dict, sorted, any,
        all, isinstance,
    )
)  # fmt: skip
# attributes of a promise that somebody who drives it by hand takes
_BY_HAND = frozenset({
    "send", "throw", "close", "asend", "athrow", "aclose",
    "__await__", "__aiter__", "__anext__", "__enter__", "__aenter__",
})  # fmt: skip
_MOST = 16  # wrappers end


def promise(scope: Scope, node: ast.Call) -> str | None:
    """Return what is wrong when nobody awaits what the call returns; None for any other call."""
    port = _of_port(scope, node.func)
    if port is not None:
        return port
    known = [one for one in scope.names.values(node.func) if one is not UNKNOWN and one is not None]
    if any(_is_ours(one) for one in known):
        return DECIDED if _is_question(scope, node.func) else RAN
    if not isinstance(node.func, ast.Attribute):
        nested = scope.nested.get(node.func.id) if isinstance(node.func, ast.Name) else None
        is_tool = isinstance(nested, ast.AsyncFunctionDef) and is_protected(scope, nested)
        return RAN if is_tool else None
    if node.func.attr in words.GUARD_ENTERED and _is_known_guard(scope, node.func.value):
        return ENTERED
    return DECIDED if _is_question(scope, node.func) else None


def _is_question(scope: Scope, callee: ast.expr) -> bool:
    return (
        isinstance(callee, ast.Attribute)
        and callee.attr in words.GUARD_COROUTINES
        and scope.is_guard(callee.value)
    )


def _is_known_guard(scope: Scope, node: ast.expr) -> bool:
    return is_guard_class(scope.class_of(node)) or any(
        words.is_guard(one) for one in scope.names.values(node) if one is not UNKNOWN
    )


def _of_port(scope: Scope, callee: ast.expr) -> str | None:
    role = scope.role(callee)
    if role is not None and role[0] == "port":
        return RAN if role[1] in words.PORT_COROUTINES else None
    if not isinstance(callee, ast.Attribute):
        return None
    holder = scope.role(callee.value)
    if holder == STREAM:
        return RAN if callee.attr in words.STREAM_COROUTINES else None
    if holder is None or holder[0] != "port":
        return None
    return RAN if callee.attr in words.PORT_METHODS.get(holder[1], ()) else None


def _is_ours(value: Any) -> bool:
    """Say whether `value` is a coroutine function of this package, however it is wrapped."""
    for one in functions(value):
        if not (inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one)):
            return False
        if one.__code__.co_filename.startswith(PACKAGE):
            return True
    return False


def functions(value: Any) -> Iterator[types.FunctionType]:
    """Yield the functions behind a callable, from the outermost wrapper to the innermost."""
    for _ in range(_MOST):
        if isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(value, functools.partial):
            value = value.func
        elif isinstance(value, types.FunctionType):
            yield value
            value = value.__dict__.get("__wrapped__")
        else:
            return


def is_protected(scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a function is declared under `guard.protect` or `guard.retriever`."""
    return any(protections(scope, node))


def protections(
    scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[tuple[ast.Call, str]]:
    """Yield the decorators of the guard that a function has, and which each is."""
    for one in node.decorator_list:
        which = _protecting(scope, one)
        if which is not None and isinstance(one, ast.Call):
            yield one, which


def _protecting(scope: Scope, node: ast.expr) -> str | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in words.PROTECTORS
        and scope.is_guard(node.func.value)
    ):
        return node.func.attr
    return None


def is_dropped(scope: Scope, node: ast.expr) -> bool:
    """Say whether what `node` gives is used as if it were the answer, or not at all.

    What is put under a name is not: the loads of that name say what becomes of it.
    """
    parent = scope.parents.get(node)
    while isinstance(parent, ast.IfExp | ast.BoolOp) and _is_what_it_gives(parent, node):
        node, parent = parent, scope.parents.get(parent)
    if isinstance(parent, ast.keyword):
        call = scope.parents.get(parent)
        if not isinstance(call, ast.Call) or parent.arg is None:
            return parent.arg is None
        # `dict(a=promise)` holds it as a display would
        return _keeps_nothing(scope, call) and not any(
            one is dict for one in scope.names.values(call.func)
        )
    if isinstance(parent, ast.Call):
        return _keeps_nothing(scope, parent)
    if isinstance(parent, ast.Dict):
        place = next((n for n, one in enumerate(parent.values) if one is node), None)
        return place is not None and parent.keys[place] is None  # `**` of it
    if isinstance(parent, ast.Attribute):
        return parent.attr not in _BY_HAND
    if isinstance(parent, ast.comprehension):
        return node is not parent.iter or not parent.is_async
    if isinstance(parent, ast.AsyncFor):
        return node is not parent.iter
    taken = (ast.Await, ast.Return, ast.Yield, ast.YieldFrom, ast.List, ast.Tuple, ast.Set,
             ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.withitem, ast.Lambda,
             ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)  # fmt: skip
    return parent is not None and not isinstance(parent, taken)


def _is_what_it_gives(parent: ast.IfExp | ast.BoolOp, node: ast.expr) -> bool:
    if isinstance(parent, ast.IfExp):
        return node is not parent.test
    return node is parent.values[-1]


def _keeps_nothing(scope: Scope, call: ast.Call) -> bool:
    """Say whether a call that is given a promise surely awaits none: a builtin, an output."""
    if scope.dotted(call.func) in words.OUTPUTS:
        return True
    values = scope.names.values(call.func)
    return len(values) == 1 and id(values[0]) in _PLAIN and hasattr(builtins, values[0].__name__)


def forgotten(scope: Scope, promised: dict[str, ast.Call]) -> Iterator[ast.Call]:
    """Yield the promises under a name that no load of the name, nested functions' too, takes."""
    if not promised:
        return
    taken = {
        node.id
        for node in scope.parents
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id in promised
        and not is_dropped(scope, node)
    }
    shared = {
        name
        for node in ast.walk(scope.function.node)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }
    for name, call in promised.items():
        if name not in taken and name not in shared:
            yield call


def note(scope: Scope, node: ast.Call, what: str) -> None:
    """Note a promise that nobody keeps."""
    scope.sight("dropped", f"`{scope.text(node)}` {what}", node)
