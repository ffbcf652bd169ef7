"""The write-ahead file under attack: its writer has the folder, and not the log's key."""

from __future__ import annotations

import shutil

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.admin.holds import hold_of, in_force, release_record
from stageflow_guard.audit.log.wal import ANCHOR, FRAME, Chain, Replayed, frame, replay, scan
from stageflow_guard.audit.read.lookup import row_of
from stageflow_guard.audit.read.query import iter_records, iter_rows
from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.tlog.storage import pack
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError

ORIGIN = "example.com/forged"


async def opened(home, origin=ORIGIN, **more):
    return await Log.open(home / "audit", origin=origin, key_file=home / "k", **more)


async def crashed(home, *records, origin=ORIGIN):
    """Return a home as a crash leaves it: three records under a checkpoint, then `records`."""
    log = await opened(home, origin)
    for i in range(3):
        await log.append({"kind": "auth", "run": f"r{i}"})
    await log.close()
    log = await opened(home, origin)
    await log.append({"kind": "auth", "run": "first of this opening"})
    for record in records or ({"kind": "auth", "run": f"late{i}"} for i in range(3)):
        await log.append(record)
    left = home.with_name(f"{home.name}-crashed")
    shutil.copytree(home, left, ignore=shutil.ignore_patterns("*.new"))
    await log.close()
    return left


def made(**fields):
    return encode({"kind": "auth", **fields}, boot="b", node="n")


def blocks_of(home):
    content = (home / "audit" / "wal").read_bytes()
    blocks, end = scan(content)
    ends = [*(b.at for b in blocks[1:]), end]
    return [content[b.at : e] for b, e in zip(blocks, ends, strict=True)], blocks


def put_behind(folder, raw, *, room=4096):
    """Write `raw` behind the last block, where the writer has left zeros."""
    content = (folder / "wal").read_bytes()
    end = scan(content)[1]
    (folder / "wal").write_bytes(content[:end] + raw + bytes(room))


def rewritten(block, payload, *, first=None):
    """Return the block with another payload, CRCs right, its tag kept."""
    return frame(block.first if first is None else first, [payload], tag=block.tag)


async def refused(home, match):
    """The log does not open, says why, and every file stays as it was."""
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    with pytest.raises(ConfigError, match=match):
        await opened(home)
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before


def last(home):
    rows = blocks_of(home)[1]
    return max(b.first for b in rows if not b.anchor)


# -- made-up and changed frames -------------------------------------------------------------------


async def test_acknowledged_records_come_back_after_a_crash(tmp_path):
    """Recovery is the normal path: what was acknowledged is signed by the next opening."""
    home = await crashed(tmp_path / "h")
    await (await opened(home)).close()
    runs = [r.get("run") for _, r in iter_records(home / "audit")]
    assert runs == ["r0", "r1", "r2", "first of this opening", "late0", "late1", "late2"]


async def test_a_torn_tail_is_cut_and_on_record(tmp_path):
    """A frame of which a crash left half was never acknowledged; the next opening says so."""
    home = await crashed(tmp_path / "h")
    put_behind(home / "audit", frame(last(home) + 1, [made(run="half")])[:-5])
    with pytest.raises(VerificationError, match="torn frame"):
        verify(home / "audit")
    await (await opened(home)).close()
    found = [r for _, r in iter_records(home / "audit")]
    assert [r["kind"] for r in found[-2:]] == ["auth", "recovery"]
    assert found[-1]["note"]["why"] == "the last write was not finished"


async def test_zeros_behind_the_last_block_are_room_and_not_a_loss(tmp_path):
    """What the writer put there ahead of its blocks is neither cut nor reported, and is used."""
    home = await crashed(tmp_path / "h")
    content = (home / "audit" / "wal").read_bytes()
    assert content.endswith(bytes(100_000))
    assert verify(home / "audit").pending == 3
    await (await opened(home)).close()
    assert [r["kind"] for _, r in iter_records(home / "audit")] == ["auth"] * 7


async def test_a_log_of_an_earlier_release_has_no_zeros_and_opens(tmp_path):
    """Its write-ahead file ends with the last block, after a crash and after closing."""
    home = await crashed(tmp_path / "h")
    content = (home / "audit" / "wal").read_bytes()
    (home / "audit" / "wal").write_bytes(content[: scan(content)[1]])
    assert verify(home / "audit").pending == 3
    await (await opened(home)).close()
    content = (home / "audit" / "wal").read_bytes()
    assert scan(content)[1] == len(content)  # so an earlier release opens what this one closed
    assert [r["kind"] for _, r in iter_records(home / "audit")] == ["auth"] * 7


@pytest.mark.parametrize("behind", ["at once", "behind zeros"])
async def test_bytes_behind_the_last_block_are_on_record_or_refused(tmp_path, behind):
    """One byte that is not zero is a write that was not finished; a whole block is a forgery."""
    home = await crashed(tmp_path / "h")
    gap = bytes(0 if behind == "at once" else 5000)
    again = tmp_path / "again"
    shutil.copytree(home, again)
    put_behind(home / "audit", gap + b"\x01")
    with pytest.raises(VerificationError, match="torn frame"):
        verify(home / "audit")
    await (await opened(home)).close()
    found = [r for _, r in iter_records(home / "audit")]
    assert found[-1]["note"] == {
        "cut_bytes": len(gap) + 1, "at": 7, "why": "the last write was not finished"
    }  # fmt: skip
    put_behind(again / "audit", gap + frame(last(again) + 1, [made(run="forged")]))
    await refused(again, "damaged|did not write")


