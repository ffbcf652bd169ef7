"""A record as a row: the columns that tables, files and databases share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

COLUMNS = (
    "kind", "run", "parent_run", "tenant", "subject", "pipeline", "stage", "stage_kind", "session",
    "action", "resource", "owner", "decision", "reason", "error", "outcome", "step", "policy",
    "params_fp", "approver", "trace",
)  # fmt: skip
NUMBERS = ("wall_ns", "decision_index", "attempt", "latency_us")
_PLAIN = tuple(name for name in COLUMNS if name not in ("subject", "policy"))


def row(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record's columns; what it does not say is None."""
    get = record.get
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    for name in _PLAIN:
        value = get(name)
        found[name] = value if value is None or type(value) is str else _text(value)
    found["subject"] = _text((record.get("actor") or {}).get("subject"))
    found["policy"] = _text((record.get("policy") or {}).get("sha256"))
    for name in NUMBERS:
        value = get(name)
        found[name] = value if type(value) is int and abs(value) < 2**63 else None
    return found


def _text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return json.dumps(value, ensure_ascii=False)


def when(wall_ns: int | None) -> str:
    """Return a time as RFC 3339, in UTC, to the millisecond."""
    if type(wall_ns) is not int:
        return "-"
    moment = datetime.fromtimestamp(wall_ns // 10**9, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{wall_ns // 1_000_000 % 1000:03d}Z"


def person_time(wall_ns: object) -> str:
    """Return a time as people read it, in UTC, to the second; `-` for what is none."""
    if type(wall_ns) is not int or not 0 <= wall_ns < 253_402_300_800 * 10**9:  # the year 10 000
        return "-"
    return datetime.fromtimestamp(wall_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S")
