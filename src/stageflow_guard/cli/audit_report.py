"""`audit report`: an HTML page of a run, a time range or a whole log, for whoever reviews it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.read.finding_counts import FindingCounts, findings_of
from stageflow_guard.audit.read.review import ACROSS
from stageflow_guard.audit.records.columns import person_time
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.audit import verified
from stageflow_guard.cli.audit_output import private
from stageflow_guard.cli.audit_query import agreement, chosen_with_effects
from stageflow_guard.cli.reasons import remedy
from stageflow_guard.cli.report import Section, Table, facts, page
from stageflow_guard.cli.terminal import one_line

if TYPE_CHECKING:
    from stageflow_guard.audit.verification.verify import VerificationReport

Record = Mapping[str, Any]
MOST = 500  # rows of a table; how many are left out is said
TITLE = "What the guard recorded"
LEGEND = (
    ("permit, deny", "what the policies answered before a step ran; a step runs after a permit only"),
    ("pseudonym", "personal data that a step saw as a placeholder, such as PERSON_1"),
    ("original", "personal data that a step saw as it was, by a recorded permit to `reveal`"),
    ("came of it", "the outcome that was recorded after a permit: ok, error, cancelled, …"),
    ("agreement", "whether the outcome fits the decision; a denial with an outcome disagrees"),
    ("ref", "the name of a record: `stageflow-guard audit why REF` explains it"),
    ("tenant, owner", "whose caller it was, and whose resource was asked for"),
)  # fmt: skip


def report(args: argparse.Namespace) -> int:
    """Verify the log, then write the page; nothing is written about a log that does not hold."""
    reports = [one for _, one in verified(args)]
    found, outcomes = chosen_with_effects(args)
    with private(args.out) as file:
        file.write(render(found, outcomes, reports, asked=_asked(args)))
    if args.json:
        print_json({"out": args.out, "records": len(found)})
    else:
        print(one_line(f"wrote {args.out}: {len(found)} records"))
    return HOLDS


def render(
    records: Sequence[Record],
    outcomes: Mapping[tuple[str, int], str],
    reports: Sequence[VerificationReport],
    *,
    asked: str = "",
    first: Sequence[Section] = (),
) -> str:
    """Return the page. `records` hold `origin` and `index`; `first` comes before the rest."""
    if len({r["origin"] for r in records}) == 1:  # the log is named on top
        records = [{**r, "ref": f"#{r['index']}"} for r in records]
    times = [r["wall_ns"] for r in records if type(r.get("wall_ns")) is int]
    span = f"from {person_time(min(times))} to {person_time(max(times))}" if times else "no time"
    decisions = [r for r in records if r.get("kind") == "decision"]
    denied = [r for r in decisions if r.get("decision") == "deny"]
    permits = [r for r in decisions if r.get("decision") == "permit"]
    sections = [
        _verification(reports), *first, _refusals(denied), _across(denied), _reveals(permits),
        _approvals(records), _policies(records), _findings(records),
        _permits(permits, outcomes), _rest(records), _legend(),
    ]  # fmt: skip
    lead = [f"{len(records)} records, {span}. {len(denied)} refusals, {len(permits)} permits."]
    if asked:
        lead.append(f"Only: {asked}.")
    return page(TITLE, lead, sections, "Times are UTC. This page holds personal data of callers.")


def _asked(args: argparse.Namespace) -> str:
    from stageflow_guard.cli.audit_args import FILTERS

    names = (*FILTERS, "since", "until", "limit")
    given = ((name, getattr(args, name, None)) for name in names)
    return ", ".join(f"{name} {value}" for name, value in given if value is not None)


def _verification(reports: Sequence[VerificationReport]) -> Section:
    body = ""
    if any(r.anchored == "none" for r in reports):
        body = (
            '<p class="note"><strong>NOT ANCHORED.</strong> The key was taken from the log itself '
            "and no older checkpoint was given: a log that was rewritten as a whole is found only "
            "against one kept elsewhere (<code>audit report --checkpoint FILE</code>).</p>"
        )
    anchors = {"none": "nothing from outside", "vkey": "its key only", "checkpoint": "a checkpoint"}
    for one in reports:
        counts, alarms = one.agreement, one.denials_with_effect
        body += facts([
            ("log", one.origin),
            ("holds", f"{one.size} records verified"
             + (f", from {one.minimum} on" if one.minimum else "")),
            ("anchored by", anchors.get(one.anchored, one.anchored)
             + (f", cosigned by {', '.join(one.witnesses)}" if one.witnesses else "")),
            ("decisions", f"{counts.agree} agree with what happened, {counts.disagree} do not, "
             f"{counts.unknown} unknown"),
            *([("ALARM", f"an effect follows a denial: records {', '.join(map(str, alarms))}")]
              if alarms else []),
            ("signing keys", str(max(1, len(one.keys)))),
            ("root", one.root),
        ])  # fmt: skip
    return Section("verification", "Does the log hold?", body)


def _refusals(denied: Sequence[Record]) -> Section:
    def cells(record: Record) -> list[str]:
        reason, code = record.get("reason"), record.get("error")
        why = "; ".join([str(reason or code or "-"), *(record.get("rules") or [])])
        do = remedy(code, reason, record.get("action")) or "-"
        return [_ref(record), _when(record), _tenant(record), _who(record), _what(record), why, do]

    head = ["ref", "time", "tenant", "who", "what", "reason", "what to do"]
    return Section("refusals", "What was refused, and why?",
                   _table("Refusals, oldest first.", head, denied, cells, state="reason"))  # fmt: skip


def _across(denied: Sequence[Record]) -> Section:
    def cells(record: Record) -> list[str]:
        return [_ref(record), _when(record), _tenant(record), _who(record),
                str(record.get("owner") or "-"), _what(record)]  # fmt: skip

    found = [r for r in denied if r.get("reason") in ACROSS]
    head = ["ref", "time", "tenant", "who", "owner", "what"]
    return Section("across", "Who reached for another tenant?",
                   _table("Cross-tenant attempts, all refused.", head, found, cells))  # fmt: skip


def _reveals(permits: Sequence[Record]) -> Section:
    found = [r for r in permits if "reveal" in {r.get("action"), *(r.get("obligations") or ())}]
    counted: Counter[tuple[str, str, str]] = Counter()
    last: dict[tuple[str, str, str], Record] = {}
    for record in found:
        key = (_tenant(record), _who(record), _what(record))
        counted[key] += 1
        last[key] = record
    rows = [
        [_ref(last[key]), *key, str(count), _when(last[key])]
        for key, count in counted.most_common(MOST)
    ]
    head = ["ref", "tenant", "who", "what", "times", "last"]
    caption = f"Permits to see originals, by caller and step{_left(len(counted))}."
    return Section("reveals", "Who saw originals?",
                   Table(caption, head, rows, numbers=["times"]).html())  # fmt: skip


def _approvals(records: Sequence[Record]) -> Section:
    def cells(record: Record) -> list[str]:
        note = record.get("note") or {}
        return [
            _ref(record), _when(record), _tenant(record), _what(record),
            str(record.get("outcome") or record.get("decision") or "-"),
            str(record.get("approver") or _who(record)), str(note.get("of") or "-"),
        ]  # fmt: skip

    found = [r for r in records if r.get("kind") == "approval"]
    head = ["ref", "time", "tenant", "what", "outcome", "by", "of"]
    return Section("approvals", "What was approved, and by whom?",
                   _table("Requests for approval and their answers.", head, found, cells))  # fmt: skip


def _policies(records: Sequence[Record]) -> Section:
    def cells(record: Record) -> list[str]:
        return [
            _ref(record), _when(record), str(record.get("action") or "-"),
            str(record.get("outcome") or "in force"), str(record.get("reason") or "-"),
            str((record.get("policy") or {}).get("sha256") or "-")[:16],
        ]  # fmt: skip

    found = [r for r in records if r.get("kind") == "policy_change"]
    head = ["ref", "time", "change", "outcome", "reason", "revision"]
    return Section("policies", "What changed in the policies?",
                   _table("Policy changes.", head, found, cells))  # fmt: skip


def _findings(records: Sequence[Record]) -> Section:
    counts = FindingCounts()
    seen: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        counts.take(record)
        if record.get("kind") == "decision" and record.get("decision") == "permit":
            clear = "reveal" in {record.get("action"), *(record.get("obligations") or ())}
            place = str(record.get("stage") or record.get("resource") or "-")
            for entity, _, count in findings_of(record):
                seen[entity, place, "original" if clear else "pseudonym"] += count
    totals = Table(
        "Personal data that was found; a run's input counts once.",
        ["entity", "direction", "count"],
        [[entity, way, str(n)] for (entity, way), n in sorted(counts.total.items())],
        numbers=["count"],
    )
    places = sorted({(entity, place) for entity, place, _ in seen})
    view = Table(
        f"Which step met what, as what: how many finds it saw{_left(len(places))}.",
        ["entity", "stage", "pseudonym", "original"],
        [[entity, place, *(str(seen[entity, place, how] or "-")
                           for how in ("pseudonym", "original"))]
         for entity, place in places[:MOST]],
        numbers=["pseudonym", "original"],
    )  # fmt: skip
    return Section("findings", "Which personal data was found, and who saw it?",
                   totals.html() + (view.html() if view.rows else ""))  # fmt: skip


def _permits(permits: Sequence[Record], outcomes: Mapping[tuple[str, int], str]) -> Section:
    def cells(record: Record) -> list[str]:
        outcome = outcomes.get((str(record["origin"]), int(record["index"])))
        return [
            _ref(record), _when(record), _tenant(record), _who(record), _what(record),
            " ".join(record.get("rules") or []) or "-", outcome or "-",
            agreement(dict(record), outcome) or "-",
        ]  # fmt: skip

    head = ["ref", "time", "tenant", "who", "what", "rules", "came of it", "agreement"]
    return Section("permits", "What was permitted, and what came of it?",
                   _table("Permits, oldest first.", head, permits, cells, state="came of it"))  # fmt: skip


def _rest(records: Sequence[Record]) -> Section:
    shown = ("decision", "effect", "approval", "policy_change")

    def cells(record: Record) -> list[str]:
        return [_ref(record), _when(record), str(record.get("kind")), _who(record), _what(record),
                str(record.get("outcome") or "-")]  # fmt: skip

    found = [r for r in records if r.get("kind") not in shown]
    head = ["ref", "time", "kind", "who", "what", "outcome"]
    return Section("rest", "What else was recorded?",
                   _table("Runs, readings of the log, and the log's own records.", head, found,
                          cells))  # fmt: skip


def _legend() -> Section:
    return Section("legend", "What do the words mean?", facts(LEGEND))


def _table(
    caption: str, head: Sequence[str], records: Sequence[Record],
    cells: Callable[[Record], list[str]], *, state: str = "",
) -> str:  # fmt: skip
    shown = records[:MOST]
    more = ""
    if len(records) > MOST:
        more = (
            f"<p>{escape(str(len(records) - MOST))} more are left out here; narrow the page with "
            "<code>--since</code>, <code>--run</code>, <code>--tenant</code>.</p>"
        )
    states = [str(r.get("decision") or "") for r in shown]
    states = [one if one in ("permit", "deny") else "" for one in states]
    return Table(caption, head, [cells(r) for r in shown], states=states, state=state).html() + more


def _left(count: int) -> str:
    return f" ({count - MOST} more are left out)" if count > MOST else ""


def _ref(record: Record) -> str:
    return str(record.get("ref") or f"{record['origin']}#{record['index']}")


def _when(record: Record) -> str:
    return person_time(record.get("wall_ns"))


def _tenant(record: Record) -> str:
    return str(record.get("tenant") or "-")


def _who(record: Record) -> str:
    subject = str((record.get("actor") or {}).get("subject") or "-")
    chain = record.get("on_behalf") or []
    return f"{subject} by way of {', '.join(chain)}" if chain else subject


def _what(record: Record) -> str:
    return str(
        record.get("resource") or record.get("stage") or record.get("pipeline")
        or record.get("action") or "-"
    )  # fmt: skip
