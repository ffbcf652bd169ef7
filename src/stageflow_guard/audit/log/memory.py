"""A log in memory, for benchmarks and examples; never reachable from settings."""

from __future__ import annotations

import os
import socket

from stageflow_guard.audit.records.canonical import encode
from stageflow_guard.audit.records.record import boot_id
from stageflow_guard.audit.tlog.tree import Frontier, leaf_hash
from stageflow_guard.model import AuditRecord


class UnsafeMemoryLog:
    """Encodes, hashes and keeps records in memory; nothing survives the process."""

    def __init__(self, origin: str = "memory") -> None:
        self.origin = origin
        self.entries: list[bytes] = []
        self._tree = Frontier()
        self._boot, self._node = boot_id(), f"{socket.gethostname()[:40]}-{os.getpid()}"

    def enqueue(self, record: AuditRecord) -> int:
        """Keep the record; return its index."""
        entry = encode(record, boot=self._boot, node=self._node)
        self.entries.append(entry)
        self._tree.add(leaf_hash(entry))
        return len(self.entries) - 1

    async def append(self, record: AuditRecord) -> int:
        """Keep the record; return its index."""
        return self.enqueue(record)
