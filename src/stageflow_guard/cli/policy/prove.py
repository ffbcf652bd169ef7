"""`policy prove`."""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from pathlib import Path

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, print_json
from stageflow_guard.cli.policy.style import effect
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.prove import Proof, foreign_lines, structural, symbolic
from stageflow_guard.policy.engine.text import read, require_folder


def prove(args: argparse.Namespace) -> int:
    """Prove the matcher for every policy file, then look at the lines of this one."""
    base = Path(args.path)
    require_folder(base)
    text = read(base / "model.conf", "model.conf").decode("utf-8", "replace")
    begun = time.perf_counter()
    proofs = [] if args.method == "z3" else [structural(text)]
    if args.method == "z3" or (args.method == "auto" and find_spec("z3") is not None):
        proofs.append(_symbolic(text))
    took = (time.perf_counter() - begun) * 1000
    failed = next((proof for proof in proofs if not proof.holds), None)
    lines = _lines(base) if failed is None else []
    if args.json:
        print_json(_report(proofs, failed, lines, took))
    else:
        _print(proofs, failed, lines, took)
    return HOLDS if failed is None and not lines else DOES_NOT_HOLD


def _symbolic(text: str) -> Proof:
    if find_spec("z3") is None:
        return symbolic(text)  # which says what to install
    try:
        return symbolic(text)
    except ConfigError as error:  # what cannot be translated has not been proved
        return Proof(False, "z3", (), error.message)


def _lines(base: Path) -> list[str]:
    """Return what the lines of this folder hold against it."""
    try:
        policies = PolicySet.load(base)
    except ConfigError as error:
        return [error.message]
    return [str(p) for p in policies.problems] + foreign_lines(
        policies.tenant(name) for name in policies.tenants
    )


def _report(
    proofs: list[Proof], failed: Proof | None, lines: list[str], took: float
) -> dict[str, object]:
    return {
        "holds": failed is None and not lines,
        "methods": [proof.method for proof in proofs],
        "properties": list(proofs[0].properties),
        "counterexample": failed.counterexample if failed else None,
        "lines": lines,
        "milliseconds": round(took, 1),
    }


def _print(proofs: list[Proof], failed: Proof | None, lines: list[str], took: float) -> None:
    methods = " and ".join(proof.method for proof in proofs)
    if failed is not None:
        print(f"{effect('does not hold')} ({failed.method}): the matcher lets through")
        print(f"  {failed.counterexample}")
        return
    print(f"holds for every policy file ({methods}, {took:.0f} ms):")
    for name in proofs[0].properties:
        print(f"  {name}")
    if lines:
        print("but these lines do not:")
        for line in lines:
            print(f"  {line}")
    else:
        print("every line names its own tenant")
