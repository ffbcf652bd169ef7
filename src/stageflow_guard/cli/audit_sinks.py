"""`audit ship | reconcile | lag | schema`, and `verify --sink`: the projections of the log."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stageflow_guard.audit.export.assemble import sink_from, state_of
from stageflow_guard.audit.export.exporter import Exporter, ForkedSink
from stageflow_guard.audit.export.reconcile import (
    SinkReport,
    name_at,
    require_local,
    verify_sink,
)
from stageflow_guard.audit.export.reconcile import reconcile as compare
from stageflow_guard.audit.export.sink import Readable, SinkUnavailable
from stageflow_guard.audit.log.shards import logs_in
from stageflow_guard.audit.read.signed_head import checkpoint_of, key_line, signed_head
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, fail, print_json, worst
from stageflow_guard.cli.audit_anchor import Given
from stageflow_guard.cli.audit_output import cell
from stageflow_guard.cli.places import settings_of
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError, GuardError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.audit.export.sink import Sink
    from stageflow_guard.settings import AuditSettings
    from stageflow_guard.settings.sinks import SinkSettings


def _asked(args: argparse.Namespace) -> tuple[AuditSettings, list[SinkSettings]]:
    audit = settings_of(args).audit
    found = [s for s in audit.sinks if args.sink is None or s.kind == args.sink]
    if not found:
        raise ConfigError(f"`{args.config}` configures no such sink")
    return audit, found


def _exporters(args: argparse.Namespace) -> Iterator[tuple[Exporter, Sink, Path]]:
    audit, sinks = _asked(args)
    for settings in sinks:
        sink = sink_from(settings, reading=args.action == "reconcile")
        try:
            for folder in logs_in(audit.path):
                exporter = Exporter(folder, sink, state_of(audit, settings), known=audit.known_logs)
                yield exporter, sink, folder
        finally:
            sink.close()


def ship(args: argparse.Namespace) -> int:
    """Bring every sink up to the log, once or again and again; one that fails stops no other."""
    while True:
        audit, sinks = _asked(args)
        codes = [_ship_to(audit, settings, args.json) for settings in sinks]
        if args.every is None:
            return worst(codes)
        time.sleep(args.every)


def _ship_to(audit: AuditSettings, settings: SinkSettings, as_json: bool) -> int:
    try:
        sink = sink_from(settings)
    except GuardError as error:
        return fail(error, f"{settings.kind}: ")
    codes = []
    try:
        for folder in logs_in(audit.path):
            try:
                exporter = Exporter(folder, sink, state_of(audit, settings), known=audit.known_logs)
                sent = _sent(exporter)
                dead = exporter.dead.count()
            except GuardError as error:
                codes.append(fail(error, f"{settings.kind} {folder}: "))
                continue
            if as_json:
                said = {"sink": sink.kind, "origin": exporter.origin, "sent": sent, "dead": dead}
                print(json.dumps(said), flush=True)
            else:
                print(
                    f"{sink.kind} {exporter.origin}: {sent} sent, {dead} dead letters", flush=True
                )
    finally:
        sink.close()
    return worst(codes)


def _sent(exporter: Exporter) -> int:
    try:
        return exporter.run()
    except (GuardError, OSError):
        raise
    except Exception as exc:  # a client's own failure; its text may hold anything
        raise exporter.failed(exc) from None


def lag(args: argparse.Namespace) -> int:
    """Say how far each sink is behind."""
    found, codes = [], [HOLDS]
    for exporter, _, _ in _exporters(args):
        try:
            exporter.check()
        except (SinkUnavailable, ForkedSink) as error:
            codes.append(fail(error, f"{exporter.kind}: "))
        found.append(exporter.lag())
        if found[-1].lost:
            codes.append(DOES_NOT_HOLD)
    if args.json:
        print_json([asdict(one) for one in found])
    for one in [] if args.json else found:
        lost = f", {one.lost} LOST there" if one.lost else ""
        name = f", log {one.log}" if one.log else ""
        print(f"{one.sink} {one.origin}: {one.records} behind{lost}, {one.dead} dead letters{name}")
    return worst(codes)


def dead_letters(args: argparse.Namespace) -> int:
    """List what an intake refused for good, or send it once more."""
    said, stay = [], 0
    for exporter, _, _ in _exporters(args):
        if args.what == "resend":
            went, left = exporter.resend()
            stay += left
            said.append({"sink": exporter.kind, "origin": exporter.origin, "sent": went,
                         "left": left})  # fmt: skip
            continue
        said += [{"sink": exporter.kind, **asdict(one)} for one in exporter.dead_letters()]
    if args.json:
        print_json(said)
    for one in [] if args.json else said:
        print(" ".join(f"{key}={cell(value)}" for key, value in one.items() if value is not None))
    return DOES_NOT_HOLD if stay else HOLDS


def reconcile(args: argparse.Namespace) -> int:
    """Compare every readable sink with the log."""
    found, holds = [], True
    known = settings_of(args).audit.known_logs
    for exporter, sink, folder in _exporters(args):
        if not isinstance(sink, Readable):
            print(
                f"{sink.kind}: cannot be read back; its own console shows `audit.key`",
                file=sys.stderr,
            )
            continue
        dead = frozenset(i for one in exporter.dead_letters() for i in one.indices)
        difference = compare(folder, sink, dead=dead, shipped=exporter.next, known=known)
        holds &= difference.holds
        found.append({"kind": sink.kind, **asdict(difference), "holds": difference.holds})
    if args.json:
        print_json(found)
    for one in [] if args.json else found:
        word = "holds" if one["holds"] else "DIFFERS"
        print(
            f"{one['kind']} {one['origin']}: {word}, {one['sink']} of {one['log']} records there, "
            f"{one['behind']} behind, {one['duplicates']} duplicates"
        )
        if one["ahead"]:
            print(f"  {one['ahead']}")
        for name in ("missing", "changed", "foreign"):
            if one[name]:
                print(f"  {name}: {', '.join(map(str, one[name]))}")
        for other in one["others"]:
            print(f"  fork: the sink holds another log of this origin: {other}")
    return HOLDS if holds else DOES_NOT_HOLD


def verify_sinks(args: argparse.Namespace) -> int:
    """Rebuild the tree of every origin from what a sink holds."""
    audit, sinks = _asked(args)
    given = Given(args)
    keys, expected = _keys(given.lines, audit)
    local, notes = _local(audit), given.notes
    found, codes = list[_Found](), [HOLDS]
    for settings in sinks:
        wanted = _Wanted(keys, expected | notes.keys(), notes, local, {*audit.known_logs})
        codes += _verify_one(settings, wanted, found)
    if not found and worst(codes) == HOLDS:
        raise ConfigError("no key is known for any origin there; give one with --vkey")
    by = [
        given.anchor_in_sink(one.report.origin, local.values(), compared=one.compared).by
        for one in found
    ]
    if args.json:
        said = zip(found, by, strict=True)
        print_json([{**asdict(one.report), "anchored": anchored} for one, anchored in said])
    else:
        _print_verified([one.report for one in found], by)
    # what was given counts here, the log's own too, as in `verify`
    if args.require_anchor and not all(args.vkey or one.compared for one in found):
        codes.append(DOES_NOT_HOLD)
    return worst(codes)


def _print_verified(found: list[SinkReport], by: list[str]) -> None:
    loose = dict.fromkeys(
        one.origin for one, anchored in zip(found, by, strict=True) if anchored == "none"
    )
    if loose:
        of = f" of {', '.join(loose)}" if {*by} != {"none"} else ""
        print(
            one_line(
                f"NOT ANCHORED: the keys{of} are those that lie in the local log; keep a checkpoint or "
                "them elsewhere"
            )
        )
    for one in found:
        start = f" from {one.minimum} on" if one.minimum else ""
        print(f"{one.origin}: holds: {one.size} records{start}, root {one.root}, log {one.log}")


class _Found(NamedTuple):
    """What a sink holds of one log, and whether that was compared with a checkpoint given."""

    report: SinkReport
    compared: bool


class _Wanted(NamedTuple):
    """By origin: the key line, whether it must be there, a checkpoint kept elsewhere, the log.

    And the ids of logs that may be there beside another of their origin.
    """

    keys: dict[str, str]
    expected: set[str]
    notes: dict[str, bytes]
    local: dict[str, Path]
    known: set[str]


def _verify_one(settings: SinkSettings, wanted: _Wanted, found: list[_Found]) -> list[int]:
    """Verify every origin of one sink by itself; return the exit codes."""
    codes = []
    sink = sink_from(settings, reading=True)
    try:
        if not isinstance(sink, Readable):
            raise ConfigError(f"sink `{settings.kind}` cannot be read back")
        there = sink.origins()
        for origin in sorted(wanted.expected - set(there)):
            nothing = f"sink `{settings.kind}` holds nothing of `{origin}`"
            codes.append(fail(VerificationError(nothing)))
        for origin in there:
            if origin not in wanted.keys:  # of another machine, perhaps
                said = f"{origin}: not checked, no key is known; give it with --vkey"
                print(one_line(said), file=sys.stderr)
                continue
            codes += _verify_origin(sink, origin, wanted, found)
    finally:
        sink.close()
    return codes


def _verify_origin(sink: Readable, origin: str, wanted: _Wanted, found: list[_Found]) -> list[int]:
    """Verify every log of one origin by itself; several that nobody knows of are a fork."""
    there, folder = sink.logs(origin), wanted.local.get(origin)
    own = name_at(sink, folder, signed_head(folder)[0]) if folder is not None else None
    codes = []
    unknown = [one for one in there if one not in wanted.known]
    if len(unknown) > 1 or (own and unknown not in ([], [own])):
        said = f"fork: the sink holds {len(there)} logs of `{origin}`: {', '.join(there)}"
        here = f"; the local one is {own}" if own else ""
        codes.append(fail(VerificationError(said + here), f"{origin}: "))
    kept = wanted.notes.get(origin)
    for one in there or [""]:
        # a checkpoint that was kept is of this log, or of the only one
        note = kept if own in (None, one) or len(there) == 1 else None
        try:
            report = verify_sink(
                sink, origin, vkey=wanted.keys[origin], of=one, checkpoint=note,
                log=folder if one == own else None,
            )  # fmt: skip
            found.append(_Found(report, note is not None))
            if folder is not None and one == own:
                require_local(folder, report)
        except VerificationError as error:
            codes.append(fail(error, f"{origin}: "))
    return codes


def _local(audit: AuditSettings) -> dict[str, Path]:
    """Return the log directories here, by origin; none where there is no log."""
    from stageflow_guard.audit.tlog.checkpoint import parse

    try:
        folders = logs_in(audit.path)
    except ConfigError:
        return {}
    return {parse(checkpoint_of(f))[0].origin: f for f in folders}


def _keys(lines: list[str], audit: AuditSettings) -> tuple[dict[str, str], set[str]]:
    """Return (key line by origin, origins that must be there): as given; else the local logs'.

    All shards sign with one key, so that one shard's line gives every other's.
    """
    from stageflow_guard.audit.tlog.checkpoint import parse, parse_vkey, vkey_of

    if lines:
        known = dict(parse_vkey(line) for line in lines)
        expected = set(known)
        public = next(iter(known.values()))
        for number in range(256 if audit.shard is not None else 0):
            known.setdefault(f"{audit.origin}/w{number}", public)
        return {name: vkey_of(name, key) for name, key in known.items()}, expected
    try:
        folders = logs_in(audit.path)
    except ConfigError:
        raise ConfigError("there is no local log to take keys from; give --vkey") from None
    heads = {parse(checkpoint_of(f))[0]: f for f in folders}
    local = {h.origin: key_line(f) for h, f in heads.items()}
    return local, {head.origin for head in heads if head.size}


def schema(args: argparse.Namespace) -> int:
    """Print a schema."""
    if args.of == "postgres":
        from stageflow_guard.audit.export.sinks.postgres import schema_sql

        print(schema_sql(args.table))
    else:
        from stageflow_guard.audit.records.formats.record import SCHEMA

        print_json(SCHEMA)
    return HOLDS
