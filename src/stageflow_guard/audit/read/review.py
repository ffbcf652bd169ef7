"""Ten questions that a review asks of a day, and their answers: one pass over the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stageflow_guard.audit.read.approval_trail import is_use
from stageflow_guard.audit.read.failures import Failures
from stageflow_guard.audit.read.finding_counts import FindingCounts
from stageflow_guard.audit.records.followed import effect_follows
from stageflow_guard.audit.records.schema_check import MALFORMED

MOST = 10  # lines of an answer; what is left out is counted
UNKNOWN = "unknown: a part of the log could not be read"
ACROSS = {"foreign_owner", "foreign_tenant", "tenant_mismatch", "unknown_tenant"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: its lines, most important first."""

    question: str
    lines: tuple[str, ...]


class Counted:
    """What happened how often, and the ref of the last time."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._last: dict[str, str] = {}

    def take(self, what: str, ref: str) -> None:
        """Count it once more."""
        self._times[what] += 1
        self._last[what] = ref

    def lines(self, rest: str) -> tuple[str, ...]:
        """Return a line for each, the most frequent first; `rest` is the verb that shows all."""
        shown = [
            f"{count} x {what}{', last' if count > 1 else ''} [{self._last[what]}]"
            for what, count in self._times.most_common(MOST)
        ]
        return _with_rest(shown, len(self._times) - len(shown), rest)


class Review:
    """Takes records with their refs; answers when all are in."""

    def __init__(self) -> None:
        self.records = 0
        self.revisions = set[str]()  # policy revisions that decided
        self._refused = Counted()
        self._across: list[str] = []
        self._revealed, self._bytes, self._failed = Counted(), Counted(), Counted()
        # ref of an open permit -> what it is about, who asked, and whether they may see originals
        self._open: dict[str, tuple[str, str, bool]] = {}
        self._failures = Failures()
        self._approvals: list[tuple[str, str, Mapping[str, Any]]] = []  # line, ref, record
        self._more_approvals = 0
        self._changes: list[str] = []
        self._found = FindingCounts()
        self._readers = Counted()

    def take(self, ref: str, record: Mapping[str, Any]) -> None:
        """Take one record."""
        self.records += 1
        kind = record.get("kind")
        who, place = _who(record), str(record.get("resource") or record.get("pipeline") or "-")
        if kind == "decision":
            self._decision(ref, record, who, place)
        elif kind == "approval":
            outcome = record.get("outcome") or record.get("decision")
            approver = record.get("approver") or who
            by = f"{who}, approved by {approver}" if is_use(record) else approver
            self._approval(f"{place}: {outcome} by {by}", ref, record)
        elif kind == "policy_change":
            self._changes.append(f"{_change(record)} [{ref}]")
        elif kind == "audit_read":
            self.take_read(ref, record)
        elif kind == "effect":
            self._effect(ref, record, place)
        elif kind == "run_end":
            self._run_end(ref, record, f"run of {place}")
        elif kind == MALFORMED:  # it answers no question, and must not answer one by its absence
            self._failed.take(f"a record of a wrong shape: {record.get('reason')}", ref)
        self._found.take(record)

    def _approval(self, line: str, ref: str, record: Mapping[str, Any]) -> None:
        if len(self._approvals) < MOST:
            self._approvals.append((line, ref, record))
        else:
            self._more_approvals += 1

    def take_read(self, ref: str, record: Mapping[str, Any]) -> None:
        """Take a record of the readers' own logs, which stand beside the log."""
        if record.get("kind") == "audit_read":
            self._readers.take(f"{record.get('action') or 'read'}: {_who(record)}", ref)

    def _decision(self, ref: str, record: Mapping[str, Any], who: str, place: str) -> None:
        reason, action = str(record.get("reason")), str(record.get("action"))
        revision = (record.get("policy") or {}).get("sha256")
        if revision is not None:
            self.revisions.add(str(revision))
        if record.get("decision") == "deny":
            self._refused.take(f"{reason}: {who}, {place}", ref)
            if reason in ACROSS:
                self._across.append(f"{who} reached for {place}: {reason} [{ref}]")
            return
        if is_use(record):
            self._approval(f"{place}: used by {who}", ref, record)
        allowed = {action, *(record.get("obligations") or ())}
        if effect_follows(record):
            self._open[ref] = (place, who, "reveal" in allowed)
        elif "reveal" in allowed:
            self._revealed.take(f"{who} at {place}, asked for by hand", ref)
        if "bytes" in allowed:
            self._bytes.take(f"{who} at {place}", ref)

    def _effect(self, ref: str, record: Mapping[str, Any], place: str) -> None:
        """Take what came of a permit, which says what the permit was about."""
        cause = f"{ref.rpartition('#')[0]}#{record.get('decision_index')}"
        # an unknown one was decided before the first record that is seen
        known = self._open.pop(cause, None)
        where, who, _ = known or (place, _who(record), True)
        at = ref if known is None else cause
        note = record.get("note")
        if isinstance(note, Mapping) and note.get("restored") is True:
            self._revealed.take(f"{who} at {where}", at)
        if self._failures.is_new(cause.rpartition("#")[0], record):
            error = f" ({record['error']})" if record.get("error") else ""
            self._failed.take(f"{where}: {record['outcome']}{error}", at)

    def _run_end(self, ref: str, record: Mapping[str, Any], place: str) -> None:
        """Take the end of a run; one that failed outside its steps is a failure by itself."""
        if self._failures.is_new(ref.rpartition("#")[0], record):
            self._failed.take(f"{place}: {record['outcome']}", ref)

    def answers(
        self, *, whole: str, gaps: Iterable[str], all_read: bool = True,
        requester: Callable[[Mapping[str, Any]], str | None] = lambda _: None,
    ) -> list[Answer]:  # fmt: skip
        """Return the ten answers; `whole` says whether the log holds, `gaps` are its gaps.

        Without `all_read`, where nothing was found nobody knows. `requester` says who asked for
        what an approval answers.
        """

        def asker(record: Mapping[str, Any]) -> str | None:
            return None if is_use(record) else requester(record)  # who uses it has asked for it

        approvals = [
            f"{line}{f', asked by {who}' if (who := asker(record)) else ''} [{ref}]"
            for line, ref, record in self._approvals
        ]
        for ref, (place, who, clear) in self._open.items():
            if clear:
                self._revealed.take(f"{who} at {place}, and whether one came is not on record", ref)
        self._open.clear()
        found = [
            Answer("Is the log whole?", (whole,)),
            Answer("What was refused, to whom, and why?", self._refused.lines("denied")),
            Answer("Who reached for another tenant?", _first(self._across, "denied")),
            Answer("Who saw originals?", self._revealed.lines("report")),
            Answer("Where did bytes go?", self._bytes.lines("report")),
            Answer(
                "What was approved, and by whom?",
                _with_rest(approvals, self._more_approvals, "query --kind approval"),
            ),
            Answer(
                "What changed in the policies?", _first(self._changes, "query --kind policy_change")
            ),
            Answer("Which personal data was found?", _most(self._found.by_entity(), "report")),
            Answer(
                "What failed, and what has no end?",
                (*self._failed.lines("report"), *_first(list(gaps), "gaps")),
            ),
            Answer(
                "Who read this log?",
                self._readers.lines("query --kind audit_read --dir LOG.reads"),
            ),
        ]
        if all_read:
            return found
        return [one if one.lines else Answer(one.question, (UNKNOWN,)) for one in found]


