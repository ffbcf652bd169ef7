"""`audit restore`: a log that was lost, out of what a sink holds of it."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from stageflow_guard.audit.admin.restore import rebuild, record_restored
from stageflow_guard.audit.export.assemble import sink_from
from stageflow_guard.audit.export.sink import Readable
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.places import settings_of
from stageflow_guard.errors import ConfigError


def restore(args: argparse.Namespace) -> int:
    """Verify a sink's copy of one log and write it into a folder of its own."""
    audit = settings_of(args).audit
    origin = args.origin or audit.origin + (f"/{args.shard}" if args.shard else "")
    found = [one for one in audit.sinks if one.kind == args.sink]
    if len(found) != 1:
        raise ConfigError(f"`{args.config}` configures {len(found)} sinks `{args.sink}`, not one")
    folder, key = Path(args.out), Path(audit.key_file)
    sink = sink_from(found[0], reading=True)
    try:
        if not isinstance(sink, Readable):
            raise ConfigError(f"sink `{args.sink}` cannot be read back")
        report = rebuild(sink, folder, origin=origin, key_file=key, log=args.log_id)
    finally:
        sink.close()
    about = {"origin": origin, "key_file": key, "kind": args.sink, "report": report}
    index = asyncio.run(record_restored(folder, **about))
    if args.json:
        print_json({"origin": origin, "log": report.log, "records": report.size, "ref": index})
    else:
        print(
            f"{folder}: {report.size} records of {origin}, log {report.log}; what was never "
            f"shipped is gone, as record {index} says"
        )
    return HOLDS
