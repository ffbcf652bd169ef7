"""`audit prove | bundle | witness`: what convinces an outsider."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.tlog.signing import SigningKey
from stageflow_guard.base.durable import write_durably
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.audit_args import FILTERS, text_of
from stageflow_guard.cli.audit_output import as_json, private
from stageflow_guard.cli.audit_query import Chosen
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.kept_policies import changed_line, stores_beside
from stageflow_guard.cli.places import settings_of
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError
from stageflow_guard.keys import read_key


def one_log(folder: str) -> Path:
    """Return the single log at `folder`; raise `ConfigError` that lists the shards otherwise."""
    found = logs_in(folder)
    if len(found) > 1:
        names = ", ".join(p.name for p in found)
        raise ConfigError(f"`{folder}` holds several logs ({names}); name one with --dir")
    return found[0]


def prove(args: argparse.Namespace) -> int:
    """Write one record's proof, or check one."""
    from stageflow_guard.audit.read.proofs import check_proof, prove

    if args.check:
        if not args.record or not args.vkey:
            raise ConfigError("`--check` needs `--record` and `--vkey`")
        entry = Path(args.record).read_bytes()
        shown = check_proof(Path(args.check).read_bytes(), entry, text_of(args.vkey))
        said = {
            "index": shown.index,
            "size": shown.checkpoint.size,
            "origin": shown.checkpoint.origin,
        }
        if args.json:
            print_json(said)
        else:
            print(f"holds: record {shown.index} of {said['origin']}, in a tree of {said['size']}")
        return HOLDS
    noted(args, {"index": args.index})
    proof, entry = prove(one_log(args.dir), args.index)
    if args.out:
        for name, content in ((args.out, proof), (f"{args.out}.json", entry)):
            with private(name) as file:
                file.write(content.decode())
        print(one_line(f"wrote {args.out} and {args.out}.json"))
    elif args.json:
        proved = {"index": args.index, "proof": proof.decode(), "record": entry.decode()}
        print(as_json(proved, indent=2))
    else:
        sys.stdout.write(proof.decode())
    return HOLDS


def bundle(args: argparse.Namespace) -> int:
    """Write a folder for an auditor, one per log that holds a chosen record."""
    from stageflow_guard.audit.admin.bundle import bundle
    from stageflow_guard.audit.tlog.checkpoint import parse

    asked = {n: v for n in (*FILTERS, "since", "until") if (v := getattr(args, n)) is not None}
    folders = logs_in(args.dir)
    given = [Path(value).read_bytes() for value in args.checkpoint or []]
    notes = {parse(note)[0].origin: note for note in given}
    wanted: dict[str, list[int]] = {}
    if args.index:
        one = one_log(args.dir)
        noted(args, {"index": args.index})
        wanted[signed_head(one)[0].origin] = args.index
        asked["index"] = args.index
    else:
        for record in Chosen(args):
            wanted.setdefault(record["origin"], []).append(record["index"])
    key_file = _key_file(args)
    key = SigningKey(read_key(key_file, create=False)) if key_file is not None else None
    if key is None:
        print(
            "no --key-file and no configuration: the list of files stays unsigned", file=sys.stderr
        )
    if not wanted:
        raise ConfigError("no record was chosen; nothing was written")
    wrote: list[dict[str, object]] = []
    for folder in folders:
        head = signed_head(folder)[0]
        note = notes.get(head.origin)
        head = parse(note)[0] if note is not None else head
        indices = [i for i in wanted.get(head.origin, []) if i < head.size]
        if not indices:
            continue
        out = Path(args.out) / folder.name if len(wanted) > 1 else Path(args.out)
        policies = next(iter(stores_beside(args.dir)), None)
        count, changed = bundle(folder, out, indices=indices, key=key, policies=policies,
                                asked=asked, checkpoint=note)  # fmt: skip
        if not args.json:
            for revision in changed:
                print(f"{changed_line(revision)}; it is not in the folder")
            print(one_line(f"wrote {out}: {count} records; its VERIFY.md says how to check it"))
        wrote.append({"out": str(out), "origin": head.origin, "records": count,
                      "changed_policies": changed})  # fmt: skip
    if args.json:
        print_json(wrote)
    return HOLDS


def _key_file(args: argparse.Namespace) -> Path | None:
    if args.key_file:
        return Path(args.key_file)
    if not Path(args.config).exists():
        return None

    return Path(settings_of(args).audit.key_file)


def witness(args: argparse.Namespace) -> int:
    """Cosign the log's checkpoint, once or again and again."""
    from stageflow_guard.audit.admin.witness import Witness
    from stageflow_guard.audit.tlog.checkpoint import parse

    vkey = text_of(args.vkey)
    fresh = not Path(args.state).is_dir() or not any(Path(args.state).iterdir())
    key = SigningKey(read_key(Path(args.key_file), create=fresh))
    one = Witness(args.state, name=args.name, key=key)
    folder = one_log(args.dir)
    if not args.json:
        print(f"witness key {one.vkey}", flush=True)
    while True:
        note = one.cosign(folder, vkey=vkey, now=int(time.time()))
        if args.out:
            write_durably(Path(args.out), note)
        head = parse(note)[0]
        if args.json:
            said = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
            print(json.dumps({**said, "witness": one.vkey}), flush=True)
        else:
            print(
                f"cosigned {head.origin} at {head.size} records, root {head.root.hex()}", flush=True
            )
        if args.every is None:
            return HOLDS
        time.sleep(args.every)
