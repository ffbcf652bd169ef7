"""One guard, several threads: they share one open log; a second guard on it is told what it is."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import Guard
from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.base.shared import SharedOpening
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.testing import IdentityProvider


class Intake:
    kind = StageKind.TRANSFORM

    def __init__(self, meet=None):
        self.meet = meet

    async def execute(self, ctx):
        if self.meet is not None:
            await asyncio.to_thread(self.meet.wait, 20)
        return StageOutput.ok(heard=ctx.snapshot.input_text)


@pytest.fixture
def place(tmp_path, monkeypatch, capsys):
    """A folder as `init` makes it, and a token of its issuer."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    capsys.readouterr()
    idp = IdentityProvider("https://id.example")
    idp.write_jwks("jwks.json")
    token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")
    return tmp_path, token


def piped(stage):
    return Pipeline(name="support").with_stage("intake", stage, StageKind.TRANSFORM)


@pytest.mark.parametrize("threads", [2, 8])
def test_run_sync_from_several_threads_shares_one_log(place, threads):
    """All run at the same time, each is on record once, and the log verifies."""
    folder, token = place
    guard = Guard.load("guard.toml")
    meet = threading.Barrier(threads)  # every run is inside its stage at once
    guarded = guard.mount(piped(Intake(meet)))

    def one(i):
        return guard.run_sync(guarded, input_text=f"hello {i}", credential=token)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(one, range(threads)))
    assert sorted(r["intake"].data["heard"] for r in found) == [
        f"hello {i}" for i in range(threads)
    ]
    assert verify(folder / "audit").denials_with_effect == ()
    ends = [r for _, r in iter_records(folder / "audit") if r["kind"] == "run_end"]
    assert len(ends) == threads


def test_run_sync_goes_on_after_the_opener_has_left(place):
    """Threads come and go; whoever comes while the log closes opens it again."""
    folder, token = place
    guard = Guard.load("guard.toml")
    guarded = guard.mount(piped(Intake()))

    def many(i):
        for _ in range(5):
            guard.run_sync(guarded, input_text=f"hello {i}", credential=token)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(many, range(4)))
    ends = [r for _, r in iter_records(folder / "audit") if r["kind"] == "run_end"]
    assert len(ends) == 20
    assert verify(folder / "audit").denials_with_effect == ()


async def test_two_tasks_share_one_opening(place):
    """The inner block leaves the log open for the outer one."""
    _, token = place
    guard = Guard.load("guard.toml")
    guarded = guard.mount(piped(Intake()))
    async with guard:
        async with guard:
            pass
        async with guard.session(token):
            assert (await guarded.run(input_text="x"))["intake"].data["heard"] == "x"


async def test_a_second_guard_on_the_same_log_is_told_what_it_is(place):
    """The message says that this process holds it, and what to do."""
    async with Guard.load("guard.toml"):
        with pytest.raises(ConfigError, match="this process has it open already; share that guard"):
            async with Guard.load("guard.toml"):
                pass
    async with Guard.load("guard.toml"):  # and it is free again
        pass


async def test_a_second_log_on_the_same_folder_is_told_what_it_is(tmp_path):
    """By another path, too: the folder is what counts."""
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    (tmp_path / "other").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match="this process has it open already"):
        await Log.open(tmp_path / "other" / "audit", origin="t", key_file=tmp_path / "k")
    await log.close()


async def test_an_opening_that_fails_leaves_nothing_open():
    """The next one tries again; nobody waits for ever."""
    shared, calls = SharedOpening(), []

    async def fails():
        calls.append("open")
        raise ConfigError("no")

    async def works():
        calls.append("open")

    async def closes():
        calls.append("close")

    with pytest.raises(ConfigError):
        await shared.enter(fails)
    await shared.enter(works)
    await shared.enter(fails)  # joins
    await shared.leave(closes)
    assert calls == ["open", "open"]
    await shared.leave(closes)
    assert calls == ["open", "open", "close"]


async def test_a_cancelled_last_user_closes_all_the_same():
    """Cancellation while others are on their way out does not leave the log open."""
    shared, closed = SharedOpening(), []
    inside, out = threading.Event(), threading.Event()

    async def nothing():
        return None

    async def closes():
        closed.append(True)

    await shared.enter(nothing)

    async def elsewhere():
        await shared.enter(nothing)
        inside.set()
        await asyncio.to_thread(out.wait, 10)
        await shared.leave(closes)

    thread = threading.Thread(target=lambda: asyncio.run(elsewhere()))
    thread.start()
    await asyncio.to_thread(inside.wait, 10)
    leaving = asyncio.create_task(shared.leave(closes))
    await asyncio.sleep(0.05)
    assert closed == []
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert closed == [True]
    out.set()
    thread.join(10)
    await shared.enter(nothing)
    await shared.leave(closes)
    assert closed == [True, True]


def test_what_a_loop_that_ended_opened_is_closed_on_another():
    """Entered and left on two loops, as scripts do; or entered on one that never left."""
    shared, calls = SharedOpening(), []

    async def opens():
        calls.append("open")

    async def closes():
        calls.append("close")

    asyncio.run(shared.enter(opens))
    asyncio.run(shared.leave(closes))
    asyncio.run(shared.leave(closes))  # a second time is nothing
    assert calls == ["open", "close"]
    asyncio.run(shared.enter(opens))  # and its loop ends

    async def again():
        await shared.enter(opens)
        await shared.leave(closes)

    asyncio.run(again())
    assert calls == ["open", "close", "open", "close"]


async def test_a_poisoned_guard_ends_in_one_line(place, monkeypatch, caplog):
    """Every caller was refused already: closing raises nothing, and says what to do."""
    import os

    from stageflow_guard import AuditUnavailable

    _, token = place
    guard = Guard.load("guard.toml")
    guarded = guard.mount(piped(Intake()))
    async with guard:
        async with guard.session(token):
            await guarded.run(input_text="x")

            def broken(_fd):
                raise OSError(5, "Input/output error")

            monkeypatch.setattr(os, "fdatasync", broken)
            with pytest.raises(AuditUnavailable):
                await guarded.run(input_text="y")
        monkeypatch.undo()
    said = [r.message for r in caplog.records if r.levelname == "ERROR"]
    assert len([one for one in said if "start this process again" in one]) == 1


async def test_what_closing_itself_loses_is_raised(tmp_path, monkeypatch):
    """Nobody was told before: the failure leaves the block."""
    import os

    from stageflow_guard.audit.log import log as module
    from stageflow_guard.audit.open import close_log
    from stageflow_guard.errors import AuditUnavailable

    monkeypatch.setattr(module, "TICK", 60.0)  # only closing writes what is enqueued
    log = await Log.open(tmp_path / "audit", origin="t", key_file=tmp_path / "k")
    await log.append({"kind": "auth"})

    def broken(_fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    log.enqueue({"kind": "auth"})
    with pytest.raises(AuditUnavailable, match="poisoned"):
        await close_log(log)
