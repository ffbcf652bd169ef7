"""Which records tell a failure: a step's effect, and the end of a run that failed outside steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stageflow_guard.audit.records.outcome_words import FAILURES


class Failures:
    """Asked of every effect and run's end in order; a run whose step failed says nothing new."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()  # runs under way of which a failed step is told

    def is_new(self, origin: str, record: Mapping[str, Any]) -> bool:
        """Say whether this record tells a failure that none before it told."""
        run, failed = (origin, str(record.get("run"))), record.get("outcome") in FAILURES
        if record.get("kind") == "effect":
            if failed:
                self._told.add(run)
            return failed
        if record.get("kind") == "run_end":
            told = run in self._told
            self._told.discard(run)
            return failed and not told
        return False
