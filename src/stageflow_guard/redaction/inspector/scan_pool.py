"""Processes that scan: one per core for a tenant's long texts, and one that is never far."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from stageflow_guard.redaction.inspector.fair_queue import FairQueue
from stageflow_guard.redaction.inspector.worker import ScanWorker, Spans

SHORT = 64 * 1024  # characters: a tenth of a second of a process


class ScanPool:
    """Scanning processes behind a fair queue. Each starts when it is first needed.

    A tenant has at most one process per core, with models by name one in all, for each holds the
    weights. There is one more for who else comes, and one for texts of up to 64 KiB.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        """`spec` is what `Redactor.spec` gives."""
        budget = 1 if spec["models"] else max(1, len(os.sched_getaffinity(0)))
        self._workers = [ScanWorker(spec) for _ in range(budget + 2)]
        self._queue = FairQueue(
            "scan", budget + 2, budget=budget, short=SHORT,
            give_up=lambda place: self._workers[place].kill(),
        )  # fmt: skip

    async def scan(
        self, tenant: str, texts: Sequence[str], limits: Mapping[str, float], seconds: float
    ) -> list[Spans]:
        """Return the spans of each text.

        Raises `InspectorUnavailable` when the process fails, `TimeoutError` after `seconds`, upon
        which that process is ended.
        """
        return await self._queue.run(
            tenant, sum(map(len, texts)), lambda place: self._workers[place].scan(texts, limits),
            seconds,
        )  # fmt: skip

    @property
    def running(self) -> int:
        """How many processes there are now."""
        return sum(worker.running for worker in self._workers)

    def kill(self) -> None:
        """End each process; the next text starts another."""
        for worker in self._workers:
            worker.kill()

    def close(self) -> None:
        """End each process, and take no more texts."""
        self._queue.close()
        self.kill()
