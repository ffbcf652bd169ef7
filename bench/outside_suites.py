"""Other projects' own test cases, read from checkouts that the user has: nothing of theirs is kept here.

`read(folder)` finds out whose checkout it is: gitleaks (the positives and negatives of its rules, drawn
as its generator draws them), trufflehog (the patterns' tests), detect-secrets and presidio-analyzer
(pytest's parameters). Test files are parsed, never run.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

try:
    from re import _parser as sre  # type: ignore[attr-defined]
except ImportError:  # before Python 3.11
    import sre_parse as sre


class Case(NamedTuple):
    """One text: what has to be covered in it (all of the text's finds where unknown), or harmless."""

    suite: str
    family: str
    text: str
    values: tuple[tuple[int, int], ...]
    harmless: bool
    entity: str = "SECRET"


# -- Go ------------------------------------------------------------------------------------------

_GO = re.compile(
    r"//[^\n]*|/\*.*?\*/|(?P<raw>`[^`]*`)|(?P<text>\"(?:\\.|[^\"\\\n])*\")|(?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign>:=|\.\.\.|[^\s\w])|(?P<number>[0-9.]+)|'(?:\\.|[^'])'",
    re.DOTALL,
)
_TYPES = ("string", "map")


class _Unknown(Exception):
    """An expression that is none of those that tests are made of."""


class Go:
    """The strings and lists of strings that a Go file assigns: enough of the language for tests."""

    def __init__(self, calls: dict[str, Callable[..., Any]]) -> None:
        self.calls, self.names = calls, dict[str, Any]()
        self.drawn: list[str] = []
        self._tokens: list[tuple[str, str]] = []
        self._at = 0

    def assignments(self, source: str) -> Iterator[tuple[str, Any]]:
        """Yield each name and what it is given; `name: value` of a struct counts, too."""
        self._tokens = [(m.lastgroup, m[0]) for m in _GO.finditer(source) if m.lastgroup]
        self._at = 0
        while self._at < len(self._tokens) - 2:
            (kind, name), (_, sign) = self._tokens[self._at : self._at + 2]
            here = self._at
            if kind == "word" and sign in ("=", ":=", ":"):
                self._at += 2
                try:
                    value = self._sum()
                except (_Unknown, IndexError, ValueError, re.error):
                    self._at = here + 1
                    continue
                if sign != ":":
                    self.names[name] = value
                yield name, value
                if self._at > here + 2 and sign != ":":
                    continue
            self._at = here + 1

    def _peek(self) -> str:
        return self._tokens[self._at][1]

    def _next(self, wanted: str | None = None) -> str:
        token = self._tokens[self._at][1]
        if wanted is not None and token != wanted:
            raise _Unknown(token)
        self._at += 1
        return token

    def _sum(self) -> Any:
        value = self._term()
        while self._at < len(self._tokens) and self._peek() == "+":
            self._next()
            value = value + self._term()
        return value

    def _term(self) -> Any:
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind == "raw":
            return token[1:-1]
        if kind == "text":
            return ast.literal_eval(token.replace("\\/", "/"))
        if kind == "number":
            return token
        if token == "(":
            value = self._sum()
            self._next(")")
            return value
        if token == "[":
            self._next("]")
            self._next("string")
            return self._items("{", "}")
        if token == "map":
            for sign in ("[", "string", "]", "string"):
                self._next(sign)
            return self._items("{", "}", keyed=True)
        if token == "nil":
            return []
        if kind != "word":
            raise _Unknown(token)
        if self._at < len(self._tokens) and self._peek() == "(":
            arguments = self._items("(", ")")
            name = token.rpartition(".")[2].lower()
            if name not in self.calls:
                raise _Unknown(token)
            return self.calls[name](*arguments)
        if token not in self.names:
            raise _Unknown(token)
        return self.names[token]

    def _items(self, opened: str, closed: str, *, keyed: bool = False) -> list[Any]:
        self._next(opened)
        out: list[Any] = []
        while self._peek() != closed:
            value = self._sum()
            if keyed:
                self._next(":")
                value = self._sum()
            if self._peek() == "...":
                self._next()
                out.extend(value)
            else:
                out.append(value)
            if self._peek() == ",":
                self._next()
        self._next(closed)
        return out


def drawn(pattern: str, rng: random.Random) -> str:
    """Return a text that `pattern` matches whole, drawn at random."""
    return _drawn(sre.parse(pattern), rng)


def _drawn(parsed: Any, rng: random.Random) -> str:
    out = []
    for operation, value in parsed:
        name = str(operation)
        if name == "LITERAL":
            out.append(chr(value))
        elif name == "IN":
            out.append(rng.choice(_members(value)))
        elif name == "ANY":
            out.append(rng.choice("abcXYZ0189"))
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = value
            times = rng.randint(int(low), min(int(high), int(low) + 8))
            out.extend(_drawn(inner, rng) for _ in range(times))
        elif name == "SUBPATTERN":
            out.append(_drawn(value[-1], rng))
        elif name == "BRANCH":
            out.append(_drawn(rng.choice(value[1]), rng))
        elif name != "AT":
            raise _Unknown(name)
    return "".join(out)


def _members(parts: Any) -> str:
    out = ""
    for operation, value in parts:
        if str(operation) == "LITERAL":
            out += chr(value)
        elif str(operation) == "RANGE":
            out += "".join(map(chr, range(value[0], value[1] + 1)))
        elif "DIGIT" in str(value):
            out += "0123456789"
        elif "WORD" in str(value):
            out += "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
    return out or "a"


def _sprintf(form: str, *parts: str) -> str:
    for part in parts:
        form = re.sub(r"%[svq]", lambda _, part=part: part, form, count=1)
    return form.replace("%%", "%")


def _places(text: str, values: Sequence[str]) -> tuple[tuple[int, int], ...]:
    return tuple((text.index(v), text.index(v) + len(v)) for v in values if v in text)


def gitleaks(folder: Path) -> Iterator[Case]:
    """Yield the cases of the rules: `tps` and `fps` of every file of rules."""
    config = folder / "cmd" / "generate" / "config"
    rng = random.Random(17)
    secrets: list[str] = []

    def fresh(pattern: str) -> str:
        while True:
            value = drawn(pattern, rng)
            if len(value) < 8 or (any(map(str.isdigit, value)) and len(set(value)) > 4):
                break
        secrets.append(value)
        return value

    patterns = (config / "utils" / "patterns.go").read_text(encoding="utf-8")
    calls: dict[str, Callable[..., Any]] = {
        name.lower(): lambda size="", form=form: form.replace("%s", size)
        for name, form in re.findall(
            r"func (\w+)\([^)]*\) string \{\s*return [^`]*`([^`]*)`", patterns
        )
    }
    forms: dict[str, list[str]] = {}
    for name, value in Go({}).assignments(
        (config / "utils" / "generate.go").read_text(encoding="utf-8")
    ):
        if name == "samples":
            forms["all"] = value

    def samples(name: str, secret: str) -> list[str]:
        secrets.append(secret)
        return [f.replace("{i}", name).replace("{s}", secret) for f in forms["all"]]

    def sample(name: str, secret: str) -> str:
        secrets.append(secret)
        return f'{name}_api_token = "{secret}"'

    calls |= {
        "newsecret": fresh, "newplausiblesecret": fresh, "sprintf": _sprintf, "repeat": lambda text, n: text * int(n),
        "append": lambda first, *more: [*first, *more], "generatesamplesecrets": samples, "generatesamplesecret": sample,
    }  # fmt: skip
    for file in sorted((config / "rules").glob("*.go")):
        seen = set[tuple[str, bool]]()
        for name, value in Go(calls).assignments(file.read_text(encoding="utf-8")):
            what = name.rpartition(".")[2].lower()
            if what not in ("tps", "fps") or not isinstance(value, list):
                continue
            for text in value:
                if (text, what == "fps") in seen:
                    continue
                seen.add((text, what == "fps"))
                inside = sorted((s for s in secrets if s in text and len(s) > 5), key=len)
                yield Case(
                    "gitleaks", file.stem, text, _places(text, inside[-1:]), harmless=what == "fps"
                )


def trufflehog(folder: Path) -> Iterator[Case]:
    """Yield the cases of the detectors' tests of patterns: an input, and what is wanted of it."""
    for file in sorted((folder / "pkg" / "detectors").glob("**/*_test.go")):
        if "integration" in file.name:
            continue
        given: str | None = None
        calls: dict[str, Callable[..., Any]] = {
            "sprintf": _sprintf,
            "generatesecret": lambda *_: "",
        }
        for name, value in Go(calls).assignments(file.read_text(encoding="utf-8")):
            if name == "input" and isinstance(value, str):
                given = value
            elif name == "want" and isinstance(value, list) and given:
                yield Case(
                    "trufflehog", file.parent.name, given, _places(given, value), harmless=not value
                )
                given = None


# -- Python --------------------------------------------------------------------------------------

_SAFE = (
    ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.BinOp, ast.Add, ast.Mult, ast.Name, ast.Load,
    ast.Subscript, ast.Call, ast.Attribute, ast.keyword, ast.JoinedStr, ast.FormattedValue, ast.UnaryOp, ast.USub,
    ast.GeneratorExp, ast.ListComp, ast.comprehension, ast.Store, ast.Starred,
)  # fmt: skip
_METHODS = frozenset({"format", "get", "replace", "strip", "join", "upper", "lower", "dedent"})


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """Return what an expression of literals, names and methods of text is; `_Unknown` otherwise."""
    for part in ast.walk(node):
        if not isinstance(part, _SAFE):
            raise _Unknown(type(part).__name__)
        if isinstance(part, ast.Attribute) and part.attr not in _METHODS:
            raise _Unknown(part.attr)
        if isinstance(part, ast.Call) and not isinstance(part.func, ast.Attribute):
            raise _Unknown("call")
    try:
        return eval(compile(ast.Expression(node), "<test>", "eval"), {"__builtins__": {}, **names})
    except Exception as exc:
        raise _Unknown(str(exc)) from None


def _parametrized(file: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each test's name, each of its rows by parameter, and the module's names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for node in tree.body:
        try:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                names[node.targets[0].id] = _value(node.value, names)
            elif (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Attribute) and node.value.func.attr == "extend"
                and isinstance(node.value.func.value, ast.Name)
            ):  # fmt: skip
                names[node.value.func.value.id].extend(_value(node.value.args[0], names))
        except (_Unknown, KeyError):
            continue
    for test in ast.walk(tree):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test"):
            for mark in test.decorator_list:
                if (
                    isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)
                    and mark.func.attr == "parametrize" and len(mark.args) == 2
                ):  # fmt: skip
                    try:
                        keys = _value(mark.args[0], names)
                        rows = list(_value(mark.args[1], names))
                    except (_Unknown, TypeError):
                        continue
                    keys = [k.strip() for k in keys.split(",")] if isinstance(keys, str) else keys
                    for row in rows:
                        cells = row if len(keys) > 1 else (row,)
                        if len(cells) == len(keys):
                            yield test.name, dict(zip(keys, cells, strict=True)), names


