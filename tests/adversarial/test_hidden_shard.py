"""Taking one file away from a shard hides nothing of what it says."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from stageflow_guard.audit import Log, logs_in
from stageflow_guard.audit.admin.holds import in_force
from stageflow_guard.cli import main
from stageflow_guard.errors import VerificationError

VERBS = {
    "verify": ["verify", "audit"],
    "review": ["review", "--dir", "audit"],
    "denied": ["denied", "--dir", "audit"],
    "query": ["query", "--dir", "audit"],
    "gaps": ["gaps", "--dir", "audit"],
    "stats": ["stats", "--dir", "audit"],
    "tail": ["tail", "--dir", "audit"],
    "export": ["export", "--dir", "audit"],
    "report": ["report", "--dir", "audit", "--out", "r.html"],
    "bundle": ["bundle", "--dir", "audit", "--out", "b"],
}


def without_checkpoint(shard: Path) -> None:
    (shard / "checkpoint").unlink()


def only_the_frames(shard: Path) -> None:
    without_checkpoint(shard)
    shutil.rmtree(shard / "tile")


def a_link_to_nothing(shard: Path) -> None:
    without_checkpoint(shard)
    (shard / "checkpoint").symlink_to("nowhere")


HIDDEN = [without_checkpoint, only_the_frames, a_link_to_nothing]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Two shards; the second one says who was refused."""
    monkeypatch.chdir(tmp_path)

    async def write() -> None:
        for shard in ("w0", "w1"):
            log = await Log.open(
                f"audit/{shard}", origin=f"example.com/p/{shard}", key_file="audit.key"
            )
            await log.append({"kind": "run_start", "run": "r", "tenant": "acme"})
            if shard == "w1":
                await log.append({
                    "kind": "decision", "decision": "deny", "error": "access_denied",
                    "reason": "default_deny", "run": "r", "tenant": "acme",
                    "actor": {"subject": "user:eve"}, "resource": "stage:a/b", "action": "run",
                })  # fmt: skip
            await log.close()

    asyncio.run(write())
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("hide", HIDDEN)
def test_no_verb_passes_over_a_shard_that_lost_its_checkpoint(home, capsys, hide, verb):
    """A clean verdict over the rest would be one about a log that is not whole."""
    hide(home / "audit/w1")
    code, said = main(["audit", *VERBS[verb]]), capsys.readouterr()
    assert code == 1, said
    assert "`checkpoint`" in said.out + said.err
    assert "internal_error" not in said.err


@pytest.mark.parametrize("shard", ["w0", "w1"])
def test_the_verdict_names_the_shard(home, capsys, shard):
    """Whichever it is; the reading of the others is on record all the same."""
    without_checkpoint(home / "audit" / shard)
    assert main(["audit", "verify", "audit"]) == 1
    assert capsys.readouterr().err == f"verification_failed: {shard}: `checkpoint` is missing\n"


def test_a_review_answers_from_the_other_shards_and_says_that_it_is_not_all(home, capsys):
    """Nothing is said to be nobody's while a shard is unread."""
    without_checkpoint(home / "audit/w1")
    assert main(["audit", "review", "--dir", "audit"]) == 1
    said = capsys.readouterr().out
    assert "example.com/p/w1: DOES NOT HOLD: `checkpoint` is missing" in said
    assert said.count("unknown: a part of the log could not be read") >= 5


def test_a_single_log_that_lost_its_checkpoint_does_not_hold(home, capsys):
    """It is no place without a log: its records are there."""
    without_checkpoint(home / "audit/w1")
    assert main(["audit", "denied", "--dir", "audit/w1"]) == 1
    assert capsys.readouterr().err.endswith("verification_failed: `checkpoint` is missing\n")


def test_what_a_crash_left_of_an_opening_is_no_shard(home):
    """Lock, key line and an empty write-ahead file: nothing was recorded, so nothing is missing."""
    fresh = home / "audit/w2"
    fresh.mkdir()
    for name in ("lock", "format", "vkey"):
        shutil.copy(home / "audit/w1" / name, fresh / name)
    (fresh / "wal").write_bytes(b"")
    assert [one.name for one in logs_in(home / "audit")] == ["w0", "w1"]
    assert main(["audit", "verify", "audit"]) == 0


def test_a_hold_in_a_shard_that_lost_its_checkpoint_still_forbids(home):
    """Who may write the folder lifts no legal hold with one `rm`."""
    without_checkpoint(home / "audit/w1")
    with pytest.raises(VerificationError):
        in_force(home / "audit")
