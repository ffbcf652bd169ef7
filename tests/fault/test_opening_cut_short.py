"""A guard opens every part or none, and closes each part whatever another one raises."""

from __future__ import annotations

import asyncio
import threading

import pytest

from stageflow_guard import Guard
from stageflow_guard.audit import Log
from stageflow_guard.audit.export.background import BackgroundWork
from stageflow_guard.audit.log.integration import Integration
from stageflow_guard.audit.open import ClosedLog
from stageflow_guard.enforcement import lifecycle
from stageflow_guard.enforcement.controls import Controls
from stageflow_guard.enforcement.grants import Grants
from stageflow_guard.enforcement.limiting import Limiter
from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
from stageflow_guard.enforcement.sequence import Sequence
from stageflow_guard.errors import GuardError
from stageflow_guard.policy.live import build_policies
from stageflow_guard.policy.live.reload import Reloader
from stageflow_guard.redaction import OffLoopInspector
from stageflow_guard.settings import Settings
from stageflow_guard.testing import IdentityProvider
from stageflow_guard.testing.layout import write_policies

RULES = "p, role:agent, acme, stage, *, run, allow\n"


class Foreign(Exception):
    """An error of no type that the guard knows."""


class Stop(BaseException):
    """What ends a task, and is no error."""


@pytest.fixture
def settings(tmp_path):
    """Settings with a kept vault, limits and approvals in files."""
    write_policies(tmp_path / "policies", {"tenants/acme/policy.csv": RULES})
    with IdentityProvider.serve() as idp:
        yield Settings.of({
            "auth": {"issuers": [{
                "issuer": idp.issuer, "audiences": ["pipelines"], "algorithms": ["RS256"],
                "tenant_claim": "org_id", "roles_claim": "roles",
            }]},
            "policy": {"path": str(tmp_path / "policies")},
            "audit": {
                "path": str(tmp_path / "audit"), "origin": "test.example/x",
                "key_file": str(tmp_path / "audit.key"), "shard": "w0",
                "sinks": [{"kind": "sqlite", "path": str(tmp_path / "log.db")}],
            },
            "approvals": {"kind": "sqlite", "path": str(tmp_path / "approvals.db")},
            "limits": {"kind": "sqlite", "path": str(tmp_path / "limits.db")},
        })  # fmt: skip


_earlier: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def _others():
    """Other suites leave logs open on purpose, as a killed process does: theirs do not count."""
    _earlier.update(threading.enumerate())


def left():
    """Return the names of the threads that only an open guard has."""
    now = [t for t in threading.enumerate() if t not in _earlier]
    return [t.name for t in now if t.name.startswith(("audit", "guard-portal"))]


async def works(guard):
    """Say whether the guard opens, records and closes now."""
    async with guard:
        ready, why = guard.ready()
        assert ready, why
        with pytest.raises(Exception, match=r"\[ref test"):
            await guard.authenticate("no token")
    assert left() == []


async def test_an_opening_that_is_cancelled_leaves_nothing_open(settings):
    """Cancelled after any number of the loop's turns, the next opening finds the log free."""
    turns, cut = 0, 0
    while True:
        guard = Guard.from_settings(settings)
        opening = asyncio.ensure_future(guard.__aenter__())
        for _ in range(turns):
            if opening.done():
                break
            await asyncio.sleep(0)
        if opening.done():
            await guard.__aexit__(None, None, None)
            break
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        cut += 1
        assert left() == []
        assert isinstance(guard._pep.log, ClosedLog)
        turns = turns * 4 // 3 + 1
    assert cut >= 5
    await works(Guard.from_settings(settings))


