"""Which keys a stage writes, and how a GUARD says no: from the values that its function returns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from stageflow_guard.lint.source import UNKNOWN, Function, Names

VERDICTS = {  # keys by which authors say "no" in an `ok` output: which value means no
    "allowed": False, "allow": False, "passed": False, "safe": False, "is_safe": False,
    "approved": False, "permitted": False, "valid": False, "is_valid": False, "authorized": False,
    "blocked": True, "denied": True, "rejected": True, "refused": True, "flagged": True,
}  # fmt: skip
WITH_REASON = {"skip": "reason", "cancel": "cancel_reason"}
DEEPEST = 6

Resolve = Callable[[ast.expr, Names], Function | None]


@dataclass(slots=True)
class Written:
    """Keys of the outputs; `open` when more may be written. The rest is about GUARDs."""

    keys: set[str] = field(default_factory=set)
    open: bool = False
    refuses: bool = False
    not_passes: list[tuple[str, ast.AST]] = field(default_factory=list)
    verdicts: list[ast.AST] = field(default_factory=list)


def written(function: Function, resolve: Resolve) -> Written:
    """Return what the function's outputs hold."""
    found = Written()
    _Outputs(function, resolve, found, 0).read()
    return found


class _Outputs:
    def __init__(self, function: Function, resolve: Resolve, found: Written, depth: int) -> None:
        self.function = function
        self.names = Names(function)
        self.resolve = resolve
        self.found = found
        self.depth = depth
        self.assigned: dict[str, list[ast.expr]] = {}
        self.added: dict[str, set[str]] = {}
        self.opened: set[str] = set()

    def read(self) -> None:
        body = self.function.statements()
        own = [node for statement in body for node in _own_nodes(statement)]
        for node in own:
            self._note(node)
        returns = [node for node in own if isinstance(node, ast.Return)]
        for node in returns:
            if node.value is None or (
                isinstance(node.value, ast.Constant) and node.value.value is None
            ):
                self.found.not_passes.append(("returns_none", node))
            else:
                self._output(node.value, node)
        if not _ends(body) and self.depth == 0:
            self.found.not_passes.append(("returns_none", self.function.node))
        if any(isinstance(node, ast.Raise) for node in own):
            self.found.refuses = True

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                self.assigned.setdefault(target.id, []).append(node.value)
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                keys = self.names.values(target.slice)
                if all(isinstance(one, str) for one in keys):
                    self.added.setdefault(target.value.id, set()).update(keys)
                else:
                    self.opened.add(target.value.id)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            self.assigned.setdefault(node.target.id, []).append(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "setdefault")
            and isinstance(node.func.value, ast.Name)
        ):
            name = node.func.value.id
            literal = node.args and isinstance(node.args[0], ast.Dict)
            if node.func.attr == "update" and (literal or not node.args):
                self.added.setdefault(name, set()).update(
                    one.arg for one in node.keywords if one.arg
                )
                if literal:
                    self.assigned.setdefault(name, []).append(node.args[0])
            else:
                self.opened.add(name)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.opened.add(node.target.id)

    def _output(self, value: ast.expr, at: ast.AST) -> None:
        """One returned value: an output, a mapping, or what another function returns."""
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.IfExp):
            self._output(value.body, at)
            self._output(value.orelse, at)
            return
        if (
            isinstance(value, ast.Name)
            and value.id in self.assigned
            and value.id not in self.opened
        ):
            outputs = self.assigned[value.id]
            if all(self._made_by_host(one) for one in outputs):
                for one in outputs:
                    self._output(one, at)
                return
        if isinstance(value, ast.Call):
            if self._made_by_host(value):
                self._made(value, at)
                return
            inner = self.resolve(value.func, self.names) if self.depth < DEEPEST else None
            if inner is not None:
                _Outputs(inner, self.resolve, self.found, self.depth + 1).read()
                return
            self.found.open = self.found.refuses = True
            return
        self._data(value)

    def _made_by_host(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call):
            return False
        holder = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return any(
            isinstance(one, type) and f"{one.__module__}.{one.__name__}".endswith(".StageOutput")
            for one in self.names.values(holder)
            if one is not UNKNOWN
        )

    def _made(self, node: ast.Call, at: ast.AST) -> None:
        how = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = {one.arg: one.value for one in node.keywords}
        if not how:
            self._constructed(given, at)
            return
        if how in ("fail", "cancel"):
            self.found.refuses = True
        if how in ("skip", "retry"):
            self.found.not_passes.append((f"returns_{how}", at))
        if how in WITH_REASON:
            self.found.keys.add(WITH_REASON[how])
        data = node.args[0] if how == "ok" and node.args else given.get("data")
        if data is None and how != "ok" and len(node.args) > 1:
            data = node.args[1]
        if data is not None:
            self._data(data, verdict_at=at if how == "ok" else None)
        elif how == "ok":
            self._members(given, at)

    def _constructed(self, given: dict[str | None, ast.expr], at: ast.AST) -> None:
        """`StageOutput(status=..., data=...)`."""
        status = ast.unparse(given["status"]) if "status" in given else ""
        self.found.refuses |= status.endswith("FAIL")
        for kind in ("SKIP", "RETRY"):
            if status.endswith(kind):
                self.found.not_passes.append((f"returns_{kind.lower()}", at))
        if "data" in given:
            self._data(given["data"])

    def _members(self, given: dict[str | None, ast.expr], at: ast.AST | None) -> None:
        """Keys by keyword; `at` is None where they are no verdict."""
        for name, value in given.items():
            if name is None:
                self._data(value, verdict_at=at)
            elif name != "version":
                self.found.keys.add(name)
                if at is not None:
                    self._verdict(name, value, at)

    def _pairs(self, node: ast.Dict, verdict_at: ast.AST | None) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            names = self.names.values(key) if key is not None else None
            if names is None:
                self._data(value, verdict_at)
            elif all(isinstance(one, str) for one in names):
                self._members(dict.fromkeys(names, value), verdict_at)
            else:
                self.found.open = True

    def _data(self, node: ast.expr, verdict_at: ast.AST | None = None) -> None:
        if isinstance(node, ast.Constant) and node.value is None:
            return
        if isinstance(node, ast.Dict):
            self._pairs(node, verdict_at)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "dict":
            self._members({one.arg: one.value for one in node.keywords}, None)
            for argument in node.args:
                self._data(argument, verdict_at)
        elif isinstance(node, ast.Name) and node.id in self.assigned and node.id not in self.opened:
            self.found.keys |= self.added.get(node.id, set())
            for value in self.assigned[node.id]:
                if isinstance(value, ast.Name) and value.id == node.id:
                    self.found.open = True
                else:
                    self._data(value, verdict_at)
        else:
            self.found.open = True

    def _verdict(self, name: str, value: ast.expr, at: ast.AST) -> None:
        """Note an `ok` output that says no, or that may say it."""
        if name not in VERDICTS:
            return
        if isinstance(value, ast.Constant):
            if value.value is VERDICTS[name]:
                self.found.not_passes.append(("says_denied", at))
        else:
            self.found.verdicts.append(at)


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of one function, without those of functions inside it."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(node):
        yield from _own_nodes(child)


def _ends(body: list[ast.stmt]) -> bool:
    """Say whether a body surely returns or raises at its end."""
    last = body[-1] if body else None
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _ends(last.body)
    if isinstance(last, ast.Try):
        if last.finalbody and _ends(last.finalbody):
            return True
        main = _ends(last.orelse) if last.orelse else _ends(last.body)
        return main and all(_ends(one.body) for one in last.handlers)
    if isinstance(last, ast.Match):
        whole = any(
            isinstance(one.pattern, ast.MatchAs)
            and one.pattern.pattern is None
            and one.guard is None
            for one in last.cases
        )
        return whole and all(_ends(one.body) for one in last.cases)
    if isinstance(last, ast.While):
        forever = isinstance(last.test, ast.Constant) and bool(last.test.value)
        return forever and not any(isinstance(n, ast.Break) for n in ast.walk(last))
    return False
