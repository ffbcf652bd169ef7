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
    forked,
    need,
    slug,
)
from stageflow_guard.audit.read.log_id import id_of_first
from stageflow_guard.audit.records.columns import COLUMNS, NAMES, NUMBERS
from stageflow_guard.base.durable import make_dirs, sync_dir, write_with
from stageflow_guard.base.opening import require_own
from stageflow_guard.errors import ConfigError


def write_rows(path: Path, rows: Sequence[dict[str, Any]], metadata: dict[str, str]) -> None:
    """Write rows of the shared columns to one file, 0600, whole or not at all."""
    pa, pq = need("pyarrow", "parquet"), need("pyarrow.parquet", "parquet")
    schema = pa.schema([
        ("origin", pa.string()), ("log", pa.string()), ("idx", pa.int64()),
        ("recorded_at", pa.timestamp("ns", tz="UTC")),
        *((name, pa.string()) for name in COLUMNS), *((name, pa.int64()) for name in NUMBERS),
        ("entry", pa.binary()),
    ])  # fmt: skip
    table = pa.Table.from_pylist(list(rows), schema=schema.with_metadata(metadata))
    write_with(path, lambda file: pq.write_table(table, file, compression="zstd"))


def flat(one: Shipped) -> dict[str, Any]:
    """Return one record as a row of the shared columns."""
    found = dict(zip(NAMES, one.values, strict=True))
    return {
        "origin": one.origin, "log": one.log, "idx": one.index, "recorded_at": found["wall_ns"],
        **found, "entry": one.entry,
    }  # fmt: skip


def _rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (index, entry) of one file, of which a part is held at a time."""
    pq = need("pyarrow.parquet", "parquet")
    with pq.ParquetFile(path, pre_buffer=False) as file:
        for part in file.iter_batches(batch_size=2_000, columns=["idx", "entry"]):
            yield from zip(part["idx"].to_pylist(), part["entry"].to_pylist(), strict=True)


class ParquetSink:
    """Writes `<folder>/<origin>-<log>/<first>-<last>.parquet`; range and sha256 are metadata.

    `<log>` is the log's id. A log whose files an earlier release put into `<origin>` goes on there.
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
        origin, log = batch[0].origin, batch[0].log
        folder = self._places(origin).get(log) or self._place(origin, log)
        digest = sha256(b"".join(one.entry for one in batch)).hexdigest()
        about = {
            "origin": origin, "log": log, "first": str(first), "last": str(last), "sha256": digest,
            "checkpoint": head.decode(),
        }  # fmt: skip
        self._require_same(batch, folder)
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

    def _require_same(self, batch: Sequence[Shipped], folder: Path) -> None:
        """Raise `ForkedSink` where a file that is there already holds another record."""
        first, last = batch[0].index, batch[-1].index
        for path in folder.glob("*.parquet"):
            begin, end = map(int, path.stem.split("-"))
            if begin > last or end < first:
                continue
            held = dict(_rows(path))
            for one in batch:
                if held.get(one.index, one.entry) != one.entry:
                    raise forked(self.kind, one)

    def _place(self, origin: str, log: str) -> Path:
        return self._folder / (f"{slug(origin)}-{log}" if log else slug(origin))

    def _places(self, origin: str) -> dict[str, Path]:
        """Return the folder of each log of `origin`, by its id."""
        found = {}
        for folder in sorted(self._folder.glob(f"{slug(origin)}*")):
            first = next(iter(sorted(folder.glob("*.parquet"))), None)
            if first is None or self._metadata(first)[b"origin"].decode() != origin:
                continue
            said = self._metadata(first).get(b"log")
            found[said.decode() if said is not None else self._begins(first)] = folder
        return found

    def _begins(self, path: Path) -> str:
        """Return the id of the log that begins in a file of an earlier release."""
        index, entry = next(_rows(path))
        return id_of_first(entry) if index == 0 else ""

    def _files(self, origin: str, log: str | None) -> list[Path]:
        folders = [f for name, f in self._places(origin).items() if log is None or name == log]
        return sorted((p for f in folders for p in f.glob("*.parquet")), key=lambda p: p.stem)

    def _metadata(self, path: Path) -> dict[bytes, bytes]:
        return dict(need("pyarrow.parquet", "parquet").read_schema(path).metadata)

    def origins(self) -> list[str]:
        """Return the origins in the folder."""
        firsts = [next(iter(sorted(p.glob("*.parquet"))), None) for p in self._folder.iterdir()]
        return sorted({self._metadata(p)[b"origin"].decode() for p in firsts if p is not None})

    def logs(self, origin: str) -> list[str]:
        """Return the ids of the logs of `origin` in the folder."""
        return sorted(self._places(origin))

    def inventory(self, origin: str) -> list[Inventory]:
        """Return how many records the files' names promise, from where to where."""
        return [self._inventory(origin, log) for log in self.logs(origin)]

    def _inventory(self, origin: str, log: str) -> Inventory:
        ranges = [tuple(map(int, p.stem.split("-"))) for p in self._files(origin, log)]
        count = sum(last - first + 1 for first, last in ranges)
        return Inventory(log, count, ranges[0][0], ranges[-1][1], self.head(origin, log))

    def heads(self, origin: str, log: str | None = None) -> Iterator[bytes]:
        """Yield the checkpoint of every file."""
        for path in self._files(origin, log):
            yield self._metadata(path)[b"checkpoint"]

    def stored(self, origin: str, log: str | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (index, entry) in order."""
        for path in self._files(origin, log):
            yield from _rows(path)

    def head(self, origin: str, log: str | None = None) -> bytes | None:
        """Return the checkpoint in the newest file."""
        files = self._files(origin, log)
        return self._metadata(files[-1])[b"checkpoint"] if files else None

    def close(self) -> None:
        """Nothing is held open."""
