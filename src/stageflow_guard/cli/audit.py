"""`audit verify | why | denied`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.shards import logs_in
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, emit
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

TODO = {
    "missing": "bind a token: `async with guard.session(token)`, or `data={'auth_token': token}`",
    "expired": "get a fresh token from your provider",
    "bad_signature": "the token was not signed by a key of this issuer: check issuer and keys",
    "wrong_audience": "ask the provider for a token whose `aud` is listed under `audiences`",
    "no_matching_rule": "add a p line for this role, or give the subject the role",
    "explicit_deny": "a deny line matched; deny overrides every allow",
    "foreign_owner": "the resource belongs to another tenant; no policy line can allow this",
    "outside_run": "run the pipeline that `guard.mount` returned",
    "identity_conflict": "leave `user_id` and `org_id` out: they come from the token",
}


def run(args: argparse.Namespace) -> int:
    """Run one audit verb."""
    return {"verify": verify, "why": why, "denied": denied}[args.action](args)


def verify(args: argparse.Namespace) -> int:
    """Rebuild the whole tree and check everything on disk."""
    from stageflow_guard.audit import verify as check

    old = None
    if args.checkpoint:
        old = Path(args.checkpoint).read_bytes()
    folders = logs_in(args.dir)
    if len(folders) > 1 and (args.vkey or old):
        raise ConfigError("a vkey or checkpoint belongs to one log; name the shard's folder")
    reports = [check(folder, vkey=args.vkey, checkpoint=old) for folder in folders]
    if args.json:
        found = [{"size": r.size, "root": r.root, "anchored": r.anchored} for r in reports]
        emit(found[0] if len(found) == 1 else found)
    else:
        if any(r.anchored == "none" for r in reports):
            print("NOT ANCHORED: nothing from outside the log vouches for it; keep a checkpoint")
        for folder, report in zip(folders, reports, strict=True):
            where = f"{folder.name}: " if len(folders) > 1 else ""
            print(f"{where}holds: {report.size} records, root {report.root}")
    loose = any(r.anchored == "none" for r in reports)
    return DOES_NOT_HOLD if args.require_anchor and loose else HOLDS


def records(folder: str, origin: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
    """Iterate (index, record) of a log, or of all its shards; of one when `origin` names it."""
    from stageflow_guard.audit.query import iter_records

    folders = logs_in(folder)
    named = [f for f in folders if f.name == origin.rpartition("/")[2]]
    for one in named if len(folders) > 1 and named else folders:
        yield from iter_records(one)


def why(args: argparse.Namespace) -> int:
    """Print step, reason, rule and remedy of one refusal."""
    origin, _, number = args.ref.rpartition("#")
    for index, record in records(args.dir, origin):
        if (number.isdigit() and index == int(number)) or (
            not origin and record.get("run") == args.ref
        ):
            if args.json:
                emit({"index": index, **record})
            else:
                reason = record.get("reason", "")
                print(f"record   {index} ({record.get('kind')})")
                print(f"decision {record.get('decision')} at step {record.get('step', '-')}")
                print(f"reason   {record.get('error', '-')}: {reason}")
                print(f"what     {record.get('action', '-')} {record.get('resource', '-')}")
                rules, miss = evidence(args.dir, record)
                print(f"rules    {rules or 'none matched'}")
                if miss:
                    print(f"nearest  {miss}")
                print(f"policy   {(record.get('policy') or {}).get('sha256', '-')}")
                print(f"remedy   {TODO.get(reason, 'see docs/reference/refusals.md')}")
            return HOLDS
    raise ConfigError(f"no record `{args.ref}` in `{args.dir}`")


def evidence(folder: str, record: dict[str, Any]) -> tuple[str, str | None]:
    """Return the rules as they read at that revision, and the nearest miss of a denial."""
    rules = record.get("rules") or []
    revision = str((record.get("policy") or {}).get("sha256"))
    root = Path(folder).absolute()
    beside = [Path(f"{base}.policies") / revision for base in (root, root.parent)]
    kept = next((path for path in beside if path.is_dir()), None)
    if kept is None:
        return ", ".join(rules), None
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy import PolicySet

    try:
        policies = PolicySet.load(kept)
    except ConfigError:  # it was changed since: what the record says still stands
        return ", ".join(rules), None
    shown = [f"{rule}  {policies.text_of(rule).strip()}".rstrip() for rule in rules]
    miss = None
    if record.get("decision") == "deny" and record.get("actor") and not rules:
        kind, _, obj = str(record.get("resource")).partition(":")
        miss = policies.nearest_miss(
            AccessRequest(
                sub=record["actor"]["subject"], ten=str(record.get("tenant")),
                own=str(record.get("owner") or record.get("tenant")), kind=kind, obj=obj,
                act=str(record.get("action")), roles=tuple(record["actor"].get("roles") or ()),
            )
        )  # fmt: skip
    return "; ".join(shown), miss


def denied(args: argparse.Namespace) -> int:
    """List refusals, one line each."""
    for index, record in records(args.dir):
        if record.get("decision") == "deny":
            who = (record.get("actor") or {}).get("subject", "-")
            print(f"{index:>6}  {record.get('error', '-'):<22} {record.get('reason', '-'):<22} "
                  f"{record.get('tenant', '-'):<10} {who:<14} {record.get('resource', '-')}")  # fmt: skip
    return HOLDS
