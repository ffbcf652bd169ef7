"""Noticing that policy files changed, without reading them: names, sizes, inodes and times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.loader import TOP as FILES
from stageflow_guard.policy.engine.text import pinned

Signature = frozenset[tuple[str, int, int, int, int, int]]
TOP = {"roles", "platform", "tenants", *FILES}  # all that a loader reads


def signature(folder: str | Path) -> Signature:
    """Return what changes whenever a policy file does; empty where the folder cannot be read.

    Links that lead there are resolved: turning one to another folder is a change. A time alone is
    not enough: a file can be put in place with an older one, so inode and change time count, too.
    """
    try:
        base = str(pinned(Path(folder)))
    except ConfigError:
        return frozenset()
    return frozenset(_marks(base))


def _marks(base: str) -> Iterator[tuple[str, int, int, int, int, int]]:
    todo = [base]
    while todo:
        place = todo.pop()
        try:
            entries = list(os.scandir(place))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or (place == base and entry.name not in TOP):
                continue  # files in the making, removed tenants, starters
            try:
                s = entry.stat(follow_symlinks=False)
                folder = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if folder:
                todo.append(entry.path)
            yield (entry.path, s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino, s.st_mode)
