"""Policies that were edited while nothing ran: found at the opening, on record with both revisions."""

from __future__ import annotations

import shutil

import pytest

from stageflow_guard import Guard
from stageflow_guard.audit.read.last_policy import last_revision
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider


@pytest.fixture
def place(tmp_path, monkeypatch, capsys):
    """A folder as `init` makes it, with one decision on record."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "."]) == 0
    capsys.readouterr()
    IdentityProvider("https://id.example").write_jwks("jwks.json")
    return tmp_path


async def opened(decides=True):
    guard = Guard.load("guard.toml")
    async with guard:
        if decides:
            await guard._pep.record_event(
                kind="heartbeat", policy={"sha256": guard._pep.decisions.revision}
            )
        return guard._pep.decisions.revision


def changes(place):
    return [r for _, r in iter_records(place / "audit") if r["kind"] == "policy_change"]


def edit(place, text):
    file = place / "policies" / "tenants" / "acme" / "policy.csv"
    file.write_text(file.read_text() + text)


async def test_an_edit_while_nothing_ran_is_on_record(place):
    """The first record of the next opening names the old and the new revision."""
    old = await opened()
    edit(place, "p, role:agent, acme, data, extra/*, read, allow\n")
    new = await opened(decides=False)
    assert old != new
    (found,) = changes(place)
    assert found["policy"] == {"sha256": new}
    assert found["note"] == {"source": "opening", "previous": old}
    assert last_revision(place / "audit") == new


async def test_nothing_changed_says_nothing(place):
    """Opening again with the same files, or with files that came back, is no change."""
    await opened()
    await opened(decides=False)
    assert changes(place) == []


async def test_every_change_between_openings_is_one_record(place):
    """There and back again: two changes, each against the one before."""
    old = await opened()
    file = place / "policies" / "tenants" / "acme" / "policy.csv"
    kept = file.read_text()
    edit(place, "p, role:agent, acme, data, extra/*, read, allow\n")
    new = await opened(decides=False)
    file.write_text(kept)
    assert await opened(decides=False) == old
    assert [(r["note"]["previous"], r["policy"]["sha256"]) for r in changes(place)] == [
        (old, new), (new, old),
    ]  # fmt: skip


async def test_it_is_found_behind_thousands_of_heartbeats(place):
    """The last decision may be long ago."""
    from stageflow_guard.audit import Log

    old = await opened()
    log = await Log.open(
        place / "audit", origin="example.com/pipelines", key_file=place / "audit.key"
    )
    for _ in range(2000):
        log.enqueue({"kind": "heartbeat"})
    await log.flush()
    await log.close()
    edit(place, "p, role:agent, acme, data, extra/*, read, allow\n")
    await opened(decides=False)
    assert [r["note"]["previous"] for r in changes(place)] == [old]


async def test_a_new_log_begins_without_a_change(place):
    """There is no revision before the first."""
    await opened()
    shutil.rmtree(place / "audit")
    edit(place, "p, role:agent, acme, data, extra/*, read, allow\n")
    await opened(decides=False)
    assert changes(place) == []


async def test_a_reload_that_was_refused_put_nothing_in_force(place):
    """Its record names files that never decided."""
    from stageflow_guard.audit import Log

    old = await opened()
    log = await Log.open(
        place / "audit", origin="example.com/pipelines", key_file=place / "audit.key"
    )
    await log.append({
        "kind": "policy_change", "action": "reload", "outcome": "refused", "policy": {"sha256": "f" * 64}
    })  # fmt: skip
    await log.close()
    assert last_revision(place / "audit") == old