FORGERIES = {
    "a frame is added": lambda raw, b: [*raw, frame(b[-1].first + 1, [made(run="forged")])],
    "a frame is added with a tag that stands in the file": lambda raw, b: [
        *raw, frame(b[-1].first + 1, [made(run="forged")], tag=b[-1].tag)
    ],
    "the last record is changed": lambda raw, b: [
        *raw[:-1], rewritten(b[-1], made(run="forged"))
    ],
    "a record in the middle is changed": lambda raw, b: [
        *raw[:-2], rewritten(b[-2], made(run="forged")), raw[-1]
    ],
    "a frame is left out": lambda raw, b: [*raw[:-2], raw[-1]],
    "a frame is there twice": lambda raw, b: [*raw, raw[-1]],
    "two frames are swapped": lambda raw, b: [*raw[:-2], raw[-1], raw[-2]],
    "a frame is moved to another index": lambda raw, b: [
        *raw, rewritten(b[-1], b[-1].entries[0], first=b[-1].first + 1)
    ],
    "the checkpoint at the beginning is left out": lambda raw, b: raw[1:],
    "a made-up checkpoint is put first": lambda raw, b: [
        frame(0, [], anchor=b[0].payload), *raw
    ],
    "the frames stand alone": lambda raw, b: [frame(b[-1].first, [made(run="forged")])],
}  # fmt: skip


@pytest.mark.parametrize("what", FORGERIES)
async def test_a_frame_that_the_log_did_not_write_is_refused(tmp_path, what):
    """Whoever has the folder and not the key adds, changes, moves and drops no record."""
    home = await crashed(tmp_path / "h")
    (home / "audit" / "wal").write_bytes(b"".join(FORGERIES[what](*blocks_of(home))))
    await refused(home, "write-ahead file")


@pytest.mark.parametrize("size", [0, 1, 40, 200])
async def test_a_file_cut_to_less_than_its_beginning_is_on_record(tmp_path, size):
    """The last second can be cut, and the log says that something was."""
    home = await crashed(tmp_path / "h")
    content = (home / "audit" / "wal").read_bytes()
    (home / "audit" / "wal").write_bytes(content[:size])
    with pytest.raises(VerificationError) as caught:
        verify(home / "audit")
    assert caught.value.path == "wal"
    log = await opened(home)
    await log.append({"kind": "auth", "run": "after"})
    await log.close()
    found = [r for _, r in iter_records(home / "audit")]
    assert found[-2]["kind"] == "recovery"
    assert found[-2]["note"]["why"] == "the write-ahead file has lost its beginning"


async def test_no_changed_byte_changes_a_record(tmp_path):
    """One flipped bit anywhere: the log refuses to open, or cuts; it never reads another record."""
    home = await crashed(tmp_path / "h")
    wal, audit = (home / "audit" / "wal").read_bytes(), home / "audit"
    genuine = {i: r.get("run") for i, r in iter_records(audit, written_ahead=True)}
    key = bytes(32)
    end = scan(wal)[1]
    for at in range(0, end, 7):
        changed = wal[:at] + bytes([wal[at] ^ 1]) + wal[at + 1 :]
        try:
            blocks = scan(changed)[0]
        except VerificationError:
            continue
        assert len(blocks) < len(scan(wal)[0]), at  # a CRC does not hold any more
        assert all(
            genuine[b.first + i] in entry.decode()
            for b in blocks if not b.anchor for i, entry in enumerate(b.entries)
        )  # fmt: skip
    with pytest.raises(VerificationError, match="did not write"):
        replay(wal, (audit / "checkpoint").read_bytes(), key, form=2)


# -- history ---------------------------------------------------------------------------------------


async def test_frames_of_an_earlier_opening_do_not_come_back(tmp_path):
    """Cut after one crash, put back after the next: they would replace what was acknowledged since.

    The first batch of every opening is signed before it is acknowledged, so no later record stands
    behind the checkpoint of those frames.
    """
    home = await crashed(tmp_path / "h")
    early = (home / "audit" / "wal").read_bytes()
    blocks, _ = blocks_of(home)
    (home / "audit" / "wal").write_bytes(blocks[0])  # cut to the checkpoint, at a block's edge
    log = await opened(home)
    await log.append({"kind": "auth", "run": "since"})
    await log.append({"kind": "auth", "run": "since too"})
    again = tmp_path / "again"
    shutil.copytree(home, again, ignore=shutil.ignore_patterns("*.new"))
    await log.close()
    (again / "audit" / "wal").write_bytes(early)
    with pytest.raises(ConfigError, match="write-ahead file"):
        await opened(again)


