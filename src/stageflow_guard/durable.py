"""Files that are private, durable and whole: the system calls that logs and keys are made of."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

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
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(fd, 0o600)
        write_all(fd, content)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(fresh, path)
    sync_dir(path.parent)


def write_all_durably(files: Mapping[Path, bytes]) -> None:
    """Replace many files, each all or nothing; on disk, names too, when this returns.

    Directories are synced once each. Many files are synced by several threads: a file system
    gathers what is asked for at once.
    """
    for batch in _batches(list(files.items())):
        opened = [(path, path.with_name(path.name + ".new"), content) for path, content in batch]
        fds = [os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for _, new, _ in opened]
        try:
            for fd, (_, _, content) in zip(fds, opened, strict=True):
                os.fchmod(fd, 0o600)
                write_all(fd, content)
            _sync_all(fds)
        finally:
            for fd in fds:
                os.close(fd)
        for path, new, _ in opened:
            os.replace(new, path)
    for folder in sorted({path.parent for path in files}):
        sync_dir(folder)


def _batches(items: list[tuple[Path, bytes]], most: int = 64) -> Iterator[list[tuple[Path, bytes]]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]


def _sync_all(fds: list[int]) -> None:
    if len(fds) < 8:
        for fd in fds:
            os.fsync(fd)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(os.fsync, fds):  # raises what any of them raised
            pass


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
