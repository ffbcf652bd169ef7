"""Pruning (C2SP tlog-tiles): old bundles go, every later record still proves.

First a record names what will be removed, then `minimum` does, then the files are unlinked. A
crash before `minimum` is in place leaves a whole log, and pruning is to be repeated; one after that
is finished by the next opening.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from stageflow_guard.audit.admin.holds import (
    Hold,
    in_force,
    iter_hold_records,
    maintenance_lock,
    release_record,
    require_prunable,
)
from stageflow_guard.audit.log.layout import discard, read_minimum, survey
from stageflow_guard.audit.log.log import Log
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.tlog.key_rotation import KIND as ROTATION
from stageflow_guard.audit.tlog.key_rotation import read_rotation
from stageflow_guard.audit.tlog.tree import WIDTH
from stageflow_guard.base.durable import write_durably
from stageflow_guard.errors import ConfigError


async def prune(
    path: str | Path,
    *,
    below: int,
    origin: str,
    key_file: str | Path,
    checkpoint_copy: str | Path | None = None,
    holds: dict[str, Hold] | None = None,
    root: str | Path | None = None,
) -> int:
    """Remove the records below `below`, rounded down to a whole bundle; return that index.

    The writer must be stopped. Hash tiles above level 0 stay, so old checkpoints at bundle
    boundaries and all later proofs keep holding; `verify` then wants `minimum`. A hold, a release
    or a handover to another key whose own record goes is recorded again.

    Raises `ConfigError` for an index that is not in the log, and `LegalHoldError` for what a legal
    hold keeps: one on record in this log, or anywhere below `root`, the folder of all shards, or
    among `holds`.
    """
    folder = Path(path)
    whole = Path(root) if root is not None else folder
    turn = await asyncio.to_thread(maintenance_lock, whole)
    try:
        log = await Log.open(
            folder, origin=origin, key_file=key_file, checkpoint_copy=checkpoint_copy
        )
        try:
            size = log.size
            below -= below % WIDTH
            if not 0 <= below <= size:
                raise ConfigError(f"the log holds {size} records; nothing below {below} can go")
            if below <= read_minimum(folder):
                return read_minimum(folder)
            for record in await asyncio.to_thread(_going, folder, below, holds or {}, whole):
                await log.append(record)
            name = await asyncio.to_thread(lambda: log_id(folder, signed_head(folder)[0]))
            await log.append({"kind": "prune", "note": {"below": below, "log": name}})
        finally:
            await log.close()
        write_durably(folder / "minimum", b"%d\n" % below)
        discard(survey(folder, log.size, below))
        return below
    finally:
        os.close(turn)


def _going(folder: Path, below: int, holds: dict[str, Hold], whole: Path) -> list[dict[str, Any]]:
    """Return what is to be said again: holds in force, releases, handovers whose records would go.

    Raises `LegalHoldError` for anything that is held.
    """
    own = in_force(whole)
    require_prunable(folder, below, {**holds, **own})
    going: dict[Hold | str, None] = {}
    for index, said, _ in iter_hold_records(folder):
        if index < below:
            going[said] = None
        else:
            going.pop(said, None)
    return _handovers(folder, below) + [
        said.record() if isinstance(said, Hold) else release_record(said, "said again: pruned")
        for said in going
        if isinstance(said, str) or said in own.values()
    ]


def _handovers(folder: Path, below: int) -> list[dict[str, Any]]:
    """Return all handovers to another key, in order, when one of them goes for good."""
    last: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    origin = signed_head(folder)[0].origin
    for index, record in iter_records(folder):
        if record.get("kind") == ROTATION:
            read_rotation(index, record, origin)  # else it hands over nothing, and `verify` says so
            note = record["note"]
            pair = (note["old_vkey"], note["new_vkey"])
            last.pop(pair, None)  # said again: its order is that of the last time
            last[pair] = (index, note)
    if all(index >= below for index, _ in last.values()):
        return []
    return [{"kind": ROTATION, "note": note} for _, note in last.values()]


def older_than(path: str | Path, days: int) -> int:
    """Return the index before which every record is older than so many days.

    Clocks may go back: the first record that is younger ends it, whatever comes behind.
    """
    limit = time.time_ns() - days * 86_400 * 10**9
    index = -1
    for index, record in iter_records(path):
        if type(record.get("wall_ns")) is not int or record["wall_ns"] >= limit:
            return index
    return index + 1
