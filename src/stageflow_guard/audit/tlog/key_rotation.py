"""Key rotation: the successor is endorsed in the log by its predecessor.

A `key_rotation` record holds both verifier keys and the predecessor's signature over them. Who
holds any earlier key follows the chain to the present one; who holds the present one trusts the
earlier ones only as far as the tree that the present one signs.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.tlog.checkpoint import Checkpoint, key_id, open_note, parse, parse_vkey
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.tlog.signing import SigningKey

KIND = "key_rotation"


@dataclass(frozen=True, slots=True)
class Rotation:
    """One handover, at one index."""

    index: int
    old: str
    new: str


def endorsement(origin: str, old: str, new: str) -> bytes:
    """Return what the old key signs: five lines, so that it can never be read as a checkpoint."""
    return f"stageflow-guard key rotation v1\n{origin}\n{old}\n{new}\n\n".encode()


def endorse(origin: str, old: str, new: str, key: SigningKey) -> dict[str, Any]:
    """Return the record that hands the log over from `old` (whose `key` signs) to `new`."""
    signature = base64.b64encode(key.sign(endorsement(origin, old, new))).decode()
    return {"kind": KIND, "note": {"old_vkey": old, "new_vkey": new, "signature": signature}}


def read_rotation(index: int, record: dict[str, Any], origin: str) -> Rotation:
    """Return the handover in a record; raise `VerificationError` unless the old key signed it."""
    from stageflow_guard.audit.tlog.signing import signature_holds

    bad = VerificationError(f"record {index} hands over to a key without endorsement", index=index)
    note = record.get("note")
    if not isinstance(note, dict):
        raise bad
    old, new = note.get("old_vkey"), note.get("new_vkey")
    if type(old) is not str or type(new) is not str:
        raise bad
    try:
        name, public = parse_vkey(old)
        successor, _ = parse_vkey(new)
        signature = base64.b64decode(note.get("signature", ""), validate=True)
    except (TypeError, ValueError, binascii.Error, VerificationError):
        raise bad from None
    if name != origin or successor != origin:
        raise bad
    if not signature_holds(public, signature, endorsement(origin, old, new)):
        raise bad
    return Rotation(index, old, new)


def chain(rotations: list[Rotation], present: str) -> list[str]:
    """Return the keys of the log, oldest first, ending with `present`.

    Raises `VerificationError` when the handovers do not lead from one to the next.
    """
    keys = [present]
    for one in reversed(rotations):
        if (one.old, one.new) in pairwise(keys):
            continue  # said twice: the first attempt did not get to the end, or its record went
        if one.new != keys[0]:
            raise VerificationError(
                f"record {one.index} hands over to a key that did not sign next", index=one.index
            )
        keys.insert(0, one.old)
    return keys


def require_known_signatures(note: bytes, keys: list[str]) -> None:
    """Raise `VerificationError` unless every signature line of the log's own checkpoint holds."""
    from stageflow_guard.audit.tlog.signing import signature_holds

    _, signed, signatures = parse(note)
    publics = [parse_vkey(key) for key in keys]
    for who, blob in signatures:
        if not any(
            who == name
            and blob[:4] == key_id(name, public)
            and signature_holds(public, blob[4:], signed)
            for name, public in publics
        ):
            raise VerificationError(
                "the checkpoint has a signature of an unknown key", path="checkpoint"
            )


def open_with_any(note: bytes, keys: list[str], *, path: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint when one of `keys` signed it; raise `VerificationError` otherwise."""
    try:
        return open_note(note, *keys)
    except VerificationError as exc:
        if "not signed" not in exc.message:
            raise
    raise VerificationError("the given checkpoint is not signed by a key of this log", path=path)
