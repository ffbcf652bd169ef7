"""Reading the log is on record too: in a log of the reader's own, beside the one that was read.

`<log>.reads/r0`, `r1`, … with the origins `<origin>/reads/r0`, …, under a key of its own: a reader
needs neither the writer's key nor its lock. Where nothing may be written, the read goes
unrecorded, and says so.
"""

from __future__ import annotations

import getpass
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from stageflow_guard.audit.log.shards import logs_in, open_shard
from stageflow_guard.audit.read.signed_head import key_line
from stageflow_guard.errors import GuardError


async def note_read(path: str | Path, verb: str, asked: dict[str, Any]) -> str | None:
    """Record that `verb` is about to read the log at `path`; return the record's ref.

    `asked` names the filters. Returns None where the place is not writable. Durable when it
    returns, so before the reading.
    """
    root, beside = _places(path)
    try:
        origin = key_line(logs_in(root)[0]).partition("+")[0]
        origin = origin.partition("/reads/")[0]
        if beside.exists() and not os.access(beside, os.W_OK):
            return None
        log = await open_shard(
            beside, "auto", origin=f"{origin}/reads", key_file=Path(f"{beside}.key"), prefix="r"
        )
    except (OSError, GuardError):
        return None
    try:
        index = await log.append({
            "kind": "audit_read", "action": verb, "resource": f"log:{origin}",
            "actor": {"subject": f"os:{_who()}", "method": "os"}, "note": {"asked": asked},
        })  # fmt: skip
        return f"{log.origin}#{index}"
    except GuardError:  # a full disk, too
        return None
    finally:
        with suppress(GuardError):  # said already, or the record is durable
            await log.close()


def is_readers_log(path: str | Path) -> bool:
    """Say whether `path` is a log of reads, or the folder of several."""
    root = Path(path).absolute()
    return root.parent.name.endswith(".reads") or root.name.endswith(".reads")


def _places(path: str | Path) -> tuple[Path, Path]:
    """Return the log, and where its readers' logs are; reading those is recorded in themselves."""
    root = Path(path).absolute()
    if root.parent.name.endswith(".reads"):
        return root, root.parent
    return root, root if root.name.endswith(".reads") else Path(f"{root}.reads")


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
