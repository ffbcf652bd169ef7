"""Checks before the first input: are the clients that a pipeline needs there?

A check is a name and an async function that returns when all is well, and raises `CheckFailed` with
one line that says what to do. Anything else that it raises fails the check by the error's type.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443, "redis": 6379, "postgresql": 5432, "postgres": 5432,
         "nats": 4222, "amqp": 5672}  # fmt: skip
DEADLINE = 10.0  # seconds for each check


class CheckFailed(Exception):
    """What is missing, in one line without a secret."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `probe` takes nothing."""

    name: str
    probe: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check ended: `why` is empty when it holds."""

    name: str
    holds: bool
    why: str


async def run_checks(checks: list[Check], *, deadline: float = DEADLINE) -> list[CheckResult]:
    """Run every check side by side, each within `deadline` seconds; never raises for one."""
    return list(await asyncio.gather(*(_run(check, deadline) for check in checks)))


async def _run(check: Check, deadline: float) -> CheckResult:
    try:
        async with asyncio.timeout(deadline):
            await check.probe()
    except CheckFailed as error:
        return CheckResult(check.name, False, str(error))
    except TimeoutError:
        return CheckResult(check.name, False, f"no answer within {deadline:g} s")
    except Exception as error:  # a client's text may hold its key
        return CheckResult(check.name, False, type(error).__name__)
    return CheckResult(check.name, True, "")


def reachable(url: str, name: str | None = None) -> Check:
    """Check that something listens at the host and port of `url`, or at `host:port`."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    if not host or not port:
        raise ValueError("a check needs a URL with a known scheme, or host:port")

    async def probe() -> None:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CheckFailed(f"{host}:{port} cannot be reached: {reason}") from None
        writer.close()

    return Check(name or f"{host}:{port}", probe)


def credential_present(variable: str) -> Check:
    """Check that an environment variable holds something; its value is never shown."""

    async def probe() -> None:
        if not os.environ.get(variable, "").strip():
            raise CheckFailed(f"set the environment variable `{variable}`")

    return Check(variable, probe)


def model_listed(base_url: str, model: str, *, key_variable: str | None = None) -> Check:
    """Check that an OpenAI-compatible service lists `model` at `GET {base_url}/models`.

    The key is read from `key_variable` when the check runs, and is in no message.
    """

    async def probe() -> None:
        import httpx

        headers = {}
        if key_variable is not None:
            headers["authorization"] = f"Bearer {os.environ.get(key_variable, '')}"
        try:
            async with httpx.AsyncClient(timeout=DEADLINE) as client:
                answer = await client.get(f"{base_url.rstrip('/')}/models", headers=headers)
        except httpx.HTTPError as error:
            raise CheckFailed(f"the model service: {type(error).__name__}") from None
        if answer.status_code in (401, 403):
            raise CheckFailed(f"the model service refuses the key in `{key_variable}`")
        if answer.status_code != 200:
            raise CheckFailed(f"the model service answers {answer.status_code}")
        try:
            listed = {str(one["id"]) for one in answer.json()["data"]}
        except (ValueError, KeyError, TypeError):
            raise CheckFailed("the model service answers no list of models") from None
        if model not in listed:
            raise CheckFailed(f"`{model}` is not listed; there are {', '.join(sorted(listed)[:5])}")

    return Check(f"model {model}", probe)
