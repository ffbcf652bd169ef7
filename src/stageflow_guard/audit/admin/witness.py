"""A witness: another process, another key, that cosigns only consistent growth (C2SP tlog-witness).

It keeps the last checkpoint it cosigned. A newer one must contain it as a prefix; a smaller one,
or another root at the same size, is refused for good. State first, cosignature after: a crash in
between costs one cosignature, never a contradiction.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.audit.log.layout import read_format
from stageflow_guard.audit.tlog.checkpoint import open_note, parse
from stageflow_guard.audit.tlog.consistency import require_prefix
from stageflow_guard.audit.tlog.cosign import cosign, cosigner_vkey
from stageflow_guard.audit.tlog.storage import CAPS, read
from stageflow_guard.base.durable import locked, make_dirs, write_durably
from stageflow_guard.base.opening import read_plain, require_own
from stageflow_guard.errors import ConfigError, VerificationError

if TYPE_CHECKING:
    from stageflow_guard.audit.tlog.signing import SigningKey


class Witness:
    """Cosigns the checkpoints of any number of logs; `state` holds one file per origin."""

    def __init__(self, state: str | Path, *, name: str, key: SigningKey) -> None:
        if not name or any(c.isspace() or c == "+" for c in name):
            raise ConfigError("a witness's `name` may not be empty or hold white space or `+`")
        self._state = Path(state)
        self._name = name
        self._key = key
        make_dirs(self._state.absolute(), above=Path("/"))
        require_own(self._state)

    @property
    def vkey(self) -> str:
        """The key line that others check cosignatures with."""
        return cosigner_vkey(self._name, self._key.public)

    def cosign(self, log: str | Path, *, vkey: str, now: int) -> bytes:
        """Return the log's checkpoint, cosigned at `now` (seconds since the epoch).

        Raises `VerificationError` when the log shrank, forked or is not signed by `vkey`, and
        `ConfigError` for a format that this release does not read.
        """
        folder = Path(log)
        read_format(folder)
        note = read(folder, "checkpoint")
        if note is None:
            raise VerificationError("`checkpoint` is missing", path="checkpoint")
        head = open_note(note, vkey)
        kept = self._state / f"{sha256(head.origin.encode()).hexdigest()}.checkpoint"
        with locked(self._state / "lock"):  # two processes could cosign a fork each
            if kept.exists():
                seen = parse(read_plain(kept, cap=CAPS["checkpoint"]))[0]
                require_prefix(folder, seen, head, by="the witness")
            write_durably(kept, note)
        return cosign(note, name=self._name, key=self._key, time=now)
