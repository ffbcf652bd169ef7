"""The arguments of `audit`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from stageflow_guard.cli.numbers import length, whole
from stageflow_guard.errors import ConfigError

FORMATS = ["table", "jsonl", "csv", "parquet"]
FILTERS = (
    "kind", "run", "tenant", "subject", "pipeline", "stage", "session", "resource", "decision",
    "reason", "error", "outcome", "trace",
)  # fmt: skip

_KEY_LINE = re.compile(r"[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*")  # C2SP signed-note


def add(verbs: Any) -> None:
    """Add the verb `audit` and everything below it."""
    audit = verbs.add_parser("audit", help="verify, read, prove and ship the audit log")
    acts = audit.add_subparsers(dest="action", required=True)
    _proofs(acts)
    _reading(acts)
    _sinks(acts)
    _upkeep(acts)


def text_of(value: str) -> str:
    """Return a key line given as such, or the one in the file that is named.

    Raises `ConfigError` for a file without one, which may be the private key: nothing of it is
    said, and nobody further down takes it for the name of another file.
    """
    if "+" in value:
        return value.strip()
    line = Path(value).read_text(encoding="utf-8").strip()
    if _KEY_LINE.fullmatch(line) is None:
        raise ConfigError(f"`{value}` holds no key line; the file `vkey` of a log does")
    return line


def named(subject: str) -> str:
    """Return a subject as records name it: `ada` is `user:ada`."""
    return subject if ":" in subject else f"user:{subject}"


def _verb(acts: Any, name: str, text: str, *, folder: bool = True) -> argparse.ArgumentParser:
    found: argparse.ArgumentParser = acts.add_parser(name, help=text)
    found.add_argument("--json", action="store_true", help="print JSON for machines")
    if folder:
        found.add_argument(
            "--dir", default="audit", help="the log directory, or the one of its shards"
        )
    return found


def _proofs(acts: Any) -> None:
    verify = _verb(acts, "verify", "rebuild the tree and check everything", folder=False)
    verify.add_argument("dir", nargs="?", default="audit")
    _kept_elsewhere(verify)
    verify.add_argument(
        "--receipt", action="append", help="a record's receipt that was kept; it must still hold"
    )
    verify.add_argument("--require-anchor", action="store_true")
    verify.add_argument("--min", type=whole, metavar="INDEX", help="the first index, after pruning")
    verify.add_argument(
        "--sink", metavar="KIND", help="verify what a configured sink holds instead"
    )
    verify.add_argument("--config", default="guard.toml", help="where sinks are configured")
    prove = _verb(acts, "prove", "write the inclusion proof of one record (C2SP tlog-proof)")
    prove.add_argument("index", type=whole)
    prove.add_argument("--out", help="a file for the proof; the record goes to FILE.json")
    prove.add_argument(
        "--check", metavar="PROOF", help="check a proof instead; needs --record, --vkey"
    )
    prove.add_argument("--record", help="the record's exact bytes")
    prove.add_argument("--vkey", help="a key line, or a file that holds it")
    bundle = _verb(acts, "bundle", "write a folder that an auditor checks without this package")
    bundle.add_argument("--out", required=True)
    bundle.add_argument(
        "--index", type=whole, action="append", help="a record; or choose by filters"
    )
    bundle.add_argument("--key-file", help="the log's signing key; else from --config")
    bundle.add_argument("--config", default="guard.toml")
    bundle.add_argument(
        "--checkpoint", action="append", help="prove against this one, cosigned perhaps"
    )
    _choose(bundle)
    witness = _verb(acts, "witness", "cosign consistent growth, with a key of its own")
    witness.add_argument("--state", required=True, help="a folder for what was seen")
    witness.add_argument("--key-file", required=True, help="the witness's key; made when missing")
    witness.add_argument(
        "--name", required=True, help="the witness's name, like example.com/witness"
    )
    witness.add_argument(
        "--vkey", required=True, help="the log's key line, or a file that holds it"
    )
    witness.add_argument("--out", help="where the cosigned checkpoint goes")
    witness.add_argument("--every", type=length, help="go on, every so many seconds")


def _kept_elsewhere(found: argparse.ArgumentParser) -> None:
    found.add_argument("--vkey", action="append", help="a key line, or a file that holds it")
    found.add_argument(
        "--checkpoint", action="append", metavar="FILE",
        help="a signed checkpoint that was kept elsewhere: a rollback to below it shows",
    )  # fmt: skip
    found.add_argument(
        "--witness", action="append", help="a witness's key line; it must have cosigned"
    )


def _choose(found: argparse.ArgumentParser) -> None:
    for name in FILTERS:
        flags = ["--subject", "--user"] if name == "subject" else [f"--{name}"]
        found.add_argument(*flags, dest=name)
    found.add_argument("--since", help="a time (RFC 3339), or 15m, 24h, 7d ago")
    found.add_argument("--until", help="as --since; that moment is not included")
    found.add_argument("--limit", type=whole)


def _printed(found: argparse.ArgumentParser) -> None:
    found.add_argument("--format", choices=FORMATS, default="table")
    found.add_argument("--out", help="a file; else it is printed")
    _kept(found)


def _kept(found: argparse.ArgumentParser) -> None:
    found.add_argument("--db", help="keep a projection in this file; else the log is read")
    found.add_argument(
        "--trust-db", action="store_true",
        help="compare only the rows that are shown with the log: a row that somebody took out of "
        "--db is not missed",
    )  # fmt: skip


def _reading(acts: Any) -> None:
    why = _verb(acts, "why", "explain a decision: who, when, what, by which rule")
    why.add_argument("ref", nargs="?")
    denied = _verb(acts, "denied", "list what was refused")
    query = _verb(acts, "query", "list records that match")
    query.add_argument("--value", help="records that hold this value's fingerprint")
    query.add_argument("--field", default="input_text", help="the field of --value")
    query.add_argument("--config", default="guard.toml", help="where the keyring is configured")
    review = _verb(acts, "review", "ten questions of a day, with their answers")
    review.add_argument(
        "day", nargs="?",
        help="2026-01-31, today or yesterday (UTC); else the last day on record",
    )  # fmt: skip
    review.add_argument("--markdown", action="store_true", help="print Markdown")
    review.add_argument("--out", help="a file; else it is printed")
    for found in (review, _verb(acts, "gaps", "what a log does not say; exit 1 when there is any")):
        found.add_argument(
            "--silence", type=length, default=10.0, metavar="MINUTES",
            help="how long without a record is a gap",
        )  # fmt: skip
        _kept_elsewhere(found)
    timeline = _verb(
        acts, "timeline", "what happened in a run, to a user, in a tenant, in a trace", folder=False
    )
    timeline.add_argument(
        "--dir", action="append", metavar="DIR",
        help="the log directory, or the one of its shards; again for a further service's",
    )  # fmt: skip
    stats = _verb(acts, "stats", "count decisions, reasons, findings, latencies")
    for found in (denied, query, timeline):
        _choose(found)
        _printed(found)
    _kept(stats)
    tail = _verb(acts, "tail", "print the last records")
    tail.add_argument("-n", type=whole, default=10)
    tail.add_argument("-f", "--follow", action="store_true", help="go on as records become durable")
    report = _verb(acts, "report", "write an HTML report of a run or a time range")
    report.add_argument("--out", default="report.html")
    _kept_elsewhere(report)
    _choose(report)
    export = _verb(acts, "export", "print records as events of another format, one a line")
    shapes = ["ocsf", "ocsf-1.9", "cloudevents", "cef", "record"]
    export.add_argument("--as", dest="shape", choices=shapes, default="ocsf")
    export.add_argument("--out")
    _choose(export)


def _sinks(acts: Any) -> None:
    for name, text in (
        ("ship", "bring every configured sink up to the log"),
        ("reconcile", "compare every readable sink with the log, record by record"),
        ("lag", "say how far each sink is behind"),
        ("dead-letters", "list what an intake refused for good, or send it again"),
    ):
        found = _verb(acts, name, text, folder=False)
        found.add_argument("--config", default="guard.toml")
        found.add_argument("--sink", metavar="KIND", help="one kind only")
        if name == "dead-letters":
            found.add_argument("what", choices=["list", "resend"])
        if name == "ship":
            found.add_argument("--every", type=length, help="go on, every so many seconds")
    restore = _verb(
        acts, "restore", "make a log that was lost again, out of what a sink holds", folder=False
    )
    restore.add_argument("--config", default="guard.toml")
    restore.add_argument("--sink", metavar="KIND", required=True, help="where it is read")
    restore.add_argument("--out", required=True, help="an empty folder for the log")
    restore.add_argument("--origin", help="whose log; else `audit.origin`, with the shard's name")
    restore.add_argument("--shard", help="which log, where there are several")
    restore.add_argument("--log-id", metavar="ID", help="which of several logs of that origin")
    schema = _verb(acts, "schema", "print a schema: of a record, or a sink's", folder=False)
    schema.add_argument("of", choices=["record", "postgres"])
    schema.add_argument("--table", default="audit_records")


def _upkeep(acts: Any) -> None:
    erase = _verb(
        acts, "erase", "destroy a subject's keys; the log and its proofs stay", folder=False
    )
    erase.add_argument("subject")
    erase.add_argument("--tenant", help="one tenant only")
    erase.add_argument("--config", default="guard.toml")
    rotate = _verb(acts, "rotate", "hand the log over to a new signing key", folder=False)
    rotate.add_argument("--config", default="guard.toml")
    prune = _verb(acts, "prune", "remove old records; later ones still prove", folder=False)
    prune.add_argument("--below", type=whole, metavar="INDEX")
    prune.add_argument("--older-than", type=whole, metavar="DAYS")
    prune.add_argument("--shard", help="which log, where there are several")
    prune.add_argument("--config", default="guard.toml")
    hold = _verb(acts, "hold", "keep records and keys from pruning and erasure", folder=False)
    hold.add_argument("name")
    hold.add_argument("--why", required=True, help="the reason; it goes on record and is shown")
    hold.add_argument("--subject")
    hold.add_argument("--run")
    hold.add_argument("--tenant")
    hold.add_argument("--since", help="a time (RFC 3339), or 24h, 7d ago")
    hold.add_argument("--until", help="as --since")
    release = _verb(acts, "release", "end a hold", folder=False)
    release.add_argument("name")
    release.add_argument("--why", required=True, help="the reason; it goes on record")
    holds = _verb(acts, "holds", "list the holds in force", folder=False)
    for one in (hold, release, holds):
        one.add_argument("--config", default="guard.toml")
