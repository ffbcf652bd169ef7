"""`run`: a pipeline over the inputs of a file, governed as `guard.toml` says."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.awaited import awaited
from stageflow_guard.cli import targets
from stageflow_guard.cli.numbers import whole
from stageflow_guard.cli.progress import Progress
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.harness import Check, Summary


def arguments(verbs: Any) -> None:
    """Add the verb."""
    verb = verbs.add_parser("run", help="run a pipeline over the inputs of a file, governed")
    verb.add_argument("target", metavar="MODULE:ATTRIBUTE", help="the pipeline")
    verb.add_argument(
        "--input", required=True, metavar="FILE",
        help="text, one message a line; or .jsonl with a string `text` in each object",
    )  # fmt: skip
    verb.add_argument("--config", default="guard.toml", metavar="FILE", help="the guard.toml")
    verb.add_argument("--name", help="what policy lines call the pipeline, if not its own name")
    verb.add_argument(
        "--token-file",
        metavar="FILE",
        help="a file that holds the caller's token; else standard input",
    )
    verb.add_argument("--concurrency", type=whole, default=4, metavar="N", help="runs at once")
    verb.add_argument(
        "--check", action="append", default=[], metavar="CHECK",
        help="before the first input: reach=URL, env=NAME, or module:attribute (a list of checks)",
    )  # fmt: skip
    verb.add_argument(
        "--format", choices=["table", "jsonl", "parquet"], default="table", help="of the results"
    )
    verb.add_argument("--out", metavar="FILE", help="where results go; parquet needs it")
    verb.add_argument("--log", metavar="FILE", help="the run log, JSON lines; - is standard error")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when every run was ok, 1 when one was refused or failed, 3 when something is away."""
    from stageflow_guard.harness import RunLog, read_inputs

    if args.format == "parquet" and not args.out:
        raise ConfigError("`--format parquet` needs `--out FILE`")
    if args.concurrency < 1:
        raise ConfigError("`--concurrency` is at least 1")
    make = targets.maker(args.target)
    total = sum(1 for _ in read_inputs(args.input))  # a line that cannot be read is said first
    token = _token(args.token_file)
    log = RunLog(sys.stderr if args.log == "-" else args.log)
    bar = Progress(total) if args.log != "-" else None
    options = {
        "credential": token, "concurrency": args.concurrency, "log": log,
        "checks": [one for text in args.check for one in _checks(text)],
        "progress": None if bar is None else lambda row: bar.step(),
    }  # fmt: skip
    try:
        summary = asyncio.run(_run(args, make, options))
    finally:
        log.close()
        if bar is not None:
            bar.close()
    for failed in summary.failed_checks:
        print(one_line(f"check failed: {failed}"), file=sys.stderr)
    _write(summary, args.format, args.out)
    return summary.exit_code


async def _run(
    args: argparse.Namespace, make: Callable[[Any], Any], options: dict[str, Any]
) -> Summary:
    from stageflow_guard.guard import Guard
    from stageflow_guard.harness import Harness, read_inputs

    async with Guard.load(args.config) as guard:
        harness = Harness(guard, guard.mount(await awaited(make(guard)), name=args.name), **options)
        return await harness.run(read_inputs(args.input))


def _token(path: str | None) -> str:
    try:
        text = sys.stdin.read() if path is None else Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read ({error.strerror})") from None
    if not text.strip():
        raise ConfigError("no token: give `--token-file`, or one on standard input")
    return text.strip()


def _checks(text: str) -> list[Check]:
    from stageflow_guard.harness import Check, credential_present, reachable

    kind, equals, value = text.partition("=")
    if equals and kind == "reach":
        try:
            return [reachable(value)]
        except ValueError as error:
            raise ConfigError(f"`--check {text}`: {error}") from None
    if equals and kind == "env":
        return [credential_present(value)]
    if equals:
        raise ConfigError(f"`--check {text}` is neither reach=URL, env=NAME nor module:attribute")
    found = targets.attribute(text)
    if isinstance(found, Check):
        return [found]
    if isinstance(found, list | tuple) and all(isinstance(one, Check) for one in found):
        return list(found)
    raise ConfigError(f"`--check {text}` is no check, nor a list of checks")


def _write(summary: Summary, how: str, out: str | None) -> None:
    if how == "parquet":
        summary.parquet(str(out))
        return
    body = summary.table() if how == "table" else "".join(summary.jsonl())
    if out:
        Path(out).write_text(body, encoding="utf-8")
    else:
        print(body, end="")
