"""`audit gaps` and `audit review`: what a log does not say, and ten questions of a day.

Both say first what each log was compared with: what a rollback took away is no gap in what is left.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.gaps import KINDS, Gap
from stageflow_guard.audit.read.gaps import gaps as gaps_of
from stageflow_guard.audit.read.query import held, iter_readable
from stageflow_guard.audit.read.review import Answer, Review, as_markdown, as_text
from stageflow_guard.audit.records.columns import person_time
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS
from stageflow_guard.cli.audit_anchor import Checked, Given, check_all, origin_of
from stageflow_guard.cli.audit_output import private
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.audit_refs import requester_of
from stageflow_guard.cli.kept_policies import changed_beside, changed_line, gone_line
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError, VerificationError

MOST_NS = 2**63 - 1


def gaps(args: argparse.Namespace) -> int:
    """Exit 1 when there is a gap, and when a log is not the one that a checkpoint is of."""
    noted(args, {})
    checked = [one for _, one in check_all(args)]
    found = [gap for origin, folder in _logs(args.dir) for gap in _gaps(origin, folder, args)]
    if args.json:
        logs = [_compared(one) for one in checked]
        said = {"version": 1, "logs": logs, "gaps": [asdict(gap) for gap in found]}
        print(json.dumps(said, indent=2))
    else:
        for one in checked:
            print(one_line(_head(one)))
        for gap in found:
            print(one_line(f"{person_time(gap.wall_ns)}  {gap.kind:26} {gap.told}  {gap.ref}"))
        sought = ", ".join(kind.replace("_", " ") for kind in KINDS)
        print(f"{len(found)} gaps" if found else f"no gaps; looked for: {sought}")
    return DOES_NOT_HOLD if found else HOLDS


def review(args: argparse.Namespace) -> int:
    """Print the ten questions of a day with their answers; exit 1 when the log does not hold."""
    named = None if args.day is None else _day(args.day)
    noted(args, {"since": named})
    last_day = _last_day(args.dir) if named is None else None
    day = named or last_day or _today()
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 10**9
    end = start + int(timedelta(days=1).total_seconds()) * 10**9
    seen, holds, whole, lines, all_read = Review(), True, list[str](), list[str](), True
    first, last = MOST_NS, 0
    given, heads, logs = Given(args), list[str](), list[dict[str, Any]]()
    given.require_known(origin_of(folder) for _, folder in _logs(args.dir))
    for origin, folder in _logs(args.dir):
        try:
            one = given.check(folder, origin_of(folder))
            heads.append(_head(one))
            logs.append({"holds": True, **_compared(one)})
            whole.append(f"{origin}: {one.report.size} records verify, "
                         + ("NOT ANCHORED" if one.anchor.warning else str(one.vouched)))  # fmt: skip
        except VerificationError as error:
            holds = False
            whole.append(f"{origin}: DOES NOT HOLD: {error.message}")
            heads.append(whole[-1])
            logs.append({"origin": origin, "holds": False, "why": error.message})
        try:
            for index, record in iter_readable(folder):
                at = int(record.get("wall_ns") or 0)
                first, last = min(at, first), max(at, last)
                if start <= at < end:
                    seen.take(f"{origin}#{index}", record)
            lines += [
                f"{gap.told} [{gap.ref}]"
                for gap in _gaps(origin, folder, args)
                if start <= gap.wall_ns < end
            ]
        except VerificationError as error:  # what stands before it is answered all the same
            holds = all_read = False
            whole.append(f"{origin}: reading ended early: {error.message}")
    for revision in changed_beside(args.dir):
        holds = False
        whole.append(changed_line(revision))
    if (gone := gone_line(seen.revisions, args.dir)) is not None:
        heads.append(gone)
    if not seen.records and last:
        heads.append(f"no record is of that day: the first is of {person_time(first)}, the last of "
                     f"{person_time(last)} UTC")  # fmt: skip
    if (wrong := _take_reads(seen, args.dir, start, end)) is not None:
        all_read = False
        whole.append(wrong)
    answers = seen.answers(
        whole="; ".join(whole),
        gaps=lines,
        all_read=all_read,
        requester=partial(_asked_by, args.dir),
    )
    if named is None:
        which = "today, since no record can be read" if last_day is None else "the last on record"
        heads.insert(0, f"no day was named: this is {which}")
    if args.json:
        body = _as_json(day, seen.records, logs, answers)
    else:
        shown = as_markdown if args.markdown else as_text
        told = [Answer(one.question, tuple(map(one_line, one.lines))) for one in answers]
        body = shown(day.isoformat(), seen.records, told, heads=map(one_line, heads))
    _put(args.out, body, seen.records)
    return HOLDS if holds else DOES_NOT_HOLD


def _put(out: str | None, body: str, records: int) -> None:
    if out is None:
        print(body, end="")
        return
    with private(out) as file:  # it names callers
        file.write(body)
    print(one_line(f"wrote {out}: {records} records"), file=sys.stderr)


def _as_json(day: date, records: int, logs: list[dict[str, Any]], answers: list[Answer]) -> str:
    content = [{"question": one.question, "answers": list(one.lines)} for one in answers]
    said = {"version": 1, "day": day.isoformat(), "records": records, "logs": logs}
    return json.dumps({**said, "questions": content}, indent=2) + "\n"


def _asked_by(folder: str, record: Mapping[str, Any]) -> str | None:
    try:
        return requester_of(folder, record)
    except VerificationError:  # told already: the log does not hold there
        return None


def _head(one: Checked) -> str:
    start = f" from {one.report.minimum} on" if one.report.minimum else ""
    return f"{one.report.origin}: {one.report.size} records{start}, {one.told}"


def _compared(one: Checked) -> dict[str, Any]:
    return {"origin": one.report.origin, "size": one.report.size, **one.anchor.as_json()}


def _gaps(origin: str, folder: Path, args: argparse.Namespace) -> Iterator[Gap]:
    return gaps_of(origin, iter_readable(folder), silence=args.silence * 60)


def _logs(folder: str) -> list[tuple[str, Path]]:
    return [(origin_of(one) or str(one), one) for one in logs_in(folder)]


def _take_reads(seen: Review, folder: str, start: int, end: int) -> str | None:
    """Take a day of the readers' own logs, beside the log; return what is wrong with them."""
    beside = Path(f"{Path(folder).absolute()}.reads")
    try:
        for origin, one in _logs(str(beside)) if beside.is_dir() else []:
            for index, record in iter_readable(one):
                if start <= int(record.get("wall_ns") or 0) < end:
                    seen.take_read(f"{origin}#{index}", record)
    except (VerificationError, ConfigError) as error:
        return f"the log of reads: reading ended early: {error.message}"
    return None


def _last_day(folder: str) -> date | None:
    """Return the day of the last record; None where none can be read."""
    last = 0
    for _, one in _logs(folder):
        with suppress(VerificationError):  # the review itself says so
            for _, record in iter_readable(one, max(0, held(one)[0] - 1)):
                last = max(last, int(record.get("wall_ns") or 0))
    return datetime.fromtimestamp(last // 10**9, UTC).date() if last else None


def _today() -> date:
    return datetime.now(UTC).date()


def _day(text: str) -> date:
    if text in ("today", "yesterday"):
        return _today() - timedelta(days=text == "yesterday")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"`{text[:40]}` is no day: write 2026-01-31, today or yesterday"
        ) from None
