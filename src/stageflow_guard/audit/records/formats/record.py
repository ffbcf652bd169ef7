"""The JSON Schema (2020-12) of a record: what every reader may rely on in format 1."""

from __future__ import annotations

from typing import Any

KINDS = (
    "decision", "effect", "run_start", "run_end", "auth", "policy_change", "approval", "erasure",
    "recovery", "audit_read", "heartbeat", "key_rotation", "prune",
    "checkpoint_copy", "hold", "release",
)  # fmt: skip
_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:stageflow-guard:audit-record:1",
    "title": "stageflow-guard audit record, format 1",
    "type": "object",
    "required": ["v", "id", "kind", "wall_ns", "mono_ns", "boot", "node"],
    "additionalProperties": False,
    "properties": {
        "v": {"const": 1},
        "id": {"type": "string", "description": "unique; the place in the log is its index"},
        "kind": {"enum": list(KINDS)},
        "wall_ns": {"type": "integer", "description": "wall clock, ns since the epoch"},
        "mono_ns": {"type": "integer", "description": "monotonic clock of `boot`, ns"},
        "boot": _TEXT,
        "node": _TEXT,
        "run": _TEXT,
        "parent_run": _TEXT,
        "pipeline": _TEXT,
        "stage": _TEXT,
        "stage_kind": _TEXT,
        "host": {"type": "string", "description": "the adapter the run came through"},
        "call": {"type": "string", "description": "tells parallel calls of one step apart"},
        "attempt": {"type": "integer", "minimum": 1},
        "session": _TEXT,
        "trace": {
            "type": "string",
            "description": "`<trace id>-<span id>`, as W3C Trace Context has them",
        },
        "tenant": _TEXT,
        "actor": {
            "type": "object",
            "properties": {
                "subject": {"type": "string", "description": "as the token says, or `h1:…`"},
                "method": _TEXT,
                "key_id": {"type": ["string", "null"]},
                "roles": _TEXTS,
            },
        },
        "on_behalf": _TEXTS,
        "action": _TEXT,
        "resource": _TEXT,
        "owner": _TEXT,
        "params_fp": {
            "type": "string",
            "pattern": "^h1:[0-9]+:[A-Za-z0-9_-]{22}$",
            "description": "keyed fingerprint of the run's input, never the input",
        },
        "decision": {"enum": ["permit", "deny"]},
        "reason": _TEXT,
        "rules": _TEXTS,
        "obligations": _TEXTS,
        "evaluation": {"enum": ["ok", "error", "timeout"]},
        "policy": {"type": "object", "properties": {"sha256": _TEXT}},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["entity", "count", "direction"],
                "properties": {"entity": _TEXT, "count": _COUNT, "direction": _TEXT},
            },
        },
        "approver": _TEXT,
        "step": _TEXT,
        "outcome": _TEXT,
        "decision_index": _COUNT,
        "latency_us": _COUNT,
        "error": _TEXT,
        "note": {"type": "object"},
    },
}
