"""Docs run: every code block in README and docs is executed; every refusal has its runbook entry."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from stageflow_guard.cli import main, parser
from stageflow_guard.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(kind, textwrap.dedent(code), id=f"{page.relative_to(ROOT)}-{n}")
    for page in PAGES
    for n, (_, kind, code) in enumerate(BLOCK.findall(page.read_text()), 1)
]


APART = "# environment: "  # a host whose pins exclude this project's tools


def _run_apart(folder, code):
    """Run a recipe by the interpreter of its host's environment; skip where there is none."""
    name = code.split("\n", 1)[0].removeprefix(APART)
    place = Path(os.environ.get("STAGEFLOW_GUARD_ENVS", ROOT / ".envs")) / name / "bin"
    if not (place / "python").exists():
        pytest.skip(f"{name} has an environment of its own, which `make recipes` builds")
    (folder / "recipe.py").write_text(code)
    done = subprocess.run(
        [place / "python", "recipe.py"], cwd=folder, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PATH": f"{place}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _run_by_pytest(folder, code):
    """Run a recipe that holds tests as its page says: in a project with these two files."""
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\nasyncio_mode = "auto"\n')
    (folder / "conftest.py").write_text('pytest_plugins = ["stageflow_guard.testing.plugin"]\n')
    (folder / "test_recipe.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_recipe.py"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(("kind", "code"), BLOCKS)
def test_every_code_block_runs(tmp_path, kind, code):
    """Python runs beside what `init` writes, tests by pytest; TOML over guard.toml loads."""
    assert main(["init", str(tmp_path)]) == 0
    if kind == "python" and code.startswith(APART):
        _run_apart(tmp_path, code)
    elif kind == "python" and re.search(r"^(async )?def test_", code, re.MULTILINE):
        _run_by_pytest(tmp_path, code)
    elif kind == "python":
        done = subprocess.run(
            [sys.executable, "-W", "error::SyntaxWarning", "-c", code],
            cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    elif kind == "toml":
        content = tomllib.loads((tmp_path / "guard.toml").read_text())
        for section, table in tomllib.loads(code).items():
            content[section] = content.get(section, {}) | table
        Settings.of(content)
    else:
        pytest.fail(f"a block of kind `{kind}` is never run; use python or toml, or indent it")


COMMANDS = sorted(
    {
        line.strip()
        for page in PAGES
        for line in re.findall(r"^    (stageflow-guard .*)$", page.read_text(), re.MULTILINE)
    }
    | {
        found
        for page in PAGES
        for found in re.findall(r"`(stageflow-guard [^`]*)`", page.read_text())
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_docs_is_one(command):
    """A command that docs show parses: its verb and flags exist."""
    words = re.split(r" [<>] |<", command)[0].split()[1:] or ["demo"]
    if words[0] == "VERB":
        return
    if words[0] in ("--help", "--version"):  # these print, and end
        with pytest.raises(SystemExit, match="^0$"):
            parser().parse_args(words)
        return
    parser().parse_args(words)


def _reasons():
    """Every reason that source code can raise, from the syntax tree."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"NotAuthenticated", "_deny"} and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    return found


def test_every_refusal_has_its_runbook_entry():
    """Each code and each reason that the source raises stands in docs/reference/refusals.md."""
    from stageflow_guard import errors

    page = (ROOT / "docs" / "reference" / "refusals.md").read_text()
    codes = {
        c.code
        for c in vars(errors).values()
        if isinstance(c, type) and issubclass(c, errors.GuardError)
    } - {"guard_error", "refused", "unavailable"}  # the tree's inner nodes are never raised
    reasons = _reasons()
    assert len(reasons) > 20
    missing = sorted(one for one in codes | reasons if f"`{one}`" not in page)
    assert missing == []


def test_the_page_of_refusals_says_what_the_verbs_say():
    """`audit why`, the report and docs/reference/refusals.md give the same remedy, word for word."""
    from stageflow_guard.cli.reasons import REMEDIES

    page = (ROOT / "docs" / "reference" / "refusals.md").read_text()
    rows = {line.rpartition(" | ")[2].removesuffix(" |") for line in page.splitlines()}
    assert [one.text for one in REMEDIES if one.text not in rows] == []


def _keys(model):
    """Every key of a settings model and of those inside it."""
    for name, field in model.model_fields.items():
        yield name
        todo = [field.annotation]
        while todo:
            one = todo.pop()
            todo += get_args(one)
            if isinstance(one, type) and issubclass(one, BaseModel):
                yield from _keys(one)


def test_every_setting_stands_in_the_reference():
    """docs/reference/guard-toml.md names each key of guard.toml, and no key that is none."""
    page = (ROOT / "docs" / "reference" / "guard-toml.md").read_text()
    keys = set(_keys(Settings)) - {
        "auth",
        "policy",
        "redaction",
        "audit",
        "http",
        "approvals",
        "limits",
    }
    assert len(keys) > 30
    named = {
        key
        for row in re.findall(r"^\| ([^|]*) \|", page, re.MULTILINE)
        for key in re.findall(r"`([^`]+)`", row)
    }
    assert sorted(keys - named) == []
    assert sorted(named - keys) == []


def test_what_is_printed_points_to_pages_that_are_there():
    """A wheel holds no docs: messages name addresses of the site, and each has its source."""
    texts = [
        (file, node.value)
        for file in (ROOT / "src").rglob("*.py")
        for node in _spoken(ast.parse(file.read_text()))
    ]
    assert [(str(file), text) for file, text in texts if re.search(r"docs/[\w/-]+\.md", text)] == []
    named = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"\bpage\('([\w/-]+)'\)", file.read_text())
    }
    assert named and [n for n in named if not (ROOT / "docs" / f"{n}.md").is_file()] == []


def _spoken(tree):
    """Yield texts that are no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node
