"""Statistics of a kept projection: counted once, then what is new, never other than the log's."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from itertools import pairwise

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.export.sinks import sqlite_tally
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.read.statistics import NAMES, Statistics
from stageflow_guard.cli import main

FOUND = [{"entity": "PERSON", "direction": "input", "count": 2}]


async def grow(folder, start, n, origin="example.com/log"):
    """Append records of `n` runs, the last of which has not ended."""
    log = await Log.open(folder / "log", origin=origin, key_file=folder / "k")
    for i in range(start, start + n):
        run, tenant = f"run-{i}", ("acme", "globex")[i % 2]
        if i:  # the run before ends in this part of the log, after its finds were counted
            log.enqueue({"kind": "run_end", "run": f"run-{i - 1}", "tenant": tenant})
        for stage in ("a", "b"):
            index = log.enqueue({
                "kind": "decision", "run": run, "tenant": tenant, "stage": stage,
                "decision": "deny" if i % 5 == 4 else "permit", "reason": f"r{i % 3}",
                "findings": FOUND,
            })  # fmt: skip
            log.enqueue({
                "kind": "effect", "run": run, "tenant": tenant, "decision_index": index,
                "outcome": "ok", "latency_us": 100 + i,
            })  # fmt: skip
    log.enqueue({
        "kind": "decision", "run": f"run-{start + n - 1}", "tenant": "acme", "decision": "permit",
        "findings": [{"entity": "PERSON", "direction": "input", "count": 3}],
    })  # fmt: skip
    await log.close()
    return folder / "log"


def read(log):
    """Return what the log itself says."""
    found = Statistics()
    found.take(log)
    return found


def same(one, two):
    """Say whether two statistics are equal."""
    return one.findings == two.findings and all(
        getattr(one, name) == getattr(two, name) for name in NAMES
    )


def asked(log, db, *, compared=False):
    """Return what the projection says, opened anew."""
    base = SqliteProjection(db)
    try:
        base.sync(log, compared=compared)
        return base.statistics()
    finally:
        base.close()


async def test_what_was_counted_is_not_counted_again_and_what_is_new_is_added(
    tmp_path, monkeypatch
):
    """A run that goes on over several readings has its finds counted once."""
    ranges, whole = [], sqlite_tally.count

    def watched(db, into, *of):
        ranges.append(of[2:])
        return whole(db, into, *of)

    monkeypatch.setattr(sqlite_tally, "count", watched)
    sizes = [0]
    for part in range(4):
        log = await grow(tmp_path, part * 6, 6)
        assert same(asked(log, tmp_path / "kept.db"), read(log))
        sizes.append(sum(read(log).kinds.values()))
        assert same(asked(log, tmp_path / "kept.db"), read(log))  # nothing is new
    assert ranges == list(pairwise(sizes))


async def test_rows_that_were_compared_are_all_counted(tmp_path):
    """A tally that somebody wrote is believed where the file is, and nowhere else."""
    log = await grow(tmp_path, 0, 6)
    asked(log, tmp_path / "kept.db")
    with sqlite3.connect(tmp_path / "kept.db") as db:
        said = json.loads(db.execute("SELECT said FROM tallies").fetchone()[0])
        said["reasons"] = [["r0", 0]]
        db.execute("UPDATE tallies SET said = ?", (json.dumps(said),))
    db.close()
    assert asked(log, tmp_path / "kept.db").reasons == {"r0": 0}
    assert same(asked(log, tmp_path / "kept.db", compared=True), read(log))


@pytest.mark.parametrize(
    "damage",
    ["UPDATE tallies SET said = '{'", "UPDATE tallies SET said = '[]'",
     "UPDATE tallies SET upto = 10000", "UPDATE tallies SET upto = -3",
     "UPDATE tallies SET upto = 2.5", "UPDATE tallies SET upto = 'x'",
     "UPDATE tallies SET first = 3", "DELETE FROM tallies",
     "DROP TABLE tallies", "UPDATE tallies SET said = '{\"kinds\": [[1]]}'"],
)  # fmt: skip
async def test_a_tally_that_cannot_be_this_logs_is_counted_anew(tmp_path, damage):
    """Damage, another beginning, an end behind the log's: none of it is an answer or an error."""
    log = await grow(tmp_path, 0, 6)
    asked(log, tmp_path / "kept.db")
    with sqlite3.connect(tmp_path / "kept.db") as db:
        db.execute(damage)
    db.close()
    assert same(asked(log, tmp_path / "kept.db"), read(log))


async def test_a_log_that_was_made_anew_is_counted_anew(tmp_path):
    """Rows that are deleted take what they amount to with them."""
    log = await grow(tmp_path, 0, 6)
    asked(log, tmp_path / "kept.db")
    other = tmp_path / "other"
    other.mkdir()
    log = await grow(other, 0, 2)
    assert same(asked(log, tmp_path / "kept.db"), read(log))


def test_the_command_says_the_same_of_the_logs_and_of_the_projection(tmp_path, capsys):
    """With and without `--db`, compared or trusted, over both shards of a folder."""
    for shard in ("w0", "w1"):
        asyncio.run(grow(tmp_path, 0, 5, f"example.com/{shard}"))
        (tmp_path / "audit").mkdir(exist_ok=True)
        (tmp_path / "log").rename(tmp_path / "audit" / shard)
    said = []
    db = ["--db", str(tmp_path / "kept.db")]
    for more in ([], db, [*db, "--trust-db"]):
        assert main(["audit", "stats", "--json", "--dir", str(tmp_path / "audit"), *more]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]
    assert json.loads(said[0])["findings"] == {"PERSON": 22}
