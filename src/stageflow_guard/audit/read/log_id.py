"""A log's own id: what tells two logs of one origin and one key apart.

The id is the beginning of the leaf hash of the log's first record, 32 hex digits. That record holds
a random number, the time and the boot it was made in, so that no two logs share it; every signed
checkpoint commits to it, so that it can be neither changed nor lent without the log's key. A log of
any release has one, and so has every copy that begins at the first record.

A prune takes the first record away, so the `prune` record says the id. A log that was pruned by a
release which did not say it is named by the hash over its first 256 records, which stays in the
tree for ever.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.signed_entries import SignedTree
from stageflow_guard.audit.read.signed_head import attested_prune, signed_head
from stageflow_guard.audit.tlog.checkpoint import Checkpoint
from stageflow_guard.audit.tlog.tree import leaf_hash

DIGITS = 32


def id_of_first(entry: bytes) -> str:
    """Return the id of the log that begins with `entry`."""
    return leaf_hash(entry).hex()[:DIGITS]


def log_id(folder: Path, head: Checkpoint) -> str:
    """Return the id of the log in `folder`, whose signed checkpoint is `head`; "" before a record.

    Raises `VerificationError` for tiles that the checkpoint does not sign, and where no record
    says what was pruned.
    """
    if not head.size:
        return ""
    minimum = read_minimum(folder)
    if not minimum:
        return SignedTree(folder, head).leaves(0)[0].hex()[:DIGITS]
    said = attested_prune(folder, head, minimum).get("log")
    if isinstance(said, str) and len(said) == DIGITS and set(said) <= set("0123456789abcdef"):
        return said
    return sha256(b"pruned\n" + SignedTree(folder, head).row(1, 0)[0]).hexdigest()[:DIGITS]


def log_ids(path: str | Path) -> dict[str, str]:
    """Return the id of the log at `path`, or of each of its shards, by origin."""
    heads = [(folder, signed_head(folder)[0]) for folder in logs_in(path)]
    return {head.origin: log_id(folder, head) for folder, head in heads}
