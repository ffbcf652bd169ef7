"""Which records a question asks for, told of most without decoding them.

A record that is asked for holds the text of every filter, `"run":"…"`, as canonical JSON writes
it, and ends with its time. So an entry without that text is passed over as bytes, and only what
is left is decoded and held against the filters. Canonical JSON escapes quotes, so a text that
somebody put in a record looks like a field at worst, and is then decided by the decoded record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.records.columns import COLUMNS, row
from stageflow_guard.audit.records.schema_check import MALFORMED, always_text, readable
from stageflow_guard.errors import ConfigError

_TIME = re.compile(rb',"wall_ns":(-?[0-9]{1,19})\}\Z')  # at the end: of the record itself
_CAUSE = re.compile(rb'"decision_index":([0-9]{1,19})')
_EFFECT = b'"kind":"effect"'


class Selection:
    """Filters over columns, and a span of time; None everywhere chooses everything.

    `since` (inclusive) and `until` (exclusive) are nanoseconds since the epoch. A filter `trace`
    is a trace id: it chooses every span of the trace. `tool:*` as a `resource` chooses every tool.
    Raises `ConfigError` for a filter that is no column.
    """

    def __init__(
        self, *, since: int | None = None, until: int | None = None, **filters: str
    ) -> None:
        unknown = sorted(set(filters) - set(COLUMNS))
        if unknown:
            raise ConfigError(f"`{unknown[0]}` is no filter; there are {', '.join(COLUMNS)}")
        self.since = since
        self.until = until
        self.filters = filters
        # a record of a wrong shape is shown with a kind and a reason that its bytes do not hold
        made_up = filters.get("kind") == MALFORMED or filters.get("reason", "").startswith("field ")
        self._needles = () if made_up else tuple(_needle(*one) for one in filters.items())

    def may_match(self, entry: bytes) -> bool:
        """Say whether `entry` can be a record that is asked for; False is certain."""
        for needle in self._needles:
            if needle not in entry:
                return False
        if self.since is None and self.until is None:
            return True
        found = _TIME.search(entry, max(0, len(entry) - 40))
        return found is None or self._in_time(int(found[1]))

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Say whether a decoded record is asked for."""
        columns = row(dict(record))
        for name, wanted in self.filters.items():
            value = columns[name]
            start = f"{wanted}-" if name == "trace" else prefix_of(name, wanted)
            if value != wanted and (
                start is None or not isinstance(value, str) or not value.startswith(start)
            ):
                return False
        return self.since is self.until is None or self._in_time(columns["wall_ns"])

    def _in_time(self, wall_ns: int | None) -> bool:
        return (
            wall_ns is not None
            and (self.since is None or wall_ns >= self.since)
            and (self.until is None or wall_ns < self.until)
        )


def prefix_of(name: str, wanted: str) -> str | None:
    """Return what a value begins with that is asked for as `tool:*`; None for a whole value."""
    return wanted[:-1] if name == "resource" and wanted.endswith("*") else None


def _needle(name: str, value: str) -> bytes:
    """Return bytes that every record with this value holds."""
    if name != "subject" and not always_text(name):
        return b""
    prefix = prefix_of(name, value)
    begun = value if prefix is None else prefix
    text = json.dumps(begun, ensure_ascii=False).encode("utf-8", "surrogatepass")
    # a trace is on record as `<trace id>-<span id>`, too
    open_ended = name == "trace" or prefix is not None
    return f'"{name}":'.encode() + (text[:-1] if open_ended else text)


class Effects:
    """What came of the decisions that were noted: the outcome of each one's effect."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[str, int], str] = {}
        self._waiting: dict[str, set[int]] = {}

    @property
    def waiting(self) -> list[tuple[str, int]]:
        """(origin, index) of the decisions whose effect was not seen yet."""
        return [(origin, one) for origin, of in self._waiting.items() for one in sorted(of)]

    def note(self, origin: str, index: int) -> None:
        """Note a decision before the records behind it are read: its effect is one of them."""
        self._waiting.setdefault(origin, set()).add(index)

    def take(self, origin: str, entry: bytes) -> None:
        """Take a record's bytes; keep the outcome where it is the effect of a noted decision."""
        waiting = self._waiting.get(origin)
        if not waiting or _EFFECT not in entry:
            return
        if any(int(one) in waiting for one in _CAUSE.findall(entry)):
            record = readable(entry)
            cause = record.get("decision_index")
            if record.get("kind") == "effect" and cause in waiting:
                self.outcomes[origin, cause] = record.get("outcome", "unknown")
                waiting.discard(cause)


def select(
    log: str | Path, selection: Selection, effects: Effects | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the signed records of one log that are asked for, with `origin` and `index`, in order.

    Memory does not grow with the log. Every record is shown to `effects`. Raises as `iter_rows`
    does.
    """
    folder = Path(log)
    origin = signed_head(folder)[0].origin
    may_match: Callable[[bytes], bool] = selection.may_match
    for index, entry in iter_entries(folder):
        if effects is not None:
            effects.take(origin, entry)
        if may_match(entry):
            record = readable(entry)
            if selection.matches(record):
                yield {"origin": origin, "index": index, **record}
