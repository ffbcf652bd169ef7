"""The documentation site builds strictly and fetches nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["'](https?:)?//[^"']+"""
)
NO_FETCH = re.compile(r'rel=["\'](?:canonical|edit|prev|next)["\']')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make site` does."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return out


def test_every_page_is_there_and_searchable_without_a_server(site):
    """A page for each source, and the index of words beside it."""
    sources = {
        p.relative_to(ROOT / "docs").with_suffix(".html") for p in (ROOT / "docs").rglob("*.md")
    }
    assert {p for p in sources if not (site / p).exists()} == set()
    assert list((site / "search").glob("search_index.json"))


def test_no_page_fetches_anything_from_elsewhere(site):
    """No script, style, image or frame comes from another host."""
    found = {
        (str(page.relative_to(site)), tag[0])
        for page in site.rglob("*.html")
        for tag in re.finditer(OUTSIDE, page.read_text())
        if not NO_FETCH.search(tag[0])
    }
    assert found == set()
