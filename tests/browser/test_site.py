"""The documentation site in a real browser, out of its folder: readable, searchable, nothing fetched."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PAGES = ["index.html", "how-to/policy-tasks.html", "how-to/fastapi.html",
         "reference/guard-toml.html", "reference/mapping/owasp-llm.html", "reference/api/guard.html"]  # fmt: skip
LOOKS = list(itertools.product([1280, 390], [False, True]))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_accessibility_violation_and_does_not_overflow(site, page, axe, name):
    """At both widths, light and dark: axe finds nothing, nothing is cut off, nothing is fetched."""
    for width, dark in LOOKS:
        page.requested.clear()
        page.open(site / name, width=width, dark=dark)
        if folder := os.environ.get("PICTURES"):
            look = f"{width}-{'dark' if dark else 'light'}"
            page.picture(Path(folder) / f"site-{name.replace('/', '-')}-{look}.png")
        assert (page.overflowing(), page.violations(axe)) == ([], []), (width, dark)
        scheme = page.run("document.body.getAttribute('data-md-color-scheme')")
        assert scheme == ("slate" if dark else "default")
        assert [one for one in page.requested if not one.startswith(("file:", "data:"))] == []


def test_words_are_found_without_a_server(site, page):
    """Opened from a folder: what is typed is looked up, in a page below, too."""
    page.open(site / "how-to" / "redaction.html", width=1280, dark=False)
    page.run("document.querySelector('[data-md-toggle=search]').click()")
    page.run("document.querySelector('.md-search__input').focus()")
    page.call("Input.insertText", text="break-glass")
    until, found = time.monotonic() + 30, []
    while not found:
        assert time.monotonic() < until, "nothing was found"
        page.run(
            "document.querySelector('.md-search__input')"
            ".dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}))"
        )
        time.sleep(0.1)
        found = page.run(
            "[...document.querySelectorAll('.md-search-result__link')].map(a => a.href)"
        )
    assert any("policy-tasks.html" in one for one in found)
