"""The application's own trace, where it has one: a record then leads to it.

Nothing is imported: an application that traces has loaded OpenTelemetry's API already.
"""

from __future__ import annotations

import sys
from typing import Any


def current_trace() -> str | None:
    """Return `<trace id>-<span id>` of the current span, as W3C Trace Context spells them."""
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    try:
        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return None
        return f"{context.trace_id:032x}-{context.span_id:016x}"
    except Exception:  # a tracer that breaks is no reason to refuse, nor to fail
        return None
