"""docs/reference/mapping: each control that is claimed is shown by tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference" / "mapping").glob("*.md"))
NAMED = re.compile(r"^- `(tests/[^`]+?)::(test_\w+)`$", re.MULTILINE)
# lists of which each item has its entry, offered or not
WHOLE = {
    "owasp-llm": [f"LLM{n:02}" for n in range(1, 11)],
    "owasp-agentic": [f"ASI{n:02}" for n in range(1, 11)],
    "attacks-on-tools": ["W29", *(f"W{n}" for n in range(41, 50))],
    "eu-ai-act": ["Article 12(1)", "Article 12(2)", "Article 12(3)", "Article 19", "Article 26(1)",
                  "Article 26(2)", "Article 26(4)", "Article 26(5)", "Article 26(6)"],
}  # fmt: skip


@cache
def _tests(file: str) -> frozenset[str]:
    """Return the names of the tests of a file, none where there is no such file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text()))
    return frozenset(
        n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def _entries(page: Path) -> list[tuple[str, str]]:
    """Return heading and text of each entry of a page."""
    parts = re.split(r"^## (.+)$", page.read_text(), flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_each_named_test_exists(page):
    """Deleting or renaming a test that a mapping rests on breaks the build."""
    named = NAMED.findall(page.read_text())
    assert [f"{file}::{name}" for file, name in named if name not in _tests(file)] == []
    assert len(named) == page.read_text().count("::")  # nothing is named in another form


@pytest.mark.parametrize("page", [p for p in PAGES if p.stem != "index"], ids=lambda p: p.stem)
def test_an_entry_is_shown_by_tests_or_says_that_nothing_is_offered(page):
    """No claim without a test, and no item of a closed list left out in silence."""
    entries = _entries(page)
    for heading, text in entries:
        assert bool(NAMED.search(text)) != text.lstrip().startswith("Nothing is offered"), heading
    for item in WHOLE.get(page.stem, []):
        assert sum(heading.startswith(f"{item} ") for heading, _ in entries) == 1, item
