"""`policy share add | remove | list`, `policy break-glass`."""

from __future__ import annotations

import argparse
import re
import time

from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.policy.style import columns
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit import temporary
from stageflow_guard.policy.engine.exceptions import told

_SPAN = re.compile(r"([1-9]\d{0,4})(m|h)")


def share(args: argparse.Namespace) -> int:
    """Run one verb about shares."""
    if args.what == "list":
        return _list(args)
    if args.what == "remove":
        count = temporary.unshare(args.path, args.owner, args.grantee, args.obj)
        print_json({"removed": count}) if args.json else print(f"{count} lines taken out")
        return HOLDS
    line = temporary.share(
        args.path, args.owner, args.grantee, kind=args.kind, obj=args.obj, act=args.act,
        until=args.until,
    )  # fmt: skip
    if args.json:
        print_json({"line": line})
        return HOLDS
    print(f"wrote {args.path}/{temporary.SHARES}: {line}")
    print(f"what {args.grantee}'s own lines permit on it counts until {args.until}")
    return HOLDS


def _list(args: argparse.Namespace) -> int:
    found = PolicySet.load(args.path).shares
    now = time.time()
    if args.json:
        print_json([
            {"owner": s.owner, "grantee": s.grantee, "kind": s.kind, "obj": s.obj, "act": s.act,
             "ends": told(s.expires), "live": now < s.expires, "where": s.where}
            for s in found
        ])  # fmt: skip
        return HOLDS
    rows = [
        (
            f"{s.owner} to {s.grantee}", s.kind, s.act, s.obj,
            ("until " if now < s.expires else "ended ") + told(s.expires),
        )
        for s in found
    ]  # fmt: skip
    print("\n".join(columns(rows)) or "no share")
    return HOLDS


def break_glass(args: argparse.Namespace) -> int:
    """Give one person a right for a few hours."""
    line = temporary.break_glass(
        args.path, args.sub, tenant=args.tenant, kinds=args.kinds.split(","),
        acts=args.acts.split(","), ticket=args.ticket, approvers=args.approver,
        seconds=_seconds(args.lasts),
    )  # fmt: skip
    if args.json:
        print_json({"line": line})
        return HOLDS
    print(f"wrote {args.path}/{temporary.GLASS}: {line}")
    print("each use is logged as a warning and stands on record as `break_glass`")
    return HOLDS


def _seconds(text: str) -> int:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ConfigError(f"`--for` is minutes or hours: expected `90m` or `2h`, got `{text[:20]}`")
    return int(found[1]) * (60 if found[2] == "m" else 3600)
