"""The report in a real browser: readable by everybody, at any width, in light and in dark."""

from __future__ import annotations

import asyncio
import itertools
import os
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.cli import main

pytestmark = pytest.mark.browser
WHO = "user:ada.of.a.rather.long.name@tenant"
LOOKS = list(itertools.product([1280, 390], [False, True]))


def _records():
    """Every section has rows: refusals, cross-tenant, reveals, approvals, policies, findings."""
    actor = {"subject": WHO, "roles": ["supervisor"]}
    finds = [{"entity": "EMAIL_ADDRESS", "count": 2, "direction": "input"},
             {"entity": "PHONE_NUMBER", "count": 1, "direction": "input"}]  # fmt: skip
    common = {"run": "r1", "pipeline": "support", "tenant": "acme", "actor": actor}
    yield {**common, "kind": "run_start"}
    for n, (stage, seen) in enumerate([("intake", "redact"), ("send_reply", "reveal")]):
        yield {**common, "kind": "decision", "decision": "permit", "reason": "permitted",
               "stage": stage, "resource": f"stage:support/{stage}", "action": "run",
               "obligations": [seen], "rules": ["tenants/acme/policy.csv:10"],
               "findings": finds, **({"note": {"reads": ["intake"]}} if n else {})}  # fmt: skip
        found = [{"entity": "IBAN_CODE", "count": 1, "direction": "output"}]
        yield {**common, "kind": "effect", "stage": stage, "outcome": "ok" if n == 0 else "error",
               "decision_index": 1 + 2 * n,
               **({"findings": found} if n == 0 else {"note": {"restored": True},
                                                      "error": "ConnectionError"})}  # fmt: skip
    for reason, code in [
        ("no_matching_rule", "access_denied"),
        ("foreign_owner", "access_denied"),
        ("expired", "not_authenticated"),
    ]:
        yield {**common, "kind": "decision", "decision": "deny", "reason": reason, "error": code,
               "resource": "data:ticket/" + "7" * 60, "action": "read", "owner": "globex",
               "on_behalf": ["agent:triage"]}  # fmt: skip
    yield {**common, "kind": "approval", "action": "approve", "outcome": "approved",
           "resource": "tool:refund", "approver": "user:bob", "note": {"of": "e.x#1"}}  # fmt: skip
    yield {"kind": "policy_change", "action": "reload", "policy": {"sha256": "ab" * 32}}
    yield {**common, "kind": "run_end", "outcome": "ok"}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a log in which every section has something to say."""
    folder = tmp_path_factory.mktemp("report")

    async def write():
        log = await Log.open(folder / "audit", origin="e.x/pipelines", key_file=folder / "k")
        for record in _records():
            await log.append(record)
        await log.close()

    asyncio.run(write())
    out = folder / "report.html"
    assert main(["audit", "report", "--dir", str(folder / "audit"), "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_the_report_has_no_accessibility_violation_and_does_not_overflow(
    report, page, axe, width, dark
):
    """axe finds nothing; nothing reaches beyond the window; nothing is fetched."""
    page.requested.clear()
    page.open(report, width=width, dark=dark)
    if folder := os.environ.get("PICTURES"):
        page.picture(Path(folder) / f"report-{width}-{'dark' if dark else 'light'}.png")
    assert page.overflowing() == []
    assert page.violations(axe) == []
    assert page.requested == [report.resolve().as_uri()]


def test_the_report_says_every_part_with_rows_in_the_order_of_a_review(report, page):
    """Verification first; each section has its heading, and each table its caption and heads."""
    page.open(report, width=1280, dark=False)
    headings = page.run("[...document.querySelectorAll('h2')].map(h => h.id)")
    assert headings == [
        "verification", "refusals", "across", "reveals", "approvals", "policies", "failed",
        "findings", "permits", "rest", "legend",
    ]  # fmt: skip
    rows = page.run(
        "Object.fromEntries([...document.querySelectorAll('section')].map(s => "
        "[s.getAttribute('aria-labelledby'), s.querySelectorAll('tbody tr').length]))"
    )
    assert rows == {
        "verification": 0, "refusals": 3, "across": 1, "reveals": 1, "approvals": 1, "policies": 1,
        "failed": 1, "findings": 12, "permits": 2, "rest": 2, "legend": 0,
    }  # fmt: skip
    assert page.run("document.querySelectorAll('table').length") == page.run(
        "document.querySelectorAll('table > caption').length"
    )
    assert page.run("document.querySelectorAll('th:not([scope])').length") == 0
    assert page.run("document.querySelectorAll('header, main, nav, footer').length") == 4


def test_a_ref_and_a_time_stay_in_their_line_and_a_failure_is_not_green(report, page):
    """People copy a ref; a colour says the same as the word beside it."""
    page.open(report, width=1280, dark=False)
    tall = page.run(
        "[...document.querySelectorAll('tbody .ref, tbody .time')].filter(c => "
        "c.firstChild.getClientRects().length > 1).map(c => c.textContent)"
    )
    assert tall == []
    rows = page.run("[...document.querySelectorAll('section[aria-labelledby=permits] tbody tr')]"
                    ".map(r => [r.className, r.querySelector('.state').textContent])")  # fmt: skip
    assert rows == [["allowed", "ok"], ["refused", "error"]]


def test_finds_are_counted_once_in_the_report_not_once_per_stage(report, page):
    """Two stages of one run met the same two addresses: two were found, each stage saw two."""
    page.open(report, width=1280, dark=False)
    cells = page.run(
        "[...document.querySelectorAll('section[aria-labelledby=findings] tbody tr')]"
        ".map(r => [...r.children].map(c => c.textContent).join(' '))"
    )
    assert cells == [
        "EMAIL_ADDRESS input 2", "IBAN_CODE output 1", "PHONE_NUMBER input 1",
        f"{WHO} acme EMAIL_ADDRESS 1 1", f"{WHO} acme IBAN_CODE - 1", f"{WHO} acme PHONE_NUMBER 1 1",
        "EMAIL_ADDRESS support/intake 2 -", "EMAIL_ADDRESS support/send_reply - 2", "IBAN_CODE support/send_reply - 1",
        "PHONE_NUMBER support/intake 1 -", "PHONE_NUMBER support/send_reply - 1",
        "IBAN_CODE support/intake support/send_reply - 1",
    ]  # fmt: skip
