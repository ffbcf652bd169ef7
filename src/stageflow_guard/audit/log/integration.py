"""Integrating beside the writer: a commit never waits for tiles or a checkpoint.

1. `add`      the writer hands over what became durable
2. `grow`     tiles, on a thread of its own; the checkpoint is signed
3. `anchor`   the writer puts the checkpoint into the write-ahead file, when no batch waits for it
4. `publish`  the checkpoint is replaced; only then are the entries under it

The next round begins `CHECKPOINT_EVERY` seconds after the last one ended, so that a slow device is
never asked for the next checkpoint while it still works on the last one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from stageflow_guard.audit.log.integrate import Integrator

CHECKPOINT_EVERY = 0.8  # seconds; on a fast device a checkpoint is at most one second behind


class Behind(NamedTuple):
    """A published checkpoint, and the durable entries that it does not hold."""

    note: bytes
    entries: list[bytes]


class Integration:
    """Owns the tree once the log is open. `wake`, `failed` and `done` are the log's."""

    def __init__(
        self,
        tree: Integrator,
        note: bytes,
        *,
        wake: Callable[[], None],
        failed: Callable[[BaseException], None],
        done: Callable[[], None],
    ) -> None:
        self._tree = tree
        self._note = note
        self._first = tree.size
        self._entries: list[bytes] = []
        self._bytes = 0  # of those entries
        self._news = threading.Condition()  # guards everything above
        self._round = threading.Lock()  # held from `grow` to `publish`
        self._anchor: bytes | None = None
        self._anchored = threading.Event()
        self._stopping = self._abandoned = False
        self._wake, self._failed, self._done = wake, failed, done
        self._thread: threading.Thread | None = None

    # -- for the log -------------------------------------------------------------------------------

    def entry(self, index: int) -> bytes | None:
        """Return a durable entry that no checkpoint holds yet, or None."""
        with self._news:
            at = index - self._first
            return self._entries[at] if 0 <= at < len(self._entries) else None

    # -- for the writer's thread -------------------------------------------------------------------

    def add(self, batch: list[bytes]) -> None:
        """Take entries that have just become durable."""
        with self._news:
            if not self._entries:
                self._news.notify()
            self._entries += batch
            self._bytes += sum(map(len, batch))

    @property
    def size(self) -> int:
        """How many bytes of entries no checkpoint holds yet."""
        return self._bytes

    def start(self) -> None:
        """Integrate in the background from now on."""
        self._thread = threading.Thread(target=self._go_on, name="audit-tree", daemon=True)
        self._thread.start()

    def anchor(self) -> bytes | None:
        """Return the checkpoint that waits for a place in the write-ahead file."""
        return self._anchor

    def anchored(self) -> None:
        """Take note that the checkpoint from `anchor` is durable there."""
        self._anchor = None
        self._anchored.set()

    def integrate(self, place: Callable[[bytes], None]) -> None:
        """Integrate everything on the caller's thread; `place` makes the anchor durable."""
        with self._round:
            self._integrate(place)

    def behind(self) -> Behind | None:
        """Return what a new write-ahead file begins with; None while a round is under way.

        No round begins before `resume`.
        """
        if not self._round.acquire(blocking=False):
            return None
        with self._news:
            return Behind(self._note, list(self._entries))

    def resume(self) -> None:
        """Let rounds begin again after `behind`."""
        self._round.release()

    def finish(self, place: Callable[[bytes], None]) -> None:
        """Stop the thread and integrate the rest on the caller's."""
        with self._news:
            self._stopping = True
            self._news.notify()
        while self._thread is not None and self._thread.is_alive():
            if (note := self.anchor()) is not None:
                place(note)
                self.anchored()
            self._thread.join(0.002)
        self.integrate(place)

    def abandon(self) -> None:
        """Let the thread end without another anchor: the log is poisoned."""
        with self._news:
            self._stopping = self._abandoned = True
            self._news.notify()
        self._anchored.set()

    # -- the thread --------------------------------------------------------------------------------

    def _go_on(self) -> None:
        due = time.monotonic() + CHECKPOINT_EVERY
        try:
            while self._wait(due):
                with self._round:
                    self._integrate(self._place)
                due = time.monotonic() + CHECKPOINT_EVERY
        except BaseException as exc:
            self._failed(exc)

    def _wait(self, due: float) -> bool:
        """Wait until there is something and it is due; return False to end the thread."""
        with self._news:
            while not self._stopping:
                left = due - time.monotonic()
                if self._entries and left <= 0:
                    return True
                self._news.wait(left if self._entries else None)
        return False

    def _integrate(self, place: Callable[[bytes], None]) -> None:
        with self._news:
            entries = list(self._entries)
        if self._abandoned:  # a round that failed has left the tree between two sizes
            raise RuntimeError("the log is poisoned")
        if not entries:
            return
        note = self._tree.grow(entries)
        place(note)
        self._tree.publish(note)
        with self._news:
            del self._entries[: len(entries)]
            self._bytes -= sum(map(len, entries))
            self._first += len(entries)
            self._note = note
        self._done()

    def _place(self, note: bytes) -> None:
        self._anchored.clear()
        self._anchor = note
        if not self._abandoned:
            self._wake()
            self._anchored.wait()
        if self._anchor is not None:
            raise RuntimeError("the log was poisoned meanwhile")
