"""An end that somebody writes now lies ahead: what is over already never counts."""

from __future__ import annotations

import time

from stageflow_guard.errors import ConfigError
from stageflow_guard.policy.engine.exceptions import moment, no_day, told
from stageflow_guard.policy.engine.text import Malformed, quoted

MONTH = 30 * 86_400


def require_ahead(until: str, *, now: float | None = None) -> None:
    """Raise `ConfigError` for an end that is over, or is no time; `never` is the caller's to take.

    A year alone is seconds since 1970, and so is over.
    """
    when = time.time() if now is None else now
    example = told(float(int(when) + MONTH))
    try:
        ends = moment(until)
    except Malformed:
        day = no_day(until)
        why = f"{day}; " if day else ""
        raise ConfigError(
            f"`{quoted(until)}` is no time; {why}write one such as `{example}`"
        ) from None
    if ends <= when:
        read = "" if told(ends) == until else f" is {told(ends)}, and so"
        raise ConfigError(
            f"`{quoted(until)}`{read} is over; write a time to come, such as `{example}`"
        )
