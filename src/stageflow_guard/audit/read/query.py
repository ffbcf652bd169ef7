"""Reading a log, beside a running writer too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.log.wal import entries_behind, read_wal
from stageflow_guard.audit.read.signed_entries import attested
from stageflow_guard.audit.read.signed_head import require_attested_minimum, signed_head
from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.errors import VerificationError


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One record where it stands; `signed` when the checkpoint commits to it.

    One that is only written ahead is durable, and a reader sees no more than its CRC: the frame is
    authenticated under the log's key, which readers do not have.
    """

    index: int
    entry: bytes
    signed: bool

    @property
    def record(self) -> dict[str, Any]:
        """The record for people and programs; one of a wrong shape is of kind `malformed`.

        Raises `VerificationError` for what is not canonical.
        """
        return self._read(readable)

    @property
    def stored(self) -> dict[str, Any]:
        """The record as it stands, of whatever shape: for what decides by it.

        Raises `VerificationError` for what is not canonical.
        """
        return self._read(decode_any)

    def _read(self, how: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
        try:
            return how(self.entry)
        except (ValueError, RecursionError):
            raise VerificationError(
                f"record {self.index} is not canonical", index=self.index
            ) from None


def iter_rows(path: str | Path, start: int = 0) -> Iterator[LogEntry]:
    """Yield rows from `start` on: the signed ones, then those that are only written ahead.

    Raises `VerificationError` for a checkpoint that the log's key did not sign, for a record that
    is not in its tree, and for one that is missing without a record that says it was pruned; then
    only `verify` checks more. Pruned records are passed over.
    """
    folder = Path(path)
    # first the write-ahead file: what it loses meanwhile is in the tree by the time that is read
    wal = _wal(folder)
    minimum = read_minimum(folder)  # before the head, which says why, should a pruning be under way
    head, _ = signed_head(folder)
    if start < minimum:
        require_attested_minimum(folder, head, minimum)
        start = minimum
    if start < head.size:
        for first, entries in attested(folder, head, start):
            for offset, entry in enumerate(entries):
                if first + offset >= start:
                    yield LogEntry(first + offset, entry, signed=True)
    for index, entry in entries_behind(wal, head.size):
        if index >= start:
            yield LogEntry(index, entry, signed=False)


def iter_entries(path: str | Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (index, entry) of the signed records from `start` on; checked as `iter_rows` says."""
    for row in iter_rows(path, start):
        if not row.signed:
            return
        yield row.index, row.entry


def iter_records(
    path: str | Path, start: int = 0, *, written_ahead: bool = False
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index, record as stored) from `start` on, in order; checked as `iter_rows` says.

    With `written_ahead`, those too that no checkpoint commits to yet.
    """
    for row in iter_rows(path, start):
        if row.signed or written_ahead:
            yield row.index, row.stored


def iter_readable(path: str | Path, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index, record for people) of the signed records; one of a wrong shape is `malformed`.

    Checked as `iter_rows` says.
    """
    for row in iter_rows(path, start):
        if row.signed:
            yield row.index, row.record


def held(path: str | Path) -> tuple[int, int]:
    """Return how many records are signed, and how many more are only written ahead."""
    folder = Path(path)
    wal = _wal(folder)
    head, _ = signed_head(folder)
    return head.size, sum(1 for _ in entries_behind(wal, head.size))


def _wal(folder: Path) -> bytes:
    return read_wal(folder) or b""
