"""`demo`: run the shipped pipelines, show what happened, verify, write the report."""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.finding_counts import FindingCounts
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, examples, shipped
from stageflow_guard.cli.audit_anchor import Checked
from stageflow_guard.cli.audit_refs import requester_of, trail_of
from stageflow_guard.cli.audit_report import MOST, render
from stageflow_guard.cli.audit_report_rows import ReportRows
from stageflow_guard.cli.progress import Progress
from stageflow_guard.cli.quiet import quiet
from stageflow_guard.cli.report import Section, Table
from stageflow_guard.cli.setup import copy_policies
from stageflow_guard.cli.terminal import styled
from stageflow_guard.errors import ConfigError

HALF = 36  # of a terminal of 80 columns
MARKER = ".stageflow-guard-demo"


def conversations(path: Path) -> list[dict[str, str]]:
    """Read JSON lines with `text` (and `tenant`), or plain text with one message a line."""
    found: list[dict[str, str]] = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"`{path}` cannot be read as UTF-8 text ({type(exc).__name__})") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if path.suffix in {".jsonl", ".ndjson"}:
            try:
                entry = json.loads(line)
            except ValueError:
                raise ConfigError(f"{path}:{number}: not a JSON object") from None
            if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
                raise ConfigError(f"{path}:{number}: needs a string `text`")
            tenant = entry.get("tenant", "acme")
            if tenant not in ("acme", "globex"):
                raise ConfigError(f"{path}:{number}: `tenant` is acme or globex in the demo")
            found.append({"tenant": tenant, "text": entry["text"]})
        else:
            found.append({"tenant": "acme", "text": line})
    if not found:
        raise ConfigError(f"`{path}` holds no conversation")
    return found


def run(args: argparse.Namespace) -> int:
    """Run the four pipelines; exit 0 only when the log verifies and nothing leaked."""
    folder = shipped("examples")
    texts = conversations(Path(args.input) if args.input else folder / "conversations.jsonl")
    out = Path(args.out)
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise ConfigError(f"`{out}` is not empty and not a demo's; name another with --out")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, mode=0o700)
    (out / MARKER).touch()
    copy_policies(out / "policies")
    with quiet():
        return _run(out, folder, texts)


def _run(out: Path, shipped_examples: Path, texts: list[dict[str, str]]) -> int:
    """Run, show, verify and report into the empty folder `out`."""
    sys.path.insert(0, str(shipped_examples))
    try:
        import governance  # type: ignore[import-not-found]  # shipped beside the package, as a user's file
    finally:
        sys.path.pop(0)
    bar = Progress(governance.FIXED_RUNS + len(texts))
    rows = asyncio.run(governance.run_all(out, texts, progress=bar.step))
    bar.close()
    from stageflow_guard.audit import verify
    from stageflow_guard.audit.read.query import iter_records

    report = verify(out / "audit")
    records = list(iter_records(out / "audit"))
    show(rows, records, out)
    _write_report(out / "report.html", rows, records, report)
    print(f"\naudit log   {report.size} records verified, root {report.root}")
    print("            NOT ANCHORED: keep a checkpoint elsewhere to detect a rewritten log")
    print(f"            stageflow-guard audit verify {out / 'audit'}")
    print(f"report      {out / 'report.html'}")
    twenty = show_examples(out / "examples")
    fine = all(row.outcome in ("allowed", "refused") for row in rows)
    return HOLDS if fine and twenty else DOES_NOT_HOLD


