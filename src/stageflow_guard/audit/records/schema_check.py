"""Is a record that was read shaped as every reader takes it apart? Asked once, where it is read.

A signed record may be of another shape: written by another program under the log's key, or by a
release to come. It is shown as `malformed`, with its place, and never stops the records beside it.
Fields that this release does not know are no fault.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from stageflow_guard.audit.records.decode import decode_any
from stageflow_guard.model import AuditRecord

MALFORMED = "malformed"
_MOST = 2**63
_KINDS: dict[str, type] = dict.fromkeys((f.name for f in fields(AuditRecord)), str) | {
    **dict.fromkeys(("actor", "policy", "note"), dict),
    **dict.fromkeys(("findings", "rules", "obligations", "on_behalf"), list),
    **dict.fromkeys(("v", "attempt", "wall_ns", "mono_ns", "latency_us", "decision_index"), int),
}
_TEXTS = ("rules", "obligations", "on_behalf")
_ACTOR = {"subject": str, "method": str, "key_id": str}


def readable(entry: bytes) -> dict[str, Any]:
    """Return the record in `entry`, or one of kind `malformed` that says which field is wrong.

    Raises `ValueError` for bytes that are not canonical.
    """
    record = decode_any(entry)
    wrong = wrong_field(record)
    if wrong is None:
        return record
    shown: dict[str, Any] = {"kind": MALFORMED, "reason": f"field `{wrong}`"}
    for name in ("id", "wall_ns", "run", "tenant"):
        if name in record and _right(name, record[name]):
            shown[name] = record[name]
    return shown


def always_text(name: str) -> bool:
    """Say whether a well-formed record holds text in this field, where it holds anything."""
    return _KINDS.get(name) is str


def wrong_field(record: dict[str, Any]) -> str | None:
    """Return the name of a field of a wrong type or range; None for a well-formed record."""
    shape = (*record, *map(type, record.values()))
    found = _SHAPES.get(shape)
    if found is None:
        found = _look(record)
        if len(_SHAPES) < _MOST_SHAPES:
            _SHAPES[shape] = found
    wrong, numbers, inside = found
    for name in numbers:
        if not -_MOST < record[name] < _MOST:
            return name
    for name in inside:
        if not _right(name, record[name]):
            return name
    return wrong


# a log holds few shapes: names and types, in their order -> the first field of a wrong type, and
# the numbers and the containers before it, whose value decides, too
_Look = tuple[str | None, tuple[str, ...], tuple[str, ...]]
_SHAPES: dict[tuple[Any, ...], _Look] = {}
_MOST_SHAPES = 1000


def _look(record: dict[str, Any]) -> _Look:
    if type(record.get("kind")) is not str:
        return "kind", (), ()
    numbers: list[str] = []
    inside: list[str] = []
    for name, value in record.items():
        kind = _KINDS.get(name)
        exact = type(value) is kind  # by name: a narrowed `Any` would be an `object`
        if kind is not None and not exact:
            return name, tuple(numbers), tuple(inside)
        if kind is int:
            numbers.append(name)
        elif kind is not None and kind is not str:
            inside.append(name)
    return None, tuple(numbers), tuple(inside)


def _right(name: str, value: Any) -> bool:
    kind = _KINDS[name]
    exact = type(value) is kind  # by name: a narrowed `Any` would be an `object`
    if not exact:
        return False
    if kind is int:
        return bool(-_MOST < value < _MOST)
    if name in _TEXTS:
        return all(type(one) is str for one in value)
    if name == "findings":
        return all(_finding(one) for one in value)
    if name == "actor":
        roles = value.get("roles") or ()
        return isinstance(roles, list | tuple) and all(type(one) is str for one in roles) and all(
            value.get(part) is None or type(value[part]) is of for part, of in _ACTOR.items()
        )  # fmt: skip
    return name != "policy" or all(type(one) is str for one in value.values())


def _finding(one: Any) -> bool:
    return (
        type(one) is dict
        and type(one.get("entity")) is str
        and type(one.get("direction")) is str
        and type(one.get("count")) is int
    )
