"""The agents in `examples/agents`, as somebody runs them: with a second terminal that answers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import verify
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main

AGENTS = Path(__file__).parents[2] / "examples" / "agents"


def start(name, folder):
    assert main(["init", str(folder)]) == 0
    return subprocess.Popen(
        [sys.executable, str(AGENTS / f"{name}.py")], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("answer", ["approve", "deny"])
def test_a_large_refund_waits_for_the_second_terminal(tmp_path, answer):
    """Small ones run, the large one as somebody answers, the third one is over the limit."""
    agent = start("refund_agent", tmp_path)
    said = []
    for line in agent.stdout:
        said.append(line)
        if found := re.search(r"approvals approve (apr-\w+)", line):
            break
    with (tmp_path / "boss.token").open() as token:
        done = subprocess.run(
            [sys.executable, "-m", "stageflow_guard", "approvals", answer, found[1]],
            cwd=tmp_path, stdin=token, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rest, errors = agent.communicate(timeout=120)
    assert agent.returncode == 0, errors
    told = [line for line in "".join([*said, rest]).splitlines() if line[:4] in ("done", "refu")]
    codes = ["done: paid 40 for 7", "done: paid 500 for 8", "refused: limit_exceeded"]
    if answer == "deny":
        codes = ["done: paid 40 for 7", "refused: access_denied", "done: paid 20 for 9"]
    assert [line.rpartition(" example.com")[0] or line for line in told] == codes
    assert "ada@example.com" not in "".join([*said, rest, errors])
    shards = [one.parent for one in (tmp_path / "audit").glob("*/checkpoint")]
    records = []
    for shard in shards:
        verify(shard)
        records += [record for _, record in iter_records(shard)]
    answered = [r for r in records if r["kind"] == "approval" and r["action"] == "approve"]
    assert [r["approver"] for r in answered] == ["user:mia"]


def test_a_research_agent_stays_within_its_budget(tmp_path):
    """Modest work is done; what goes over tokens, breadth, depth or order is refused, by name."""
    agent = start("research_agent", tmp_path)
    said, errors = agent.communicate(timeout=120)
    assert agent.returncode == 0, errors
    told = dict(line.split(": ", 1) for line in said.splitlines())
    assert told["modest"].startswith("three pages on cups")
    for name, why in (
        ("greedy", "limit_exceeded budget"), ("wide", "limit_exceeded at-once"),
        ("deep", "limit_exceeded deep"), ("leaky", "access_denied"),
    ):  # fmt: skip
        assert told[name].startswith(f"refused {why}"), said
    records = [record for _, record in iter_records(tmp_path / "audit")]
    denied = [r for r in records if r.get("decision") == "deny"]
    assert [r["reason"] for r in denied] == ["limit_exceeded"] * (len(denied) - 1) + ["flow"]
    assert {(r.get("note") or {}).get("limit") for r in denied} == {
        "budget",
        "at-once",
        "deep",
        None,
    }
    assert any("nearly" in (r.get("note") or {}).get("over", ()) for r in records)
    verify(tmp_path / "audit")
