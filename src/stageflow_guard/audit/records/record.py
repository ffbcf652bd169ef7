"""What a record is, and how its canonical bytes are read. What is stored is what is hashed."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import Any

from stageflow_guard.errors import AuditUnavailable
from stageflow_guard.model import AuditRecord, TemplatedRecord

CAP = 32 * 1024
FIELDS = tuple(f.name for f in fields(AuditRecord))
_KNOWN = frozenset(FIELDS)
_SHAPES: dict[str, type] = dict.fromkeys(FIELDS, str) | {
    **dict.fromkeys(("actor", "policy", "note"), dict),
    **dict.fromkeys(("findings", "rules", "obligations", "on_behalf"), list),
    **dict.fromkeys(("v", "attempt", "wall_ns", "mono_ns", "latency_us"), int),
    "decision_index": object,  # `verify` names an effect whose cause is no index
}
_FINDING = (("entity", str), ("direction", str), ("count", int))
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
).encode


def boot_id() -> str:
    """Return what tells this boot's monotonic clock from another's."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return f"pid-{os.getpid()}"


def fields_of(record: AuditRecord | dict[str, Any]) -> dict[str, Any]:
    """Return the set fields, to be read only; raise `AuditUnavailable` for one that none has."""
    if isinstance(record, dict):
        if not record.keys() <= _KNOWN:
            unknown = min(str(k) for k in record if k not in _KNOWN)
            raise AuditUnavailable(f"unknown record field `{unknown[:40]}`")
        if type(record.get("kind")) is not str:
            raise AuditUnavailable("a record needs a `kind`")
        _require_shaped(record)
        if None not in record.values():
            return record
        return {k: v for k, v in record.items() if v is not None}
    if type(record) is TemplatedRecord:
        return {**record.template.fields, **record.own}
    return {k: v for k, v in record.__dict__.items() if v is not None}


def _require_shaped(record: dict[str, Any]) -> None:
    """Raise `AuditUnavailable` for what no reader could take apart: it would be there for good."""
    for name, value in record.items():
        kind = _SHAPES[name]
        if value is not None and not isinstance(value, kind):
            raise AuditUnavailable(f"record field `{name}` is no {kind.__name__}")
    for one in record.get("findings") or ():
        if not isinstance(one, dict) or not all(isinstance(one.get(n), k) for n, k in _FINDING):
            raise AuditUnavailable("record field `findings` holds something else")
    if not isinstance((record.get("actor") or {}).get("subject", ""), str):
        raise AuditUnavailable("record field `actor` has a subject that is no text")


def encoded(record: dict[str, Any]) -> bytes:
    """Return the canonical bytes of a record that was read."""
    return _encode(record).encode("utf-8")


def decode(entry: bytes) -> dict[str, Any]:
    """Return the record in `entry`; raise `ValueError` unless it re-encodes to the same bytes."""
    record = json.loads(entry)
    if not isinstance(record, dict) or encoded(record) != entry:
        raise ValueError("not canonical")
    return record
