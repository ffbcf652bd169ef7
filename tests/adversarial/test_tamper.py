"""The tamper table: what an attacker with the disk, or with the key, does, and how it is found."""

from __future__ import annotations

import shutil

import pytest

from stageflow_guard.audit import Log, verify
from stageflow_guard.audit.log.wal import LABEL, WriteAhead
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, sign
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.storage import pack, unpack
from stageflow_guard.audit.tlog.tree import leaf_hash, root_of
from stageflow_guard.errors import ConfigError, VerificationError

ORIGIN = "example.com/tamper"
SIZE, PLACE = 300, 131


async def write(home, n, *, text="r", key="k"):
    log = await Log.open(home / "audit", origin=ORIGIN, key_file=home / key)
    for i in range(n):
        log.enqueue({"kind": "auth", "run": f"{text}{i}"})
    await log.flush()
    await log.close()
    return home / "audit"


def rebundle(log, change):
    """Rewrite the first bundle with `change` applied to its entries; nothing else."""
    path = log / "tile/entries/000"
    path.write_bytes(pack(change(unpack(path.read_bytes(), "x"))))


def with_hashes(log, entries):
    """Rewrite tree and write-ahead file, signed with the real key: what only the holder can do."""
    key = SigningKey(bytes.fromhex((log.parent / "k").read_text().strip()))
    leaves = [leaf_hash(e) for e in entries]
    shutil.rmtree(log / "tile")
    for n in range(0, len(entries), 256):
        part, width = entries[n : n + 256], min(256, len(entries) - n)
        tail = f"{n // 256:03d}" + ("" if width == 256 else f".p/{width}")
        for level, content in (("entries", pack(part)), ("0", b"".join(leaves[n : n + 256]))):
            (log / f"tile/{level}/{tail}").parent.mkdir(parents=True, exist_ok=True)
            (log / f"tile/{level}/{tail}").write_bytes(content)
    full = len(entries) // 256
    if full:
        (log / f"tile/1/000.p/{full}").parent.mkdir(parents=True, exist_ok=True)
        (log / f"tile/1/000.p/{full}").write_bytes(
            b"".join(root_of(leaves[i * 256 : i * 256 + 256]) for i in range(full))
        )
    note = sign(Checkpoint(ORIGIN, len(entries), root_of(leaves)), key)
    (log / "checkpoint").write_bytes(note)
    wal = WriteAhead(log, key.derive(LABEL + ORIGIN.encode()))
    wal.start(note)
    wal.close()


