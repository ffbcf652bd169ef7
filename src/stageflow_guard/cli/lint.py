"""`lint`: read pipelines, print what is wrong with them, write the dependencies that are missing."""

from __future__ import annotations

import argparse
import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard import __version__
from stageflow_guard.cli import places, targets
from stageflow_guard.cli.terminal import one_line
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.lint.model import Graph, Report
    from stageflow_guard.lint.policies import PolicyContext

FORMATS = ("text", "editor", "json", "sarif", "github")


def arguments(verbs: Any) -> None:
    """Add the verb."""
    verb = verbs.add_parser("lint", help="find what is wrong with a pipeline, before it runs")
    verb.add_argument(
        "targets", nargs="*", metavar="MODULE[:ATTRIBUTE]",
        help="a pipeline, or a function that returns one; a module alone: each of its functions",
    )  # fmt: skip
    verb.add_argument("--name", help="what policy lines call the pipeline, if not its own name")
    verb.add_argument(
        "--policies", metavar="DIR", help="judge against these policies; else as guard.toml says"
    )
    verb.add_argument("--config", default=None, metavar="FILE", help="the guard.toml")
    verb.add_argument(
        "--tool", action="append", metavar="NAME",
        help="a tool that the application has; again for each. Then rules about others are reported",
    )  # fmt: skip
    verb.add_argument(
        "--format", choices=FORMATS, default="text",
        help="text; editor (file:line:column: CODE message); json; sarif 2.1.0; github annotations",
    )  # fmt: skip
    verb.add_argument("--json", action="store_true", help="the same as --format json")
    verb.add_argument("--out", metavar="FILE", help="write the report here; else it is printed")
    verb.add_argument(
        "--fix", action="store_true", help="write the dependencies that are missing (extra `lint`)"
    )
    verb.add_argument("--codes", action="store_true", help="list every code, and stop")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when nothing but notes is found, 1 otherwise, 2 for what cannot be loaded."""
    from stageflow_guard.lint import CODES, check, formats

    if args.codes:
        for one in CODES.values():
            print(f"{one.code}  {one.severity:7}  {one.name:30}  {one.summary}")
        return 0
    if not args.targets:
        raise ConfigError("`lint` takes at least one `module:attribute`, or a module")
    if args.name and len(args.targets) > 1:
        raise ConfigError("`--name` is for one pipeline; mount each with a name of its own")
    graphs = [_graph(target, args) for target in args.targets]
    policy = _policies(args)
    reports = [check(graph, policy) for graph in graphs]
    if args.fix and _fixed(args, graphs, reports):
        return _again(args)
    chosen = "json" if args.json else args.format
    if chosen == "sarif":
        body = formats.sarif(reports, version=__version__)
    else:
        body = {
            "text": formats.text, "editor": formats.editor, "json": formats.as_json,
            "github": formats.github,
        }[chosen](reports)  # fmt: skip
    if args.out:
        Path(args.out).write_text(body, encoding="utf-8")
    else:
        print(body, end="")
    return 0 if all(report.holds for report in reports) else 1


def _graph(target: str, args: argparse.Namespace) -> Graph:
    from stageflow_guard.hosts import graphs_in, lint_graph

    if ":" not in target:
        module = targets.module(target)
        for one in graphs_in(module):
            if f"{target}:{one}" in args.targets:
                continue
            said = f"note: `{target}:{one}` is a pipeline: its stages are judged by that name alone"
            print(one_line(said), file=sys.stderr)
        return lint_graph(module)
    found = targets.load(target, _stand_in)
    if inspect.iscoroutine(found):
        found.close()
        raise ConfigError(
            f"`{target}` is an async function and no pipeline: name its module, "
            f"`{target.partition(':')[0]}`, and each of its functions is read"
        )
    return lint_graph(found, written=target, name=args.name)


def _stand_in() -> Any:
    """Return a guard for a function that takes one: nothing of it is opened or asked."""
    from stageflow_guard.testing.conformance import Environment

    return Environment().guard


def _policies(args: argparse.Namespace) -> PolicyContext | None:
    """Return the policies to judge against; without any, nothing of policy is checked."""
    from stageflow_guard.lint.policies import PolicyContext
    from stageflow_guard.policy import PolicySet

    folder = args.policies
    if folder is None and (args.config or os.path.exists(places.CONFIG)):
        folder = places.policy_folder(args.config or places.CONFIG)
    if folder is None:
        return None
    places.require("path", folder)
    return PolicyContext(PolicySet.load(folder), Path(folder), args.tool)


def _fixed(args: argparse.Namespace, graphs: list[Graph], reports: list[Report]) -> bool:
    """Write every fix; say whether any file changed."""
    from stageflow_guard.lint.fix import fixed

    written: set[str] = set()
    for target, graph, report in zip(args.targets, graphs, reports, strict=True):
        change = fixed(graph, report.diagnostics)
        for file, body in change.texts.items():
            if file in written:
                continue  # its lines have moved since it was read: the next run sees it
            Path(file).write_text(body, encoding="utf-8", newline="")
            written.add(file)
            print(one_line(f"fixed {file}"), file=sys.stderr)
        for step in change.left:
            said = f"left {target}: the declaration of stage `{step}` is computed"
            print(one_line(said), file=sys.stderr)
    return bool(written)


def _again(args: argparse.Namespace) -> int:
    """Judge what was written in a process of its own: this one has imported the old source."""
    words = list(args.targets)
    for flag, value in (("--name", args.name), ("--policies", args.policies),
                        ("--config", args.config), ("--out", args.out)):  # fmt: skip
        words += [flag, value] if value else []
    for tool in args.tool or ():
        words += ["--tool", tool]
    words += ["--format", "json" if args.json else args.format]
    again = [sys.executable, "-m", "stageflow_guard", "lint", *words]
    done = subprocess.run(again, check=False, capture_output=True, text=True)  # noqa: S603 - this verb
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode
