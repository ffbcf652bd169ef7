"""Data at rest: text, Markdown, JSON, JSON lines, CSV and Parquet, in bounded memory.

A file is read in pieces, written beside its target under another name and renamed when it is
complete. What cannot be read as what it claims to be is an error that names file and place; it is
never copied.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.atrest.cells import Unreadable
from stageflow_guard.redaction.atrest.heads import Heads
from stageflow_guard.redaction.atrest.json_text import parsed, written
from stageflow_guard.redaction.atrest.reading import MARK, decoded, lines, whole
from stageflow_guard.redaction.atrest.tables import Table
from stageflow_guard.redaction.atrest.targets import beside, opened
from stageflow_guard.redaction.recognizers.people.labelled import is_name

if TYPE_CHECKING:
    from stageflow_guard.redaction.redactor import Redactor
    from stageflow_guard.redaction.vault.vault import VaultScope

WHOLE = 64 << 20  # a JSON document is one value: above this many characters it has to be JSON lines
KINDS = {
    ".txt": "text", ".md": "text", ".markdown": "text", ".log": "text", ".rst": "text",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv",
    ".parquet": "parquet",
}  # fmt: skip
LINES = 4_096  # ends of lines remembered beyond what is settled
MOST = 100_000  # places remembered per file; counts go on


@dataclass
class Report:
    """What one file held. `places` are (line, column, entity) where a line means something."""

    path: str
    entities: Counter[str] = field(default_factory=Counter)
    places: list[tuple[int, int, str, float]] = field(default_factory=list)
    units: int = 0  # bytes read
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    """One text on its way."""

    name: str
    source: IO[bytes]
    out: IO[str] | None
    redactor: Redactor
    scope: VaultScope
    report: Report
    encoding: str
    delimiter: str | None = None  # of a table; None: found by its first lines
    quote: str | None = None  # the same

    def value(self, value: Any, line: int) -> Any:
        """Return a nested value redacted and counted."""
        return _value(value, self.redactor, self.scope, self.report, line)


def kind_of(path: Path) -> str:
    """Return how the file is read; unknown suffixes are text."""
    return KINDS.get(path.suffix.lower(), "text")


def redact_file(
    source: Path, target: Path | None, redactor: Redactor, scope: VaultScope, *,
    kind: str | None = None, encoding: str = "utf-8", delimiter: str | None = None,
    quote: str | None = None,
) -> Report:  # fmt: skip
    """Redact `source` into `target` (None: only look); return what was found.

    Raises `ConfigError` that names the file and the place for what cannot be read.
    """
    kind = kind or kind_of(source)
    report = Report(str(source))
    try:
        with beside(target) as part:
            if kind == "parquet":
                _parquet(source, part, redactor, scope, report)
            else:
                with source.open("rb") as file, opened(part) as out:
                    job = _Job(
                        str(source), file, out, redactor, scope, report, encoding, delimiter, quote
                    )
                    _pass(job, kind)
    except OSError as exc:
        raise ConfigError(f"`{source}`: {exc.strerror}") from None
    return report


def redact_stream(
    source: IO[bytes], out: IO[str] | None, redactor: Redactor, scope: VaultScope, *,
    kind: str, encoding: str = "utf-8", name: str = "-", delimiter: str | None = None,
    quote: str | None = None,
) -> Report:  # fmt: skip
    """Redact bytes as they come into `out` (None: only look); nothing touches the disk."""
    if kind == "parquet":
        raise ConfigError(f"`{name}`: Parquet is read from files only")
    report = Report(name)
    _pass(_Job(name, source, out, redactor, scope, report, encoding, delimiter, quote), kind)
    return report


def _pass(job: _Job, kind: str) -> None:
    _READERS[kind](job)


def redact_text(
    chunks: Iterator[str], write: Callable[[str], object], redactor: Redactor, scope: VaultScope,
    report: Report,
) -> None:  # fmt: skip
    """Stream text through; line and column of each find are counted from 1."""
    stream = redactor.stream(scope)
    lines, passed = array("Q"), 0
    read = 0
    for chunk in chunks:
        at = chunk.find("\n")
        while at >= 0:
            lines.append(read + at)
            at = chunk.find("\n", at + 1)
        read += len(chunk)
        write(stream.feed(chunk))
        _place(stream.found(), lines, passed, report)
        if len(lines) > LINES:  # no find begins before what is settled
            gone = bisect_left(lines, stream.settled) - 1
            if gone > 0:
                del lines[:gone]
                passed += gone
    write(stream.finish())
    _place(stream.found(), lines, passed, report)


def _place(spans: Any, lines: array[int], passed: int, report: Report) -> None:
    for span in spans:
        report.entities[span.entity] += 1
        if len(report.places) >= MOST:
            continue
        line = bisect_left(lines, span.start)
        before = lines[line - 1] + 1 if line else 0
        report.places.append((passed + line + 1, span.start - before + 1, span.entity, span.score))


def _chunks(job: _Job) -> Iterator[str]:
    def passed(size: int) -> None:
        job.report.units += size

    return decoded(job.source, job.name, job.encoding, passed)


def _text(job: _Job) -> None:
    write: Callable[[str], object] = job.out.write if job.out is not None else len
    redact_text(_chunks(job), write, job.redactor, job.scope, job.report)


def _json(job: _Job) -> None:
    text = whole(_chunks(job), job.name, WHOLE, "of one JSON value; use JSON lines")
    value, exact = parsed(text, job.name, 0)
    fresh = job.value(value, 1)
    if job.out is not None:
        job.out.write(written(fresh, exact, indent=True) + "\n")


def _jsonl(job: _Job) -> None:
    for number, line in enumerate(lines(_chunks(job), job.name, WHOLE), 1):
        fresh = ""
        if line.strip(" \t\r" + MARK):
            value, exact = parsed(line, job.name, number)
            fresh = written(job.value(value, number), exact, indent=False)
        if job.out is not None:
            job.out.write(fresh + "\n")


def _value(value: Any, redactor: Redactor, scope: VaultScope, report: Report, line: int) -> Any:
    fresh, findings = redactor.redact_in(value, scope, "input")
    if not all(finding.personal for finding in findings):  # no policy says where these may go
        raise ConfigError(f"`{report.path}`:{line}: bytes cannot be read")
    for finding in findings:
        report.entities[finding.entity] += finding.count
        if len(report.places) < MOST:
            report.places.append((line, 1, finding.entity, 1.0))
    return fresh


def _table(sign: str | None) -> Callable[[_Job], None]:
    def run(job: _Job) -> None:
        try:
            _rows(job, job.delimiter or sign)
        except Unreadable as exc:
            raise ConfigError(f"`{job.name}`:{exc.line}: {exc.why}") from None

    return run


def _rows(job: _Job, delimiter: str | None) -> None:
    table = Table(_chunks(job), delimiter, job.quote)
    heads = Heads(table.first)
    if job.out is not None:
        job.out.write(table.before)
    for row in table:
        names = heads.names(row)
        table.require_whole(row, heads.size(row))
        above = map(heads.written, range(len(names)))
        cells = [_named(*one) for one in zip(row.texts, names, above, strict=True)]
        fresh = job.value(cells, row.line)
        values = [next(iter(v.values())) if isinstance(v, dict) else v for v in fresh]
        for place, others in enumerate(names):
            for name in others[1:]:
                if values[place] == row.cells[place].text:
                    (again,) = job.value([{name: values[place]}], row.line)
                    values[place] = next(iter(again.values()))
        if job.out is not None:
            job.out.write(table.written(row, values))


def _named(text: str, names: tuple[str, ...], written: str) -> Any:
    """Return a cell under what its column is called, where that says something or it is a person's name."""
    if names and text:
        return {names[0]: text}
    return {written: text} if written and is_name(text) else text


def _parquet(
    source: Path, part: Path | None, redactor: Redactor, scope: VaultScope, report: Report
) -> None:
    from stageflow_guard.redaction.atrest.pyarrow import redact_parquet

    redact_parquet(source, part, lambda v, row: _value(v, redactor, scope, report, row))
    report.units += source.stat().st_size


_READERS: dict[str, Callable[[_Job], None]] = {
    "text": _text, "json": _json, "jsonl": _jsonl, "csv": _table(None), "tsv": _table("\t"),
}  # fmt: skip
