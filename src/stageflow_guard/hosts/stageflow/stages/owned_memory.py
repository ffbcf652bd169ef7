"""The host's own memory stages over a store that belongs to tenant, subject and conversation.

The host's `MemoryFetchStage` reads by the conversation's id alone: whoever names another's id reads
what was said in it. So `guard.mount` takes these stages with this store only.

1. policy is asked: kind `memory`, object the memory's name, act `read`, `write` or `delete`
2. the conversation's id in the store is the guard's: it is another one for another caller
3. what a store gives of another conversation goes no further
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from stageflow.helpers.memory import MemoryConfig, MemoryEntry, MemoryFetchStage, MemoryWriteStage

from stageflow_guard.enforcement.resources import UNKNOWN
from stageflow_guard.errors import ConfigError, PolicyUnavailable
from stageflow_guard.hosts.stageflow.stages.memory import MemoryGuard, require_owner

if TYPE_CHECKING:
    from stageflow.helpers.memory import MemoryStore


class OwnedMemory:
    """A `MemoryStore` of the host over another one. `name` is its object in policy lines.

    Raises `AccessDenied` without a line for the memory and for a store that gives entries of
    another conversation, `NotAuthenticated` without a caller.
    """

    def __init__(self, guard: MemoryGuard, store: MemoryStore, *, name: str = "chat") -> None:
        self._guard, self._store, self._name = guard, store, name

    async def _owned(self, session_id: UUID, act: str) -> UUID:
        await require_owner(self._guard, self._name, act)
        key = self._guard.scoped_key("memory", self._name, str(session_id))
        return UUID(bytes=sha256(key.encode()).digest()[:16], version=5)

    async def fetch(self, session_id: UUID, config: MemoryConfig) -> list[MemoryEntry]:
        """Return what was said before in the caller's own conversation."""
        own = await self._owned(session_id, "read")
        found = await self._store.fetch(own, config)
        whole = type(found) is list and all(
            type(one) is MemoryEntry and one.session_id == own for one in found
        )
        if not whole:  # whose that is cannot be told: it is nobody's, so it is denied, on record
            await self._guard.authorize(kind="memory", obj=self._name, act="read", owner=UNKNOWN)
            raise PolicyUnavailable("the memory gave entries of another conversation")
        return [replace(one, session_id=session_id) for one in found]

    async def write(self, entry: MemoryEntry) -> None:
        """Keep an entry in the caller's own conversation."""
        own = await self._owned(entry.session_id, "write")
        await self._store.write(replace(entry, session_id=own))

    async def clear(self, session_id: UUID) -> int:
        """Forget the caller's own conversation; return how many entries there were."""
        return await self._store.clear(await self._owned(session_id, "delete"))


def require_owned_memory(runner: Any, config: dict[str, Any]) -> None:
    """Raise `ConfigError` for a memory stage of the host over a store that belongs to nobody."""
    kind = runner if isinstance(runner, type) else type(runner)
    if not issubclass(kind, MemoryFetchStage | MemoryWriteStage):
        return
    store = config.get("store") if isinstance(runner, type) else getattr(runner, "_store", None)
    if type(store) is not OwnedMemory:
        raise ConfigError(
            f"`{kind.__name__}` reads by the conversation's id, whoever names it; give it "
            "`OwnedMemory(guard, store)` of `stageflow_guard.hosts.stageflow.stages`"
        )
