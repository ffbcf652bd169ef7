"""Every code of the lint has a page, and the pages' own examples show it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main
from stageflow_guard.lint import CODES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "lint"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WITH_EXAMPLES = [code for code in CODES if BLOCK.search((PAGES / f"{code}.md").read_text())]


def linted(folder: Path, code: str) -> list[str]:
    """Return the codes that the verb prints about `pipeline` in a module of `code`."""
    assert main(["init", str(folder)]) == 0
    # under another name: with a guard.toml the verb judges the policies, too
    (folder / "guard.toml").rename(folder / "other.toml")
    (folder / "shown.py").write_text(code.replace('"guard.toml"', '"other.toml"'))
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "lint", "shown:pipeline", "--format", "editor"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    # an example that mounts is told of the starter's policies, which know none of its stages
    told = [x for x in done.stderr.splitlines() if not x.startswith("no policy line of any tenant")]
    assert told == []
    return [line.split()[1] for line in done.stdout.splitlines()]


def test_every_code_has_its_page_with_the_catalogues_words():
    """A page for each code: its name, summary and severity as the catalogue says them; no other."""
    assert {p.stem for p in PAGES.glob("SG*.md")} == set(CODES)
    index = (PAGES / "index.md").read_text()
    for one in CODES.values():
        page = (PAGES / f"{one.code}.md").read_text()
        assert page.startswith(f"# {one.code} {one.name}\n\n{one.summary}\n")
        assert f"Severity: {one.severity}." in page
        assert (
            f"| [{one.code}]({one.code}.md) | {one.name} | {one.severity} | {one.summary} |"
            in index
        )
    assert {code for code in CODES if code[2] != "3"} == set(WITH_EXAMPLES)


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_examples_of_a_page_show_its_code(code, tmp_path):
    """The faulty example has that one fault, the sound one none."""
    faulty, sound = BLOCK.findall((PAGES / f"{code}.md").read_text())
    (tmp_path / "faulty").mkdir()
    (tmp_path / "sound").mkdir()
    assert set(linted(tmp_path / "faulty", faulty)) == {code}
    assert linted(tmp_path / "sound", sound) == []
