"""`audit query | timeline | denied | stats | tail | export`: questions to the log."""

from __future__ import annotations

import argparse
import re
import sys
import time
from contextlib import nullcontext
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.log_id import log_ids
from stageflow_guard.audit.read.query import LogEntry, held, iter_rows
from stageflow_guard.audit.records.columns import when
from stageflow_guard.audit.records.formats.record import KINDS
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.audit.records.schema_check import MALFORMED
from stageflow_guard.base.traceparent import is_trace_id
from stageflow_guard.cli import HOLDS
from stageflow_guard.cli.audit_args import FILTERS, named
from stageflow_guard.cli.audit_output import as_json, cell, private, write_records
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.places import settings_of
from stageflow_guard.cli.reasons import REMEDIES
from stageflow_guard.cli.terminal import escape_control
from stageflow_guard.errors import ConfigError

_AGO = re.compile(r"([1-9][0-9]{0,8})([smhd])")
NARROWING = ("run", "subject", "tenant", "session", "since", "trace")  # a timeline needs one
UNSIGNED = "  (not yet under a checkpoint)"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def moment(text: str | None) -> int | None:
    """Return nanoseconds since the epoch for RFC 3339, or for `15m`, `24h`, `7d` ago."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        return time.time_ns() - int(ago[1]) * _SECONDS[ago[2]] * 10**9
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"`{text[:40]}` is no time: write 2026-01-31T12:00:00Z, or 24h") from None
    return round(found.astimezone().timestamp() * 1_000_000) * 1000


# filters whose values are known: another one would choose nothing, and look like "all is well"
CLOSED = {
    "kind": (*KINDS, MALFORMED),
    "decision": ("permit", "deny"),
    "error": tuple(sorted({code for one in REMEDIES for code in one.codes})),
}


def trace_id(text: str) -> str:
    """Return the trace id in an id, in `<trace id>-<span id>` or in a `traceparent`."""
    parts = text.strip().lower().split("-")
    found = next((part for part in parts if is_trace_id(part)), None)
    if found is None or len(parts) > 4:
        raise ConfigError("--trace is a trace id of 32 hexadecimal digits, or a `traceparent`")
    return found


def folders_of(args: argparse.Namespace) -> list[str]:
    """Return the logs that are asked: one, or several of a timeline."""
    several: list[str] | None = getattr(args, "dirs", None)
    return several or [args.dir]


def _require_one_of(name: str, value: str, there: tuple[str, ...]) -> None:
    if value not in there:
        near = get_close_matches(value, there, 1)
        meant = f"; did you mean `{near[0]}`?" if near else ""
        raise ConfigError(f"--{name} is one of {', '.join(there)}, not `{value[:40]}`{meant}")


def chosen(args: argparse.Namespace, **more: str) -> list[dict[str, Any]]:
    """Return the records that the filters choose, out of a projection of all shards."""
    return chosen_with_effects(args, **more)[0]


def chosen_with_effects(
    args: argparse.Namespace, **more: str
) -> tuple[list[dict[str, Any]], dict[tuple[str, int], str]]:
    """Return the chosen records, and what came of every decision, chosen or not."""
    asked = {name: value for name in FILTERS if (value := getattr(args, name, None)) is not None}
    for name, there in CLOSED.items():
        if name in asked:
            _require_one_of(name, asked[name], there)
    if "subject" in asked:
        asked["subject"] = named(asked["subject"])
    if "trace" in asked:
        asked["trace"] = trace_id(asked["trace"])
    noted(args, {**asked, "since": args.since, "until": args.until})
    base = projection(args)
    try:
        found = base.query(
            since=moment(args.since),
            until=moment(args.until),
            limit=args.limit,
            **{**asked, **more},
        )
        return found, base.effects()
    finally:
        base.close()


def projection(args: argparse.Namespace) -> SqliteProjection:
    """Return a projection that is up to date: the kept one, or one in memory."""
    base = SqliteProjection(getattr(args, "db", None) or ":memory:")
    try:
        left_out = 0
        for folder in (one for path in folders_of(args) for one in logs_in(path)):
            base.sync(folder)
            left_out += held(folder)[1]
    except BaseException:
        base.close()
        raise
    if left_out:
        print(
            f"left out: {left_out} records that are only written ahead, not yet under a "
            "checkpoint; `audit tail` shows them",
            file=sys.stderr,
        )
    return base


def query(args: argparse.Namespace) -> int:
    """List the records that match."""
    found = chosen(args)
    if args.value is not None:
        marks = set(_marks(args))
        found = [r for r in found if marks & _strings(r)]
    write_records(args, found)
    return HOLDS


def _marks(args: argparse.Namespace) -> dict[str, tuple[str, str]]:
    from stageflow_guard.audit.admin.fingerprint import Fingerprints
    from stageflow_guard.keys.assemble import ring_from

    ring = ring_from(settings_of(args))
    return Fingerprints(ring).search(args.field, args.value)


def _strings(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*(_strings(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(_strings(v) for v in value))
    return set()


def denied(args: argparse.Namespace) -> int:
    """List what was refused, and why."""
    write_records(args, chosen(args, decision="deny"), [
        "ref", "time", "reason", "tenant", "subject", "pipeline", "action", "resource",
    ])  # fmt: skip
    return HOLDS


def timeline(args: argparse.Namespace) -> int:
    """List what happened, each decision with what came of it."""
    if not any(getattr(args, name) for name in NARROWING):
        raise ConfigError(f"name one of {', '.join(f'`--{name}`' for name in NARROWING)}")
    args.dirs = args.dirs or ["audit"]
    args.dir = args.dirs[0]
    found, outcomes = chosen_with_effects(args)
    for record in found:
        if record.get("kind") == "decision":
            after = outcomes.get((record["origin"], record["index"]))
            record["agreement"] = agreement(record, after)
    who = ["subject", "tenant", "actors"] if args.trace or len(args.dirs) > 1 else []
    write_records(
        args, found, ["ref", "time", "kind", *who, "resource", "result", "reason", "agreement"]
    )
    return HOLDS


def agreement(decision: dict[str, Any], outcome: str | None) -> str | None:
    """Return agree, disagree or unknown: derived from a decision and its effect's outcome.

    None for a permit that was asked for by hand: no effect ever follows one.
    """
    if decision.get("decision") == "deny":
        return "agree" if outcome is None else "disagree"
    if decision.get("attempt", decision.get("stage")) is None:
        return None
    return "unknown" if outcome in (None, "unknown") else "agree"


def stats(args: argparse.Namespace) -> int:
    """Count what the log holds."""
    noted(args, {})
    base = projection(args)
    took = base.latencies()
    said: dict[str, Any] = {
        "kinds": dict(base.count("kind")),
        "decisions": dict(base.count("decision", where="kind = 'decision'")),
        "reasons": dict(base.count("reason", where="decision = 'deny'")),
        "tenants": dict(base.count("coalesce(tenant, '-')")),
        "outcomes": dict(base.count("outcome", where="kind = 'effect'")),
        "findings": base.findings(),
        "latency_us": {
            name: took[min(len(took) - 1, len(took) * part // 100)] if took else None
            for name, part in (("p50", 50), ("p95", 95), ("p99", 99))
        },
    }
    base.close()
    if args.json:
        print(as_json(said, indent=2))
        return HOLDS
    for name, counts in said.items():
        print(name.replace("_us", " (µs)"))
        for key, count in counts.items():
            print(f"  {cell(key):<28} {count}")
    return HOLDS


def line(row: LogEntry) -> str:
    """Return one record as a line for people."""
    record = row.record
    who = (record.get("actor") or {}).get("subject", "-")
    what = record.get("stage") or record.get("resource") or record.get("pipeline") or "-"
    said = record.get("decision") or record.get("outcome") or "-"
    return cell(
        f"{row.index:>7}  {when(record.get('wall_ns'))}  {record.get('kind', '-'):<12} {said:<8} "
        f"{record.get('reason') or '-':<20} {record.get('tenant') or '-':<10} {who:<16} {what}"
        f"{'' if row.signed else UNSIGNED}"
    )


def tail(args: argparse.Namespace) -> int:
    """Print the last records, and with `-f` every further one; say which are not yet signed."""
    noted(args, {"n": args.n})
    folders = logs_in(args.dir)
    starts = {folder: max(0, sum(held(folder)) - args.n) for folder in folders}
    while True:
        for folder in folders:
            for row in iter_rows(folder, starts[folder]):
                starts[folder] = row.index + 1
                if args.json:
                    print(as_json({"index": row.index, "signed": row.signed, **row.record}))
                else:
                    print(line(row))
        sys.stdout.flush()
        if not args.follow:
            return HOLDS
        time.sleep(0.2)


def export(args: argparse.Namespace) -> int:
    """Print records as OCSF events, CloudEvents, CEF or as they are, one a line."""
    from stageflow_guard.audit.export.assemble import text_of

    shown = text_of(args.shape)
    found, ids = chosen(args), log_ids(args.dir)
    with private(args.out) if args.out else nullcontext(sys.stdout) as out:
        for record in found:
            origin, index = record.pop("origin"), record.pop("index")
            one = Shipped(origin, index, encoded(record), ids.get(origin, ""))
            print(escape_control(shown(one)), file=out)
    return HOLDS
