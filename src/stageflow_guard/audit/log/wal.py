"""The write-ahead file: blocks under the log's key, each chained to the one before.

An *anchor* holds a signed checkpoint; a *frame* holds the entries of one batch. Every block carries
an HMAC under a key that only the log's signing key gives, over the block before and itself. So each
frame is bound to every frame before it, and through the anchor to one tree: a frame that was made
up, changed, moved or taken from another history does not hold.

The file begins with an anchor. A further one is written, durable, before its checkpoint is
published, so that the checkpoint in force always has its anchor here:

1. `start`   a new file: the checkpoint, the entries behind it; put in place whole
2. `append`  a frame behind the last block, synced: the records are durable
3. `anchor`  the next checkpoint behind the last block, synced; then `checkpoint` is replaced

Behind the last block stand zeros, written ahead of it: filling them changes neither the file's
size nor its place on disk, so a sync writes the block and no metadata. A file begins anew with
zeros of its own, so that what an earlier one held never stands behind a block.

Each block is written and synced alone. Its parts may reach the disk in any order: a power cut
leaves at most one block torn, and none behind it.

Without the key a reader sees whether a block is whole (CRC-32), not whether the log wrote it.
"""

from __future__ import annotations

import errno
import hmac
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.consistency import rolled_back
from stageflow_guard.audit.tlog.storage import pack, read, unpack
from stageflow_guard.base.durable import write_all, write_durably
from stageflow_guard.base.opening import open_own
from stageflow_guard.errors import VerificationError

CAP = 256 * 2**20  # bytes that a reader takes
FULL = 16 * 2**20  # bytes above which the writer starts a new file
ROOM = 256 * 2**10  # bytes of zeros that are written at once; larger steps delay their own sync
LARGE = ROOM // 4  # from this size on a block gains nothing by zeros that are written first
TRIES = 100  # readings of a file that its writer goes on filling
LABEL = b"stageflow-guard write-ahead v2\n"
ANCHOR, FRAME = b"SGA2", b"SGW2"
_MAGICS = (ANCHOR + b"\x00", FRAME + b"\x00")  # with the first byte of an index below 2**56
_OLD = b"SGW1"
# magic, first index (of an anchor: its size), payload length, payload CRC-32, HMAC-SHA256
_HEAD = struct.Struct(">4sQII32s")
_CRC = struct.Struct(">I")  # of the head: tells a block's beginning at once
OVERHEAD = _HEAD.size + _CRC.size
_BEGIN = bytes(32)  # what the first block of a file is chained to
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Block(NamedTuple):
    """One block as it stands at the offset `at`."""

    at: int
    anchor: bool
    first: int
    payload: bytes
    tag: bytes

    @property
    def entries(self) -> list[bytes]:
        """The entries of a frame."""
        return unpack(self.payload, "wal")


def frame(first: int, entries: list[bytes], *, anchor: bytes = b"", tag: bytes = _BEGIN) -> bytes:
    """Return one block: a frame of `entries`, or the checkpoint `anchor`."""
    return _block(ANCHOR if anchor else FRAME, first, anchor or pack(entries), tag)


def _block(magic: bytes, first: int, payload: bytes, tag: bytes) -> bytes:
    head = _HEAD.pack(magic, first, len(payload), zlib.crc32(payload), tag)
    return head + _CRC.pack(zlib.crc32(head)) + payload


def _begins(content: bytes, at: int) -> bool:
    """Say whether a block's head stands at `at`, whatever became of its payload.

    A head's index begins with a NUL, which no entry holds: an entry whose text looks like a head is
    none, and a block that was torn is no block with another one behind it.
    """
    if len(content) - at < OVERHEAD or content[at : at + 5] not in _MAGICS:
        return False
    head = content[at : at + _HEAD.size]
    return _CRC.pack(zlib.crc32(head)) == content[at + _HEAD.size : at + OVERHEAD]


class Damaged(VerificationError):
    """A block begins behind bytes that are none, at the offset `at`."""

    def __init__(self, at: int) -> None:
        super().__init__(f"write-ahead file is damaged at {at}", path="wal")
        self.at = at


