"""The walk through the functions of one stage."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stageflow_guard.hosts.stageflow.reading import classes, promises, reads, risks
from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.hosts.stageflow.reading.calls import resolve
from stageflow_guard.hosts.stageflow.reading.scope import CTX, INPUTS, PRIOR, Role, Scope
from stageflow_guard.lint.model import Facts
from stageflow_guard.lint.source import UNKNOWN, Function, FunctionNode

DEEPEST = 12
MOST_FRAMES = 400


class StageReader:
    """Reads one stage into its `Facts`."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.seen: set[tuple[Any, ...]] = set()
        self.frames = 0
        self.held: dict[str, Role] = {}  # what was put on `self`

    def read(
        self, function: Function, roles: dict[str, Role], *, on_loop: bool, depth: int = 0
    ) -> None:
        """Walk one function with what its parameters hold; each combination once."""
        key = (function.module.file, function.node.lineno, function.node.col_offset,
               tuple(sorted(roles.items())), on_loop, _identity(function.arguments))  # fmt: skip
        if key in self.seen or depth > DEEPEST or self.frames >= MOST_FRAMES:
            return
        self.seen.add(key)
        self.frames += 1
        Frame(self, function, roles, on_loop=on_loop, depth=depth).walk()


class Frame(Scope, ast.NodeVisitor):
    """One function of a stage with what its names hold."""

    def __init__(
        self,
        reader: StageReader,
        function: Function,
        roles: dict[str, Role],
        *,
        on_loop: bool,
        depth: int,
        outer: Frame | None = None,
    ) -> None:
        super().__init__(reader.facts, function, roles, reader.held, on_loop=on_loop, outer=outer)
        self.reader = reader
        self.depth = depth
        self.anonymous: list[FunctionNode] = []
        self.promised: dict[str, ast.Call] = {}
        self.called: set[str] = set()

    def walk(self) -> None:
        """Visit the body; then what was only passed on; then coroutines that nobody awaited."""
        body = self.function.statements()
        for statement in body:
            for parent in ast.walk(statement):
                for child in ast.iter_child_nodes(parent):
                    self.parents[child] = parent
        for statement in body:
            self.visit(statement)
        for name, node in self.nested.items():
            if name not in self.called:
                self._enter(node, {}, on_loop=isinstance(node, ast.AsyncFunctionDef))
        for node in self.anonymous:
            self._enter(node, {}, on_loop=False)
        for call in promises.forgotten(self, self.promised):
            promises.note(self, call, promises.promise(self, call) or promises.RAN)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Keep a nested function; its body is read where it is called."""
        risks.declares(self, node)
        self.nested[node.name] = node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Keep a nested function."""
        risks.declares(self, node)
        self.nested[node.name] = node

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Read a lambda for its reads: who calls it is unknown."""
        self.anonymous.append(node)

    def visit_Import(self, node: ast.Import) -> None:
        """Note what an import binds."""
        for one in node.names:
            self.imported[one.asname or one.name.partition(".")[0]] = (
                one.name if one.asname else one.name.partition(".")[0]
            )
            module = sys.modules.get(one.name)
            if module is not None:
                name = one.asname or one.name.partition(".")[0]
                self.names.bind(name, [module if one.asname else sys.modules[name]])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Note what an import binds."""
        module = sys.modules.get(node.module or "")
        for one in node.names:
            bound = one.asname or one.name
            self.imported[bound] = f"{node.module}.{one.name}"
            if module is not None and one.name in module.__dict__:
                self.names.bind(bound, [module.__dict__[one.name]])

    def visit_Assign(self, node: ast.Assign) -> None:
        """Follow the context, values and promises through an assignment."""
        self.visit(node.value)
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Follow an annotated assignment."""
        if node.value is not None:
            self.visit(node.value)
            self._assign(node.target, node.value)
        cls = classes.annotated(node.annotation, self.function.names)
        if isinstance(node.target, ast.Name) and cls is not None:
            self.classes[node.target.id] = cls

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Follow `name := value`."""
        self.visit(node.value)
        self._assign(node.target, node.value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                for one, other in zip(target.elts, value.elts, strict=True):
                    self._assign(one, other)
            return
        role = self.role(value)
        if isinstance(target, ast.Name):
            self._of_class(target.id, value)
            if role is not None:
                self.roles[target.id] = role
            else:
                self.roles.pop(target.id, None)
                self.names.bind(target.id, self.names.values(value))
            if isinstance(value, ast.Call) and promises.promise(self, value) is not None:
                self.promised[target.id] = value
        elif isinstance(target, ast.Attribute) and role is not None:
            self.reader.held[ast.unparse(target)] = role

    def _of_class(self, name: str, value: ast.expr) -> None:
        """Keep of which class a name is now; one that was of another before is of none."""
        cls = classes.called(value, self.function.names) or self.class_of(value)
        if cls is not None and self.classes.get(name, cls) is cls:
            self.classes[name] = cls
        else:
            self.classes.pop(name, None)

    def visit_For(self, node: ast.For) -> None:
        """Bind a loop's variable to what it runs over."""
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        """Read an asynchronous loop."""
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Bind a comprehension's variable."""
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        """Visit generators before the element, which uses their variables."""
        self._comprehension(node.generators, node.elt)

    visit_SetComp = visit_GeneratorExp = visit_ListComp  # type: ignore[assignment]

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """Visit generators first."""
        self._comprehension(node.generators, node.key, node.value)

    def _comprehension(self, generators: list[ast.comprehension], *elements: ast.expr) -> None:
        for one in (*generators, *elements):
            self.visit(one)

    def _loop(self, target: ast.expr, source: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.names.bind(target.id, self.names.items(source))
        if reads.whole(self, source):
            self.facts.reads_all = True
            last = target.elts[-1] if isinstance(target, ast.Tuple) and target.elts else None
            if isinstance(last, ast.Name):
                self.roles[last.id] = ("output", "*")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`prior_outputs["a"]`, and `output.data["key"]`."""
        holder = self.role(node.value)
        if isinstance(node.ctx, ast.Load) and holder is not None:
            if holder == PRIOR:
                reads.record(self, node, self.texts(node.slice), [None], required=True)
            elif holder[0] == "data":
                reads.record(self, node, list(holder[1:]), self.texts(node.slice), required=True,
                           again=True)  # fmt: skip
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """`"a" in prior_outputs`."""
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn) and self.role(right) == PRIOR:
                reads.record(self, node, self.texts(node.left), [None], required=False)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Ports of a stage's own, a port that publishes, the tool registry."""
        role = self.role(node)
        if role is not None and role[0] == "port" and role[1] in words.PUBLISHERS:
            risks.publishes(self, node, role[1])
        elif self.role(node.value) is None:
            values = self.names.values(node.value)
            if any(words.is_ports(one) for one in values if one is not UNKNOWN):
                self.sight("raw_port", f"`{self.text(node)}` is a port of its own", node)
        if node.attr in words.TOOLS:
            self.sight("tool", node.attr, node)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """A tool registry or executor of the host, by name."""
        if node.id in words.TOOLS and isinstance(node.ctx, ast.Load):
            self.sight("tool", node.id, node)

    def visit_Call(self, node: ast.Call) -> None:
        """One call: a read, a helper, something that blocks, a child, a dropped coroutine."""
        reads.of_call(self, node)
        risks.blocks(self, node)
        risks.child(self, node)
        risks.asks(self, node)
        what = promises.promise(self, node)
        if what is not None and promises.is_dropped(self, node):
            promises.note(self, node, what)
        self.generic_visit(node)
        self._follow(node)

    def _follow(self, node: ast.Call) -> None:
        """Read the function that is called, with what the call hands it of the context."""
        if self.role(node.func) is not None:
            return
        handed: dict[int | str, Role] = {}
        known: dict[int | str, list[Any]] = {}
        places: list[tuple[int | str, ast.expr]] = [
            *enumerate(node.args), *((one.arg, one.value) for one in node.keywords if one.arg),
        ]  # fmt: skip
        for place, value in places:
            role = self.role(value)
            if role is not None:
                handed[place] = role
            else:
                known[place] = self.names.values(value)
        nested = isinstance(node.func, ast.Name) and node.func.id in self.nested
        if nested:
            self.called.add(node.func.id)  # type: ignore[attr-defined]
            inner = self.nested[node.func.id]  # type: ignore[attr-defined]
            self._enter(inner, _by_name(_plain_names(inner), handed), on_loop=self.on_loop,
                        known=_by_name(_plain_names(inner), known))  # fmt: skip
            return
        function = resolve(node.func, self.names)
        if function is not None:
            names = function.parameters
            values = _by_name(names, known)
            for choice in _choices(values):
                self.reader.read(
                    replace(function, arguments={**function.arguments, **choice}),
                    _by_name(names, handed),
                    on_loop=self.on_loop or function.is_async,
                    depth=self.depth + 1,
                )
            return
        self._unfollowed(node, handed)

    def _unfollowed(self, node: ast.Call, handed: dict[int | str, Role]) -> None:
        if any(role == PRIOR for role in handed.values()):
            self.facts.reads_all = True
        if not any(role in (CTX, INPUTS) for role in handed.values()):
            return
        values = self.names.values(node.func)
        target = values[0] if len(values) == 1 else UNKNOWN
        if target is not UNKNOWN and _is_builtin(target):
            return
        self.facts.reads_all = True
        if target is UNKNOWN or not _from_host(target):
            self.blind(f"`{self.text(node)}` is given the context and cannot be followed", node)

    def _enter(
        self,
        node: FunctionNode,
        roles: dict[str, Role],
        *,
        on_loop: bool,
        known: dict[str, list[Any]] | None = None,
    ) -> None:
        """Read a nested function in the names of this one."""
        if self.depth > DEEPEST or self.reader.frames >= MOST_FRAMES:
            return
        for choice in _choices(known or {}):
            key = ("nested", self.function.module.file, node.lineno, node.col_offset,
                   tuple(sorted(roles.items())), on_loop,
                   _identity(choice))  # fmt: skip
            if key in self.reader.seen:
                continue
            self.reader.seen.add(key)
            self.reader.frames += 1
            inner = Function(node, self.function.module, self.function.names, self.function.owner,
                             0, choice)  # fmt: skip
            frame = Frame(self.reader, inner, roles, on_loop=on_loop, depth=self.depth + 1,
                          outer=self)  # fmt: skip
            receiver = self.function.receiver
            if receiver is not None and receiver not in _plain_names(node):
                frame.names.local.setdefault(receiver, [self.function.owner])
            frame.walk()


def _plain_names(node: FunctionNode) -> list[str]:
    return [one.arg for one in (*node.args.posonlyargs, *node.args.args)]


def _by_name(names: list[str], given: dict[int | str, Any]) -> dict[str, Any]:
    """Return arguments by the parameters' names."""
    return {
        (names[place] if isinstance(place, int) else place): value
        for place, value in given.items()
        if not isinstance(place, int) or place < len(names)
    }


def _identity(arguments: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what tells one set of arguments from another; nothing of theirs is called."""
    return tuple(
        sorted(
            (k, v if type(v) is str else f"{type(v).__name__} {id(v)}")
            for k, v in arguments.items()
        )
    )


def _choices(values: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the ways in which parameters can be set, at most eight, without unknown values."""
    found: list[dict[str, Any]] = [{}]
    for name, options in values.items():
        known = [one for one in options if one is not UNKNOWN]
        if len(known) == len(options) and options:
            found = [{**one, name: option} for one in found for option in known][:8]
    return found


def _is_builtin(value: Any) -> bool:
    return getattr(value, "__module__", None) in ("builtins", "logging")


def _from_host(value: Any) -> bool:
    module = getattr(value, "__module__", None) or type(value).__module__
    return str(module).partition(".")[0] in ("stageflow", "stageflow_guard")
