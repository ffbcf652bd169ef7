"""`policy diff | replay | suggest | revisions | rollback`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, places, print_json
from stageflow_guard.cli.policy.style import columns, paint
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.live.revisions import Revisions, named_by

if TYPE_CHECKING:
    from stageflow_guard.model import AccessRequest


def diff(args: argparse.Namespace) -> int:
    """Print what a change means, as text, JSON or Markdown."""
    from stageflow_guard.policy.analysis.diff import diff as compare
    from stageflow_guard.policy.analysis.markdown import grouped, markdown

    for folder in (args.old, args.new):
        places.require("path", folder, "`diff` takes two policy folders, the old one first")
    found = compare(PolicySet.load(args.old), PolicySet.load(args.new))
    if args.json:
        print_json({
            "old": found.old, "new": found.new, "gained": found.gained, "lost": found.lost,
            "tenants": list(found.tenants), "added": list(found.added),
            "removed": list(found.removed), "platform": list(found.platform),
            "problems": list(found.problems), "changes": [asdict(c) for c in found.changes],
        })  # fmt: skip
    elif args.markdown:
        print(markdown(found), end="")
    else:
        print(found.summary())
        for name in found.added:
            print(paint(f"+ tenant {name}", "green"))
        for name in found.removed:
            print(paint(f"- tenant {name}", "red"))
        rows = [
            ("+" if row.gained else "-", row.tenant, row.kind, row.act, row.obj, row.who)
            for row in grouped(found)
        ]
        for line in columns(rows):
            print(paint(line, "green" if line.startswith("+") else "red"))
        for line in (*found.platform, *(f"! {problem}" for problem in found.problems)):
            print(line)
    return DOES_NOT_HOLD if args.exit_code and (found or found.problems) else HOLDS


def replay(args: argparse.Namespace) -> int:
    """Print which recorded decisions would change; exit 1 when one would."""
    from stageflow_guard.policy.analysis.replay import replay as again

    found = again(PolicySet.load(args.path), _records(args.log))
    if args.json:
        print_json({
            "asked": found.asked, "skipped": found.skipped,
            "changed": [
                {"index": c.index, "was": c.was, "now": c.now, "rules": list(c.rules),
                 "request": _request(c.request)}
                for c in found.changed
            ],
        })  # fmt: skip
    else:
        rows = [
            (str(c.index), c.request.ten, c.request.sub, _said(c.request), f"{c.was} -> {c.now}")
            for c in found.changed
        ]
        for line in columns(rows):
            print(line)
        print(
            f"{len(found.changed)} of {found.asked} recorded decisions change "
            f"({found.denied} permits become denials)"
        )
    return DOES_NOT_HOLD if found.changed else HOLDS


def suggest(args: argparse.Namespace) -> int:
    """Print grants that no recorded decision used; changes nothing."""
    from stageflow_guard.policy.analysis.replay import suggest as look

    found = look(PolicySet.load(args.path), _records(args.log))
    if args.json:
        print_json(asdict(found))
        return HOLDS
    for one in found.unused:
        print(f"{args.path}/{one.where}  {one.text}")
    span = "" if found.since is None else f" from {_utc(found.since)} to {_utc(found.until or 0)}"
    print(f"{len(found.unused)} grants unused in {found.asked} decisions{span}")
    if found.unused:
        said = (
            "change no recorded decision" if found.verified else "WOULD change recorded decisions"
        )
        print(f"without them these policies {said}; a log does not show what will be needed")
    return HOLDS


def revisions(args: argparse.Namespace) -> int:
    """List the revisions that decided, newest first, or remove what no record needs."""
    if args.what == "prune":
        return _prune(args)
    current = PolicySet.load(args.path).revision if Path(args.path).is_dir() else ""
    found = _kept(args.log).kept(_named(args.log) if _has_log(args.log) else {})
    if args.json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            mark = "  in force here" if one.revision == current else ""
            how = "since " if one.since is not None else "kept at "
            print(f"{one.revision}  {how}{_utc(one.when)}{mark}")
        if not found:
            print(
                f"no revision is kept beside `{args.log}` yet: a guard keeps each one that decides, "
                "from its first opening on"
            )
        elif any(one.since is None for one in found):
            print(
                "`since` is the first record that names a revision; `kept at` is on no record, only "
                "the time of a file"
            )
    return HOLDS


def _prune(args: argparse.Namespace) -> int:
    """Remove kept revisions that no record names; the one in force and the newest stay."""
    kept = _kept(args.log)
    # one that cannot be loaded leaves open what is in force: nothing is removed then
    named = {PolicySet.load(args.path).revision: 0.0, **_named(args.log, signed=False)}
    now = time.time()
    going = kept.prunable(named, keep=args.keep, now=now)
    if going and not _agreed(args, f"remove {len(going)} kept revisions?"):
        print("nothing was changed")
        return DOES_NOT_HOLD
    if going:
        going = kept.remove(going, now=now)
    left = len(kept.kept())
    if args.json:
        print_json({"removed": going, "left": left})
        return HOLDS
    for one in going:
        print(f"removed {one}")
    print(f"{len(going)} removed, {left} left: what a record names, what is in force, the newest")
    return HOLDS


def rollback(args: argparse.Namespace) -> int:
    """Put the files of a kept revision back; a guard that watches them takes them up.

    Shows what that means and asks, where standard input is a terminal. Who is suspended now stays
    so, unless it is asked for by name of the option.
    """
    kept = _kept(args.log)
    revision = kept.find(args.revision)
    folder = Path(args.path)
    back = kept.returning(revision, folder)
    if back and not (args.include_suspensions or args.keep_suspensions):
        raise ConfigError(
            f"{', '.join(back[:10])} would no longer be suspended; say --keep-suspensions to roll "
            "back everything else, or --include-suspensions"
        )
    wanted = kept.load(revision)
    if not args.json:
        _show_change(folder, wanted)
    if not _agreed(args, "roll back?"):
        print("nothing was changed")
        return DOES_NOT_HOLD
    before = _revision_in(folder)
    changed = kept.restore(revision, folder, suspensions=args.include_suspensions)
    if args.json:
        print_json({"revision": revision, "files": changed, "before": before, "returned": back})
        return HOLDS
    for name in changed:
        print(f"restored {args.path}/{name}")
    print(f"{args.path} is at {_revision_in(folder)}")
    if before:
        print(f"to take it back: stageflow-guard policy rollback {before[:12]}")
    return HOLDS


def _revision_in(folder: Path) -> str:
    try:
        return PolicySet.load(folder).revision
    except ConfigError:
        return ""


def _show_change(folder: Path, wanted: PolicySet) -> None:
    from stageflow_guard.policy.analysis.diff import diff as compare

    try:
        found = compare(PolicySet.load(folder), wanted)
    except ConfigError:
        print("the files that are there cannot be loaded; there is nothing to compare with")
        return
    print(found.summary())
    for line in found.platform:
        print(line)


def _agreed(args: argparse.Namespace, question: str) -> bool:
    """Ask on a terminal; a script has decided by running the verb."""
    if args.yes or args.json or not sys.stdin.isatty():
        return True
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _kept(log: str) -> Revisions:
    return Revisions(f"{Path(log)}.policies")


def _has_log(log: str) -> bool:
    from stageflow_guard.audit.log.shards import logs_in

    try:
        return bool(logs_in(log))
    except ConfigError:
        return False


def _named(log: str, *, signed: bool = True) -> dict[str, float]:
    """Return the revisions that the records of all shards name, with the first time of each.

    With `signed` only what a checkpoint commits to: that is on record for good.
    """
    from stageflow_guard.audit.log.shards import logs_in
    from stageflow_guard.audit.read.query import iter_rows

    found: dict[str, float] = {}
    for folder in logs_in(log):
        rows = (row.record for row in iter_rows(folder) if row.signed or not signed)
        for name, seconds in named_by(rows).items():
            found[name] = min(seconds, found.get(name, seconds))
    return found


def _records(log: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    from stageflow_guard.cli.audit import rows

    return ((row.index, row.record) for row in rows(log) if row.signed)


def _request(request: AccessRequest) -> dict[str, Any]:
    names = ("sub", "ten", "own", "kind", "obj", "act")
    return {**{n: getattr(request, n) for n in names}, "roles": list(request.roles)}


def _said(request: AccessRequest) -> str:
    return f"{request.kind} {request.act} {request.obj}"


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
