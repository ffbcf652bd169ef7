"""An analytics sink that keeps batches, with faults by schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stageflow_guard.testing.doubles.faults import Faults, Scheduled


class AnalyticsDouble(Scheduled):
    """`batches` holds what arrived; `events` all of it in order."""

    def __init__(self, *, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.batches: list[list[dict[str, Any]]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event that arrived."""
        return [event for batch in self.batches for event in batch]

    async def send(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Take one batch, whole or not at all."""
        await self.begin()
        self.batches.append([dict(event) for event in batch])
