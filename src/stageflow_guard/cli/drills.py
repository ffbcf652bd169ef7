"""`drill` and `doctor`: see that the guard holds, with a pipeline, and with a live configuration."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import targets
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.testing.doctor import Attempt


def arguments(verbs: Any) -> None:
    """Add both verbs."""
    drill = verbs.add_parser(
        "drill", help="run a pipeline while each collaborator of the guard fails"
    )
    drill.add_argument(
        "target", metavar="MODULE:ATTRIBUTE",
        help="the pipeline, or a function that returns one; a parameter `guard` gets the drill's",
    )  # fmt: skip
    drill.add_argument("--text", default="hello", help="the input; give the stages doubles")
    drill.add_argument("--name", help="what policy lines call the pipeline, if not its own name")
    drill.add_argument("--json", action="store_true")
    drill.add_argument("--html", metavar="FILE", help="write a page for release evidence")
    doctor = verbs.add_parser("doctor", help="try to get past a live configuration's guard")
    doctor.add_argument(
        "target", nargs="?", metavar="MODULE:ATTRIBUTE", help="your pipeline; else a small one"
    )
    doctor.add_argument("--config", default="guard.toml", metavar="FILE", help="the guard.toml")
    doctor.add_argument(
        "--token-file", metavar="FILE", help="a real caller's token, for what only a caller can try"
    )
    doctor.add_argument("--json", action="store_true")


def drill(args: argparse.Namespace) -> int:
    """Exit 0 when no stage ran unguarded and every failure was refused, 1 otherwise."""
    from stageflow_guard.testing.drill import drill as run_drill

    make = targets.maker(args.target)
    report = asyncio.run(run_drill(make, name=args.name, text=args.text))
    if args.html:
        Path(args.html).write_text(report.as_html(), encoding="utf-8")
    print(report.as_json() if args.json else report.table(), end="")
    return 0 if report.holds else 1


def doctor(args: argparse.Namespace) -> int:
    """Exit 0 when every attempt was refused, 1 when one got in; what cannot be tried is said."""
    token = None
    if args.token_file:
        try:
            token = Path(args.token_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"`{args.token_file}` cannot be read ({error.strerror})") from None
    found = asyncio.run(_examine(args, token))
    if args.json:
        rows = [{"attempt": a.name, "held": a.held, "said": a.said, "ref": a.ref} for a in found]
        print(json.dumps({"version": 1, "attempts": rows}, indent=2))
    else:
        for one in found:
            mark = {True: "held", False: "GOT IN", None: "not tried"}[one.held]
            print(one_line(f"{mark:10} {one.name:40} {one.said}  {one.ref}".rstrip()))
    return 0 if all(one.held is not False for one in found) else 1


async def _examine(args: argparse.Namespace, token: str | None) -> list[Attempt]:
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings
    from stageflow_guard.testing.doctor import examine

    settings = Settings.load(args.config)
    async with Guard.from_settings(settings) as guard:
        pipeline = None
        if args.target:
            made = targets.maker(args.target)(guard)
            pipeline = await made if inspect.isawaitable(made) else made
        return await examine(guard, settings, token=token, pipeline=pipeline)
