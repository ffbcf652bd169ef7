"""What approvals and limits are kept in goes away, hangs, is locked, cut or put back: nothing runs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from uuid import uuid4

import pytest

from stageflow_guard import ApprovalRequired, Guard
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.base import calls as base_calls
from stageflow_guard.base.calls import Calls
from stageflow_guard.cli import main
from stageflow_guard.enforcement import controls, limiting
from stageflow_guard.enforcement.counters import redis as redis_counters
from stageflow_guard.enforcement.counters import sqlite as sqlite_counters
from stageflow_guard.enforcement.counters.counter import Take
from stageflow_guard.enforcement.counters.redis import RedisCounters
from stageflow_guard.enforcement.rowstores import sqlite as sqlite_rows
from stageflow_guard.errors import ApprovalsUnavailable, LimitsUnavailable, Unavailable
from stageflow_guard.testing import IdentityProvider

DSN = os.environ.get(
    "STAGEFLOW_GUARD_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres"
)
CATALOGUE = "tools: {refund: {approval: required}, note: {}}"
LIMITS = "limits: {notes: {of: calls, limit: 3, kind: tool, obj: note}}"
LINES = """
g, claim:clerk, role:clerk, acme
g, claim:boss, role:boss, acme
p, role:clerk, acme, tool, *, call, allow
p, role:boss, acme, tool, *, approve, allow
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A home where one tool needs an approval and another one is limited; short deadlines."""
    monkeypatch.setattr(controls, "STORE_TIMEOUT", 1.0)
    monkeypatch.setattr(limiting, "TIMEOUT", 1.0)
    for module in (sqlite_rows, sqlite_counters):
        monkeypatch.setattr(module, "BUSY", 0.2)
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    (tmp_path / "policies/catalogue.yaml").write_text(CATALOGUE)
    (tmp_path / "policies/limits.yaml").write_text(LIMITS)
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)

    class Place:
        path, ran = tmp_path, []

        def settings(self, text):
            with (tmp_path / "guard.toml").open("a") as file:
                file.write(text)

        @contextlib.asynccontextmanager
        async def guard(self):
            async with Guard.load(tmp_path / "guard.toml") as guard:

                @guard.protect(kind="tool", obj="refund")
                async def refund():
                    self.ran.append("refund")

                @guard.protect(kind="tool", obj="note")
                async def note():
                    self.ran.append("note")

                self.tools = {"refund": refund, "note": note}
                yield guard

        async def call(self, guard, tool):
            token = idp.mint(sub="bob", tenant="acme", roles=["clerk"])
            async with guard.session(token), guard.run("support"):
                await self.tools[tool]()

        async def granted(self, guard):
            with pytest.raises(ApprovalRequired) as caught:
                await self.call(guard, "refund")
            async with self.boss(guard):
                await guard.approve(caught.value.approval)

        def boss(self, guard):
            return guard.session(idp.mint(sub="mia", tenant="acme", roles=["boss"]))

        async def refused(self, guard, tool, error):
            """The call is refused by its type, soon, on record, and the tool does not run."""
            before = list(self.ran)
            async with asyncio.timeout(8):
                with pytest.raises(error) as caught:
                    await self.call(guard, tool)
            assert self.ran == before
            index = int(caught.value.ref.rpartition("#")[2])
            await guard._pep.log.flush()
            rows = dict(iter_records(tmp_path / "audit", index, written_ahead=True))
            assert rows[index]["decision"] == "deny"
            assert rows[index]["error"] == caught.value.code

    return Place()


class Hangs:
    """Every method waits until the test is over."""

    waits = True

    def __init__(self):
        self.over = threading.Event()

    def __getattr__(self, name):
        return lambda *_, **__: self.over.wait(30)


async def test_a_state_that_hangs_holds_up_no_call_and_not_the_end(place):
    """More calls than there are threads: each is refused by its deadline, and the guard closes."""
    hangs = Hangs()
    try:
        async with place.guard() as guard:
            guard._controls.grants._store = hangs
            guard._controls.limiter.counters = hangs
            done = await asyncio.wait_for(
                asyncio.gather(
                    *(place.call(guard, tool) for tool in ("refund", "note") * 12),
                    return_exceptions=True,
                ),
                8,
            )
            assert {type(one) for one in done} == {ApprovalsUnavailable, LimitsUnavailable}
            assert all(one.ref for one in done)
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "served"), 1) == "served"
        assert place.ran == []
    finally:
        hangs.over.set()


@pytest.mark.parametrize("verb", ["approve", "deny", "list"])
async def test_an_approver_is_told_that_the_store_is_away_and_it_is_on_record(place, verb):
    """Whoever looks or answers while the store hangs: typed, by the deadline, with a ref."""
    hangs = Hangs()
    try:
        async with place.guard() as guard:
            with pytest.raises(ApprovalRequired) as waiting:
                await place.call(guard, "refund")
            store, guard._controls.grants._store = guard._controls.grants._store, hangs
            async with place.boss(guard):
                with pytest.raises(ApprovalsUnavailable) as caught:
                    if verb == "list":
                        await guard.pending_approvals()
                    else:
                        await getattr(guard, verb)(waiting.value.approval)
            guard._controls.grants._store = store
        index = int(caught.value.ref.rpartition("#")[2])
        record = dict(iter_records(place.path / "audit", index))[index]
        assert record["error"] == "approvals_unavailable"
        assert record["actor"]["subject"] == "user:mia"
    finally:
        hangs.over.set()


async def test_calls_that_have_not_begun_never_do_and_threads_end():
    """Behind a call that hangs: the deadline counts, and what waited is forgotten."""
    calls, over, ran = Calls("test", 1), threading.Event(), []
    first = asyncio.create_task(calls.answer(0.05, lambda: over.wait(30)))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await calls.answer(0.05, lambda: ran.append(1))
    with pytest.raises(TimeoutError):
        await first
    over.set()
    assert await calls.answer(5, lambda: "again") == "again"
    assert ran == []
    calls.end()
    for _ in range(100):
        if calls._threads == 0:
            break
        await asyncio.sleep(0.01)
    assert calls._threads == 0


async def test_calls_behind_one_that_hangs_for_good_are_so_many_and_no_more(monkeypatch):
    """They cannot be taken out of the queue, and hold what they would have done."""
    monkeypatch.setattr(base_calls, "WAITING", 3)
    calls, over = Calls("test", 1), threading.Event()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await calls.answer(0.02, lambda: over.wait(30))
    assert calls._waiting.qsize() == 2
    over.set()
    while calls._jobs:
        await asyncio.sleep(0.01)
    assert await calls.answer(5, lambda: "again") == "again"
    calls.end()


# -- SQLite: locked, deleted, cut, overwritten, put back --------------------------------------------


def lock(file):
    held = sqlite3.connect(file)
    held.execute("BEGIN EXCLUSIVE")
    return held


def overwrite(file):
    file.write_bytes(os.urandom(file.stat().st_size))


SPOILT = {
    "locked": lock,
    "deleted": lambda file: file.unlink(),
    "cut": lambda file: os.truncate(file, 700),
    "emptied": lambda file: os.truncate(file, 0),
    "overwritten": overwrite,
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("which", ["approvals", "limits"])
async def test_a_file_that_is_spoilt_while_the_guard_runs_is_a_refusal(place, which, how):
    """Locked by another process, deleted, cut, overwritten: denied and on record, each time."""
    tool, error = {
        "approvals": ("refund", ApprovalsUnavailable), "limits": ("note", LimitsUnavailable),
    }[which]  # fmt: skip
    place.settings('\n[limits]\nkind = "sqlite"\npath = "limits.db"\n')
    file = place.path / {"approvals": "audit.approvals.db", "limits": "limits.db"}[which]
    async with place.guard() as guard:
        if which == "approvals":
            await place.granted(guard)
        else:
            await place.call(guard, "note")
        ran = list(place.ran)
        held = SPOILT[how](file)
        await place.refused(guard, tool, error)
        await place.refused(guard, tool, error)
        if held is not None:
            held.close()  # let go: what was granted, or is left, counts again
            await place.call(guard, tool)
            ran.append(tool)
    assert place.ran == ran


async def test_counts_that_were_put_back_let_no_more_through_than_the_log_says(place):
    """A file of counts is not sealed: `at_most` of flow.yaml counts by the log, and holds."""
    place.settings('\n[limits]\nkind = "sqlite"\npath = "limits.db"\n')
    (place.path / "policies/flow.yaml").write_text(
        "flow: {three: {at_most: 3, of: {kind: tool, act: call, obj: note}, within: subject, "
        "window: 3600}}"
    )
    async with place.guard() as guard:
        await place.call(guard, "note")
    early = (place.path / "limits.db").read_bytes()
    async with place.guard() as guard:
        await place.call(guard, "note")
        await place.call(guard, "note")
    (place.path / "limits.db").write_bytes(early)
    from stageflow_guard import AccessDenied

    async with place.guard() as guard:
        await place.refused(guard, "note", AccessDenied)
    assert place.ran == ["note"] * 3


# -- PostgreSQL: connections killed, a network that swallows -----------------------------------------


class Swallowing:
    """A way to PostgreSQL that stops carrying anything, and keeps its connections open."""

    def __init__(self, host, port, name):
        self.target, self.swallows, self.held, self.name = (host, port), False, [], name
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                one, _ = self.server.accept()
                other = socket.create_connection(self.target)
                self.held += [one, other]
                for a, b in ((one, other), (other, one)):
                    threading.Thread(target=self.carry, args=(a, b), daemon=True).start()

    def carry(self, a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                if self.swallows:
                    return
                b.sendall(data)
        with contextlib.suppress(OSError):  # a reset is an end, too: the other side has to hear it
            b.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.server.close()
        for one in self.held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def postgres(place, monkeypatch):
    """The approvals in PostgreSQL, by a way that can stop carrying."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    known, name = conninfo_to_dict(DSN), f"guard{uuid4().hex[:12]}"
    way = Swallowing(known.get("host", "127.0.0.1"), int(known.get("port", 5432)), name)
    url = make_conninfo(DSN, host="127.0.0.1", port=way.port, application_name=name)
    monkeypatch.setenv("APPROVALS_URL", url)
    place.settings('\n[approvals]\nkind = "postgres"\nurl_env = "APPROVALS_URL"\n')
    yield way
    way.close()


