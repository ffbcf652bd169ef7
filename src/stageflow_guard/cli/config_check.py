"""`config check | show`: a verdict first, then what it rests on. A check leaves nothing behind."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.version import page
from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, UNAVAILABLE, print_json, worst
from stageflow_guard.cli.numbers import counted
from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.model import NO_TENANT

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

NOT_COVERED = (
    "names, organizations and places that nothing announces; without `redaction.ner` about half of "
    f"the labelled characters are found ({page('explanation/redaction')}); see `stageflow-guard "
    "models list`"
)
IN_USE = (
    "the log is in use by a running guard: it was read and not opened; a second guard of these "
    "settings cannot start meanwhile (`audit.shard` gives each process a log of its own)"
)


@dataclass
class Findings:
    """What a check found: lines to print, and the exit codes that they mean."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tried: list[tuple[str, str, str | None]] = field(default_factory=list)  # what, which, problem

    @property
    def code(self) -> int:
        """Return the exit code."""
        codes = [DOES_NOT_HOLD] if self.problems else []
        codes += [UNAVAILABLE for _, _, problem in self.tried if problem]
        return worst(codes)

    def verdict(self) -> str:
        """Return one line: ok, or how much is wrong."""
        if self.code == HOLDS:
            return "ok" if not self.warnings else f"ok, {counted(len(self.warnings), 'warning')}"
        failed = sum(problem is not None for _, _, problem in self.tried)
        parts = [counted(len(self.problems), "problem")] if self.problems else []
        parts += [counted(failed, "part") + " that cannot be reached"] if failed else []
        return f"not ok: {', '.join(parts)}"


def config(args: argparse.Namespace) -> int:
    """Check or show the effective configuration, secrets masked."""
    from stageflow_guard.auth.trust import issuer_warnings
    from stageflow_guard.enforcement.kept_apart import kept_apart
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    if args.action == "show":
        print_json(settings.masked())
        return HOLDS
    guard = Guard.from_settings(settings)
    policies = guard._pep.decisions
    apart = kept_apart(settings, getattr(policies, "flow", None), getattr(policies, "limits", None))
    found = Findings(list(guard.problems), issuer_warnings(settings.auth), list(apart))
    if args.online:
        _online(guard, settings, found)
    _print(found, settings.masked() if args.all else None, settings)
    return found.code


def _print(found: Findings, everything: dict[str, Any] | None, settings: Settings) -> None:
    print(found.verdict())
    for problem in found.problems:
        print(f"problem   {problem}")
    for warning in found.warnings:
        print(f"warning   {warning}")
    for note in found.notes:
        print(f"note      {note}")
    for what, which, failed in found.tried:
        print(f"{what:<10}{which}: {failed or 'ok'}")
    if not settings.redaction.ner:
        print(f"not covered: {NOT_COVERED}")
    if everything is None:
        print("settings that differ from the defaults (all of them: `config check --all`):")
    print_json(settings.chosen() if everything is None else everything)
    if (verdict := found.verdict()) != "ok":
        print(verdict)  # again: the settings may have pushed the first line out of sight


def _online(guard: Guard, settings: Settings, found: Findings) -> None:
    """Try for real what a run needs: keys, policies, redaction, approvals, limits, log, sinks."""
    from stageflow_guard.audit.open import in_use
    from stageflow_guard.auth.build_verifier import probe
    from stageflow_guard.enforcement.build_controls import probe_controls

    for issuer, answer in asyncio.run(probe(settings.auth)):
        found.tried.append(("keys", issuer, answer))
    revision = str(guard.health()["policy_revision"])[:12]
    found.tried.append(("policies", f"{revision}, {len(guard.problems)} problems", None))
    chosen = settings.redaction
    told = chosen.preset + (f", {chosen.ner}" if chosen.ner else "")
    found.tried.append(("redaction", told, asyncio.run(_redaction(guard))))
    found.tried += probe_controls(settings)
    held = in_use(settings.audit)
    records = _size(Path(settings.audit.path)) if held else _log(settings)
    found.tried.append(("log", f"{settings.audit.origin}: {records} records", None))
    if held:
        found.warnings.append(IN_USE)
    found.tried += [("sink", name, problem) for name, problem in _sinks(settings, held=held)]


