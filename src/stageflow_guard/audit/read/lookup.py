"""One record by its ref, from the log that a writer holds or from a sibling shard."""

from __future__ import annotations

import re
from pathlib import Path

from stageflow_guard.audit.read.query import LogEntry, iter_rows
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError

_SHARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


def row_of(folder: Path, origin: str, ref: str) -> LogEntry | None:
    """Return the row that `ref` (`origin#index`) names; None when there is none.

    `folder` and `origin` are the log's own, of which a record counts once it is durable. A sibling
    shard is another process's: its record counts once it is signed, before that
    `AuditUnavailable` says to try again.
    """
    where, _, index = ref.rpartition("#")
    if not _INDEX.fullmatch(index):
        return None
    try:
        found = folder if where == origin else _sibling(folder, origin, where)
        if found is None:
            return None
        row = next(iter_rows(found, int(index)), None)
    except (ConfigError, VerificationError, OSError):
        raise AuditUnavailable("the log could not be read back") from None
    if row is None or row.index != int(index):
        return None
    if not row.signed and found != folder:
        raise AuditUnavailable("the record is not yet under a checkpoint; try again in a second")
    return row


def _sibling(folder: Path, origin: str, where: str) -> Path | None:
    base, _, shard = where.rpartition("/")
    if base != origin.rpartition("/")[0] or folder.name != origin.rpartition("/")[2]:
        return None
    if not _SHARD.fullmatch(shard) or not (folder.parent / shard / "checkpoint").is_file():
        return None
    found = folder.parent / shard
    return found if signed_head(found)[0].origin == where else None
