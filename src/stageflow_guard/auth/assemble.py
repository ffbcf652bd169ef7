"""From settings to a verifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.auth.http import fetch, require_https
from stageflow_guard.auth.issuer import ClaimPath, IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys, KeySource, UrlKeys
from stageflow_guard.auth.pyjwt import admit_set
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.auth.clock import Clock
    from stageflow_guard.settings import AuthSettings


def _path(value: str | list[str] | None) -> ClaimPath | None:
    return tuple(value) if isinstance(value, list) else value


def verifier_from(auth: AuthSettings, clock: Clock | None = None) -> TokenVerifier:
    """Return the verifier that `[auth]` describes; raise `ConfigError` for unusable keys."""
    pairs: list[tuple[IssuerPolicy, KeySource]] = []
    for one in auth.issuers:
        keys: KeySource
        if one.jwks_url is not None:
            require_https(one.jwks_url, "auth.issuers.jwks_url")
            keys = UrlKeys(one.jwks_url, fetch, clock)
        else:
            keys = FileKeys(str(one.jwks_file))
        policy = IssuerPolicy(
            issuer=one.issuer,
            audiences=frozenset(one.audiences),
            algorithms=frozenset(one.algorithms),
            token_types=frozenset(one.token_types),
            required_claims=tuple(one.required_claims),
            client_id_claims=tuple(one.client_id_claims),
            max_lifetime=one.max_lifetime,
            leeway=one.leeway,
            tenant_claim=_path(one.tenant_claim) or "tenant",
            tenants=one.tenants,
            tenant=one.tenant,
            roles_claim=_path(one.roles_claim),
            subject_prefix=one.subject_prefix,
            subject_kind=one.subject_kind,
            host_user_claim=_path(one.host_user_claim),
            host_org_claim=_path(one.host_org_claim),
        )
        pairs.append((policy, keys))
    return TokenVerifier(pairs, clock)


async def probe(auth: AuthSettings) -> list[tuple[str, str | None]]:
    """Fetch every issuer's keys once; return (issuer, None or what went wrong)."""
    found: list[tuple[str, str | None]] = []
    for one in auth.issuers:
        problem = None
        try:
            if one.jwks_url is not None:
                admit_set(await fetch(one.jwks_url))
            else:
                FileKeys(str(one.jwks_file))
        except OSError as exc:
            problem = f"cannot be fetched ({exc})"
        except ConfigError as exc:
            problem = exc.message
        found.append((one.issuer, problem))
    return found
