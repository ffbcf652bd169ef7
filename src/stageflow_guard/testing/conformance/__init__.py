"""The conformance kit: one matrix that every host adapter, and `guard.protect`, has to hold.

Write a `Driver` (5 to 10 lines: make the host call these steps, in one turn, with this text), then:

    report = await check(MyDriver())
    print(report)            # a line for each row
    assert report.holds      # every row but the driver's declared limits

`check_mutants` runs the matrix against a guard that was broken on purpose, once for each mutant: a
driver that notices none of them shows nothing. Nothing here is reachable from settings.
"""

from stageflow_guard.testing.conformance.driver import Body, Driver, NotOffered
from stageflow_guard.testing.conformance.environment import Environment
from stageflow_guard.testing.conformance.kit import Report, Result, check, check_mutants
from stageflow_guard.testing.conformance.mutants import MUTANTS
from stageflow_guard.testing.conformance.rows import ROWS

__all__ = [
    "MUTANTS",
    "ROWS",
    "Body",
    "Driver",
    "Environment",
    "NotOffered",
    "Report",
    "Result",
    "check",
    "check_mutants",
]
