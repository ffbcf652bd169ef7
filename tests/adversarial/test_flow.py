"""Attacks on rules about what may follow on what: by another way, in a child, at the same time."""

from __future__ import annotations

import asyncio

import pytest

from stageflow_guard import AccessDenied, ConfigError, Guard
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.policy.engine.policyset import PolicySet
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, acme
p, role:clerk, acme, tool, *, call, allow
p, role:clerk, acme, data, *, read, allow
p, role:clerk, acme, data, *, export, allow
"""
FLOW = """
flow:
  no-export:
    never: {kind: data, act: export}
    after: {kind: data, act: read, obj: customer/*}
  look-first:
    only: {kind: tool, act: call, obj: refund}
    after: {kind: tool, act: call, obj: lookup}
"""


@pytest.fixture
def place(tmp_path):
    """A home in which nothing is exported after customer data was read."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/flow.yaml").write_text(FLOW)
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)

    class Place:
        path, ran = tmp_path, []

        def guard(self):
            guard = Guard.load(tmp_path / "guard.toml")

            @guard.protect(kind="tool", obj="refund")
            async def refund():
                self.ran.append("refund")

            @guard.protect(kind="tool", obj="lookup")
            async def lookup(fail=False):
                if fail:
                    raise ValueError
                self.ran.append("lookup")

            self.refund, self.lookup = refund, lookup
            return guard

        def session(self, guard):
            return guard.session(idp.mint(sub="bob", tenant="acme", roles=["clerk"]))

    return Place()


def ask(guard, act, obj="customer/7"):
    return guard.authorize(kind="data", obj=obj, act=act, owner="acme")


async def read_by(guard, way):
    if way == "authorize":
        await ask(guard, "read")
    elif way == "filter":
        kept = await guard.filter(
            [7], kind="data", obj=lambda n: f"customer/{n}", owner=lambda _: "acme"
        )
        assert kept == [7]
    elif way == "decide":
        who = await guard.caller()
        what = {"kind": "data", "obj": "customer/7", "act": "read", "owner": "acme"}
        assert (await guard.decide(who, **what)).permitted
    else:
        async with guard.run("support"):
            await ask(guard, "read")


@pytest.mark.parametrize("way", ["authorize", "filter", "decide", "child"])
async def test_no_export_after_reading_customer_data_by_any_way(place, way):
    """However the data was read, in a child run too: the export is refused, on record."""
    async with place.guard() as guard, place.session(guard):
        async with guard.run("support"):
            await ask(guard, "export", "report/1")
            await read_by(guard, way)
            with pytest.raises(AccessDenied) as caught:
                await ask(guard, "export", "report/1")
            assert caught.value.decision.reason == "flow"
        async with guard.run("support"):  # another run read nothing
            await ask(guard, "read", "report/1")
            await ask(guard, "export", "report/1")
    denied = [r for _, r in iter_records(place.path / "audit") if r.get("decision") == "deny"]
    assert [r["reason"] for r in denied] == ["flow"]


async def test_reading_and_exporting_at_once_is_in_some_order(place):
    """Of many reads and exports at once, no export is permitted once a read was."""
    async with place.guard() as guard, place.session(guard), guard.run("support"):

        async def one(act):
            try:
                await ask(guard, act, "customer/1")
            except AccessDenied:
                return "denied"
            return act

        done = await asyncio.gather(*(one(act) for act in ["read", "export"] * 10))
    assert done.count("read") == 10
    assert done.count("denied") == 10


@pytest.mark.parametrize("first", ["nothing", "failed", "another run"])
async def test_what_has_to_come_first_has_to_end_well_in_this_run(place, first):
    """Not called, failed, or called in another run: not before."""
    async with place.guard() as guard, place.session(guard):
        if first == "another run":
            async with guard.run("support"):
                await place.lookup()
        place.ran.clear()
        with pytest.raises(AccessDenied):
            async with guard.run("support"):
                if first == "failed":
                    try:
                        await place.lookup(fail=True)
                    except Exception:
                        pass
                await place.refund()
        assert place.ran == []
        async with guard.run("support"):
            await place.lookup()
            await place.refund()
    assert place.ran == ["lookup", "refund"]


@pytest.mark.parametrize(
    "text",
    ["flow: {a: {after: {kind: data, act: read}}}", "flow: {a: {never: {kind: data}}}", "flow: 1",
     "flow: {a: {never: {kind: d, act: x}, only: {kind: d, act: x}, after: {kind: d, act: y}}}"],
)  # fmt: skip
def test_a_flow_that_says_nothing_is_an_error(place, text):
    """A rule that is half a rule does not load."""
    (place.path / "policies/flow.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"flow\.yaml"):
        PolicySet.load(place.path / "policies")
