"""`audit query | timeline | denied | stats | tail | export`: questions to the log."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any

from stageflow_guard.audit.export.sink import Shipped
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.log_id import log_ids
from stageflow_guard.audit.read.query import LogEntry, held, iter_entries, iter_rows
from stageflow_guard.audit.read.selection import Effects, Selection, select
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.read.statistics import Statistics
from stageflow_guard.audit.records.columns import when
from stageflow_guard.audit.records.followed import effect_follows
from stageflow_guard.audit.records.formats.record import KINDS
from stageflow_guard.audit.records.outcome_words import OUTCOMES
from stageflow_guard.audit.records.record import encoded
from stageflow_guard.audit.records.schema_check import MALFORMED
from stageflow_guard.base.near_name import near_name
from stageflow_guard.base.traceparent import is_trace_id
from stageflow_guard.cli import HOLDS
from stageflow_guard.cli.audit_args import FILTERS, named
from stageflow_guard.cli.audit_output import as_json, cell, streamed, write_parts, write_records
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.places import settings_of
from stageflow_guard.cli.reasons import REMEDIES
from stageflow_guard.cli.terminal import escape_control, one_line
from stageflow_guard.errors import ConfigError

_AGO = re.compile(r"([1-9][0-9]{0,8})([smhd])")
NARROWING = ("run", "subject", "tenant", "session", "since", "trace")  # a timeline needs one
UNSIGNED = "  (not yet under a checkpoint)"
_MOST = 2**63 - 1  # nanoseconds, from 1677 to 2262: what a record and a table hold
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def moment(text: str | None) -> int | None:
    """Return nanoseconds since the epoch for RFC 3339, or for `15m`, `24h`, `7d` ago."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        return max(-_MOST, time.time_ns() - int(ago[1]) * _SECONDS[ago[2]] * 10**9)
    try:
        found = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):  # no time, or none within the years 1 to 9999
        raise ConfigError(f"`{text[:40]}` is no time: write 2026-01-31T12:00:00Z, or 24h") from None
    return max(-_MOST, min(_MOST, round(found.timestamp() * 1_000_000) * 1000))


# filters whose values are known: another one would choose nothing, and look like "all is well"
CLOSED = {
    "kind": (*KINDS, MALFORMED),
    "decision": ("permit", "deny"),
    "error": tuple(sorted({code for one in REMEDIES for code in one.codes})),
    "outcome": tuple(OUTCOMES),
}
MEANT = {"denied": "deny", "refused": "deny", "permitted": "permit", "allow": "permit"}
# an authenticator or a check of the application's own may have reasons of its own
REASONS = tuple(sorted({reason for one in REMEDIES for reason in one.reasons}))


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
        near = near_name(value, there) or (MEANT.get(value) if name == "decision" else None)
        meant = f"; did you mean `{near}`?" if near else ""
        raise ConfigError(f"--{name} is one of {', '.join(there)}, not `{value[:40]}`{meant}")


class _Of(dict[str, Any]):
    """A record, and which of the logs that are asked it is from: two may have one origin."""

    __slots__ = ("log",)
    log: int


