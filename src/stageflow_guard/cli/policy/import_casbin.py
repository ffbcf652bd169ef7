"""`policy import`: a casbin policy with domains becomes a policy folder."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.edit.import_casbin import imported, sampled, write
from stageflow_guard.policy.engine.casbin import ForeignPolicy


def import_(args: argparse.Namespace) -> int:
    """Convert, write, ask both sides; exit 1 when a line was left out or an answer differs."""
    csv, model = (_text(name) for name in (args.csv, args.model))
    acts = dict(_pair(one) for one in args.act)
    done = imported(csv, model, kind=args.kind, acts=acts)
    write(done, Path(args.out))
    policies = PolicySet.load(args.out)
    found = sampled(ForeignPolicy(model, csv), policies, done, kind=args.kind, acts=acts)
    problems = [str(problem) for problem in policies.problems]
    holds = not (done.left or found.differ or problems)
    if args.json:
        print_json({
            "out": args.out, "lines": done.lines, "left": [asdict(one) for one in done.left],
            "problems": problems, "asked": found.asked, "differ": list(found.differ),
        })  # fmt: skip
        return HOLDS if holds else DOES_NOT_HOLD
    for one in done.left:
        word = "widened" if one.widened else "left out"
        print(f"{args.csv}:{one.line}: {word}: {one.text}: {one.why}")
    for problem in problems:
        print(f"problem: {args.out}/{problem}")
    for said in found.differ[:20]:
        print(f"differs: {said}")
    kept = done.lines - sum(not one.widened for one in done.left)
    print(f"{kept} of {done.lines} lines are in {args.out}, {len(done.files) - 1} tenants")
    print(f"{found.asked} questions asked of both, {len(found.differ)} answered differently")
    return HOLDS if holds else DOES_NOT_HOLD


def _text(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"`{name}` cannot be read ({exc.strerror})") from None


def _pair(text: str) -> tuple[str, str]:
    theirs, equals, ours = text.partition("=")
    if not (theirs and equals and ours):
        raise ConfigError(f"`--act` is THEIRS=OURS: got `{text[:40]}`")
    return theirs, ours
