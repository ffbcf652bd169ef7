"""Putting a reading on record before it happens."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.access_log import note_read
from stageflow_guard.cli.terminal import one_line


def noted(args: argparse.Namespace, asked: dict[str, Any]) -> None:
    """Record that this verb is about to read the log; say so where that is not possible."""
    folders = getattr(args, "dirs", None) or [args.dir]
    for folder in folders:
        logs_in(folder)  # what is no log is said first
    given = {name: str(value)[:200] for name, value in asked.items() if value is not None}
    for folder in folders:
        if asyncio.run(note_read(folder, f"audit {args.action}", given)) is None:
            print(
                one_line(f"this read is unrecorded: nothing may be written beside `{folder}`"),
                file=sys.stderr,
            )
