"""Attacks on tools that stand nowhere else; the table of all is in the threat model."""

from __future__ import annotations

import asyncio
import os
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from stageflow.tools.definitions import ToolDefinition, ToolOutput
from stageflow.tools.executor_v2 import AdvancedToolExecutor

from stageflow_guard import AccessDenied, ApprovalRequired, Guard, LimitExceeded
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.cli import main
from stageflow_guard.enforcement.counters.counter import MemoryCounters, Take
from stageflow_guard.enforcement.counters.redis import _named as redis_name
from stageflow_guard.enforcement.counters.sqlite import SqliteCounters
from stageflow_guard.errors import ApprovalsUnavailable
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, acme
g, claim:boss, role:boss, acme
p, role:clerk, acme, tool, refund, call, allow
p, role:clerk, acme, tool, free, call, allow
p, role:boss, acme, tool, *, approve, allow
"""


@pytest.fixture
def place(tmp_path):
    """A home whose processes write a shard each; `refund` needs an approval, `free` none."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/catalogue.yaml").write_text(
        "tools: {refund: {approval: required, approval_expires: 3600}, free: {}, shut: {}}"
    )
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)

    class Place:
        path, ran = tmp_path, []

        def shards(self):
            toml = tmp_path / "guard.toml"
            toml.write_text(toml.read_text().replace("[audit]", '[audit]\nshard = "auto"', 1))

        def session(self, guard, sub="bob", role="clerk"):
            return guard.session(idp.mint(sub=sub, tenant="acme", roles=[role]))

        async def call(self, guard, amount=5):
            @guard.protect(kind="tool", obj="refund")
            async def refund(amount):
                self.ran.append(amount)

            async with self.session(guard), guard.run("support"):
                await refund(amount)

        async def asked(self, guard):
            with pytest.raises(ApprovalRequired) as caught:
                await self.call(guard)
            return caught.value.approval

        async def grant(self, guard, request):
            async with self.session(guard, "mia", "boss"):
                await guard.approve(request)

        def denials(self):
            rows = iter_records(tmp_path / "audit", written_ahead=True)
            return [r["reason"] for _, r in rows if r.get("decision") == "deny"]

    return Place()


def executor(ran, action_type="free", **kw):
    async def handler(given):
        ran.append(given.payload)
        return ToolOutput.ok({})

    made = AdvancedToolExecutor()
    made.register(ToolDefinition(action_type, action_type, handler, "a tool", **kw))
    return made


def context(mode=None):
    return SimpleNamespace(
        execution_mode=mode, pipeline_run_id=uuid4(), request_id=uuid4(), user_id=None,
        org_id=None, session_id=None, to_dict=dict,
    )  # fmt: skip


# -- the host's own gates ----------------------------------------------------------------------------


async def test_an_execution_mode_that_a_caller_claims_opens_no_tool(place):
    """W49: the host lets a tool run for the mode that the context names; policy denies it here."""
    async with Guard.load(place.path / "guard.toml") as guard:
        made = executor(place.ran, "shut", allowed_behaviors=("admin",))
        guard.mount_tools(made)
        action = SimpleNamespace(id=uuid4(), type="shut", payload={})
        with pytest.raises(AccessDenied) as caught:
            async with place.session(guard), guard.run("support"):
                await made.execute(action, context("admin"))
        assert caught.value.ref
    assert place.ran == []
    assert place.denials() == ["no_matching_rule"]


async def test_what_the_host_had_approved_is_what_runs(place):
    """W48: who changes the payload while somebody reads it, or after their yes, changes nothing."""
    async with Guard.load(place.path / "guard.toml") as guard:
        made = executor(place.ran, requires_approval=True)
        guard.mount_tools(made)
        service, payload = made._approval_service, {"amount": 5, "to": ["bob"]}
        action = SimpleNamespace(id=uuid4(), type="free", payload=payload)

        async def work():
            async with place.session(guard), guard.run("support"):
                return await made.execute(action, context())

        running = asyncio.create_task(work())
        async with place.session(guard, "mia", "boss"):
            while not (found := await service.get_pending_requests()):
                await asyncio.sleep(0.01)
            payload["to"].append("eve")
            await service.record_decision(found[0].id, True)
        payload["amount"] = action.payload["amount"] = 5000
        assert (await running).success
    assert place.ran == [{"amount": 5, "to": ["bob"]}]


