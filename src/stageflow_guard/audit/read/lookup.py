"""One record by its ref, from the log that a writer holds or from a sibling shard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol, runtime_checkable

from stageflow_guard.audit.read.query import LogEntry, iter_rows
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError

_SHARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


@runtime_checkable
class OpenLog(Protocol):
    """The log that this process writes, and can read back."""

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    @property
    def folder(self) -> Path:
        """The log's directory."""
        ...

    def unsigned(self, index: int) -> bytes | None:
        """Return a durable entry that no checkpoint holds yet, as this process appended it."""
        ...


def row_of(log: OpenLog, ref: str) -> LogEntry | None:
    """Return the row that `ref` (`origin#index`) names; None when there is none.

    A record of `log` itself counts once it is durable: until a checkpoint holds it, as this
    process appended it, never as the write-ahead file says. A sibling shard is another process's:
    its record counts once it is signed, before that `AuditUnavailable` says to try again.
    """
    folder, origin = log.folder, log.origin
    where, _, index = ref.rpartition("#")
    if not _INDEX.fullmatch(index):
        return None
    try:
        found = folder if where == origin else _sibling(folder, origin, where)
        if found is None:
            return None
        own = log.unsigned(int(index)) if found == folder else None
        if own is not None:
            return LogEntry(int(index), own, signed=False)
        row = next(iter_rows(found, int(index)), None)
    except (ConfigError, VerificationError, OSError):
        raise AuditUnavailable("the log could not be read back") from None
    if row is None or row.index != int(index):
        return None
    if not row.signed:
        raise AuditUnavailable("the record is not yet under a checkpoint; try again in a second")
    return row


def siblings_of(log: OpenLog) -> list[Path]:
    """Return the folders of the other shards beside a log that is one; raise for one that is bad.

    Raises `VerificationError` and `ConfigError`.
    """
    base, _, name = log.origin.rpartition("/")
    if not base or log.folder.name != name:
        return []
    return [
        one.parent
        for one in sorted(log.folder.parent.glob("*/checkpoint"))
        if one.parent.name != name
        and signed_head(one.parent)[0].origin == f"{base}/{one.parent.name}"
    ]


def _sibling(folder: Path, origin: str, where: str) -> Path | None:
    base, _, shard = where.rpartition("/")
    if base != origin.rpartition("/")[0] or folder.name != origin.rpartition("/")[2]:
        return None
    if not _SHARD.fullmatch(shard) or not (folder.parent / shard / "checkpoint").is_file():
        return None
    found = folder.parent / shard
    return found if signed_head(found)[0].origin == where else None
