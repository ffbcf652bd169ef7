"""A receipt names one record for good: kept elsewhere, it convicts a log that was cut or changed.

`origin#index:` and the record's leaf hash in hex. A record of the last second is durable before any
checkpoint holds it; who may write the folder and has no key can cut that second, and later records
take the places. A receipt that was kept then names another record, or none.
"""

from __future__ import annotations

import re

from stageflow_guard.audit.tlog.checkpoint import parse_size
from stageflow_guard.audit.tlog.tree import leaf_hash
from stageflow_guard.errors import VerificationError

_HASH = re.compile("[0-9a-f]{64}")


def receipt_of(origin: str, index: int, entry: bytes) -> str:
    """Return the receipt of one record."""
    return f"{origin}#{index}:{leaf_hash(entry).hex()}"


def parse_receipt(receipt: str) -> tuple[str, int, str]:
    """Return (origin, index, leaf hash); raise `VerificationError` for anything else."""
    ref, _, digest = receipt.strip().rpartition(":")
    origin, _, digits = ref.rpartition("#")
    index = parse_size(digits)
    if not origin or index is None or not _HASH.fullmatch(digest):
        raise VerificationError("malformed receipt")
    return origin, index, digest