async def test_what_nobody_can_read_is_approved_by_nobody(place):
    """What is no plain value could say one thing to the approver and another to the tool."""
    async with Guard.load(place.path / "guard.toml") as guard:
        made = executor(place.ran, requires_approval=True)
        guard.mount_tools(made)
        action = SimpleNamespace(id=uuid4(), type="free", payload={"amount": {1, 2}})
        with pytest.raises(AccessDenied) as caught:
            async with place.session(guard), guard.run("support"):
                await made.execute(action, context())
        assert caught.value.decision.reason == "unreadable_arguments"
        assert caught.value.ref
    assert place.ran == []


# -- clocks --------------------------------------------------------------------------------------------


class Wall:
    """A wall clock that a test sets, beside a monotonic one that goes on."""

    def __init__(self):
        self.shift = 0.0

    def clock(self):
        return NeverBackClock(Clock(wall=lambda: time.time() + self.shift))


async def test_a_clock_that_is_set_makes_no_grant_and_revives_none(place):
    """Forward: an open request is no grant, and what expired is none. Back: it stays none."""
    wall = Wall()
    async with Guard.load(place.path / "guard.toml") as guard:
        guard._controls.grants._clock = wall.clock()
        granted = await place.asked(guard)
        await place.grant(guard, granted)
        wall.shift = 7200.0
        fresh = await place.asked(guard)
        assert fresh != granted
        for shift in (0.0, -7200.0, 10**6):
            wall.shift = shift
            with pytest.raises(ApprovalRequired) as caught:
                await place.call(guard)
            assert caught.value.approval != granted
            assert caught.value.ref
    assert place.ran == []


async def test_a_clock_that_is_set_back_answers_no_request_that_expired(place):
    """Who has not answered in time does not by setting the clock."""
    wall = Wall()
    async with Guard.load(place.path / "guard.toml") as guard:
        guard._controls.grants._clock = wall.clock()
        request = await place.asked(guard)
        wall.shift = 7200.0
        guard._controls.grants.now()
        wall.shift = 0.0
        with pytest.raises(AccessDenied) as caught:
            await place.grant(guard, request)
        assert caught.value.decision.reason == "approval_expired"
    assert place.ran == []


@pytest.mark.parametrize("step", [10**6, -(10**6)])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_clock_that_is_set_gives_no_budget_back(kind, step, tmp_path, monkeypatch):
    """Back or forward: what was used stays used, for calls, sums and calls under way."""
    state = MemoryCounters() if kind == "memory" else SqliteCounters(tmp_path / "c.db")
    takes = [Take("calls", 1, 1.0, 3600.0, True), Take("under way", 1, 1.0, None, True, "a")]
    for one in takes:
        assert state.take([one]).full is None
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + step)
    for one in takes:
        assert state.take([Take(one.key, 1, 1.0, one.window, True, one.lease and "b")]).full == 0
    state.close()


# -- stores that are put back ------------------------------------------------------------------------


async def test_a_store_that_is_put_back_is_found_out_by_the_logs_of_siblings(place):
    """One worker asked, another one used the grant; the store of before shows it unused to both."""
    place.shards()
    file = place.path / "audit.approvals.db"
    async with Guard.load(place.path / "guard.toml") as one:
        request = await place.asked(one)
        await place.grant(one, request)
        before = file.read_bytes()
        async with Guard.load(place.path / "guard.toml") as two:
            await place.call(two)
            assert place.ran == [5]
            file.write_bytes(before)
            for guard in (one, two):
                with pytest.raises(ApprovalsUnavailable, match="the store is old") as caught:
                    await place.call(guard)
                assert caught.value.ref
        file.write_bytes(before)
        async with Guard.load(place.path / "guard.toml") as three:
            with pytest.raises(ApprovalsUnavailable):
                await place.call(three)
    assert place.ran == [5]


