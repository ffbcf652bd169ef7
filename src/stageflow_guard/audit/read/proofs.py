"""Proofs that travel: C2SP tlog-proof, one entry against one signed checkpoint."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.tlog.checkpoint import open_note, parse, parse_size
from stageflow_guard.audit.tlog.consistency import rolled_back
from stageflow_guard.audit.tlog.storage import entry_at
from stageflow_guard.audit.tlog.tiles import TileReader
from stageflow_guard.audit.tlog.tree import leaf_hash, verify_inclusion
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.tlog.checkpoint import Checkpoint

MAGIC = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof shows: this index, under this checkpoint."""

    index: int
    checkpoint: Checkpoint


def prove(path: str | Path, index: int, *, note: bytes | None = None) -> tuple[bytes, bytes]:
    """Return (proof, entry) of one record, against `note`, else the log's present checkpoint.

    Reads one tile per level. Raises `VerificationError` when the log's key did not sign, when the
    tiles do not lead to the signed root, or hold no such index.
    """
    folder = Path(path)
    own, present = signed_head(folder)
    note = present if note is None else note
    head = parse(note)[0]
    if head.size > own.size:
        raise rolled_back("the given checkpoint", head.size, own.size)
    entry = entry_at(folder, index, head.size)
    hashes = TileReader(folder, head.size).inclusion(index)
    verify_inclusion(leaf_hash(entry), index, head.size, hashes, head.root)
    lines = [MAGIC, f"index {index}", *(base64.b64encode(h).decode() for h in hashes)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + note, entry


def check_proof(proof: bytes, entry: bytes, vkey: str) -> Proven:
    """Return what `proof` shows of `entry`; raise `VerificationError` when it does not hold.

    Strict: what does not re-encode to the same bytes is malformed.
    """
    index, hashes, note = parse_proof(proof)
    head = open_note(note, vkey)
    verify_inclusion(leaf_hash(entry), index, head.size, hashes, head.root)
    return Proven(index, head)


def parse_proof(proof: bytes) -> tuple[int, list[bytes], bytes]:
    """Return (index, hashes, checkpoint) of a proof, without trusting it."""
    bad = VerificationError("malformed proof")
    head, separator, note = proof.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise bad from None
    if not separator or lines[0] != MAGIC:
        raise bad
    rest = lines[1:]
    if rest and rest[0].startswith("extra "):
        _decoded(rest.pop(0)[6:])
    if not rest or not rest[0].startswith("index "):
        raise bad
    index = parse_size(rest.pop(0)[6:])
    if index is None or len(rest) > 64:
        raise bad
    hashes = [_decoded(line) for line in rest]
    if any(len(h) != 32 for h in hashes):
        raise bad
    return index, hashes, note


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise VerificationError("malformed proof") from None
    if base64.b64encode(raw).decode() != text:
        raise VerificationError("malformed proof")
    return raw
