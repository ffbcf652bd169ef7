"""The eight ways round a guard: none leads round this one, and the page says what was tried."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import pytest

from stageflow_guard.testing.conformance import WAYS, Contender, Outcome, try_ways
from stageflow_guard.testing.conformance.bypass import SPOKEN

ROOT = Path(__file__).parents[3]
for _need in ("agents", "fastapi", "fastmcp", "langchain", "mcp", "pydantic_ai"):
    pytest.importorskip(_need, reason="the hosts of the suite are installed together")


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ways = _module(ROOT / "bench" / "ways.py")


@pytest.mark.filterwarnings("ignore")  # the hosts warn of what is done to them here
async def test_no_way_leads_round_this_packages_guard_and_the_page_says_so():
    """Each offered way is reached, none leads round the guard, and the page is what happens now."""
    tried = ways.contenders()
    reports = await asyncio.gather(*map(try_ways, tried))
    unreached = [str(r) for r in reports if any(o.status == "unreached" for o in r.outcomes)]
    assert unreached == []
    ours = [one for one in reports if "guard." in one.guard]
    assert len(ours) == 7
    assert [str(one) for one in ours if not one.holds] == []
    page = (ROOT / "docs" / "reference" / "ways-round.md").read_text()
    assert page.rstrip() == ways.page(reports, tried).rstrip()


async def test_a_guard_that_is_none_is_shown_to_be_none():
    """Every way that is offered leads round it."""

    class None_(Contender):
        host, guard = "plain", "none"

        async def hook_raises(self, attempt):
            return await attempt.body()

        async def hook_hangs(self, attempt):
            return await attempt.body()

        sub_agent = hosted_tool = resume = second_transport = shadow = hook_raises

        async def streaming(self, attempt):
            attempt.hear(SPOKEN)

    report = await try_ways(None_())
    assert not report.holds
    assert report.bypassed == tuple(way.name for way in WAYS)


async def test_a_way_that_leads_nowhere_shows_nothing():
    """A contender whose control does not reach the body has not held, and says why."""

    class Broken(Contender):
        async def hook_raises(self, attempt):
            raise TypeError("a mistake of the contender")

    report = await try_ways(Broken())
    assert not report.holds
    assert report.outcomes[3].status == "unreached" and "a mistake" in report.outcomes[3].why
    assert [o.status for o in report.outcomes].count("not offered") == 7


@pytest.mark.parametrize("runs", [False, True])
async def test_a_way_that_is_called_closed_is_open_to_nobody(runs):
    """`closed` is checked: the permitted try must not lead to the body either."""

    class Closed(Contender):
        closed = {"resume after approval": "refused"}  # noqa: RUF012

        async def resume(self, attempt):
            if runs:
                return await attempt.body()
            raise PermissionError

    outcome = (await try_ways(Closed())).outcomes[5]
    assert outcome == Outcome(
        "resume after approval",
        *(("unreached", "it is open: refused") if runs else ("closed", "refused")),
    )


async def test_an_answer_that_is_handed_out_counts_as_a_body_that_ran():
    """A cached answer of another caller is a bypass, although no body ran."""

    class Cache(Contender):
        kept = None

        async def shadow(self, attempt):
            if self.kept is None:
                self.kept = await attempt.body()
            return self.kept

    assert (await try_ways(Cache())).bypassed == ("configuration that shadows",)


async def test_a_straggler_counts():
    """A body that the host runs after the refusal left ran all the same."""

    class Late(Contender):
        async def hook_raises(self, attempt):
            if attempt.decision == "permit":
                return await attempt.body()
            asyncio.get_running_loop().call_later(0.01, attempt.body_sync)
            raise PermissionError

    assert (await try_ways(Late())).bypassed == ("the hook raises",)