CHANGES = {
    "a record is changed": lambda e: [
        *e[:PLACE],
        e[PLACE].replace(b"auth", b"path"),
        *e[PLACE + 1 :],
    ],
    "a record is dropped": lambda e: [*e[:PLACE], *e[PLACE + 1 :]],
    "two records are swapped": lambda e: [*e[:PLACE], e[PLACE + 1], e[PLACE], *e[PLACE + 2 :]],
    "a record is inserted": lambda e: [*e[:PLACE], e[0], *e[PLACE:]],
    "a record is repeated over another": lambda e: [*e[:PLACE], e[0], *e[PLACE + 1 :]],
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_changed_log_names_the_record(tmp_path, what):
    """Whoever touches the records without the key is found at the first index that is wrong."""
    log = await write(tmp_path, SIZE)
    rebundle(log, CHANGES[what])
    with pytest.raises(VerificationError) as caught:
        verify(log)
    assert caught.value.index in (PLACE, 255, 256)  # a bundle of another length ends elsewhere
    if "dropped" not in what and "inserted" not in what:
        assert caught.value.index == PLACE


@pytest.mark.parametrize("what", CHANGES)
async def test_a_record_and_its_leaf_hash_are_changed_together(tmp_path, what):
    """A client that only reads tiles would be fooled; the rebuilt tree is not."""
    log = await write(tmp_path, SIZE)
    rebundle(log, CHANGES[what])
    entries = unpack((log / "tile/entries/000").read_bytes(), "x")
    (log / "tile/0/000").write_bytes(b"".join(leaf_hash(e) for e in entries))
    with pytest.raises(VerificationError):
        verify(log)


async def test_every_changed_byte_of_every_file_is_found(tmp_path):
    """Every byte of the small files, every 97th of the large ones, one bit each."""
    log = await write(tmp_path, SIZE)
    for path in sorted(p for p in log.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for i in range(0, len(content), 1 if len(content) < 300 else 97):
            path.write_bytes(content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :])
            with pytest.raises(VerificationError):
                verify(log)
        path.write_bytes(content)
    verify(log)


async def test_every_missing_or_added_file_is_found(tmp_path):
    """Each file that holds evidence, removed; and one that does not belong to the log."""
    log = await write(tmp_path, SIZE)
    for path in sorted(
        p for p in log.rglob("*") if p.is_file() and p.name not in ("lock", "wal", "format")
    ):
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(VerificationError) as caught:
            verify(log)
        assert caught.value.path == path.relative_to(log).as_posix()
        path.write_bytes(content)
    (log / "tile/0/999").write_bytes(b"x")
    with pytest.raises(VerificationError, match="tile/0/999"):
        verify(log)


REWRITES = {
    "cut": lambda e: e[:200],
    "changed": CHANGES["a record is changed"],
    "dropped": CHANGES["a record is dropped"],
    "swapped": CHANGES["two records are swapped"],
    "inserted": CHANGES["a record is inserted"],
    "grown from another past": lambda e: [e[1], e[0], *e[2:], e[0]],
}


@pytest.mark.parametrize("what", REWRITES)
async def test_a_log_rewritten_with_the_real_key_needs_an_anchor(tmp_path, what):
    """It verifies by itself, and NOT ANCHORED says so; a checkpoint from outside convicts it."""
    log = await write(tmp_path, SIZE)
    kept = (log / "checkpoint").read_bytes()
    early = {}
    for size in (100, 256, SIZE):
        leaves = [leaf_hash(e) for _, e in iter_entries(log)][:size]
        key = SigningKey(bytes.fromhex((tmp_path / "k").read_text().strip()))
        early[size] = sign(Checkpoint(ORIGIN, size, root_of(leaves)), key)
    with_hashes(log, REWRITES[what]([e for _, e in iter_entries(log)]))
    assert verify(log).anchored == "none"
    assert verify(log, vkey=log / "vkey").anchored == "vkey"
    with pytest.raises(VerificationError, match="rolled back|forked"):
        verify(log, checkpoint=kept)
    assert early[SIZE] == kept
    if what not in ("cut", "grown from another past"):
        assert (
            verify(log, checkpoint=early[100]).anchored == "checkpoint"
        )  # honest about what it saw
        with pytest.raises(VerificationError, match="forked"):
            verify(log, checkpoint=early[256])


async def test_a_rewritten_log_is_not_opened_when_a_copy_saw_more(tmp_path):
    """`checkpoint_copy` is an anchor that the writer itself looks at."""
    options = {"origin": ORIGIN, "key_file": tmp_path / "k", "checkpoint_copy": tmp_path / "copy"}
    log = await Log.open(tmp_path / "audit", **options)
    for i in range(20):
        await log.append({"kind": "auth", "run": str(i)})
    await log.close()
    entries = [e for _, e in iter_entries(tmp_path / "audit")]
    with_hashes(tmp_path / "audit", entries[:10])
    with pytest.raises(ConfigError, match="rolled back"):
        await Log.open(tmp_path / "audit", **options)
    with_hashes(tmp_path / "audit", [entries[1], entries[0], *entries[2:]])
    with pytest.raises(ConfigError, match="forked"):
        await Log.open(tmp_path / "audit", **options)


async def test_another_key_with_a_replaced_vkey(tmp_path):
    """It verifies by itself; either thing kept outside convicts it; the writer refuses it."""
    log = await write(tmp_path, 20)
    vkey, note = (log / "vkey").read_text(), (log / "checkpoint").read_bytes()
    shutil.rmtree(log)
    await write(tmp_path, 20, key="thief")
    assert verify(log).anchored == "none"
    with pytest.raises(VerificationError, match="vkey"):
        verify(log, vkey=vkey.strip())
    with pytest.raises(VerificationError, match="not signed|forked"):
        verify(log, checkpoint=note)
    with pytest.raises(ConfigError, match="another key"):
        await write(tmp_path, 1)


async def test_a_note_of_another_log_or_a_foreign_shape_opens_nothing(tmp_path):
    """A checkpoint of another origin, one with extension lines, CRLF, a leading zero, two blanks."""
    log = await write(tmp_path, 20)
    note = (log / "checkpoint").read_bytes()
    head, _, tail = note.partition(b"\n\n")
    for bad in (
        note.replace(ORIGIN.encode(), b"example.com/other"), note.replace(b"\n20\n", b"\n020\n"),
        head + b"\nextension\n\n" + tail, note.replace(b"\n", b"\r\n"), note + b"\n", head + b"\n",
        b"", note[:-1], head + b"\n\n\n" + tail, note.replace(b"\n20\n", b"\n+20\n"),
    ):  # fmt: skip
        with pytest.raises(VerificationError):
            verify(log, checkpoint=bad)


async def test_a_refused_log_keeps_every_file_as_evidence(tmp_path):
    """Rolled back to an older checkpoint: opening refuses, and removes or changes nothing."""
    options = {"origin": ORIGIN, "key_file": tmp_path / "k", "checkpoint_copy": tmp_path / "copy"}
    log = await Log.open(tmp_path / "audit", **options)
    await log.append({"kind": "auth"})
    await log.close()
    old = (tmp_path / "audit/checkpoint").read_bytes()
    partial = (tmp_path / "audit/tile/entries/000.p/1").read_bytes()
    hashes = (tmp_path / "audit/tile/0/000.p/1").read_bytes()
    log = await Log.open(tmp_path / "audit", **options)
    await log.append({"kind": "auth"})
    await log.close()
    (tmp_path / "audit/checkpoint").write_bytes(old)
    (tmp_path / "audit/tile/entries/000.p/1").write_bytes(partial)
    (tmp_path / "audit/tile/0/000.p/1").write_bytes(hashes)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ConfigError, match="rolled back"):
        await Log.open(tmp_path / "audit", **options)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


