"""Does the log still hold the record of a receipt? Asked by who kept one."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.audit.log.wal import entries_behind, read_wal
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.tlog.receipt import parse_receipt
from stageflow_guard.audit.tlog.storage import entry_at
from stageflow_guard.audit.tlog.tree import leaf_hash
from stageflow_guard.errors import VerificationError


def require_receipt(folder: Path, receipt: str) -> None:
    """Raise `VerificationError` unless the log at `folder` still holds the record of `receipt`.

    A record counts under the checkpoint, or written ahead. Whether the log itself holds is
    `verify`'s to say.
    """
    origin, index, digest = parse_receipt(receipt)
    wal = read_wal(folder) or b""
    head, _ = signed_head(folder)
    if head.origin != origin:
        raise VerificationError(f"the receipt is of another origin, `{origin[:80]}`")
    if index < head.size:
        entry: bytes | None = entry_at(folder, index, head.size)
    else:
        entry = dict(entries_behind(wal, head.size)).get(index)
    if entry is None:
        raise VerificationError(f"cut: record {index} of the receipt is missing", index=index)
    if leaf_hash(entry).hex() != digest:
        raise VerificationError(
            f"cut or changed: record {index} is not the one of the receipt", index=index
        )
