"""Files that are private, durable and whole: the only module that syncs, renames and locks.

Writing: content goes to a new file beside the target, is synced, takes the target's name, and the
folder is synced. After a crash the old content is there, or the new one.
Locking: `flock` on a file that stays; the system releases it when the process dies.
"""

from __future__ import annotations

import errno
import os
import queue
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import IO, Self

from stageflow_guard.base.opening import SAFE, open_own, open_plain, require_owner

POLL = 0.01  # seconds between two attempts at a lock

# -- folders --------------------------------------------------------------------------------------


def sync_dir(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_tree(path: Path) -> None:
    """Make every name in a folder, and in every folder below it, durable."""
    for base, _, _ in os.walk(path, topdown=False):
        sync_dir(Path(base))


def make_dirs(path: Path, *, above: Path, mode: int = 0o700) -> None:
    """Create `path` below `above`, with `mode` each, names durable."""
    missing = []
    while path != above and not path.is_dir():
        missing.append(path)
        path = path.parent
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
        sync_dir(one.parent)


# -- writing --------------------------------------------------------------------------------------


def write_durably(
    path: Path, content: bytes, *, mode: int = 0o600, beside: Path | None = None
) -> None:
    """Replace `path` with `content`, all or nothing, on disk when this returns.

    Until then the content stands in `beside`, by default `<path>.new`. Two writers of one `path`
    MUST hold a lock, or use different names. Raises `OSError`, and for what was planted there.
    """
    fresh = Path(f"{path}.new") if beside is None else beside
    fd = _write_fresh(fresh, content, mode)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(fresh, path)
    sync_dir(path.absolute().parent)


def write_with(path: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Replace `path` with what `fill` writes into the file that it is given, 0600, durable."""
    fresh = Path(f"{path}.new")
    with os.fdopen(_open_fresh(fresh), "wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    sync_dir(path.absolute().parent)


def write_all_durably(files: Iterable[tuple[Path, bytes]]) -> None:
    """Replace many files, each all or nothing; on disk, names too, when this returns.

    Directories are synced once each. `files` may go on making content while what it made before is
    being synced.
    """
    paths: list[Path] = []
    with _Syncing() as syncing:
        for path, content in files:
            syncing.sync(_write_fresh(Path(f"{path}.new"), content, 0o600))
            paths.append(path)
    for path in paths:
        os.replace(f"{path}.new", path)
    for folder in sorted({path.parent for path in paths}):
        sync_dir(folder)


def create_durably(path: Path, content: bytes) -> bool:
    """Put `content` at `path`, 0600, on disk; False when something is there already.

    Its name is on disk then, too: another writer may have put it there a moment ago.
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")
    fd = _write_fresh(fresh, content, 0o600)
    try:
        os.fsync(fd)
        os.link(fresh, path)  # unlike a rename, a link never replaces
        made = True
    except FileExistsError:
        made = False
    finally:
        os.close(fd)
        fresh.unlink(missing_ok=True)
    sync_dir(path.parent)
    return made


def create_all_durably(files: Iterable[tuple[Path, bytes]]) -> None:
    """Put each content at its path, 0600, on disk when this returns; what is there already stays.

    For many writers of the same paths. Directories are synced once each. A crash may leave some of
    the files, each of them whole.
    """
    made: list[tuple[Path, Path]] = []
    try:
        with _Syncing() as syncing:
            for path, content in files:
                fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")
                made.append((fresh, path))
                syncing.sync(_write_fresh(fresh, content, 0o600))
        for fresh, path in made:
            with suppress(FileExistsError):
                os.link(fresh, path)  # unlike a rename, a link never replaces
    finally:
        for fresh, _ in made:
            fresh.unlink(missing_ok=True)
    for folder in sorted({path.parent for _, path in made}):
        sync_dir(folder)


def create_new(path: Path, content: bytes) -> None:
    """Put `content` at `path`, 0600, whole when it is there; raise `FileExistsError` over a file.

    Not synced: for folders that are written as a whole and can be written again.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | SAFE, 0o600)
    try:
        write_all(fd, content)
    finally:
        os.close(fd)


def append_durably(path: Path, content: bytes) -> None:
    """Add `content` to the end of a file of this user, on disk when this returns."""
    fd = open_own(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        write_all(fd, content)
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_and_wipe(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, and overwrite the old bytes: a rename leaves them on disk."""
    fd = open_own(path, os.O_WRONLY)
    try:
        write_durably(path, content)
        write_all(fd, bytes(os.fstat(fd).st_size))
        os.fsync(fd)
    finally:
        os.close(fd)


def move_durably(source: Path, target: Path) -> None:
    """Rename a file or a folder; its content and both names are durable when this returns.

    Of a folder the names in it are synced; its files' content is the caller's to sync.
    """
    if source.is_dir():
        sync_tree(source)
    else:
        fd = open_plain(source)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    os.replace(source, target)
    for folder in {source.absolute().parent, target.absolute().parent}:
        sync_dir(folder)


def write_all(fd: int, content: bytes) -> None:
    """Write everything; a short write goes on where it stopped."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def _open_fresh(path: Path) -> int:
    """Return a descriptor of a new file; what a crash left is removed, what was planted is not."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | SAFE
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:
        left = os.lstat(path)
    if stat.S_ISLNK(left.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if not stat.S_ISREG(left.st_mode) or left.st_nlink > 1:
        raise OSError(errno.EEXIST, "something that no writer leaves is in the way", str(path))
    require_owner(left, path)
    os.unlink(path)
    return os.open(path, flags, 0o600)


def _write_fresh(path: Path, content: bytes, mode: int) -> int:
    fd = _open_fresh(path)
    try:
        os.fchmod(fd, mode)
        write_all(fd, content)
    except BaseException:
        os.close(fd)
        raise
    return fd


class _Syncing:
    """Syncs files on threads of its own: a file system gathers what is asked for at once.

    The threads only sync. A thread that did more would take the interpreter more often from the
    thread that makes the content.
    """

    FEW = 8  # fewer files than this do not pay a thread

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


# -- locking --------------------------------------------------------------------------------------


def take_lock(path: str | Path, *, seconds: float | None = None) -> int:
    """Return a descriptor that holds the lock file `path`; closing it releases the lock.

    Waits for at most `seconds`, without them for as long as it takes. Raises `BlockingIOError`
    when another holder stays, and `OSError` for a file that is not this user's.
    """
    fd = open_own(path)
    try:
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                flock(fd, LOCK_EX if until is None else LOCK_EX | LOCK_NB)
            except BlockingIOError:
                if until is None or time.monotonic() >= until:
                    raise
                time.sleep(POLL)
            else:
                return fd
    except BaseException:
        os.close(fd)
        raise


@contextmanager
def locked(path: str | Path, *, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock file `path` inside the block; see `take_lock`."""
    fd = take_lock(path, seconds=seconds)
    try:
        yield
    finally:
        os.close(fd)


def is_locked(path: str | Path) -> bool:
    """Say whether a process holds the lock file `path` now."""
    try:
        fd = open_plain(path)
    except OSError:
        return False
    try:
        flock(fd, LOCK_SH | LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
