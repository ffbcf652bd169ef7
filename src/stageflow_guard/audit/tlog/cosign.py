"""Cosignatures (C2SP `cosignature/v1`): a witness saw this growth, at this time."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from typing import TYPE_CHECKING

from stageflow_guard.audit.tlog.checkpoint import Checkpoint, parse, require_fit, require_name
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.tlog.signing import SigningKey

_COSIGNATURE = b"\x04"


def cosigner_id(name: str, public: bytes) -> bytes:
    """Return the key id: SHA-256(name, newline, 0x04, key), first four bytes."""
    return sha256(name.encode() + b"\n" + _COSIGNATURE + public).digest()[:4]


def cosigner_vkey(name: str, public: bytes) -> str:
    """Return the witness's verifier key line."""
    encoded = base64.b64encode(_COSIGNATURE + public).decode()
    return f"{name}+{cosigner_id(name, public).hex()}+{encoded}"


def parse_cosigner(vkey: str) -> tuple[str, bytes]:
    """Return (name, public key); raise `VerificationError` for anything but the canonical form."""
    bad = VerificationError("malformed witness key")
    try:
        name, _, encoded = vkey.strip("\n").split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise bad from None
    if (
        len(raw) != 33
        or raw[:1] != _COSIGNATURE
        or cosigner_vkey(name, raw[1:]) != vkey.strip("\n")
    ):
        raise bad
    require_name(name)
    require_fit(raw[1:])
    return name, raw[1:]


def _message(signed: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + signed


def cosign(note: bytes, *, name: str, key: SigningKey, time: int) -> bytes:
    """Return `note` with one more line: this witness's, at `time` (seconds since the epoch)."""
    _, signed, _ = parse(note)
    blob = (
        cosigner_id(name, key.public) + time.to_bytes(8, "big") + key.sign(_message(signed, time))
    )
    return note + f"\u2014 {name} {base64.b64encode(blob).decode()}\n".encode()


def cosigned_at(note: bytes, vkey: str) -> tuple[str, int, Checkpoint]:
    """Return (witness, time, checkpoint) of a cosigned note.

    Raises `VerificationError` unless the witness behind `vkey` has cosigned it.
    """
    from stageflow_guard.audit.tlog.signing import signature_holds

    name, public = parse_cosigner(vkey)
    checkpoint, signed, signatures = parse(note)
    wanted = cosigner_id(name, public)
    said = [blob for who, blob in signatures if who == name and blob[:4] == wanted]
    times = [
        int.from_bytes(blob[4:12], "big")
        for blob in said
        if len(blob) == 76
        and signature_holds(public, blob[12:], _message(signed, int.from_bytes(blob[4:12], "big")))
    ]
    if not times or len(times) < len(said):  # one that fails spoils the note
        raise VerificationError(
            "the checkpoint is not cosigned by the given witness", path="checkpoint"
        )
    return name, times[0], checkpoint
