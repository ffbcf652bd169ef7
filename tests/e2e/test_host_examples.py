"""The examples in `examples/hosts` run as they are, without a key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main

HOSTS = sorted((Path(__file__).parents[2] / "examples" / "hosts").glob("*.py"))


@pytest.mark.parametrize("path", HOSTS, ids=lambda p: p.stem)
def test_a_host_example_runs_and_shows_a_refusal(tmp_path, path):
    """Beside what `init` writes it ends well, and what it prints names a refusal by its ref."""
    assert main(["init", str(tmp_path)]) == 0
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", str(path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no_matching_rule" in done.stdout, done.stdout
    assert "ada@example.com" not in done.stdout
