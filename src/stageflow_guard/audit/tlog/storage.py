"""Files of a log: frames of the write-ahead file, bundles, tiles."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.audit.tlog.tree import WIDTH, tile_path
from stageflow_guard.errors import VerificationError

HEAD = struct.Struct(">4sQII")  # magic, first index, payload length, CRC-32 of all but itself
MAGIC = b"SGW1"
KNOWN = frozenset({"checkpoint", "vkey", "tile", "wal", "lock", "format", "minimum"})


def pack(entries: list[bytes]) -> bytes:
    """Return the C2SP entry bundle: u16be length and entry, repeated."""
    lengths = struct.pack(f">{len(entries)}H", *map(len, entries))
    parts = [b""] * (2 * len(entries))
    parts[::2] = [lengths[i : i + 2] for i in range(0, len(lengths), 2)]
    parts[1::2] = entries
    return b"".join(parts)


def unpack(content: bytes, path: str) -> list[bytes]:
    """Return the entries of a bundle; raise `VerificationError` when it does not parse."""
    found, at, end = [], 0, len(content)
    while at < end:
        size = int.from_bytes(content[at : at + 2], "big")
        if at + 2 + size > end or end - at < 2:
            raise VerificationError(f"entry bundle `{path}` is cut short", path=path)
        found.append(content[at + 2 : at + 2 + size])
        at += 2 + size
    return found


def frame(first: int, entries: list[bytes]) -> bytes:
    """Return one write-ahead frame."""
    payload = pack(entries)
    crc = zlib.crc32(payload, zlib.crc32(HEAD.pack(MAGIC, first, len(payload), 0)))
    return HEAD.pack(MAGIC, first, len(payload), crc) + payload


def _frame_at(content: bytes, at: int) -> tuple[int, bytes, int] | None:
    if len(content) - at < HEAD.size:
        return None
    magic, first, size, crc = HEAD.unpack_from(content, at)
    payload = content[at + HEAD.size : at + HEAD.size + size]
    if magic != MAGIC or len(payload) != size:
        return None
    if zlib.crc32(payload, zlib.crc32(HEAD.pack(MAGIC, first, size, 0))) != crc:
        return None
    return first, payload, at + HEAD.size + size


def read_wal(content: bytes) -> tuple[list[tuple[int, list[bytes]]], int]:
    """Return (frames, offset behind the last intact one).

    Raises `VerificationError` when an intact frame stands behind a damaged one: that is not a torn
    tail, and cutting there would drop acknowledged records.
    """
    frames, at = [], 0
    while at < len(content):
        one = _frame_at(content, at)
        if one is None:
            later = content.find(MAGIC, at + 1)
            while later != -1:
                if _frame_at(content, later) is not None:
                    raise VerificationError(f"write-ahead file is damaged at {at}", path="wal")
                later = content.find(MAGIC, later + 1)
            break
        first, payload, at = one
        frames.append((first, unpack(payload, "wal")))
    return frames, at


def tile(folder: Path, level: int | str, n: int, width: int) -> bytes:
    """Return a tile's content; raise `VerificationError` naming it when it is missing.

    A writer that is ahead of the reader's checkpoint has replaced a partial tile by a wider one:
    then the beginning of that is the answer.
    """
    name = tile_path(level, n, width)
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        pass
    full = tile_path(level, n, WIDTH)
    for _ in range(3 if width < WIDTH else 0):  # the writer may replace it again meanwhile
        partial = folder / f"{full}.p"
        there = sorted(int(p.name) for p in partial.glob("*") if p.name.isdigit())
        wider = [tile_path(level, n, w) for w in there if w > width]
        for other in [*wider, full]:
            try:
                content = (folder / other).read_bytes()
            except FileNotFoundError:
                continue
            return _beginning(content, level, width, other)
    raise VerificationError(f"`{name}` is missing", path=name)


def _beginning(content: bytes, level: int | str, width: int, path: str) -> bytes:
    if level != "entries":
        return content[: width * 32]
    return pack(unpack(content, path)[:width])


def bundles(folder: Path, size: int, start: int = 0) -> Iterator[tuple[int, list[bytes], str]]:
    """Yield (first index, entries, path) of the bundles of a tree of `size`, from `start` on.

    `start` is rounded down to the beginning of its bundle.
    """
    for n in range(start // WIDTH, (size + WIDTH - 1) // WIDTH):
        width = min(WIDTH, size - n * WIDTH)
        path = tile_path("entries", n, width)
        entries = unpack(tile(folder, "entries", n, width), path)
        if len(entries) != width:
            raise VerificationError(
                f"`{path}` holds {len(entries)} entries, not {width}",
                index=n * WIDTH + min(len(entries), width), path=path,
            )  # fmt: skip
        yield n * WIDTH, entries, path