def _write_report(path: Path, rows: list[Any], records: list[Any], report: Any) -> None:
    """Write the page of `audit report`, with what was tried on top."""
    head = ["case", "pipeline", "caller", "outcome", "ms", "detail", "ref"]
    cells = [
        [r.case, r.part, r.caller, r.outcome, f"{r.ms:.0f}", r.detail, r.ref or "-"] for r in rows
    ]
    tried = Table("What the demo tried, in its order.", head, cells,
                  states=[r.outcome for r in rows], state="outcome")  # fmt: skip
    outcomes = {
        (report.origin, r["decision_index"]): r["outcome"]
        for _, r in records if r["kind"] == "effect" and "decision_index" in r
    }  # fmt: skip
    placed = [{**r, "origin": report.origin, "index": i} for i, r in records]
    first = [Section("tried", "What was tried?", tried.html())]
    seen = ReportRows(MOST)
    for one in placed:
        seen.take(one)
    text = render(
        seen, outcomes, [Checked(report=report)], first=first,
        requester=partial(requester_of, str(path.parent / "audit")),
        trail=trail_of(str(path.parent / "audit")),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")


def show_examples(folder: Path) -> bool:
    """Play the twenty pipelines, one line each; say whether all went well and every log verifies."""
    from stageflow_guard.audit import verify

    print("\n" + (styled("TWENTY PIPELINES", "1") if sys.stdout.isatty() else "TWENTY PIPELINES"))
    names = examples.names()
    bar, lines, fine = Progress(len(names)), [], True
    for name in names:
        scene = asyncio.run(examples.play(name, folder / name))
        counted = Counter(row.outcome for row in scene.rows)
        size = verify(scene.folder / "audit").size
        fine &= not counted["failed"]
        told = ", ".join(f"{count} {outcome}" for outcome, count in counted.items())
        lines.append(f"  {name:28} {told:36} {size:3} records verified")
        bar.step()
    bar.close()
    print("\n".join(lines))
    print("            stageflow-guard examples list | run NAME | copy NAME")
    return fine


def show(rows: list[Any], records: list[Any], out: Path) -> None:
    """Print a table that a person reads with pleasure."""
    colour = sys.stdout.isatty()

    def paint(text: str, code: str) -> str:
        return styled(text, code) if colour else text

    part = ""
    for row in rows:
        if row.part != part:
            part = row.part
            print("\n" + paint(part.upper(), "1"))
        mark = paint("✓ allowed", "32") if row.outcome == "allowed" else paint("✗ refused", "31")
        ref = f"  [{row.ref.rpartition('#')[2]}]" if row.ref else ""
        took = f"{row.ms:4.0f} ms"
        print(f"  {mark}  {took}  {row.case:<22} {row.caller:<12} {row.detail}{ref}")
    print("\n  ✓ every stage ran   ✗ nothing more ran   ms: the whole attempt, the guard included")
    print(f"  [n] stageflow-guard audit why example.com/pipelines#n --dir {out / 'audit'}")
    print_conversation(rows, paint)
    print("\n" + paint("AUDIT", "1"))
    found, blocked = FindingCounts(), FindingCounts()
    for _, record in records:
        found.take(record)
        if record.get("error") == "content_blocked":
            blocked.take(record)
    print("  found      " + _counts(found))
    print("  blocked    " + _counts(blocked) + "  (of these; the rest was redacted)")


def _counts(found: FindingCounts) -> str:
    return ", ".join(f"{k} {v}" for k, v in sorted(found.by_entity().items())) or "nothing"


def print_conversation(rows: list[Any], paint: Callable[[str, str], str]) -> None:
    """Print one conversation in which something was found: what was written beside what was read."""
    changed = (row for row in rows if row.said and row.said[0].strip() != row.said[1])
    row = next(changed, None)
    if row is None:
        return
    wrote, read, sent = row.said
    print("\n" + paint(f"ONE CONVERSATION, {row.caller}", "1"))
    pairs = zip_longest(
        *(textwrap.wrap(text, HALF, break_on_hyphens=False) for text in (wrote, read)), fillvalue=""
    )
    print(f"  {'before: what was written':<{HALF}} │ after: what the model read")
    for left, right in pairs:
        print(f"  {left:<{HALF}} │ {right}")
    print("  what was sent, by the one stage that may see originals:")
    print(textwrap.fill(sent, 2 * HALF, initial_indent="  ", subsequent_indent="  "))
