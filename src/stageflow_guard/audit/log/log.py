"""The log: write ahead, one thread, group commit without timers.

append -> pending -> one frame per batch, written and synced by the writer thread -> index to every
waiter of the batch; tiles and a signed checkpoint follow within a second (`integration`).
The next batch is what arrived during the last sync. After any failed write nothing is accepted.

The first batch of an opening is acknowledged under a signed checkpoint. So no two openings ever
append behind the same checkpoint, and a frame of an earlier one can never take the place of a
record that was acknowledged since.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import socket
import threading
import time
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.checkpoint_copy import GRACE, CheckpointCopy
from stageflow_guard.audit.log.integration import Integration
from stageflow_guard.audit.log.layout import FORMAT, identify
from stageflow_guard.audit.log.recovery import (
    LogLocked,
    Recovered,
    lock_log,
    reach,
    recover,
)
from stageflow_guard.audit.log.waiters import Waiting
from stageflow_guard.audit.log.wal import FULL, WriteAhead
from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.records.record import boot_id
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.receipt import receipt_of
from stageflow_guard.audit.tlog.storage import entry_at, read
from stageflow_guard.base.deadline import shielded
from stageflow_guard.base.durable import make_dirs, write_durably
from stageflow_guard.base.opening import require_own
from stageflow_guard.base.whole import made_or_undone
from stageflow_guard.errors import AuditUnavailable, ConfigError, VerificationError
from stageflow_guard.model import AuditRecord

__all__ = ["Log", "LogLocked"]

LAST_WORDS = 30.0  # seconds that closing waits for the device
_OPEN: set[Path] = set()  # folders of the logs that this process holds
TICK = 0.2  # seconds after which records are written that no caller waits for


class Log:
    """An open log. One writer per directory; `append` returns once the record is durable."""

    def __init__(self, folder: Path, origin: str, *, deadline: float, reserve: int) -> None:
        self._folder = folder
        self.origin = origin
        self.append_timeout = deadline
        self._reserve = reserve
        self._pid = os.getpid()
        self._boot, self._node = boot_id(), socket.gethostname()[:64]
        self._lock = threading.Lock()
        self._wakeup: queue.SimpleQueue[None] = queue.SimpleQueue()  # one ring per waiting batch
        self._pending: list[bytes] = []
        self._callers: dict[asyncio.AbstractEventLoop, Waiting] = {}
        self._waiters: dict[Waiting, int] = {}  # callers that the next batch answers
        self._wake_sent = False
        self._closing = False
        self._next = 0
        self._durable = 0
        self._last_sync_ns = 0  # ns, of the last batch
        self._poison: str | None = None
        self._integration: Integration | None = None
        self._first_batch = True
        self._low = False
        self._copy: CheckpointCopy | None = None
        self._held = -1
        self._wal: WriteAhead | None = None
        self._thread: threading.Thread | None = None
        self.vkey = ""

    @classmethod
    async def open(
        cls,
        path: str | Path,
        *,
        origin: str,
        key_file: str | Path,
        checkpoint_copy: str | Path | None = None,
        copy_grace: float = GRACE,
        deadline: float = 5.0,
        reserve_bytes: int = 64 * 2**20,
    ) -> Log:
        """Open or create the log at `path`; raise `ConfigError` that names what is unusable.

        `deadline` is in seconds per append; below `reserve_bytes` of free disk, new runs are
        refused; so they are while `checkpoint_copy` was out of reach for `copy_grace` seconds.
        """
        log = cls(Path(path), origin, deadline=deadline, reserve=reserve_bytes)
        if checkpoint_copy:
            log._copy = CheckpointCopy(Path(checkpoint_copy), grace=copy_grace, tell=log.enqueue)
        await made_or_undone(lambda: log._open(Path(key_file)), lambda _: log.close())
        return log

    # -- opening -----------------------------------------------------------------------------------

    def _open(self, key_file: Path) -> None:
        if not self.origin or any(c.isspace() or c == "+" for c in self.origin):
            raise ConfigError("`origin` may not be empty or hold white space or `+`")
        folder = self._folder
        try:
            make_dirs(folder.absolute(), above=Path("/"))
            require_own(folder)
            identify(folder)
            self._held = lock_log(folder)
            _OPEN.add(folder.resolve())
            self._take_up(recover(folder, self.origin, key_file, self._copy))
            thread = threading.Thread(target=self._write_forever, name="audit", daemon=True)
            thread.start()
            self._thread = thread
        except LogLocked:
            if folder.resolve() not in _OPEN:
                raise
            raise LogLocked(
                f"log `{folder}` is locked: this process has it open already; share that guard or "
                "`Log`, or give each writer a directory of its own"
            ) from None
        except VerificationError as exc:
            self._release()
            raise ConfigError(f"log `{folder}` does not hold: {exc.message}") from None
        except OSError as exc:
            self._release()
            raise ConfigError(
                f"log `{folder}` cannot be opened: {exc.strerror}; it needs a directory that this "
                "process may write"
            ) from None
        except BaseException:
            self._release()
            raise

    def _take_up(self, left: Recovered) -> None:
        """Go on where the log was left; what was lost is the first thing on record."""
        self.vkey, tree, wal = left.vkey, left.tree, left.wal
        self._wal = wal
        note, behind = left.note, left.behind
        if note is None or behind.entries:
            after = tree.grow(behind.entries)
            if note is None:
                wal.start(after)
            else:
                wal.start(note, behind.entries, following=after)
            tree.publish(after)
            note = after
            wal.start(note)
        elif 0 < behind.size < FULL:
            wal.resume(behind)  # a log that was closed is opened without a write
        else:
            wal.start(note)
        if read(self._folder, "format") != FORMAT:
            write_durably(self._folder / "format", FORMAT)
        self._next = self._durable = tree.size
        if self._copy is not None:
            reach(self._folder, self._copy)
            tree.copy = self._copy
        self._watch_disk()
        self._integration = Integration(
            tree, note, wake=self._wake, failed=lambda exc: self._fail(exc, {}),
            done=self._watch_disk,
        )  # fmt: skip
        if behind.why is not None:
            lost = {"cut_bytes": behind.cut, "at": self._next, "why": behind.why}
            self._stage(AuditRecord(kind="recovery", note=lost))
            self._wake()

    def _release(self) -> None:
        if self._wal is not None:
            self._wal.close()
        if self._held >= 0:
            _OPEN.discard(self._folder.resolve())
            os.close(self._held)
        self._held = -1

    # -- appending ---------------------------------------------------------------------------------

    def _stage(self, record: AuditRecord | dict[str, Any]) -> int:
        entry = encode(record, boot=self._boot, node=self._node)
        with self._lock:
            self._require_open()
            index = self._next
            self._next += 1
            self._pending.append(entry)
        return index

    def _require_own_process(self) -> None:
        """Refuse after a fork; asked before any lock, which the child could never release."""
        if os.getpid() != self._pid:
            raise AuditUnavailable("this log was opened before a fork; open one in each worker")

    def _require_open(self) -> None:
        if self._poison is not None:
            raise AuditUnavailable(f"the log is poisoned: {self._poison}")
        if self._closing:
            raise AuditUnavailable("the log is closed")

    def enqueue(self, record: AuditRecord | dict[str, Any]) -> int:
        """Take the record in order and return its index; durable with the next `append`."""
        self._require_room(record)
        return self._stage(record)

    def _require_room(self, record: AuditRecord | dict[str, Any]) -> None:
        self._require_own_process()
        why = "the disk is nearly full" if self._low else None
        if why is None and self._copy is not None:
            why = self._copy.refuses()
        if why is not None:  # what has begun may end; nothing new begins
            kind = record.get("kind") if isinstance(record, dict) else record.kind
            if kind == "run_start":
                raise AuditUnavailable(f"{why}; no new run is admitted")

    async def append(self, record: AuditRecord | dict[str, Any]) -> int:
        """Return the record's index once it is durable; raise `AuditUnavailable` otherwise.

        Safe to call concurrently. Cancelling one waiter does not cancel the others' batch, and not
        its own record: the `CancelledError` tells the index as `index`.
        """
        self._require_room(record)
        entry = encode(record, boot=self._boot, node=self._node)
        caller = self._callers.get(asyncio.get_running_loop()) or self._new_caller()
        with self._lock:
            self._require_open()
            index = self._next
            self._next += 1
            self._pending.append(entry)
            future = caller.join()
            self._waiters[caller] = self._waiters.get(caller, 0) + 1
            self._wake_writer()
        try:
            await future
        except asyncio.CancelledError as gone:  # the record stays: its giver has to know where
            gone.index = index  # type: ignore[attr-defined]
            raise
        return index

    def _new_caller(self) -> Waiting:
        loop = asyncio.get_running_loop()
        with self._lock:
            for gone in [one for one in self._callers if one.is_closed()]:
                del self._callers[gone]
            caller = self._callers[loop] = Waiting(loop, self.append_timeout)
        return caller

    def _wake_writer(self) -> None:
        """Wake the writer, once per batch. The caller holds the lock."""
        if not self._wake_sent:
            self._wake_sent = True
            self._wakeup.put(None)

    def _wake(self) -> None:
        with self._lock:
            self._wake_writer()

    async def flush(self) -> None:
        """Return once everything taken so far is durable; raise when the device stands still."""
        self._require_own_process()
        until, seen, since = self._next, self._durable, time.monotonic()
        while self._durable < until:
            with self._lock:
                self._require_open()
                self._wake_writer()
            await asyncio.sleep(0.002)
            if self._durable != seen:
                seen, since = self._durable, time.monotonic()
            elif time.monotonic() - since > self.append_timeout:
                raise AuditUnavailable(
                    f"the audit device did not answer in {self.append_timeout:g} s"
                )

    async def close(self) -> None:
        """Write what is pending, sign a last checkpoint, let the directory go; cancelled or not."""
        if self._thread is None or os.getpid() != self._pid:
            return
        with self._lock:
            self._closing = True
            self._wakeup.put(None)
        thread, self._thread = self._thread, None
        await shielded(asyncio.get_running_loop().run_in_executor(None, self._end, thread))
        if self._poison is not None:
            raise AuditUnavailable(f"the log was poisoned: {self._poison}")

    def _end(self, thread: threading.Thread) -> None:
        """Wait for the writer, then for the copy of its last checkpoint: both threads are over."""
        thread.join(LAST_WORDS)
        if thread.is_alive():
            raise AuditUnavailable(
                f"the audit device did not answer in {LAST_WORDS:g} s; the last records may be lost"
            )
        if self._copy is not None:
            self._copy.end(self.append_timeout)

    # -- the writer thread --------------------------------------------------------------------

    def _write_forever(self) -> None:
        integration, wal = self._integration, self._wal
        assert integration is not None and wal is not None  # noqa: S101, PT018 - set by `_open`
        try:
            while True:
                with contextlib.suppress(queue.Empty):
                    self._wakeup.get(timeout=TICK)
                with self._lock:
                    batch, self._pending = self._pending, []
                    waiters, self._waiters = self._waiters, {}
                    self._wake_sent = False
                    closing, poison = self._closing, self._poison
                try:
                    if poison is not None:
                        raise AuditUnavailable(poison)
                    self._commit(wal, integration, batch)
                except BaseException as exc:
                    self._fail(exc, waiters)
                    return
                for caller, count in waiters.items():
                    caller.answer(count, None)
                if (note := integration.anchor()) is not None:  # no caller waits for this sync
                    wal.anchor(note)
                    integration.anchored()
                if wal.size > FULL and (integration.size < wal.size // 4 or wal.size > 4 * FULL):
                    self._start_over(wal, integration)
                if closing and not self._pending:
                    integration.finish(wal.anchor)
                    self._start_over(wal, integration)
                    return
        except BaseException as exc:
            self._fail(exc, {})
        finally:
            self._release()

    def _commit(self, wal: WriteAhead, integration: Integration, batch: list[bytes]) -> None:
        """Make `batch` durable; the first one of an opening is signed, see the module's text."""
        if not batch:
            return
        started = time.monotonic_ns()
        wal.append(self._durable, batch)
        self._last_sync_ns = time.monotonic_ns() - started
        integration.add(batch)
        if self._first_batch:
            integration.integrate(wal.anchor)
            self._first_batch = False
            integration.start()
        self._durable += len(batch)

    @staticmethod
    def _start_over(wal: WriteAhead, integration: Integration) -> None:
        """Begin a new write-ahead file with what no checkpoint holds yet."""
        behind = integration.behind()
        if behind is not None:
            try:
                wal.start(behind.note, behind.entries)
            finally:
                integration.resume()

    def _watch_disk(self) -> None:
        disk = os.statvfs(self._folder)
        self._low = disk.f_bavail * disk.f_frsize < self._reserve

    def _fail(self, exc: BaseException, asking: dict[Waiting, int]) -> None:
        """Poison the log: after a failed write it is unknown what is on disk."""
        why = getattr(exc, "strerror", None) or type(exc).__name__
        if self._integration is not None:
            self._integration.abandon()
        with self._lock:
            if self._poison is None:
                self._poison = f"a write failed ({why})"
            later, self._waiters = self._waiters, {}
        for waiting in (asking, later):  # in the order in which they asked
            for caller, count in waiting.items():
                caller.answer(count, f"the log is poisoned: {self._poison}")

    # -- reading -----------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The log's directory."""
        return self._folder

    @property
    def size(self) -> int:
        """The number of durable records."""
        return self._durable

    def unsigned(self, index: int) -> bytes | None:
        """Return a durable entry that no checkpoint holds yet, as this process appended it."""
        return self._integration.entry(index) if self._integration is not None else None

    def receipt(self, index: int) -> str:
        """Return the receipt of a durable record: kept elsewhere, it convicts a cut log.

        Raises `VerificationError` for an index that is not durable, or was pruned.
        """
        if not 0 <= index < self._durable:
            raise VerificationError(f"record {index} is not durable", index=index)
        entry = self.unsigned(index)
        if entry is None:  # a checkpoint holds it
            size = parse(read(self._folder, "checkpoint") or b"")[0].size
            entry = entry_at(self._folder, index, size)
        return receipt_of(self.origin, index, entry)

    def health(self) -> dict[str, Any]:
        """Return state without secrets."""
        return {
            "origin": self.origin,
            "durable": self._durable,
            "queued": self._next - self._durable,
            "last_write_us": self._last_sync_ns // 1000,
            "poisoned": self._poison,
            "disk_low": self._low,
            "checkpoint_copy": self._copy.health() if self._copy is not None else None,
            "closed": self._closing,
        }
