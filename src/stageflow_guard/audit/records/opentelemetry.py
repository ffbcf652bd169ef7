"""The application's own trace, where it has one: a record then leads to it.

Nothing is imported: an application that traces has loaded OpenTelemetry's API already.
"""

from __future__ import annotations

import sys
from typing import Any


def current_span() -> tuple[str, str, int] | None:
    """Return trace id, span id and "sampled" of the current span, as W3C Trace Context has them."""
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    try:
        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return None
        flags = int(context.trace_flags) & 1
        return f"{context.trace_id:032x}", f"{context.span_id:016x}", flags
    except Exception:  # a tracer that breaks is no reason to refuse, nor to fail
        return None
