"""The write-ahead file: zeros ahead of the blocks, on a file system that is there."""

from __future__ import annotations

import errno
import os

import pytest
from tests.own_files import is_below

from stageflow_guard.audit.log.wal import LARGE, ROOM, WriteAhead, read_wal, replay, scan
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, sign
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.tree import EMPTY
from stageflow_guard.errors import VerificationError
from stageflow_guard.keys import read_key

ENTRY = b"e" * 700
KEY = bytes(32)
# letters and digits whose checksum, in letters and digits, is right: a head that a name can hold
HEAD = b"SGW2piTzZVN9yoL22NrlUnkf456vwfh7Z5JonvYJICYXTfBKw85kI168"


@pytest.fixture
def note(tmp_path):
    """A signed checkpoint of no record."""
    key = SigningKey(read_key(tmp_path / "key", create=True))
    return sign(Checkpoint("example.com/wal", 0, EMPTY), key)


@pytest.fixture
def wal(tmp_path, note):
    """A file that was begun."""
    made = WriteAhead(tmp_path, KEY)
    made.start(note)
    yield made
    made.close()


def left(folder, note):
    return replay((folder / "wal").read_bytes(), note, KEY, form=2)


def test_blocks_within_the_zeros_change_nothing_but_their_bytes(wal, tmp_path):
    """Neither the file's size nor its place on disk: a sync has no metadata to write."""
    wal.append(0, [ENTRY])
    before = os.stat(tmp_path / "wal")
    assert before.st_size == ROOM
    for i in range(1, 50):
        wal.append(i, [ENTRY])
    after = os.stat(tmp_path / "wal")
    assert (after.st_size, after.st_blocks) == (before.st_size, before.st_blocks)
    assert [block.first for block in scan((tmp_path / "wal").read_bytes())[0][1:]] == [*range(50)]


def test_the_file_goes_on_behind_its_zeros(wal, tmp_path, note):
    """Across several steps nothing is lost, and what is resumed goes on at the last block."""
    for i in range(1000):
        wal.append(i, [ENTRY])
    assert os.stat(tmp_path / "wal").st_size == 3 * ROOM
    found = left(tmp_path, note)
    assert (len(found.entries), found.cut, found.why) == (1000, 0, None)
    again = WriteAhead(tmp_path, KEY)
    again.resume(found)
    again.append(1000, [ENTRY])
    again.close()
    assert os.stat(tmp_path / "wal").st_size == 3 * ROOM
    assert len(left(tmp_path, note).entries) == 1001


def test_a_large_block_is_written_without_zeros(wal, tmp_path):
    """It would be written twice for a sync that costs the same."""
    wal.append(0, [ENTRY] * (LARGE // 700 + 1))
    assert os.stat(tmp_path / "wal").st_size == wal.size


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_zeros_that_do_not_fit_stop_no_record(wal, tmp_path, note, monkeypatch, code):
    """A disk, a quota or a limit that has room for the record alone: the record is durable."""
    real = os.write

    def full(fd, data):
        if bytes(data[:8]) == bytes(8):
            if len(data) < 1000:
                raise OSError(code, os.strerror(code))
            return real(fd, data[: len(data) // 2])
        return real(fd, data)

    monkeypatch.setattr(os, "write", full)
    for i in range(500):
        wal.append(i, [ENTRY])
    assert len(left(tmp_path, note).entries) == 500


def test_a_device_that_fails_at_the_zeros_is_a_failure(wal, monkeypatch):
    """What is not a lack of room leaves open what is on disk."""
    real = os.write

    def broken(fd, data):
        if bytes(data[:8]) == bytes(8):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(fd, data)

    monkeypatch.setattr(os, "write", broken)
    with pytest.raises(OSError, match="Input/output"):
        wal.append(0, [ENTRY])


def test_a_reader_beside_the_writer_sees_no_damage(wal, tmp_path, monkeypatch):
    """It is half way through the file when the writer fills zeros that it has read already."""
    wal.append(0, [ENTRY])
    wal.append(1, [ENTRY])
    real, reads = os.read, []

    def slowly(fd, size):
        if not is_below(tmp_path, fd):
            return real(fd, size)
        part = real(fd, 2048)
        reads.append(len(part))
        if len(reads) % 5 == 1 and len(reads) < 300:
            for _ in range(5):
                wal.append(slowly.following, [ENTRY])
                slowly.following += 1
        return part

    slowly.following = 2
    monkeypatch.setattr(os, "read", slowly)
    blocks, _ = scan(read_wal(tmp_path))
    assert len(reads) > 2 * ROOM // 2048  # it was read again
    assert [block.first for block in blocks[1:]] == [*range(len(blocks) - 1)]
    assert len(blocks) > 50


def test_damage_that_stays_is_told(wal, tmp_path):
    """Reading again explains a writer at work, and no changed byte."""
    for i in range(3):
        wal.append(i, [ENTRY])
    content = bytearray((tmp_path / "wal").read_bytes())
    content[1000] ^= 1
    (tmp_path / "wal").write_bytes(content)
    with pytest.raises(VerificationError, match="damaged"):
        scan(read_wal(tmp_path))


def test_a_text_that_looks_like_a_block_is_none(wal, tmp_path, note):
    """Whoever chooses a name that is recorded decides about no opening after a power cut."""
    wal.append(0, [ENTRY])
    good = scan((tmp_path / "wal").read_bytes())[1]
    wal.append(1, [b'{"tenant":"' + HEAD + b'","reason":"' + b"r" * 5000 + b'"}'])
    content = (tmp_path / "wal").read_bytes()
    end = scan(content)[1]
    tail = content[:good] + content[good:end][:-20] + bytes(20)
    head = content[:good] + bytes(56) + content[good + 56 : end]
    for torn in (content[: end - 20], tail, head):
        found = replay(torn, note, KEY, form=2)
        assert len(found.entries) == 1 and found.why == "the last write was not finished"
