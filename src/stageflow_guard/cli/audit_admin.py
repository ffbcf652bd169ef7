"""`audit erase | rotate | prune`: what changes keys and files, each on record."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.audit.export.assemble import state_of
from stageflow_guard.audit.export.progress import shipped
from stageflow_guard.audit.log.log import Log, LogLocked
from stageflow_guard.audit.log.shards import open_shard
from stageflow_guard.cli import HOLDS, print_json
from stageflow_guard.cli.audit_args import named
from stageflow_guard.cli.places import settings_of
from stageflow_guard.errors import ConfigError

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
    from stageflow_guard.audit.admin.erasure import erase

    settings = settings_of(args)

    async def main() -> list[tuple[str, str]]:
        log = await open_for_upkeep(settings.audit)
        try:
            return await erase(log, settings, subject=named(args.subject), tenant=args.tenant)
        finally:
            await log.close()

    done = asyncio.run(main())
    if args.json:
        print_json(
            {"erased": bool(done), "tenants": [t for t, _ in done], "refs": [r for _, r in done]}
        )
    for tenant, ref in [] if args.json else done:
        print(f"erased in {tenant}, on record as {ref}")
    if not done and not args.json:
        print("nothing was held of this subject; the request is on record")
    return HOLDS


def rotate(args: argparse.Namespace) -> int:
    """Hand the log over to a new key."""
    from stageflow_guard.audit.admin.rotate import rotate

    audit = settings_of(args).audit
    made = asyncio.run(rotate(audit.path, key_file=audit.key_file, copies=audit.checkpoint_copy))
    if args.json:
        print_json({"vkeys": made})
    for line in [] if args.json else made:
        print(f"new key {line}")
    return HOLDS


def _require_shipped(audit: AuditSettings, folder: Path, below: int) -> None:
    """Raise `ConfigError` while a sink has not got what would go."""
    for sink in audit.sinks:
        got = shipped(state_of(audit, sink), folder)
        if got < below:
            raise ConfigError(
                f"sink `{sink.kind}` has {got} records of `{folder}`; run `stageflow-guard audit "
                "ship` before they go"
            )


def prune(args: argparse.Namespace) -> int:
    """Remove records below an index, or older than so many days."""
    from stageflow_guard.audit.admin.prune import older_than, prune

    audit = settings_of(args).audit
    options: dict[str, Any] = {"origin": audit.origin, "checkpoint_copy": audit.checkpoint_copy}
    folder = Path(audit.path)
    if audit.shard is not None:
        if not args.shard:
            raise ConfigError("this log has shards; name one with --shard")
        options["root"] = folder
        folder /= args.shard
        options["origin"] += f"/{args.shard}"
        if audit.checkpoint_copy:
            options["checkpoint_copy"] = f"{audit.checkpoint_copy}.{args.shard}"
    keep = audit.retention_days
    days = args.older_than if args.older_than is not None else keep
    if args.below is None and days is None:
        raise ConfigError("say what goes: --below, --older-than, or `audit.retention_days`")
    if keep is not None and days is not None and days < keep:
        raise ConfigError(f"`audit.retention_days` keeps {keep} days; --older-than {days} is less")
    old = older_than(folder, days) if days is not None else args.below
    wanted = old if args.below is None else args.below
    if wanted > old:
        raise ConfigError(f"record {old} and later ones are younger than {days} days")
    _require_shipped(audit, folder, wanted)
    below = asyncio.run(prune(folder, below=wanted, key_file=audit.key_file, **options))
    if args.json:
        print_json({"minimum": below})
    else:
        print(f"records below {below} are gone; verify with --min {below}")
    return HOLDS


def hold(args: argparse.Namespace) -> int:
    """Put a legal hold in force."""
    from stageflow_guard.audit.admin.holds import hold_of, maintenance_lock, names_used
    from stageflow_guard.cli.audit_query import moment

    audit = settings_of(args).audit
    one = hold_of(
        name=args.name, why=args.why, run=args.run, tenant=args.tenant,
        subject=named(args.subject) if args.subject else None,
        since_ns=moment(args.since), until_ns=moment(args.until),
    )  # fmt: skip
    turn = maintenance_lock(audit.path)
    try:
        if one.name in names_used(audit.path):
            raise ConfigError(f"a hold `{one.name}` is on record already; choose another name")
        return _say(audit, one.record(), f"hold `{one.name}` is in force", args.json)
    finally:
        os.close(turn)


def release(args: argparse.Namespace) -> int:
    """End a legal hold."""
    from stageflow_guard.audit.admin.holds import in_force, release_record

    audit = settings_of(args).audit
    if args.name not in {one.name for one in in_force(audit.path).values()}:
        raise ConfigError("no hold of this name is in force; `audit holds` lists them")
    said = f"hold `{args.name}` is released"
    return _say(audit, release_record(args.name, args.why), said, args.json)


def holds(args: argparse.Namespace) -> int:
    """List the holds in force."""
    from stageflow_guard.audit.admin.holds import in_force

    found = in_force(settings_of(args).audit.path)
    if args.json:
        print_json([one.record()["note"] for one in found.values()])
    for one in [] if args.json else found.values():
        print(" ".join(f"{k}={v}" for k, v in one.record()["note"].items()))
    return HOLDS


def _say(audit: AuditSettings, record: dict[str, Any], said: str, as_json: bool) -> int:
    async def main() -> str:
        log = await open_for_upkeep(audit)
        try:
            return f"{log.origin}#{await log.append(record)}"
        finally:
            await log.close()

    ref = asyncio.run(main())
    if as_json:
        print_json({"ref": ref, **record["note"]})
    else:
        print(f"{said}, on record as {ref}")
    return HOLDS
