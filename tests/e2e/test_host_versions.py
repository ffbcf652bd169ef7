"""The table of versions says what `pyproject.toml` takes, and what was tried lies within it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from stageflow_guard.hosts import ADAPTERS

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("host_versions", ROOT / "bench" / "host_versions.py")
bench = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bench)


def _rows(text):
    """Package, range and version of each row."""
    return re.findall(r"^\| [^|]+ \| `([^`]+)` \| `([^`]+)` \| (\S+) \|", text, re.MULTILINE)


def test_the_page_names_the_ranges_that_are_installed():
    """Each row's range is that of the extra, and the version that was tried is one of it."""
    rows = _rows((ROOT / "docs" / "reference" / "host-versions.md").read_text())
    assert [row[:2] for row in rows] == [row[:2] for row in _rows(bench.page())]
    assert len(rows) == 18
    for package, wanted, tried in rows:
        assert tried != "-", package
        assert SpecifierSet(wanted).contains(tried), package


@pytest.mark.parametrize("host", ADAPTERS)
def test_every_adapter_stands_in_the_table(host):
    """A host that the guard mounts has its packages, and its facts are pinned."""
    package = {"agents": "openai-agents", "pydantic_ai": "pydantic-ai-slim"}.get(host, host)
    package = "stageflow-core" if host == "stageflow" else package
    assert package in [row[0] for row in _rows(bench.page())]
    folder = {"agents": "openai_agents", "fastmcp": "mcp", "stageflow": ""}.get(host, host)
    assert (ROOT / "tests" / "host_contract" / folder / "test_facts.py").exists()
