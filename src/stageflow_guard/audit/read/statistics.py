"""What a log holds, counted in one reading; memory grows with the values, not with the records."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.finding_counts import FindingCounts
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.records.schema_check import readable


class Statistics:
    """Counts over signed records: take logs, one by one, then read the attributes.

    `latencies` are those of all effects, in microseconds, unsorted, eight bytes each.
    """

    def __init__(self) -> None:
        self.kinds: Counter[Any] = Counter()
        self.decisions: Counter[Any] = Counter()
        self.reasons: Counter[Any] = Counter()
        self.tenants: Counter[Any] = Counter()
        self.outcomes: Counter[Any] = Counter()
        self.latencies = array("q")
        self._findings = FindingCounts()

    def take(self, log: str | Path) -> None:
        """Count the signed records of one log; raises as `iter_rows` does."""
        findings = FindingCounts()  # runs of another log are other runs
        for _, entry in iter_entries(log):
            record = readable(entry)
            get, kind = record.get, record["kind"]
            self.kinds[kind] += 1
            self.tenants[get("tenant", "-")] += 1
            decision = get("decision")
            if kind == "decision":
                self.decisions[decision] += 1
            elif kind == "effect":
                self.outcomes[get("outcome")] += 1
            if decision == "deny":
                self.reasons[get("reason")] += 1
            took = get("latency_us")
            if took is not None:
                self.latencies.append(took)
            if "findings" in record or kind == "run_end":
                findings.take(record)
        self._findings.total += findings.total

    @property
    def findings(self) -> dict[str, int]:
        """How often each entity type was found; a run's input counts once."""
        return dict(self._findings.by_entity())
