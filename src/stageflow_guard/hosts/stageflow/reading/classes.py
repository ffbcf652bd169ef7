"""Of which class a name is, where the code says so: an annotation, or a call of the class."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from stageflow_guard.base.python_source import expression_tree
from stageflow_guard.lint.source import UNKNOWN, Function, attribute, method_of

GUARD = "stageflow_guard.guard.Guard"


def is_other_class(cls: type | None) -> bool:
    """Say whether nothing of this class is a guard: a protocol, `object` and `Any` name none."""
    if cls is None or cls in (object, Any) or getattr(cls, "_is_protocol", False):
        return False
    return not is_guard_class(cls)


def is_guard_class(cls: type | None) -> bool:
    """Say whether what is of this class is a guard."""
    mro = inspect.getmro(cls) if cls is not None else ()
    return any(f"{one.__module__}.{one.__qualname__}" == GUARD for one in mro)


def of_parameters(function: Function) -> dict[str, type]:
    """Return the classes that a function's annotations name."""
    spec = function.node.args
    found = {}
    for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs):
        cls = annotated(one.annotation, function.names)
        if cls is not None:
            found[one.arg] = cls
    return found


def annotated(node: ast.expr | None, names: Mapping[str, Any]) -> type | None:
    """Return the one class that an annotation names, `None` beside it left out."""
    found = set(_classes(node, names)) - {type(None)} if node is not None else set[Any]()
    only = found.pop() if len(found) == 1 else None
    return only if isinstance(only, type) else None


def _classes(node: ast.expr, names: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what an annotation can be; UNKNOWN for what cannot be told."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            yield from _classes(expression_tree(node.value), names)
        except (SyntaxError, ValueError, RecursionError):
            yield UNKNOWN
    elif isinstance(node, ast.Constant):
        yield type(None) if node.value is None else UNKNOWN
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _classes(node.left, names)
        yield from _classes(node.right, names)
    elif isinstance(node, ast.Name | ast.Attribute):
        value = _named(node, names)
        yield value if isinstance(value, type) else UNKNOWN
    else:
        yield UNKNOWN


def called(node: ast.expr, names: Mapping[str, Any]) -> type | None:
    """Return the class that a call makes an instance of; None for any other expression."""
    value = _named(node.func, names) if isinstance(node, ast.Call) else UNKNOWN
    return value if isinstance(value, type) else None


def _named(node: ast.expr, names: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id, getattr(builtins, node.id, UNKNOWN))
    if isinstance(node, ast.Attribute):
        return attribute(_named(node.value, names), node.attr)
    return UNKNOWN


def of_attribute(function: Function, name: str) -> type | None:
    """Return the class of `self.name`, as the class body or `__init__` says."""
    owner = function.owner
    if owner is None:
        return None
    cls = owner if isinstance(owner, type) else type(owner)
    found = {one for one in _said(cls, name, function.names) if one is not None}
    return found.pop() if len(found) == 1 else None


def _said(cls: type, name: str, names: Mapping[str, Any]) -> Iterator[type | None]:
    said = next((vars(one)["__annotations__"].get(name) for one in cls.__mro__
                 if name in vars(one).get("__annotations__", {})), None)  # fmt: skip
    if isinstance(said, type):
        yield said
    elif isinstance(said, str):
        yield annotated(ast.Constant(said), names)
    init = method_of(cls, "__init__")
    if init is None or init.receiver is None:
        return
    given = of_parameters(init)
    for node in ast.walk(init.node):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            wanted = f"{init.receiver}.{name}"
            if node.value is None or not any(ast.unparse(one) == wanted for one in targets):
                continue
            if isinstance(node, ast.AnnAssign):
                yield annotated(node.annotation, init.names)
            if isinstance(node.value, ast.Name):
                yield given.get(node.value.id)
            yield called(node.value, init.names)
