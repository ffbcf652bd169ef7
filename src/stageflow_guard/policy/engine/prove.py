"""Tenant isolation, proved of the matcher for every possible policy file.

`structural` needs nothing: it proves matchers that are a plain conjunction. `symbolic` translates
the matcher into a formula for z3 (extra `prove`) and asks for a request that it admits although the
tenants differ, the owner is another, or the role is not held. Both check what a formula cannot see:
the arity of `g`, the effect, and that no matching function of casbin's is used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.python_source import expression_tree
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.policy.engine.rules import TenantFile

EFFECT = "some(where (p.eft == allow)) && !some(where (p.eft == deny))"
# each property, what has to hold whenever the matcher does, and a request that shows its absence
PROPERTIES: tuple[tuple[str, str, str], ...] = (
    ("subjects only", "isSubject(r.sub)", "sub = `role:admin`, a role asking as if it were a user"),
    ("tenants are exact", "r.ten == p.ten", "ten = `globex` against a line of `acme`"),
    ("owner is the tenant", "r.own == r.ten", "ten = `globex` for a resource that `acme` owns"),
    ("kinds are exact", "r.kind == p.kind", "kind = `data` against a line about `stage`"),
    ("acts are exact", "r.act == p.act", "act = `reveal` against a line about `run`"),
    ("objects match", "objMatch(r.obj, p.obj)", "obj = `payroll` against a line about `support/*`"),
    ("the role is held", "g(r.sub, p.role, r.ten)", "sub = `user:eve`, who holds no role"),
)
ALLOWED = {"isSubject": 1, "objMatch": 2, "g": 3}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved, how, and a request that the matcher lets through where it was not."""

    holds: bool
    method: str
    properties: tuple[str, ...]
    counterexample: str | None = None