# -- what is left of many runs -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["memory", "sqlite", "redis"])
async def test_counts_of_a_run_end_with_it(place, kind, monkeypatch):
    """Many runs with a budget each leave nothing behind; a run under way keeps its own."""
    (place.path / "policies/limits.yaml").write_text(
        "limits: {budget: {of: tokens, limit: 10, per: [run]}, "
        "calls: {of: calls, limit: 2, window: 60, per: [run]}}"
    )
    if kind != "memory":
        where = 'path = "limits.db"' if kind == "sqlite" else 'url_env = "LIMITS_URL"'
        with (place.path / "guard.toml").open("a") as file:
            file.write(f'\n[limits]\nkind = "{kind}"\n{where}\n')
        monkeypatch.setenv("LIMITS_URL", os.environ.get(
            "STAGEFLOW_GUARD_TEST_REDIS", "redis://127.0.0.1:6379/0"
        ))  # fmt: skip
    async with Guard.load(place.path / "guard.toml") as guard:
        limiter = guard._controls.limiter
        free = guard.protect(kind="tool", obj="free")(_free)
        counted = []

        async def run(calls):
            async with place.session(guard), guard.run("support"):
                for _ in range(calls):
                    await free()
                    await guard.spend("tokens", 1)
                counted.extend(key for keys in limiter._of_runs.values() for key in keys)

        for _ in range(3):
            await run(2)
            with pytest.raises(LimitExceeded):
                await run(3)
        await limiter.drain(5)
        assert len(counted) >= 6
        state = limiter.counters
        if kind == "memory":
            assert state._parts == state._windows == {}
        elif kind == "sqlite":
            assert state._one("SELECT count(*) FROM part WHERE key<>?", "") == 0
        else:
            assert state._redis.exists(*map(redis_name, counted)) == 0


async def _free():
    return "free"


def test_counts_in_memory_leave_with_their_window(monkeypatch):
    """Of many subjects those are dropped whose window is over; the rest stays counted."""
    from stageflow_guard.enforcement.counters import counter

    monkeypatch.setattr(counter, "MANY", 8)
    state, now = MemoryCounters(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for n in range(7):
        state.take([Take(f"old {n}", 1, 1.0, 10.0, True)])
    state.take([Take("total", 1, 1.0, None, True)])
    now[0] += 60
    for n in range(4):
        state.take([Take(f"new {n}", 1, 1.0, 10.0, True)])
    assert sorted(state._parts) == ["new 0", "new 1", "new 2", "new 3", "total"]
    assert state.take([Take("new 0", 1, 1.0, 10.0, True)]).full == 0
    assert state.take([Take("total", 1, 1.0, None, True)]).full == 0


# -- the digest of what a tool was called with ---------------------------------------------------------


async def test_each_call_of_a_tool_has_a_keyed_digest_of_its_arguments(place):
    """With rules or without: equal arguments have one digest, of the originals, in every run."""
    (place.path / "policies/catalogue.yaml").unlink()
    async with Guard.load(place.path / "guard.toml") as guard:

        @guard.protect(kind="tool", obj="free")
        async def unruled(**given):
            place.ran.append(given)

        big = {"numbers": list(range(200_000))}
        for given in ({"to": "ada@example.com"}, {"to": "ada@example.com"}, {"to": "eve"},
                      {"day": {1, 2}}, big):  # fmt: skip
            async with place.session(guard), guard.run("support"):
                await unruled(**given)
    rows = iter_records(place.path / "audit")
    notes = [r.get("note") or {} for _, r in rows if r.get("decision") == "permit"]
    first, again, other, unreadable, large = (one.get("arguments") for one in notes)
    assert first == again != other
    assert len(first) == 64
    assert unreadable is large is None
    assert len(place.ran) == 5


async def test_arguments_that_are_a_file_are_within_no_bound(place):
    """More values than a decision may take time for: refused, and the tool does not run."""
    (place.path / "policies/catalogue.yaml").write_text(
        "tools: {free: {arguments: {text: {maxLength: 9}}}, refund: {}}"
    )
    async with Guard.load(place.path / "guard.toml") as guard:

        @guard.protect(kind="tool", obj="free")
        async def free(text, numbers):
            place.ran.append(text)

        with pytest.raises(AccessDenied) as caught:
            async with place.session(guard), guard.run("support"):
                await free("x", [[n] for n in range(100_000)])
        assert caught.value.decision.reason == "unreadable_arguments"
    assert place.ran == []
