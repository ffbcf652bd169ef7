"""One method of HTTP: fetch a small document. The only file that imports `httpx`."""

from __future__ import annotations

from urllib.parse import urlsplit

from stageflow_guard.errors import ConfigError

CAP = 512 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def require_https(url: str, key: str) -> None:
    """Raise `ConfigError` unless `url` is https, or http on loopback."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ConfigError(f"`{key}` may not hold credentials")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigError(f"`{key}` must be an https URL")


async def fetch(url: str, *, timeout: float = 5.0) -> bytes:  # noqa: ASYNC109 - per request, not a scope
    """Return the body of a 200 answer; raise `OSError` for everything else. No redirects."""
    import httpx

    body = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise OSError(f"status {answer.status_code}")
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > CAP:
                    raise OSError("the answer is too large")
    except httpx.HTTPError as exc:
        raise OSError(type(exc).__name__) from None
    return bytes(body)
