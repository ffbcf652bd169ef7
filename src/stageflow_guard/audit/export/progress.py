"""How far one log was shipped to one sink: a cursor and dead letters, in files of their own.

`<origin>-<log>.cursor` and `<origin>-<log>.dead.jsonl`; an earlier release left the log's id out of
the names. What another log of the origin was shipped stays beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from stageflow_guard.audit.export.dead_letters import DeadLetters
from stageflow_guard.audit.export.sink import slug
from stageflow_guard.audit.read.log_id import log_id
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.tlog.checkpoint import parse
from stageflow_guard.audit.tlog.consistency import grew_out_of
from stageflow_guard.base.durable import move_durably, write_durably
from stageflow_guard.base.opening import read_plain
from stageflow_guard.errors import ConfigError, VerificationError

CAP = 2**20  # bytes of a cursor; a cosigned checkpoint is less than 32 KiB
_CURSOR, _DEAD = ".cursor", ".dead.jsonl"


class Progress:
    """The files of one (log, sink); those of a log without a record are nobody's yet."""

    def __init__(self, folder: Path, origin: str) -> None:
        self._folder = folder
        self._origin = origin
        self._base = slug(origin)
        self._log = ""
        self.lock = folder / f"{self._base}.lock"
        self.dead = DeadLetters(folder / (self._base + _DEAD), origin)

    def take(self, log: str, grew_out_of: Callable[[bytes], bool]) -> None:
        """Go on as the log `log`, with what an earlier release left of it, if it is its own."""
        self._log = log
        new, old = self._path(log), self._path("")
        if not new.exists() and old.exists():
            note = _read(old)[1]
            if grew_out_of(note) or not parse(note)[0].size:
                letters = self._folder / (self._base + _DEAD)
                if letters.exists():
                    move_durably(letters, self._folder / f"{self._base}-{log}{_DEAD}")
                move_durably(old, new)
        self.dead = DeadLetters(self._folder / f"{self._base}-{log}{_DEAD}", self._origin)

    def read(self) -> tuple[int, bytes | None]:
        """Return (index that is shipped next, the checkpoint it was shipped under)."""
        path = self._path(self._log)
        return _read(path) if self._log and path.exists() else (0, None)

    def commit(self, at: int, note: bytes) -> None:
        """Keep how far the log was shipped; durable when this returns."""
        content = {
            "origin": self._origin,
            "log": self._log,
            "next": at,
            "checkpoint": note.decode(),
        }
        write_durably(self._path(self._log), json.dumps(content).encode())

    def others(self) -> set[str]:
        """Return the ids of other logs of the origin that were shipped from here."""
        names = {p.name for p in self._folder.glob(f"{self._base}*{_CURSOR}")}
        found = {n.removesuffix(_CURSOR).removeprefix(self._base).removeprefix("-") for n in names}
        return found - {self._log} if self._log else found

    def _path(self, log: str) -> Path:
        return self._folder / ((f"{self._base}-{log}" if log else self._base) + _CURSOR)


def shipped(folder: Path, log: Path) -> int:
    """Return how many records of the log directory `log` went to the sink of the files `folder`."""
    head, _ = signed_head(log)
    progress = Progress(folder, head.origin)
    name = log_id(log, head)
    if name:
        progress.take(name, lambda note: grew_out_of(log, parse(note)[0], head))
    return progress.read()[0]


def _read(path: Path) -> tuple[int, bytes]:
    try:
        content = json.loads(read_plain(path, cap=CAP))
        at, note = content["next"], content["checkpoint"]
        if type(at) is not int or type(note) is not str:
            raise ValueError("not a cursor")
        if not 0 <= at <= parse(note.encode())[0].size:  # it would pass over what was not sent
            raise ValueError("not a cursor")
    except (ValueError, KeyError, TypeError, VerificationError):
        raise ConfigError(
            f"cursor `{path}` is damaged; remove it to ship everything again"
        ) from None
    return at, note.encode()
