"""`redact`: files, folders and standard input; `redact eval`; `models install`."""

from __future__ import annotations

import argparse
import codecs
import io
import os
import sys
from collections import Counter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, USAGE, print_json
from stageflow_guard.cli.numbers import whole
from stageflow_guard.cli.terminal import document, one_line, own
from stageflow_guard.errors import ConfigError, GuardError

if TYPE_CHECKING:
    from stageflow_guard.redaction.atrest.batch import Options
    from stageflow_guard.redaction.atrest.files import Report
    from stageflow_guard.settings import RedactionSettings

_EXAMPLES = """\
examples:
  stageflow-guard redact notes.md                      redacted text to standard output
  stageflow-guard redact tickets/ --out clean/         a folder, over all cores, resumable
  stageflow-guard redact --check src/ docs/            exit 1 when something is found
  git diff --cached | stageflow-guard redact --check -
  stageflow-guard redact eval labelled.jsonl           rates on your own labelled texts
"""


def arguments(verbs: Any) -> None:
    """Add `redact` and `models`."""
    redact = verbs.add_parser(
        "redact", help="find and replace personal data and secrets in files",
        epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    redact.add_argument(
        "paths", nargs="*", default=["-"], help="files, folders, `-`, or: eval FILE"
    )
    redact.add_argument("--out", metavar="DIR", help="where redacted files go, named as they were")
    redact.add_argument(
        "--check", action="store_true", help="only look; exit 1 when something is found"
    )
    redact.add_argument(
        "--restore", action="store_true", help="put the originals back (--vault, --keys)"
    )
    redact.add_argument("--explain", action="store_true", help="say what found each, and why")
    redact.add_argument("--html", metavar="FILE", help="write a page with the finds highlighted")
    redact.add_argument("--config", metavar="FILE", help="take [redaction] of a guard.toml")
    redact.add_argument("--preset", choices=["strict", "balanced", "precise"], default=None)
    redact.add_argument(
        "--ner", action="append", default=[], metavar="MODEL", help="a model's name or folder"
    )
    redact.add_argument("--entities", help="comma-separated; default: all")
    redact.add_argument(
        "--allow", action="append", default=[], metavar="TEXT", help="an exact text that is no find"
    )
    redact.add_argument("--format", choices=["text", "json", "jsonl", "csv", "tsv", "parquet"])
    redact.add_argument("--encoding", default="utf-8")
    redact.add_argument(
        "--delimiter", metavar="SIGN", help="what parts a CSV's cells; default: found by its lines"
    )
    redact.add_argument(
        "--quote", choices=["'", '"'], help="what quotes a CSV's cells; default: found by its lines"
    )
    redact.add_argument("--vault", metavar="FILE", help="keep what is replaced, encrypted")
    redact.add_argument("--keys", metavar="DIR", help="the keyring of the vault")
    redact.add_argument("--jobs", type=whole, default=0, help="processes; default: one per core")
    redact.add_argument("--by", metavar="NAMES", help="eval: also by locale, entity, kind")
    redact.add_argument("--against", choices=["presidio"], help="eval: compare finds and speed")
    redact.add_argument("--json", action="store_true")
    models = verbs.add_parser("models", help="install a model that finds names and places")
    models.add_argument("action", choices=["install", "list"])
    models.add_argument("name", nargs="?")
    models.add_argument("--dir", help="where models live; default: the user's data folder")


def run(args: argparse.Namespace) -> int:
    """Run `redact`; 0 done or clean, 1 found (--check), 2 unusable, 3 unavailable."""
    if args.paths[:1] == ["eval"] and not Path("eval").exists():
        return evaluated(args)
    if (args.vault is None) != (args.keys is None):
        raise ConfigError("`--vault` and `--keys` go together")
    options = _options(args)
    if args.restore:
        return restored(args, options)
    options.require_done()
    if args.explain or args.html:
        return _explained(args, options)
    if args.paths == ["-"]:
        return _standard_input(args, options)
    return _files(args, options)


def _options(args: argparse.Namespace) -> Options:
    from stageflow_guard.redaction.atrest.batch import Options

    try:
        "".encode(args.encoding)
    except (LookupError, UnicodeError):  # `undefined` is one that refuses everything
        raise ConfigError(f"encoding `{args.encoding}` is unknown") from None
    return Options(
        chosen=_chosen(args), encoding=args.encoding, kind=args.format, vault=args.vault,
        keys=args.keys, delimiter=_delimiter(args.delimiter), quote=args.quote, looks=_looks(args),
    )  # fmt: skip


def _looks(args: argparse.Namespace) -> bool:
    """Say whether nothing is written in place of what is found."""
    return bool(args.check or args.explain or args.html or args.paths[:1] == ["eval"])


def _chosen(args: argparse.Namespace) -> RedactionSettings:
    """Return `[redaction]` of `--config` or the defaults; what the line says goes before it."""
    from stageflow_guard.settings import RedactionSettings, Settings

    chosen = RedactionSettings()
    if args.config is not None:
        settings = Settings.load(args.config)
        chosen = settings.redaction
        if chosen.vault is not None:
            from stageflow_guard.keys.assemble import keyring_folder

            place = chosen.vault.model_copy(update={"keys": keyring_folder(settings)})
            chosen = chosen.model_copy(update={"vault": place})
    said: dict[str, Any] = {"allow": [*args.allow, *chosen.allow]}
    if args.preset:
        said |= {"preset": args.preset, "min_score": None}
    if args.ner:
        said["ner"] = list(args.ner)
    if args.entities:
        said["entities"] = [e.strip() for e in args.entities.split(",") if e.strip()]
    return chosen.model_copy(update=said)


def _delimiter(given: str | None) -> str | None:
    sign = {"\\t": "\t", "tab": "\t"}.get(given or "", given)
    if sign is not None and (len(sign) != 1 or sign.isalnum() or sign in '"\r\n'):
        raise ConfigError("`--delimiter` is one sign, such as `;`, or `tab`")
    return sign


def _standard_input(args: argparse.Namespace, options: Options) -> int:
    return _through(args, options, sys.stdin.buffer, "-", "stdin", args.format or "text")


def _through(  # noqa: PLR0917 - one place from three callers
    args: argparse.Namespace, options: Options, source: IO[bytes], name: str, key: str, kind: str
) -> int:
    """Redact what is read to standard output; nothing touches the disk."""
    from stageflow_guard.redaction.atrest.batch import TENANT
    from stageflow_guard.redaction.atrest.files import redact_stream

    out = None if args.check else document()
    scope = options.opened_vault().scope(TENANT, key, TENANT)
    report = redact_stream(
        source, out, options.redactor(), scope, kind=kind, encoding=options.encoding, name=name,
        delimiter=options.delimiter, quote=options.quote,
    )  # fmt: skip
    return _summary(args, [report])


def _files(args: argparse.Namespace, options: Options) -> int:
    from stageflow_guard.redaction.atrest.batch import run as run_batch

    paths = [Path(p) for p in args.paths]
    if not args.check and args.out is None:
        if len(paths) != 1 or not paths[0].is_file():
            raise ConfigError("give `--out DIR` for folders and several files, or `--check`")
        return _to_output(args, options, paths[0])
    out = None if args.check else Path(args.out)
    shown = sys.stderr.isatty() and not args.json

    def progress(_: Report, done: int, total: int) -> None:
        if shown:
            filled = 30 * done // max(1, total)
            print(
                own("\r") + f"[{'#' * filled:<30}] {done}/{total}",
                end="",
                file=sys.stderr,
                flush=True,
            )

    skipped: list[Path] = []
    reports = run_batch(paths, out, options, jobs=args.jobs, progress=progress, skipped=skipped)
    if shown:
        print(file=sys.stderr)
    return _summary(args, reports, len(skipped))


def _to_output(args: argparse.Namespace, options: Options, path: Path) -> int:
    """One file without `--out` goes to standard output, as it is read."""
    from stageflow_guard.redaction.atrest.batch import scope_key
    from stageflow_guard.redaction.atrest.files import kind_of

    with path.open("rb") as file:
        key = scope_key(Path(path.name))
        return _through(args, options, file, str(path), key, options.kind or kind_of(path))


def _summary(args: argparse.Namespace, reports: list[Report], skipped: int = 0) -> int:
    total: Counter[str] = Counter()
    for report in reports:
        total.update(report.entities)
    failed = [r for r in reports if r.error]
    if args.json:
        summary = {
            "files": len(reports), "entities": dict(sorted(total.items())), "bytes": sum(r.units for r in reports),
            "errors": [r.error for r in failed], "skipped": skipped,
        }  # fmt: skip
        if args.check:
            summary["places"] = [
                {"file": r.path, "line": line, "column": column, "entity": entity}
                for r in reports for line, column, entity, _ in r.places
            ]  # fmt: skip
        print_to = sys.stdout if args.check or args.out else sys.stderr
        import json

        print(json.dumps(summary, indent=2), file=print_to)
    else:
        if args.check:
            for report in reports:
                for line, column, entity, _ in report.places:
                    print(one_line(f"{report.path}:{line}:{column}: {entity}"))
        for report in failed:
            print(one_line(report.error), file=sys.stderr)
        found = ", ".join(f"{e} {n}" for e, n in sorted(total.items())) or "nothing"
        left = (
            f", skipped: {skipped} (links, pipes, folders of tools, unfinished output)"
            if skipped
            else ""
        )
        print(f"{len(reports)} file(s), found: {found}{left}", file=sys.stderr)
    if failed:
        return USAGE
    return DOES_NOT_HOLD if args.check and total else HOLDS


def _explained(args: argparse.Namespace, options: Options) -> int:
    from stageflow_guard.redaction.atrest.reading import decoded

    redactor = options.redactor()
    rows: list[dict[str, Any]] = []
    texts: list[tuple[str, str]] = []
    for name in args.paths:
        raw = io.BytesIO(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
        texts.append((name, "".join(decoded(raw, name, options.encoding, lambda _: None))))
    for name, text in texts:
        for one in redactor.explain(text):
            line = text.count("\n", 0, one.span.start) + 1
            column = one.span.start - (text.rfind("\n", 0, one.span.start) + 1) + 1
            rows.append(
                {
                    "file": name, "line": line, "column": column, "length": one.span.end - one.span.start,
                    "entity": one.span.entity, "score": round(one.span.score, 2), "recognizer": one.rule,
                    "why": one.why, "view": one.view,
                }
            )  # fmt: skip
    if args.html:
        from stageflow_guard.redaction.atrest.html import page

        if len(texts) != 1:
            raise ConfigError("`--html` takes one text")
        handle = os.open(args.html, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)  # one that was there before may be open to others
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(page(texts[0][1], redactor.explain(texts[0][1])))
        print(f"wrote {args.html}; it shows the text as it is", file=sys.stderr)
    if args.json:
        print_json(rows)
    elif args.explain:
        for r in rows:
            why = f" ({r['why']})" if r["why"] else ""
            print(
                one_line(
                    f"{r['file']}:{r['line']}:{r['column']}: {r['entity']} {r['score']:.2f} by {r['recognizer']}{why}, view: {r['view']}"
                )
            )
    return HOLDS


def restored(args: argparse.Namespace, options: Options) -> int:
    """Put the originals back; whoever holds the vault and its keys may."""
    from stageflow_guard.redaction.atrest.batch import TENANT, scope_key
    from stageflow_guard.redaction.atrest.restoring import restore_file, restore_stream
    from stageflow_guard.redaction.atrest.walk import sources

    place = options.chosen.vault
    file = args.vault or (place.path if place is not None else None)
    if file is None and (place is None or place.kind == "memory"):
        raise ConfigError(
            "`--restore` needs `--vault` and `--keys`, or `--config` with a vault that is kept"
        )
    if file is not None and not Path(file).exists():
        raise ConfigError(f"vault `{file}` does not exist")
    if codecs.lookup(args.encoding).name not in ("utf-8", "utf-8-sig"):
        raise ConfigError("`--encoding`: what was redacted is UTF-8, whatever it was before")
    vault = options.opened_vault()
    how: dict[str, Any] = {"delimiter": options.delimiter, "quote": options.quote}
    if args.paths == ["-"]:
        scope = vault.scope(TENANT, "stdin", TENANT)
        kind = args.format or "text"
        restore_stream(sys.stdin.buffer, document().write, scope, kind=kind, **how)
        return HOLDS
    if args.out is None:
        raise ConfigError("give `--out DIR` for what is restored")
    failed = False
    for source, name in sources([Path(p) for p in args.paths]):
        target = Path(args.out) / name
        if target.resolve() == source.resolve():
            raise ConfigError(f"`{source}` would be overwritten; choose another folder")
        scope = vault.scope(TENANT, scope_key(name), TENANT)
        try:
            restore_file(source, target, scope, kind=args.format, **how)
        except GuardError as exc:  # the other files are no less restored
            failed = True
            print(one_line(str(exc)), file=sys.stderr)
    return USAGE if failed else HOLDS


def evaluated(args: argparse.Namespace) -> int:
    """Print the rates on labelled texts, and thresholds that would be better on them."""
    from stageflow_guard.redaction.atrest.evaluate import STRUCTURED, evaluate, read, suggest

    if len(args.paths) != 2:
        raise ConfigError("`redact eval` takes one file of JSON lines with `text` and `spans`")
    lines = read(Path(args.paths[1]))
    options = _options(args)
    if args.by or args.against:
        return _broken_down(args, lines, options)
    result = evaluate(lines, options.redactor())
    better = suggest(lines, options.lowest())
    everything, shaped = result.total(), result.total(STRUCTURED)
    rows = {
        kind: {
            "precision": round(r.precision, 3), "recall": round(r.recall, 3), "f2": round(r.f2, 3),
            "covered": round(r.covered / r.characters, 3) if r.characters else None,
            "labelled": r.hit + r.missed, "extra": r.extra,
        }
        for kind, r in sorted(result.by_type.items())
    }  # fmt: skip
    summary: dict[str, Any] = {
        "lines": result.lines,
        "structured": {"precision": round(shaped.precision, 3), "recall": round(shaped.recall, 3), "f2": round(shaped.f2, 3)},
        "characters_covered": round(everything.covered / max(1, everything.characters), 3),
        "unlabelled_lines": result.clean, "unlabelled_lines_flagged": result.flagged,
    }  # fmt: skip
    if args.json:
        suggested = {k: {"threshold": t, "f2": round(f, 3)} for k, (t, f) in better.items()}
        print_json({**summary, "types": rows, "suggested": suggested})
        return HOLDS
    print(
        f"{'type':<24}{'precision':>10}{'recall':>8}{'F2':>7}{'covered':>9}{'labelled':>10}{'extra':>7}"
    )
    for kind, row in rows.items():
        covered = "" if row["covered"] is None else f"{row['covered']:.2f}"
        print(
            f"{kind:<24}{row['precision']:>10.2f}{row['recall']:>8.2f}{row['f2']:>7.2f}{covered:>9}{row['labelled']:>10}{row['extra']:>7}"
        )
    s = summary["structured"]
    print(
        f"with a shape: precision {s['precision']:.2f}, recall {s['recall']:.2f}, F2 {s['f2']:.2f}"
    )
    print(f"labelled characters covered: {summary['characters_covered']:.2f}")
    print(f"lines without a label flagged: {result.flagged} of {result.clean}")
    changes = [(k, t, f) for k, (t, f) in better.items() if f > result.by_type[k].f2 + 0.005]
    for kind, threshold, f2 in changes:
        print(
            f"suggested: [redaction.thresholds] {kind} = {threshold} (F2 {f2:.2f}, at {options.score(kind)} {result.by_type[kind].f2:.2f})"
        )
    if not changes:
        print("suggested: no threshold of your own is better on these lines")
    return HOLDS


def _broken_down(args: argparse.Namespace, lines: list[Any], options: Options) -> int:
    """Print what leaks and what is flagged by locale, entity or kind, beside presidio's if asked."""
    from stageflow_guard.redaction.atrest.evaluate import breakdown

    finders: dict[str, Any] = {"guard": options.redactor().find}
    if args.against:
        from stageflow_guard.redaction.engines.presidio import stock_finder

        finders["presidio"] = stock_finder()
    names = [one.strip() for one in (args.by or "locale,entity,kind").split(",")]
    tables: dict[str, Any] = {}
    for by in names:
        for name, find in finders.items():
            for group, cell in breakdown(lines, find, by).items():
                tables.setdefault(by, {}).setdefault(group, {})[name] = {
                    "values": cell.values, "leaked": cell.leaked,
                    "harmless": cell.harmless, "flagged": cell.flagged,
                }  # fmt: skip
    speed = {name: round(_micros(find, lines), 1) for name, find in finders.items()}
    if args.json:
        print_json({"by": tables, "us_per_kb": speed})
        return HOLDS
    for by, groups in tables.items():
        print(f"{by:<24}" + "".join(f"{n + ' leaked':>20}{n + ' flagged':>20}" for n in finders))
        for group, cells in groups.items():
            row = "".join(
                f"{c['leaked']:>12} of {c['values']:<4}{c['flagged']:>13} of {c['harmless']:<3}"
                for c in cells.values()
            )
            print(f"{one_line(group):<24}{row}")
    for name, micros in speed.items():
        print(f"{name}: {micros:.0f} us of CPU per KB on these lines")
    return HOLDS


def _micros(find: Any, lines: list[Any]) -> float:
    import time

    begun = time.process_time()
    for line in lines:
        find(line.text)
    size = sum(len(line.text) for line in lines)
    return (time.process_time() - begun) * 1e6 / max(1, size) * 1024


def models(args: argparse.Namespace) -> int:
    """Install a pinned model, or list what there is."""
    from stageflow_guard.redaction.engines.model_store import KNOWN, folder_of, install

    root = Path(args.dir) if args.dir else None
    if args.action == "list":
        for model in KNOWN.values():
            try:
                state = str(folder_of(model.name, root=root))
            except ConfigError:
                state = "not installed"
            print(
                f"{model.name} {model.version} ({model.license}, needs stageflow-guard[{model.extra}]): {state}"
            )
        return HOLDS
    if args.name is None:
        raise ConfigError(f"`models install` takes a name; there are {', '.join(KNOWN)}")
    print(f"installed into {install(args.name, root=root)}")
    return HOLDS
