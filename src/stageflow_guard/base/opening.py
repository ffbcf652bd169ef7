"""Opening files that another user may have planted: plain files only, no links, owner checked.

A link, a FIFO, a device, a second name or another user's file in the place of a file of the
package is an `OSError` that says so; it is neither read nor written, and stays as evidence.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from stageflow_guard.errors import ConfigError

SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a FIFO would block


def open_plain(path: str | Path, *, follow: bool = False) -> int:
    """Return a descriptor for reading a plain file; raise `OSError` for anything else.

    With `follow` the last name may be a link, as mounted key files are.
    """
    flags = os.O_RDONLY | (SAFE & ~os.O_NOFOLLOW if follow else SAFE)
    return _require_plain(os.open(path, flags), path)


def read_plain(path: str | Path, *, cap: int) -> bytes:
    """Return the content of a plain file of at most `cap` bytes; raise `OSError` otherwise."""
    fd = open_plain(path)
    try:
        return _read_all(fd, cap, path)
    finally:
        os.close(fd)


def read_secret(path: str | Path, *, cap: int, follow: bool = False) -> bytes:
    """Return the content of a plain file that this user or root owns and no other may read.

    Raises `OSError` for any other file, and for one of more than `cap` bytes.
    """
    fd = open_plain(path, follow=follow)
    try:
        found = os.fstat(fd)
        require_owner(found, path)
        if found.st_mode & 0o077:
            raise PermissionError(errno.EACCES, "open to others; chmod 600", str(path))
        return _read_all(fd, cap, path)
    finally:
        os.close(fd)


def open_own(path: str | Path, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    """Return a descriptor of a plain file of this user or root; a missing one is made, 0600.

    Raises `OSError` for a link, another type, another owner, and for a file with a second name,
    which a write would change, too.
    """
    fd = _require_plain(os.open(path, flags | SAFE, 0o600), path)
    try:
        found = os.fstat(fd)
        require_owner(found, path)
        if found.st_nlink > 1:
            raise OSError(errno.EMLINK, "has a second name (a hard link)", str(path))
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != 0o600:
            os.fchmod(fd, 0o600)
    except BaseException:
        os.close(fd)
        raise
    return fd


def make_own(path: str | Path) -> None:
    """Make `path` a file of this user, 0600, before a library opens it; see `open_own`."""
    os.close(open_own(path))


def require_private(path: Path) -> None:
    """Raise `ConfigError` when others may write to `path`."""
    mode = path.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"`{path}` is writable by others; run `chmod go-w {path}`")


def require_own(path: Path) -> None:
    """Raise `ConfigError` when others may write to the folder `path`, or another user owns it."""
    require_private(path)
    owner = path.stat().st_uid
    if owner not in (0, os.geteuid()) and os.geteuid() != 0:
        raise ConfigError(f"`{path}` belongs to another user (uid {owner})")


def _require_plain(fd: int, path: str | Path) -> int:
    mode = os.fstat(fd).st_mode
    if stat.S_ISREG(mode):
        return fd
    os.close(fd)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "not a plain file", str(path))


def require_owner(found: os.stat_result, path: str | Path) -> None:
    """Raise `PermissionError` unless this user or root owns the file."""
    if found.st_uid not in (0, os.geteuid()):
        raise PermissionError(
            errno.EACCES, f"belongs to another user (uid {found.st_uid})", str(path)
        )


def _read_all(fd: int, cap: int, path: str | Path) -> bytes:
    parts, left = [], cap + 1
    if os.fstat(fd).st_size <= cap:
        while left and (part := os.read(fd, min(left, 2**20))):
            parts.append(part)
            left -= len(part)
        if left:
            return parts[0] if len(parts) == 1 else b"".join(parts)
    raise OSError(errno.EFBIG, f"over {cap} bytes", str(path))
