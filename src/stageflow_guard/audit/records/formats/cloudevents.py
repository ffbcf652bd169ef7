"""CloudEvents 1.0 in JSON: an envelope whose `data` is the record."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from stageflow_guard.audit.records.columns import when
from stageflow_guard.audit.records.schema_check import readable

TYPE = "org.stageflow-guard.audit"  # the record's kind follows, behind a dot


class Keyed(Protocol):
    """One entry with the key that identifies it everywhere."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as `Shipped` has them

    @property
    def origin(self) -> str: ...  # noqa: D102

    @property
    def entry(self) -> bytes: ...  # noqa: D102


def event(one: Keyed) -> dict[str, Any]:
    """Return the event of one entry: `source` and `id` together are unique, as CloudEvents asks.

    `subject` is the record's resource; `time` is when it was made. Attributes are strings without
    control characters (CloudEvents 1.0, type system).
    """
    record = readable(one.entry)
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": one.key,
        "source": quote(one.origin, safe="/:@!$&'()*+,;=-._~"),
        "type": f"{TYPE}.{_plain(record.get('kind'))}",
        "datacontenttype": "application/json",
    }
    if type(record.get("wall_ns")) is int:
        found["time"] = when(record["wall_ns"])
    if subject := _plain(record.get("resource") or record.get("pipeline")):
        found["subject"] = subject
    found["data"] = record
    return found


def _plain(value: object) -> str:
    return "".join(c for c in str(value or "") if c.isprintable())
