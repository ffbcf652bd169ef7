"""Under which trace what happens here is recorded.

1. within a run: the run's, which its children share
2. where the application traces with OpenTelemetry: that of its current span
3. where an adapter bound what a request brought: that
4. else a run begins one
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

from stageflow_guard.audit.records.opentelemetry import current_span
from stageflow_guard.base.traceparent import TraceContext, given, new_trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.enforcement.session import Session

_bound: ContextVar[TraceContext | None] = ContextVar("stageflow_guard_trace", default=None)


@contextlib.contextmanager
def bound(trace: TraceContext) -> Iterator[None]:
    """Record what happens inside under `trace`, unless the application traces by itself."""
    token = _bound.set(trace)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # left in another task
            _bound.reset(token)


def around() -> TraceContext | None:
    """Return the trace around a run: the application's own, or what a request brought."""
    span = current_span()
    return (given(*span) if span is not None else None) or _bound.get()


def of_run(parent: TraceContext | None) -> TraceContext:
    """Return the trace of a run that begins here; a span of the application's own stays as it is.

    The ids of the application's spans lead into its own traces, so they stand on record.
    """
    span = current_span()
    own = given(*span) if span is not None else None
    if own is not None and (parent is None or parent.trace_id == own.trace_id):
        return TraceContext(own.trace_id, own.span_id, own.flags)
    known = parent or _bound.get()
    return new_trace() if known is None else known.continued()


def of_session(session: Session | None) -> TraceContext | None:
    """Return the trace of the run in `session`, or the one around it."""
    run = None if session is None else session.run
    trace: TraceContext | None = around() if run is None else run.trace
    return trace
