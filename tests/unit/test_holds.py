"""Legal holds: what is held is neither pruned nor erased, until a record releases it."""

from __future__ import annotations

import asyncio
import os
import shutil
import time

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.admin.holds import (
    LegalHoldError,
    hold_of,
    in_force,
    maintenance_lock,
    names_used,
    release_record,
    require_erasable,
)
from stageflow_guard.audit.admin.prune import older_than, prune
from stageflow_guard.audit.log.wal import frame
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, VerificationError

ORIGIN = "example.com/holds"
DAY = 86_400 * 10**9


async def filled(tmp_path, *more, records=600):
    """A log of runs of two records; the second of each names no subject."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    for i in range(0, records, 2):
        who = {"actor": {"subject": f"user:{i}"}, "tenant": "acme"}
        log.enqueue({"kind": "auth", "run": f"r{i}", "wall_ns": 1000 + i, **who})
        log.enqueue({"kind": "auth", "run": f"r{i}", "wall_ns": 1000 + i})
    for one in more:
        await log.append(one)
    await log.flush()
    await log.close()


async def cut(tmp_path, below=512, **more):
    return await prune(
        tmp_path / "audit", below=below, origin=ORIGIN, key_file=tmp_path / "k", **more
    )


@pytest.mark.parametrize(
    "held",
    [
        {"subject": "user:10"},
        {"run": "r10"},
        {"tenant": "acme"},
        {"since_ns": 1010, "until_ns": 1010},
        {"subject": "user:10", "tenant": "acme", "since_ns": 1000},
    ],
    ids=lambda held: "+".join(held),
)
async def test_what_is_held_is_not_pruned_until_it_is_released(tmp_path, held):
    """Refused with the hold's name and reason, nothing goes; after the release it does."""
    await filled(tmp_path, hold_of(name="case-7", why="court order", **held).record())
    with pytest.raises(LegalHoldError, match="`case-7` keeps record .*court order"):
        await cut(tmp_path)
    assert not (tmp_path / "audit" / "minimum").exists()
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    await log.append(release_record("case-7", "settled"))
    await log.close()
    assert in_force(tmp_path / "audit") == {}
    assert await cut(tmp_path) == 512
    assert verify(tmp_path / "audit", minimum=512)


@pytest.mark.parametrize(
    "held",
    [
        {"subject": "user:590"},
        {"subject": "user:10", "tenant": "other"},
        {"subject": "user:10", "since_ns": 5000},
        {"run": "r10", "until_ns": 5},
    ],
    ids=["later", "another tenant", "another time", "before"],
)
async def test_what_a_hold_does_not_cover_goes(tmp_path, held):
    """All that a hold names must fit; what is beyond the cut is not in its way."""
    await filled(tmp_path, hold_of(name="h", why="y", **held).record())
    assert await cut(tmp_path) == 512


async def test_a_record_is_held_with_its_run(tmp_path):
    """A run of which a later record is held keeps its earlier ones, which name no subject."""
    late = {"kind": "auth", "run": "r0", "actor": {"subject": "user:late"}}
    await filled(tmp_path, late, hold_of(name="h", why="y", subject="user:late").record())
    with pytest.raises(LegalHoldError, match="record 0, of a run that is held"):
        await cut(tmp_path)


async def test_a_hold_outlives_the_record_that_made_it(tmp_path):
    """Pruning past a hold's own record says the hold again: it stays in force."""
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    one = hold_of(name="early", why="y", subject="user:later")
    await log.append(one.record())
    await log.close()
    await filled(tmp_path)
    assert await cut(tmp_path, 256) == 256
    assert in_force(tmp_path / "audit") == {"early": one}
    assert await cut(tmp_path, 512) == 512
    said = [i for i, r in iter_records(tmp_path / "audit", 512) if r["kind"] == "hold"]
    assert len(said) == 1  # once: it was not on its way out the second time


async def test_a_hold_of_another_log_counts_too(tmp_path):
    """What stands in another shard, or in the readers' log, is handed in and keeps as well."""
    await filled(tmp_path)
    with pytest.raises(LegalHoldError, match="elsewhere"):
        await cut(tmp_path, holds={"h": hold_of(name="h", why="elsewhere", run="r0")})


