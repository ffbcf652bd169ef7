"""`audit verify | why | denied`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, emit
from stageflow_guard.errors import ConfigError

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
    report = check(args.dir, vkey=args.vkey, checkpoint=old)
    if args.json:
        emit({"size": report.size, "root": report.root, "anchored": report.anchored})
    else:
        if report.anchored == "none":
            print("NOT ANCHORED: nothing from outside the log vouches for it; keep a checkpoint")
        print(f"holds: {report.size} records, root {report.root}")
    return DOES_NOT_HOLD if args.require_anchor and report.anchored == "none" else HOLDS


def records(folder: str) -> Any:
    """Iterate (index, record) of a log directory."""
    from stageflow_guard.audit.query import iter_records

    return iter_records(folder)


def why(args: argparse.Namespace) -> int:
    """Print step, reason, rule and remedy of one refusal."""
    origin, _, number = args.ref.rpartition("#")
    for index, record in records(args.dir):
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
                print(f"rules    {', '.join(record.get('rules') or []) or 'none matched'}")
                print(f"policy   {(record.get('policy') or {}).get('sha256', '-')}")
                print(f"remedy   {TODO.get(reason, 'see docs/reference/refusals.md')}")
            return HOLDS
    raise ConfigError(f"no record `{args.ref}` in `{args.dir}`")


def denied(args: argparse.Namespace) -> int:
    """List refusals, one line each."""
    for index, record in records(args.dir):
        if record.get("decision") == "deny":
            who = (record.get("actor") or {}).get("subject", "-")
            print(f"{index:>6}  {record.get('error', '-'):<22} {record.get('reason', '-'):<22} "
                  f"{record.get('tenant', '-'):<10} {who:<14} {record.get('resource', '-')}")  # fmt: skip
    return HOLDS
