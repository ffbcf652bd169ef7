"""Attacks on limits: races, clocks, stores that go away or lie. Nothing runs above a hard limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from stageflow_guard import ConfigError, Guard, LimitExceeded, NotAuthenticated
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.enforcement.counters import redis as redis_counters
from stageflow_guard.enforcement.counters.counter import MemoryCounters, Take, Taken
from stageflow_guard.enforcement.counters.redis import RedisCounters
from stageflow_guard.enforcement.counters.sqlite import SqliteCounters
from stageflow_guard.errors import LimitsUnavailable, PolicyUnavailable
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, {t}
p, role:clerk, {t}, tool, *, call, allow
"""


@pytest.fixture
def place(tmp_path):
    """A home whose tools are limited as a test says."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    for tenant in ("acme", "globex"):
        with (tmp_path / f"policies/tenants/{tenant}/policy.csv").open("a") as file:
            file.write(LINES.format(t=tenant))

    class Place:
        path, policies, ran = tmp_path, tmp_path / "policies", []

        def limits(self, text, tenant=None):
            folder = self.policies if tenant is None else self.policies / "tenants" / tenant
            (folder / "limits.yaml").write_text(text)

        def guard(self):
            self.ran.clear()
            guard = Guard.load(tmp_path / "guard.toml")

            @guard.protect(kind="tool", obj="refund")
            async def refund(seconds=0.0, tokens=0):
                self.ran.append(seconds)
                await asyncio.sleep(seconds)
                if tokens:
                    await guard.spend("tokens", tokens)

            self.refund = refund
            return guard

        def session(self, guard, sub="bob", tenant="acme"):
            token = idp.mint(sub=sub, tenant=tenant, roles=["clerk"], aud="pipelines")
            return guard.session(token)

        async def call(self, guard, sub="bob", tenant="acme", **kw):
            async with self.session(guard, sub, tenant), guard.run("support"):
                await self.refund(**kw)

        def records(self, *kinds):
            return [r for _, r in iter_records(tmp_path / "audit") if r["kind"] in kinds]

    return Place()


async def test_a_hard_limit_holds_under_a_race_and_is_each_tenants_own(place):
    """Fifty calls at once under a limit of five: five run; another tenant has its own five."""
    place.limits("limits: {few: {of: calls, limit: 5, window: 3600, kind: tool}}")
    async with place.guard() as guard:
        done = await asyncio.gather(
            *(place.call(guard, sub=f"u{n}") for n in range(50)), return_exceptions=True
        )
        assert len(place.ran) == 5
        refused = [one for one in done if one is not None]
        assert {type(one) for one in refused} == {LimitExceeded}
        assert all(0 < one.retry_after <= 3600 * 61 / 60 and one.ref for one in refused)
        await place.call(guard, tenant="globex")
    denied = [r for r in place.records("decision") if r["decision"] == "deny"]
    assert {(r["reason"], r["note"]["limit"]) for r in denied} == {("limit_exceeded", "few")}
    assert len(denied) == 45


@pytest.mark.parametrize(
    ("per", "calls", "ran"),
    [("subject", [("a", 2), ("b", 2)], 2), ("tool", [("a", 2), ("b", 2)], 1),
     ("run", [("a", 2), ("b", 2)], 4)],
)  # fmt: skip
async def test_what_a_limit_is_counted_for(place, per, calls, ran):
    """One call for each subject, for the tool, for each run."""
    place.limits(f"limits: {{one: {{of: calls, limit: 1, per: [{per}]}}}}")
    async with place.guard() as guard:
        for sub, count in calls:
            for _ in range(count):
                with contextlib.suppress(LimitExceeded):
                    await place.call(guard, sub=sub)
        assert len(place.ran) == ran


async def test_a_tenant_only_adds_limits(place):
    """A tenant's higher limit under the platform's name loosens nothing."""
    place.limits("limits: {few: {of: calls, limit: 1}}")
    place.limits("limits: {few: {of: calls, limit: 99}}", "acme")
    async with place.guard() as guard:
        await place.call(guard)
        with pytest.raises(LimitExceeded):
            await place.call(guard)


async def test_a_tenant_file_that_cannot_be_read_stops_the_tenant(place):
    """Unread strictness is not lost; another tenant goes on."""
    place.limits("limits: {few: {of: calls, limits: 1}}", "acme")
    async with place.guard() as guard:
        with pytest.raises(PolicyUnavailable):
            await place.call(guard)
        await place.call(guard, tenant="globex")


@pytest.mark.parametrize("state", ["", '\n[limits]\nkind = "sqlite"\npath = "counts.db"\n'])
async def test_a_limit_with_another_window_counts_anew(place, state):
    """Parts of a minute are no parts of an hour: they would stay for more than a year."""
    with (place.path / "guard.toml").open("a") as toml:
        toml.write(state)
    place.limits("limits: {few: {of: calls, limit: 1, window: 60, kind: tool}}")
    async with place.guard() as guard:
        await place.call(guard)
        place.limits("limits: {few: {of: calls, limit: 2, window: 3600, kind: tool}}")
        await guard.reload()
        for _ in range(2):
            await place.call(guard)
        with pytest.raises(LimitExceeded) as full:
            await place.call(guard)
        assert 0 < full.value.retry_after <= 3660
        place.limits("limits: {few: {of: calls, limit: 3, window: 3600, kind: tool}}")
        await guard.reload()
        await place.call(guard)
        with pytest.raises(LimitExceeded):
            await place.call(guard)


async def test_a_soft_limit_is_on_record_and_stops_nothing(place):
    """Over a soft limit the call runs, and its permit says so."""
    place.limits("limits: {soft: {of: calls, limit: 1, mode: soft}}")
    async with place.guard() as guard:
        await place.call(guard)
        await place.call(guard)
    notes = [(r.get("note") or {}).get("over") for r in place.records("decision")]
    assert notes == [None, ["soft"]]


async def test_calls_under_way_are_counted_until_they_end(place):
    """Two at once under a limit of one: one runs; after it ended the next one does."""
    place.limits("limits: {one: {of: concurrent, limit: 1}}")
    async with place.guard() as guard:
        first = asyncio.create_task(place.call(guard, seconds=0.3))
        while not place.ran:
            await asyncio.sleep(0.01)
        with pytest.raises(LimitExceeded) as caught:
            await place.call(guard)
        assert caught.value.retry_after
        await first
        await place.call(guard)
    assert len(place.ran) == 2


async def test_what_is_spent_counts_and_ends_the_run(place):
    """Tokens over the limit end the run that spent them, and the next run does not begin work."""
    place.limits("limits: {budget: {of: tokens, limit: 1000, window: 60, kind: tool}}")
    async with place.guard() as guard:
        await place.call(guard, tokens=600)
        with pytest.raises(LimitExceeded):
            await place.call(guard, tokens=600)
        ran = len(place.ran)
        with pytest.raises(LimitExceeded) as caught:
            await place.call(guard)
        assert caught.value.retry_after
        assert len(place.ran) == ran
        with pytest.raises(NotAuthenticated):
            await guard.spend("tokens", 1)
        async with place.session(guard), guard.run("support"):
            for bad in (-1, float("nan"), float("inf"), "5", True, None):
                with pytest.raises(ConfigError):
                    await guard.spend("tokens", bad)


async def test_seconds_are_counted_when_a_call_ends(place):
    """A call that took its time leaves none for the next."""
    place.limits("limits: {time: {of: seconds, limit: 0.05}}")
    async with place.guard() as guard:
        await place.call(guard, seconds=0.1)
        with pytest.raises(LimitExceeded):
            await place.call(guard)


@pytest.mark.parametrize(("of", "deep"), [("depth", True), ("children", False)])
async def test_depth_and_fan_out_of_children_count(place, of, deep):
    """A run within a run within a run, or one more sibling, is refused."""
    place.limits(f"limits: {{kids: {{of: {of}, limit: 1, per: [run]}}}}")
    async with place.guard() as guard:
        with pytest.raises(LimitExceeded):
            async with place.session(guard), guard.run("support"):
                async with guard.run("support"):
                    if deep:
                        async with guard.run("support"):
                            place.ran.append("too deep")
                async with guard.run("support"):
                    place.ran.append("too many")
    assert place.ran == []


async def test_a_refused_call_gives_its_count_back(place):
    """A call that waits for an approval has not used up a limit."""
    place.limits("limits: {one: {of: calls, limit: 1}}")
    (place.policies / "catalogue.yaml").write_text("tools: {refund: {approval: required}}")
    from stageflow_guard import ApprovalRequired

    async with place.guard() as guard:
        for _ in range(3):
            with pytest.raises(ApprovalRequired):
                await place.call(guard)
    assert place.ran == []


class Broken:
    """A state that is away, or lies."""

    waits = True

    def __init__(self, answer):
        self.answer = answer

    def take(self, *_, **__):
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    give_back = take

    def close(self):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        OSError("secret"),
        None,
        True,
        0,
        {},
        Taken(5),
        Taken(None, None, (7,)),
        Taken("x"),
        pytest.param(object(), id="object"),
    ],
    ids=repr,
)
async def test_a_state_that_is_away_or_lies_is_a_refusal(place, answer):
    """Whatever the state raises or answers: typed, on record, and nothing runs."""
    place.limits("limits: {few: {of: calls, limit: 5}}")
    async with place.guard() as guard:
        guard._controls.limiter.counters = Broken(answer)
        with pytest.raises(LimitsUnavailable) as caught:
            await place.call(guard)
        assert "secret" not in str(caught.value)
        assert caught.value.ref
    assert place.ran == []


# -- the states themselves -------------------------------------------------------------------------


def redis_url():
    return os.environ.get("STAGEFLOW_GUARD_TEST_REDIS", "redis://127.0.0.1:6379/0")


def counters(kind, tmp_path, url=None):
    if kind == "memory":
        return MemoryCounters()
    return (
        SqliteCounters(tmp_path / "c.db") if kind == "sqlite" else RedisCounters(url or redis_url())
    )


KINDS = ["memory", "sqlite", "redis"]


def take(key, limit, amount=1.0, window=None, **kw):
    return Take(key, limit, amount, window, kw.pop("hard", True), **kw)


@pytest.mark.parametrize("kind", KINDS)
def test_each_state_counts_all_or_none(kind, tmp_path):
    """A call that is over one limit raises no other; what was given back is free again."""
    state, one, two = counters(kind, tmp_path), uuid4().hex, uuid4().hex
    both = [take(one, 5), take(two, 1, window=3600)]
    assert state.take(both).full is None
    full = state.take(both)
    assert full.full == 1
    assert 0 < full.retry_after <= 3660
    state.give_back([take(two, 1, window=3600)])
    assert state.take(both).full is None
    assert state.take([take(one, 5, amount=3)]).full is None
    assert state.take([take(one, 5)]).full == 0
    assert state.take([take(one, 5, hard=False)]).over == (0,)
    assert state.take([take(one, 5)], force=True).over == (0,)
    state.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_state_slides_its_window_and_ends_leases(kind, tmp_path):
    """After the window there is room again; a lease that was given back is free."""
    state, name = counters(kind, tmp_path), uuid4().hex
    took, window = 1.0, 0.2
    while took >= window / 2:  # else this machine was too busy to be within the window
        key, began = uuid4().hex, time.monotonic()
        assert state.take([take(key, 1, window=window)]).full is None
        second = state.take([take(key, 1, window=window)]).full
        took = time.monotonic() - began
    assert second == 0
    time.sleep(0.3)
    assert state.take([take(key, 1, window=window)]).full is None
    assert state.take([take(name, 1, lease="a")]).full is None
    assert state.take([take(name, 1, lease="b")]).full == 0
    state.give_back([take(name, 1, lease="a")])
    assert state.take([take(name, 1, lease="b")]).full is None
    state.close()


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
def test_refused_calls_make_no_room_a_window_later(kind, tmp_path, monkeypatch):
    """Taken in one part and given back in the next: nothing below nothing stays behind."""
    state, key, now = counters(kind, tmp_path), uuid4().hex, [700_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    few = [take(key, 10, window=60)]
    assert {state.take(few).full for _ in range(10)} == {None}
    now[0] += 1.0
    for _ in range(10):
        state.give_back(few)
    now[0] += 29.0
    assert [state.take(few).full for _ in range(11)] == [None] * 10 + [0]
    now[0] += 31.2  # the part of the refused calls has left, that of the others has not
    assert state.take(few).full == 0
    now[0] += 31.0
    assert state.take(few).full is None
    state.close()


def test_what_redis_gives_back_leaves_the_part_that_was_raised():
    """Its time cannot be set: no part is below nothing, and what was free is free again."""
    state, key = RedisCounters(redis_url()), uuid4().hex
    few = [take(key, 2, window=6.0)]
    assert [state.take(few).full for _ in range(3)] == [None, None, 0]
    time.sleep(0.12)  # another part
    for _ in range(3):
        state.give_back(few)
    held = state._redis.hgetall(redis_counters._named(key))
    assert sum(map(float, held.values())) == 0 and min(map(float, held.values())) == 0
    assert [state.take(few).full for _ in range(3)] == [None, None, 0]
    state.close()


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
def test_a_clock_that_is_set_forward_empties_no_window(kind, tmp_path, monkeypatch):
    """The wall clock is never read."""
    state, key = counters(kind, tmp_path), uuid4().hex
    assert state.take([take(key, 1, window=3600)]).full is None
    real = time.time()
    monkeypatch.setattr(time, "time", lambda: real + 10**6)
    assert state.take([take(key, 1, window=3600)]).full == 0
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)  # the machine started again
    if kind == "sqlite":
        assert state.take([take(key, 1, window=3600)]).full == 0
    state.close()


CHILD = """
import sys
sys.path.insert(0, {src!r})
from stageflow_guard.enforcement.counters import {module} as kept
from stageflow_guard.enforcement.counters.{module} import {cls}
kept.BUSY = 120.0  # however many others this machine serves
from stageflow_guard.enforcement.counters.counter import Take
state = {cls}({where!r})
print("ready", flush=True)
sys.stdin.readline()
ran = failed = 0
for _ in range({tries}):
    try:
        ran += state.take([Take({key!r}, 100, 1.0, {window!r}, True)]).full is None
    except Exception:
        failed += 1
