"""The canonical bytes of a record. Encoded once; what is stored is what is hashed."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import fields
from typing import Any

from stageflow_guard.errors import AuditUnavailable
from stageflow_guard.model import AuditRecord

CAP = 32 * 1024
FIELDS = tuple(f.name for f in fields(AuditRecord))
_KNOWN = frozenset(FIELDS)
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
).encode
# a prefix per process and a counter: unique like a random id, without a system call per record
_PREFIX = secrets.token_hex(8)
_COUNTER = iter(range(2**62))


def boot_id() -> str:
    """Return what tells this boot's monotonic clock from another's."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return f"pid-{os.getpid()}"


def fields_of(record: AuditRecord | dict[str, Any]) -> dict[str, Any]:
    """Return the set fields; raise `AuditUnavailable` for a field that no record has."""
    if isinstance(record, dict):
        unknown = sorted(str(k) for k in record if k not in _KNOWN)
        if unknown:
            raise AuditUnavailable(f"unknown record field `{unknown[0][:40]}`")
        if type(record.get("kind")) is not str:
            raise AuditUnavailable("a record needs a `kind`")
        return {k: v for k, v in record.items() if v is not None}
    return {name: v for name in FIELDS if (v := getattr(record, name)) is not None}


def encode(record: AuditRecord | dict[str, Any], *, boot: str, node: str) -> bytes:
    """Return canonical JSON: sorted keys, UTF-8, unset fields left out, at most 32 KiB.

    Raises `AuditUnavailable` for what cannot be encoded or is too long: never cut, never dropped.
    """
    values = fields_of(record)
    values.setdefault("v", 1)
    values.setdefault("id", f"{_PREFIX}-{next(_COUNTER):x}")
    values.setdefault("wall_ns", time.time_ns())
    values.setdefault("mono_ns", time.monotonic_ns())
    values.setdefault("boot", boot)
    values.setdefault("node", node)
    try:
        entry = _encode(values).encode("utf-8")
    except (TypeError, ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        raise AuditUnavailable(f"a `{values['kind']}` record cannot be encoded") from None
    if len(entry) > CAP:
        raise AuditUnavailable(f"a `{values['kind']}` record of {len(entry)} bytes is over {CAP}")
    return entry


def decode(entry: bytes) -> dict[str, Any]:
    """Return the record in `entry`; raise `ValueError` unless it re-encodes to the same bytes."""
    record = json.loads(entry)
    if not isinstance(record, dict) or _encode(record).encode("utf-8") != entry:
        raise ValueError("not canonical")
    return record
