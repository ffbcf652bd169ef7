"""The documentation site builds strictly and fetches nothing from elsewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["'](https?:)?//[^"']+"""
)
NO_FETCH = re.compile(r'rel=["\'](?:canonical|edit|prev|next)["\']')


def _hook(name: str):
    """Return a hook of the site's build as a module."""
    place = ROOT / "docs" / ".hooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_there_and_searchable_without_a_server(site):
    """A page for each source, and the index of words beside it."""
    sources = {
        p.relative_to(ROOT / "docs").with_suffix(".html") for p in (ROOT / "docs").rglob("*.md")
    }
    assert {p for p in sources if not (site / p).exists()} == set()
    assert {
        p for p in _hook("generated").PAGES if not (site / p).with_suffix(".html").exists()
    } == set()
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


def test_the_api_reference_has_every_public_name_with_what_it_promises(site):
    """Each name of the front door has its entry; nothing shown is without a docstring."""
    import stageflow_guard

    pages = _hook("api_pages")
    texts = {part: pages.text(part) for part in pages.PARTS}
    shown = set(re.findall(r"^### (\w+)$", "\n".join(texts.values()), re.MULTILINE))
    assert set(stageflow_guard.__all__) <= shown
    assert "#### Guard.mount\n" in texts["guard"]
    for part, text in texts.items():
        bare = re.findall(r"^(####? \S+)\n\n(?:`[^`]*`\n+)?(?=#|\Z)", text, re.MULTILINE)
        assert bare == [], part


def test_the_page_of_commands_has_every_verb_and_every_argument(site):
    """From the parser itself: what can be typed stands there, with its help."""
    from stageflow_guard.cli import parser
    from stageflow_guard.cli.places import leaves

    text = _hook("command_page").text()
    for verb in leaves(parser()):
        assert f"`{verb.prog}" in text
        for action in verb._actions:
            assert action.dest == "help" or (action.option_strings or [""])[0] in text
    assert not re.search(r"^\| `[^`]*` \|  \|$", text, re.MULTILINE)


def test_the_page_of_records_has_every_field_with_its_meaning(site):
    """From the schema itself; a field without a description breaks the build."""
    from dataclasses import fields

    from stageflow_guard.model import AuditRecord

    text = _hook("records_page").text()
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", text, re.MULTILINE))
    assert set(rows) == {one.name for one in fields(AuditRecord)}
    assert [name for name, said in rows.items() if said in ("", "always there")] == []


def test_navigation_names_every_page(site):
    """The tabs are those of docs/index.md, and no page is out of reach."""

    def flat(entry):
        if isinstance(entry, str):
            return [entry]
        return [
            p for one in (entry.values() if isinstance(entry, dict) else entry) for p in flat(one)
        ]

    named = flat(_hook("navigation").navigation())
    pages = {str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md")}
    assert pages | set(_hook("generated").PAGES) == set(named)
