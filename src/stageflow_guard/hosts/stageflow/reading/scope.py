"""One function of a stage as it is read: what its names hold of the context, and what is said."""

from __future__ import annotations

import ast
import types
from typing import Any

from stageflow_guard.hosts.stageflow.reading import classes
from stageflow_guard.hosts.stageflow.reading import vocabulary as words
from stageflow_guard.lint.model import Facts, Sighting
from stageflow_guard.lint.source import UNKNOWN, Function, FunctionNode, Names

Role = tuple[str, ...]  # what a name holds of the context: ("inputs",), ("output", "stage"), …
CTX, INPUTS, PRIOR, PORTS = ("ctx",), ("inputs",), ("prior",), ("ports",)
STREAM: Role = ("stream",)  # one of the guard's, that text is fed to


class Scope:
    """Roles and values of the names of one function; `held` is what the stage put on `self`."""

    def __init__(
        self,
        facts: Facts,
        function: Function,
        roles: dict[str, Role],
        held: dict[str, Role],
        *,
        on_loop: bool,
        outer: Scope | None = None,
    ) -> None:
        self.facts = facts
        self.function = function
        self.roles = dict(roles)
        self.held = held
        self.on_loop = on_loop
        self.names = Names(function)
        self.nested: dict[str, FunctionNode] = dict(outer.nested) if outer is not None else {}
        self.classes = classes.of_parameters(function)
        self.imported: dict[str, str] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        if outer is not None:
            known = {name: list(values) for name, values in outer.names.local.items()}
            self.names.local = {**known, **self.names.local}
            self.imported = dict(outer.imported)
            self.classes = {**outer.classes, **self.classes}
            self.roles = {**outer.roles, **self.roles}

    def role(self, node: ast.expr) -> Role | None:
        """Return what of the context `node` holds, or None."""
        if isinstance(node, ast.Name):
            return self.roles.get(node.id)
        if isinstance(node, ast.Await):
            return self.role(node.value)
        if isinstance(node, ast.NamedExpr):
            return self.role(node.value)
        if isinstance(node, ast.IfExp):
            return self.role(node.body) or self.role(node.orelse)
        if isinstance(node, ast.BoolOp):
            return next((r for r in map(self.role, node.values) if r is not None), None)
        if isinstance(node, ast.Attribute):
            return self._attribute_role(node)
        if isinstance(node, ast.Subscript):
            holder = self.role(node.value)
            if holder == PRIOR:
                return ("output", *self.texts(node.slice))
            return None
        if isinstance(node, ast.Call):
            return self._call_role(node)
        return None

    def _attribute_role(self, node: ast.Attribute) -> Role | None:
        held = self.held.get(ast.unparse(node))
        if held is not None:
            return held
        return self._member(self.role(node.value), node.attr)

    def _member(self, holder: Role | None, name: str) -> Role | None:
        if holder is None:
            return None
        if holder == CTX and name == "inputs":
            return INPUTS
        if holder == INPUTS and name == "prior_outputs":
            return PRIOR
        if holder in (CTX, INPUTS) and name == "ports":
            return PORTS
        if holder == INPUTS and (name in words.READERS or name == words.SEARCH):
            return ("reader", name)
        if holder[0] == "output" and name == "data":
            return ("data", *holder[1:])
        if holder == PORTS:
            return ("port", name)
        return None

    def _call_role(self, node: ast.Call) -> Role | None:
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) >= 2:
            texts = self.texts(node.args[1])
            return self._member(self.role(node.args[0]), texts[0]) if len(texts) == 1 else None
        callee = self.role(node.func)
        if callee == ("reader", "get_output") and node.args:
            return ("output", *self.texts(node.args[0]))
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in words.GUARD_STREAMS
            and self.is_guard(node.func.value)
        ):
            return STREAM
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and self.role(node.func.value) == PRIOR
            and node.args
        ):
            return ("output", *self.texts(node.args[0]))
        return None

    def texts(self, node: ast.expr) -> list[str]:
        """Return every text that `node` can be; `?` stands for what cannot be told."""
        return [one if isinstance(one, str) else "?" for one in self.names.values(node)]

    def dotted(self, node: ast.expr) -> str | None:
        """Return `package.qualified.name` of what is called, shortened to its top package."""
        if isinstance(node, ast.Name):
            values = self.names.values(node)
            if len(values) == 1 and values[0] is not UNKNOWN:
                return _dotted_value(values[0])
            full = self.imported.get(node.id)
            return _short(full) if full else None
        if isinstance(node, ast.Attribute):
            values = self.names.values(node)
            if len(values) == 1 and values[0] is not UNKNOWN:
                found = _dotted_value(values[0])
                if found is not None:
                    return found
            inner = self.dotted(node.value)
            return f"{inner}.{node.attr}" if inner else None
        return None

    def is_guard(self, node: ast.expr) -> bool:
        """Say whether `node` is a guard: by its object, or by its name where there is none yet."""
        values = [one for one in self.names.values(node) if one is not UNKNOWN and one is not None]
        if values:  # None stands for what is put there later
            return any(words.is_guard(one) for one in values)
        if classes.is_other_class(self.class_of(node)):
            return False
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        return name.lower().rstrip("_").endswith("guard")

    def class_of(self, node: ast.expr) -> type | None:
        """Return the class that the code says `node` is of; None where it does not."""
        if isinstance(node, ast.Name):
            return self.classes.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            mine = node.value.id == self.function.receiver
            return classes.of_attribute(self.function, node.attr) if mine else None
        return None

    def sight(self, kind: str, what: str, node: ast.AST) -> None:
        """Note what the step does at `node`."""
        one = Sighting(kind, what, self.function.module.at(node))
        if one not in self.facts.sightings:
            self.facts.sightings.append(one)

    def blind(self, what: str, node: ast.AST) -> None:
        """Note what cannot be followed at `node`."""
        one = Sighting("blind", what, self.function.module.at(node))
        if one not in self.facts.blind:
            self.facts.blind.append(one)

    def text(self, node: ast.expr) -> str:
        """Return the node's source on one line."""
        return self.function.module.text_of(node)


def _dotted_value(value: Any) -> str | None:
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        module = getattr(value, "__module__", None) or ""
        return (
            f"{str(module).partition('.')[0].lstrip('.')}.{value.__qualname__}" if module else None
        )
    if isinstance(value, types.MethodType):
        return _dotted_value(value.__func__)
    cls = type(value)
    top = cls.__module__.partition(".")[0]
    return f"{top}.{cls.__qualname__}" if top not in ("builtins", "__main__") else None


def _short(full: str) -> str:
    """Return a dotted name with nothing between its top package and its last name."""
    top, _, rest = full.partition(".")
    return f"{top}.{rest.rpartition('.')[2]}" if rest else top
