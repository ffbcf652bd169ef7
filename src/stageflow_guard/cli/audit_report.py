"""`audit report`: an HTML page of a run, a time range or a whole log, for whoever reviews it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

from stageflow_guard.audit.read.approval_trail import ApprovalTrail, is_answer
from stageflow_guard.audit.records.columns import person_time
from stageflow_guard.audit.records.outcome_words import FAILURES, OUTCOMES
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.audit_anchor import Checked, check_all
from stageflow_guard.cli.audit_cells import Record, entity_of, tenant_of, what_of, who_of
from stageflow_guard.cli.audit_finds_met import WAYS
from stageflow_guard.cli.audit_output import private
from stageflow_guard.cli.audit_query import Chosen, agreement
from stageflow_guard.cli.audit_refs import requester_of, trail_of, used_by
from stageflow_guard.cli.audit_report_rows import First, ReportRows
from stageflow_guard.cli.kept_policies import changed_beside, changed_line
from stageflow_guard.cli.reasons import remedy
from stageflow_guard.cli.report import Section, Table, facts, page
from stageflow_guard.cli.terminal import one_line

Requester = Callable[[Record], str | None]
BAD = FAILURES | {"refused", "withheld", "unknown"}
MOST = 500  # rows of a table; how many are left out is said
TITLE = "What the guard recorded"
LEGEND = (
    ("permit, deny", "what the policies answered before a step ran; a step runs after a permit only"),
    ("pseudonym", "personal data that a step saw as a placeholder, such as PERSON_1"),
    ("original", "personal data that a step saw as it was, by a recorded permit to `reveal`"),
    ("unread", "bytes, such as sound, that a step got as they are: nobody looked into them"),
    ("came of it", "the outcome that was recorded after a permit; the words met here are below"),
    ("agreement", "whether the outcome fits the decision; a denial with an outcome disagrees"),
    ("ref", "the name of a record: `stageflow-guard audit why REF` explains it"),
    ("tenant, owner", "whose caller it was, and whose resource was asked for"),
)  # fmt: skip


def report(args: argparse.Namespace) -> int:
    """Verify the log, then write the page; nothing is written about a log that does not hold."""
    reports = [one for _, one in check_all(args)]
    chosen, seen = Chosen(args), ReportRows(MOST)
    for record in chosen:
        if seen.take(record):
            chosen.note(record)
    text = render(
        seen,
        chosen.outcomes,
        reports,
        asked=_asked(args),
        requester=partial(requester_of, args.dir),
        trail=trail_of(args.dir),
        changed=changed_beside(args.dir),
    )
    with private(args.out) as file:
        file.write(text)
    if args.json:
        print_json({"out": args.out, "records": seen.count})
    else:
        print(one_line(f"wrote {args.out}: {seen.count} records"))
    return HOLDS


def render(
    seen: ReportRows,
    outcomes: Mapping[tuple[str, int], str],
    reports: Sequence[Checked],
    *,
    asked: str = "",
    first: Sequence[Section] = (),
    requester: Requester = lambda _: None,
    trail: ApprovalTrail | None = None,
    changed: Sequence[str] = (),
) -> str:
    """Return the page; `first` comes before the rest.

    `requester` says who asked for what an approval answers, `trail` who used it, `changed` are kept revisions that are
    not what they were.
    """
    seen.end()
    span = "no time"
    if seen.earliest is not None:
        span = f"from {person_time(seen.earliest)} to {person_time(seen.latest)}"
    name = Named(one_log=len(seen.origins) == 1)  # which is named on top
    sections = [
        _verification(reports, changed), *first, _refusals(seen, name), _across(seen, name),
        _reveals(seen, name), _approvals(seen, name, requester, trail), _policies(seen, name), _failed(seen, name),
        _findings(seen),
        _permits(seen, name, outcomes), _rest(seen, name), _legend(_words(seen, outcomes)),
    ]  # fmt: skip
    lead = [
        f"{seen.count} records, {span}. {seen.denied.count} refusals, {seen.permits.count} permits."
    ]
    if asked:
        lead.append(f"Only: {asked}.")
    return page(TITLE, lead, sections, "Times are UTC. This page holds personal data of callers.")


def _asked(args: argparse.Namespace) -> str:
    from stageflow_guard.cli.audit_args import FILTERS

    names = (*FILTERS, "since", "until", "limit")
    given = ((name, getattr(args, name, None)) for name in names)
    return ", ".join(f"{name} {value}" for name, value in given if value is not None)


def _verification(reports: Sequence[Checked], changed: Sequence[str]) -> Section:
    body = "".join(f'<p class="note">{escape(changed_line(one))}.</p>' for one in changed)
    for warning in dict.fromkeys(one.anchor.warning for one in reports):
        if warning is not None:
            head, _, text = warning.partition(": ")
            body += (
                f'<p class="note"><strong>{escape(head)}.</strong> {escape(text)} '
                "(<code>audit report --checkpoint FILE</code>). A log that was put back to an "
                "earlier state, or rewritten as a whole, is found only that way.</p>"
            )
    for checked in reports:
        one = checked.report
        counts, alarms = one.agreement, one.denials_with_effect
        body += facts([
            ("log", one.origin),
            ("holds", f"{one.size} records verified"
             + (f", from {one.minimum} on" if one.minimum else "")),
            ("anchored by", (checked.vouched or "nothing from outside").removeprefix("anchored by ")
             + (f", cosigned by {', '.join(one.witnesses)}" if one.witnesses else "")),
            ("decisions", f"{counts.agree} agree with what happened, {counts.disagree} do not, "
             f"{counts.unknown} unknown"),
            *([("ALARM", f"an effect follows a denial: records {', '.join(map(str, alarms))}")]
              if alarms else []),
            ("signing keys", str(max(1, len(one.keys)))),
            ("root", one.root),
        ])  # fmt: skip
    return Section("verification", "Does the log hold?", body)


def _refusals(seen: ReportRows, name: Named) -> Section:
    def cells(record: Record) -> list[str]:
        reason, code = record.get("reason"), record.get("error")
        why = "; ".join([str(reason or code or "-"), *(record.get("rules") or [])])
        do = remedy(code, reason, record.get("action")) or "-"
        return [
            name(record),
            _when(record),
            tenant_of(record),
            who_of(record),
            what_of(record),
            why,
            do,
        ]

    head = ["ref", "time", "tenant", "who", "what", "reason", "what to do"]
    return Section("refusals", "What was refused, and why?",
                   _table("Refusals, oldest first.", head, seen.denied, cells, state="reason"))  # fmt: skip


def _across(seen: ReportRows, name: Named) -> Section:
    def cells(record: Record) -> list[str]:
        return [name(record), _when(record), tenant_of(record), who_of(record),
                str(record.get("owner") or "-"), what_of(record)]  # fmt: skip

    head = ["ref", "time", "tenant", "who", "owner", "what"]
    return Section("across", "Who reached for another tenant?",
                   _table("Cross-tenant attempts, all refused.", head, seen.across, cells))  # fmt: skip


def _reveals(seen: ReportRows, name: Named) -> Section:
    rows = [
        [
            name(seen.last_reveal[key]),
            *key,
            ", ".join(sorted(seen.reveal_kinds[key])) or "-",
            str(count),
            _when(seen.last_reveal[key]),
        ]
        for key, count in seen.reveals.most_common(MOST)
    ]
    head = ["ref", "tenant", "who", "what", "kinds", "times", "last"]
    caption = (
        f"Where an original went out, by caller and step{_left(len(seen.reveals))}; a permit to see "
        "originals in which none came back is not counted. Who is the caller of the run, kinds are "
        "those that were found in what the step was given."
    )
    return Section("reveals", "Who saw originals?",
                   Table(caption, head, rows, numbers=["times"]).html())  # fmt: skip


def _approvals(
    seen: ReportRows, name: Named, requester: Requester, trail: ApprovalTrail | None
) -> Section:
    def cells(record: Record) -> list[str]:
        of = str((record.get("note") or {}).get("of") or "")
        outcome = str(record.get("outcome") or record.get("decision") or "-")
        by = who_of(record) if outcome == "used" else str(record.get("approver") or who_of(record))
        ref = f"{record['origin']}#{record['index']}"
        uses = trail.uses(ref, record) if trail is not None and is_answer(record) else []
        return [
            name(record), _when(record), tenant_of(record), what_of(record), outcome, by,
            f"{requester(record) or '-'}{f' {name.short(of)}' if of else ''}",
            "; ".join(f"{used_by(use)} {name.short(where)}" for where, use in uses) or "-",
        ]  # fmt: skip

    head = ["ref", "time", "tenant", "what", "outcome", "by", "asked by", "used by"]
    return Section("approvals", "What was approved, and by whom?",
                   _table("Requests for approval and their answers.", head, seen.approvals, cells))  # fmt: skip


def _policies(seen: ReportRows, name: Named) -> Section:
    def cells(record: Record) -> list[str]:
        return [
            name(record), _when(record), str(record.get("action") or "-"),
            str(record.get("outcome") or "in force"), str(record.get("reason") or "-"),
            str((record.get("policy") or {}).get("sha256") or "-")[:16],
        ]  # fmt: skip

    head = ["ref", "time", "change", "outcome", "reason", "revision"]
    by = Table(
        f"Policy revisions that decided, in the order of their first decision"
        f"{_left(len(seen.first_by))}.",
        ["revision", "first decision", "time", "decisions"],
        [[revision, name(first), _when(first), str(seen.revisions[revision])]
         for revision, first in list(seen.first_by.items())[:MOST]],
        numbers=["decisions"],
    )  # fmt: skip
    return Section("policies", "Which policies decided, and what changed in them?",
                   by.html() + _table("Policy changes.", head, seen.policies, cells))  # fmt: skip


def _findings(seen: ReportRows) -> Section:
    totals = Table(
        "Personal data that was found; a run's input counts once, one that was refused for it, too.",
        ["entity", "direction", "count"],
        [
            [entity_of(entity), way, str(n)]
            for (entity, way), n in sorted(seen.findings.total.items())
        ],
        numbers=["count"],
    )
    views = (
        _by_way("Which caller's steps saw what, as what: in how many steps", ["who", "tenant", "entity"],
                {(who, tenant, entity, how): count
                 for (tenant, who, entity, how), count in seen.finds.callers.items()}),
        _by_way("Which step met what, as what: how many finds it saw", ["entity", "step"],
                seen.finds.met),
        _by_way("Where finds in one step's output went: how many steps read them, as what",
                ["entity", "found in the output of", "read by"], seen.finds.flows),
    )  # fmt: skip
    return Section("findings", "Which personal data was found, and who saw it?",
                   totals.html() + "".join(one.html() for one in views if one.rows))  # fmt: skip


def _by_way(caption: str, head: list[str], counted: Mapping[Any, int]) -> Table:
    """Return a table with a column for each way that is met; the last of a key is the way."""
    rows = sorted({key[:-1] for key in counted})
    there = {key[-1] for key in counted}
    ways = [way for way in WAYS if way in there or way != "unread"]
    return Table(
        f"{caption}{_left(len(rows))}.", [*head, *ways],
        [[*map(entity_of, row), *(str(counted.get((*row, way), 0) or "-") for way in ways)]
         for row in rows[:MOST]],
        numbers=ways,
    )  # fmt: skip


def _failed(seen: ReportRows, name: Named) -> Section:
    def cells(record: Record) -> list[str]:
        outcome = str(record.get("outcome"))
        return [name(record), _when(record), tenant_of(record), who_of(record), what_of(record),
                outcome, str(record.get("failure") or OUTCOMES.get(outcome, "-"))]  # fmt: skip

    head = ["ref", "time", "tenant", "who", "what", "outcome", "by"]
    return Section("failed", "What failed, and by what?",
                   _table("Steps, tools and runs that failed, oldest first; by is the class of the "
                          "error, where there was one. What has no end: audit gaps.",
                          head, seen.failed, cells))  # fmt: skip


def _permits(seen: ReportRows, name: Named, outcomes: Mapping[tuple[str, int], str]) -> Section:
    def cells(record: Record) -> list[str]:
        outcome = outcomes.get((str(record["origin"]), int(record["index"])))
        return [
            name(record), _when(record), tenant_of(record), who_of(record), what_of(record),
            " ".join(record.get("rules") or []) or "-", outcome or "-",
            agreement(dict(record), outcome) or "-",
        ]  # fmt: skip

    head = ["ref", "time", "tenant", "who", "what", "rules", "came of it", "agreement"]
    came = [outcomes.get((str(r["origin"]), int(r["index"])), "") for r in seen.permits.rows]
    return Section(
        "permits", "What was permitted, and what came of it?",
        _table("Permits, oldest first.", head, seen.permits, cells, state="came of it",
               states=["allowed" if one == "ok" else "refused" if one in BAD else "" for one in came]),
    )  # fmt: skip


def _rest(seen: ReportRows, name: Named) -> Section:
    def cells(record: Record) -> list[str]:
        return [name(record), _when(record), str(record.get("kind")), who_of(record), what_of(record),
                str(record.get("outcome") or "-")]  # fmt: skip

    head = ["ref", "time", "kind", "who", "what", "outcome"]
    return Section("rest", "What else was recorded?",
                   _table("Runs, and the log's own records. Who read the log: audit review.", head, seen.rest,
                          cells))  # fmt: skip


def _words(seen: ReportRows, outcomes: Mapping[tuple[str, int], str]) -> set[str]:
    """Return the outcomes that the page shows."""
    rows = (*seen.rest.rows, *seen.approvals.rows)
    return {*outcomes.values(), *(str(one.get("outcome")) for one in rows)}


def _legend(words: set[str]) -> Section:
    met = ((word, told) for word, told in OUTCOMES.items() if word in words)
    return Section("legend", "What do the words mean?", facts([*LEGEND, *met]))


def _table(
    caption: str, head: Sequence[str], found: First, cells: Callable[[Record], list[str]], *,
    state: str = "", states: Sequence[str] | None = None,
) -> str:  # fmt: skip
    more = ""
    if found.count > MOST:
        more = (
            f"<p>{escape(str(found.count - MOST))} more are left out here; narrow the page with "
            "<code>--since</code>, <code>--run</code>, <code>--tenant</code>.</p>"
        )
    if states is None:
        states = [one if (one := str(r.get("decision"))) in ("permit", "deny") else ""
                  for r in found.rows]  # fmt: skip
    rows = [cells(r) for r in found.rows]
    return Table(caption, head, rows, states=states, state=state).html() + more


def _left(count: int) -> str:
    return f" ({count - MOST} more are left out)" if count > MOST else ""


class Named:
    """How the page names a record: by its index, and by its log where there are several."""

    def __init__(self, *, one_log: bool) -> None:
        self._one_log = one_log

    def __call__(self, record: Record) -> str:
        """Return the name."""
        return self.short(f"{record['origin']}#{record['index']}")

    def short(self, ref: str) -> str:
        """Return the name of the record with this ref."""
        return f"#{ref.rpartition('#')[2]}" if self._one_log else ref


def _when(record: Record) -> str:
    return person_time(record.get("wall_ns"))
