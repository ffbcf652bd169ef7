"""Try to get past an open guard, as its settings have it, and say what held.

Every attempt must end in a refusal whose ref is on record. The attempts write refusals to the log
of the guard that is examined, under the pipeline name `doctor`; beside a running server that holds
the log, to one in memory.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.errors import AccessDenied, ConfigError, GuardError, NotAuthenticated
from stageflow_guard.hosts import adapter

if TYPE_CHECKING:
    from stageflow_guard.guard import Guard
    from stageflow_guard.settings import Settings

NAME = "doctor"
FOREIGN = "another-tenant-that-the-doctor-made-up"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: `held` is None when it could not be made, `said` is how it ended."""

    name: str
    held: bool | None
    said: str
    ref: str = ""


def beside(settings: Settings) -> Guard:
    """Return a guard of these settings that writes nothing: for a log that a server holds.

    Tokens, policies and enforcement are those of the settings; log, approvals, counts and
    pseudonyms are kept in memory and end with it.
    """
    from stageflow_guard.audit.log.memory import UnsafeMemoryLog
    from stageflow_guard.guard import Guard

    redaction = settings.redaction.model_copy(update={"vault": None})
    kept = settings.model_copy(update={"redaction": redaction})
    return Guard(**Guard._parts(kept), log=UnsafeMemoryLog())


async def examine(
    guard: Guard, settings: Settings, *, token: str | None = None, pipeline: Any = None
) -> list[Attempt]:
    """Return every attempt on an open guard.

    `token` is a real caller's, for what only a caller can try; `pipeline` a Stageflow pipeline that
    is not mounted yet. Stages and tools of an attempt never run anything: a body that starts is the
    finding.
    """
    started: list[str] = []
    trial = import_module("stageflow_guard.hosts.stageflow.trial")
    # by the adapter: `guard.mount` would warn that no policy line permits what must never run
    mounted = adapter("stageflow").mount(
        guard._pep, trial.hollow(pipeline, NAME, started.append), name=NAME,
        token_key=settings.auth.token_key,
    )  # fmt: skip
    attempts: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("no token", lambda: mounted.run(input_text="doctor")),
    ]
    for name, credential in forged(settings).items():
        attempts.append((name, _as(guard, credential, mounted)))
    attempts += [
        ("a tool called outside of a run", _raw_tool(guard, started)),
        ("a stage called directly", lambda: trial.call_directly(mounted)),
    ]
    found = [await _attempt(name, attempt, started) for name, attempt in attempts]
    if token is None:
        found.append(Attempt("another tenant's data", None, "give a caller's token"))
    else:
        foreign = _foreign(guard, token)
        found.append(await _attempt("another tenant's data", foreign, started, AccessDenied))
    return found


async def _attempt(
    name: str,
    attempt: Callable[[], Awaitable[object]],
    started: list[str],
    wanted: type[GuardError] = NotAuthenticated,
) -> Attempt:
    """Make one attempt. A forged token that policy denies was believed: that is no refusal here."""
    started.clear()
    try:
        await attempt()
    except GuardError as error:
        if isinstance(error, ConfigError):
            return Attempt(name, None, error.message)
        if started:
            return Attempt(name, False, f"`{started[0]}` ran before the refusal", error.ref or "")
        held = isinstance(error, wanted) and bool(error.ref)
        return Attempt(name, held, _said(error), error.ref or "")
    except Exception as error:
        return Attempt(name, False, f"ended in {type(error).__name__}, not in a refusal")
    return Attempt(name, False, "was let in")


def _said(error: GuardError) -> str:
    decision = getattr(error, "decision", None)
    reason = getattr(error, "reason", None) or getattr(decision, "reason", None)
    return f"{error.code}: {reason}" if reason else error.code


def forged(settings: Settings) -> dict[str, str]:
    """Return tokens that say all the right things and that no configured key signed."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    issuer = settings.auth.issuers[0]
    now = _now()
    claims: dict[str, Any] = {
        "iss": issuer.issuer, "sub": "doctor", "aud": list(issuer.audiences) or ["doctor"],
        "iat": now, "nbf": now, "exp": now + 300, "jti": str(uuid4()), "client_id": "doctor",
    }  # fmt: skip
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    typ = issuer.token_types[0] if issuer.token_types else "at+jwt"

    def signed(key: Any, algorithm: str, **header: Any) -> str:
        return jwt.encode(claims, key, algorithm=algorithm, headers={"typ": typ, **header})

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    unsigned = f"{part({'alg': 'none', 'typ': typ})}.{part(claims)}."
    return {
        "an empty token": " ",
        "a token that is none": "doctor",
        "an unsigned token (alg none)": unsigned,
        "a token of another RSA key": signed(rsa_key, "RS256", kid="doctor"),
        "a token of another EC key": signed(ec_key, "ES256", kid="doctor"),
        "a token with its own key in the header": signed(
            rsa_key, "RS256",
            jwk=json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key.public_key())),
        ),
        "a token of a shared secret": signed("doctor-" * 8, "HS256", kid="doctor"),
    }  # fmt: skip


def _now() -> int:
    import time

    return int(time.time())


def _as(guard: Guard, credential: str, mounted: Any) -> Callable[[], Awaitable[object]]:
    async def attempt() -> object:
        async with guard.session(credential):
            return await mounted.run(input_text="doctor")

    return attempt


def _raw_tool(guard: Guard, started: list[str]) -> Callable[[], Awaitable[object]]:
    @guard.protect(kind="tool", obj=NAME)
    async def tool() -> str:
        started.append("tool")
        return "ran"

    return tool


def _foreign(guard: Guard, token: str) -> Callable[[], Awaitable[object]]:
    async def attempt() -> object:
        async with guard.session(token):
            return await guard.authorize(kind="data", obj=NAME, act="read", owner=FOREIGN)

    return attempt
