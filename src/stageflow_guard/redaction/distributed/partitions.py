"""Parquet files as partitions: each is redacted whole or not at all, and not a second time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from stageflow_guard.base.durable import make_dirs, move_durably, write_durably, write_with
from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.distributed.arrow import redact_parquet
from stageflow_guard.redaction.distributed.job import RedactionJob

REPORT = ".report.json"


@dataclass(frozen=True, slots=True)
class PartitionReport:
    """What was done with one file: counts and digests, no text of it."""

    source: str
    target: str
    rows: int
    entities: dict[str, int]
    source_sha256: str
    target_sha256: str
    job: str

    def record(self, tenant: str | None) -> dict[str, Any]:
        """Return the audit record of this partition: `await log.append(report.record(tenant))`."""
        return {
            "kind": "redaction", "action": "redact", "resource": f"file:{Path(self.target).name}",
            "outcome": "ok", **({} if tenant is None else {"tenant": tenant}),
            "findings": [
                {"entity": entity, "direction": "input", "count": count}
                for entity, count in sorted(self.entities.items())
            ],
            "note": {"rows": self.rows, "job": self.job, "source_sha256": self.source_sha256,
                     "target_sha256": self.target_sha256},
        }  # fmt: skip


class Partitions:
    """Redacts Parquet files into a folder that every worker sees; pickled with the job's values.

        parts = Partitions(job, "out")
        ray.data.from_items(parts.pending(files)).map(parts)
        spark.sparkContext.parallelize(parts.pending(files)).map(parts).collect()

    A file is written under a name of its own, then renamed, then its report is written: a worker
    that is killed leaves it undone, the engine's next try does it, and two tries at once write the
    same. The report of a file that was done under the same job, and is still what it was, is its
    answer: nothing is redacted twice.
    """

    def __init__(self, job: RedactionJob, out: str | Path) -> None:
        self.job = job
        self.out = str(Path(out).absolute())

    def pending(self, sources: Iterable[str | Path]) -> list[str]:
        """Return the files that are not done; raise `ConfigError` for two of one name."""
        return [source for source in self._named(sources) if self._done(Path(source)) is None]

    def reports(self, sources: Iterable[str | Path]) -> list[PartitionReport]:
        """Return the reports of the files that are done, in order."""
        found = (self._done(Path(source)) for source in self._named(sources))
        return [one for one in found if one is not None]

    def __call__(self, item: str | Mapping[str, Any]) -> dict[str, Any]:
        """Redact one file; return its report as a row. `item` is a path, or Ray's `{"item": path}`.

        Raises `ConfigError` for a file that cannot be read or redacted whole; nothing is left then.
        """
        report = self.run(item if isinstance(item, str) else item["item"])
        return {**asdict(report), "entities": json.dumps(report.entities, sort_keys=True)}

    def run(self, source: str | Path) -> PartitionReport:
        """Redact one file, unless it is done; return its report. Raises as a call does."""
        path = Path(source)
        known = self._done(path)
        if known is not None:
            return known
        self._require_apart(path)
        target = self._target(path)
        part = target.with_name(f".{target.name}.{uuid4().hex}")
        counted: list[tuple[int, Mapping[str, int]]] = []

        def fill(file: IO[bytes]) -> None:
            counted.append(redact_parquet(self.job, str(path), file))

        try:
            before = _sha256(path)
            make_dirs(Path(self.out), above=Path("/"))
            write_with(part, fill)
            rows, entities = counted[0]
            if _sha256(path) != before:
                raise ConfigError(f"`{path.name}` changed while it was redacted")
            report = PartitionReport(
                path.name, str(target), rows, dict(sorted(entities.items())), before,
                _sha256(part), self.job.digest(),
            )  # fmt: skip
            move_durably(part, target)
        except OSError as exc:
            raise ConfigError(f"`{path.name}` cannot be redacted ({exc.strerror})") from None
        except ConfigError:
            raise
        except Exception as exc:  # its text may hold a value
            raise ConfigError(f"`{path.name}` is no Parquet file ({type(exc).__name__})") from None
        finally:
            for left in (part, Path(f"{part}.new")):
                left.unlink(missing_ok=True)
        beside = target.with_name(f".{target.name}.{uuid4().hex}{REPORT}")
        write_durably(
            self._report(path), json.dumps(asdict(report), indent=2).encode(), beside=beside
        )
        return report

    def _named(self, sources: Iterable[str | Path]) -> list[str]:
        paths = [Path(source).absolute() for source in sources]
        if len({path.name for path in paths}) < len(paths):
            raise ConfigError("two files of one name would go to the same place")
        for path in paths:
            self._require_apart(path)
        return [str(path) for path in paths]

    def _require_apart(self, source: Path) -> None:
        """Raise `ConfigError` where a file would be written over, by whatever way it is named."""
        if source.parent.resolve() == Path(self.out).resolve():
            raise ConfigError(f"`{source.name}` would be overwritten; choose another folder")
        if source.name.endswith(REPORT):
            raise ConfigError(f"`{source.name}` has the name of another file's report")

    def _target(self, source: Path) -> Path:
        return Path(self.out) / source.name

    def _report(self, source: Path) -> Path:
        return Path(self.out) / f"{source.name}{REPORT}"

    def _done(self, source: Path) -> PartitionReport | None:
        try:
            report = PartitionReport(**json.loads(self._report(source).read_bytes()))
            same = (
                report.job == self.job.digest()
                and report.source_sha256 == _sha256(source)
                and report.target_sha256 == _sha256(self._target(source))
            )
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return report if same else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