def as_markdown(
    day: str, records: int, answers: Iterable[Answer], *, heads: Iterable[str] = ()
) -> str:
    """Return the review as a page; `heads` say of each log what it was compared with."""
    lines = [
        f"# Review of {day}",
        "",
        f"{records} records.",
        "",
        *(f"- {_plain(one)}" for one in heads),
        "",
    ]
    for number, one in enumerate(answers, 1):
        lines += [f"## {number}. {one.question}", ""]
        lines += [f"- {_plain(line)}" for line in one.lines or ("nothing",)]
        lines.append("")
    return "\n".join(lines)


def as_text(day: str, records: int, answers: Iterable[Answer], *, heads: Iterable[str] = ()) -> str:
    """Return the review for a terminal; `heads` as in `as_markdown`."""
    lines = [f"{day}: {records} records", *heads]
    for number, one in enumerate(answers, 1):
        lines.append(f"{number:2}. {one.question}")
        lines += [f"      {line}" for line in one.lines or ("nothing",)]
    return "\n".join(lines) + "\n"


def _plain(line: str) -> str:
    """Return a line that a page shows as text: a name in it is no markup, link or picture."""
    return line.replace("&", "&amp;").replace("<", "&lt;").replace("](", "]\\(")


def _most(counted: Counter[str], rest: str) -> tuple[str, ...]:
    shown = [f"{count} x {name}" for name, count in counted.most_common(MOST)]
    return _with_rest(shown, len(counted) - len(shown), rest)


def _first(lines: list[str], rest: str) -> tuple[str, ...]:
    return _with_rest(lines[:MOST], len(lines) - MOST, rest)


def _with_rest(shown: list[str], left: int, rest: str) -> tuple[str, ...]:
    return (*shown, f"and {left} more: audit {rest}") if left > 0 else tuple(shown)


def _change(record: Mapping[str, Any]) -> str:
    """Return what a policy change did, and to which revision."""
    said = [str(record.get(name)) for name in ("action", "outcome", "reason") if record.get(name)]
    revision = str((record.get("policy") or {}).get("sha256") or "")
    return " ".join([*said, *([f"to revision {revision[:16]}"] if revision else [])])


def _who(record: Mapping[str, Any]) -> str:
    actor = record.get("actor")
    subject = actor.get("subject") if isinstance(actor, Mapping) else None
    tenant = record.get("tenant")
    return f"{subject or 'nobody'}{f' ({tenant})' if tenant else ''}"