def read_wal(folder: Path) -> bytes | None:
    """Return the write-ahead file of `folder`, read beside its writer; None where there is none.

    While a reader is on its way through the file the writer may fill zeros that were read already,
    and go on behind them. What stands before a block was written before it, so the next reading
    finds it there: only damage that stays is in the file.
    """
    content, seen = read(folder, "wal", cap=CAP), -1
    for _ in range(TRIES):
        try:
            scan(content or b"")
        except Damaged as damaged:
            if damaged.at == seen:
                break
            content, seen = read(folder, "wal", cap=CAP), damaged.at
        else:
            break
    return content


def torn(content: bytes, good: int) -> int:
    """Return how many bytes behind `good`, the end of the last whole block, are not zeros' room."""
    end = len(content)
    while end > good:  # piece by piece: a sparse file of zeros is not copied
        start = max(good, end - ROOM)
        if said := content[start:end].rstrip(b"\x00"):
            return start + len(said) - good
        end = start
    return 0


def scan(content: bytes) -> tuple[list[Block], int]:
    """Return (blocks, offset behind the last whole one), each read at its claimed offset.

    Raises `Damaged` when a block begins behind a damaged one: that is no torn tail, and cutting
    there would drop acknowledged records.
    """
    blocks, at = [], 0
    while _begins(content, at):
        magic, first, size, crc, tag = _HEAD.unpack_from(content, at)
        end = at + OVERHEAD + size
        payload = content[at + OVERHEAD : end]
        if len(payload) != size or zlib.crc32(payload) != crc:
            break
        blocks.append(Block(at, magic == ANCHOR, first, payload, tag))
        at = end
    if at < len(content):
        for magic in (ANCHOR, FRAME):
            later = content.find(magic, at + 1)
            while later != -1:
                if _begins(content, later):
                    raise Damaged(at)
                later = content.find(magic, later + 1)
    return blocks, at


