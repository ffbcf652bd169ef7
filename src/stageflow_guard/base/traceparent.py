"""W3C Trace Context: the id under which several services record one request.

A trace id says what belongs together and nothing else. It comes from outside, so only the form that
the specification has is taken (https://www.w3.org/TR/trace-context/, 3.2), and an id that reads as
a number or as text is no random id: it could carry a card's number or a name onto the record.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

# of a version that is not known yet, the first four fields count (3.2.4, 4.3)
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]{0,400})?")
_ID = re.compile(r"[0-9a-f]{32}")
SAMPLED = 1


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A trace id (32 hexadecimal digits), the id of one span in it (16), and the flags.

    A span here is a run, or the caller's request. `from_outside` says that somebody else chose the
    ids.
    """

    trace_id: str
    span_id: str
    flags: int = SAMPLED
    from_outside: bool = False

    @property
    def recorded(self) -> str:
        """What stands on record: `<trace id>-<span id>`."""
        return f"{self.trace_id}-{self.span_id}"

    @property
    def header(self) -> str:
        """The value of a `traceparent` header."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def continued(self) -> TraceContext:
        """Return the same trace with a span of its own."""
        return TraceContext(self.trace_id, os.urandom(8).hex(), self.flags)


def new_trace() -> TraceContext:
    """Return a trace that begins here. It says "sampled": who reads it may keep what it saw."""
    return TraceContext(os.urandom(16).hex(), os.urandom(8).hex())


def parse(header: object) -> TraceContext | None:
    """Return what a `traceparent` says, or None for everything that is not one, exactly."""
    if type(header) is not str:
        return None
    found = _FORM.fullmatch(header)
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest is not None):
        return None
    return given(trace_id, span_id, int(flags, 16) & SAMPLED)


def given(trace_id: str, span_id: str, flags: int) -> TraceContext | None:
    """Return the trace of ids from outside, or None when they could carry something."""
    if _readable(trace_id) or not int(span_id, 16):
        return None
    return TraceContext(trace_id, span_id, flags, from_outside=True)


def caller_span(trace: TraceContext) -> str | None:
    """Return the caller's span as it may stand on record, or None."""
    return trace.span_id if trace.from_outside and not _readable(trace.span_id) else None


def is_trace_id(text: str) -> bool:
    """Say whether this has the form of a trace id."""
    return _ID.fullmatch(text) is not None


def _readable(digits: str) -> bool:
    """Say whether an id is zero, a decimal number, or ASCII text in hexadecimal."""
    if not digits.strip("0") or digits.isdecimal():
        return True
    raw = bytes.fromhex(digits).strip(b"\0")
    return all(32 <= one < 127 for one in raw)
