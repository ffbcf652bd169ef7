"""`policy member add | remove | list`, `policy role list`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.numbers import counted
from stageflow_guard.cli.policy.style import columns
from stageflow_guard.policy.edit import members


def member(args: argparse.Namespace) -> int:
    """Run one verb about members."""
    return {"add": _add, "remove": _remove, "list": _list}[args.what](args)


def _add(args: argparse.Namespace) -> int:
    warning = members.add(args.path, args.member, args.role, tenant=args.tenant)
    if args.json:
        print_json({"added": args.member, "role": args.role, "warning": warning})
        return HOLDS
    print(f"{args.member} has {args.role} in {args.tenant}")
    if warning:
        print(f"warning: {warning}")
    return HOLDS


def _remove(args: argparse.Namespace) -> int:
    found = members.remove(args.path, args.member, args.role, tenant=args.tenant)
    if args.json:
        said = {"still": found.still, "denied_no_longer": found.denials}
        print_json({"removed": args.member, "lines": found.lines, **said})
        return HOLDS
    if found.still:  # "has lost" would be untrue
        print(f"took {counted(found.lines, 'line')} of {args.member} out of {args.tenant}'s policy")
    else:
        print(f"{args.member} has lost {args.role or 'every role'} in {args.tenant}")
    for warning in (*found.still, *found.denials):
        print(f"warning: {warning}")
    if found.still and not args.member.startswith("claim:"):
        print(
            f"to deny {args.member} alone: a role of its own whose `p` lines end in `deny`, or "
            f"`policy tenant suspend {args.member} --reason ...`, which denies everything"
        )
    return HOLDS


def _list(args: argparse.Namespace) -> int:
    found = members.memberships(args.path, args.tenant, args.role)
    if args.json:
        print_json([asdict(one) for one in found])
        return HOLDS
    rows = [(one.member, one.role, f"{args.path}/{one.where}") for one in found]
    print("\n".join(columns(rows)) or "no member")
    return HOLDS


def role(args: argparse.Namespace) -> int:
    """List the roles of a tenant."""
    found = members.roles(args.path, args.tenant)
    if args.json:
        print_json([asdict(one) for one in found])
        return HOLDS
    rows = [
        (
            one.name,
            counted(one.rules, "rule"),
            counted(one.members, "member"),
            "shared" if one.shared else "own",
        )
        for one in found
    ]
    print("\n".join(columns(rows)) or "no role")
    return HOLDS
