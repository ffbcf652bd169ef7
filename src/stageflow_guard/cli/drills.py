"""`drill` and `doctor`: see that the guard holds, with a pipeline, and with a live configuration."""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.awaited import awaited
from stageflow_guard.cli import targets
from stageflow_guard.cli.quiet import quiet
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings
    from stageflow_guard.testing.doctor import Attempt

BESIDE = (
    "note: the log is in use by a running guard: nothing is written to it, and the attempts are on "
    "record in memory alone"
)


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
    drill.add_argument(
        "--ports", metavar="MODULE:ATTRIBUTE",
        help="the ports of each run, or a function that returns them: for stages that stream",
    )  # fmt: skip
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
    ports = None if args.ports is None else functools.partial(targets.load, args.ports)
    report = asyncio.run(run_drill(make, name=args.name, text=args.text, ports=ports))
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
    with quiet():
        found, on_record = asyncio.run(_examine(args, token))
    if not on_record:  # these refs lead nowhere
        found = [replace(one, ref="") for one in found]
        print(BESIDE, file=sys.stderr)
    if args.json:
        rows = [{"attempt": a.name, "held": a.held, "said": a.said, "ref": a.ref} for a in found]
        print(json.dumps({"version": 1, "on_record": on_record, "attempts": rows}, indent=2))
    else:
        for one in found:
            mark = {True: "held", False: "GOT IN", None: "not tried"}[one.held]
            print(one_line(f"{mark:10} {one.name:40} {one.said}  {one.ref}".rstrip()))
    return 0 if all(one.held is not False for one in found) else 1


async def _examine(args: argparse.Namespace, token: str | None) -> tuple[list[Attempt], bool]:
    """Return the attempts, and whether the log of the settings holds them."""
    from stageflow_guard.audit.open import in_use
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings
    from stageflow_guard.testing.doctor import beside

    settings = Settings.load(args.config)
    # asked first: to build a guard makes the vault's file, where that is not there yet
    held = in_use(settings.audit)
    guard = beside(settings) if held else Guard.from_settings(settings)
    return await _attempts(args, token, settings, guard), not held


async def _attempts(
    args: argparse.Namespace, token: str | None, settings: Settings, guard: Guard
) -> list[Attempt]:
    from stageflow_guard.testing.doctor import examine

    async with guard:
        pipeline = None
        if args.target:
            pipeline = await awaited(targets.maker(args.target)(guard))
        return await examine(guard, settings, token=token, pipeline=pipeline)