def detect_secrets(folder: Path) -> Iterator[Case]:
    """Yield the cases of the plugins' tests: a line, and whether it is to be flagged."""
    for file in sorted((folder / "tests" / "plugins").glob("*_test.py")):
        seen = set[str]()
        for test, row, _ in _parametrized(file):
            texts = [
                v
                for k, v in row.items()
                if isinstance(v, str) and k not in ("file_extension", "secret_string")
            ]
            if (
                not texts
                or "verify" in test
                or texts[0] in seen
                or "exclude" in test
                or "automaton" in test
            ):
                continue
            wanted = [v for k, v in row.items() if isinstance(v, bool) or k == "expected_length"]
            if not wanted and "analyze" not in test:
                continue
            seen.add(texts[0])
            harmless = not wanted[0] if wanted else "negative" in test
            yield Case("detect-secrets", file.stem.removesuffix("_test"), texts[0], (), harmless)


_PLACES = ("expected_positions", "expected_position", "expected_res")


def presidio(folder: Path) -> Iterator[Case]:
    """Yield the cases of the recognizers' tests: a text, and where its finds are."""
    tests = folder / "presidio-analyzer" / "tests"
    for file in sorted(tests.glob("**/test_*_recognizer.py")):
        entity = re.search(
            r"def entit(?:ies|y)\(\):\s*return \[?\s*[\"']([A-Z_]+)[\"']",
            file.read_text(encoding="utf-8"),
        )
        for _, row, _ in _parametrized(file):
            texts = [row[k] for k in ("text", "iban") if k in row]
            count = row.get("expected_len", row.get("expected_outcome"))
            if not texts or not isinstance(count, int) or entity is None:
                continue
            places = next((v for k, v in row.items() if k in _PLACES), ())
            if places and isinstance(places[0], int):
                places = (places,)
            text = texts[0]
            yield Case(
                "presidio", entity[1], text, tuple((a, b) for a, b in places), not count, entity[1]
            )


def read(folder: Path) -> list[Case]:
    """Return the cases of a checkout, whosever it is."""
    for known, reader in (
        ("cmd/generate/config/rules", gitleaks), ("pkg/detectors", trufflehog),
        ("tests/plugins", detect_secrets), ("presidio-analyzer/tests", presidio),
    ):  # fmt: skip
        if (folder / known).is_dir():
            return list(reader(folder))
    return []
