"""docs/index.md names every page, and every link between pages leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")

# made when the site is built; tests/e2e/test_site.py sees that they are there
MADE = re.compile(r"docs/reference/(commands|records|api/\w+)\.md")


def test_the_index_names_every_page():
    """But those of a folder that has an index of its own."""
    named = {(DOCS / one).resolve() for one in LINK.findall((DOCS / "index.md").read_text())}
    for own in ("reference/lint", "reference/mapping", "examples"):
        page = (DOCS / own / "index.md").read_text()
        named |= {(DOCS / own / one).resolve() for one in LINK.findall(page)}
    missing = {str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md") if p.resolve() not in named}
    assert missing == {"index.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page):
    """Relative links name files that are there."""
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    broken = [
        one
        for one in LINK.findall(text)
        if not (page.parent / one).exists()
        and not MADE.fullmatch(str((page.parent / one).resolve().relative_to(ROOT)))
    ]
    assert broken == []


def test_links_of_the_readme_hold_on_the_package_index():
    """They are absolute, and each leads to a page of the site."""
    page = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\(([^)]+)\)", page)
    site = "https://stageflow-guard.readthedocs.io/en/latest/"
    assert len(links) > 8 and all(one.startswith(site) for one in links)
    sources = [DOCS / one.removeprefix(site).removesuffix(".html") for one in links]
    assert [one for one in sources if not one.with_suffix(".md").is_file()] == []