async def test_what_is_only_written_ahead_keeps_and_releases_nothing(tmp_path):
    """Who may write the file can make one up: a hold counts then, a release does not."""
    kept = hold_of(name="kept", why="y", run="r2")
    await filled(tmp_path, kept.record(), records=10)
    ahead = (
        hold_of(name="ahead", why="y", run="late").record(),
        {"kind": "auth", "run": "late", "actor": {"subject": "user:late"}},
        release_record("kept", "forged"),
    )
    entries = [encode(one, boot="b", node="n") for one in ahead]
    (tmp_path / "audit" / "wal").write_bytes(frame(11, entries))
    assert list(in_force(tmp_path / "audit")) == ["ahead", "kept"]
    with pytest.raises(LegalHoldError, match="`ahead` keeps record 12"):
        require_erasable(tmp_path / "audit", "user:late", None)
    with pytest.raises(LegalHoldError, match="`kept` keeps record 2 "):
        require_erasable(tmp_path / "audit", "user:2", None)


async def test_a_release_outlives_the_record_that_made_it(tmp_path):
    """Pruning past a release says it again: the hold stays released, its name stays used."""
    one = hold_of(name="early", why="y", subject="user:later")
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    await log.append(one.record())
    await log.append(release_record("early", "settled"))
    await log.close()
    await filled(tmp_path)
    assert await cut(tmp_path) == 512
    assert in_force(tmp_path / "audit") == {}
    assert names_used(tmp_path / "audit") == {"early"}


async def test_two_holds_of_one_name_are_both_in_force(tmp_path):
    """Neither hides the other; one release ends both."""
    both = [hold_of(name="x", why="y", run=run) for run in ("r0", "r2")]
    await filled(tmp_path, *(one.record() for one in both))
    assert list(in_force(tmp_path / "audit").values()) == both
    await filled(tmp_path, release_record("x", "settled"), records=0)
    assert in_force(tmp_path / "audit") == {}


async def test_pruning_that_was_cut_short_leaves_a_log_that_holds(tmp_path):
    """Said, and nothing removed: whole, verifiable, readable; pruning again ends it."""
    await filled(tmp_path, {"kind": "prune", "note": {"below": 512}})
    assert verify(tmp_path / "audit").size == 601
    assert next(iter_records(tmp_path / "audit"))[0] == 0
    assert await cut(tmp_path) == 512
    assert verify(tmp_path / "audit", minimum=512)


async def test_who_removes_waits_for_who_holds(tmp_path):
    """A hold that is being said is waited for, and then keeps: looking and removing are one turn."""
    await filled(tmp_path)
    turn = maintenance_lock(tmp_path / "audit")
    pruning = asyncio.ensure_future(cut(tmp_path))
    await asyncio.sleep(0.2)
    assert not pruning.done()
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    await log.append(hold_of(name="h", why="just in time", run="r0").record())
    await log.close()
    os.close(turn)
    with pytest.raises(LegalHoldError, match="just in time"):
        await pruning


@pytest.mark.parametrize("note", [{}, {"name": "x"}, {"name": 1, "why": "y", "run": "r"}, None])
async def test_a_hold_that_cannot_be_understood_stops_everything(tmp_path, note):
    """Fail closed: what a record wanted to keep is not guessed."""
    await filled(tmp_path, {"kind": "hold", "note": note})
    with pytest.raises(VerificationError, match="is no hold"):
        await cut(tmp_path)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "why": "y", "run": "r"},
        {"name": "x", "why": "\x1b[2J", "run": "r"},
        {"name": "x" * 201, "why": "y", "run": "r"},
        {"name": "x", "why": "y"},
    ],
    ids=["no name", "a terminal's words", "too long", "nothing held"],
)
def test_a_hold_says_what_and_why(fields):
    """Empty means no: a hold of nothing, or without words, is refused."""
    with pytest.raises(ConfigError):
        hold_of(**fields)


async def test_age_is_counted_to_the_first_younger_record(tmp_path):
    """Order is by index: an old stamp behind a young one does not go."""
    now = time.time_ns()
    log = await Log.open(tmp_path / "audit", origin=ORIGIN, key_file=tmp_path / "k")
    for age in (90, 80, 10, 70):
        await log.append({"kind": "auth", "wall_ns": now - age * DAY})
    await log.close()
    assert older_than(tmp_path / "audit", 85) == 1
    assert older_than(tmp_path / "audit", 30) == 2
    assert older_than(tmp_path / "audit", 5) == 4