print(ran, failed, flush=True)
"""


def children(kind, where, key, window, tries):
    cls = {"sqlite": "SqliteCounters", "redis": "RedisCounters"}[kind]
    text = CHILD.format(
        src=os.path.abspath("src"), module=kind, cls=cls, where=where, key=key, window=window,
        tries=tries,
    )  # fmt: skip
    made = [
        subprocess.Popen(
            [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in made:
        assert child.stdout.readline() == "ready\n"
    for child in made:
        child.stdin.write("go\n")
        child.stdin.flush()
    return made


@pytest.mark.parametrize("window", [None, 3600.0])
@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_limit_of_a_hundred_over_four_processes_is_a_hundred(kind, window, tmp_path):
    """Four processes ask sixty times each: exactly a hundred get through."""
    where = str(tmp_path / "c.db") if kind == "sqlite" else redis_url()
    made = children(kind, where, uuid4().hex, window, 60)
    done = [child.communicate(timeout=120)[0].split() for child in made]
    assert sum(int(ran) for ran, _ in done) == 100
    assert sum(int(failed) for _, failed in done) == 0


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs the redis-server binary")
def test_redis_killed_in_the_middle_never_lets_a_hundred_and_one_through(tmp_path):
    """What is asked after the server went away is refused, and the sum stays at most a hundred."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    key = uuid4().hex
    try:
        for _ in range(100):
            try:
                RedisCounters(url).take([take(key, 100, amount=0.0)])
                break
            except Exception:
                time.sleep(0.05)
        made = children("redis", url, key, None, 3000)
        time.sleep(0.02)
    finally:
        server.kill()
        server.wait()
    done = [child.communicate(timeout=200)[0].split() for child in made]
    assert sum(int(ran) for ran, _ in done) <= 100
    assert sum(int(failed) for _, failed in done) > 0
