"""Files of a log: bundles and tiles."""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.audit.tlog.tree import WIDTH, tile_path
from stageflow_guard.base.opening import read_plain
from stageflow_guard.errors import VerificationError

# bytes that a file of a log has at most; a bundle is 256 entries of 65 535 bytes and their lengths
CAPS = {"checkpoint": 64 * 1024, "vkey": 4096, "format": 256, "minimum": 256}
TILE_CAP, BUNDLE_CAP = WIDTH * 32, WIDTH * 65_537
_WIDTHS = re.compile(r"[1-9][0-9]{0,2}")
_PLANTED = frozenset({errno.ELOOP, errno.EINVAL, errno.EFBIG, errno.ENXIO})
KNOWN = frozenset({"checkpoint", "vkey", "tile", "wal", "lock", "format", "minimum"})


def read(folder: Path, name: str, *, cap: int | None = None) -> bytes | None:
    """Return the content of a log's file, or None where there is none.

    The one way to a file of a log: no link is followed, nothing but a plain file is read, nothing
    blocks, and no more than `cap` bytes are taken. Raises `VerificationError` that names the file
    otherwise, `OSError` where the system refuses or fails.
    """
    try:
        return read_plain(folder / name, cap=CAPS[name] if cap is None else cap)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        if exc.errno not in _PLANTED:
            raise
        raise VerificationError(f"`{name}` cannot be read: {exc.strerror}", path=name) from None


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


def tile(folder: Path, level: int | str, n: int, width: int) -> bytes:
    """Return a tile's content; raise `VerificationError` naming it when it is missing.

    A writer that is ahead of the reader's checkpoint has replaced a partial tile by a wider one:
    then the beginning of that is the answer.
    """
    name = tile_path(level, n, width)
    cap = BUNDLE_CAP if level == "entries" else TILE_CAP
    found = read(folder, name, cap=cap)
    if found is not None:
        return found
    full = tile_path(level, n, WIDTH)
    unseen = 0
    # a wider tile that was listed and is gone was replaced by one still wider: 255 times at most
    for _ in range(WIDTH if width < WIDTH else 0):
        wider = [tile_path(level, n, w) for w in _widths(folder / f"{full}.p") if w > width]
        for other in [*wider, full]:
            content = read(folder, other, cap=cap)
            if content is not None:
                return _beginning(content, level, width, other)
        unseen += not wider
        if unseen == 3:  # a list made while the writer replaces one may lack both
            break
    raise VerificationError(f"`{name}` is missing", path=name)


def _widths(partial: Path) -> list[int]:
    """Return the widths of the partial tiles in a directory, which may be gone by now."""
    try:
        names = os.listdir(partial)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(int(name) for name in names if _WIDTHS.fullmatch(name))


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


def entry_at(folder: Path, index: int, size: int) -> bytes:
    """Return the stored bytes of one entry of a tree of `size`."""
    if not 0 <= index < size:
        raise VerificationError(f"the log has {size} signed records", index=index)
    n = index // WIDTH
    width = min(WIDTH, size - n * WIDTH)
    found = unpack(tile(folder, "entries", n, width), tile_path("entries", n, width))
    if len(found) <= index % WIDTH:
        raise VerificationError(f"record {index} is missing", index=index)
    return found[index % WIDTH]
