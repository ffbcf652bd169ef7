"""Signed notes as C2SP says: what no other reader would open does not open here."""

from __future__ import annotations

import base64

import pytest

from stageflow_guard.audit.tlog.checkpoint import (
    Checkpoint,
    key_id,
    open_note,
    parse,
    sign,
    vkey_of,
)
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.errors import VerificationError

ORIGIN = "example.com/note"
KEY, OTHER = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
VKEY = vkey_of(ORIGIN, KEY.public)
HEAD = Checkpoint(ORIGIN, 7, bytes(32))
NOTE = sign(HEAD, KEY)


def line(name, blob=b"\x00" * 68):
    return f"\u2014 {name} {base64.b64encode(blob).decode()}\n".encode()


def test_unknown_signers_are_passed_by():
    """Witnesses and successors sign, too."""
    assert open_note(NOTE + line("a.witness"), VKEY) == HEAD
    text, _, tail = NOTE.partition(b"\n\n")
    assert open_note(text + b"\n\n" + line("a.witness") + tail, VKEY) == HEAD


def test_a_failed_signature_of_the_known_key_spoils_the_note():
    """Before or without a good one: nobody else would open it."""
    text, _, tail = NOTE.partition(b"\n\n")
    bad = line(ORIGIN, key_id(ORIGIN, KEY.public) + b"\x00" * 64)
    for signatures in (bad, bad + tail):
        with pytest.raises(VerificationError, match="not signed by the given key"):
            open_note(text + b"\n\n" + signatures, VKEY)


@pytest.mark.parametrize(
    "name", ["", "a b", "a\tb", "a+b", "a\x00b", "a\x1fb", "a\rb", "a\u2003b", "\u00a0"]
)
def test_a_signers_name_is_a_name(name):
    """No empty name, no white space, no plus, no control character, whoever it is."""
    with pytest.raises(VerificationError, match="malformed"):
        parse(NOTE + line(name))


@pytest.mark.parametrize(("count", "opens"), [(99, True), (100, False), (5000, False)])
def test_signature_lines_have_a_limit(count, opens):
    """A hundred in all, as the reference implementation has it."""
    note = NOTE + b"".join(line(f"w{i}") for i in range(count))
    if opens:
        assert open_note(note, VKEY) == HEAD
    else:
        with pytest.raises(VerificationError, match="malformed"):
            parse(note)


@pytest.mark.parametrize("key", [KEY, OTHER])
def test_a_signature_under_another_name_counts_for_that_name(key):
    """The key id binds the name; the same key under another name is another signer."""
    text = NOTE.partition(b"\n\n")[0]
    blob = key_id("other", key.public) + key.sign(HEAD.text())
    with pytest.raises(VerificationError, match="not signed by the given key"):
        open_note(text + b"\n\n" + line("other", blob), VKEY)
