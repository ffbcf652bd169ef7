"""`stageflow-guard VERB`: verbs that call the library. Exit 0 holds, 1 does not, 2 usage or
configuration, 3 unavailable. Errors print `code: message`, never a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from stageflow_guard import __version__
from stageflow_guard.cli import argument_help, audit_args, places
from stageflow_guard.cli.numbers import whole
from stageflow_guard.cli.option_slips import Parser
from stageflow_guard.cli.terminal import Terminal, escape_control, one_line
from stageflow_guard.errors import ConfigError, GuardError, Unavailable

HOSTS = (  # examples of `init`
    "celery", "fastapi", "fastmcp", "langchain", "langgraph", "mcp", "openai-agents", "pydantic-ai",
)  # fmt: skip
HOLDS, DOES_NOT_HOLD, USAGE, UNAVAILABLE = 0, 1, 2, 3
INTERRUPTED = 130  # as a shell says it


def parser() -> argparse.ArgumentParser:
    """Build the argument parser."""
    from stageflow_guard.cli import approvals, completion, drills, examples, lint, redact
    from stageflow_guard.cli import run as run_verb
    from stageflow_guard.cli.policy import add_parser as add_policy_parser

    top = Parser(prog="stageflow-guard", description=__doc__)
    top.add_argument(
        "--version", action="version", version=f"stageflow-guard {__version__}",
        help="print the version",
    )  # fmt: skip
    verbs = top.add_subparsers(dest="verb", required=True)
    init = verbs.add_parser("init", help="write a working guard.toml, policies and an example")
    init.add_argument("folder", nargs="?", default=".")
    init.add_argument("--issuer", metavar="URL", help="write its block for a token read from stdin")
    init.add_argument(
        "--audience", metavar="AUD", help="which audience of the token is yours (with --issuer)"
    )
    init.add_argument(
        "--adopt",
        action="append",
        metavar="MODULE:ATTRIBUTE",
        help="begin a trial with your pipeline, graph, agent, server or tasks; again for each child",
    )
    init.add_argument("--host", choices=HOSTS, help="the host of the example, instead of Stageflow")
    init.add_argument("--tenant", default="acme", help="the tenant of the trial")
    init.add_argument("--days", type=whole, default=14, help="how long the trial lasts, at most 60")
    demo = verbs.add_parser("demo", help="run the four governance pipelines")
    demo.add_argument("--out", default="demo-out", help="where the log and report.html go")
    demo.add_argument("--input", help="your own conversations: text, or JSON lines")
    config = verbs.add_parser("config", help="check or show a guard.toml")
    config.add_argument("action", choices=["check", "show"])
    config.add_argument("--online", action="store_true", help="try keys, policies, log and sinks")
    config.add_argument("--all", action="store_true", help="print the defaults, too")
    config.add_argument("--config", default="guard.toml")
    add_policy_parser(verbs)
    token = verbs.add_parser("token", help="say what a token is, and whether it would pass")
    token.add_argument("action", choices=["inspect"])
    token.add_argument("--config", default="guard.toml")
    token.add_argument("--json", action="store_true")
    audit_args.add(verbs)
    approvals.arguments(verbs)
    redact.arguments(verbs)
    lint.arguments(verbs)
    run_verb.arguments(verbs)
    drills.arguments(verbs)
    examples.arguments(verbs)
    completion.arguments(verbs)
    places.add_options(top)
    argument_help.fill(top)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one verb; return its exit code. Nothing but text reaches the terminal."""
    with redirect_stdout(Terminal(sys.stdout)), redirect_stderr(Terminal(sys.stderr)):
        try:
            args = parser().parse_args(argv)
        except SystemExit as exc:
            return HOLDS if exc.code == 0 else USAGE
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    from stageflow_guard.cli import (
        approvals,
        audit,
        completion,
        config_check,
        demo,
        drills,
        examples,
        lint,
        policy,
        redact,
        setup,
        token,
    )
    from stageflow_guard.cli import run as run_verb

    run: dict[str, Any] = {
        "init": setup.init,
        "demo": demo.run,
        "config": config_check.config,
        "approvals": approvals.run,
        "audit": audit.run,
        "policy": policy.run,
        "token": token.run,
        "redact": redact.run,
        "lint": lint.run,
        "run": run_verb.run,
        "drill": drills.drill,
        "doctor": drills.doctor,
        "examples": examples.run,
        "completion": completion.run,
        "models": redact.models,
    }
    try:
        places.settle(args)
        return int(run[args.verb](args))
    except GuardError as error:
        return fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return HOLDS
    except OSError as error:
        said = f"{error.strerror or type(error).__name__}: {error.filename}"
        print(f"io_error: {one_line(said)}", file=sys.stderr)
        return USAGE
    except UnicodeDecodeError as error:
        print(f"config_error: a file is not {error.encoding} text", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # a fault of ours; its text may hold anything
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        print(f"internal_error: {type(error).__name__} at {where}", file=sys.stderr)
        return UNAVAILABLE


def fail(error: GuardError, what: str = "") -> int:
    """Print `code: message` on one line; return the exit code."""
    print(one_line(f"{what}{error}"), file=sys.stderr, flush=True)
    return code_of(error)


def code_of(error: GuardError) -> int:
    """Return the exit code that an error means."""
    if isinstance(error, ConfigError):
        return USAGE
    return UNAVAILABLE if isinstance(error, Unavailable) else DOES_NOT_HOLD


def worst(codes: Iterable[int]) -> int:
    """Return the code of several outcomes: what does not hold comes before what may be mended."""
    found = set(codes)
    return next((c for c in (DOES_NOT_HOLD, USAGE, UNAVAILABLE) if c in found), HOLDS)


def print_json(value: Any) -> None:
    """Print JSON for machines."""
    print(escape_control(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def shipped(name: str) -> Path:
    """Return the shipped folder `policies` or `examples`: from the wheel, else the checkout."""
    package = Path(__file__).resolve().parent.parent
    for base in (package / "_shipped", package.parent.parent):
        if (base / name).is_dir():
            return base / name
    raise ConfigError(f"the shipped `{name}` are missing from this installation")
