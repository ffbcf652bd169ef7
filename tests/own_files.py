"""Which calls of the operating system are a test's own: a thread that another test left may make some, too."""

from __future__ import annotations

import os
from pathlib import Path


def is_below(folder: Path, target: object) -> bool:
    """Say whether a descriptor or a path is `folder` or lies below it."""
    try:
        path = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else str(target)
    except OSError:
        return False
    return path == str(folder) or path.startswith(f"{folder}/")
