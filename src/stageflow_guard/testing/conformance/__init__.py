"""The conformance kit: one matrix that every host adapter, and `guard.protect`, has to hold.

Write a `Driver` (5 to 10 lines: make the host call these steps, in one turn, with this text), then:

    report = await check(MyDriver())
    print(report)            # a line for each row
    assert report.holds      # every row but the driver's declared limits

`check_mutants` runs the matrix against a guard that was broken on purpose, once for each mutant: a
driver that notices none of them shows nothing. Nothing here is reachable from settings.

`try_ways` takes any guard on any host, this package's or not, through the eight ways round a guard
that people report: see `stageflow_guard.testing.conformance.bypass`.
"""

from stageflow_guard.testing.conformance.bypass import (
    WAYS,
    Attempt,
    BypassReport,
    Contender,
    Outcome,
    Way,
    try_ways,
)
from stageflow_guard.testing.conformance.driver import Body, Driver, NotOffered
from stageflow_guard.testing.conformance.environment import Environment
from stageflow_guard.testing.conformance.governed import governed
from stageflow_guard.testing.conformance.kit import Report, Result, check, check_mutants
from stageflow_guard.testing.conformance.mutants import MUTANTS
from stageflow_guard.testing.conformance.rows import ROWS

__all__ = [
    "MUTANTS",
    "ROWS",
    "WAYS",
    "Attempt",
    "Body",
    "BypassReport",
    "Contender",
    "Driver",
    "Environment",
    "NotOffered",
    "Outcome",
    "Report",
    "Result",
    "Way",
    "check",
    "check_mutants",
    "governed",
    "try_ways",
]
