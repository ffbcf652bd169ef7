"""Where an issuer says its keys are: OpenID Connect Discovery 1.0, RFC 8414."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stageflow_guard.auth.http import require_https
from stageflow_guard.auth.jws import parse_object
from stageflow_guard.errors import ConfigError, NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def addresses(issuer: str) -> tuple[str, str]:
    """Return both well-known addresses: OIDC appends, RFC 8414 inserts before the path."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    host = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{host}{path}/.well-known/openid-configuration",
        f"{host}/.well-known/oauth-authorization-server{path}",
    )


async def discover(issuer: str, fetch: Callable[[str], Awaitable[bytes]]) -> dict[str, Any]:
    """Return the issuer's metadata.

    Raises `ConfigError` unless a document is found whose `issuer` is the very string that was asked
    for (RFC 8414 section 3.3) and whose `jwks_uri` is an https address.
    """
    require_https(issuer, "issuer")
    why = ""
    for address in addresses(issuer):
        try:
            found = parse_object(await fetch(address))
        except OSError as exc:
            why = str(exc)
            continue
        except NotAuthenticated:
            why = "not a JSON object"
            continue
        if found.get("issuer") != issuer:
            raise ConfigError(f"`{address}` speaks for another issuer than `{issuer}`")
        keys = found.get("jwks_uri")
        if type(keys) is not str:
            raise ConfigError(f"`{address}` names no `jwks_uri`")
        require_https(keys, "jwks_uri")
        return found
    hint = "; check the URL" if why.startswith("status") else ""
    raise ConfigError(f"no discovery document of `{issuer}`: {why}{hint}")
