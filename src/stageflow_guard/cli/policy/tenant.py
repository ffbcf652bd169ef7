"""`policy tenant add | list | suspend | resume | rename | remove`."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json, shipped
from stageflow_guard.cli.numbers import counted
from stageflow_guard.cli.policy.style import columns
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit import tenants
from stageflow_guard.policy.engine.exceptions import FOREVER, moment, told
from stageflow_guard.policy.engine.text import did_you_mean


def tenant(args: argparse.Namespace) -> int:
    """Run one tenant verb."""
    verbs = {
        "add": _add, "list": _list, "suspend": _suspend, "resume": _resume, "rename": _rename,
        "remove": _remove,
    }  # fmt: skip
    return verbs[args.what](args)


def _add(args: argparse.Namespace) -> int:
    from stageflow_guard.cli.policy.tenant_claim import claim_mapped
    from stageflow_guard.policy.edit.fmt import replace_file

    config = Path(args.config)
    mapped = None
    if args.claim:
        known = PolicySet.load(args.path).tenants
        mapped = claim_mapped(config, args.claim, args.name, issuer=args.issuer, known=known)
    written = tenants.add(
        args.path, args.name, source=_source(args.source), same_customer=args.same_customer
    )
    if mapped is not None:
        replace_file(config, mapped.encode())
    if args.json:
        print_json({"tenant": args.name, "written": written, "claim": args.claim})
        return HOLDS
    for name in written:
        print(f"wrote {args.path}/{name}")
    if mapped is not None:
        print(f"mapped {args.claim} to {args.name} in {config}")
    print(f"{args.name}: lint, tests and proof hold")
    return HOLDS


def _source(named: str) -> Path:
    if "/" in named or Path(named).is_dir():
        if not (Path(named) / "policy.csv").is_file():
            raise ConfigError(f"`{named}` is no tenant's folder: it has no policy.csv")
        return Path(named).resolve()
    starters = shipped("policies") / "starters"
    there = sorted(one.name for one in starters.iterdir() if one.is_dir())
    if named not in there:
        raise ConfigError(f"there is no starter `{named[:60]}`{did_you_mean(named, there)}")
    return starters / named / "tenants" / tenants.EXAMPLE


def _list(args: argparse.Namespace) -> int:
    found = tenants.listed(args.path)
    if args.json:
        print_json([asdict(one) for one in found])
    else:
        rows = [
            (
                one.name,
                one.state + (f" until {_utc(one.since)}" if one.since else ""),
                counted(one.rules, "rule"), counted(one.members, "member"),
                "tested" if one.tested else "no tests",
            )
            for one in found
        ]  # fmt: skip
        for line in columns(rows):
            print(line)
    return DOES_NOT_HOLD if any(one.state == "denies" for one in found) else HOLDS


def _suspend(args: argparse.Namespace) -> int:
    replaced = tenants.suspend(args.path, args.name, reason=args.reason, until=args.until)
    after = PolicySet.load(args.path)
    warnings = [
        problem.reason
        for problem in after.problems
        if problem.code.startswith("unknown_") and f"`{args.name}`" in problem.reason
    ]
    counts = after.suspended.get(args.name, 0.0)
    if counts > (FOREVER if args.until == "never" else moment(args.until)):
        warnings.append(f"another line of suspended.csv suspends it {_end(counts)}")
    if args.json:
        said = {"until": args.until, "warnings": warnings, "replaced": [told(r) for r in replaced]}
        print_json({"suspended": args.name, **said})
    else:
        for warning in warnings:
            print(f"warning: {warning}")
        for until in replaced:
            print(f"replaced the line that suspended it {_end(until)}: now {_end(counts)}")
        print(
            f"{args.name} is suspended {_end(counts)} ({args.path}/platform/suspended.csv); "
            f"stageflow-guard policy tenant resume {args.name} lifts it"
        )
    return HOLDS


def _resume(args: argparse.Namespace) -> int:
    from stageflow_guard.policy.edit.temporary import resume

    count = resume(args.path, args.name)
    left = PolicySet.load(args.path).suspended.get(args.name, 0.0)  # by `bob`, a line without kind
    if args.json:
        until = told(left) if left > time.time() else None
        print_json({"resumed": args.name, "lines": count, "still_until": until})
    elif left > time.time():
        print(f"warning: {args.name} is still suspended {_end(left)}, by another line")
    else:
        print(f"{args.name} is suspended no longer")
    return HOLDS


def _rename(args: argparse.Namespace) -> int:
    from stageflow_guard.cli.policy.tenant_claim import tenant_renamed
    from stageflow_guard.policy.edit.fmt import replace_file
    from stageflow_guard.policy.edit.rename import rename

    config = Path(args.config)
    mapped = tenant_renamed(config, args.name, args.new) if config.exists() else None
    changed = rename(args.path, args.name, args.new, same_customer=args.same_customer)
    if mapped is not None:
        replace_file(config, mapped.encode())
        changed.append(str(config))
    if args.json:
        print_json({"renamed": args.name, "to": args.new, "changed": changed})
        return HOLDS
    for name in changed:
        print(f"changed {name}")
    print(f"{args.name} is {args.new} now; records, pseudonyms and keys keep the old name")
    print(f"never give the name {args.name} to another customer: it would have them")
    return HOLDS


def _remove(args: argparse.Namespace) -> int:
    from stageflow_guard.cli.policy.tenant_claim import is_mapped

    moved = tenants.remove(args.path, args.name)
    if args.json:
        print_json({"removed": args.name, "kept": str(moved)})
    else:
        print(f"{args.name} is out of force; its files are kept in {moved}")
        if is_mapped(Path(args.config), args.name):
            print(f"its claim is still mapped in {args.config}: take it out, too")
    return HOLDS


def _end(until: float) -> str:
    return "for good" if until == FOREVER else f"until {told(until)}"


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
