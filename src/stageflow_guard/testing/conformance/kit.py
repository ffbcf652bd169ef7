"""Runs the matrix, and the matrix against mutants; the report is what an adapter's page prints."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stageflow_guard.testing.conformance.driver import NotOffered
from stageflow_guard.testing.conformance.environment import Environment
from stageflow_guard.testing.conformance.mutants import MUTANTS
from stageflow_guard.testing.conformance.rows import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.testing.conformance.driver import Driver

DEADLINE = 90.0  # seconds for a row: one that hangs does not hold


@dataclass(frozen=True, slots=True)
class Result:
    """One row: `holds`, `limit` (declared), `not offered`, `stale limit` or `fails`, and why."""

    row: str
    status: str
    why: str = ""

    def __str__(self) -> str:
        """Return a line."""
        return f"{self.status:<12} {self.row}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class Report:
    """What one driver showed."""

    host: str
    results: tuple[Result, ...]

    @property
    def holds(self) -> bool:
        """Say whether every row holds, is not offered, or is a declared limit."""
        return not any(one.status in ("fails", "stale limit") for one in self.results)

    @property
    def failed(self) -> tuple[str, ...]:
        """The rows that do not hold."""
        return tuple(one.row for one in self.results if one.status == "fails")

    def __str__(self) -> str:
        """Return the matrix, a line for each row."""
        return "\n".join([self.host, *map(str, self.results)])

    def markdown(self) -> str:
        """Return the matrix as a table, for the adapter's page."""
        lines = ["| row | " + self.host + " |", "| --- | --- |"]
        lines += [f"| {r.row} | {r.status}{': ' + r.why if r.why else ''} |" for r in self.results]
        return "\n".join(lines)


async def check(driver: Driver, rows: Iterable[str] | None = None) -> Report:
    """Return how `driver` does in the matrix, each row in an environment of its own."""
    quiet = logging.getLogger("stageflow_guard")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        chosen = ROWS if rows is None else {name: ROWS[name] for name in rows}
        return Report(driver.host, tuple([await _result(driver, name) for name in chosen]))
    finally:
        quiet.setLevel(level)


async def _result(driver: Driver, name: str) -> Result:
    limit = driver.limits.get(name)
    try:
        async with asyncio.timeout(DEADLINE):
            await ROWS[name](driver, Environment())
    except NotOffered as none:
        return Result(name, "not offered", str(none))
    except Exception as error:
        if limit is not None:
            return Result(name, "limit", limit)
        return Result(name, "fails", f"{type(error).__name__}: {error}"[:200])
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
            raise
        return Result(name, "fails", type(error).__name__)
    if limit is not None:
        return Result(name, "stale limit", f"it holds; remove the limit: {limit}")
    return Result(name, "holds")


async def check_mutants(driver: Driver, *, enough: int | None = None) -> dict[str, tuple[str, ...]]:
    """Return, for each mutant, the rows that notice it; a row that fails anyway does not count.

    With `enough`, a mutant is looked at until so many rows noticed it, the quickest rows first.
    """
    took: dict[str, float] = {}
    for name in ROWS:
        began = time.perf_counter()
        if name not in (await check(driver, [name])).failed:
            took[name] = time.perf_counter() - began
    rows = list(took) if enough is None else sorted(took, key=lambda name: took[name])
    noticed: dict[str, tuple[str, ...]] = {}
    for mutant, broken in MUTANTS.items():
        found: list[str] = []
        with broken():
            for name in rows:
                found += (await check(driver, [name])).failed
                if enough is not None and len(found) >= enough:
                    break
        noticed[mutant] = tuple(found)
    return noticed
