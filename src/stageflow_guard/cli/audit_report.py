"""`audit report`: an HTML page of a run or a time range, self-contained."""

from __future__ import annotations

import argparse
from html import escape
from typing import Any

from stageflow_guard.audit import verify
from stageflow_guard.audit.log.layout import read_minimum
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.records.columns import when
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.audit_output import private
from stageflow_guard.cli.audit_query import agreement, chosen_with_effects
from stageflow_guard.cli.report import STYLE, table
from stageflow_guard.cli.terminal import one_line


def report(args: argparse.Namespace) -> int:
    """Verify the log, then write the page."""
    reports = [verify(f, minimum=read_minimum(f) or None) for f in logs_in(args.dir)]
    found, outcomes = chosen_with_effects(args)
    with private(args.out) as file:
        file.write(page(found, outcomes, reports))
    if args.json:
        print_json({"out": args.out, "records": len(found)})
    else:
        print(one_line(f"wrote {args.out}: {len(found)} records"))
    return HOLDS


def page(
    records: list[dict[str, Any]], outcomes: dict[tuple[str, int], str], reports: list[Any]
) -> str:
    """Return the page; every cell is escaped."""
    findings: dict[str, int] = {}
    for record in records:
        for one in record.get("findings") or []:
            key = f"{one['entity']} ({one['direction']})"
            findings[key] = findings.get(key, 0) + one["count"]
    decisions = [r for r in records if r.get("kind") == "decision"]
    rows = [_decision(r, outcomes.get((r["origin"], r["index"]))) for r in decisions]
    others = [r for r in records if r.get("kind") not in ("decision", "effect")]
    holds = "".join(
        f"<p>{escape(r.origin)}: {r.size} records verified, root <code>{escape(r.root)}</code>.</p>"
        for r in reports
    )
    return "\n".join([
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>stageflow-guard report</title>",
        f"<style>{STYLE}</style><h1>What the guard recorded</h1>", holds,
        "<p class='note'>NOT ANCHORED: compare with a checkpoint kept elsewhere "
        "(<code>stageflow-guard audit verify --checkpoint</code>).</p>",
        f"<p>{len(records)} records, {sum(r.get('decision') == 'deny' for r in decisions)} refusals.</p>",
        "<h2>Decisions</h2>",
        table(
            ["ref", "time", "tenant", "who", "what", "decision", "reason", "rules", "came of it",
             "agreement"],
            rows, [r.get("decision", "") for r in decisions],
        ),
        "<h2>Findings by type</h2>",
        table(["entity", "count"], [[k, str(v)] for k, v in sorted(findings.items())],
              [""] * len(findings)),
        "<h2>Everything else</h2>",
        table(
            ["ref", "time", "kind", "what", "outcome"],
            [[_ref(r), when(r.get("wall_ns")), str(r.get("kind")),
              str(r.get("resource") or r.get("pipeline") or r.get("action") or "-"),
              str(r.get("outcome") or "-")] for r in others],
            [""] * len(others),
        ),
        "</html>",
    ])  # fmt: skip


def _ref(record: dict[str, Any]) -> str:
    return f"{record['origin']}#{record['index']}"


def _decision(record: dict[str, Any], outcome: str | None) -> list[str]:
    return [
        _ref(record), when(record.get("wall_ns")), str(record.get("tenant") or "-"),
        str((record.get("actor") or {}).get("subject", "-")), str(record.get("resource") or "-"),
        str(record.get("decision") or "-"), str(record.get("reason") or "-"),
        " ".join(record.get("rules") or []), outcome or "-", agreement(record, outcome) or "-",
    ]  # fmt: skip
