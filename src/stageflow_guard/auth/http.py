"""One method of HTTP: send a request, read a small answer. The only file that imports `httpx`.

It blocks, and is meant to: it runs on threads of its own, so that neither a handshake nor a large
trust store stalls the event loop, and a request on its way outlives the task that asked for it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

CAP = 512 * 1024
DEADLINE = 5.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_lock = threading.Lock()
_trust: list[Any] = []


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back. The body may hold tokens: it does not show itself."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None


class Send(Protocol):
    """The port: blocks until the answer is whole; raises `OSError` when there is none."""

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> HttpResponse:
        """Return the answer, whatever its status."""
        ...


def require_https(url: str, key: str) -> None:
    """Raise `ConfigError` unless `url` is https, or http on loopback."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigError(f"`{key}` is not a URL") from None
    if parts.username or parts.password:
        raise ConfigError(f"`{key}` may not hold credentials")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigError(f"`{key}` must be an https URL")


def _context() -> Any:
    """Return the trust store, loaded once: it costs tens of milliseconds."""
    import httpx

    with _lock:
        if not _trust:
            _trust.append(httpx.create_ssl_context(trust_env=False))
        return _trust[0]


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str = ""
) -> HttpResponse:
    """Return the answer to one request. No redirects, no proxies, nothing from the environment.

    Raises `OSError` when there is no whole answer within `DEADLINE` seconds or `CAP` bytes; its
    text names the kind of failure and nothing of what was sent.
    """
    import httpx

    until = time.monotonic() + DEADLINE
    received = bytearray()
    try:
        with (
            httpx.Client(
                timeout=DEADLINE, follow_redirects=False, trust_env=False, verify=_context()
            ) as client,
            client.stream(method, url, headers=headers, content=body.encode() or None) as answer,
        ):
            for chunk in answer.iter_bytes():
                received += chunk
                if len(received) > CAP:
                    raise OSError("the answer is too large")
                if time.monotonic() > until:  # one byte at a time is no answer either
                    raise OSError("the answer took too long")
            return HttpResponse(
                answer.status_code, bytes(received), _seconds(answer.headers.get("retry-after"))
            )
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise OSError(type(exc).__name__) from None


def _seconds(value: str | None) -> float | None:
    # RFC 9110 section 10.2.3 also allows a date; rate limiters do not send one
    short = value is not None and value.isascii() and value.isdigit() and len(value) < 6
    return float(value) if value is not None and short else None


async def fetch(url: str) -> bytes:
    """Return the body of a 200 answer; raise `OSError` for everything else."""
    answer = await asyncio.to_thread(send, "GET", url)
    if answer.status != 200:
        raise OSError(f"status {answer.status}")
    return answer.body
