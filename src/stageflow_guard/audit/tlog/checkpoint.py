"""Checkpoints and signed notes, as C2SP `tlog-checkpoint` and `signed-note` say.

Parsing is strict: what does not re-encode to the same bytes does not open.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from stageflow_guard.base.ed25519 import unfit_key
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.tlog.signing import SigningKey

_ED25519 = b"\x01"
_SIZE = re.compile("0|[1-9][0-9]*")
MOST_SIGNATURES = 100  # lines, as other readers of signed notes take
MOST_DIGITS = 19  # of 2^63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: origin, size, root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """Return the bytes that are signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n".encode()


def key_id(name: str, public: bytes) -> bytes:
    """Return the key id: SHA-256(name, newline, 0x01, key), first four bytes."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def vkey_of(name: str, public: bytes) -> str:
    """Return the verifier key line."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def parse_vkey(vkey: str) -> tuple[str, bytes]:
    """Return (name, public key); raise `VerificationError` for anything but the canonical form.

    And for a key under which anybody can sign: see `base.ed25519`.
    """
    parts = vkey.strip("\n").split("+", 2)
    try:
        name, _, encoded = parts
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise VerificationError("malformed verifier key") from None
    if len(raw) != 33 or raw[:1] != _ED25519 or vkey_of(name, raw[1:]) != vkey.strip("\n"):
        raise VerificationError("malformed verifier key")
    require_name(name)
    require_fit(raw[1:])
    return name, raw[1:]


def is_name(name: str) -> bool:
    """Say whether a signer may be called that: C2SP `signed-note` takes no white space, no `+`."""
    return bool(name) and not any(c.isspace() or c == "+" or ord(c) < 32 for c in name)


def require_name(name: str) -> None:
    """Raise `VerificationError` for what is no signer's name."""
    if not is_name(name):
        raise VerificationError("malformed verifier key: its name")


def require_fit(public: bytes) -> None:
    """Raise `VerificationError` for a key under which anybody can sign."""
    if (wrong := unfit_key(public)) is not None:
        raise VerificationError(f"malformed verifier key: {wrong}")


def sign(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Return the signed note."""
    text = checkpoint.text()
    blob = key_id(checkpoint.origin, key.public) + key.sign(text)
    line = f"\n\u2014 {checkpoint.origin} {base64.b64encode(blob).decode()}\n"
    return text + line.encode()


def parse_size(digits: str) -> int | None:
    """Return a tree size or an index in its canonical form, below 2^63; None for anything else.

    The length is looked at first: `int` refuses more than 4 300 digits with an error of its own.
    """
    if not _SIZE.fullmatch(digits) or len(digits) > MOST_DIGITS:
        return None
    size = int(digits)
    return size if size < 2**63 else None


def parse(note: bytes) -> tuple[Checkpoint, bytes, list[tuple[str, bytes]]]:
    """Return (checkpoint, signed text, signatures) of a note, without trusting it."""
    bad = VerificationError("malformed checkpoint", path="checkpoint")
    try:
        text, separator, tail = note.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise bad from None
    lines = text.split("\n")
    if not separator or len(lines) != 3 or not tail.endswith("\n"):
        raise bad
    origin, digits, encoded = lines
    if any(ord(c) < 32 for c in origin) or not origin:
        raise bad
    size = parse_size(digits)
    if size is None:
        raise bad
    if any(ord(c) < 32 and c != "\n" for c in tail) or tail.count("\n") > MOST_SIGNATURES:
        raise bad
    signatures = []
    try:
        root = base64.b64decode(encoded, validate=True)
        for line in tail[:-1].split("\n"):
            dash, name, value = line.split(" ")
            raw = base64.b64decode(value, validate=True)
            if dash != "\u2014" or base64.b64encode(raw).decode() != value or len(raw) < 5:
                raise bad
            if not is_name(name):
                raise bad
            signatures.append((name, raw))
    except (ValueError, binascii.Error):
        raise bad from None
    checkpoint = Checkpoint(origin, size, root)
    signed = (text + "\n").encode()
    if len(root) != 32 or checkpoint.text() != signed:
        raise bad
    return checkpoint, signed, signatures


def open_note(note: bytes, vkey: str, *others: str) -> Checkpoint:
    """Return the checkpoint when one of the keys signed it; raise `VerificationError` otherwise.

    A signature of any of them that fails spoils the note, whoever else signed it.
    """
    from stageflow_guard.audit.tlog.signing import signature_holds

    known = [parse_vkey(one) for one in (vkey, *others)]
    checkpoint, signed, signatures = parse(note)
    if any(name != checkpoint.origin for name, _ in known):
        raise VerificationError("checkpoint is of another origin", path="checkpoint")
    publics = {key_id(name, public): public for name, public in known}
    held = [
        signature_holds(publics[blob[:4]], blob[4:], signed)
        for who, blob in signatures
        if who == checkpoint.origin and blob[:4] in publics
    ]
    if not held or not all(held):
        raise VerificationError("checkpoint is not signed by the given key", path="checkpoint")
    return checkpoint