def entries_behind(content: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield (index, entry) of the frames from index `size` on, unauthenticated.

    Raises `VerificationError` that names a gap.
    """
    following = size
    for block in scan(content)[0]:
        if block.anchor:
            continue
        if block.first > following:
            raise VerificationError(
                f"records {following} to {block.first - 1} are missing", index=following, path="wal"
            )
        for offset, entry in enumerate(block.entries):
            if block.first + offset >= following:
                yield following, entry
                following += 1


class Chain:
    """The key and the last tag: what the next block is bound to."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.tag = _BEGIN

    def seal(self, magic: bytes, first: int, payload: bytes) -> bytes:
        """Return the next block."""
        self.tag = self._next(magic, first, payload)
        return _block(magic, first, payload, self.tag)

    def require(self, block: Block) -> None:
        """Raise `VerificationError` unless `block` is the next one of this chain."""
        magic = ANCHOR if block.anchor else FRAME
        if not hmac.compare_digest(self._next(magic, block.first, block.payload), block.tag):
            raise VerificationError(
                f"the write-ahead file holds a frame that this log did not write, at byte "
                f"{block.at}, for record {block.first}",
                index=block.first, path="wal",
            )  # fmt: skip
        self.tag = block.tag

    def _next(self, magic: bytes, first: int, payload: bytes) -> bytes:
        head = struct.pack(">4sQI", magic, first, len(payload))
        return hmac.digest(self._key, self.tag + head + payload, "sha256")


class Replayed(NamedTuple):
    """What a write-ahead file held behind the checkpoint in force; `why` says what was lost.

    `tag` and `size` are the file's last block's, where it is whole and can be gone on with; up to
    `room` stand zeros.
    """

    entries: list[bytes]
    cut: int
    why: str | None
    tag: bytes = _BEGIN
    size: int = 0
    room: int = 0


def replay(content: bytes, note: bytes, key: bytes, *, form: int) -> Replayed:
    """Return what `content` holds behind the checkpoint `note`.

    A torn tail is cut and reported. Raises `VerificationError` for a frame that does not hold, one
    that does not follow, and for frames that belong to another checkpoint than `note`.
    """
    if form == 1 and not content:
        return Replayed([], 0, None)
    if form == 1 and content.startswith(_OLD):
        _refuse(
            "is of format 1, which authenticates no frame; open the log once with the release "
            "that wrote it", 0,
        )  # fmt: skip
    head = parse(note)[0]
    blocks, good = scan(content)
    cut = torn(content, good)
    if not blocks:
        return Replayed([], cut, "the write-ahead file has lost its beginning")
    if not blocks[0].anchor:
        _refuse("begins with no checkpoint", blocks[0].first)
    chain, following, entries, seen = Chain(key), blocks[0].first, list[bytes](), []
    for block in blocks:
        chain.require(block)
        if block.anchor:
            seen.append(parse(block.payload)[0])
            continue
        if block.first != following:
            _refuse("has a gap", following)
        for entry in block.entries:
            if following >= head.size:
                entries.append(entry)
            following += 1
    if head in seen:
        why = "the last write was not finished" if cut else None
        return Replayed(entries, cut, why, chain.tag, 0 if cut else good, len(content))
    newest = max(one.size for one in seen)
    if newest > head.size:
        raise rolled_back("the write-ahead file", newest, head.size, path="wal")
    if following > head.size:
        _refuse(f"does not belong to the checkpoint of {head.size} records", head.size)
    return Replayed([], cut, "the write-ahead file is older than the checkpoint")


def _refuse(what: str, index: int) -> NoReturn:
    raise VerificationError(f"the write-ahead file {what}", index=index, path="wal")


class WriteAhead:
    """The open file. Not thread-safe: the log's writer thread owns it."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / "wal"
        self._key = key
        self._chain = Chain(key)
        self._fd = -1
        self._room = 0  # offset up to which the file holds blocks or zeros
        self.size = 0  # offset behind the last block

    def start(
        self, note: bytes, entries: list[bytes] | None = None, *, following: bytes | None = None
    ) -> None:
        """Put a new file in place: the checkpoint `note`, then `entries`, then `following`.

        Durable when it returns; a crash before leaves the old file.
        """
        chain = Chain(self._key)
        at = parse(note)[0].size
        content = chain.seal(ANCHOR, at, note)
        if entries:
            content += chain.seal(FRAME, at, pack(entries))
        if following is not None:
            content += chain.seal(ANCHOR, at + len(entries or ()), following)
        write_durably(self._path, content)
        self._go_on(len(content), len(content))
        self._chain = chain

    def resume(self, left: Replayed) -> None:
        """Go on with the file that is there, which `replay` has found whole; writes nothing."""
        self._go_on(left.size, left.room)
        self._chain.tag = left.tag

    def _go_on(self, size: int, room: int) -> None:
        self.close()
        self._fd = open_own(self._path, os.O_RDWR)
        os.lseek(self._fd, size, os.SEEK_SET)
        self.size, self._room = size, room

    def append(self, first: int, entries: list[bytes]) -> None:
        """Write the entries from index `first` on; durable when this returns."""
        self._write(self._chain.seal(FRAME, first, pack(entries)))

    def anchor(self, note: bytes) -> None:
        """Write the next checkpoint; durable when this returns."""
        self._write(self._chain.seal(ANCHOR, parse(note)[0].size, note))

    def _write(self, block: bytes) -> None:
        write_all(self._fd, block)
        self.size += len(block)
        if self.size > self._room and len(block) < LARGE:
            self._make_room()
        os.fdatasync(self._fd)

    def _make_room(self) -> None:
        """Write zeros up to the next step; the caller syncs. Where they do not fit, blocks may."""
        self._room = (self.size // ROOM + 1) * ROOM
        try:
            write_all(self._fd, bytes(self._room - self.size))
        except OSError as exc:
            if exc.errno not in _NO_ROOM:
                raise
        os.lseek(self._fd, self.size, os.SEEK_SET)

    def close(self) -> None:
        """Let the file go."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
