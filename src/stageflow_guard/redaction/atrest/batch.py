"""Many files, over the cores, resumable: a journal beside the output says what is done."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stageflow_guard.errors import ConfigError, GuardError
from stageflow_guard.redaction.atrest.files import Report, kind_of, redact_file
from stageflow_guard.redaction.atrest.walk import JOURNAL, sources
from stageflow_guard.redaction.engines.by_name import source_of
from stageflow_guard.redaction.inspector.assemble import redactor_from, vault_from
from stageflow_guard.redaction.presets import PRESETS
from stageflow_guard.redaction.redactor import Redactor
from stageflow_guard.redaction.vault.vault import Vault
from stageflow_guard.settings import RedactionSettings, VaultSettings

TENANT = "files"


@dataclass(frozen=True)
class Options:
    """What a worker process needs to build its redactor; plain values.

    `chosen` is `[redaction]`: all of it counts, but for what only a running guard can do
    (`deadline`; `binary`: bytes in a file are refused whatever it says; `on_finding`, which
    `require_done` asks about). `vault` and `keys` go before the vault that it names.
    """

    chosen: RedactionSettings = field(default_factory=RedactionSettings)
    encoding: str = "utf-8"
    kind: str | None = None
    vault: str | None = None
    keys: str | None = None
    delimiter: str | None = None  # of a table; None: found by its lines
    quote: str | None = None  # the same
    looks: bool = False  # nothing is written: no operator runs

    def redactor(self) -> Redactor:
        """Build it; raises `ConfigError`."""
        return redactor_from(self.chosen, looks=self.looks)

    def lowest(self) -> Redactor:
        """Return the redactor with every find from score 0.2 on, to look for better thresholds."""
        low = {"preset": "strict", "min_score": 0.2, "thresholds": {}}
        return redactor_from(self.chosen.model_copy(update=low), looks=True)

    def score(self, entity: str) -> float:
        """Return the score from which a find of `entity` counts."""
        chosen = self.chosen
        least = PRESETS[chosen.preset] if chosen.min_score is None else chosen.min_score
        return chosen.thresholds.get(entity, least)

    def require_done(self) -> None:
        """Raise `ConfigError` for what a file that is written cannot be given."""
        if self.chosen.on_finding == "block" and not self.looks:
            raise ConfigError(
                "`redaction.on_finding`: `block` refuses a run, and a file is none; look with "
                '`--check`, or say what is refused with `operators = { "*" = "block" }`'
            )

    def opened_vault(self) -> Vault:
        """Return the vault: kept when both places are given or `chosen` names one."""
        if self.vault is None or self.keys is None:
            return vault_from(self.chosen.vault)
        return vault_from(VaultSettings(kind="sqlite", path=self.vault, keys=self.keys))

    def digest(self) -> str:
        """Return what a journal's lines were made with, what stands in named files included."""
        made = hashlib.sha256()
        rest = [self.encoding, self.kind, self.vault, self.keys, self.delimiter, self.quote]
        made.update(
            json.dumps([self.chosen.model_dump(mode="json"), rest], sort_keys=True).encode()
        )
        for path in self._files():
            try:
                made.update(hashlib.sha256(path.read_bytes()).digest())
            except OSError:  # building the redactor says what is wrong with it
                made.update(b"-")
        return made.hexdigest()[:16]

    def _files(self) -> list[Path]:
        """Return the files that `chosen` names and that say what is found, or what is written."""
        named = [self.chosen.operator_key_file]
        named.append(None if self.chosen.presidio is None else self.chosen.presidio.config)
        return [Path(one) for one in named if one] + [
            place for one in self.chosen.recognizers if (place := source_of(one)) is not None
        ]


def scope_key(name: Path) -> str:
    """Return the vault's name for one file's pseudonyms: each file is a scope of its own."""
    return f"file:{name.as_posix()}"


_STATE: dict[str, Any] = {}


def _start(options: Options) -> None:
    _STATE["options"] = options
    _STATE["redactor"] = options.redactor()
    _STATE["vault"] = options.opened_vault()


