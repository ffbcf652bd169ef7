"""`policy test`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, emit


def run(args: argparse.Namespace) -> int:
    """Run every tenant's decision table; one line per tenant, one per failure."""
    from stageflow_guard.policy import PolicySet
    from stageflow_guard.policy.cases import run_cases

    policies = PolicySet.load(args.path)
    outcomes = run_cases(policies, args.path)
    problems = [str(p) for p in policies.problems]
    if args.json:
        emit({"problems": problems, "tenants": [asdict(o) for o in outcomes]})
    else:
        for problem in problems:
            print(f"problem  {problem}")
        for one in outcomes:
            for failure in one.failures:
                print(f"failed   {failure.where}: {failure.message}")
            for rule in one.unreached:
                print(f"untested {rule}")
            passed = one.cases - len(one.failures)
            print(
                f"{one.tenant:<20} {passed}/{one.cases} cases, {len(one.unreached)} rules untested"
            )
    return DOES_NOT_HOLD if problems or any(o.failures for o in outcomes) else HOLDS
