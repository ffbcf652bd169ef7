"""What a reader believes: signed records, a minimum that the log attests, rows that were compared."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.export.exporter import Exporter
from stageflow_guard.audit.export.reconcile import reconcile
from stageflow_guard.audit.export.sinks.sqlite import SqliteProjection
from stageflow_guard.audit.log.wal import frame
from stageflow_guard.audit.read.query import iter_entries, iter_records, iter_rows
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError, VerificationError

ORIGIN = "example.com/readers"


async def write(home, n, *, start=0):
    log = await Log.open(home / "audit", origin=ORIGIN, key_file=home / "k")
    for i in range(start, start + n):
        log.enqueue({
            "kind": "decision", "decision": "deny" if i % 2 else "permit", "run": f"r{i}",
            "tenant": "acme", "actor": {"subject": "user:eve"},
        })  # fmt: skip
    await log.flush()
    await log.close()
    return home / "audit"


def hide(log, minimum):
    """Do what an attacker with the disk can: raise the minimum, and remove what lies below."""
    (log / "minimum").write_bytes(b"%d\n" % minimum)
    for n in range(minimum // 256):
        (log / f"tile/entries/{n:03d}").unlink(missing_ok=True)
        (log / f"tile/0/{n:03d}").unlink(missing_ok=True)


READS = {
    "every entry": lambda log, tmp: list(iter_entries(log)),
    "a projection": lambda log, tmp: SqliteProjection(":memory:").sync(log),
    "a projection that was kept": lambda log, tmp: SqliteProjection(tmp / "kept.db").sync(log),
    "reconcile": lambda log, tmp: reconcile(log, SqliteProjection(":memory:")),
    "an exporter": lambda log, tmp: Exporter(
        log, SqliteProjection(":memory:"), tmp / "state"
    ).run(),
    "verify": lambda log, tmp: verify(log),
    "verify from there": lambda log, tmp: verify(log, minimum=256),
    "verify from beyond": lambda log, tmp: verify(log, minimum=512),
}


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize("pruned", [0, 256])
async def test_a_minimum_that_the_log_does_not_attest_hides_nothing(tmp_path, what, pruned):
    """Who raises `minimum` without a signed record that says so is found by every reader."""
    log = await write(tmp_path, 700)
    if pruned:  # an honest pruning attests its own minimum, no higher one
        await prune(log, below=pruned, origin=ORIGIN, key_file=tmp_path / "k")
        SqliteProjection(tmp_path / "kept.db").sync(log)
    hide(log, 256 + pruned)
    with pytest.raises(VerificationError) as caught:
        READS[what](log, tmp_path)
    assert caught.value.path == "minimum"
    assert str(256 + pruned) in caught.value.message


@pytest.mark.parametrize(
    "args", [["query"], ["denied"], ["stats"], ["tail", "-n", "700"], ["why", "#3"], ["export"],
             ["timeline", "--since", "1h"], ["report", "--out", "{tmp}/r.html"]],
)  # fmt: skip
async def test_no_verb_believes_a_forged_minimum(tmp_path, args, capsys):
    """Exit 1, nothing shown, one line that names the file."""
    log = await write(tmp_path, 700)
    hide(log, 512)
    code = await _main(["audit", *(a.format(tmp=tmp_path) for a in args), "--dir", str(log)])
    out = capsys.readouterr()
    assert (code, out.out) == (1, "")
    assert "`minimum` hides the records below 512" in out.err


async def test_a_made_up_pruning_record_attests_nothing(tmp_path):
    """A record that says so must be in the signed tree: one written over another is named."""
    log = await write(tmp_path, 1000)
    hide(log, 512)
    path = log / "tile/entries/003.p/232"
    entries = unpack(path.read_bytes(), "")
    record = json.loads(entries[-1]) | {"kind": "prune", "note": {"below": 512}}
    raw = json.dumps(record, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    path.write_bytes(pack([*entries[:-1], raw.encode()]))
    with pytest.raises(VerificationError, match="record 999 does not match its hash"):
        next(iter_entries(log))


async def _main(args):
    import asyncio

    return await asyncio.to_thread(main, args)


async def test_a_pruned_log_is_read_from_the_minimum_that_it_attests(tmp_path):
    """Honest pruning twice, with records behind it: readers, projections and sinks go on."""
    log = await write(tmp_path, 700)
    kept = SqliteProjection(tmp_path / "kept.db")
    assert Exporter(log, kept, tmp_path / "state").run() == 700
    for below in (256, 512):
        await prune(log, below=below, origin=ORIGIN, key_file=tmp_path / "k")
        await write(tmp_path, 300, start=700)
        assert next(iter_entries(log))[0] == below
        assert next(iter_entries(log, 600))[0] == 600
        asked = SqliteProjection(tmp_path / "kept.db")
        asked.sync(log)
        assert next(asked.query())["index"] == below  # as from a projection in memory
        asked.close()
        assert reconcile(log, kept).holds
        Exporter(log, kept, tmp_path / "state").run()
    late = SqliteProjection(tmp_path / "late.db")
    sent = Exporter(log, late, tmp_path / "late").run()
    assert next(late.stored(ORIGIN))[0] == 512
    assert sent == verify(log, minimum=512).size - 512


async def test_the_file_that_hides_less_than_the_log_says_is_found(tmp_path):
    """A `minimum` put back to an earlier one names records that are not there."""
    log = await write(tmp_path, 700)
    for below in (256, 512):
        await prune(log, below=below, origin=ORIGIN, key_file=tmp_path / "k")
    (log / "minimum").write_bytes(b"256\n")
    with pytest.raises(VerificationError, match=r"tile/entries/001"):
        list(iter_entries(log))
    with pytest.raises(VerificationError):
        verify(log, minimum=256)


# -- the write-ahead file --------------------------------------------------------------------------


def forge(log, *, first, n=2):
    """Append made-up records to the write-ahead file, with a CRC that is right."""
    entry = json.loads(next(iter_entries(log))[1]) | {"decision": "permit", "run": "forged"}
    raw = json.dumps(entry, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    (log / "wal").write_bytes(frame(first, [raw] * n))


async def test_records_without_a_signature_are_left_out(tmp_path):
    """Entries, records, projections and sinks hold what the checkpoint commits to, and no more."""
    log = await write(tmp_path, 10)
    forge(log, first=10)
    assert [i for i, _ in iter_entries(log)] == list(range(10))
    assert [i for i, _ in iter_records(log)] == list(range(10))
    assert [i for i, _ in iter_records(log, written_ahead=True)] == list(range(12))
    assert [row.signed for row in iter_rows(log, 8)] == [True, True, False, False]
    base = SqliteProjection(tmp_path / "kept.db")
    assert base.sync(log) == 10
    assert list(base.query(run="forged")) == []
    assert Exporter(log, SqliteProjection(":memory:"), tmp_path / "state").run() == 10


@pytest.mark.parametrize(
    "args", [["query"], ["denied"], ["stats"], ["export"], ["timeline", "--since", "1h"],
             ["report", "--out", "{tmp}/r.html"]],
)  # fmt: skip
async def test_questions_say_how_many_records_they_left_out(tmp_path, args, capsys):
    """Nothing unsigned in an answer; a line on stderr counts it."""
    log = await write(tmp_path, 10)
    forge(log, first=10)
    asked = [a.format(tmp=tmp_path) for a in args]
    assert await _main(["audit", *asked, "--dir", str(log)]) == 0
    out = capsys.readouterr()
    page = (tmp_path / "r.html").read_text() if "report" in args else ""
    assert "forged" not in out.out + page
    assert "left out: 2 records that are only written ahead" in out.err


async def test_tail_and_why_label_what_is_not_yet_signed(tmp_path, capsys):
    """They show it, for it may be the last thing before a crash; text and JSON say what it is."""
    log = await write(tmp_path, 10)
    forge(log, first=10)
    tail = ["audit", "tail", "-n", "3", "--dir", str(log)]
    assert await _main(tail) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["not yet under a checkpoint" in line for line in lines] == [False, True, True]
    await _main([*tail, "--json"])
    assert [json.loads(s)["signed"] for s in capsys.readouterr().out.splitlines()] == [
        True, False, False,
    ]  # fmt: skip
    for ref, said in (("#9", False), ("#10", True)):
        assert await _main(["audit", "why", ref, "--dir", str(log)]) == 0
        assert ("not yet under a checkpoint" in capsys.readouterr().out) is said


async def test_a_gap_behind_the_checkpoint_is_named(tmp_path):
    """What is written ahead goes on where the tree ends, or something was cut out between."""
    log = await write(tmp_path, 10)
    forge(log, first=14)
    with pytest.raises(VerificationError, match="records 10 to 13 are missing"):
        list(iter_rows(log))


async def test_readers_check_the_signature(tmp_path):
    """A tree that was built anew without the key is not read."""
    log = await write(tmp_path, 10)
    other = tmp_path / "other"
    other.mkdir()
    forged = await write(other, 10)
    for name in ("checkpoint", "tile"):
        where = log / name
        shutil.rmtree(where) if where.is_dir() else where.unlink()
        (forged / name).rename(where)
    with pytest.raises(VerificationError, match="not signed by the given key"):
        list(iter_rows(log))
    (log / "vkey").unlink()
    with pytest.raises(VerificationError, match="vkey"):
        list(iter_rows(log))
    (log / "format").write_bytes(b"stageflow-guard log 3\n")
    with pytest.raises(ConfigError, match="newer"):
        list(iter_rows(log))


# -- a projection that was kept --------------------------------------------------------------------

CHANGES = {
    "an entry": (
        "UPDATE records SET entry = CAST(replace(CAST(entry AS text), 'deny', 'dent') AS blob) "
        "WHERE idx = 301",
        301,
    ),
    "an entry as text": ("UPDATE records SET entry = cast(entry AS text) WHERE idx = 301", 301),
    "a column, so that no question finds it": (
        "UPDATE records SET decision = 'permit' WHERE idx = 301", 301,
    ),
    "a number": ("UPDATE records SET wall_ns = 1 WHERE idx = 0", 0),
    "a row in another's place": (
        "UPDATE records SET idx = CASE idx WHEN 7 THEN -1 ELSE 7 END WHERE idx IN (7, 8)", 7,
    ),
    "a row removed": ("DELETE FROM records WHERE idx = 255", 255),
    "the first bundle removed": ("DELETE FROM records WHERE idx < 256", 0),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
async def test_a_changed_projection_answers_nothing(tmp_path, what, capsys):
    """Whatever was changed in the kept file, the first wrong index is named, and nothing is shown."""
    log = await write(tmp_path, 310)
    kept = tmp_path / "kept.db"
    ask = ["audit", "denied", "--db", str(kept), "--dir", str(log)]
    assert await _main(ask) == 0
    statement, index = CHANGES[what]
    with sqlite3.connect(kept) as db:
        db.execute(statement)
    db.close()
    capsys.readouterr()
    assert await _main(ask) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert f"record {index} in the projection is not the log's" in out.err
    kept.unlink()
    assert await _main(ask) == 0


SHOWN = {  # what `denied` finds among its rows, with the first index that is named
    "an entry": 301,
    "a column, so that a question finds it": 300,
}


@pytest.mark.parametrize("what", SHOWN)
async def test_a_trusted_projection_shows_no_row_that_is_not_the_logs(tmp_path, what, capsys):
    """With `--trust-db` only what is shown is compared: entry and columns; what is gone is gone."""
    log = await write(tmp_path, 310)
    kept = tmp_path / "kept.db"
    ask = ["audit", "denied", "--db", str(kept), "--dir", str(log), "--trust-db", "--json"]
    assert await _main(ask) == 0
    before = json.loads(capsys.readouterr().out)
    with sqlite3.connect(kept) as db:
        db.execute("DELETE FROM records WHERE idx = ?", (before[0]["index"],))
    assert await _main(ask) == 0
    assert json.loads(capsys.readouterr().out) == before[1:]
    with sqlite3.connect(kept) as db:
        if what == "an entry":
            db.execute(CHANGES[what][0])
        else:
            db.execute("UPDATE records SET decision = 'deny' WHERE idx = 300")
    db.close()
    capsys.readouterr()
    assert await _main(ask) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert f"record {SHOWN[what]} in the projection is not the log's" in out.err


async def test_rows_that_are_no_logs_are_not_shown(tmp_path):
    """Rows of another origin, and rows behind the signed tree, answer no question."""
    log = await write(tmp_path, 10)
    base = SqliteProjection(tmp_path / "kept.db")
    base.sync(log)
    base.close()
    with sqlite3.connect(tmp_path / "kept.db") as db:
        db.execute("CREATE TABLE copy AS SELECT * FROM records")
        db.execute("UPDATE copy SET origin = 'example.com/other'")
        db.execute("INSERT INTO records SELECT * FROM copy")
        db.execute("UPDATE copy SET origin = ?, idx = idx + 10", (ORIGIN,))
        db.execute("INSERT INTO records SELECT * FROM copy")
    db.close()
    again = SqliteProjection(tmp_path / "kept.db")
    assert again.sync(log) == 0
    assert len(list(again.query())) == 10
    assert again.statistics().kinds == {"decision": 10}
    await write(tmp_path, 1, start=10)
    with pytest.raises(VerificationError, match="record 10 "):
        again.sync(log)
    again.close()
