"""Help for arguments that mean the same wherever they stand. A verb's own text counts more."""

from __future__ import annotations

import argparse

from stageflow_guard.cli.places import leaves

HELP = {
    "act": "what is done: run, read, write, call, reveal, ...",
    "config": "the guard.toml",
    "decision": "permit or deny",
    "error": "a code, such as access_denied",
    "format": "table, jsonl, csv or parquet",
    "json": "print JSON for machines",
    "kind": "the kind of what is asked for: stage, tool, data, ...",
    "limit": "at most so many records",
    "name": "the name",
    "obj": "the object: pipeline/stage, a tool, a resource",
    "out": "the file or folder to write; else it is printed",
    "outcome": "what came of it: ok, error, fail, refused, cancelled, ...",
    "pipeline": "the pipeline's name in policy lines",
    "reason": "a reason, such as no_matching_rule",
    "resource": "kind:object, such as stage:support/answer; `tool:*` is every tool",
    "run": "the id of a run",
    "session": "the session's id",
    "stage": "the stage's name",
    "sub": "the subject: user:ada, svc:billing, agent:triage",
    "subject": "the subject; `ada` is `user:ada`",
    "tenant": "the tenant",
    "trace": "the id of a W3C trace: 32 hexadecimal digits",
    "what": "what to do with them",
}
OF_A_RECORD = "the kind of a record: decision, effect, approval, ...; of a request see --resource"
# by verb, where a name means something of its own
OWN = {
    ("audit export", "shape"): "OCSF, CloudEvents, CEF, or the records themselves",
    ("audit hold", "name"): "what the hold is called",
    ("audit prove", "index"): "the record's index",
    ("audit prune", "below"): "remove what is older than this index",
    ("audit prune", "older_than"): "remove what is older than so many days",
    ("audit query", "kind"): OF_A_RECORD,
    ("audit denied", "kind"): OF_A_RECORD,
    ("audit report", "kind"): OF_A_RECORD,
    ("audit export", "kind"): OF_A_RECORD,
    ("audit tail", "kind"): OF_A_RECORD,
    ("audit timeline", "kind"): OF_A_RECORD,
    ("audit stats", "kind"): OF_A_RECORD,
    ("audit release", "name"): "what the hold is called",
    ("audit report", "out"): "the HTML file",
    ("audit bundle", "out"): "the folder to write",
    ("audit schema", "of"): "record, or the kind of a sink",
    ("audit schema", "table"): "the table's name",
    ("audit tail", "n"): "how many records",
    ("audit verify", "dir"): "the log's folder, or that of its shards; else as --config says",
    (
        "audit verify",
        "require_anchor",
    ): "exit 1 unless a key or a checkpoint was given; the log's own counts, see the verdict",
    ("audit why", "ref"): "the ref in an error's text (origin#index), or its number",
    ("config", "action"): "check what is configured, or show it",
    ("init", "folder"): "the folder to write into",
    ("models", "action"): "list the models, or fetch one",
    ("models", "name"): "the model",
    ("policy prove", "method"): "structural needs nothing, z3 the extra `prove`; auto takes both",
    ("policy schema", "name"): "which schema; else their names are listed",
    ("policy tenant suspend", "name"): "a tenant, or a subject such as user:ada",
    ("policy tenant suspend", "reason"): "why; it stands in suspended.csv",
    ("redact", "encoding"): "how the input is encoded",
    ("redact", "format"): "how the input is laid out",
    ("redact", "preset"): "strict, balanced or precise",
    ("token", "action"): "inspect: a token from standard input",
}


def fill(top: argparse.ArgumentParser) -> None:
    """Give every argument without help its text."""
    for verb in leaves(top):
        name = verb.prog.partition(" ")[2]
        for action in verb._actions:
            if not action.help:
                action.help = OWN.get((name, action.dest)) or HELP.get(action.dest)
