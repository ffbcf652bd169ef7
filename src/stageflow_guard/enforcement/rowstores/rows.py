"""`RowStore`, what approvals are kept in, and the one in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One request as it is stored. `sealed` is its body and its MAC; no store reads it.

    `lookup` finds the request of one call: no two rows have the same. `version` counts from 1.
    """

    id: str
    tenant: str
    lookup: str
    version: int
    open: bool
    sealed: bytes


class RowStore(Protocol):
    """Rows that survive a restart. Synchronous; each call is one atomic change.

    Whatever a store raises is a refusal of what asks.
    """

    def insert(self, row: Row) -> bool:
        """Keep a new row durably; False when its id or its lookup is taken."""
        ...

    def supersede(self, row: Row) -> bool:
        """Keep `row` instead of the version before it; False when another was kept meanwhile."""
        ...

    def get(self, row_id: str) -> Row | None:
        """Return a row by its id."""
        ...

    def find(self, lookup: str) -> Row | None:
        """Return a row by its lookup."""
        ...

    def opened(self, tenant: str) -> list[Row]:
        """Return a tenant's open rows."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class MemoryRows:
    """Rows of one process, gone with it: for tests and for tools that need no approval."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._lock = threading.Lock()

    def insert(self, row: Row) -> bool:
        """Keep a new row."""
        with self._lock:
            taken = row.id in self._rows or any(
                one.lookup == row.lookup for one in self._rows.values()
            )
            if not taken:
                self._rows[row.id] = row
            return not taken

    def supersede(self, row: Row) -> bool:
        """Keep `row` instead of the version before it."""
        with self._lock:
            old = self._rows.get(row.id)
            if old is None or old.version != row.version - 1:
                return False
            self._rows[row.id] = row
            return True

    def get(self, row_id: str) -> Row | None:
        """Return a row by its id."""
        return self._rows.get(row_id)

    def find(self, lookup: str) -> Row | None:
        """Return a row by its lookup."""
        with self._lock:
            return next((one for one in self._rows.values() if one.lookup == lookup), None)

    def opened(self, tenant: str) -> list[Row]:
        """Return a tenant's open rows."""
        with self._lock:
            return [one for one in self._rows.values() if one.tenant == tenant and one.open]

    def close(self) -> None:
        """Nothing is open."""
