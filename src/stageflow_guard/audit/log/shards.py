"""Many workers, one log each: `<path>/<shard>` with the origin `<origin>/<shard>`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.layout import has_lost_checkpoint
from stageflow_guard.audit.log.log import Log, LogLocked
from stageflow_guard.base.durable import make_dirs
from stageflow_guard.errors import ConfigError

MOST = 256  # workers beside each other on one machine


async def open_shard(
    path: str | Path,
    shard: str,
    *,
    origin: str,
    copies: str | Path | None = None,
    prefix: str = "w",
    **options: Any,
) -> Log:
    """Open the shard named `shard`; "auto" takes the first of `w0, w1, ...` that no process holds.

    A worker that starts again finds the shard of one that ended, and recovers it: the number of
    shards is the largest number of workers that ever ran at once. `copies` is where checkpoint
    copies go, one per shard: `<copies>.<shard>`.
    """

    async def opened(name: str) -> Log:
        return await Log.open(
            root / name,
            origin=f"{origin}/{name}",
            checkpoint_copy=f"{copies}.{name}" if copies else None,
            **options,
        )

    root = Path(path)
    if (root / "vkey").exists() or (root / "wal").exists():
        raise ConfigError(
            f"`{root}` is a log of one writer; choose an empty folder for shards, or leave "
            "`audit.shard` out"
        )
    await asyncio.to_thread(lambda: make_dirs(root.absolute(), above=Path("/")))
    if shard != "auto":
        return await opened(shard)
    for number in range(MOST):
        try:
            return await opened(f"{prefix}{number}")
        except LogLocked:
            continue
    raise ConfigError(f"all {MOST} shards of `{root}` are held by other processes")


def logs_in(path: str | Path) -> list[Path]:
    """Return the log directories at `path`: itself, or its shards in order.

    One that has lost its checkpoint is among them, and does not hold: nobody hides what a shard
    says by taking one file away.
    """
    root = Path(path)
    if _is_log(root):
        return [root]
    found = sorted(filter(_is_log, root.iterdir())) if root.is_dir() else []
    if not found:
        raise ConfigError(f"`{root}` holds no log: it has no checkpoint")
    return found


def _is_log(folder: Path) -> bool:
    return (folder / "checkpoint").is_file() or (folder.is_dir() and has_lost_checkpoint(folder))