def _one(source: str, name: str, target: str | None) -> Report:
    options: Options = _STATE["options"]
    path = Path(source)
    scope = _STATE["vault"].scope(TENANT, scope_key(Path(name)), TENANT)
    try:
        return redact_file(
            path, None if target is None else Path(target), _STATE["redactor"], scope,
            kind=options.kind or kind_of(path), encoding=options.encoding,
            delimiter=options.delimiter, quote=options.quote,
        )  # fmt: skip
    except GuardError as exc:
        return Report(source, error=str(exc))
    except Exception as exc:  # its text may hold the text
        return Report(source, error=f"unreadable: `{source}` ({type(exc).__name__})")


def run(
    paths: list[Path], out: Path | None, options: Options, *, jobs: int = 0,
    progress: Callable[[Report, int, int], None] | None = None,
    skipped: list[Path] | None = None,
) -> list[Report]:  # fmt: skip
    """Redact everything below `paths` into `out` (None: only look); return one report per file.

    A file whose size and time are in the journal under the same options is not read again.
    `skipped` collects what was left out. A folder or file that cannot be looked at is a report
    with an error.
    """
    options.require_done()
    made = options.digest()
    unread: list[tuple[Path, str]] = []
    work = list(sources(paths, skipped, unread))
    targets = [None if out is None else out / name for _, name in work]
    if out is not None:
        for (source, _), target in zip(work, targets, strict=True):
            if target is not None and target.resolve() == source.resolve():
                raise ConfigError(f"`{source}` would be overwritten; choose another folder")
        seen = {t for t in targets if t is not None}
        if len(seen) < len(targets):
            raise ConfigError("two files of one name would go to the same place")
    done = _journal(out, made)
    reports = [Report(str(path), error=f"`{path}`: {why}") for path, why in unread]
    pending: list[tuple[str, str, str | None]] = []
    for (source, name), target in zip(work, targets, strict=True):
        try:
            known = done.get(_mark(source, name))
        except OSError as exc:  # gone since it was seen
            reports.append(Report(str(source), error=f"`{source}`: {exc.strerror}"))
            continue
        if known is not None and target is not None and target.exists():
            report = Report(str(source), units=known["units"])
            report.entities.update(known["entities"])
            reports.append(report)
        else:
            pending.append((str(source), str(name), None if target is None else str(target)))
    for report, label in _results(pending, options, jobs):
        reports.append(report)
        if out is not None and not report.error:
            _note(out, made, Path(report.path), Path(label), report)
        if progress is not None:
            progress(report, len(reports), len(work))
    return sorted(reports, key=lambda r: r.path)


def _results(
    pending: list[tuple[str, str, str | None]], options: Options, jobs: int
) -> Iterator[tuple[Report, str]]:
    jobs = min(jobs or os.cpu_count() or 1, len(pending))
    if jobs <= 1:
        if pending:
            _start(options)
        for one in pending:
            yield _one(*one), one[1]
        return
    options.redactor()  # a wrong option is one error here, not one per process
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(options,)
    ) as pool:
        queue = iter(pending)
        running: dict[Future[Report], str] = {}
        while True:
            while len(running) < 2 * jobs and (item := next(queue, None)) is not None:
                running[pool.submit(_one, *item)] = item[1]
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield future.result(), running.pop(future)


def _mark(source: Path, name: Path) -> str:
    stat = source.stat()
    return f"{name.as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}"


def _journal(out: Path | None, made: str) -> dict[str, dict[str, Any]]:
    done: dict[str, dict[str, Any]] = {}
    if out is None or not (out / JOURNAL).exists():
        return done
    for line in (out / JOURNAL).read_text(encoding="utf-8").split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the last line of a run that was cut off
        if entry.get("options") == made:
            done[entry["mark"]] = entry
    return done


def _note(out: Path, made: str, source: Path, name: Path, report: Report) -> None:
    out.mkdir(parents=True, exist_ok=True)
    entry = {
        "mark": _mark(source, name), "options": made, "units": report.units,
        "entities": dict(report.entities),
    }  # fmt: skip
    with (out / JOURNAL).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
