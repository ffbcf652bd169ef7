"""Write the matrix of the house's adapters as a page.

Run: python bench/hosts.py > docs/reference/hosts.md. Every row is run anew.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from stageflow_guard.testing.conformance import MUTANTS, ROWS, check, check_mutants

DRIVERS = Path(__file__).parents[1] / "tests" / "conformance" / "hosts" / "drivers.py"
HEAD = """# Hosts

What each adapter holds of the conformance kit's matrix, made by `python bench/hosts.py`. `limit` is \
what the host, not the guard, cannot do; `not offered` is what the host has nothing of.
"""


def drivers() -> tuple:
    spec = importlib.util.spec_from_file_location("drivers", DRIVERS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.DRIVERS


def shown_by(at: int) -> tuple:
    """What one driver showed, and which rows noticed each mutant; in a process of its own."""
    logging.disable(logging.CRITICAL)  # the hosts log every failure that a row makes
    driver = drivers()[at]

    async def both() -> tuple:
        return await check(driver), await check_mutants(driver)

    return asyncio.run(both())


def main() -> None:
    with ProcessPoolExecutor(4) as pool:
        shown = list(pool.map(shown_by, range(len(drivers()))))
    reports, noticed = [one for one, _ in shown], [one for _, one in shown]
    print(HEAD)
    print("| row | " + " | ".join(report.host for report in reports) + " |")
    print("| --- |" + " --- |" * len(reports))
    for at, row in enumerate(ROWS):
        print(f"| {row} | " + " | ".join(r.results[at].status for r in reports) + " |")
    limits = [
        f"- {report.host}: {one.row}: {one.why}"
        for report in reports
        for one in report.results
        if one.status == "limit"
    ]
    print("\n## Limits\n\n" + "\n".join(limits))
    print("\n## Mutants\n\nHow many rows notice a guard that is broken in one place.\n")
    print("| mutant | " + " | ".join(report.host for report in reports) + " |")
    print("| --- |" + " --- |" * len(reports))
    for mutant in MUTANTS:
        print(f"| {mutant} | " + " | ".join(str(len(n[mutant])) for n in noticed) + " |")


if __name__ == "__main__":
    main()
