"""What a log holds, counted in one reading; memory grows with the values, not with the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.finding_counts import FindingCounts
from stageflow_guard.audit.read.query import iter_entries
from stageflow_guard.audit.records.schema_check import readable

NAMES = ("kinds", "decisions", "reasons", "tenants", "outcomes", "latencies")


class Statistics:
    """Counts over signed records: take logs, one by one, then read the attributes.

    `latencies` holds how many effects took so many microseconds.
    """

    def __init__(self) -> None:
        self.kinds: Counter[Any] = Counter()
        self.decisions: Counter[Any] = Counter()
        self.reasons: Counter[Any] = Counter()
        self.tenants: Counter[Any] = Counter()
        self.outcomes: Counter[Any] = Counter()
        self.latencies: Counter[int] = Counter()
        self._findings = FindingCounts()

    def take(self, log: str | Path) -> None:
        """Count the signed records of one log; raises as `iter_rows` does."""
        findings = FindingCounts()  # runs of another log are other runs
        for _, entry in iter_entries(log):
            record = readable(entry)
            self.count(record, 1)
            took = record.get("latency_us")
            if took is not None:
                self.latencies[took] += 1
            if "findings" in record or record["kind"] == "run_end":
                findings.take(record)
        self._findings.total += findings.total

    def count(self, record: Mapping[str, Any], n: int) -> None:
        """Count `n` records that say the same of kind, tenant, decision, reason and outcome."""
        get, kind = record.get, record["kind"]
        self.kinds[kind] += n
        self.tenants[get("tenant", "-")] += n
        decision = get("decision")
        if kind == "decision":
            self.decisions[decision] += n
        elif kind == "effect":
            self.outcomes[get("outcome")] += n
        if decision == "deny":
            self.reasons[get("reason")] += n

    def find(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Count the finds of records of one log, in order: those that name any, and run ends."""
        for record in records:
            self._findings.take(record)

    def state(self) -> dict[str, Any]:
        """Return what a later reading of the same log goes on from, as JSON takes it."""
        counted = {name: [*map(list, getattr(self, name).items())] for name in NAMES}
        return {**counted, "findings": self._findings.state()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Statistics:
        """Return the statistics that `state` was taken of."""
        made = cls()
        for name in NAMES:
            getattr(made, name).update(dict(map(tuple, state[name])))
        made._findings = FindingCounts.from_state(state["findings"])
        return made

    @property
    def findings(self) -> dict[str, int]:
        """How often each entity type was found; a run's input counts once."""
        return dict(self._findings.by_entity())

    def add(self, other: Statistics) -> None:
        """Count what `other` counted, too: logs of its own."""
        for name in NAMES:
            getattr(self, name).update(getattr(other, name))
        self._findings.total.update(other._findings.total)

    def percentile(self, part: int) -> int | None:
        """Return the latency that `part` per cent of the effects do not exceed; None of none."""
        total = self.latencies.total()
        at = min(total - 1, total * part // 100)
        for took, n in sorted(self.latencies.items()):
            at -= n
            if at < 0:
                return took
        return None
