"""`audit erase | rotate | prune`: what changes keys and files, each on record."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.assemble import state_of
from stageflow_guard.audit.log import Log, LogLocked
from stageflow_guard.audit.shards import open_shard
from stageflow_guard.audit.shipping import slug
from stageflow_guard.cli import HOLDS, emit
from stageflow_guard.cli.audit_args import named
from stageflow_guard.errors import ConfigError
from stageflow_guard.settings import Settings

if TYPE_CHECKING:
    from stageflow_guard.settings import AuditSettings


async def open_for_upkeep(audit: AuditSettings) -> Log:
    """Open the log that a maintenance record goes to.

    A free shard; else the log itself; while a writer holds that, one beside it, like a reader's.
    """
    if audit.shard is not None:
        return await open_shard(
            audit.path, "auto", origin=audit.origin, key_file=audit.key_file,
            copies=audit.checkpoint_copy,
        )  # fmt: skip
    try:
        return await Log.open(
            audit.path, origin=audit.origin, key_file=audit.key_file,
            checkpoint_copy=audit.checkpoint_copy,
        )  # fmt: skip
    except LogLocked:
        return await open_shard(
            f"{audit.path}.reads", "auto", origin=f"{audit.origin}/reads",
            key_file=f"{audit.path}.reads.key", prefix="r",
        )  # fmt: skip


def erase(args: argparse.Namespace) -> int:
    """Destroy a subject's secret: fingerprints and vault at once; put that on record."""
    from stageflow_guard.audit.erasure import erase

    settings = Settings.load(args.config)

    async def main() -> list[tuple[str, str]]:
        log = await open_for_upkeep(settings.audit)
        try:
            return await erase(log, settings, subject=named(args.subject), tenant=args.tenant)
        finally:
            await log.close()

    done = asyncio.run(main())
    if args.json:
        emit({"erased": bool(done), "tenants": [t for t, _ in done], "refs": [r for _, r in done]})
    for tenant, ref in [] if args.json else done:
        print(f"erased in {tenant}, on record as {ref}")
    if not done and not args.json:
        print("nothing was held of this subject; the request is on record")
    return HOLDS


def rotate(args: argparse.Namespace) -> int:
    """Hand the log over to a new key."""
    from stageflow_guard.audit.rotate import rotate

    audit = Settings.load(args.config).audit
    made = asyncio.run(rotate(audit.path, key_file=audit.key_file, copies=audit.checkpoint_copy))
    if args.json:
        emit({"vkeys": made})
    for line in [] if args.json else made:
        print(f"new key {line}")
    return HOLDS


def _require_shipped(audit: AuditSettings, folder: Path, origin: str, below: int) -> None:
    """Raise `ConfigError` while a sink has not got what would go."""
    for sink in audit.sinks:
        cursor = state_of(audit, sink) / f"{slug(origin)}.cursor"
        got = json.loads(cursor.read_text(encoding="utf-8"))["next"] if cursor.exists() else 0
        if got < below:
            raise ConfigError(
                f"sink `{sink.kind}` has {got} records of `{folder}`; run `stageflow-guard audit "
                "ship` before they go"
            )


def prune(args: argparse.Namespace) -> int:
    """Remove records below an index."""
    from stageflow_guard.audit.prune import prune

    audit = Settings.load(args.config).audit
    options: dict[str, Any] = {"origin": audit.origin, "checkpoint_copy": audit.checkpoint_copy}
    folder = Path(audit.path)
    if audit.shard is not None:
        if not args.shard:
            raise ConfigError("this log has shards; name one with --shard")
        folder /= args.shard
        options["origin"] += f"/{args.shard}"
        if audit.checkpoint_copy:
            options["checkpoint_copy"] = f"{audit.checkpoint_copy}.{args.shard}"
    _require_shipped(audit, folder, options["origin"], args.below)
    below = asyncio.run(prune(folder, below=args.below, key_file=audit.key_file, **options))
    if args.json:
        emit({"minimum": below})
    else:
        print(f"records below {below} are gone; verify with --min {below}")
    return HOLDS
