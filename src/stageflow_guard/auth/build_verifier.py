"""From settings to a verifier."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from stageflow_guard.auth.denylist import Denylist, MemoryDenylist, SqliteDenylist
from stageflow_guard.auth.discovery import discover
from stageflow_guard.auth.http import HttpClient, Send, fetcher, require_https, send
from stageflow_guard.auth.introspection import introspector
from stageflow_guard.auth.issuer import ClaimPath, IssuerPolicy, MachineTokens
from stageflow_guard.auth.jwks import FileKeys, KeySource, SharedSecret, UrlKeys
from stageflow_guard.auth.oauth import OAuthClient
from stageflow_guard.auth.pyjwt import admit_set
from stageflow_guard.auth.scope_limits import ScopeLimits
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError

TEMPLATE = "{tenantid}"

if TYPE_CHECKING:
    from stageflow_guard.base.clock import Clock
    from stageflow_guard.settings import AuthSettings, IssuerSettings


def _path(value: str | list[str] | None) -> ClaimPath | None:
    return tuple(value) if isinstance(value, list) else value


def _send(one: IssuerSettings) -> Send:
    """Return how this issuer is reached."""
    if one.ca_file is None and one.proxy is None:
        return send
    return HttpClient(ca_file=one.ca_file, proxy=one.proxy).send


def _secret(variable: str | None, file: str | None) -> str | None:
    if variable is not None:
        found = os.environ.get(variable)
        if not found:
            raise ConfigError(f"the environment variable `{variable}` is not set")
        return found
    if file is not None:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"`{file}` cannot be read") from None
    return None


def client_of(one: IssuerSettings) -> OAuthClient | None:
    """Return the application's own client at this issuer, when it has one."""
    if one.client is None:
        return None
    # without a token endpoint the client only introspects: the address is never used
    endpoint = one.token_endpoint or one.introspection_endpoint
    if endpoint is None:
        raise ConfigError(f"issuer `{one.issuer}`: `client` without an endpoint does nothing")
    return OAuthClient(
        token_endpoint=endpoint, client_id=one.client.client_id,
        client_secret=_secret(one.client.client_secret_env, one.client.client_secret_file),
        auth_method=one.client.auth_method, send=_send(one),
    )  # fmt: skip


def clients_from(auth: AuthSettings) -> dict[str, OAuthClient]:
    """Return who can exchange tokens, by issuer."""
    return {
        one.issuer: client
        for block in auth.issuers
        for one in expanded(block)
        if one.token_endpoint is not None and (client := client_of(one)) is not None
    }


def scope_limits_from(auth: AuthSettings) -> ScopeLimits | None:
    """Return what `[auth.scope_map]` describes."""
    if auth.scope_map is None:
        return None
    return ScopeLimits({scope: (one.kinds, one.acts) for scope, one in auth.scope_map.items()})


def denylist_from(auth: AuthSettings) -> Denylist:
    """Return what `[auth.denylist]` describes; in memory when it is absent."""
    chosen = auth.denylist
    if chosen is None:
        return MemoryDenylist()
    if chosen.kind == "sqlite":
        return SqliteDenylist(str(chosen.path))
    from stageflow_guard.auth.redis import RedisDenylist

    url = os.environ.get(str(chosen.url_env))
    if not url:
        raise ConfigError(f"the environment variable `{chosen.url_env}` is not set")
    return RedisDenylist(url)


def policy_of(one: IssuerSettings) -> IssuerPolicy:
    """Return what an issuer may say; raise `ConfigError` for one that is believed too much."""
    return IssuerPolicy(
        issuer=one.issuer,
        audiences=frozenset(one.audiences),
        algorithms=frozenset(one.algorithms),
        token_types=frozenset(one.token_types),
        required_claims=tuple(one.required_claims),
        client_id_claims=tuple(one.client_id_claims),
        max_lifetime=one.max_lifetime,
        leeway=one.leeway,
        audience_claims=tuple(one.audience_claims),
        subject_claim=_path(one.subject_claim) or "sub",
        machine=_machine(one),
        require_claims=one.require_claims,
        numeric_claims=frozenset(one.numeric_claims),
        numeric_dates=one.numeric_dates,
        issued_at=one.issued_at,
        overage_claims=tuple(one.overage_claims),
        tenant_claim=_path(one.tenant_claim) or "tenant",
        tenants=one.tenants,
        tenant=one.tenant,
        roles_claim=_path(one.roles_claim),
        scope_claim=one.scope_claim,
        subject_prefix=one.subject_prefix,
        subject_kind=one.subject_kind,
        host_user_claim=_path(one.host_user_claim),
        host_org_claim=_path(one.host_org_claim),
    )


