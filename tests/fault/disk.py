"""A disk that can fail at any call, and one that can lose power: what the fault suites stand on."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

CALLS = ("open", "write", "fsync", "fdatasync", "replace", "ftruncate", "unlink", "mkdir", "link")
FAILING = (*CALLS, "statvfs")
SECTOR = 512  # bytes that a device writes whole or not at all; several in any order


class Failing:
    """Makes the `at`-th call below `root` fail: an error, a short write, or the end of the process.

    Of the calls `only`, when it is given: several threads make theirs in no fixed order, but each
    kind of call is made as often as before.
    """

    def __init__(self, root: Path, at: int, how: str, *, only: str | None = None) -> None:
        self.root, self.at, self.how, self.only = str(root), at, how, only
        self.count = 0
        self.hit: str | None = None
        self.lock = threading.Lock()
        self.real = {name: getattr(os, name) for name in FAILING}
        self.fds: set[int] = set()

    def __enter__(self):
        for name in FAILING:
            setattr(os, name, self._wrapped(name))
        return self

    def __exit__(self, *exc):
        for name, real in self.real.items():
            setattr(os, name, real)

    def _ours(self, name, first):
        if name in ("write", "fsync", "fdatasync", "ftruncate"):
            return first in self.fds
        return str(first).startswith(self.root)

    def _wrapped(self, name):
        real = self.real[name]

        def call(first, *args, **options):
            if not self._ours(name, first):
                return real(first, *args, **options)
            reading = name == "open" and not args[0] & (os.O_WRONLY | os.O_RDWR)
            if not reading and self.only in (None, name):
                with self.lock:
                    self.count += 1
                    now = self.count == self.at
                if now:
                    self.hit = name
                    if self.how == "kill":
                        os._exit(77)
                    if self.how == "short" and name == "write":
                        return real(first, bytes(args[0][: max(1, len(args[0]) // 2)]))
                    if self.how != "short":
                        code = errno.ENOSPC if self.how == "full" else errno.EIO
                        raise OSError(code, os.strerror(code))
            done = real(first, *args, **options)
            if name == "open":
                self.fds.add(done)
            return done

        return call


class Inode:
    """Bytes as the process sees them, and as they surely are on the platter."""

    def __init__(self) -> None:
        self.now = b""
        self.safe = b""


class Folder:
    """Names as the process sees them, and as they surely are on the platter."""

    def __init__(self) -> None:
        self.now: dict[str, Inode | Folder] = {}
        self.safe: dict[str, Inode | Folder] = {}


class PowerCut:
    """Follows every change below `root`; can write down what a power cut might have left.

    Bytes are sure after fsync or fdatasync of the file, names after fsync of their directory;
    everything else may or may not be there. `without` names a call that has no effect (a mutant).
    """

    def __init__(self, root: Path, *, without: str | None = None) -> None:
        self.root, self.without = root, without
        self.top = Folder()
        self.fds: dict[int, tuple[object, list[int]]] = {}
        self.real = {name: getattr(os, name) for name in (*CALLS, "lseek", "close")}
        self.lock = threading.RLock()
        self.after = lambda: None

    def __enter__(self):
        for name in self.real:
            setattr(os, name, getattr(self, f"_{name}"))
        return self

    def __exit__(self, *exc):
        for name, real in self.real.items():
            setattr(os, name, real)

    def _place(self, path):
        try:
            parts = Path(os.path.abspath(path)).relative_to(self.root).parts
        except ValueError:
            return None, ""
        folder = self.top
        for part in parts[:-1]:
            folder = folder.now.get(part)
            if not isinstance(folder, Folder):
                return None, ""
        return folder, parts[-1] if parts else ""

    def _open(self, path, flags, *args, **options):
        with self.lock:
            fd = self.real["open"](path, flags, *args, **options)
            folder, name = self._place(path)
            if folder is not None:
                found = folder.now.get(name) if name else folder
                if found is None and flags & os.O_CREAT:
                    found = folder.now[name] = Inode()
                if isinstance(found, Inode) and flags & os.O_TRUNC:
                    found.now = b""
                self.fds[fd] = (found, [0])
            else:
                self.fds.pop(fd, None)
            return fd

    def _close(self, fd):
        with self.lock:
            self.fds.pop(fd, None)
            return self.real["close"](fd)

    def _lseek(self, fd, offset, how):
        with self.lock:
            done = self.real["lseek"](fd, offset, how)
            if fd in self.fds:
                self.fds[fd][1][0] = done
            return done

    def _write(self, fd, data):
        with self.lock:
            done = self.real["write"](fd, data)
            if fd in self.fds:
                inode, at = self.fds[fd]
                text = bytes(data[:done])
                start = inode.now[: at[0]].ljust(at[0], b"\x00")
                inode.now = start + text + inode.now[at[0] + done :]
                at[0] += done
                self.after()
            return done

    def _sync(self, name, fd):
        with self.lock:
            self.real[name](fd)
            if fd in self.fds and self.without != name:
                one = self.fds[fd][0]
                one.safe = dict(one.now) if isinstance(one, Folder) else one.now
                self.after()

    def _fsync(self, fd):
        self._sync("fsync", fd)

    def _fdatasync(self, fd):
        self._sync("fdatasync", fd)

    def _ftruncate(self, fd, size):
        with self.lock:
            self.real["ftruncate"](fd, size)
            if fd in self.fds:
                inode = self.fds[fd][0]
                inode.now = inode.now[:size].ljust(size, b"\x00")
                self.after()

    def _replace(self, old, new, **options):
        with self.lock:
            self.real["replace"](old, new, **options)
            (a, m), (b, n) = self._place(old), self._place(new)
            if a is not None and b is not None:
                b.now[n] = a.now.pop(m)
                self.after()

    def _link(self, old, new, **options):
        with self.lock:
            self.real["link"](old, new, **options)
            (a, m), (b, n) = self._place(old), self._place(new)
            if a is not None and b is not None:
                b.now[n] = a.now[m]
                self.after()

    def _unlink(self, path, **options):
        with self.lock:
            self.real["unlink"](path, **options)
            folder, name = self._place(path)
            if folder is not None:
                folder.now.pop(name, None)
                self.after()

    def _mkdir(self, path, *args, **options):
        with self.lock:
            self.real["mkdir"](path, *args, **options)
            folder, name = self._place(path)
            if folder is not None:
                folder.now[name] = Folder()
                self.after()

    def images(self):
        """Yield disk contents that a cut at this moment could have left, as {path: bytes or None}."""
        with self.lock:
            for names in ("safe", "now"):
                for data in ("safe", "now", "half", "late", "odd"):
                    yield f"names {names}, bytes {data}", dict(_walk(self.top, "", names, data))


def _walk(folder, path, names, data):
    for name, one in getattr(folder, names).items():
        here = f"{path}/{name}" if path else name
        if isinstance(one, Folder):
            yield here, None
            yield from _walk(one, here, names, data)
        elif data in ("safe", "now"):
            yield here, getattr(one, data)
        else:
            yield here, _torn(one.safe, one.now, data)


def _torn(safe, now, how):
    """Return a file of which some of what changed since the sync arrived, and some did not."""
    if safe == now:
        return now
    start, end = _same(safe, now), max(len(safe), len(now))
    if len(safe) == len(now):  # changed in place
        end -= _same(safe[::-1], now[::-1])
    cut = start + (end - start) // 2
    if how == "half":  # the first bytes; of what was added behind, a part is there as zeros
        return now[:cut] + safe[cut:].ljust(max(len(safe), (cut + len(now)) // 2) - cut, b"\x00")
    old, new = (content.ljust(end, b"\x00") for content in (safe, now))
    sectors = range(start // SECTOR, -(-end // SECTOR))
    arrived = {s for s in sectors if (s > cut // SECTOR if how == "late" else s % 2)}
    parts = [
        (new if s in arrived else old)[s * SECTOR : (s + 1) * SECTOR] for s in sectors
    ]  # fmt: skip
    return old[: start // SECTOR * SECTOR] + b"".join(parts) + now[sectors.stop * SECTOR :]


def _same(one, other):
    """Return the length of what two contents begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def lay(image, target: Path) -> None:
    """Write an image to a real directory, private."""
    target.mkdir(mode=0o700)
    for name, content in image.items():
        path = target / name
        if content is None:
            path.mkdir(mode=0o700, exist_ok=True)
        else:
            path.write_bytes(content)
            path.chmod(0o600)
