"""`redact` in a folder that somebody else can write to, too."""

from __future__ import annotations

import os

import pytest

from stageflow_guard.cli import main
from stageflow_guard.redaction import Redactor, Vault
from stageflow_guard.redaction.atrest.files import redact_file

MAIL = "ada.lovelace@example.com"


@pytest.fixture
def source(tmp_path):
    """A text with a mail address."""
    path = tmp_path / "notes.txt"
    path.write_text(f"write to {MAIL}\n")
    return path


def part_of(target):
    return target.with_name(f".{target.name}.{os.getpid()}.part")


@pytest.mark.parametrize("planted", ["link", "open file"])
def test_what_was_planted_under_the_guessable_name_is_not_written_to(tmp_path, source, planted):
    """A link is not followed, and a file that is open to others does not get the text."""
    target, victim = tmp_path / "out" / "notes.txt", tmp_path / "victim"
    target.parent.mkdir()
    victim.write_text("mine")
    if planted == "link":
        part_of(target).symlink_to(victim)
    else:
        part_of(target).write_text("")
        part_of(target).chmod(0o666)
    with part_of(target).open() as watching:
        redact_file(source, target, Redactor(), Vault().scope("t", "s"))
        assert planted == "link" or watching.read() == ""
    assert victim.read_text() == "mine" and not target.is_symlink()
    assert MAIL not in target.read_text() and target.read_text().startswith("write to")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_page_that_shows_the_text_is_for_its_owner(tmp_path, source, capsys):
    """`--html` over a file that others may read: they may not read this one."""
    page = tmp_path / "page.html"
    page.write_text("")
    page.chmod(0o644)
    assert main(["redact", str(source), "--html", str(page)]) == 0
    assert MAIL in page.read_text() and page.stat().st_mode & 0o777 == 0o600