async def _redaction(guard: Guard) -> str | None:
    """Scan a text as a run would, models included; return what failed."""
    inspector: Any = guard._pep.inspector
    try:
        scope = inspector.scope(NO_TENANT, "config check")
        await inspector.redact("config check", scope=scope, direction="input")
    except GuardError as error:
        return str(error)
    finally:
        if hasattr(inspector, "stop_worker"):
            await asyncio.to_thread(inspector.stop_worker)
    return None


def _log(settings: Settings) -> int:
    """Open the log as a guard would; where there is none, a trial one that is removed again.

    Return how many records it holds.
    """
    from stageflow_guard.audit.log.shards import logs_in

    audit = settings.audit
    place = Path(audit.path)
    fresh = not os.path.lexists(place)
    if not fresh and audit.shard is not None:
        shards = logs_in(place)
        if place in shards:
            raise ConfigError(
                f"`{place}` holds one log without shards; `shard` needs its own folder"
            )
        return sum(_size(one) for one in shards)
    if not fresh and not any(place.iterdir() if place.is_dir() else [place]):
        fresh = True
    if not fresh:
        return asyncio.run(_opened(settings))
    parent = next(one for one in place.absolute().parents if one.is_dir())
    try:
        trial = Path(tempfile.mkdtemp(prefix=".config-check.", dir=parent))
    except OSError as exc:
        raise ConfigError(f"`{place}` cannot be made ({exc.strerror})") from None
    try:
        asyncio.run(_opened(_in_trial(settings, trial)))
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    return 0


async def _opened(settings: Settings) -> int:
    """Open the log with all that belongs to it, close it, return how many records it holds.

    Without its sinks: they are tried by themselves, and a worker that still ships to one would
    hold up whoever tries it.
    """
    from stageflow_guard.audit.open import opened

    audit = settings.audit.model_copy(update={"sinks": []})
    log, _, _ = await opened(settings.model_copy(update={"audit": audit}))
    try:
        return int(log.health()["durable"])
    finally:
        await log.close()


def _in_trial(settings: Settings, trial: Path) -> Settings:
    """Return the settings with everything that opening a log writes below `trial`."""
    audit = settings.audit
    changes: dict[str, Any] = {
        "path": str(trial / "audit"), "keyring": str(trial / "keys"), "sinks": [],
        "shard": None,
        "checkpoint_copy": None if audit.checkpoint_copy is None else str(trial / "copy"),
    }  # fmt: skip
    if not Path(audit.key_file).exists():
        changes["key_file"] = str(trial / "audit.key")
    return settings.model_copy(update={"audit": audit.model_copy(update=changes)})


def _size(folder: Path) -> int:
    from stageflow_guard.audit.read.query import iter_records

    return sum(1 for _ in iter_records(folder))


def _sinks(settings: Settings, *, held: bool) -> Iterator[tuple[str, str | None]]:
    """Bring each sink up to the log; only reach it before the first record, and while a guard
    runs, which ships by itself.
    """
    from stageflow_guard.audit.export.assemble import probe_sinks, sink_from
    from stageflow_guard.audit.export.sink import Readable
    from stageflow_guard.settings.sinks import place

    audit = settings.audit
    if not held and Path(audit.path).is_dir() and any(Path(audit.path).iterdir()):
        yield from probe_sinks(audit)
        return
    for one in audit.sinks:
        problem = None
        local = getattr(one, "path", None)
        try:
            if local is not None and not os.path.lexists(local):
                _require_writable(Path(local))
            else:
                sink = sink_from(one)
                try:
                    if isinstance(sink, Readable):
                        sink.origins()
                finally:
                    sink.close()
        except ConfigError:
            raise
        except GuardError as error:
            problem = str(error)
        yield place(one), problem


def _require_writable(path: Path) -> None:
    parent = next(one for one in path.absolute().parents if one.exists())
    if not os.access(parent, os.W_OK):
        raise ConfigError(f"`{path}` cannot be made: `{parent}` may not be written")