@pytest.mark.parametrize("turns", [2, 3, 5])
def test_a_loop_that_ends_in_an_opening_leaves_nothing_open(tmp_path, turns):
    """`asyncio.run` cancels every task at its end: the log on the thread is closed all the same."""

    def opening():
        return Log.open(tmp_path / "audit", origin="e.x/log", key_file=tmp_path / "key")

    async def ends_meanwhile():
        task = asyncio.ensure_future(opening())
        for _ in range(turns):
            await asyncio.sleep(0)
        return task

    async def again():
        await (await opening()).close()

    assert asyncio.run(ends_meanwhile()).cancelled()
    assert left() == []
    asyncio.run(again())


@pytest.mark.parametrize("times", [1, 3])
async def test_a_log_whose_closing_is_cancelled_is_closed(tmp_path, times):
    """The cancelled caller waits for the last checkpoint and its copy; no thread is left."""
    where = {"origin": "e.x/log", "key_file": tmp_path / "key"}
    log = await Log.open(tmp_path / "audit", checkpoint_copy=tmp_path / "copy", **where)
    await log.append({"kind": "auth"})
    closing = asyncio.ensure_future(log.close())
    for _ in range(times):
        await asyncio.sleep(0)
        closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert left() == []
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "audit" / "checkpoint").read_bytes()
    await (await Log.open(tmp_path / "audit", **where)).close()


OPENING = {
    "limits": (lifecycle, "counters_from"), "approvals": (lifecycle, "grants_from"),
    "a webhook": (lifecycle, "webhook_from"), "policies": (build_policies, "reloader_from"),
    "the log": (lifecycle, "opened"), "the log's tree": (Integration, "__init__"),
}  # fmt: skip


@pytest.mark.parametrize("part", OPENING)
@pytest.mark.parametrize("error", [Foreign, OSError, Stop])
async def test_an_opening_that_fails_at_any_part_leaves_nothing_open(
    settings, monkeypatch, part, error
):
    """Whatever a part raises, what was opened before it is closed, and the guard can be opened."""
    guard = Guard.from_settings(settings)

    def fails(*_args, **_more):
        raise error("broken")

    with monkeypatch.context() as patched:
        patched.setattr(*OPENING[part], fails)
        with pytest.raises((error, GuardError)):
            await guard.__aenter__()
    assert left() == []
    await works(guard)


class Source:
    """A source of tokens that can be drained."""

    drained = 0

    async def access_token(self):
        """Have none."""
        raise NotImplementedError

    async def drain(self):
        """Count."""
        self.drained += 1


CLOSING = {
    "the watch of policies": (Reloader, "stop"), "open runs": (PolicyEnforcementPoint, "drain"),
    "limits": (Limiter, "drain"), "approvals": (Controls, "close"), "the history": (Sequence, "close"),
    "heartbeats": (BackgroundWork, "stop_heartbeat"), "sinks": (BackgroundWork, "drain_sinks"),
    "inspectors": (OffLoopInspector, "stop_worker"), "a source of tokens": (Source, "drain"),
}  # fmt: skip


@pytest.mark.parametrize("part", CLOSING)
async def test_a_part_that_cannot_be_closed_keeps_no_other_open(settings, monkeypatch, part):
    """The error comes out, and the log, the threads and the stores are closed all the same."""
    guard = Guard.from_settings(settings)
    sources = [Source(), Source()]
    closed = []
    close = Grants.close
    monkeypatch.setattr(Grants, "close", lambda self: (closed.append(1), close(self)))

    def fails(*_args, **_more):
        raise Foreign("broken")

    with monkeypatch.context() as patched:
        patched.setattr(*CLOSING[part], fails)
        await guard.__aenter__()
        for source in sources:
            guard.session(source)
        with pytest.raises(Foreign):
            await guard.__aexit__(None, None, None)
    if part != "a source of tokens":
        assert [s.drained for s in sources] == [1, 1]
    assert closed or part == "approvals"
    assert isinstance(guard._pep.log, ClosedLog)
    assert "audit" not in left()
    log = await Log.open(
        f"{settings.audit.path}/w0", origin="test.example/x/w0", key_file=settings.audit.key_file
    )
    await log.close()
