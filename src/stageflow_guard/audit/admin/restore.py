"""A log that was lost, made again out of what a sink holds of it.

1. verify the sink's copy: its whole tree, signed by the log's own key
2. write tiles and the checkpoint of that tree; the write-ahead file comes last, so that a log which
   is half restored does not open
3. open it and record the restoration: what was never shipped is gone, and that is on record

Nothing is made up: entries are the bytes that were signed, the checkpoint is signed again by the
same key over the same tree.
"""

from __future__ import annotations

import os
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.audit.export.reconcile import verify_sink
from stageflow_guard.audit.log.integrate import Integrator
from stageflow_guard.audit.log.layout import FORMAT
from stageflow_guard.audit.log.log import Log
from stageflow_guard.audit.log.recovery import lock_log
from stageflow_guard.audit.log.wal import LABEL, WriteAhead
from stageflow_guard.audit.tlog.checkpoint import parse, vkey_of
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.tree import WIDTH
from stageflow_guard.base.durable import make_dirs, write_durably
from stageflow_guard.base.opening import require_own
from stageflow_guard.errors import ConfigError, VerificationError
from stageflow_guard.keys import read_key

if TYPE_CHECKING:
    from stageflow_guard.audit.export.reconcile import SinkReport
    from stageflow_guard.audit.export.sink import Readable

PART = 64 * WIDTH  # entries that are held at once


def rebuild(
    sink: Readable, folder: Path, *, origin: str, key_file: Path, log: str | None = None
) -> SinkReport:
    """Make the log directory `folder` from the sink's copy of the log with the id `log`.

    Returns what was verified. Raises `ConfigError` for a folder that is not empty, and
    `VerificationError` for a copy that does not hold, begins after a pruning, or goes on behind
    its newest checkpoint: nobody signed that. Blocking; run it off the loop.
    """
    key = SigningKey(read_key(key_file, create=False))
    report = verify_sink(sink, origin, vkey=vkey_of(origin, key.public), of=log)
    if report.minimum or not report.size:
        raise VerificationError(
            f"the sink holds `{origin}` from record {report.minimum} on, {report.size} in all; a "
            "log is restored from its first record",
            index=report.minimum,
        )
    if report.beyond:
        raise VerificationError(
            f"the sink holds {report.beyond} records of `{origin}` behind its newest checkpoint, "
            "which nobody signed",
            index=report.size,
        )
    make_dirs(folder.absolute(), above=Path("/"))
    require_own(folder)
    if any(folder.iterdir()):
        raise ConfigError(f"`{folder}` is not empty; a log is restored into a folder of its own")
    held = lock_log(folder)
    try:
        note = _write(sink, folder, origin, key, report)
        write_durably(folder / "vkey", vkey_of(origin, key.public).encode() + b"\n")
        write_durably(folder / "format", FORMAT)
        wal = WriteAhead(folder, key.derive(LABEL + origin.encode()))
        wal.start(note)
        wal.close()
    finally:
        os.close(held)
    return report


def _write(sink: Readable, folder: Path, origin: str, key: SigningKey, report: SinkReport) -> bytes:
    tree, note, following = Integrator(folder, origin, key), b"", 0
    flow = takewhile(lambda one: one[0] < report.size, sink.stored(origin, report.log))
    while part := list(islice(flow, PART)):
        fresh = []
        for index, entry in part:  # equal repeats were verified to be equal
            if index == following:
                fresh.append(entry)
                following += 1
        note = tree.grow(fresh)
    head = parse(note)[0]
    if (head.size, head.root.hex()) != (report.size, report.root):  # before anybody sees it signed
        raise VerificationError(f"the sink's copy of `{origin}` changed meanwhile")
    tree.publish(note)
    return note


async def record_restored(
    folder: Path, *, origin: str, key_file: Path, kind: str, report: SinkReport
) -> int:
    """Append the `recovery` record of a restoration; return its index."""
    log = await Log.open(folder, origin=origin, key_file=key_file)
    try:
        note = {"restored_from": kind, "at": report.size, "root": report.root, "why": "restored"}
        return await log.append({"kind": "recovery", "note": note})
    finally:
        await log.close()
