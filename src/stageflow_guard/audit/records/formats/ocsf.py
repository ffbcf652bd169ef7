"""OCSF events: what a record says, in the schema that security tools read.

| record | class |
| --- | --- |
| `run_start`, `auth`, a refusal of who is calling | Authentication 3002 |
| `approval` | Authorize Session 3003 |
| blocked content, an effect with findings | Data Security Finding 2006 |
| `recovery`, a bypass | Detection Finding 2004 |
| everything else | API Activity 6003 |

The entry itself travels in `raw_data`, its SHA-256 in `raw_data_hash`, its leaf hash and place in
the tree in `unmapped.record_integrity` (1.8 has no attribute for those).

Version 1.8 by default. 1.9 adds attributes and takes none away from what is used here, so that an
event differs in `metadata.version` alone; docs/decisions/0034 says how far that was checked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Protocol

from stageflow_guard.audit.tlog.tree import leaf_hash
from stageflow_guard.base.version import VERSION as PRODUCT_VERSION

VERSION, NEXT = "1.8.0", "1.9.0"
_NAMES = {
    2004: ("Detection Finding", 2, "Findings"),
    2006: ("Data Security Finding", 2, "Findings"),
    3002: ("Authentication", 3, "Identity & Access Management"),
    3003: ("Authorize Session", 3, "Identity & Access Management"),
    6003: ("API Activity", 6, "Application Activity"),
}
_FINDINGS = frozenset({2004, 2006})
_OTHER = 99  # `activity_name` then holds our own word
_ACTIVITY = {  # activity_id, activity_name
    "run_start": (1, "Logon"), "auth": (5, "Service Ticket Renew"),
    "approval": (1, "Assign Privileges"),
    "policy_change": (3, "Update"), "key_rotation": (3, "Update"), "erasure": (4, "Delete"),
    "prune": (4, "Delete"), "audit_read": (2, "Read"), "redaction": (3, "Update"),
}  # fmt: skip


class ShippedEntry(Protocol):
    """One entry on its way to a sink."""

    @property
    def origin(self) -> str: ...  # noqa: D102 - as `Shipped` has them

    @property
    def index(self) -> int: ...  # noqa: D102

    @property
    def log(self) -> str: ...  # noqa: D102

    @property
    def entry(self) -> bytes: ...  # noqa: D102

    @property
    def key(self) -> str: ...  # noqa: D102

    @property
    def record(self) -> dict[str, Any]: ...  # noqa: D102


def event(one: ShippedEntry, version: str = VERSION) -> dict[str, Any]:
    """Return the OCSF event of one entry; validates against the published schema of `version`."""
    record = one.record
    uid = _class(record)
    name, category, category_name = _NAMES[uid]
    activity, activity_name = _activity(uid, record)
    denied = record.get("decision") == "deny"
    made: dict[str, Any] = {
        "class_uid": uid, "class_name": name, "category_uid": category,
        "category_name": category_name, "activity_id": activity, "activity_name": activity_name,
        "type_uid": uid * 100 + activity,
        "type_name": f"{name}: {'Other' if activity == _OTHER else activity_name}",
        "time": max(0, record.get("wall_ns", 0) // 1_000_000),
        "severity_id": 3 if denied else 1, "severity": "Medium" if denied else "Informational",
        **_status(uid, denied),
        "metadata": _metadata(one, record, version),
        "raw_data": one.entry.decode(), "raw_data_size": len(one.entry),
        "raw_data_hash": {
            "algorithm_id": 3, "algorithm": "SHA-256", "value": sha256(one.entry).hexdigest()
        },
        "unmapped": {
            "kind": record.get("kind"),
            "record_integrity": {
                "origin": one.origin, "log": one.log, "index": one.index,
                "leaf_hash": leaf_hash(one.entry).hex(),
            },
        },
    }  # fmt: skip
    for key, source in (("status_detail", "reason"), ("status_code", "error")):
        if type(record.get(source)) is str:
            made[key] = record[source]
    if record.get("kind") == "decision" and uid in (6003, 3002, 2006):
        made |= _control(record, denied)
    return made | _parts(uid, one, record)


def _status(uid: int, denied: bool) -> dict[str, Any]:
    """Return the status as its class means it: of a finding it is where the case stands."""
    if uid in _FINDINGS:
        return {"status_id": 1, "status": "New"}
    return {"status_id": 2 if denied else 1, "status": "Failure" if denied else "Success"}


def _class(record: dict[str, Any]) -> int:
    kind = record.get("kind")
    # an effect's error is a class of the step's own, whatever that calls it
    error = None if kind == "effect" else record.get("error")
    if kind in ("run_start", "auth") or error == "not_authenticated":
        return 3002
    if kind == "approval":
        return 3003
    if error == "content_blocked" or (kind == "effect" and record.get("findings")):
        return 2006
    if kind == "recovery" or error == "bypassed":
        return 2004
    return 6003


def _activity(uid: int, record: dict[str, Any]) -> tuple[int, str]:
    if uid in _FINDINGS:
        return 1, "Create"
    if uid == 3002 and record.get("kind") == "decision":
        return 1, "Logon"
    return _ACTIVITY.get(
        str(record.get("kind")), (_OTHER, str(record.get("action") or record.get("kind")))
    )


def _metadata(one: ShippedEntry, record: dict[str, Any], version: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "version": version,
        "product": {
            "name": "stageflow-guard", "vendor_name": "stageflow-guard", "version": PRODUCT_VERSION
        },
        "uid": one.key, "log_name": one.origin, "sequence": one.index,
        "profiles": ["security_control"],
    }  # fmt: skip
    for key, source in (
        ("tenant_uid", "tenant"), ("correlation_uid", "run"),
        ("original_event_uid", "id"),  # tells two logs of one origin apart
    ):  # fmt: skip
        if type(record.get(source)) is str:
            made[key] = record[source]
    return made


def _control(record: dict[str, Any], denied: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "action_id": 2 if denied else 1, "action": "Denied" if denied else "Allowed",
        "disposition_id": 2 if denied else 1, "disposition": "Blocked" if denied else "Allowed",
    }  # fmt: skip
    revision = (record.get("policy") or {}).get("sha256")
    rules = record.get("rules") or []
    if revision:
        made["policy"] = {"uid": revision, "name": ", ".join(rules) or "default deny"}
        made["authorizations"] = [{"decision": record.get("decision"), "policy": made["policy"]}]
    return made


def _parts(uid: int, one: ShippedEntry, record: dict[str, Any]) -> dict[str, Any]:
    """Return what a class asks for: who, what, from where."""
    actor = record.get("actor") or {}
    user: dict[str, Any] = {"uid": str(actor.get("subject") or "anonymous")}
    if actor.get("key_id"):
        user["programmatic_credentials"] = [{"uid": str(actor["key_id"])}]
    operation = str(record.get("action") or record.get("kind"))
    resource = record.get("resource") or record.get("pipeline")
    made: dict[str, Any] = {}
    if uid == 3002:
        return {"user": user, "service": {"name": str(record.get("pipeline") or one.origin)}}
    if uid == 3003:
        return {"user": user, "privileges": [operation]}
    if uid == 6003:
        made["api"] = {"operation": operation}
        made["src_endpoint"] = {"name": str(record.get("node") or "unknown")}
        made["actor"] = {"user": user}
        if type(record.get("latency_us")) is int:
            made["duration"] = record["latency_us"] // 1000
    else:
        found = record.get("findings") or []
        kinds = sorted({str(f.get("entity")) for f in found})
        title = (
            "personal data: " + ", ".join(kinds)
            if kinds
            else str(record.get("reason") or operation)
        )
        made["finding_info"] = {"uid": one.key, "title": title, "types": kinds or [operation]}
        if uid == 2006:
            made["actor"] = {"user": user}
            made["count"] = max(1, sum(int(f.get("count", 0)) for f in found))
    if resource and uid != 2004:
        made["resources"] = [{"name": str(resource)}]
    return made