def _machine(one: IssuerSettings) -> MachineTokens | None:
    chosen = one.machine
    if chosen is None:
        return None
    listed = chosen.value if isinstance(chosen.value, list) else [chosen.value]
    return MachineTokens(
        claim=_path(chosen.claim), values=() if chosen.value is None else tuple(listed),
        missing=chosen.missing, scopes=frozenset(chosen.scopes),
    )  # fmt: skip


def expanded(one: IssuerSettings) -> list[IssuerSettings]:
    """Return one block per directory where `issuer` is a template, else the block itself.

    Each directory speaks for its own tenant only: the claim that names the tenant has to be the
    very directory in `iss`.
    """
    if TEMPLATE not in one.issuer:
        return [one]
    return [
        one.model_copy(
            update={"issuer": one.issuer.replace(TEMPLATE, directory), "tenants": {directory: name}}
        )
        for directory, name in (one.tenants or {}).items()
    ]


def _shared(one: IssuerSettings) -> SharedSecret | None:
    secret = _secret(one.secret_env, one.secret_file)
    if secret is None:
        return None
    try:
        return SharedSecret(secret.encode(), one.algorithms[0])
    except ConfigError as exc:
        raise ConfigError(f"issuer `{one.issuer}`: {exc.message}") from None


def _keys(one: IssuerSettings, clock: Clock | None) -> KeySource:
    if (shared := _shared(one)) is not None:
        return shared
    if one.jwks_file is not None:
        return FileKeys(one.jwks_file)
    fetch = fetcher(_send(one))
    if one.jwks_url is not None:
        require_https(one.jwks_url, "auth.issuers.jwks_url")
        return UrlKeys(one.jwks_url, fetch, clock)
    require_https(one.issuer, "auth.issuers.issuer")
    return UrlKeys(lambda: _discovered(one), fetch, clock)


async def _discovered(one: IssuerSettings) -> str:
    return str((await discover(one.issuer, fetcher(_send(one))))["jwks_uri"])


def verifier_from(auth: AuthSettings, clock: Clock | None = None) -> TokenVerifier:
    """Return the verifier that `[auth]` describes; raise `ConfigError` for unusable keys."""
    introspect = {}
    blocks: list[tuple[IssuerPolicy, KeySource]] = []
    for block in auth.issuers:
        several = expanded(block)
        # the directories of a template share one key address
        shared = _keys(block, clock) if block.jwks_url or block.jwks_file else None
        blocks += [(policy_of(one), shared or _keys(one, clock)) for one in several]
    for one in (part for block in auth.issuers for part in expanded(block)):
        client = client_of(one)
        if client is not None and one.introspection_endpoint is not None:
            require_https(one.introspection_endpoint, "auth.issuers.introspection_endpoint")
            introspect[one.issuer] = introspector(client, one.introspection_endpoint)
    return TokenVerifier(
        blocks,
        clock,
        denylist=denylist_from(auth),
        introspect=introspect,
    )


async def probe(auth: AuthSettings) -> list[tuple[str, str | None]]:
    """Fetch every issuer's keys once; return (issuer, None or what went wrong)."""
    found: list[tuple[str, str | None]] = []
    for one in (part for block in auth.issuers for part in expanded(block)):
        problem = None
        try:
            if one.jwks_file is not None:
                FileKeys(one.jwks_file)
            elif _shared(one) is None:
                admit_set(await fetcher(_send(one))(one.jwks_url or await _discovered(one)))
        except OSError as exc:
            problem = f"cannot be fetched ({exc})"
        except ConfigError as exc:
            problem = exc.message
        found.append((one.issuer, problem))
    return found
