"""From durable entries to tiles and a signed checkpoint."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.audit.tlog.checkpoint import Checkpoint, sign
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.storage import pack, tile, unpack
from stageflow_guard.audit.tlog.tiles import right_edge, root_of_rows, subtree_hash
from stageflow_guard.audit.tlog.tree import WIDTH, leaf_hash, leaf_hashes, tile_path
from stageflow_guard.base.durable import make_dirs, sync_dir, write_all_durably, write_durably
from stageflow_guard.errors import VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.log.checkpoint_copy import CheckpointCopy


class Integrator:
    """Grows the tree on disk. Not thread-safe: the log's writer thread owns it."""

    def __init__(self, folder: Path, origin: str, key: SigningKey) -> None:
        self._folder = folder
        self._origin = origin
        self._key = key
        self.copy: CheckpointCopy | None = None
        self._size = self._published = 0
        self._bundle: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """The number of integrated entries."""
        return self._size

    def load(self, size: int, root: bytes) -> None:
        """Take up the tree's right edge; raise `VerificationError` unless it is the signed tree's.

        One tile per level is read, whatever the size; what lies inside is `verify`'s to check.
        """
        self._levels = right_edge(self._folder, size) or [[]]
        self._size = self._published = size
        if root_of_rows(self._levels) != root:
            raise VerificationError("the tiles are not the tree that the checkpoint signs")
        if size % WIDTH:
            n, width = size // WIDTH, size % WIDTH
            path = tile_path("entries", n, width)
            self._bundle = unpack(tile(self._folder, "entries", n, width), path)
            if [leaf_hash(e) for e in self._bundle] != self._levels[0]:
                raise VerificationError(f"`{path}` does not match its hashes", path=path)

    def grow(self, entries: list[bytes]) -> bytes:
        """Write tiles for `entries`; return the signed checkpoint, which `publish` puts in place.

        Entries MUST be durable elsewhere already. Tiles are synced before anything is signed.
        """
        made = set[Path]()

        def placed() -> Iterator[tuple[Path, bytes]]:
            for name, content in self._tiles(entries):
                path = self._folder / name
                if path.parent not in made:
                    make_dirs(path.parent, above=self._folder)
                    made.add(path.parent)
                yield path, content

        write_all_durably(placed())
        return sign(Checkpoint(self._origin, self._size, root_of_rows(self._levels)), self._key)

    def _tiles(self, entries: list[bytes]) -> Iterator[tuple[str, bytes]]:
        """Hash `entries` bundle by bundle; yield each tile as soon as it is known."""
        at = 0
        while at < len(entries):
            part = entries[at : at + WIDTH - len(self._bundle)]
            at += len(part)
            self._bundle += part
            self._levels[0] += leaf_hashes(part)
            self._size += len(part)
            if len(self._bundle) == WIDTH:
                yield tile_path("entries", self._size // WIDTH - 1, WIDTH), pack(self._bundle)
                self._bundle = []
                yield from self._close(0)
        if self._bundle:
            n = self._size // WIDTH
            yield tile_path("entries", n, len(self._bundle)), pack(self._bundle)
        for level, row in enumerate(self._levels):
            if row:
                n = self._size // int(WIDTH ** (level + 1))
                yield tile_path(level, n, len(row)), b"".join(row)

    def _close(self, level: int) -> Iterator[tuple[str, bytes]]:
        """Put a full row into its tile, and its head into the row above."""
        row = self._levels[level]
        n = self._size // int(WIDTH ** (level + 1)) - 1
        yield tile_path(level, n, WIDTH), b"".join(row)
        self._levels[level] = []
        if level + 1 == len(self._levels):
            self._levels.append([])
        above = self._levels[level + 1]
        above.append(subtree_hash(row))
        if len(above) == WIDTH:
            yield from self._close(level + 1)

    def publish(self, note: bytes) -> None:
        """Put the checkpoint that `grow` returned in place, and remove tiles that it outgrew."""
        old, self._published = self._published, self._size
        write_durably(self._folder / "checkpoint", note)
        if self.copy is not None:
            self.copy.keep(note)
        self._drop_stale(old, self._size)

    def _drop_stale(self, old: int, size: int) -> None:
        """Remove partial tiles that a wider one replaced."""
        for level in ["entries", *range(len(self._levels))]:
            step = WIDTH if level == "entries" else WIDTH ** (int(level) + 1)
            span = step // WIDTH
            n = old // step
            for number in {n, size // step}:
                width = min(size // span - number * WIDTH, WIDTH)
                partial = self._folder / (tile_path(level, number, WIDTH) + ".p")
                if not partial.is_dir():
                    continue
                if width == WIDTH:
                    shutil.rmtree(partial)
                    sync_dir(partial.parent)
                    continue
                for one in partial.iterdir():
                    if one.name != str(width):
                        one.unlink()
