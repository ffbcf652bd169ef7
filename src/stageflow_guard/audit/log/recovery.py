"""Opening a directory as a log, new or old: the lock, and recovery, which is the normal path.

What the write-ahead file holds beyond the last signed checkpoint was acknowledged, so it is
recovered; what is torn behind its last whole frame was not, so it is cut and recorded. Anything
else is refused, and every file stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.audit.log.checkpoint_copy import CheckpointCopy
from stageflow_guard.audit.log.integrate import Integrator
from stageflow_guard.audit.log.layout import discard, read_format, read_minimum, survey
from stageflow_guard.audit.log.wal import CAP, LABEL, Replayed, WriteAhead, replay, scan
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, open_note, parse, vkey_of
from stageflow_guard.audit.tlog.consistency import require_prefix, rolled_back
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.storage import CAPS, read
from stageflow_guard.base.durable import sync_dir, take_lock, write_durably
from stageflow_guard.errors import ConfigError, VerificationError
from stageflow_guard.keys import read_key


class LogLocked(ConfigError):
    """Another process holds this log."""


@dataclass
class Recovered:
    """A log as it was left: the signed tree, and what was durable behind it."""

    vkey: str
    tree: Integrator
    wal: WriteAhead
    note: bytes | None  # the checkpoint in force; None where nothing was ever signed
    behind: Replayed  # what the write-ahead file held behind it


def lock_log(folder: Path) -> int:
    """Return the descriptor that holds the log; raise `LogLocked` while another process does."""
    try:
        # a reader that asks whether a writer is there holds it for a moment
        return take_lock(folder / "lock", seconds=0.03)
    except BlockingIOError:
        raise LogLocked(
            f"log `{folder}` is locked by another process, a guard that runs; stop it, or give "
            'each process a log of its own: `shard = "auto"` under `[audit]`'
        ) from None


def recover(folder: Path, origin: str, key_file: Path, copy: CheckpointCopy | None) -> Recovered:
    """Return the log in `folder` as it was left.

    The caller holds the lock. Raises `VerificationError` for what does not hold together, and
    `ConfigError` for another's key or origin: then every file stays as evidence.
    """
    # 1. what is here, and whose
    note = read(folder, "checkpoint")
    size = parse(note)[0].size if note is not None else 0
    left = survey(folder, size, read_minimum(folder))
    held = read(folder, "vkey")
    content = read(folder, "wal", cap=CAP) or b""
    form = read_format(folder)
    key = _key(key_file, empty=note is None and held is None and not content)
    vkey = vkey_of(origin, key.public)
    if held is not None:
        _require_own(folder, origin, vkey, held.decode("utf-8", "replace").strip(), key_file)
    # 2. the signed tree, and what was acknowledged behind it
    tree = Integrator(folder, origin, key)
    wal_key = key.derive(LABEL + origin.encode())
    head, behind = None, Replayed([], 0, None)
    if note is not None:
        head = open_note(note, vkey)
        tree.load(head.size, head.root)
        behind = replay(content, note, wal_key, form=form)
    elif any(not block.anchor for block in scan(content)[0]):
        raise VerificationError("`checkpoint` is missing", path="checkpoint")
    # 3. nothing older than what was seen elsewhere
    if copy is not None:
        _require_not_rolled_back(folder, copy, vkey, head, tree.size + len(behind.entries))
    # 4. only now: a log that is refused keeps every file as evidence
    discard(left)
    if held is None:
        write_durably(folder / "vkey", vkey.encode() + b"\n")
    sync_dir(folder)
    wal = WriteAhead(folder, wal_key)
    return Recovered(vkey, tree, wal, note, behind)


COPY = "the checkpoint copy"


def reach(folder: Path, copy: CheckpointCopy) -> None:
    """Put the checkpoint at its second place: without it a rollback could not be found."""
    try:
        copy.begin(read(folder, "checkpoint") or b"")
    except OSError as exc:
        raise ConfigError(
            f"`checkpoint_copy` `{copy.path}` cannot be written: {exc.strerror}"
        ) from None


def _require_not_rolled_back(
    folder: Path, copy: CheckpointCopy, vkey: str, head: Checkpoint | None, size: int
) -> None:
    seen = read(copy.path.parent, copy.path.name, cap=CAPS["checkpoint"])
    if seen is None:
        return
    ahead = open_note(seen, vkey)
    if ahead.size > size:
        raise rolled_back(COPY, ahead.size, size)
    if head is not None and ahead.size <= head.size:
        require_prefix(folder, ahead, head, by=COPY)


def _require_own(folder: Path, origin: str, own: str, vkey: str, key_file: Path) -> None:
    if vkey == own:
        return
    if key_file.with_name(key_file.name + ".next").exists():
        raise ConfigError(
            f"a key rotation of `{folder}` was not finished; run "
            "`stageflow-guard audit rotate` again"
        )
    held = vkey.partition("+")[0]
    what = "origin" if held != origin else "key"
    raise ConfigError(f"log `{folder}` belongs to another {what}; its `vkey` names `{held[:80]}`")


def _key(key_file: Path, *, empty: bool) -> SigningKey:
    why = "the log is not empty; restore the key"
    return SigningKey(read_key(key_file, create=empty, why_not=why))