def sections(text: str) -> dict[str, str]:
    """Return the definitions of a model file: `r`, `p`, `g`, `e`, `m`."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", "[")):
            if name.strip() in found:
                raise ConfigError(f"`model.conf` defines `{name.strip()[:20]}` twice")
            found[name.strip()] = " ".join(value.split())
    return found


def structural(text: str) -> Proof:
    """Prove a plain conjunction; anything else is refused with what it would let through."""
    shape = _shape(text)
    if shape is not None:
        return Proof(False, "structural", (), shape)
    matcher = sections(text)["m"]
    conjuncts = {_squeeze(part) for part in matcher.split("&&")}
    if any("||" in part or "!" in part.replace("!=", "") for part in conjuncts):
        return Proof(False, "structural", (), "an `||` or `!`: use the symbolic proof")
    for name, conjunct, example in PROPERTIES:
        if _squeeze(conjunct) not in conjuncts:
            return Proof(False, "structural", (), f"{example} ({name}: `{conjunct}` is missing)")
    return Proof(True, "structural", tuple(name for name, _, _ in PROPERTIES))


def symbolic(text: str) -> Proof:
    """Prove any matcher of equalities and known functions; raise `ConfigError` without z3."""
    try:
        import z3
    except ImportError:
        raise ConfigError(
            "the symbolic proof needs the extra `prove`: pip install 'stageflow-guard[prove]'"
        ) from None
    shape = _shape(text)
    if shape is not None:
        return Proof(False, "z3", (), shape)
    names = z3.DeclareSort("Name")
    constants: dict[str, Any] = {}
    functions: dict[str, Any] = {}

    def constant(name: str) -> Any:
        return constants.setdefault(name, z3.Const(name, names))

    def function(name: str, arguments: list[Any]) -> Any:
        if name not in functions:
            functions[name] = z3.Function(name, *([names] * ALLOWED[name]), z3.BoolSort())
        return functions[name](*arguments)

    logic = {"and": z3.And, "or": z3.Or, "not": z3.Not}
    formula = _translate(sections(text)["m"], constant, function, logic)
    for name, conjunct, _ in PROPERTIES:
        solver = z3.Solver()
        solver.set("timeout", 10_000)
        solver.add(formula)
        literals = [value for key, value in constants.items() if key[0] == "`"]
        if len(literals) > 1:
            solver.add(z3.Distinct(*literals))
        solver.add(z3.Not(_translate(conjunct, constant, function, logic)))
        answer = solver.check()
        if answer == z3.sat:
            model = solver.model()
            values = {
                key: str(model.eval(value, model_completion=True))
                for key, value in constants.items()
            }
            return Proof(False, "z3", (), f"{_told(values)} ({name}: not `{conjunct}`)")
        if answer != z3.unsat:
            return Proof(False, "z3", (), f"no answer in time ({name})")
    return Proof(True, "z3", tuple(name for name, _, _ in PROPERTIES))


def _told(values: dict[str, str]) -> str:
    """Return a model as a request and a line; the same letter is the same name."""
    letters = {value: key.strip("`") for key, value in values.items() if key[0] == "`"}
    for value in sorted(set(values.values()), key=lambda v: int(v.rpartition("!")[2])):
        letters.setdefault(value, chr(ord("A") + len(letters) % 26))
    shown = {
        side: ", ".join(
            f"{field} = {letters[values[f'{side}.{field}']]}"
            for field in fields
            if f"{side}.{field}" in values
        )
        for side, fields in (
            ("r", ("sub", "ten", "own", "kind", "obj", "act")),
            ("p", ("role", "ten", "kind", "obj", "act")),
        )
    }
    return f"request {shown['r']} against line {shown['p']}"


def foreign_lines(tenants: Iterable[TenantFile]) -> list[str]:
    """Return lines in force that are not of the tenant in whose name they decide: linear, exact.

    The loader refuses such lines one by one; this looks at what was compiled in the end.
    """
    found: list[str] = []
    for tenant in tenants:
        name = tenant.name
        own = (f"tenants/{name}/policy.csv:", *(f"roles/{role}.csv:" for role in tenant.imports))
        places = [rule.where for rule in tenant.rules] + [link.where for link in tenant.links]
        found += [f"{where}: decides in `{name}`" for where in places if not where.startswith(own)]
    return found


def _shape(text: str) -> str | None:
    """Return what a formula cannot see and is wrong, or None."""
    found = sections(text)
    wanted = {
        "r": "sub, ten, own, kind, obj, act",
        "p": "role, ten, kind, obj, act, eft",
        "g": "_, _, _",
        "e": EFFECT,
    }
    for name, value in wanted.items():
        if _squeeze(found.get(name, "")) != _squeeze(value):
            if name == "g":
                return "a role of one tenant in every tenant (`g` needs three columns: `_, _, _`)"
            return f"`{name}` is `{found.get(name, '')[:80]}`, not `{value}`"
    extra = sorted(set(found) - {*wanted, "m"})
    if extra:
        return f"`{extra[0][:20]}`: a second definition is not understood here"
    for called in re.findall(r"([A-Za-z_]\w*)\s*\(", found.get("m", "")):
        if called not in ALLOWED:
            return f"`{called}(...)`: only {', '.join(ALLOWED)} are understood"
    return None if found.get("m") else "no matcher"


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _translate(
    matcher: str,
    constant: Callable[[str], Any],
    function: Callable[[str, list[Any]], Any],
    logic: dict[str, Any],
) -> Any:
    """Translate a matcher; anything but equalities, known calls, and, or, not is refused."""
    source = matcher.replace("&&", " and ").replace("||", " or ")
    source = re.sub(r"!(?!=)", " not ", source)

    def walk(node: ast.AST) -> Any:
        if isinstance(node, ast.BoolOp):
            joined = logic["and" if isinstance(node.op, ast.And) else "or"]
            return joined(*[walk(value) for value in node.values])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return logic["not"](walk(node.operand))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = name(node.left), name(node.comparators[0])
            if isinstance(node.ops[0], ast.Eq):
                return left == right
            if isinstance(node.ops[0], ast.NotEq):
                return left != right
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and not node.keywords
            and ALLOWED.get(node.func.id) == len(node.args)
        ):
            return function(node.func.id, [name(a) for a in node.args])
        raise ConfigError("the matcher holds something that cannot be proved; it is refused")

    def name(node: ast.AST) -> Any:
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("r", "p")
        ):
            return constant(f"{node.value.id}.{node.attr}")
        if isinstance(node, ast.Constant) and type(node.value) is str:
            return constant(f"`{node.value}`")
        raise ConfigError("the matcher compares something that cannot be proved; it is refused")

    try:
        return walk(expression_tree(source.strip()))
    except (SyntaxError, RecursionError, ValueError, SystemError):
        raise ConfigError("the matcher cannot be read") from None
