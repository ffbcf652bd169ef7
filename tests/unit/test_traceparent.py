"""A trace id from outside has the form of W3C Trace Context, and carries nothing else."""

from __future__ import annotations

import pytest

from stageflow_guard.base.traceparent import TraceContext, caller_span, new_trace, parse

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        (f"00-{TRACE}-{SPAN}-01", 1),
        (f"00-{TRACE}-{SPAN}-00", 0),
        (f"00-{TRACE}-{SPAN}-03", 1),  # level 2: the trace id is random
        (f"cc-{TRACE}-{SPAN}-01-what-comes-later", 1),
    ],
)
def test_a_sound_header_is_read(header, flags):
    """Trace, span and the sampled bit; of later versions what is known (4.3)."""
    found = parse(header)
    assert found == TraceContext(TRACE, SPAN, flags, from_outside=True)
    assert caller_span(found) == SPAN


@pytest.mark.parametrize(
    "header",
    [
        None, b"00", 7, "", "00", TRACE,
        f"00-{TRACE}-{SPAN}-01-more", f"ff-{TRACE}-{SPAN}-01", f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE[:-1]}-{SPAN}-01", f"00-{TRACE}-{SPAN}-1",
        f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n", f"00-{TRACE}-{SPAN}-01, 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE[:-1]}٣-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-{'x' * 500}",
    ],
)  # fmt: skip
def test_everything_else_is_no_trace(header):
    """A new one begins instead, as the specification says (3.2.2.3)."""
    assert parse(header) is None


@pytest.mark.parametrize(
    "trace_id",
    [
        "4111111111111111".rjust(32, "0"), "0" * 21 + "85012345678", b"ada@example.org!".hex(),
        b"123-45-6789".hex().rjust(32, "0"), "7" * 32,
    ],
)  # fmt: skip
def test_an_id_that_can_be_read_is_not_continued(trace_id):
    """A card's number or an address in hexadecimal would stand on record."""
    assert parse(f"00-{trace_id}-{SPAN}-01") is None


def test_a_span_that_can_be_read_does_not_stand_on_record():
    """The trace is continued under a span of its own."""
    found = parse(f"00-{TRACE}-4111111111111111-01")
    assert found is not None and caller_span(found) is None
    assert "4111111111111111" not in found.continued().recorded


def test_what_begins_here_is_read_elsewhere():
    """Every trace that this package begins is one that it continues; no two are the same."""
    made = [new_trace() for _ in range(2000)]
    assert all(parse(one.header) is not None for one in made)
    assert len({one.trace_id for one in made}) == 2000
    assert caller_span(made[0]) is None  # of its own, it has no caller
