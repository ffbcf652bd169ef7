"""`stageflow-guard VERB`: verbs that call the library. Exit 0 holds, 1 does not, 2 usage or
configuration, 3 unavailable. Errors print `code: message`, never a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from stageflow_guard.cli import audit_args
from stageflow_guard.errors import ConfigError, GuardError, Unavailable, VerificationError

HOLDS, DOES_NOT_HOLD, USAGE, UNAVAILABLE = 0, 1, 2, 3


def parser() -> argparse.ArgumentParser:
    """Build the argument parser."""
    from stageflow_guard.cli import redact
    from stageflow_guard.cli.policy import add_parser as add_policy_parser

    top = argparse.ArgumentParser(prog="stageflow-guard", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    init = verbs.add_parser("init", help="write a working guard.toml, policies and an example")
    init.add_argument("folder", nargs="?", default=".")
    init.add_argument("--issuer", metavar="URL", help="write its block for a token read from stdin")
    init.add_argument(
        "--adopt", metavar="MODULE:ATTRIBUTE", help="begin a trial with your pipeline"
    )
    init.add_argument("--tenant", default="acme", help="the tenant of the trial")
    init.add_argument("--days", type=int, default=14, help="how long the trial lasts, at most 60")
    demo = verbs.add_parser("demo", help="run the four governance pipelines")
    demo.add_argument("--out", default="demo-out", help="where the log and report.html go")
    demo.add_argument("--input", help="your own conversations: text, or JSON lines")
    config = verbs.add_parser("config", help="check or show a guard.toml")
    config.add_argument("action", choices=["check", "show"])
    config.add_argument("--online", action="store_true", help="try keys, policies, log and sinks")
    config.add_argument("--config", default="guard.toml")
    add_policy_parser(verbs)
    token = verbs.add_parser("token", help="say what a token is, and whether it would pass")
    token.add_argument("action", choices=["inspect"])
    token.add_argument("--config", default="guard.toml")
    token.add_argument("--json", action="store_true")
    audit_args.add(verbs)
    redact.arguments(verbs)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one verb; return its exit code."""
    try:
        args = parser().parse_args(argv)
    except SystemExit as exc:
        return HOLDS if exc.code == 0 else USAGE
    from stageflow_guard.cli import audit, demo, policy, redact, setup, token

    run: dict[str, Any] = {
        "init": setup.init,
        "demo": demo.run,
        "config": setup.config,
        "audit": audit.run,
        "policy": policy.run,
        "token": token.run,
        "redact": redact.run,
        "models": redact.models,
    }
    try:
        return int(run[args.verb](args))
    except VerificationError as error:
        return fail(error, DOES_NOT_HOLD)
    except ConfigError as error:
        return fail(error, USAGE)
    except Unavailable as error:
        return fail(error, UNAVAILABLE)
    except GuardError as error:
        return fail(error, DOES_NOT_HOLD)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return HOLDS
    except OSError as error:
        print(f"io_error: {error.strerror}: {error.filename}", file=sys.stderr)
        return USAGE


def fail(error: GuardError, code: int) -> int:
    """Print `code: message`; return the exit code."""
    print(str(error), file=sys.stderr)
    return code


def emit(value: Any) -> None:
    """Print JSON for machines."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def shipped(name: str) -> Path:
    """Return the shipped folder `policies` or `examples`: from the wheel, else the checkout."""
    package = Path(__file__).resolve().parent.parent
    for base in (package / "_shipped", package.parent.parent):
        if (base / name).is_dir():
            return base / name
    raise ConfigError(f"the shipped `{name}` are missing from this installation")
