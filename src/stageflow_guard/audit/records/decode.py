"""Reading records: fast where the fast encoder is there, as strictly where it is not."""

from __future__ import annotations

from typing import Any

from stageflow_guard.audit.records.record import decode


def _nothing(entry: bytes) -> dict[str, Any] | None:
    return None


try:
    from stageflow_guard.audit.records.canonical import reread as _fast
except ImportError:  # a verifier needs the standard library only
    _fast = _nothing


def decode_any(entry: bytes) -> dict[str, Any]:
    """Return the record in `entry`; raise `ValueError` unless it re-encodes to the same bytes."""
    found = _fast(entry)
    return decode(entry) if found is None else found