async def test_a_tile_that_says_something_else_belongs_to_no_log(tmp_path):
    """An earlier, narrower tile is no fault; one with other bytes, or ahead of all records, is."""
    log = await Log.open(tmp_path / "audit", origin="e.x/a", key_file=tmp_path / "k")
    for _ in range(5):
        await log.append({"kind": "auth"})
    await log.close()
    folder = tmp_path / "audit"
    (entries,) = (folder / "tile/entries/000.p").iterdir()
    (hashes,) = (folder / "tile/0/000.p").iterdir()
    narrow = unpack(entries.read_bytes(), "x")[:3]
    for name, sound in (
        ("tile/entries/000.p/3", pack(narrow)), ("tile/0/000.p/3", hashes.read_bytes()[:96]),
    ):  # fmt: skip
        (folder / name).write_bytes(sound)
        assert verify(folder).size == 5
        (folder / name).write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        with pytest.raises(VerificationError, match=name.replace(".", r"\.")):
            verify(folder)
        (folder / name).unlink()
    for name in ("tile/0/000.p/6", "tile/0/001.p/1", "tile/1/000.p/1", "tile/2/000.p/1", "tile/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(hashes.read_bytes()[:32])
        with pytest.raises(VerificationError, match="does not belong"):
            verify(folder)
        (folder / name).unlink()
