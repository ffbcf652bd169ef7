"""`audit VERB`: which function does it; and `verify`, `why`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.cli.audit_args import text_of
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.audit.read.query import LogEntry
    from stageflow_guard.audit.verification.verify import VerificationReport

WHERE = {
    "verify": "audit", "why": "audit_why",
    "denied": "audit_query", "query": "audit_query", "timeline": "audit_query",
    "stats": "audit_query", "tail": "audit_query", "export": "audit_query",
    "report": "audit_report", "gaps": "audit_review", "review": "audit_review",
    "prove": "audit_proofs", "bundle": "audit_proofs", "witness": "audit_proofs",
    "rotate": "audit_admin", "prune": "audit_admin", "erase": "audit_admin",
    "hold": "audit_admin", "release": "audit_admin", "holds": "audit_admin",
    "ship": "audit_sinks", "reconcile": "audit_sinks", "lag": "audit_sinks",
    "dead-letters": "audit_sinks", "restore": "audit_restore",
    "schema": "audit_sinks",
}  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run one audit verb."""
    module = import_module(f"stageflow_guard.cli.{WHERE[args.action]}")
    return int(getattr(module, args.action.replace("-", "_"))(args))


def verify(args: argparse.Namespace) -> int:
    """Rebuild the whole tree and check everything on disk."""
    if args.sink:
        from stageflow_guard.cli.audit_sinks import verify_sinks

        return verify_sinks(args)
    reports = verified(args)
    loose = any(r.anchored == "none" for _, r in reports)
    if args.json:
        found = [_said(report) for _, report in reports]
        print_json(found[0] if len(found) == 1 else found)
    else:
        _print(reports, loose, several=len(reports) > 1)
    return DOES_NOT_HOLD if args.require_anchor and loose else HOLDS


def verified(args: argparse.Namespace) -> list[tuple[Path, VerificationReport]]:
    """Verify each log with the key and the checkpoint that are its own.

    A verb without `--min` takes what the log's own records say was pruned.
    """
    from stageflow_guard.audit import verify as check
    from stageflow_guard.audit.read.receipts import require_receipt
    from stageflow_guard.audit.tlog.checkpoint import parse
    from stageflow_guard.audit.tlog.receipt import parse_receipt

    keys = [text_of(value) for value in args.vkey or []]
    notes = [_kept_elsewhere(Path(value), args.dir) for value in args.checkpoint or []]
    by_name = {key.split("+")[0]: key for key in keys}
    by_origin = {parse(note)[0].origin: note for note in notes}
    receipts = getattr(args, "receipt", None) or []
    found, origins = [], set()
    for folder in logs_in(args.dir):
        own = _origin(folder)
        origins.add(own)
        alone = folder == Path(args.dir)
        report = check(
            folder,
            vkey=keys[0] if alone and len(keys) == 1 else by_name.get(own),
            checkpoint=notes[0] if alone and len(notes) == 1 else by_origin.get(own),
            minimum=args.min if "min" in args else read_minimum(folder) or None,
            witnesses=tuple(text_of(w) for w in args.witness or []),
        )  # fmt: skip
        found.append((folder, report))
        for one in receipts:
            if parse_receipt(one)[0] == own:
                require_receipt(folder, one)
    for one in receipts:
        if parse_receipt(one)[0] not in origins:
            raise VerificationError("no log here has the origin of a receipt")
    for origin in sorted({*by_name, *by_origin} - origins):
        raise VerificationError(
            f"no log here has the origin `{origin}` that a key or checkpoint names"
        )
    return found


def _kept_elsewhere(note: Path, logs: str) -> bytes:
    """Return a checkpoint that was kept; say so where it is the log's own."""
    for folder in logs_in(logs):
        own = folder / "checkpoint"
        if note.exists() and own.exists() and note.samefile(own):
            said = (
                f"`{note}` is the log's own checkpoint, which vouches for nothing: give a copy that "
                "was taken earlier and kept elsewhere"
            )
            print(one_line(said), file=sys.stderr)
    return note.read_bytes()


def _origin(folder: Path) -> str:
    from stageflow_guard.audit.read.signed_head import key_line

    try:
        return key_line(folder).split("+")[0]
    except (OSError, VerificationError):
        return ""


def _said(report: VerificationReport) -> dict[str, Any]:
    counts = report.agreement
    return {
        "origin": report.origin, "size": report.size, "root": report.root,
        "anchored": report.anchored, "pending": report.pending, "minimum": report.minimum,
        "denials_with_effect": list(report.denials_with_effect),
        "agreement": {
            "agree": counts.agree, "disagree": counts.disagree, "unknown": counts.unknown
        },
        "clock_back": list(report.clock_back), "keys": list(report.keys),
        "witnesses": list(report.witnesses),
    }  # fmt: skip


def _print(reports: list[tuple[Path, VerificationReport]], loose: bool, *, several: bool) -> None:
    if loose:
        print(
            "NOT ANCHORED: nothing from outside the log vouches for it, and the key was taken from "
            "the log itself; keep a checkpoint elsewhere"
        )
    for folder, report in reports:
        where = one_line(f"{folder.name}: ") if several else ""
        start = f" from {report.minimum} on" if report.minimum else ""
        print(f"{where}holds: {report.size} records{start}, root {report.root}")
        counts = report.agreement
        print(f"{where}decisions: {counts.agree} agree with what happened, "
              f"{counts.disagree} do not, {counts.unknown} unknown")  # fmt: skip
        if report.anchored == "checkpoint":
            print(f"{where}anchored by a checkpoint")
        elif report.anchored == "vkey":
            print(f"{where}anchored by its key only: a rewrite by the key's holder would not show")
        for name in report.witnesses:
            print(f"{where}cosigned by {name}")
        if len(report.keys) > 1:
            print(f"{where}{len(report.keys) - 1} key rotations, each endorsed on record")
        for index in report.denials_with_effect:
            print(f"{where}ALARM: effect {index} follows a denial")
        if report.clock_back:
            print(f"{where}the clock went back at {report.clock_back[0]}")


def rows(folder: str, origin: str = "") -> Iterator[LogEntry]:
    """Iterate the rows of a log, or of all its shards; of one when `origin` names it."""
    from stageflow_guard.audit.read.query import iter_rows

    for one in folders_of(folder, origin):
        yield from iter_rows(one)


def folders_of(folder: str, origin: str = "") -> list[Path]:
    """Return the log directories in `folder`; those of `origin` when it is named."""
    found = [one for one in logs_in(folder) if not origin or _origin(one) == origin]
    if not found:
        raise ConfigError(f"no log in `{folder}` has the origin `{origin}`")
    return found
