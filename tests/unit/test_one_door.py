"""Durable writes, renames and locks have one door: checked in the source, so that it stays so."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import stageflow_guard

SOURCE = Path(stageflow_guard.__file__).parent
DOOR = "base/durable.py"
WAL = "audit/log/wal.py"  # syncs each frame by itself
METHODS = {"auth/denylist.py", "auth/redis.py"}  # a `replace` of their own, of no file


def offences(name, tree):
    """Yield what a module does that only the door may do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name.partition(".")[0] for alias in node.names}
            names.add((getattr(node, "module", None) or "").partition(".")[0])
            if names & {"fcntl", "filelock", "msvcrt"}:
                yield node.lineno, "a lock of its own"
        if not isinstance(node, ast.Attribute):
            continue
        of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
        if of_os and node.attr in {"fsync", "rename", "renames", "replace", "sync", "lockf"}:
            yield node.lineno, f"os.{node.attr}"
        if of_os and node.attr == "fdatasync" and name != WAL:
            yield node.lineno, "os.fdatasync"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        alone = len(node.args) == 1 and not node.keywords
        if node.func.attr == "rename" or (
            node.func.attr == "replace" and alone and name not in METHODS
        ):
            yield node.lineno, f".{node.func.attr}(path)"


def modules():
    return sorted(p.relative_to(SOURCE).as_posix() for p in SOURCE.rglob("*.py"))


@pytest.mark.parametrize("name", [n for n in modules() if n != DOOR])
def test_only_one_module_syncs_renames_and_locks(name):
    """`os.fsync`, `os.replace`, `os.rename`, `fcntl` stand in `base/durable.py` and nowhere else."""
    found = list(offences(name, ast.parse((SOURCE / name).read_text(encoding="utf-8"))))
    assert found == []


@pytest.mark.parametrize(
    "line", ["os.fsync(1)", "os.replace(a, b)", "a.rename(b)", "a.replace(b)", "import fcntl",
             "from fcntl import flock", "import filelock", "os.fdatasync(1)"],
)  # fmt: skip
def test_the_check_finds_each_way_around_the_door(line):
    """A mutant of every kind is noticed."""
    assert list(offences("some/module.py", ast.parse(line)))