async def test_frames_of_another_log_under_the_same_key_do_not_hold(tmp_path):
    """Every shard has one signing key, and a frame key of its own."""
    home = await crashed(tmp_path / "h")
    other = tmp_path / "o"
    other.mkdir()
    shutil.copy(home / "k", other / "k")
    other = await crashed(other, origin="example.com/other")
    (home / "audit" / "wal").write_bytes((other / "audit" / "wal").read_bytes())
    await refused(home, "write-ahead file")


async def test_an_older_file_beside_a_newer_checkpoint_loses_nothing(tmp_path):
    """A copy that was not made at one moment opens: every record of that file is in the tree."""
    home = await crashed(tmp_path / "h")
    old = (home / "audit" / "wal").read_bytes()
    await (await opened(home)).close()
    (home / "audit" / "wal").write_bytes(old)
    await (await opened(home)).close()
    found = [r for _, r in iter_records(home / "audit")]
    assert [r.get("run") for r in found[-4:-1]] == ["late0", "late1", "late2"]
    assert found[-1]["note"]["why"] == "the write-ahead file is older than the checkpoint"


async def test_a_checkpoint_rolled_back_behind_the_file_is_refused(tmp_path):
    """An older checkpoint with its tiles, the present write-ahead file: rolled back, says it."""
    home = tmp_path / "h"
    log = await opened(home)
    await log.append({"kind": "auth", "run": "one"})
    await log.close()
    early = tmp_path / "early"
    shutil.copytree(home, early)
    log = await opened(home)
    await log.append({"kind": "auth", "run": "two"})
    await log.close()
    shutil.copy(home / "audit" / "wal", early / "audit" / "wal")
    await refused(early, "rolled back")
    with pytest.raises(VerificationError, match="rolled back"):
        verify(early / "audit")


async def test_frames_of_format_1_are_not_taken(tmp_path):
    """They carry no authentication; saying that the log is an old one does not help."""
    home = await crashed(tmp_path / "h")
    (home / "audit" / "format").write_bytes(b"stageflow-guard log 1\n")
    (home / "audit" / "wal").write_bytes(b"SGW1" + bytes(16) + pack([made(run="forged")]))
    await refused(home, "format 1")


def test_the_chain_binds_kind_place_and_history():
    """A tag holds for one block behind one history: nothing of it can be moved."""
    one, two = Chain(bytes(32)), Chain(bytes(32))
    first, second = one.seal(FRAME, 5, b"x"), one.seal(FRAME, 6, b"x")
    blocks = scan(first + second)[0]
    two.require(blocks[0])
    two.require(blocks[1])
    for order in ([blocks[1]], [blocks[0], blocks[0]]):
        fresh = Chain(bytes(32))
        with pytest.raises(VerificationError, match="did not write"):
            for block in order:
                fresh.require(block)
    moved = [
        blocks[0]._replace(first=6), blocks[0]._replace(anchor=True),
        blocks[0]._replace(payload=b"y"), blocks[0]._replace(tag=bytes(32)),
    ]  # fmt: skip
    for block in moved:
        with pytest.raises(VerificationError, match="did not write"):
            Chain(bytes(32)).require(block)
    with pytest.raises(VerificationError, match="did not write"):
        Chain(b"\x01" * 32).require(blocks[0])
    assert ANCHOR != FRAME
    assert Replayed([], 0, None).entries == []


# -- what decides -----------------------------------------------------------------------------------


async def test_a_forged_approval_in_the_live_file_is_not_believed(tmp_path):
    """An answer that counts before its checkpoint is what this process appended, not the file's."""
    log = await opened(tmp_path / "h")
    await log.append({"kind": "auth", "run": "first"})
    await log.append({"kind": "auth", "run": "second"})
    index = log.size
    path = tmp_path / "h" / "audit" / "wal"
    forged = frame(index, [made(run="forged", outcome="approved")])
    with path.open("r+b") as file:
        file.seek(scan(path.read_bytes())[1])
        file.write(forged)
    seen = [row for row in iter_rows(tmp_path / "h" / "audit") if row.index == index]
    assert [row.signed for row in seen] == [False]  # a reader sees it, and sees what it is
    with pytest.raises(AuditUnavailable, match="not yet under a checkpoint"):
        row_of(log, f"{ORIGIN}#{index}")
    own = row_of(log, f"{ORIGIN}#{index - 1}")
    assert own is not None
    assert own.record["run"] == "second"
    await log.close()
    assert "forged" not in str([r for _, r in iter_records(tmp_path / "h" / "audit")])


async def test_a_forged_release_is_never_signed(tmp_path):
    """The hold stays in force: the log does not open with that frame, and readers count no release."""
    home = tmp_path / "h"
    log = await opened(home)
    await log.append(hold_of(name="kept", why="y", run="r").record())
    await log.close()
    entry = encode(release_record("kept", "forged"), boot="b", node="n")
    with (home / "audit" / "wal").open("ab") as file:
        file.write(frame(1, [entry]))
    assert list(in_force(home / "audit")) == ["kept"]
    await refused(home, "did not write")
    assert list(in_force(home / "audit")) == ["kept"]
