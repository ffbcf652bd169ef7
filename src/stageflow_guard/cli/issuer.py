"""`init --issuer URL`: one token from standard input, one issuer block that accepts it."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from typing import Any, NamedTuple

from stageflow_guard.auth.trust import generic_audience, issuer_warnings
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


class Block(NamedTuple):
    """An issuer's TOML, tried against a token; what the token holds, its tenant, and warnings."""

    toml: str
    seen: str
    tenant: str
    warnings: list[str]


def issuer_block(url: str, token: str, *, audience: str | None = None) -> Block:
    """Return the issuer's block, tried against the very token.

    `audience` says which of the token's audiences is yours. Raises `ConfigError` that names what
    the token or the issuer lacks, for several audiences and for one that is not yours alone; it
    never shows a value that is not a name.
    """
    return asyncio.run(_block(url, token, audience))


async def _block(url: str, token: str, audience: str | None) -> Block:
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
    fields = _fields(url, header, claims, audience) | {"jwks_url": metadata["jwks_uri"]}
    auth = AuthSettings(issuers=[IssuerSettings(**fields)])
    try:
        principal = await verifier_from(auth).authenticate(token)
    except NotAuthenticated as exc:
        raise ConfigError(
            f"the token would be refused ({exc.reason}): {exc.message}; nothing was written"
        ) from None
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in fields.items())
    seen = f"{principal.subject.partition(':')[0]}, {len(principal.roles)} roles"
    warnings = [*issuer_warnings(auth), *_about(header, claims, fields["audiences"][0])]
    return Block(f"[auth]\n[[auth.issuers]]\n{lines}\n", seen, principal.tenant, warnings)


def _audience(claims: dict[str, Any], chosen: str | None) -> str:
    """Return the one audience that is this application's; never guess between several."""
    found = claims.get("aud")
    named = [found] if isinstance(found, str) else found
    if not isinstance(named, list) or not named or not all(type(a) is str and a for a in named):
        raise ConfigError("the token has no `aud`: ask the provider for one that names your API")
    if chosen is not None and chosen not in named:
        raise ConfigError("the token is not for the audience that --audience names")
    own = [one for one in named if generic_audience(one, str(claims["iss"])) is None]
    if chosen is None and len(named) > 1:
        listed = ", ".join(
            f"`{one[:80]}`" + ("" if one in own else " (not yours alone)") for one in named
        )
        raise ConfigError(f"the token is for several audiences: {listed}; say --audience")
    wanted = named[0] if chosen is None else chosen
    why = generic_audience(wanted, str(claims["iss"]))
    if why is not None:
        raise ConfigError(f"the audience `{wanted[:80]}` is not yours alone: {why}")
    return wanted


def _about(header: dict[str, Any], claims: dict[str, Any], audience: str) -> list[str]:
    """Return what makes this token look like one that says who logged in."""
    signs = [name for name in ("nonce", "at_hash", "c_hash", "auth_time") if name in claims]
    client = next((claims[c] for c in ("azp", "client_id", "appid") if c in claims), None)
    if str(header.get("typ", "JWT")).lower() == "jwt" and (client == audience or signs[:1]):
        return [
            f"`{audience[:80]}` looks like the client id of an ID token: such a token says who "
            "logged in, not what may be called; ask the provider for an access token of your API"
        ]
    return []


def _fields(
    url: str, header: dict[str, Any], claims: dict[str, Any], audience: str | None
) -> dict[str, Any]:
    chosen = _audience(claims, audience)
    tenant = next((c for c in TENANTS if type(claims.get(c)) is str and claims[c]), None)
    if tenant is None:
        raise ConfigError(
            f"the token names no tenant (looked for {', '.join(TENANTS)}); add a claim at the "
            'provider, or write the issuer block by hand with `tenant = "..."`'
        )
    fields: dict[str, Any] = {
        "issuer": url,
        "audiences": [chosen],
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
