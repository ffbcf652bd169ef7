"""`init --host NAME` writes an example that runs as it is, in any folder."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from stageflow_guard.cli import HOSTS, main
from stageflow_guard.cli.setup import FILES

NEEDS = {
    "fastapi": "fastapi", "langchain": "langchain", "mcp": "mcp", "openai-agents": "agents",
    "pydantic-ai": "pydantic_ai",
}  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_the_example_of_a_host_runs_where_init_wrote_it(tmp_path, host):
    """It ends well, shows a refusal, and says how it is run by the name that it has there."""
    assert set(FILES) == set(HOSTS)
    if importlib.util.find_spec(NEEDS[host]) is None:
        pytest.skip(f"{host} is not installed")
    assert main(["init", str(tmp_path), "--host", host]) == 0
    text = (tmp_path / "example.py").read_text()
    assert "example.py" in text and FILES[host] not in text
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "no_matching_rule" in done.stdout


@pytest.mark.parametrize("more", [["--adopt", "x:y"], ["--issuer", "https://id.example"]])
def test_a_host_goes_with_a_test_issuer_only(tmp_path, more, capsys):
    """The other ways to begin have no example; nothing is written."""
    assert main(["init", str(tmp_path / "new"), "--host", "mcp", *more]) != 0
    assert "--host" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
