"""Every adapter of the house holds the matrix, and the matrix notices what is broken on purpose."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import ClassVar

import pytest

from stageflow_guard.testing.conformance import (
    MUTANTS,
    ROWS,
    Body,
    Driver,
    NotOffered,
    check,
    check_mutants,
)

_spec = importlib.util.spec_from_file_location("drivers", Path(__file__).with_name("drivers.py"))
drivers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drivers)

each_driver = pytest.mark.parametrize("driver", drivers.DRIVERS, ids=lambda d: d.host)


@each_driver
@pytest.mark.parametrize("row", ROWS)
async def test_an_adapter_holds_every_row_but_its_declared_limits(driver, row):
    """A row fails for no adapter; a limit that is declared and holds is a stale one."""
    (result,) = (await check(driver, [row])).results
    if result.status == "not offered":
        pytest.skip(f"{driver.host}: {result.why}")
    assert result.status in ("holds", "limit"), str(result)


@each_driver
async def test_every_mutant_is_noticed_by_at_least_two_rows(driver):
    """A guard that is broken in one place does not hold the matrix, in two rows or more."""
    noticed = await check_mutants(driver, enough=2)
    assert noticed.keys() == MUTANTS.keys()
    assert {name: rows for name, rows in noticed.items() if len(rows) < 2} == {}


async def test_a_driver_that_governs_nothing_holds_nothing():
    """A host without the guard fails the rows that matter: the kit can fail."""

    class Ungoverned(Driver):
        host = "raw"

        async def turn(self, guard, bodies, text):
            return [await body.call(text) for body in bodies]

        async def direct(self, guard, body, text):
            return await body.call(text)

    report = await check(Ungoverned())
    assert not report.holds and len(report.failed) >= 18
    assert "fails" in str(report) and report.markdown().startswith("| row | raw |")


async def test_a_stale_limit_is_told():
    """A limit that the host does not have any more is no excuse."""

    class Modest(drivers.ProtectAsync):
        limits: ClassVar = {"a denied step: nothing runs": "we never tried"}

    report = await check(Modest(), ["a denied step: nothing runs"])
    assert not report.holds and report.results[0].status == "stale limit"


async def test_what_a_driver_does_not_offer_is_told_with_its_reason():
    """A row that does not apply says why; it does not pass in silence."""
    with pytest.raises(NotOffered, match="no nested|nests no runs"):
        await Driver().nested(None, Body("a"), Body("b"), "x")


def test_the_page_of_hosts_names_every_row():
    """`docs/reference/hosts.md` is the matrix that the command makes now."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "hosts.md").read_text()
    assert [row for row in ROWS if f"| {row} |" not in page] == []
    assert [mutant for mutant in MUTANTS if f"| {mutant} |" not in page] == []
    assert "fails" not in page and "stale" not in page
