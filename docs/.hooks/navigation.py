"""The site's navigation is docs/index.md: its headings are the tabs, its links the pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1]
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"^- \[(.+?)\]\(([^)]+\.md)\)$", re.MULTILINE)


def navigation() -> list[dict[str, Any]]:
    """Return mkdocs' `nav`. A page `…/index.md` brings the pages that it lists itself."""
    parts = _SECTION.split((DOCS / "index.md").read_text(encoding="utf-8"))[1:]
    nav: list[dict[str, Any]] = [{"Start": "index.md"}]
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        nav.append({title: [_entry(name, path) for name, path in _LINK.findall(text)]})
    return nav


def _entry(name: str, path: str) -> dict[str, Any]:
    if not path.endswith("/index.md"):
        return {name: path}
    folder = path.rpartition("/")[0]
    text = (DOCS / path).read_text(encoding="utf-8")
    listed = [
        one for one in re.findall(r"\]\(([^)]+\.md)\)", text) if (DOCS / folder / one).is_file()
    ]
    below = dict.fromkeys(one for one in listed if not one.startswith(".."))
    return {name: [path, *(f"{folder}/{one}" for one in below)]}


def on_config(config: Any) -> Any:
    """Give mkdocs the navigation."""
    config.nav = navigation()
    return config
