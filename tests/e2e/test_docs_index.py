"""docs/index.md names every page, and every link between pages leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_the_index_names_every_page():
    """But the lint's pages and the examples', which have an index of their own."""
    named = {(DOCS / one).resolve() for one in LINK.findall((DOCS / "index.md").read_text())}
    for own in ("reference/lint", "examples"):
        page = (DOCS / own / "index.md").read_text()
        named |= {(DOCS / own / one).resolve() for one in LINK.findall(page)}
    missing = {str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md") if p.resolve() not in named}
    assert missing == {"index.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page):
    """Relative links name files that are there."""
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    broken = [one for one in LINK.findall(text) if not (page.parent / one).exists()]
    assert broken == []
