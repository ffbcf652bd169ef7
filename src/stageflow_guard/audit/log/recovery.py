"""Opening a directory as a log, new or old: the lock, and recovery, which is the normal path.

What the write-ahead file holds beyond the last signed checkpoint was acknowledged, so it comes
back; what is torn behind its last whole frame never was, so it is cut. Anything else is refused,
and stays as it is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from stageflow_guard.audit.log.checkpoint_copy import CheckpointCopy
from stageflow_guard.audit.log.integrate import Integrator
from stageflow_guard.audit.log.layout import FORMAT, discard, read_minimum, survey
from stageflow_guard.audit.tlog.checkpoint import Checkpoint, open_note, parse, vkey_of
from stageflow_guard.audit.tlog.consistency import require_prefix
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.audit.tlog.storage import read_wal
from stageflow_guard.base.durable import sync_dir, take_lock, write_durably
from stageflow_guard.errors import ConfigError, VerificationError
from stageflow_guard.keys import read_key


class LogLocked(ConfigError):
    """Another process holds this log."""


@dataclass
class Recovered:
    """A log as it was left: the tree, and what is durable and not yet in it."""

    vkey: str
    integrator: Integrator
    entries: list[bytes]
    fresh: bool  # nothing was ever signed here
    cut: int  # bytes of a torn frame that were cut off

    @property
    def size(self) -> int:
        """The number of durable records."""
        return self.integrator.size + len(self.entries)


def lock_log(folder: Path) -> int:
    """Return the descriptor that holds the log; raise `LogLocked` while another process does."""
    try:
        # a reader that asks whether a writer is there holds it for a moment
        return take_lock(folder / "lock", seconds=0.03)
    except BlockingIOError:
        raise LogLocked(
            f"log `{folder}` is locked by another process; stop it, or give each writer "
            "a directory of its own"
        ) from None


def recover(
    folder: Path, origin: str, wal: int, key_file: Path, copy: CheckpointCopy | None
) -> Recovered:
    """Return the log in `folder` as it was left; `wal` then stands behind its last whole frame.

    The caller holds the lock. Raises `VerificationError` for what does not hold together, and
    `ConfigError` for another's key or origin: then every file stays as evidence.
    """
    # 1. what is here, and whose
    note = read(folder / "checkpoint")
    size = parse(note)[0].size if note is not None else 0
    left = survey(folder, size, read_minimum(folder))
    held = read(folder / "vkey")
    content = read(folder / "wal") or b""
    key = _key(key_file, empty=note is None and held is None and not content)
    vkey = vkey_of(origin, key.public)
    if held is not None:
        _require_own(folder, origin, vkey, held.decode("utf-8", "replace").strip(), key_file)
    if not (folder / "format").exists():
        write_durably(folder / "format", FORMAT)
    if held is None:
        write_durably(folder / "vkey", vkey.encode() + b"\n")
    # 2. the signed tree, and what was acknowledged behind it
    integrator = Integrator(folder, origin, key)
    head = None
    if note is not None:
        head = open_note(note, vkey)
        integrator.load(head.size, head.root)
    entries, good = _behind(integrator.size, content)
    # 3. nothing older than what was seen elsewhere
    if copy is not None:
        _require_not_rolled_back(folder, copy, vkey, head, integrator.size + len(entries))
    # 4. only now: a log that is refused keeps every file as evidence
    discard(left)
    cut = len(content) - good
    if cut:
        os.ftruncate(wal, good)
        os.fsync(wal)
    os.lseek(wal, 0, os.SEEK_END)
    sync_dir(folder)
    return Recovered(vkey, integrator, entries, fresh=note is None, cut=cut)


def reach(folder: Path, copy: CheckpointCopy) -> None:
    """Put the checkpoint at its second place: without that, nobody could know of a rollback."""
    try:
        copy.begin((folder / "checkpoint").read_bytes())
    except OSError as exc:
        raise ConfigError(
            f"`checkpoint_copy` `{copy.path}` cannot be written: {exc.strerror}"
        ) from None


def read(path: Path) -> bytes | None:
    """Return a file's content, or None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _behind(size: int, content: bytes) -> tuple[list[bytes], int]:
    """Return the entries that the write-ahead file holds behind `size`, and its whole bytes."""
    entries: list[bytes] = []
    frames, good = read_wal(content)
    for first, some in frames:
        at = size + len(entries)
        if first > at:
            raise VerificationError(f"records {at} to {first - 1} are missing")
        entries += some[at - first :]
    return entries, good


def _require_not_rolled_back(
    folder: Path, copy: CheckpointCopy, vkey: str, head: Checkpoint | None, size: int
) -> None:
    seen = read(copy.path)
    if seen is None:
        return
    ahead = open_note(seen, vkey)
    if ahead.size > size:
        raise VerificationError(
            f"rolled back: the checkpoint copy has seen {ahead.size} records, the log holds {size}"
        )
    if head is not None and ahead.size <= head.size:
        require_prefix(folder, ahead, head)


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
