"""`init --issuer URL`: one token from standard input, one issuer block that accepts it."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from typing import Any

from stageflow_guard.errors import ConfigError, NotAuthenticated

TENANTS = ("org_id", "tenant", "tenant_id", "tid", "organization_id", "organization", "org", "hd")
ROLES: tuple[tuple[str, ...], ...] = (
    ("roles",), ("realm_access", "roles"), ("groups",), ("permissions",),
)  # fmt: skip
CLIENTS = ("client_id", "azp", "cid", "appid")


def read_token() -> str:
    """Return one token from standard input; it never stands on a command line."""
    token = getpass.getpass("token: ") if sys.stdin.isatty() else sys.stdin.readline(65536)
    token = token.strip()
    if not token:
        raise ConfigError("no token on standard input; pipe one in")
    return token


def issuer_block(url: str, token: str) -> tuple[str, str]:
    """Return (TOML of the issuer, what the token says), tried against the very token.

    Raises `ConfigError` that names what the token or the issuer lacks; it never shows a value that
    is not a name.
    """
    return asyncio.run(_block(url, token))


async def _block(url: str, token: str) -> tuple[str, str]:
    from stageflow_guard.auth.build_verifier import verifier_from
    from stageflow_guard.auth.discovery import discover
    from stageflow_guard.auth.http import fetch
    from stageflow_guard.auth.jws import parse_object, split
    from stageflow_guard.settings import AuthSettings, IssuerSettings

    try:
        header, _, payload, _ = split(token)
        claims = parse_object(payload)
    except NotAuthenticated:
        raise ConfigError("what stands on standard input is no signed JWT") from None
    if claims.get("iss") != url:
        raise ConfigError(f"the token is not of `{url}`: its `iss` is another")
    metadata = await discover(url, fetch)
    fields = _fields(url, header, claims) | {"jwks_url": metadata["jwks_uri"]}
    auth = AuthSettings(issuers=[IssuerSettings(**fields)])
    try:
        principal = await verifier_from(auth).authenticate(token)
    except NotAuthenticated as exc:
        raise ConfigError(
            f"the token would be refused ({exc.reason}): {exc.message}; nothing was written"
        ) from None
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in fields.items())
    seen = f"{principal.subject.partition(':')[0]}, {len(principal.roles)} roles"
    return f"[auth]\n[[auth.issuers]]\n{lines}\n", seen


def _fields(url: str, header: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or not audiences:
        raise ConfigError("the token has no `aud`: ask the provider for one that names your API")
    tenant = next((c for c in TENANTS if type(claims.get(c)) is str and claims[c]), None)
    if tenant is None:
        raise ConfigError(
            f"the token names no tenant (looked for {', '.join(TENANTS)}); add a claim at the "
            'provider, or write the issuer block by hand with `tenant = "..."`'
        )
    fields: dict[str, Any] = {
        "issuer": url,
        "audiences": [str(a) for a in audiences][:1],
        "algorithms": [str(header.get("alg"))],
        "token_types": [str(header["typ"])] if type(header.get("typ")) is str else ["JWT"],
        "tenant_claim": tenant,
    }
    for path in ROLES:
        value: Any = claims
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, list):
            fields["roles_claim"] = path[0] if len(path) == 1 else list(path)
            break
    client = [c for c in CLIENTS if type(claims.get(c)) is str]
    fields["required_claims"] = ["jti"] if "jti" in claims else []
    if client:
        fields["client_id_claims"] = client[:1]
        fields["required_claims"] += client[:1]
    return fields
