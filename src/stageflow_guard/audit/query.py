"""Reading a log, beside a running writer too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stageflow_guard.audit.attested import attested
from stageflow_guard.audit.checkpoint import parse
from stageflow_guard.audit.files import read_wal
from stageflow_guard.audit.intact import read_minimum
from stageflow_guard.audit.reading import decode_any
from stageflow_guard.errors import ConfigError, VerificationError


def iter_entries(path: str | Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (index, entry) from `start` on: what is in tiles, then what is only written ahead.

    Raises `VerificationError` for a record that is not in the checkpoint's tree. Only `verify`
    checks everything, the signature too. Pruned records are passed over.
    """
    folder = Path(path)
    note = folder / "checkpoint"
    if not note.is_file():
        raise ConfigError(f"`{folder}` is not a log directory: it has no checkpoint")
    # first the write-ahead file: what it loses meanwhile is in the tree by the time that is read
    wal = (folder / "wal").read_bytes() if (folder / "wal").exists() else b""
    head = parse(note.read_bytes())[0]
    size = head.size
    start = max(start, read_minimum(folder))
    if start < size:
        for first, entries in attested(folder, head, start):
            for offset, entry in enumerate(entries):
                if first + offset >= start:
                    yield first + offset, entry
    for first, entries in read_wal(wal)[0]:
        for offset, entry in enumerate(entries):
            if first + offset >= max(size, start):
                yield first + offset, entry


def iter_records(path: str | Path, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index, record) from `start` on, in order; checked as `iter_entries` says."""
    for index, entry in iter_entries(path, start):
        try:
            yield index, decode_any(entry)
        except (ValueError, RecursionError):
            raise VerificationError(f"record {index} is not canonical", index=index) from None


def follow(
    path: str | Path, start: int, *, every: float = 0.2, stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield records as they become durable, from `start` on, until `stop` says so."""
    at = start
    while True:
        for index, record in iter_records(path, at):
            yield index, record
            at = index + 1
        if stop():
            return
        time.sleep(every)


def held(path: str | Path) -> int:
    """Return how many records are durable, those that are only written ahead included."""
    folder = Path(path)
    frames = read_wal((folder / "wal").read_bytes())[0] if (folder / "wal").exists() else []
    size = parse((folder / "checkpoint").read_bytes())[0].size
    return max([size, *(first + len(entries) for first, entries in frames)])
