"""`audit VERB`: which function does it; and `verify`, `why`."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.access_log import is_readers_log
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.cli.audit_anchor import Checked, check_all, origin_of
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.kept_policies import changed_beside, changed_line
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.audit.read.query import LogEntry

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
    # opening a readers' log may mend its end, so it is verified first, as it lies there
    own = is_readers_log(args.dir)
    if not own:
        noted(args, {})
    found = check_all(args)
    if own:
        noted(args, {})
    changed = changed_beside(args.dir)
    if args.json:
        said = [_said(one, changed) for _, one in found]
        print_json(said[0] if len(said) == 1 else said)
    else:
        for revision in changed:
            print(changed_line(revision))
        _print(found)
    # what was given counts here, the log's own too: the verdict above says what that is worth
    loose = any(one.report.anchored == "none" for _, one in found)
    return DOES_NOT_HOLD if changed or (args.require_anchor and loose) else HOLDS


def _said(checked: Checked, changed: list[str]) -> dict[str, Any]:
    report = checked.report
    counts = report.agreement
    return {
        "origin": report.origin, "size": report.size, "root": report.root,
        **checked.anchor.as_json(), "pending": report.pending, "minimum": report.minimum,
        "denials_with_effect": list(report.denials_with_effect),
        "agreement": {
            "agree": counts.agree, "disagree": counts.disagree, "unknown": counts.unknown
        },
        "clock_back": list(report.clock_back), "keys": list(report.keys),
        "witnesses": list(report.witnesses), "changed_policies": changed,
    }  # fmt: skip


def _print(found: list[tuple[Path, Checked]]) -> None:
    for warning in dict.fromkeys(one.anchor.warning for _, one in found):
        if warning is not None:
            print(warning)
    for folder, checked in found:
        report = checked.report
        where = one_line(f"{folder.name}: ") if len(found) > 1 else ""
        start = f" from {report.minimum} on" if report.minimum else ""
        print(f"{where}holds: {report.size} records{start}, root {report.root}")
        counts = report.agreement
        print(f"{where}decisions: {counts.agree} agree with what happened, "
              f"{counts.disagree} do not, {counts.unknown} unknown")  # fmt: skip
        if checked.vouched is not None:
            print(f"{where}{checked.vouched}")
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
    found = [one for one in logs_in(folder) if not origin or origin_of(one) == origin]
    if not found:
        reads = Path(f"{folder}.reads")  # what a review says of who read the log is of that one
        beside = reads.is_dir() and any(origin_of(one) == origin for one in logs_in(reads))
        hint = f"; the log beside it has, of who read: `--dir {reads.name}`" if beside else ""
        raise ConfigError(f"no log in `{folder}` has the origin `{origin}`{hint}")
    return found
