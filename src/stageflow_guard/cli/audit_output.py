"""Records as a table, JSON lines, CSV or Parquet."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.read.log_id import log_ids
from stageflow_guard.audit.records.columns import COLUMNS, NUMBERS, person_time, row, when
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.cli.fitted_table import fits, fitted, terminal_width
from stageflow_guard.cli.terminal import escape_control
from stageflow_guard.errors import ConfigError

SHOWN = ["ref", "time", "kind", "tenant", "subject", "pipeline", "resource", "result", "reason"]


SHARED = {"kind", "tenant", "subject", "pipeline", "action", "result"}  # may be said once


def write_records(
    args: argparse.Namespace,
    records: Iterable[dict[str, Any]],
    shown: list[str] | None = None,
) -> None:
    """Print the records, or write them to `--out`, in the format that was asked for.

    JSON lines and CSV are written as they come.
    """
    if args.format == "parquet":
        if not args.out:
            raise ConfigError("`--format parquet` needs `--out FILE`")
        _parquet(args, records)
    elif args.format == "table":
        found = list(records)
        text = as_json(found, indent=2) + "\n" if args.json else _table(found, shown or SHOWN)
        write_parts(None if args.json else args.out, [text])
    else:
        write_parts(args.out, {"jsonl": _lines, "csv": _csv}[args.format](records))


def streamed(args: argparse.Namespace) -> bool:
    """Say whether `write_records` begins before the last record was read."""
    return args.format in ("jsonl", "csv")


def write_parts(path: str | None, parts: Iterable[str]) -> None:
    """Print the parts, or write them to a file, 0600, which is opened once there is a part."""
    parts = iter(parts)
    first = next(parts, "")
    if path is None:
        sys.stdout.write(first)
        sys.stdout.writelines(parts)
        return
    with private(path) as file:
        file.write(first)
        file.writelines(parts)


def _parquet(args: argparse.Namespace, records: Iterable[dict[str, Any]]) -> None:
    from stageflow_guard.audit.export.sinks.parquet import flat, write_rows

    ids: dict[str, str] = {}
    for folder in getattr(args, "dirs", None) or [args.dir]:
        here = log_ids(folder)
        if twice := sorted(ids.keys() & here.keys()):
            raise ConfigError(f"two logs of `{twice[0]}`: their rows would not be told apart")
        ids |= here
    plain = ({k: v for k, v in r.items() if k != "agreement"} for r in records)
    rows = [
        flat(Shipped(o := r.pop("origin"), r.pop("index"), encoded(r), ids.get(o, "")))
        for r in plain
    ]
    write_rows(Path(args.out), rows, {"written_by": "stageflow-guard"})


def _cells(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record's columns, and what tables show beside them.

    `actors` are who acts for the subject, latest first.
    """
    return {
        **row(record), "actors": " ".join(map(str, record.get("on_behalf") or ())) or None,
        "origin": record["origin"], "index": record["index"],
        "ref": f"{record['origin']}#{record['index']}", "time": when(record.get("wall_ns")),
        "agreement": record.get("agreement"),
    }  # fmt: skip


def _table(records: list[dict[str, Any]], shown: list[str]) -> str:
    """Return a table for people; what all have in common, log or day, is said once.

    So is a tenant, a caller, a pipeline, a kind or an act that every row shares, where the rows
    would not fit in a line each: what a reader looks for then stands beside its ref.
    """
    if not records:
        return "no record matches\n"
    origins = {str(r["origin"]) for r in records}
    times = [person_time(r.get("wall_ns")) for r in records]
    days = {time.partition(" ")[0] for time in times}
    rows = []
    for record, time in zip(records, times, strict=True):
        cells = _cells(record)
        cells["time"] = time.rpartition(" ")[2] if len(days) == 1 else time
        cells["resource"] = cells["resource"] or cells["stage"]
        cells["result"] = cells["decision"] or cells["outcome"] or cells["action"]
        if len(origins) == 1:
            cells["ref"] = f"#{record['index']}"
        rows.append([cell(cells[name]) for name in shown])
    named = [f"log {cell(origins.pop())}"] if len(origins) == 1 else []
    named.append(f"{days.pop()} UTC" if len(days) == 1 else "times in UTC")
    width, common = terminal_width(), ""
    if len(rows) > 1 and not fits(shown, rows, width):
        once = [n for n, column in enumerate(zip(*rows, strict=True))
                if shown[n] in SHARED and len({*column}) == 1]  # fmt: skip
        if once:
            common = f"every row: {', '.join(f'{shown[n]} {rows[0][n]}' for n in once)}\n"
        kept = [n for n in range(len(shown)) if n not in once]
        shown, rows = [shown[n] for n in kept], [[row[n] for n in kept] for row in rows]
    return f"{', '.join(named)}\n{common}" + fitted(shown, rows, width)


def cell(value: Any) -> str:
    """Return a value as one table cell, control characters replaced."""
    text = "-" if value is None else str(value)
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON without raw control characters, C1 and directional ones included."""
    return escape_control(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def private(path: str) -> IO[str]:
    """Open a text file for writing, 0600: what a log holds is personal."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if stat.S_ISREG(os.fstat(fd).st_mode):  # not a terminal, not a pipe
        os.fchmod(fd, 0o600)
    return os.fdopen(fd, "w", encoding="utf-8", newline="")


def _lines(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    for record in records:
        yield as_json(record) + "\n"


def _csv(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    out = io.StringIO()
    names = ["origin", "index", "time", *COLUMNS, *NUMBERS]
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({k: _no_formula(v) for k, v in _cells(record).items()})
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _no_formula(value: Any) -> Any:
    """Return a cell that a spreadsheet will not run as a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
