"""Changing one line of a policy file: tried on a copy first, then put in place at once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.edit.fmt import replace_file
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.policy.engine.text import read, require_folder


def content_of(folder: Path, name: str, header: str = "") -> str:
    """Return a file's text, `header` where there is none yet."""
    path = folder / name
    if not path.exists():
        return header
    return read(path, name).decode("utf-8")


def with_line(text: str, line: str) -> str:
    """Return `text` with one line more; a last line without newline gets one."""
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}{line}\n"


def without_lines(text: str, gone: Callable[[tuple[str, ...]], bool]) -> tuple[str, int]:
    """Return (text without the lines whose fields `gone` says so of, how many they were)."""
    kept, count = [], 0
    for line in text.split("\n"):
        fields = tuple(field.strip(" \r\ufeff") for field in line.split(","))
        if line.strip() and not line.lstrip().startswith("#") and gone(fields):
            count += 1
        else:
            kept.append(line)
    return "\n".join(kept), count


def put(folder: str | Path, files: Mapping[str, str]) -> PolicySet:
    """Write files of a policy folder; return what is then in force.

    The change is loaded on a copy first. A problem that was not there before is a `ConfigError`,
    and nothing was written.
    """
    base = Path(folder)
    require_folder(base)
    before = {str(problem) for problem in PolicySet.load(base).problems}
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "policies"
        shutil.copytree(base, trial, ignore=shutil.ignore_patterns("removed", "starters"))
        for name, text in files.items():
            _write(trial / name, text)
        for problem in PolicySet.load(trial).problems:
            if str(problem) not in before:
                raise ConfigError(f"nothing was changed: {problem}")
    for name, text in files.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        replace_file(base / name, text.encode())
    return PolicySet.load(base)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
