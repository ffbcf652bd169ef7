"""A memory in a dict: what was kept, by key, with faults by schedule."""

from __future__ import annotations

from typing import Any

from stageflow_guard.testing.doubles.faults import Faults, Scheduled


class MemoryDouble(Scheduled):
    """`items` holds a list of entries for each key; keys are taken as they are given."""

    def __init__(self, *, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.items: dict[str, list[Any]] = {}

    async def add(self, key: str, entry: Any) -> None:
        """Keep one more entry."""
        await self.begin()
        self.items.setdefault(key, []).append(entry)

    async def read(self, key: str, limit: int) -> list[Any]:
        """Return the last `limit` entries, oldest first."""
        await self.begin()
        return list(self.items.get(key, ()))[-limit:]

    async def erase(self, key: str) -> int:
        """Forget every entry of a key; return how many there were."""
        await self.begin()
        return len(self.items.pop(key, ()))
