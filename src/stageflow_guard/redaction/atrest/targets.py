"""Files that are there when they are complete: written beside their target, then renamed."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stageflow_guard.base.durable import move_durably


@contextmanager
def beside(target: Path | None) -> Iterator[Path | None]:
    """Hand out a name beside the target; what is complete is renamed, anything else removed."""
    if target is None:
        yield None
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    _clear(target)
    part.unlink(
        missing_ok=True
    )  # of a process that was killed, or planted: the name can be guessed
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        move_durably(part, target)
    finally:
        part.unlink(missing_ok=True)


def _clear(target: Path) -> None:
    """Remove what a process that was killed left unfinished beside `target`."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        pid = left.name.split(".")[-2]
        if pid.isdigit() and not _runs(int(pid)):
            left.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


@contextmanager
def opened(path: Path | None) -> Iterator[IO[str] | None]:
    """Open what `beside` handed out; nothing that stands there in its place is written to."""
    if path is None:
        yield None
        return
    handle = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        yield file
