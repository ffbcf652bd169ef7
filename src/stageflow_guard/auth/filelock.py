"""A lock between processes, held in a file. The only file that imports `filelock`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock

from stageflow_guard.errors import TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock; the system releases it when the process dies.

    Raises `TokenUnavailable` when another process holds it for longer than `seconds`.
    """
    # a soft lock would survive its process and lock every process out
    lock = filelock.FileLock(path, timeout=seconds, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire(poll_interval=0.01)
    except filelock.Timeout:
        raise TokenUnavailable("another process holds the token store's lock") from None
    except OSError as exc:
        raise TokenUnavailable(f"the token store cannot be locked ({exc.strerror})") from None
    try:
        yield
    finally:
        lock.release()
