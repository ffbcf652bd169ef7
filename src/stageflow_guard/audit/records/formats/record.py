"""The JSON Schema (2020-12) of a record: what every reader may rely on in format 1."""

from __future__ import annotations

from typing import Any

KINDS = (
    "decision", "effect", "run_start", "run_end", "auth", "policy_change", "approval", "erasure",
    "recovery", "audit_read", "heartbeat", "key_rotation", "prune",
    "checkpoint_copy", "hold", "release", "redaction",
)  # fmt: skip
_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def _said(about: str, shape: dict[str, Any] = _TEXT) -> dict[str, Any]:
    return {**shape, "description": about}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:stageflow-guard:audit-record:1",
    "title": "stageflow-guard audit record, format 1",
    "type": "object",
    "required": ["v", "id", "kind", "wall_ns", "mono_ns", "boot", "node"],
    "additionalProperties": False,
    "properties": {
        "v": {"const": 1, "description": "the format"},
        "id": {"type": "string", "description": "unique; the place in the log is its index"},
        "kind": {"enum": list(KINDS), "description": "what the record says"},
        "wall_ns": {"type": "integer", "description": "wall clock, ns since the epoch"},
        "mono_ns": {"type": "integer", "description": "monotonic clock of `boot`, ns"},
        "boot": _said("the boot whose clock `mono_ns` is"),
        "node": _said("which machine or worker"),
        "run": _said("the id of the run"),
        "parent_run": _said("the run that this one is a child of"),
        "pipeline": _said("the pipeline's name in policy lines"),
        "stage": _said("the step's name"),
        "stage_kind": _said("the host's kind of step, such as guard or transform"),
        "host": {"type": "string", "description": "the adapter the run came through"},
        "call": {"type": "string", "description": "tells parallel calls of one step apart"},
        "attempt": {"type": "integer", "minimum": 1, "description": "which try of the host's"},
        "session": _said("the id of the conversation"),
        "trace": {
            "type": "string",
            "description": "`<trace id>-<span id>`, as W3C Trace Context has them",
        },
        "tenant": _said("the tenant that the verified token names"),
        "actor": {
            "type": "object",
            "description": "who asked",
            "properties": {
                "subject": {"type": "string", "description": "as the token says, or `h1:…`"},
                "method": _TEXT,
                "key_id": {"type": ["string", "null"]},
                "roles": _TEXTS,
            },
        },
        "on_behalf": _said("the token's chain of actors, the nearest first", _TEXTS),
        "action": _said("what is done: run, read, call, reveal, ..."),
        "resource": _said("what it is done to, `kind:object`"),
        "owner": _said("the tenant that the resource is of, where it was named"),
        "params_fp": {
            "type": "string",
            "pattern": "^h1:[0-9]+:[A-Za-z0-9_-]{22}$",
            "description": "keyed fingerprint of the run's input, never the input",
        },
        "decision": {"enum": ["permit", "deny"], "description": "before anything runs"},
        "reason": _said("why, from a closed set"),
        "rules": _said("the policy lines that the decision rests on, `file:line`", _TEXTS),
        "obligations": _said("what a permit asks for: redact, reveal, ...", _TEXTS),
        "evaluation": {
            "enum": ["ok", "error", "timeout"],
            "description": "whether policy could be asked",
        },
        "policy": {
            "type": "object",
            "description": "the revision that decided",
            "properties": {"sha256": _TEXT},
        },
        "findings": {
            "type": "array",
            "description": "what was found, by type and count, never by value",
            "items": {
                "type": "object",
                "required": ["entity", "count", "direction"],
                "properties": {"entity": _TEXT, "count": _COUNT, "direction": _TEXT},
            },
        },
        "approver": _said("who answered a request for approval"),
        "step": _said("where in the flow it failed"),
        "outcome": _said("what came of it: ok, error, refused, cancelled, not_run, ..."),
        "decision_index": _said("the index of the decision that this is the effect of", _COUNT),
        "latency_us": _said("microseconds", _COUNT),
        "error": _said("the code of an error, or its class"),
        "note": {"type": "object", "description": "what a kind says beyond these fields"},
    },
}
