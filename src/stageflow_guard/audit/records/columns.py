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
NAMES = (*COLUMNS, *NUMBERS)
_SUBJECT, _POLICY = COLUMNS.index("subject"), COLUMNS.index("policy")
_TEXT = {str, type(None)}


def row(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record's columns; what it does not say is None."""
    return dict(zip(NAMES, values(record), strict=True))


def values(record: dict[str, Any]) -> tuple[Any, ...]:
    """Return the record's columns in the order of `NAMES`; what it does not say is None."""
    get = record.get
    found = list(map(get, COLUMNS))
    found[_SUBJECT] = (record.get("actor") or {}).get("subject")
    found[_POLICY] = (record.get("policy") or {}).get("sha256")
    if not set(map(type, found)) <= _TEXT:
        found = list(map(_text, found))
    return *found, *[
        value if type(value) is int and abs(value) < 2**63 else None for value in map(get, NUMBERS)
    ]


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
