"""Signed notes as C2SP says: what no other reader would open does not open here."""

from __future__ import annotations

import base64

import pytest

from stageflow_guard.audit.tlog.checkpoint import (
    Checkpoint,
    key_id,
    open_note,
    parse,
    parse_vkey,
    sign,
    vkey_of,
)
from stageflow_guard.audit.tlog.cosign import cosign, cosigned_at, cosigner_vkey, parse_cosigner
from stageflow_guard.audit.tlog.key_rotation import open_with_any
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


@pytest.mark.parametrize("first", [True, False])
def test_a_failed_signature_of_any_known_key_spoils_the_note(first):
    """After a rotation two keys are known: one that holds makes up for none that fails."""
    new = vkey_of(ORIGIN, OTHER.public)
    good = sign(HEAD, OTHER).partition(b"\n\n")[2]
    bad = line(ORIGIN, key_id(ORIGIN, KEY.public) + b"\x00" * 64)
    text = NOTE.partition(b"\n\n")[0] + b"\n\n"
    assert open_with_any(text + good, [VKEY, new]) == HEAD
    assert open_with_any(NOTE + good, [VKEY, new]) == HEAD
    with pytest.raises(VerificationError, match="not signed"):
        open_with_any(text + (bad + good if first else good + bad), [VKEY, new])


@pytest.mark.parametrize("spoilt", ["before", "behind", "cut"])
def test_a_failed_cosignature_of_the_known_witness_spoils_the_note(spoilt):
    """As with the log's own key: a witness that once said something else said nothing."""
    good = cosign(NOTE, name="w.example", key=OTHER, time=7)
    vkey = cosigner_vkey("w.example", OTHER.public)
    assert cosigned_at(good, vkey) == ("w.example", 7, HEAD)
    other = cosign(sign(Checkpoint(ORIGIN, 8, bytes(32)), KEY), name="w.example", key=OTHER, time=8)
    bad = other.splitlines(keepends=True)[-1]
    if spoilt == "cut":
        bad = line("w.example", base64.b64decode(bad.split(b" ")[2])[:40])
    own = good.splitlines(keepends=True)[-1]
    with pytest.raises(VerificationError, match="not cosigned"):
        cosigned_at(NOTE + (bad + own if spoilt == "before" else own + bad), vkey)


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\x1fb", "\u00a0", "a\u2003b", "a\nb"])
@pytest.mark.parametrize(("make", "read"), [(vkey_of, parse_vkey), (cosigner_vkey, parse_cosigner)])
def test_a_key_lines_name_is_a_name(make, read, name):
    """What no signature line may be called is no key's name either, a log's or a witness's."""
    with pytest.raises(VerificationError, match="malformed"):
        read(make(name, KEY.public))


# RFC 8032, 5.1: y of the points of order 1, 2, 4 and 8 and both spellings that 2^255 - 19 leaves
# room for, each with either sign bit (Chalkias, Garillot, Nikolaenko, 2020, table 5)
SMALL = [
    (int.from_bytes(bytes.fromhex(y), "little") | sign << 255).to_bytes(32, "little")
    for y in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
    for sign in (0, 1)
]


@pytest.mark.parametrize("public", SMALL, ids=bytes.hex)
@pytest.mark.parametrize(("make", "read"), [(vkey_of, parse_vkey), (cosigner_vkey, parse_cosigner)])
def test_no_key_line_holds_a_key_that_anybody_can_sign_under(make, read, public):
    """All 14 encodings of small order, of a log's key and of a witness's."""
    assert len(set(SMALL)) == 14
    with pytest.raises(VerificationError, match="small order|not canonical"):
        read(make(ORIGIN, public))


@pytest.mark.parametrize("y", range(2**255 - 19, 2**255))
def test_no_key_line_holds_a_second_spelling_of_a_point(y):
    """RFC 8032, 5.1.3: whatever is not below the prime."""
    for bit in (0, 1 << 255):
        with pytest.raises(VerificationError, match="not canonical"):
            parse_vkey(vkey_of(ORIGIN, (y | bit).to_bytes(32, "little")))


def test_a_note_that_nobody_signed_does_not_open_under_a_small_key():
    """Why: under the neutral point R = neutral, S = 0 signs every checkpoint."""
    neutral = SMALL[2]
    forged = HEAD.text() + b"\n" + line(ORIGIN, key_id(ORIGIN, neutral) + neutral + bytes(32))
    with pytest.raises(VerificationError, match="small order"):
        open_note(forged, vkey_of(ORIGIN, neutral))


@pytest.mark.parametrize("public", SMALL, ids=bytes.hex)
def test_the_auditors_own_program_refuses_such_keys(public):
    """It shares no code with this package, so it has the rule by itself."""
    from stageflow_guard.audit.verification.auditor import verify as program

    for kind in (1, 4):
        make = vkey_of if kind == 1 else cosigner_vkey
        assert program.public_key(make(ORIGIN, KEY.public), kind) == (ORIGIN, KEY.public)
        with pytest.raises(SystemExit, match="anybody can sign"):
            program.public_key(make(ORIGIN, public), kind)