class Chosen:
    """The records that the filters choose, once, in order: by index, across logs by time.

    A step of the iteration reads on; memory does not grow with the log. `outcomes` and `came_of`
    hold what came of each decision that was given to `note`, once all records were taken. Who
    shows records before the last one was read says `streamed`: then the whole log is held against
    its tree before the first.
    """

    def __init__(self, args: argparse.Namespace, *, streamed: bool = False, **more: str) -> None:
        self._args = args
        self._streamed = streamed
        filters = _asked(args) | more
        self._asked: dict[str, Any] = {
            **filters, "since": moment(args.since), "until": moment(args.until)
        }  # fmt: skip
        self._effects = [Effects()]  # one for each log

    @property
    def outcomes(self) -> dict[tuple[str, int], str]:
        """(origin, index of a decision) -> the outcome of its effect; of logs of other origins."""
        return {key: said for one in self._effects for key, said in one.outcomes.items()}

    def came_of(self, record: Mapping[str, Any]) -> str | None:
        """Return the outcome of this decision's effect in its own log, or None."""
        key = (record["origin"], record["index"])
        return self._effects[getattr(record, "log", 0)].outcomes.get(key)

    def note(self, record: Mapping[str, Any]) -> None:
        """Keep what comes of this decision; call it before the next record is taken."""
        self._effects[getattr(record, "log", 0)].note(record["origin"], record["index"])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield them; raises `VerificationError` for a log or a projection that does not hold."""
        if getattr(self._args, "db", None):
            with closing(projection(self._args)) as base:
                yield from base.query(limit=self._args.limit, **self._asked)
                effects = self._effects[0]
                effects.outcomes.update(base.effects(effects.waiting))
            return
        chosen = Selection(**self._asked)
        logs = _logs(self._args)
        if self._streamed:
            for folder in logs:
                require_attested(folder)
        self._effects = [Effects() for _ in logs]
        parts = [self._of(log, select(folder, chosen, self._effects[log]))
                 for log, folder in enumerate(logs)]  # fmt: skip
        found = merge(*parts, key=_by_time) if len(parts) > 1 else parts[0]
        yield from islice(found, self._args.limit)
        # effects behind the last record shown
        for _ in found if any(one.waiting for one in self._effects) else ():
            pass

    @staticmethod
    def _of(log: int, records: Iterable[dict[str, Any]]) -> Iterator[_Of]:
        for record in records:
            one = _Of(record)
            one.log = log
            yield one


def _by_time(record: Mapping[str, Any]) -> tuple[int, str, int]:
    wall_ns = record.get("wall_ns")
    return (wall_ns if type(wall_ns) is int else 0, record["origin"], record["index"])


def _asked(args: argparse.Namespace) -> dict[str, str]:
    """Return the filters; refuse what would choose nothing, and put the question on record."""
    asked = {name: value for name in FILTERS if (value := getattr(args, name, None)) is not None}
    for name, there in CLOSED.items():
        # an error may also be the class of a step's own, which is in no list
        if name in asked and not (name == "error" and asked[name][:1].isupper()):
            _require_one_of(name, asked[name], there)
    if ":" not in asked.get("resource", ":"):
        raise ConfigError("--resource is `kind:object`, such as stage:support/answer")
    reason = asked.get("reason", "")
    if reason and reason not in REASONS and (near := near_name(reason, REASONS)):
        print(one_line(f"no reason of the guard's is `{reason[:40]}`; did you mean `{near}`?"),
              file=sys.stderr)  # fmt: skip
    if "subject" in asked:
        asked["subject"] = named(asked["subject"])
    if "trace" in asked:
        asked["trace"] = trace_id(asked["trace"])
    noted(args, {**asked, "since": args.since, "until": args.until})
    return asked


def _logs(args: argparse.Namespace) -> list[Path]:
    """Return every log that is asked; say how many of their records no answer holds."""
    found = [one for path in folders_of(args) for one in logs_in(path)]
    left_out = sum(held(folder)[1] for folder in found)
    if left_out:
        print(
            f"left out: {left_out} records that are only written ahead, not yet under a "
            "checkpoint; `audit tail` shows them",
            file=sys.stderr,
        )
    return found


def _require_told_apart(folders: Iterable[Path]) -> None:
    """Raise `ConfigError` for two logs of one origin, of which a projection answers for one."""
    known: dict[str, Path] = {}
    for folder in folders:
        origin = signed_head(folder)[0].origin
        if origin in known:
            raise ConfigError(
                f"`{known[origin]}` and `{folder}` are both logs of `{origin}`, and `--db` answers "
                "for one log of an origin: leave `--db` away"
            )
        known[origin] = folder


def require_attested(folder: Path) -> None:
    """Raise `VerificationError` unless every signed record of a log is in its signed tree."""
    for _ in iter_entries(folder):
        pass


def projection(args: argparse.Namespace) -> SqliteProjection:
    """Return the kept projection, brought up to date."""
    base = SqliteProjection(args.db)
    try:
        folders = _logs(args)
        _require_told_apart(folders)
        for folder in folders:
            base.sync(folder, compared=not args.trust_db)
    except BaseException:
        base.close()
        raise
    return base


def query(args: argparse.Namespace) -> int:
    """List the records that match."""
    found: Iterable[dict[str, Any]] = Chosen(args, streamed=streamed(args))
    if args.value is not None:
        marks = set(_marks(args))
        found = (r for r in found if marks & _strings(r))
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
    write_records(args, Chosen(args, streamed=streamed(args), decision="deny"), [
        "ref", "time", "reason", "tenant", "subject", "pipeline", "action", "resource",
    ])  # fmt: skip
    return HOLDS


def timeline(args: argparse.Namespace) -> int:
    """List what happened, each decision with what came of it."""
    if not any(getattr(args, name) for name in NARROWING):
        raise ConfigError(f"name one of {', '.join(f'`--{name}`' for name in NARROWING)}")
    args.dirs = args.dir if isinstance(args.dir, list) else [args.dir]
    args.dir = args.dirs[0]
    chosen, found = Chosen(args), []
    for record in chosen:
        found.append(record)
        if record.get("kind") == "decision":
            chosen.note(record)
    for record in found:
        if record.get("kind") == "decision":
            record["agreement"] = agreement(record, chosen.came_of(record))
    who = ["subject", "tenant", "actors"] if args.trace or len(args.dirs) > 1 else []
    write_records(
        args, found, ["ref", "time", "kind", *who, "resource", "result", "reason", "agreement"]
    )
    return HOLDS


def agreement(decision: dict[str, Any], outcome: str | None) -> str | None:
    """Return agree, disagree or unknown: derived from a decision and its effect's outcome.

    None for a permit that no effect follows: one asked for by hand, a guardrail's verdict.
    """
    if decision.get("decision") == "deny":
        return "agree" if outcome is None else "disagree"
    if not effect_follows(decision):
        return None
    return "unknown" if outcome in (None, "unknown") else "agree"


def stats(args: argparse.Namespace) -> int:
    """Count what the log holds."""
    noted(args, {})
    if args.db:
        with closing(projection(args)) as base:
            said = _said(base.statistics())
    else:
        seen = Statistics()
        for folder in _logs(args):
            seen.take(folder)
        said = _said(seen)
    if args.json:
        print(as_json(said, indent=2))
        return HOLDS
    for name, counts in said.items():
        print(name.replace("_us", " (µs)"))
        for key, count in counts.items():
            print(f"  {cell(key):<28} {count}")
    return HOLDS


def _said(seen: Statistics) -> dict[str, Any]:
    return {
        "kinds": _most_first(seen.kinds),
        "decisions": _most_first(seen.decisions),
        "reasons": _most_first(seen.reasons),
        "tenants": _most_first(seen.tenants),
        "outcomes": _most_first(seen.outcomes),
        "findings": seen.findings,
        "latency_us": {f"p{part}": seen.percentile(part) for part in (50, 95, 99)},
    }


def _most_first(counted: Mapping[Any, int]) -> dict[Any, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], str(one[0] or ""))))


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
    starts = {folder: max(0, sum(held(folder)) - args.n) for folder in logs_in(args.dir)}
    while True:
        for folder in logs_in(args.dir):  # a worker that comes later begins a shard
            for row in iter_rows(folder, starts.setdefault(folder, 0)):
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
    ids = log_ids(args.dir)

    def lines() -> Iterator[str]:
        for record in Chosen(args, streamed=True):
            origin, index = record.pop("origin"), record.pop("index")
            one = Shipped(origin, index, encoded(record), ids.get(origin, ""))
            yield escape_control(shown(one)) + "\n"

    write_parts(args.out, lines())
    return HOLDS