@pytest.fixture
def home(tmp_path):
    """A configured folder with a log of old records."""
    assert main(["init", str(tmp_path)]) == 0
    toml = tmp_path / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]", "[audit]\nretention_days = 30"))
    origin = next(
        line.split('"')[1] for line in toml.read_text().splitlines() if line.startswith("origin")
    )

    async def fill():
        log = await Log.open(tmp_path / "audit", origin=origin, key_file=tmp_path / "audit.key")
        for i in range(600):
            age = 60 if i < 550 else 1
            log.enqueue({
                "kind": "auth", "run": f"r{i}", "wall_ns": time.time_ns() - age * DAY,
                "tenant": "acme", "actor": {"subject": "user:ada" if i == 3 else "user:bo"},
            })  # fmt: skip
        await log.flush()
        await log.close()

    asyncio.run(fill())
    return tmp_path


def test_the_verbs_hold_list_release_and_prune_by_age(home, capsys):
    """One story: held, listed, refused, released, pruned down to the setting's age."""

    def said(*words):
        code = main(["audit", *words, "--config", str(home / "guard.toml")])
        found = capsys.readouterr()
        return code, found.out + found.err

    assert said("hold", "case-7", "--subject", "ada", "--why", "court order")[0] == 0
    code, text = said("hold", "case-7", "--run", "r9", "--why", "again")
    assert (code, "on record already" in text) == (2, True)
    code, text = said("holds")
    assert code == 0
    assert "case-7" in text
    assert "subject=user:ada" in text
    code, text = said("prune")
    assert code == 2
    assert "`case-7` keeps record 3: court order" in text
    code, text = said("erase", "ada")
    assert code == 2
    assert "`case-7` keeps this subject: court order" in text
    kinds = [(r["kind"], r.get("outcome")) for _, r in iter_records(home / "audit")]
    assert ("erasure", "held") in kinds
    assert ("erasure", "erased") not in kinds
    code, text = said("release", "other", "--why", "settled")
    assert (code, "no hold of this name" in text) == (2, True)
    assert said("release", "case-7", "--why", "settled")[0] == 0
    code, text = said("prune", "--older-than", "5")
    assert (code, "keeps 30 days" in text) == (2, True)
    code, text = said("prune", "--below", "600")
    assert (code, "younger than 30 days" in text) == (2, True)
    assert said("prune")[0] == 0
    assert verify(home / "audit", minimum=512)
    assert said("erase", "ada")[0] == 0


# -- shards ----------------------------------------------------------------------------------------


@pytest.fixture
def shards(home):
    """The same, with two shards of old records, r0 to r299 in each."""
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("[audit]", '[audit]\nshard = "auto"'))
    shutil.rmtree(home / "audit")
    asyncio.run(filled_shard(home, "w0"))
    asyncio.run(filled_shard(home, "w1"))
    return home


def origin_of(home):
    lines = (home / "guard.toml").read_text().splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("origin"))


async def opened_shard(home, shard):
    origin = f"{origin_of(home)}/{shard}"
    return await Log.open(home / "audit" / shard, origin=origin, key_file=home / "audit.key")


async def filled_shard(home, shard):
    log = await opened_shard(home, shard)
    for i in range(300):
        log.enqueue({
            "kind": "auth", "run": f"{shard}-{i}", "wall_ns": time.time_ns() - 60 * DAY,
            "actor": {"subject": f"user:{shard}"},
        })  # fmt: skip
    await log.flush()
    await log.close()


def say(home, capsys, *words):
    code = main(["audit", *words, "--config", str(home / "guard.toml")])
    found = capsys.readouterr()
    return code, found.out + found.err


def beside_a_worker(home, shard, work):
    """Run `work` in a thread while a worker holds the shard."""

    async def both():
        log = await opened_shard(home, shard)
        try:
            return await asyncio.to_thread(work)
        finally:
            await log.close()

    return asyncio.run(both())


