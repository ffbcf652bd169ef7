"""Pruning (C2SP tlog-tiles): old bundles go, every later record still proves.

The log says first what will go; then `minimum` does; then the files go. A crash in between is
finished by the next opening.
"""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.audit.intact import discard, read_minimum, survey
from stageflow_guard.audit.log import Log
from stageflow_guard.audit.tree import WIDTH
from stageflow_guard.durable import write_durably
from stageflow_guard.errors import ConfigError


async def prune(
    path: str | Path,
    *,
    below: int,
    origin: str,
    key_file: str | Path,
    checkpoint_copy: str | Path | None = None,
) -> int:
    """Remove the records below `below`, rounded down to a whole bundle; return that index.

    The writer must be stopped. Hash tiles above level 0 stay, so old checkpoints at bundle
    boundaries and all later proofs keep holding; `verify` then wants `minimum`. Raises
    `ConfigError` for an index that is not in the log.
    """
    folder = Path(path)
    log = await Log.open(folder, origin=origin, key_file=key_file, checkpoint_copy=checkpoint_copy)
    try:
        size = log.size
        below -= below % WIDTH
        if not 0 <= below <= size:
            raise ConfigError(f"the log holds {size} records; nothing below {below} can go")
        if below <= read_minimum(folder):
            return read_minimum(folder)
        await log.append({"kind": "prune", "note": {"below": below}})
    finally:
        await log.close()
    write_durably(folder / "minimum", b"%d\n" % below)
    discard(survey(folder, log.size, below))
    return below
