"""What a writer that was killed may leave beside the signed tree, until the next opening.

A tile narrower than the one that replaced it, or one of records that are only written ahead, and
files in the making (`.new`). Each tile MUST say what the log and its write-ahead file say.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from stageflow_guard.audit.log.wal import entries_behind, read_wal
from stageflow_guard.audit.tlog.storage import BUNDLE_CAP, KNOWN, TILE_CAP, pack, read, tile, unpack
from stageflow_guard.audit.tlog.tiles import subtree_hash
from stageflow_guard.audit.tlog.tree import WIDTH, leaf_hashes, tile_path
from stageflow_guard.errors import VerificationError

_TILE = re.compile(r"tile/(entries|[0-9])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Leftovers:
    """Says which files a crash explains, in a log whose checkpoint commits to `size` records."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size

    @cached_property
    def _behind(self) -> list[bytes]:
        wal = read_wal(self._folder) or b""
        return [entry for _, entry in entries_behind(wal, self._size)]

    def explain(self, name: str) -> bool:
        """Say whether a writer that was killed left the file `name`, and it says nothing else."""
        if name.endswith(".new"):  # nobody reads it
            name = name.removesuffix(".new")
            return name in KNOWN or _TILE.fullmatch(name) is not None
        match = _TILE.fullmatch(name)
        if match is None:
            return False
        level, number, width = match[1], 0, int(match[3] or WIDTH)
        for part in match[2].split("/"):
            number = number * 1000 + int(part.removeprefix("x"))
        if tile_path(level if level == "entries" else int(level), number, width) != name:
            return False
        cap = BUNDLE_CAP if level == "entries" else TILE_CAP
        try:
            return read(self._folder, name, cap=cap) == self._said(level, number, width)
        except VerificationError:
            return False

    def _said(self, level: str, number: int, width: int) -> bytes | None:
        """Return what the tile has to hold; None where the log is not as long."""
        if level == "entries":
            entries = self._entries(number, width)
            return None if entries is None else pack(entries)
        if level == "0":
            entries = self._entries(number, width)
            return None if entries is None else b"".join(leaf_hashes(entries))
        if level == "1":
            hashes = []
            for n in range(number * WIDTH, number * WIDTH + width):  # one bundle at a time
                row = self._entries(n, WIDTH)
                if row is None:
                    return None
                hashes.append(subtree_hash(leaf_hashes(row)))
            return b"".join(hashes)
        there = min(WIDTH, self._size // int(WIDTH ** (int(level) + 1)) - number * WIDTH)
        if width > there:  # 16 million records that no checkpoint commits to
            return None
        return tile(self._folder, int(level), number, there)[: width * 32]

    def _entries(self, number: int, width: int) -> list[bytes] | None:
        first = number * WIDTH
        signed = max(0, min(WIDTH, self._size - first))
        found: list[bytes] = []
        if signed:
            content = tile(self._folder, "entries", number, signed)
            found = unpack(content, tile_path("entries", number, signed))
        at = first + signed - self._size  # 0 where the tree ends here, below 0 before that
        found += self._behind[at : at + WIDTH - signed] if at >= 0 else []
        return found[:width] if len(found) >= width else None