def test_a_hold_in_one_shard_keeps_what_is_in_another(shards, capsys):
    """Said in whichever shard is free; pruning and erasing look at all of them."""
    code, text = say(shards, capsys, "hold", "s", "--run", "w1-3", "--why", "court")
    assert (code, "/w0#300" in text) == (0, True)
    assert say(shards, capsys, "prune", "--shard", "w0")[0] == 0  # nothing of it is held
    code, text = say(shards, capsys, "prune", "--shard", "w1")
    assert (code, "`s` keeps record 3: court" in text) == (2, True)
    code, text = say(shards, capsys, "erase", "w1")
    assert (code, "`s` keeps record 3 of this subject" in text) == (2, True)
    assert say(shards, capsys, "erase", "w0")[0] == 0
    said = [r for _, r in iter_records(shards / "audit" / "w1") if r["kind"] == "hold"]
    assert said == []  # it stands in the other shard, and stays there


def test_a_release_in_another_shard_ends_a_hold(shards, capsys):
    """While a worker holds the hold's own shard, the release goes to the next one, and counts."""
    assert say(shards, capsys, "hold", "s", "--run", "w0-3", "--why", "court")[0] == 0
    code, text = beside_a_worker(
        shards, "w0", lambda: say(shards, capsys, "release", "s", "--why", "settled")
    )
    assert (code, "/w1#300" in text) == (0, True)
    assert say(shards, capsys, "holds") == (0, "")
    assert say(shards, capsys, "prune", "--shard", "w0")[0] == 0


def test_a_hold_outlives_pruning_in_its_own_shard(shards, capsys):
    """What goes in one shard is said again there, although it keeps records of another only."""
    asyncio.run(early(shards))
    assert say(shards, capsys, "prune", "--shard", "w2")[0] == 0
    assert verify(shards / "audit" / "w2", minimum=256)
    code, text = say(shards, capsys, "holds")
    assert (code, "name=early" in text) == (0, True)
    code, text = say(shards, capsys, "prune", "--shard", "w1")
    assert (code, "`early` keeps record 7" in text) == (2, True)


async def early(home):
    log = await opened_shard(home, "w2")
    await log.append({
        **hold_of(name="early", why="y", run="w1-7").record(), "wall_ns": time.time_ns() - 60 * DAY
    })  # fmt: skip
    await log.close()
    await filled_shard(home, "w2")


def test_a_name_that_was_released_beside_a_writer_is_used(home, capsys):
    """Pruned or not: a new hold of that name would be released before it began."""
    assert say(home, capsys, "hold", "case-7", "--run", "r3", "--why", "x")[0] == 0

    async def beside():
        log = await Log.open(home / "audit", origin=origin_of(home), key_file=home / "audit.key")
        code, text = await asyncio.to_thread(
            say, home, capsys, "release", "case-7", "--why", "settled"
        )
        for i in range(300):
            log.enqueue({"kind": "auth", "run": f"new{i}", "wall_ns": 1})
        await log.flush()
        await log.close()
        return code, text

    code, text = asyncio.run(beside())
    assert (code, "/reads/r0#" in text) == (0, True)
    toml = home / "guard.toml"
    toml.write_text(toml.read_text().replace("retention_days = 30\n", ""))
    assert say(home, capsys, "prune", "--below", "768")[0] == 0
    code, text = say(home, capsys, "hold", "case-7", "--run", "new299", "--why", "again")
    assert (code, "on record already" in text) == (2, True)


def test_a_release_that_another_key_signed_stops_everything(home, capsys):
    """Who may write beside the log is not yet who keeps the readers' key."""
    assert say(home, capsys, "hold", "h", "--run", "r3", "--why", "x")[0] == 0
    assert main(["audit", "tail", "--dir", str(home / "audit")]) == 0
    (home / "other").mkdir(mode=0o700)

    async def forge():
        log = await Log.open(
            home / "audit.reads" / "r9", origin="whoever", key_file=home / "other" / "k"
        )
        await log.append(release_record("h", "forged"))
        await log.close()

    asyncio.run(forge())
    capsys.readouterr()
    for words in (["holds"], ["prune"], ["erase", "ada"]):
        code, text = say(home, capsys, *words)
        assert (code, "is not signed by the readers' key" in text) == (1, True)
