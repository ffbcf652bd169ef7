"""What was revoked: in memory always, shared through SQLite or Redis when configured.

Three kinds of entries, as a provider can name them: one token (iss, jti), one session (iss, sid),
a subject's tokens issued before a moment (iss, sub). The mirror in memory answers, because every
stage call asks; a shared list that can no longer be read refuses every token.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from stageflow_guard.base.sqlite_file import open_shared
from stageflow_guard.errors import ConfigError, NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.model import Principal

What = Literal["jti", "sid", "sub"]
FOREVER = float("inf")
LOOK = 0.1  # a revocation in another process counts within this many seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One revocation, moot after `until`. Times are seconds since the epoch."""

    issuer: str
    what: What
    value: str
    before: float = FOREVER
    until: float = FOREVER


class Denylist(Protocol):
    """Asked on every hit and before every stage; synchronous, microseconds."""

    def denies(self, principal: Principal) -> bool:
        """Say whether this principal was revoked; raise `NotAuthenticated` when that is unknown."""
        ...

    def add(self, entry: Entry) -> None:
        """Revoke from now on; here at once, elsewhere soon. Blocks while it is made durable."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class MemoryDenylist:
    """For one process; the mirror of the shared ones."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str, str], Entry] = {}

    def denies(self, principal: Principal) -> bool:
        """Look the token, its session and its subject up."""
        if not self._entries:
            return False
        iss, held = principal.issuer, self._entries
        if principal.token_id is not None and (iss, "jti", principal.token_id) in held:
            return True
        if principal.session_id is not None and (iss, "sid", principal.session_id) in held:
            return True
        found = held.get((iss, "sub", principal.subject))
        return found is not None and principal.issued_at < found.before

    def add(self, entry: Entry) -> None:
        """Keep the stricter of two entries for the same thing."""
        key = (entry.issuer, entry.what, entry.value)
        old = self._entries.get(key)
        if old is None or (entry.before, entry.until) > (old.before, old.until):
            self._entries[key] = entry

    def replace(self, entries: Iterable[Entry]) -> None:
        """Take over what the shared list says now; in one step, readers see the old or the new."""
        fresh = MemoryDenylist()
        for entry in entries:
            fresh.add(entry)
        self._entries = fresh._entries

    def close(self) -> None:
        """Nothing is open."""


class SqliteDenylist:
    """Shared by the processes of one host, and kept over restarts."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._own, self._mirror = MemoryDenylist(), MemoryDenylist()
        self._lock = threading.Lock()
        self._version: object = None
        self._looked = float("-inf")
        try:
            self._db = open_shared(self._path, busy=2.0)
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS denied (issuer TEXT, what TEXT, value TEXT, "
                "before REAL, until REAL, PRIMARY KEY (issuer, what, value)) STRICT"
            )
            self._read()
        except (OSError, sqlite3.Error) as exc:
            raise ConfigError(
                f"the denylist `{path}` cannot be used ({type(exc).__name__}); check the path"
            ) from None

    def denies(self, principal: Principal) -> bool:
        """Answer from the mirror, which is read again when another process has written."""
        if time.monotonic() - self._looked > LOOK:
            try:
                self._read()
            except sqlite3.Error:
                raise NotAuthenticated(
                    "denylist_unavailable", "the denylist cannot be read"
                ) from None
        return self._own.denies(principal) or self._mirror.denies(principal)

    def _read(self) -> None:
        with self._lock:
            version = self._db.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                rows = self._db.execute("SELECT issuer, what, value, before, until FROM denied")
                self._mirror.replace(
                    Entry(issuer=i, what=w, value=v, before=b, until=u) for i, w, v, b, u in rows
                )
                self._version = version
            self._looked = time.monotonic()

    def add(self, entry: Entry) -> None:
        """Revoke here at once, then durably; what is moot by now is dropped."""
        self._own.add(entry)
        try:
            with self._lock:
                self._db.execute("DELETE FROM denied WHERE until < ?", (time.time(),))
                self._db.execute(
                    "INSERT INTO denied VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                    "before = max(before, excluded.before), until = max(until, excluded.until)",
                    (entry.issuer, entry.what, entry.value, entry.before, entry.until),
                )
        except sqlite3.Error:
            raise TokenUnavailable("the revocation counts here, but could not be kept") from None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def to_json(entry: Entry) -> str:
    """Return the form that is shared between hosts."""
    return json.dumps([entry.issuer, entry.what, entry.value, entry.before, entry.until])


def from_json(text: str | bytes) -> Entry:
    """Return what `to_json` was given; raise `ValueError` for anything else."""
    issuer, what, value, before, until = json.loads(text)
    if what not in ("jti", "sid", "sub") or not isinstance(value, str):
        raise ValueError("not a revocation")
    return Entry(
        issuer=str(issuer), what=what, value=value, before=float(before), until=float(until)
    )
