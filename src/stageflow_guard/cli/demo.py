"""`demo`: run the shipped governance pipelines, show what happened, verify, write the report."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, shipped
from stageflow_guard.cli.progress import Progress
from stageflow_guard.cli.report import write_report
from stageflow_guard.cli.setup import copy_policies
from stageflow_guard.cli.terminal import styled
from stageflow_guard.errors import ConfigError

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
    examples = shipped("examples")
    texts = conversations(Path(args.input) if args.input else examples / "conversations.jsonl")
    out = Path(args.out)
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise ConfigError(f"`{out}` is not empty and not a demo's; name another with --out")
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, mode=0o700)
    (out / MARKER).touch()
    copy_policies(out / "policies")
    with quiet():
        return _run(out, examples, texts)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what logs refusals (the table shows them), and give every level back."""
    noisy = ("stageflow_guard", "pipeline_dag", "interceptors", "presidio-analyzer")
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in noisy}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _run(out: Path, examples: Path, texts: list[dict[str, str]]) -> int:
    """Run, show, verify and report into the empty folder `out`."""
    sys.path.insert(0, str(examples))
    try:
        import governance  # type: ignore[import-not-found]  # shipped beside the package, as a user's file
    finally:
        sys.path.pop(0)
    bar = Progress(governance.FIXED_RUNS + len(texts))
    rows, answer, send = asyncio.run(governance.run_all(out, texts, progress=bar.step))
    bar.close()
    from stageflow_guard.audit import verify
    from stageflow_guard.audit.read.query import iter_records

    report = verify(out / "audit")
    records = list(iter_records(out / "audit"))
    show(rows, records, answer, send)
    write_report(out / "report.html", rows, records, report)
    print(f"\naudit log   {report.size} records verified, root {report.root}")
    print("            NOT ANCHORED: keep a checkpoint elsewhere to detect a rewritten log")
    print(f"            stageflow-guard audit verify {out / 'audit'}")
    print(f"report      {out / 'report.html'}")
    return HOLDS if all(row.outcome in ("allowed", "refused") for row in rows) else DOES_NOT_HOLD


def show(rows: list[Any], records: list[Any], answer: Any, send: Any) -> None:
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
        print(f"  {mark}  {row.case:<22} {row.caller:<12} {row.detail}{ref}")
    print("\n" + paint("AUDIT", "1"))
    totals: dict[str, int] = {}
    for _, record in records:
        if (
            record["kind"] == "decision"
            and record.get("decision") == "permit"
            and record.get("stage") == "intake"
        ):
            for finding in record.get("findings") or []:
                totals[finding["entity"]] = totals.get(finding["entity"], 0) + finding["count"]
    print("  redacted   " + (", ".join(f"{k} {v}" for k, v in sorted(totals.items())) or "nothing"))
    print(f"  model saw  {answer.seen[-1] if answer.seen else '-'}")
    print(f"  was sent   {next((m for m in send.outbox if '@' in m), '-')}")
