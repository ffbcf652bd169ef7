"""One self-contained HTML file: runs, decisions, denials with reasons, findings, verification."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dde1e6;vertical-align:top}
th{font-weight:600;color:#57606a}.permit,.allowed{color:#116329}.deny,.refused{color:#a40e26}
code{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere}
.note{background:#fff8c5;padding:.6rem .9rem;border-radius:6px}
"""


def table(head: list[str], rows: list[list[str]], classes: list[str]) -> str:
    """Return an HTML table; every cell is escaped."""
    body = "".join(
        f'<tr class="{escape(cls)}">' + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>"
        for row, cls in zip(rows, classes, strict=True)
    )
    return f"<table><tr>{''.join(f'<th>{escape(h)}</th>' for h in head)}</tr>{body}</table>"


def write_report(path: Path, rows: list[Any], records: list[Any], verified: Any) -> None:
    """Write the report of one demo or log."""
    decisions = [(i, r) for i, r in records if r["kind"] == "decision"]
    findings: dict[str, int] = {}
    for _, record in records:
        for finding in record.get("findings") or []:
            key = f"{finding['entity']} ({finding['direction']})"
            findings[key] = findings.get(key, 0) + finding["count"]
    html = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>stageflow-guard report</title>",
        f"<style>{STYLE}</style><h1>What the guard decided</h1>",
        f"<p>Log verified: {verified.size} records, root <code>{escape(str(verified.root))}</code>.</p>",
    ]
    if verified.anchored == "none":
        html.append(
            "<p class='note'>NOT ANCHORED: the key was taken from the log itself and no older "
            "checkpoint was given. A rewritten log is found only against one kept elsewhere.</p>"
        )
    html += [
        "<h2>Runs</h2>",
        table(
            ["pipeline", "case", "caller", "outcome", "detail", "ref"],
            [[r.part, r.case, r.caller, r.outcome, r.detail, r.ref] for r in rows],
            [r.outcome for r in rows],
        ),
        "<h2>Findings by type</h2>",
        table(["entity", "count"], [[k, str(v)] for k, v in sorted(findings.items())], [""] * len(findings)),
        "<h2>Decisions</h2>",
        table(
            ["#", "tenant", "who", "what", "decision", "reason", "rules"],
            [
                [
                    str(i), r.get("tenant", "-"), (r.get("actor") or {}).get("subject", "-"),
                    r.get("resource", "-"), r.get("decision", "-"), r.get("reason", "-"),
                    " ".join(r.get("rules") or []),
                ]
                for i, r in decisions
            ],
            [r.get("decision", "") for _, r in decisions],
        ),
        "</html>",
    ]  # fmt: skip
    path.write_text("\n".join(html), encoding="utf-8")