async def test_a_killed_connection_is_a_refusal_and_then_made_again(place, postgres):
    """The server ends the connection: denied, on record; the next call finds its grant."""
    import psycopg

    async with place.guard() as guard:
        await place.granted(guard)
        with psycopg.connect(DSN, autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name=%s",
                (postgres.name,),
            )
        await place.refused(guard, "refund", ApprovalsUnavailable)
        await place.call(guard, "refund")
    assert place.ran == ["refund"]


async def test_a_network_that_swallows_is_a_refusal_by_the_deadline(place, postgres):
    """Nothing comes back, and the connection stays open: denied, on record, and the guard closes."""
    async with place.guard() as guard:
        await place.granted(guard)
        postgres.swallows = True
        await place.refused(guard, "refund", ApprovalsUnavailable)
        await place.refused(guard, "refund", ApprovalsUnavailable)
    assert place.ran == []


# -- Redis: stopped, killed, started again empty -----------------------------------------------------


@pytest.fixture
def redis_server(tmp_path, monkeypatch):
    """A server of this test alone, that can be stopped, killed, and started again without counts."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs the redis-server binary")
    monkeypatch.setattr(redis_counters, "TIMEOUT", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    class Server:
        url = f"redis://127.0.0.1:{port}/0"
        process = None

        def start(self):
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)],
                stdout=subprocess.DEVNULL,
            )
            for _ in range(200):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    return
                time.sleep(0.02)

        def kill(self):
            self.process.kill()
            self.process.wait()

    server = Server()
    server.start()
    yield server
    server.kill()


async def test_a_redis_that_stops_or_comes_back_empty_lets_nothing_more_through(
    place, redis_server, monkeypatch
):
    """Stopped: denied by the deadline. Started again without its counts: denied, not counted anew."""
    monkeypatch.setenv("LIMITS_URL", redis_server.url)
    place.settings('\n[limits]\nkind = "redis"\nurl_env = "LIMITS_URL"\n')
    async with place.guard() as guard:
        await place.call(guard, "note")
        redis_server.process.send_signal(signal.SIGSTOP)
        await place.refused(guard, "note", LimitsUnavailable)
        redis_server.process.send_signal(signal.SIGCONT)
        await place.call(guard, "note")
        redis_server.kill()
        await place.refused(guard, "note", LimitsUnavailable)
        redis_server.start()
        for _ in range(3):
            await place.refused(guard, "note", Unavailable)
    assert place.ran == ["note"] * 2


def test_a_window_is_counted_again_once_what_was_lost_is_older(redis_server):
    """A server without its counts: a total stays refused, a window as long as it reaches back."""
    state = RedisCounters(redis_server.url)
    total, window = Take("total", 5, 1.0, None, True), Take("window", 5, 1.0, 2.0, True)
    lease = Take("lease", 5, 1.0, None, True, lease="one")
    assert state.take([total, window]).full is None
    redis_server.kill()
    redis_server.start()
    with contextlib.suppress(Exception):  # the connection of before
        state.take([window])
    for one in (total, window, lease):
        with pytest.raises(LimitsUnavailable, match="has lost"):
            state.take([one])
    time.sleep(2.05)
    assert state.take([window]).full is None
    with pytest.raises(LimitsUnavailable, match="has lost"):
        state.take([total])
    redis_server.kill()
    redis_server.start()  # once more, empty
    with contextlib.suppress(Exception):
        state.take([window])
    with pytest.raises(LimitsUnavailable, match="has lost"):
        state.take([window])
    assert (
        RedisCounters(redis_server.url).take([total]).full is None
    )  # who counted nothing lost none
    state.close()
