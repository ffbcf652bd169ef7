"""What a record says in a cell of a page: whose it was, who asked, for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stageflow_guard.model import BYTES

Record = Mapping[str, Any]


def entity_of(name: str) -> str:
    """Return how a page names an entity: of bytes, how many, and the beginning of their digest."""
    size, _, digest = name.removeprefix(BYTES).partition(":sha256:")
    if not name.startswith(BYTES) or not digest:
        return name
    return f"{BYTES.rstrip(':')} ({size} bytes, sha256 {digest[:12]})"


def tenant_of(record: Record) -> str:
    """Return whose caller it was, for a cell."""
    return str(record.get("tenant") or "-")


def who_of(record: Record) -> str:
    """Return the caller, and who acts for it."""
    subject = str((record.get("actor") or {}).get("subject") or "-")
    chain = record.get("on_behalf") or []
    return f"{subject} by way of {', '.join(chain)}" if chain else subject


def what_of(record: Record) -> str:
    """Return what was asked for."""
    return str(
        record.get("resource") or record.get("stage") or record.get("pipeline")
        or record.get("action") or "-"
    )  # fmt: skip
