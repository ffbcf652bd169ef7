"""What the page of `audit report` shows, gathered in one reading: so many rows of each table."""

from __future__ import annotations

from collections import Counter

from stageflow_guard.audit.read.failures import Failures
from stageflow_guard.audit.read.finding_counts import FindingCounts, findings_of
from stageflow_guard.audit.read.review import ACROSS
from stageflow_guard.audit.records.followed import effect_follows
from stageflow_guard.cli.audit_cells import Record, tenant_of, what_of, who_of
from stageflow_guard.cli.audit_finds_met import FindsMet

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
    each; `reveals` counts where originals went out by (tenant, who, what), `last_reveal` is the last
    of each, `reveal_kinds` what was found in what they were given; `failed` holds permits with the `outcome` and `failure` of their effect, and runs that
    failed outside their steps. Say `end` when all are in.
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
        self.reveal_kinds: dict[tuple[str, str, str], set[str]] = {}
        self.failed = First(most)
        self.findings = FindingCounts()
        self.finds = FindsMet()
        self._failures = Failures()

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
            if effect_follows(record):
                self.finds.permit(record)
            elif _reveals(record):
                self.finds.by_hand(record)
                self._revealed(record)
            return self.permits.take(record)
        elif kind == "approval":
            self.approvals.take(record)
        elif kind == "policy_change":
            self.policies.take(record)
        elif kind == "effect":
            self._effect(record)
        elif kind not in _ELSEWHERE:
            if kind == "run_end":
                self.finds.run_end(record)
                if self._failures.is_new(record["origin"], record):
                    self.failed.take({**record, "failure": record.get("error")})
            self.rest.take(record)
        return False

    def end(self) -> None:
        """Count the permits whose effect is not among the records as what they allowed."""
        for record in self.finds.rest():
            self._revealed(record)

    def _effect(self, record: Record) -> None:
        permit, restored = self.finds.effect(record)
        if permit is not None and restored:
            self._revealed(permit)
        if self._failures.is_new(record["origin"], record):
            told = {"outcome": record.get("outcome"), "failure": record.get("error")}
            self.failed.take({**(permit or record), **told})

    def _revealed(self, permit: Record) -> None:
        key = (tenant_of(permit), who_of(permit), what_of(permit))
        self.reveals[key] += 1
        self.last_reveal[key] = permit
        kinds = self.reveal_kinds.setdefault(key, set())
        kinds.update(entity for entity, _, _ in findings_of(permit))

    def _time(self, wall_ns: object) -> None:
        if type(wall_ns) is int:
            self.earliest = wall_ns if self.earliest is None else min(self.earliest, wall_ns)
            self.latest = wall_ns if self.latest is None else max(self.latest, wall_ns)


def _reveals(record: Record) -> bool:
    return "reveal" in {record.get("action"), *(record.get("obligations") or ())}
