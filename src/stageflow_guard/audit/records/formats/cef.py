"""CEF, version 0: one line a record, for SIEMs that read ArcSight's Common Event Format.

Header: `CEF:0|stageflow-guard|stageflow-guard|<version>|<class>|<name>|<severity>|`, then
`key=value` pairs. In the header `\\` and `|` are escaped, in values `\\`, `=` and line ends.
"""

from __future__ import annotations

from typing import Any, Protocol

from stageflow_guard.audit.records.schema_check import readable
from stageflow_guard.base.version import VERSION

# severity 0 to 10, by what a record says first
_SEVERITY = {"deny": 6, "permit": 1}
_ALARMS = {
    "recovery": 7,
    "malformed": 8,
    "policy_change": 4,
    "approval": 4,
    "erasure": 5,
    "prune": 5,
}
_ACROSS = frozenset({"foreign_owner", "foreign_tenant", "bad_signature", "revoked"})
LONGEST = 1023  # characters of a custom string; several readers cut what is longer


class Keyed(Protocol):
    """One entry with the key that identifies it everywhere."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as `Shipped` has them

    @property
    def origin(self) -> str: ...  # noqa: D102

    @property
    def index(self) -> int: ...  # noqa: D102

    @property
    def entry(self) -> bytes: ...  # noqa: D102


def line(one: Keyed) -> str:
    """Return one record as a line without a line end.

    `externalId` is the key that tells duplicates; `cs1` to `cs5` are tenant, resource, rules,
    policy revision and run, each with its label.
    """
    record = readable(one.entry)
    get = record.get
    kind, decision = str(get("kind")), get("decision")
    event = f"{kind}:{decision}" if decision else kind
    name = f"{event} {get('reason')}" if get("reason") else event
    severity = _severity(record)
    head = "|".join(
        _header(part) for part in ("stageflow-guard", "stageflow-guard", VERSION, event, name)
    )
    pairs: dict[str, Any] = {
        "externalId": one.key,
        "rt": get("wall_ns", 0) // 1_000_000 if type(get("wall_ns")) is int else None,
        "dvchost": get("node"),
        "suser": (get("actor") or {}).get("subject"),
        "act": get("action"),
        "reason": get("reason"),
        "outcome": decision or get("outcome"),
        "cat": kind,
        "cn1": one.index, "cn1Label": "index",
    }  # fmt: skip
    custom = (
        ("tenant", get("tenant")), ("resource", get("resource")),
        ("rules", " ".join(get("rules") or []) or None),
        ("policy", (get("policy") or {}).get("sha256")), ("run", get("run")),
    )  # fmt: skip
    for number, (label, value) in enumerate(custom, 1):
        if value:
            pairs[f"cs{number}"] = str(value)[:LONGEST]
            pairs[f"cs{number}Label"] = label
    told = " ".join(f"{key}={_value(value)}" for key, value in pairs.items() if value is not None)
    return f"CEF:0|{head}|{severity}|{told}"


def _severity(record: dict[str, Any]) -> int:
    if record.get("decision") == "deny" and record.get("reason") in _ACROSS:
        return 8
    base = _ALARMS.get(str(record.get("kind")), 1)
    return max(base, _SEVERITY.get(str(record.get("decision")), 0))


def _header(value: object) -> str:
    return _printable(str(value)).replace("\\", "\\\\").replace("|", "\\|")


def _value(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace("=", "\\=")
    return _printable(text.replace("\r", "\\r").replace("\n", "\\n"))


def _printable(text: str) -> str:
    """Return text that stays on its line: what does not print is a replacement character."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
