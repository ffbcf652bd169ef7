"""Chat memory as two stages: scoped to tenant, subject and conversation; kept for a time; erasable.

1. policy is asked: kind `memory`, object the memory's name, act `read` or `write`
2. the key is the guard's: no caller can name another's conversation
3. what is written is what the stage sees, so pseudonyms where the caller may not reveal
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard.enforcement.session import current_principal
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.hosts.stageflow.stages.rows import SqliteRows

if TYPE_CHECKING:
    from stageflow_guard.model import Principal

DAY = 86_400
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, key TEXT NOT NULL, "
    "at REAL NOT NULL, entry TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS by_key ON entries (key, id)",
)


class MemoryStore(Protocol):
    """Where entries are kept. Keys are opaque; the tenant is the part before the first `:`."""

    async def add(self, key: str, entry: dict[str, Any]) -> None:
        """Keep one more entry: `role`, `text`, `at` (seconds since the epoch)."""

    async def read(self, key: str, limit: int) -> list[dict[str, Any]]:
        """Return the last `limit` entries, oldest first."""

    async def erase(self, key: str) -> int:
        """Forget every entry of a key; return how many there were."""


class MemoryGuard(Protocol):
    """What the stages need of a `Guard`."""

    def authorize(self, *, kind: str, obj: str, act: str, owner: str) -> Any:
        """Ask for a right of the current principal."""

    def scoped_key(self, *parts: str) -> str:
        """Return a key of the current principal's own."""


def _conversation(ctx: StageContext) -> str:
    session = ctx.snapshot.session_id
    return str(session) if session else "-"


async def require_owner(guard: MemoryGuard, name: str, act: str) -> Principal:
    """Return the caller, who may `act` on a memory; raise `NotAuthenticated`, `AccessDenied`."""
    principal = current_principal()
    if principal is None:
        raise NotAuthenticated("missing", "a memory belongs to a caller, and there is none here")
    await guard.authorize(kind="memory", obj=name, act=act, owner=principal.tenant)
    return principal


class MemoryFetchStage:
    """Reads a conversation: output `messages`, a list of `role` and `text`, oldest first.

    At most `limit` entries, none older than `retention_days`. Raises `AccessDenied` without a line
    for `memory, NAME, read`, and what the store raises.
    """

    kind = StageKind.ENRICH

    def __init__(
        self, guard: MemoryGuard, store: MemoryStore, *, name: str = "chat", limit: int = 20,
        retention_days: float = 30,
    ) -> None:  # fmt: skip
        _require(limit=limit, retention_days=retention_days)
        self._guard, self._store, self._name = guard, store, name
        self._limit, self._retention = limit, retention_days * DAY

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Return what was said before in this conversation."""
        await require_owner(self._guard, self._name, "read")
        key = self._guard.scoped_key("memory", self._name, _conversation(ctx))
        oldest = time.time() - self._retention
        found = await self._store.read(key, self._limit)
        messages = [
            {"role": str(one["role"]), "text": str(one["text"])}
            for one in found
            if float(one["at"]) >= oldest
        ]
        return StageOutput.ok(messages=messages)


class MemoryWriteStage:
    """Writes one turn: the caller's text, and `answer_key` of `answer_from`, when it is there.

    Output: `kept`, how many entries. Raises as `MemoryFetchStage`, for act `write`.
    """

    kind = StageKind.WORK

    def __init__(
        self, guard: MemoryGuard, store: MemoryStore, *, name: str = "chat",
        answer_from: str, answer_key: str = "text",
    ) -> None:  # fmt: skip
        self._guard, self._store, self._name = guard, store, name
        self._stage, self._key = answer_from, answer_key

    async def execute(self, ctx: StageContext) -> StageOutput:
        """Keep what was said, as this stage sees it."""
        await require_owner(self._guard, self._name, "write")
        key = self._guard.scoped_key("memory", self._name, _conversation(ctx))
        said = [("user", ctx.snapshot.input_text)]
        said.append(("assistant", ctx.inputs.get_from(self._stage, self._key)))
        kept = 0
        for role, text in said:
            if isinstance(text, str) and text:
                await self._store.add(key, {"role": role, "text": text, "at": time.time()})
                kept += 1
        return StageOutput.ok(kept=kept)


async def erase_memory(
    guard: MemoryGuard, store: MemoryStore, conversation: str, *, name: str = "chat"
) -> int:
    """Forget a conversation of the current principal; return how many entries there were.

    Needs `memory, NAME, delete`.
    """
    await require_owner(guard, name, "delete")
    return await store.erase(guard.scoped_key("memory", name, conversation))


class SqliteMemory:
    """A memory in an SQLite file, 0600, on a thread. `purge(days)` forgets what is older."""

    def __init__(self, path: str | Path) -> None:
        self._rows = SqliteRows(path, *_SCHEMA)

    async def add(self, key: str, entry: dict[str, Any]) -> None:
        """Keep one more entry."""
        row = (key, float(entry["at"]), json.dumps(entry, ensure_ascii=False))
        await self._rows.run("INSERT INTO entries (key, at, entry) VALUES (?, ?, ?)", row)

    async def read(self, key: str, limit: int) -> list[dict[str, Any]]:
        """Return the last `limit` entries, oldest first."""
        rows, _ = await self._rows.run(
            "SELECT entry FROM entries WHERE key = ? ORDER BY id DESC LIMIT ?", (key, limit)
        )
        return [json.loads(row[0]) for row in reversed(rows)]

    async def erase(self, key: str) -> int:
        """Forget every entry of a key."""
        return (await self._rows.run("DELETE FROM entries WHERE key = ?", (key,)))[1]

    async def purge(self, days: float) -> int:
        """Forget what is older than `days`; return how many entries there were."""
        oldest = time.time() - days * DAY
        return (await self._rows.run("DELETE FROM entries WHERE at < ?", (oldest,)))[1]

    def close(self) -> None:
        """Close the file."""
        self._rows.close()


def _require(*, limit: int, retention_days: float) -> None:
    if limit < 1:
        raise ConfigError("`limit` is at least 1")
    if retention_days <= 0:
        raise ConfigError("`retention_days` is more than 0")
