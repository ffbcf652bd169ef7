"""What reaches a terminal: text, and the control sequences that are ours."""

from __future__ import annotations

import io
import json
import sys

import pytest

from stageflow_guard.cli.terminal import Terminal, document, escape_control, one_line, own, styled

HOSTILE = ["\x1b[2J", "\x07", "\x00", "\x7f", "\x9b31m", "\r", "\x08", "\u202e", "\u2066", "\ud800"]


class Watched(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_value_is_obeyed(text):
    """Control characters, directional overrides and lone surrogates are shown as JSON writes them."""
    out = io.StringIO()
    Terminal(out).write(f"a{text}b\n")
    assert (
        out.getvalue()
        == "a" + json.dumps(text)[1:-1].replace('\\"', '"').replace("\\r", "\\r") + "b\n"
    )
    assert all(c.isprintable() for c in out.getvalue()[:-1])


def test_letters_of_every_script_pass():
    """So do line ends and tabs: what prints is not touched."""
    out = io.StringIO()
    Terminal(out).write("Zürich 東京 😀 Ωmega\t1\n")
    assert out.getvalue() == "Zürich 東京 😀 Ωmega\t1\n"


def test_escaped_json_is_the_same_json():
    """A machine that reads what is printed gets every character back."""
    value = {"x": "".join(HOSTILE[:-1]) + "\U000e0001"}
    text = json.dumps(value, ensure_ascii=False)
    assert json.loads(escape_control(text)) == value


def test_only_our_own_sequences_pass():
    """Who does not know this process's nonce cannot mark a sequence as ours."""
    out = io.StringIO()
    Terminal(out).write(own("\r\x1b[K") + styled("deny", 31) + "\x000000000000000000\x1b[2J\x00")
    assert out.getvalue().startswith("\r\x1b[K\x1b[31mdeny\x1b[0m\\u0000")
    assert out.getvalue().count("\x1b") == 3


def test_a_value_stays_on_its_line():
    """An error that quotes a file's name is one line, whatever the name is."""
    assert one_line("a\nok: all fine\t\x1b") == "a\\nok: all fine\\t\\x1b"


def test_a_terminal_that_cannot_show_a_letter_shows_its_number():
    """An encoding that lacks a character is no crash."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(out).write("Zürich\n")
    out.flush()
    assert raw.getvalue() == b"Z\\xfcrich\n"


def test_a_document_is_data_unless_it_goes_to_a_terminal(monkeypatch):
    """A redacted file in a pipe keeps its bytes; on a screen it is made inert."""
    for stream, expected in ((io.StringIO(), "\x1b[2J"), (Watched(), "\\u001b[2J")):
        monkeypatch.setattr(sys, "stdout", Terminal(stream))
        document().write("\x1b[2J")
        assert stream.getvalue() == expected
