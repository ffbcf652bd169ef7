"""What the page of `audit report` shows, gathered in one reading: so many rows of each table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from stageflow_guard.audit.read.finding_counts import FindingCounts, findings_of
from stageflow_guard.audit.read.review import ACROSS
from stageflow_guard.model import BYTES

Record = Mapping[str, Any]
_ELSEWHERE = ("decision", "effect", "approval", "policy_change")


class First:
    """The first records of a kind, at most `most` of them, and how many there were."""

    def __init__(self, most: int) -> None:
        self.rows: list[Record] = []
        self.count = 0
        self._most = most

    def take(self, record: Record) -> bool:
        """Count a record; return whether it is kept."""
        self.count += 1
        if len(self.rows) < self._most:
            self.rows.append(record)
            return True
        return False


class ReportRows:
    """Takes records that hold `origin` and `index`, in their order; memory does not grow with them.

    `revisions` counts decisions by the policy revision that made them, `first_by` is the first of
    each; `reveals` counts permits to see originals by (tenant, who, what), `last_reveal` is the last of
    each; `met` counts finds by (entity, step, how: original, pseudonym, or bytes that nobody read).
    """

    def __init__(self, most: int) -> None:
        self.count = 0
        self.origins: set[str] = set()
        self.earliest: int | None = None
        self.latest: int | None = None
        self.denied, self.across, self.permits = First(most), First(most), First(most)
        self.approvals, self.policies, self.rest = First(most), First(most), First(most)
        self.revisions: Counter[str] = Counter()
        self.first_by: dict[str, Record] = {}
        self.reveals: Counter[tuple[str, str, str]] = Counter()
        self.last_reveal: dict[tuple[str, str, str], Record] = {}
        self.findings = FindingCounts()
        self.met: Counter[tuple[str, str, str]] = Counter()

    def take(self, record: Record) -> bool:
        """Take a record; return whether what came of it is to be shown."""
        self.count += 1
        self.origins.add(record["origin"])
        self._time(record.get("wall_ns"))
        self.findings.take(record)
        kind, decision = record.get("kind"), record.get("decision")
        revision = (record.get("policy") or {}).get("sha256")
        if decision is not None and revision is not None:
            self.revisions[str(revision)] += 1
            self.first_by.setdefault(str(revision), record)
        if kind == "decision" and decision == "deny":
            self.denied.take(record)
            if record.get("reason") in ACROSS:
                self.across.take(record)
        elif kind == "decision" and decision == "permit":
            self._permit(record)
            return self.permits.take(record)
        elif kind == "approval":
            self.approvals.take(record)
        elif kind == "policy_change":
            self.policies.take(record)
        elif kind not in _ELSEWHERE:
            self.rest.take(record)
        return False

    def _time(self, wall_ns: object) -> None:
        if type(wall_ns) is int:
            self.earliest = wall_ns if self.earliest is None else min(self.earliest, wall_ns)
            self.latest = wall_ns if self.latest is None else max(self.latest, wall_ns)

    def _permit(self, record: Record) -> None:
        clear = "reveal" in {record.get("action"), *(record.get("obligations") or ())}
        if clear:
            key = (tenant_of(record), who_of(record), what_of(record))
            self.reveals[key] += 1
            self.last_reveal[key] = record
        place = str(record.get("stage") or record.get("resource") or "-")
        for entity, _, count in findings_of(record):
            unread = entity.startswith(BYTES)  # they passed as they are, whoever may see originals
            how = "unread" if unread else "original" if clear else "pseudonym"
            self.met[entity, place, how] += count


def tenant_of(record: Record) -> str:
    """Return whose caller it was, for a cell."""
    return str(record.get("tenant") or "-")


def who_of(record: Record) -> str:
    """Return the caller, and who acts for it."""
    subject = str((record.get("actor") or {}).get("subject") or "-")
    chain = record.get("on_behalf") or []
    return f"{subject} by way of {', '.join(chain)}" if chain else subject


def what_of(record: Record) -> str:
    """Return what was asked for."""
    return str(
        record.get("resource") or record.get("stage") or record.get("pipeline")
        or record.get("action") or "-"
    )  # fmt: skip
