"""The test provider's command line: `serve` on loopback, `mint` one token."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import Any

from stageflow_guard.testing.idp import IdentityProvider


def parser() -> argparse.ArgumentParser:
    """Build the argument parser."""
    top = argparse.ArgumentParser(
        prog="python -m stageflow_guard.testing",
        description="An identity provider for tests: its keys are worth nothing anywhere else.",
    )
    verbs = top.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="serve on 127.0.0.1 until interrupted")
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--keys", metavar="FILE", help="private keys; written when missing")
    mint = verbs.add_parser("mint", help="print one token")
    mint.add_argument("--keys", metavar="FILE", required=True, help="the keys of `serve`")
    mint.add_argument("--issuer", metavar="URL", required=True)
    mint.add_argument("--sub", default="ada")
    mint.add_argument("--tenant", default="acme")
    mint.add_argument("--role", action="append", default=[], metavar="ROLE", help="repeatable")
    mint.add_argument("--aud", default="pipelines")
    mint.add_argument("--ttl", type=int, default=300, metavar="SECONDS")
    mint.add_argument("--alg", choices=["RS256", "ES256", "EdDSA"], default="RS256")
    mint.add_argument(
        "--claim", action="append", default=[], type=_claim, metavar="NAME=VALUE",
        help="JSON, else text; null removes; repeatable",
    )  # fmt: skip
    return top


def _claim(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError("a claim is NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _serve(args: argparse.Namespace) -> None:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with IdentityProvider.serve(port=args.port, keys=args.keys) as idp:
        names = (
            "issuer", "jwks_url", "authorization_endpoint", "token_endpoint",
            "introspection_endpoint", "revocation_endpoint",
        )  # fmt: skip
        _say(json.dumps({name: getattr(idp, name) for name in names}))
        over.wait()


def _mint(args: argparse.Namespace) -> None:
    idp = IdentityProvider(args.issuer, keys=args.keys)
    claims = {
        "sub": args.sub, "tenant": args.tenant, "roles": args.role, "aud": args.aud,
        "ttl": args.ttl,
    }  # fmt: skip
    body = {k: v for k, v in {**idp.claims(**claims), **dict(args.claim)}.items() if v is not None}
    _say(idp.sign(idp.header(args.alg), body, args.alg))


def main(argv: list[str] | None = None) -> int:
    """Run one verb; return its exit code."""
    args = parser().parse_args(argv)
    {"serve": _serve, "mint": _mint}[args.verb](args)
    return 0
