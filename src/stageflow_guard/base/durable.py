"""Files that are private, durable and whole: the system calls that logs and keys are made of."""

from __future__ import annotations

import os
import queue
import secrets
import stat
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from stageflow_guard.errors import ConfigError


def sync_dir(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_dirs(path: Path, *, above: Path) -> None:
    """Create `path` below `above`, 0700 each, names durable."""
    missing = []
    while path != above and not path.is_dir():
        missing.append(path)
        path = path.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
        sync_dir(one.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, all or nothing, 0600, on disk when this returns."""
    fd = _write_beside(path, content)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(f"{path}.new", path)
    sync_dir(path.parent)


def write_all_durably(files: Iterable[tuple[Path, bytes]]) -> None:
    """Replace many files, each all or nothing; on disk, names too, when this returns.

    Directories are synced once each. `files` may go on making content while what it made before is
    being synced.
    """
    paths: list[Path] = []
    with _Syncing() as syncing:
        for path, content in files:
            syncing.sync(_write_beside(path, content))
            paths.append(path)
    for path in paths:
        os.replace(f"{path}.new", path)
    for folder in sorted({path.parent for path in paths}):
        sync_dir(folder)


def _write_beside(path: Path, content: bytes) -> int:
    # never through a link: who may put one there would choose which file is overwritten
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    fd = os.open(f"{path}.new", flags, 0o600)
    try:
        os.fchmod(fd, 0o600)
        write_all(fd, content)
    except BaseException:
        os.close(fd)
        raise
    return fd


class _Syncing:
    """Syncs files on threads of its own: a file system gathers what is asked for at once.

    Only the syncing is theirs. A thread that did more would ask for the interpreter more often,
    and wait each time for the one that makes the content.
    """

    FEW = 8  # so many are not worth a thread

    def __init__(self, threads: int = 8) -> None:
        self._threads = threads
        self._crew: list[threading.Thread] = []
        self._first: list[int] = []
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(8 * threads)  # files that are open at once
        self._failed: list[BaseException] = []

    def __enter__(self) -> Self:
        return self

    def sync(self, fd: int) -> None:
        """Sync and close `fd`, now or before the block ends; raise what failed so far."""
        if len(self._first) < self.FEW:
            self._first.append(fd)
            return
        if not self._crew:
            self._crew = [
                threading.Thread(target=self._work, name="audit-sync", daemon=True)
                for _ in range(self._threads)
            ]
            for one in self._crew:
                one.start()
            for early in self._first:
                self._room.acquire()
                self._waiting.put(early)
        self._room.acquire()
        self._waiting.put(fd)
        if self._failed:
            raise self._failed[0]

    def _work(self) -> None:
        while (fd := self._waiting.get()) is not None:
            self._sync(fd)
            self._room.release()

    def _sync(self, fd: int) -> None:
        try:
            if not self._failed:
                os.fsync(fd)
        except BaseException as exc:
            self._failed.append(exc)
        finally:
            os.close(fd)

    def __exit__(self, kind: object, exc: object, trace: object) -> None:
        """Wait until no thread runs any more, then raise what any of them raised."""
        if not self._crew:
            for fd in self._first:
                self._sync(fd)
        for _ in self._crew:
            self._waiting.put(None)
        for one in self._crew:
            one.join()
        if self._failed and kind is None:
            raise self._failed[0]


def create_durably(path: Path, content: bytes) -> bool:
    """Put `content` at `path`, 0600, on disk; False when something is there already."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(fd, 0o600)
        write_all(fd, content)
        os.fsync(fd)
        os.link(fresh, path)  # unlike a rename, a link never replaces
    except FileExistsError:
        return False
    finally:
        os.close(fd)
        fresh.unlink(missing_ok=True)
    sync_dir(path.parent)
    return True


def write_all(fd: int, content: bytes) -> None:
    """Write everything; a short write goes on where it stopped."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def require_private(path: Path) -> None:
    """Raise `ConfigError` when others may write to `path`."""
    mode = path.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"`{path}` is writable by others; run `chmod go-w {path}`")
