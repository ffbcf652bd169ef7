"""Python source as objects have it: the tree of a function, and what its names stand for.

Nothing is run: attributes are looked up without descriptors (`inspect.getattr_static`).
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import linecache
import os
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stageflow_guard.base.python_source import module_tree
from stageflow_guard.lint.model import Location

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
UNKNOWN = object()
MOST_VALUES = 64


class Module:
    """One parsed file, and its functions by the line where they begin."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.tree = module_tree(text)
        self.functions: dict[int, list[FunctionNode]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, FunctionNode):
                decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
                first = min([node.lineno, *(one.lineno for one in decorators)])
                self.functions.setdefault(first, []).append(node)

    def at(self, node: ast.AST) -> Location:
        """Return where `node` begins."""
        return Location(self.file, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    def text_of(self, node: ast.expr | ast.stmt) -> str:
        """Return the node's source on one line, at most 80 characters."""
        text = " ".join((ast.unparse(node)).split())
        return text if len(text) <= 80 else text[:77] + "..."


@functools.lru_cache(maxsize=256)
def _parsed(file: str, text: str) -> Module | None:
    try:
        return Module(file, text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def module_of(file: str) -> Module | None:
    """Return the parsed file, or None when there is no Python source behind that name."""
    linecache.checkcache(file)
    text = "".join(linecache.getlines(file))
    return _parsed(file, text) if text or os.path.isfile(file) else None


@dataclass(frozen=True)
class Function:
    """One function of a step: its tree, and what its free names stand for.

    `owner` is the instance, or the class, that `self` stands for; `arguments` are values of
    parameters that are known (a class runner's config, a partial's).
    """

    node: FunctionNode
    module: Module
    names: Mapping[str, Any]
    owner: Any = None
    skip: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> list[str]:
        """Return the names of the positional parameters, without the receiver."""
        spec = self.node.args
        return [one.arg for one in (*spec.posonlyargs, *spec.args)][self.skip :]

    @property
    def receiver(self) -> str | None:
        """Return what the function calls its instance."""
        spec = self.node.args
        names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
        return names[0] if self.skip and names else None

    @property
    def is_async(self) -> bool:
        """Say whether the body runs on the event loop."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def statements(self) -> list[ast.stmt]:
        """Return the body; a lambda's is one statement that returns."""
        if isinstance(self.node, ast.Lambda):
            body = ast.Return(self.node.body)
            return [ast.copy_location(body, self.node.body)]
        return self.node.body


def function_of(target: Any, owner: Any = None) -> Function | None:
    """Return the function behind a callable, or None when its source cannot be told."""
    arguments: dict[str, Any] = {}
    skip = 0
    for _ in range(16):  # wrappers end
        if isinstance(target, types.FunctionType):
            inner = target.__dict__.get("__wrapped__")
            if not callable(inner):
                break
            target = inner
        elif isinstance(target, functools.partial):
            arguments |= target.keywords
            target = target.func
        elif isinstance(target, types.MethodType):
            owner, target, skip = target.__self__, target.__func__, 1
        elif isinstance(target, staticmethod | classmethod):
            skip = int(isinstance(target, classmethod))
            target = target.__func__
        else:
            call = inspect.getattr_static(type(target), "__call__", None)
            owner, target, skip = target, call, 1
            if not isinstance(call, types.FunctionType):
                return None
    return _read(target, owner, skip, arguments)


def _read(target: Any, owner: Any, skip: int, arguments: dict[str, Any]) -> Function | None:
    if not isinstance(target, types.FunctionType):
        return None
    module = module_of(target.__code__.co_filename)
    if module is None:
        return None
    named = [
        node
        for node in module.functions.get(target.__code__.co_firstlineno, ())
        if target.__name__ == getattr(node, "name", "<lambda>") or isinstance(node, ast.Lambda)
    ]
    fitting = [node for node in named if _argument_names(node) == _code_names(target)]
    if len(fitting) != 1:
        return None  # two lambdas of one line, or a file that is newer than what runs
    names = dict(target.__globals__)
    for name, cell in zip(target.__code__.co_freevars, target.__closure__ or (), strict=False):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not set yet
            names.pop(name, None)
    return Function(fitting[0], module, names, owner, skip, arguments)


def method_of(owner: Any, name: str) -> Function | None:
    """Return the function that `owner.name` calls; `owner` is an instance or a class."""
    found = inspect.getattr_static(owner, name, None)
    if isinstance(found, staticmethod):
        return function_of(found.__func__, owner)
    if isinstance(found, classmethod):
        inner = function_of(found.__func__, owner)
    elif callable(found):
        inner = function_of(found, owner)
    else:
        return None
    if inner is None:
        return None
    held = not isinstance(owner, type) and name in getattr(owner, "__dict__", {})
    return Function(
        inner.node, inner.module, inner.names, owner,
        inner.skip if held else 1, inner.arguments,
    )  # fmt: skip


def _argument_names(node: FunctionNode) -> list[str]:
    spec = node.args
    return [one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]


def _code_names(function: types.FunctionType) -> list[str]:
    code = function.__code__
    return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def attribute(value: Any, name: str) -> Any:
    """Return `value.name` without running anything of `value`'s, or UNKNOWN."""
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, types.ModuleType):
        return value.__dict__.get(name, UNKNOWN)
    found = inspect.getattr_static(value, name, UNKNOWN)
    if isinstance(found, types.MemberDescriptorType):  # a slot
        try:
            return found.__get__(value)
        except (AttributeError, TypeError):  # not set yet; or `value` is the class
            return UNKNOWN
    if isinstance(found, property | functools.cached_property):
        return UNKNOWN
    if isinstance(found, staticmethod):
        return found.__func__
    return found


class Names:
    """What the names of one function stand for: every value that a name can have, or UNKNOWN."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self.local: dict[str, list[Any]] = {
            name: [value] for name, value in function.arguments.items()
        }
        self._hidden = set(_bound_in(function.node))

    def values(self, node: ast.expr) -> list[Any]:
        """Return every value that `node` can have; `[UNKNOWN]` where that cannot be told."""
        if isinstance(node, ast.Constant):
            return [node.value]
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            return [attribute(one, node.attr) for one in self.values(node.value)]
        if isinstance(node, ast.IfExp):
            return [*self.values(node.body), *self.values(node.orelse)][:MOST_VALUES]
        if isinstance(node, ast.JoinedStr):
            return self._joined(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._product(node.left, node.right)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Tuple | ast.List):
            items = [self.values(one) for one in node.elts]
            return [[one for item in items for one in item]]
        return [UNKNOWN]

    def items(self, node: ast.expr) -> list[Any]:
        """Return everything that iterating `node` can give."""
        found: list[Any] = []
        for value in self.values(node):
            if isinstance(value, list | tuple | set | frozenset) and len(value) <= MOST_VALUES:
                found += value
            elif isinstance(value, dict) and len(value) <= MOST_VALUES:
                found += value.keys()
            else:
                found.append(UNKNOWN)
        return found

    def unhide(self) -> None:
        """Take names as they are outside of the function: for its decorators."""
        self._hidden.clear()

    def bind(self, name: str, values: list[Any]) -> None:
        """Add what an assignment gives to `name`."""
        known = self.local.setdefault(name, [])
        known += [one for one in values if not any(one is other for other in known)]
        del known[MOST_VALUES:]

    def _name(self, name: str) -> list[Any]:
        if name in self.local:
            return self.local[name]
        if name == self._function.receiver:
            return [self._function.owner if self._function.owner is not None else UNKNOWN]
        if name in self._hidden:
            return [UNKNOWN]
        if name in self._function.names:
            return [self._function.names[name]]
        return [getattr(builtins, name, UNKNOWN)]

    def _joined(self, node: ast.JoinedStr) -> list[Any]:
        texts = [""]
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                plain = part.conversion == -1 and part.format_spec is None
                choices = self.values(part.value) if plain else [UNKNOWN]
            else:
                choices = self.values(part)
            if any(not isinstance(one, str | int) for one in choices):
                return [UNKNOWN]
            texts = [text + str(one) for text in texts for one in choices][:MOST_VALUES]
        return list(texts)

    def _product(self, left: ast.expr, right: ast.expr) -> list[Any]:
        pairs = [(a, b) for a in self.values(left) for b in self.values(right)]
        if all(isinstance(a, str) and isinstance(b, str) for a, b in pairs):
            return [a + b for a, b in pairs][:MOST_VALUES]
        return [UNKNOWN]

    def _item(self, node: ast.Subscript) -> list[Any]:
        found = [
            _element(value, key)
            for value in self.values(node.value)
            for key in self.values(node.slice)
        ]
        return found or [UNKNOWN]


def _element(value: Any, key: Any) -> Any:
    if type(value) is dict and type(key) in (str, int):
        return value.get(key, UNKNOWN)
    if type(value) in (list, tuple) and type(key) is int and -len(value) <= key < len(value):
        return value[key]
    return UNKNOWN


def _bound_in(function: FunctionNode) -> Iterator[str]:
    """Yield the names that the function binds itself: they hide globals of the same name."""
    spec = function.args
    yield from (one.arg for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))
    yield from (one.arg for one in (spec.vararg, spec.kwarg) if one is not None)
    outer = {
        name
        for node in ast.walk(function)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in outer:
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not function:
            yield node.name
