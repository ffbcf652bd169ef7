"""`token inspect`: what a token says, and what this `guard.toml` makes of it.

The token comes from standard input, so that it stands in no shell history and no process list.
Values are shown for names that are configuration; of the rest, only their type.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from stageflow_guard.cli import DOES_NOT_HOLD, HOLDS, UNAVAILABLE, print_json
from stageflow_guard.cli.issuer import read_token
from stageflow_guard.errors import NotAuthenticated, Unavailable

if TYPE_CHECKING:
    import argparse

_SHOWN = frozenset({"iss", "aud", "exp", "iat", "nbf", "scope", "azp", "client_id", "cid", "appid"})
_HEADER = frozenset({"alg", "typ", "kid"})


def run(args: argparse.Namespace) -> int:
    """Print the report; exit 0 when the token would pass, 1 when not, 3 when that is unknown."""
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    said = asyncio.run(_report(settings, read_token()))
    if args.json:
        print_json(said)
    else:
        print("\n".join(f"{key:<12}{_line(value)}" for key, value in said.items()))
    return {"accepted": HOLDS, "unknown": UNAVAILABLE}.get(said["verdict"], DOES_NOT_HOLD)


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{k}={v}" for k, v in value.items())
    return str(value)


def _shown(content: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {
        name: value if name in names else f"<{type(value).__name__}>"
        for name, value in sorted(content.items())
    }


async def _report(settings: Any, token: str) -> dict[str, Any]:
    from stageflow_guard.auth.build_verifier import verifier_from
    from stageflow_guard.auth.jws import parse_object, split
    from stageflow_guard.auth.secret import check_token_shape

    said: dict[str, Any] = {}
    try:
        header, _, payload, _ = split(check_token_shape(token))
        claims = parse_object(payload)
    except NotAuthenticated as exc:
        return {"verdict": "refused", "reason": exc.reason, "why": exc.message}
    said["header"] = _shown(header, _HEADER)
    said["claims"] = _shown(claims, _SHOWN)
    if type(claims.get("exp")) is int:
        left = int(claims["exp"] - time.time())
        said["time left"] = f"{left} s" if left > 0 else f"over since {-left} s"
    verifier = verifier_from(settings.auth)
    try:
        who = await verifier.authenticate(token)
    except NotAuthenticated as exc:
        # the order of the checks: from here on the signature is known to hold
        early = ("malformed", "unknown_issuer", "header_refused", "wrong_algorithm", "wrong_type")
        state = "does not hold" if exc.reason == "bad_signature" else "holds"
        unknown = exc.reason in ("unknown_key", "keys_unavailable") or exc.reason in early
        said["signature"] = "not checked" if unknown else state
        said |= {"verdict": "refused", "reason": exc.reason, "why": exc.message}
        if exc.reason == "keys_unavailable":
            said["verdict"] = "unknown"
    except Unavailable as exc:
        said |= {"verdict": "unknown", "reason": exc.reason, "why": exc.message}
    else:
        said |= {
            "signature": "holds", "verdict": "accepted", "subject": who.subject,
            "tenant": who.tenant, "roles": ", ".join(sorted(who.roles)) or "none",
        }  # fmt: skip
    finally:
        verifier.close()
    return said
