"""`init --host NAME` writes an example that runs as it is, in any folder."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import HOSTS, main, setup
from stageflow_guard.cli.setup import FILES

EXAMPLES = Path(__file__).parents[2] / "examples" / "hosts"
NEEDS = {
    "celery": "celery", "fastapi": "fastapi", "fastmcp": "fastmcp", "langchain": "langchain",
    "langgraph": "langgraph", "mcp": "mcp", "openai-agents": "agents",
    "pydantic-ai": "pydantic_ai",
}  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_the_example_of_a_host_runs_where_init_wrote_it(tmp_path, host, monkeypatch, capsys):
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
    # and it is sound by the lint of its functions, with the policies that it has
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    try:
        assert main(["lint", "example"]) == 0, capsys.readouterr().out
    finally:
        sys.modules.pop("example", None)


@pytest.mark.parametrize("host", HOSTS)
def test_what_the_example_needs_is_said_by_the_next_line(tmp_path, host, capsys, monkeypatch):
    """Every module that it imports and that is not here is installed by the printed command."""
    source = ast.parse((EXAMPLES / FILES[host]).read_text())
    imported = (
        {name.partition(".")[0] for node in ast.walk(source) for name in _imports(node)}
        - set(sys.stdlib_module_names)
        - {"stageflow_guard", "stageflow", "httpx"}
    )
    for module in imported:
        monkeypatch.setitem(sys.modules, module, None)
    assert main(["init", str(tmp_path), "--host", host]) == 0
    said = capsys.readouterr().out
    for module, package in setup.NEEDS[host].items():
        assert package in said, module
    extras = {"openai": "agents"}  # comes with it
    assert {extras.get(one, one) for one in imported} <= set(setup.NEEDS[host])


def _imports(node):
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []


@pytest.mark.parametrize("more", [["--adopt", "x:y"], ["--issuer", "https://id.example"]])
def test_a_host_goes_with_a_test_issuer_only(tmp_path, more, capsys):
    """The other ways to begin have no example; nothing is written."""
    assert main(["init", str(tmp_path / "new"), "--host", "mcp", *more]) != 0
    assert "--host" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
