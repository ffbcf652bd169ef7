"""What is read and checked of one log, once for all the sinks that it is shipped to.

The newest bundles are kept, with what was taken apart of them; each sink goes at its own pace, and
one that is further behind reads for itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.audit.export.sink import Entry
from stageflow_guard.audit.read.signed_entries import SignedTree, attested
from stageflow_guard.audit.tlog.checkpoint import Checkpoint
from stageflow_guard.audit.tlog.storage import bundles
from stageflow_guard.audit.tlog.tree import WIDTH

KEPT = 4  # bundles of 256 entries


class LogReading:
    """The signed entries of a log directory, for several readers. Thread-safe."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._head: Checkpoint | None = None  # what is kept is of this tree
        self._tree: SignedTree | None = None
        self._kept: dict[int, list[Entry]] = {}  # by the first index
        self._lock = threading.Lock()  # one reads, and the others find what he read

    def entries(self, head: Checkpoint, start: int) -> Iterator[tuple[int, bytes, Entry | None]]:
        """Yield (index, entry, the entry as others have it) of the tree `head`, from `start` on.

        Raises `VerificationError` before it yields an entry of a bundle that is not in the tree.
        """
        newest = max(0, (head.size - 1) // WIDTH - KEPT + 1) * WIDTH
        if start < newest:
            for first, octets in attested(self._folder, head, start):
                for index, one in enumerate(octets, first):
                    if index >= start:
                        yield index, one, None
                if first + WIDTH >= newest:
                    break
        for first in range(max(newest, start - start % WIDTH), head.size, WIDTH):
            for index, entry in enumerate(self._bundle(head, first), first):
                if index >= start:
                    yield index, entry.octets, entry

    def _bundle(self, head: Checkpoint, first: int) -> list[Entry]:
        with self._lock:
            if self._tree is None or self._head != head:
                self._head, self._tree, self._kept = head, SignedTree(self._folder, head), {}
            found = self._kept.get(first)
            if found is None:
                _, octets, path = next(bundles(self._folder, head.size, first))
                self._tree.require(first, octets, path)
                found = self._kept[first] = [Entry(one) for one in octets]
                for old in sorted(self._kept)[:-KEPT]:
                    del self._kept[old]
            return found
