"""What a record says in a cell of a page: whose it was, who asked, for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]


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
