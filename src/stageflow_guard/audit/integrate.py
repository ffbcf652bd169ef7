"""From durable entries to tiles and a signed checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

from stageflow_guard.audit.checkpoint import Checkpoint, sign
from stageflow_guard.audit.files import make_dirs, pack, sync_dir, tile, unpack, write_durably
from stageflow_guard.audit.signing import SigningKey
from stageflow_guard.audit.tiles import edge, peaks
from stageflow_guard.audit.tree import WIDTH, Frontier, leaf_hash, root_of, tile_path
from stageflow_guard.errors import VerificationError


class Integrator:
    """Grows the tree on disk. Not thread-safe: the log's writer thread owns it."""

    def __init__(
        self, folder: Path, origin: str, key: SigningKey, checkpoint_copy: Path | None
    ) -> None:
        self._folder = folder
        self._origin = origin
        self._key = key
        self._copy = checkpoint_copy
        self._frontier = Frontier()
        self._bundle: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """The number of integrated entries."""
        return self._frontier.size

    def load(self, size: int, root: bytes) -> None:
        """Take up the tree's right edge; raise `VerificationError` unless it is the signed tree's.

        One tile per level is read, whatever the size; what lies inside is `verify`'s to check.
        """
        rows = edge(self._folder, size)
        self._frontier = Frontier(size, peaks(rows))
        self._levels = rows or [[]]
        if self._frontier.root() != root:
            raise VerificationError("the tiles are not the tree that the checkpoint signs")
        if size % WIDTH:
            n, width = size // WIDTH, size % WIDTH
            path = tile_path("entries", n, width)
            self._bundle = unpack(tile(self._folder, "entries", n, width), path)
            if [leaf_hash(e) for e in self._bundle] != self._levels[0]:
                raise VerificationError(f"`{path}` does not match its hashes", path=path)

    def _push(self, level: int, value: bytes, fresh: dict[str, bytes]) -> None:
        if level == 0:
            self._frontier.add(value)
        if level == len(self._levels):
            self._levels.append([])
        row = self._levels[level]
        row.append(value)
        if len(row) == WIDTH:
            n = self._count(level) // WIDTH - 1
            fresh[tile_path(level, n, WIDTH)] = b"".join(row)
            self._levels[level] = []
            self._push(level + 1, root_of(row), fresh)

    def _count(self, level: int) -> int:
        return self._frontier.size // int(WIDTH**level)

    def grow(self, entries: list[bytes]) -> None:
        """Write tiles for `entries`, then sign. Entries must be durable elsewhere already.

        Order: tiles, then checkpoint, each synced: nothing is signed that is not on disk.
        """
        old = self._frontier.size
        fresh: dict[str, bytes] = {}
        for entry in entries:
            self._bundle.append(entry)
            self._push(0, leaf_hash(entry), fresh)
            if len(self._bundle) == WIDTH:
                n = self._frontier.size // WIDTH - 1
                fresh[tile_path("entries", n, WIDTH)] = pack(self._bundle)
                self._bundle = []
        size = self._frontier.size
        if self._bundle:
            fresh[tile_path("entries", size // WIDTH, len(self._bundle))] = pack(self._bundle)
        for level, row in enumerate(self._levels):
            if row:
                fresh[tile_path(level, self._count(level) // WIDTH, len(row))] = b"".join(row)
        for name, content in fresh.items():
            path = self._folder / name
            if path.exists() and path.read_bytes() == content:
                continue
            make_dirs(path.parent, above=self._folder)
            write_durably(path, content)
        self.publish()
        self._drop_stale(old, size)

    def publish(self) -> None:
        """Sign the current tree and put the checkpoint in place."""
        head = Checkpoint(self._origin, self._frontier.size, self._frontier.root())
        note = sign(head, self._key)
        write_durably(self._folder / "checkpoint", note)
        if self._copy is not None:
            write_durably(self._copy, note)

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
