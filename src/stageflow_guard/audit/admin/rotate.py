"""Handing the log over to a new key, in steps that can be taken up again after a crash.

1. the new key exists beside the old one, as `<key file>.next`
2. the log holds the endorsement, signed by the old key; so is the checkpoint over it
3. the checkpoint carries both signatures
4. `vkey` names the new key; the checkpoint is signed by that alone
5. the new key takes the old one's place (once, when all shards have got here)
"""

from __future__ import annotations

import os
from pathlib import Path

from stageflow_guard.audit.log.log import Log
from stageflow_guard.audit.log.recovery import lock_log
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.log.wal import LABEL, WriteAhead
from stageflow_guard.audit.read.signed_head import checkpoint_of, key_line
from stageflow_guard.audit.tlog.checkpoint import parse, sign, vkey_of
from stageflow_guard.audit.tlog.key_rotation import endorse
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.base.durable import move_durably, write_durably
from stageflow_guard.keys import read_key


async def rotate(
    path: str | Path, *, key_file: str | Path, copies: str | Path | None = None
) -> list[str]:
    """Give the log at `path`, or all its shards, a new signing key; return the new key lines.

    Every writer must be stopped. `copies` is `audit.checkpoint_copy`. Whoever holds the old key
    line can still verify: the old key endorsed the new one on record. Safe to run again.
    """
    held = Path(key_file)
    following = held.with_name(held.name + ".next")
    old = SigningKey(read_key(held, create=False))
    folders = logs_in(path)
    for folder in folders:  # all are free before anything changes: no key is left, no half of it
        os.close(lock_log(folder))
    new = SigningKey(read_key(following, create=True))  # 1
    made = []
    for folder in folders:
        origin = parse(checkpoint_of(folder))[0].origin
        before, after = vkey_of(origin, old.public), vkey_of(origin, new.public)
        made.append(after)
        if key_line(folder) == after:
            _sign_alone(folder, new)  # an earlier attempt got this far
            continue
        shard = folder != Path(path)
        copy = Path(f"{copies}.{folder.name}" if shard else copies) if copies else None
        log = await Log.open(folder, origin=origin, key_file=held, checkpoint_copy=copy)
        try:
            await log.append(endorse(origin, before, after, old))  # 2
        finally:
            await log.close()
        _hand_over(folder, copy, new, after)
    move_durably(following, held)  # 5
    return made


def _hand_over(folder: Path, copy: Path | None, new: SigningKey, vkey: str) -> None:
    note = checkpoint_of(folder)
    line = sign(parse(note)[0], new).partition(b"\n\n")[2]
    both = note + line
    if copy is not None:
        write_durably(copy, both)
    write_durably(folder / "checkpoint", both)  # 3
    write_durably(folder / "vkey", vkey.encode() + b"\n")  # 4
    _sign_alone(folder, new)


def _sign_alone(folder: Path, new: SigningKey) -> None:
    head = parse(checkpoint_of(folder))[0]
    note = sign(head, new)
    write_durably(folder / "checkpoint", note)
    # the log was closed: every record is under this checkpoint
    wal = WriteAhead(folder, new.derive(LABEL + head.origin.encode()))
    wal.start(note)
    wal.close()
