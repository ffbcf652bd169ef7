"""Parquet files for Snowflake, BigQuery and DuckDB. pyarrow's only file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from stageflow_guard.audit.export.sink import (
    Inventory,
    RejectedRecord,
    Shipped,
    SinkUnavailable,
    need,
    slug,
)
from stageflow_guard.audit.records.columns import COLUMNS, NUMBERS, row
from stageflow_guard.base.durable import make_dirs, sync_dir, write_with
from stageflow_guard.base.opening import require_own
from stageflow_guard.errors import ConfigError


def write_rows(path: Path, rows: Sequence[dict[str, Any]], metadata: dict[str, str]) -> None:
    """Write rows of the shared columns to one file, 0600, whole or not at all."""
    pa, pq = need("pyarrow", "parquet"), need("pyarrow.parquet", "parquet")
    schema = pa.schema([
        ("origin", pa.string()), ("idx", pa.int64()), ("recorded_at", pa.timestamp("ns", tz="UTC")),
        *((name, pa.string()) for name in COLUMNS), *((name, pa.int64()) for name in NUMBERS),
        ("entry", pa.binary()),
    ])  # fmt: skip
    table = pa.Table.from_pylist(list(rows), schema=schema.with_metadata(metadata))
    write_with(path, lambda file: pq.write_table(table, file, compression="zstd"))


def flat(one: Shipped) -> dict[str, Any]:
    """Return one record as a row of the shared columns."""
    found = row(one.record)
    return {
        "origin": one.origin, "idx": one.index, "recorded_at": found["wall_ns"], **found,
        "entry": one.entry,
    }  # fmt: skip


class ParquetSink:
    """Writes `<folder>/<origin>/<first>-<last>.parquet`; the range and its sha256 are metadata.

    A batch that comes again after a crash replaces the file that begins at the same index.
    """

    kind = "parquet"
    batch = 65_536
    least = 16_384
    refills = False  # rows of a file that is there would come twice

    def __init__(self, folder: str | Path) -> None:
        need("pyarrow", "parquet")
        self._folder = Path(folder)
        try:
            make_dirs(self._folder.absolute(), above=Path("/"))
        except OSError as exc:
            raise ConfigError(f"`{folder}` cannot be used ({exc.strerror})") from None
        require_own(self._folder)

    def send(self, batch: Sequence[Shipped], head: bytes) -> list[RejectedRecord]:
        """Write one file for the batch."""
        first, last = batch[0].index, batch[-1].index
        folder = self._folder / slug(batch[0].origin)
        digest = sha256(b"".join(one.entry for one in batch)).hexdigest()
        about = {
            "origin": batch[0].origin, "first": str(first), "last": str(last), "sha256": digest,
            "checkpoint": head.decode(),
        }  # fmt: skip
        path = folder / f"{first:012d}-{last:012d}.parquet"
        try:
            make_dirs(folder.absolute(), above=Path("/"))
            write_rows(path, [flat(one) for one in batch], about)
            for old in folder.glob(f"{first:012d}-*.parquet"):
                if old != path:  # an earlier attempt at the same place, shorter
                    old.unlink()
            sync_dir(folder)
        except OSError as exc:
            raise SinkUnavailable(f"the file could not be written ({exc.strerror})") from None
        return []

    def _files(self, origin: str) -> list[Path]:
        return sorted((self._folder / slug(origin)).glob("*.parquet"))

    def _metadata(self, path: Path) -> dict[bytes, bytes]:
        return dict(need("pyarrow.parquet", "parquet").read_schema(path).metadata)

    def origins(self) -> list[str]:
        """Return the origins in the folder."""
        firsts = [next(iter(sorted(p.glob("*.parquet"))), None) for p in self._folder.iterdir()]
        return sorted({self._metadata(p)[b"origin"].decode() for p in firsts if p is not None})

    def inventory(self, origin: str) -> Inventory:
        """Return how many records the files' names promise, from where to where."""
        ranges = [tuple(map(int, p.stem.split("-"))) for p in self._files(origin)]
        if not ranges:
            return Inventory(0, 0, -1, None)
        count = sum(last - first + 1 for first, last in ranges)
        return Inventory(count, ranges[0][0], ranges[-1][1], self.head(origin))

    def heads(self, origin: str) -> Iterator[bytes]:
        """Yield the checkpoint of every file."""
        for path in self._files(origin):
            yield self._metadata(path)[b"checkpoint"]

    def stored(self, origin: str) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order."""
        pq = need("pyarrow.parquet", "parquet")
        for path in self._files(origin):
            table = pq.read_table(path, columns=["idx", "entry"])
            yield from zip(table["idx"].to_pylist(), table["entry"].to_pylist(), strict=True)

    def head(self, origin: str) -> bytes | None:
        """Return the checkpoint in the newest file."""
        files = self._files(origin)
        return self._metadata(files[-1])[b"checkpoint"] if files else None

    def close(self) -> None:
        """Nothing is held open."""
