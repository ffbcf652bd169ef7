"""Reading a log, beside a running writer too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stageflow_guard.audit.checkpoint import parse
from stageflow_guard.audit.files import bundles, read_wal
from stageflow_guard.audit.intact import read_minimum
from stageflow_guard.audit.reading import decode_any
from stageflow_guard.errors import ConfigError


def iter_records(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index, record) in order: what is in tiles, then what is only in the write-ahead file.

    Does not verify; `verify` does.
    """
    folder = Path(path)
    note = folder / "checkpoint"
    if not note.is_file():
        raise ConfigError(f"`{folder}` is not a log directory: it has no checkpoint")
    wal = (folder / "wal").read_bytes() if (folder / "wal").exists() else b""
    size = parse(note.read_bytes())[0].size
    for first, entries, _ in bundles(folder, size, read_minimum(folder)):
        for offset, entry in enumerate(entries):
            yield first + offset, decode_any(entry)
    for first, entries in read_wal(wal)[0]:
        for offset, entry in enumerate(entries):
            if first + offset >= size:
                yield first + offset, decode_any(entry)
