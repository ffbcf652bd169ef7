"""The FastAPI page's application is linted, drilled and examined by the page's own commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main

PAGE = (Path(__file__).parents[2] / "docs/how-to/fastapi.md").read_text()
SECTION = PAGE.partition("## Before it goes live\n")[2].partition("\n## ")[0]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^    stageflow-guard (.*)$", SECTION, re.MULTILINE)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """What the reader has: the first block as `app.py`, with the drill's ports."""
    folder = tmp_path_factory.mktemp("fastapi")
    assert main(["init", str(folder)]) == 0
    ports = BLOCK.search(SECTION).group(1)
    (folder / "app.py").write_text(f"{ports}\n\n{BLOCK.search(PAGE).group(1)}")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_the_pages_application_passes_its_own_checks(home, command):
    """No complaint about a sound application, and nothing that the guard lets past."""
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", *shlex.split(command)],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    codes = set(re.findall(r"\[(SG\d+)\]", done.stdout))
    assert codes <= {"SG303"}, done.stdout  # the demo's lines, as the page says
    assert done.returncode == (1 if codes else 0), done.stdout + done.stderr
    assert len(COMMANDS) == 3
