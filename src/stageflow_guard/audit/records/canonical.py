"""Canonical bytes, written: keys sorted, UTF-8, no white space, no floats. orjson's only file.

Readers need none of this: `record.decode` holds any entry against the standard library's `json`.
"""

from __future__ import annotations

import os
import secrets
import time
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from stageflow_guard.audit.records.record import CAP, fields_of
from stageflow_guard.errors import AuditUnavailable
from stageflow_guard.model import TemplatedRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stageflow_guard.model import AuditRecord

# what is no plain JSON value is refused, never converted
_STRICT = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
# a prefix per process and a counter: unique like a random id, without a system call per record
_PREFIX = secrets.token_hex(8)
_COUNTER = iter(range(2**62))


def _renew_prefix() -> None:
    global _PREFIX  # noqa: PLW0603 - a forked worker counts on from the same number
    _PREFIX = secrets.token_hex(8)


os.register_at_fork(after_in_child=_renew_prefix)


def _require_exact(items: Iterable[Any]) -> None:
    """Raise `ValueError` for a float: two encoders may print it differently, and NaN not at all."""
    for item in items:
        kind = type(item)
        if kind is str or kind is int:
            continue
        if kind is dict:
            _require_exact(item.values())
        elif kind is list or kind is tuple:
            _require_exact(item)
        elif kind is float:
            raise ValueError("float")


def reread(entry: bytes) -> dict[str, Any] | None:
    """Return the record when `entry` is what this encoder writes, else None; never decides "no"."""
    try:
        record = orjson.loads(entry)
        if type(record) is dict and orjson.dumps(record, option=orjson.OPT_SORT_KEYS) == entry:
            return record
    except ValueError:
        pass
    return None


def encode(record: AuditRecord | dict[str, Any], *, boot: str, node: str) -> bytes:
    """Return canonical JSON: sorted keys, UTF-8, unset fields left out, at most 32 KiB.

    Raises `AuditUnavailable` for what cannot be encoded or is too long: never cut, never dropped.
    """
    if type(record) is TemplatedRecord:
        written = _shaped(record, boot, node)
        if written is not None:
            return written
    values = {
        "v": 1,
        "id": f"{_PREFIX}-{next(_COUNTER):x}",
        "wall_ns": time.time_ns(),
        "mono_ns": time.monotonic_ns(),
        "boot": boot,
        "node": node,
    }
    values.update(fields_of(record))
    try:
        _require_exact(values.values())
        entry = orjson.dumps(values, option=_STRICT)
    except (TypeError, ValueError, RecursionError):  # orjson's own error is a TypeError
        raise AuditUnavailable(f"a `{values['kind']}` record cannot be encoded") from None
    if len(entry) > CAP:
        raise AuditUnavailable(f"a `{values['kind']}` record of {len(entry)} bytes is over {CAP}")
    return bytes(memoryview(entry))  # the encoder's own bytes keep 8 KiB each


def plain_text(value: Any) -> bytes | None:
    """Return one text for the same JSON value, whatever the order of its keys; None for others."""
    try:
        return bytes(orjson.dumps(value, option=_STRICT))
    except (TypeError, ValueError, RecursionError):
        return None


_STAMPS = ("id", "mono_ns", "wall_ns")


def _shaped(record: TemplatedRecord, boot: str, node: str) -> bytes | None:
    """Return what `encode` would: the shape's bytes, this record's values between them.

    None for a record whose own values are no plain JSON without fractions, or that is too long.
    """
    own, known = record.own, record.template.layouts
    key = (boot, node, *own)
    try:
        found = known.get(key)
        if found is None:
            found = known[key] = _layout(record.template.fields, own, boot, node)
        text, pick = found
        values = {
            # most values are such a text; in line, since a call costs more than the questions
            name: f'"{value}"'
            if type(value) is str and value.isascii() and value.isprintable()
            and '"' not in value and "\\" not in value
            else _written(value)
            for name, value in own.items()
        }  # fmt: skip
        # what the stamps hold is known: two numbers, and a text of hexadecimal digits
        values["id"] = f'"{_PREFIX}-{next(_COUNTER):x}"'
        values["mono_ns"] = time.monotonic_ns()
        values["wall_ns"] = time.time_ns()
        entry: bytes = (text % pick(values)).encode()
    except (TypeError, ValueError, RecursionError):  # `encode` refuses it, and says what it is
        return None
    return entry if len(entry) <= CAP else None


def _written(value: Any) -> Any:
    kind = type(value)
    if kind is int and -(2**63) <= value < 2**63:
        return value
    if kind is dict or kind is list:
        _require_exact((value,))
        return orjson.dumps(value, option=_STRICT).decode()
    if kind is not str:
        raise TypeError("not plain")
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return orjson.dumps(value).decode()


def _layout(
    fields: dict[str, Any], own: dict[str, Any], boot: str, node: str
) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]]]:
    """Return a format string over the sorted keys, and what picks its values in that order."""
    holes = sorted({*own, *_STAMPS})
    values: dict[str, Any] = {"v": 1, "boot": boot, "node": node}
    values.update((name, value) for name, value in fields.items() if name not in own)
    _require_exact(values.values())
    parts = {
        name: f'"{name}":' + orjson.dumps(value, option=_STRICT).decode().replace("%", "%%")
        for name, value in values.items()
    }
    parts.update((name, f'"{name}":%s') for name in holes)
    return "{" + ",".join(parts[name] for name in sorted(parts)) + "}", itemgetter(*holes)
