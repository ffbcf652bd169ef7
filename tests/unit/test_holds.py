"""Legal holds: what is held is neither pruned nor erased, until a record releases it."""

from __future__ import annotations

import asyncio
import time

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.holds import Held, hold_of, in_force, release_record
from stageflow_guard.audit.prune import older_than, prune
from stageflow_guard.audit.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, VerificationError

ORIGIN = "example.com/holds"
DAY = 86_400 * 10**9


async def filled(tmp_path, *more, records=600):
    """A log of runs of two records; the second of each names nobody."""
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
    with pytest.raises(Held, match="`case-7` keeps record .*court order"):
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
    """A run of which a later record is held keeps its earlier ones, which name nobody."""
    late = {"kind": "auth", "run": "r0", "actor": {"subject": "user:late"}}
    await filled(tmp_path, late, hold_of(name="h", why="y", subject="user:late").record())
    with pytest.raises(Held, match="record 0, of a run that is held"):
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
    with pytest.raises(Held, match="elsewhere"):
        await cut(tmp_path, holds={"h": hold_of(name="h", why="elsewhere", run="r0")})


@pytest.mark.parametrize("note", [{}, {"name": "x"}, {"name": 1, "why": "y", "run": "r"}, None])
async def test_a_hold_that_cannot_be_understood_stops_everything(tmp_path, note):
    """Fail closed: nobody guesses what a record wanted to keep."""
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
