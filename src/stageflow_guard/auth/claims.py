"""From verified claims to a principal. Pure: no I/O, no clock, no third party.

`principal_from` reads top to bottom, in the order of RFC 9068 §4 and RFC 8725:

1. header: type, nothing that names a key or changes the meaning of the token
2. issuer, audience
3. time: `exp`, `iat`, `nbf`, lifetime
4. required claims, no binding whose proof is not checked
5. subject, tenant, roles
"""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from hashlib import sha1
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.issuer import ClaimPath, IssuerPolicy
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.model import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IssuerPolicy", "actors_of", "audiences_of", "check_header", "principal_from"]

# RFC 8725 §3.10 and RFC 7515 §4.1: a token may not bring or name its own key, change how it is
# parsed (`crit`, `b64`, `zip`), or be an encrypted one.
_REFUSED_HEADERS = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc"})
# What marks an ID token (OIDC Core §3.1.3.6) or a security event (RFC 8417). Only needed where
# the `typ` header is too weak to tell: `nonce` is left out, some providers copy it everywhere.
_NOT_ACCESS = ("at_hash", "c_hash", "s_hash", "events")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
# All that may stand in a policy line as itself; everything else is percent-encoded, `%` too, so
# that two subjects can never meet in one spelling.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@:/|+=!$&;")
_URL = uuid.NAMESPACE_URL.bytes
_MAX_NAME = 512
_MAX_ROLES = 512
_MAX_ACTORS = 8
_ABSENT = object()
_ATOMS = frozenset({str, int, bool, float, type(None)})


def check_header(header: Mapping[str, Any], policy: IssuerPolicy) -> None:
    """Refuse a header that is not that of an access token of this issuer."""
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise NotAuthenticated("header_refused", "token header holds a refused parameter")
    if header.get("alg") not in policy.algorithms:
        raise NotAuthenticated("wrong_algorithm", "token algorithm is not one of the issuer's")
    typ = header.get("typ", _ABSENT)
    if typ is _ABSENT:
        # RFC 7519 §5.1 makes `typ` optional for a plain JWT, RFC 9068 §2.1 does not.
        typ = "JWT"
    if typ not in policy.token_types:
        raise NotAuthenticated("wrong_type", "token is not an access token")


def principal_from(
    claims: Mapping[str, Any], header: Mapping[str, Any], policy: IssuerPolicy, now: float
) -> Principal:
    """Return who the verified `claims` speak of; raise `NotAuthenticated` for anything else."""
    # 1. header
    check_header(header, policy)
    # 2. issuer and audience (RFC 9068 §4)
    if claims.get("iss") != policy.issuer:
        raise NotAuthenticated("unknown_issuer", "token was issued by someone else")
    _check_audience(claims, policy)
    # 3. time
    issued_at, expires_at = _check_times(claims, policy, now)
    # 4. required claims, bindings, kind
    client_id = _first_text(claims, policy.client_id_claims)
    token_id = _text(claims, "jti")
    _check_presence(claims, header, policy, client_id)
    # 5. who
    sub = _text(claims, "sub")
    if sub is None:
        raise _missing("sub")
    subject = _subject(sub, client_id, policy)
    tenant, raw_tenant = _tenant(claims, policy)
    return Principal(
        subject=subject,
        tenant=tenant,
        roles=_roles(claims, policy),
        scopes=_scopes(claims, policy),
        session_id=_text(claims, "sid"),
        token_id=token_id,
        client_id=client_id,
        issuer=policy.issuer,
        key_id=header.get("kid"),
        issued_at=issued_at,
        expires_at=expires_at,
        actors=actors_of(claims),
        host_user_id=_host_id(
            claims, policy.host_user_claim, sub, (policy.issuer, tenant, subject)
        ),
        host_org_id=_host_id(claims, policy.host_org_claim, raw_tenant, (policy.issuer, tenant)),
        claims=_frozen_map(claims),
    )


def _missing(name: str) -> NotAuthenticated:
    return NotAuthenticated("missing_claim", f"token lacks the claim `{name}`")


def _bad(name: str) -> NotAuthenticated:
    return NotAuthenticated("bad_claim", f"token claim `{name}` is not what it must be")


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name, _ABSENT)
    if value is _ABSENT:
        return None
    if type(value) is not str or not value or len(value) > _MAX_NAME:
        raise _bad(name)
    return value


def _first_text(claims: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := _text(claims, name)) is not None), None)


def _at(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    if isinstance(path, str):
        return claims.get(path, _ABSENT)
    value: Any = claims
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return _ABSENT
        value = value[step]
    return value


def _label(path: ClaimPath) -> str:
    return path if isinstance(path, str) else "/".join(path)


def audiences_of(claims: Mapping[str, Any]) -> list[str]:
    """Return whom the token is meant for (RFC 7519 §4.1.3): one text, or a list of them."""
    aud = claims.get("aud", _ABSENT)
    if aud is _ABSENT:
        raise _missing("aud")
    named = [aud] if isinstance(aud, str) else aud
    if not isinstance(named, list) or not named or not all(type(a) is str and a for a in named):
        raise _bad("aud")
    return named


def _check_audience(claims: Mapping[str, Any], policy: IssuerPolicy) -> None:
    if policy.audiences.isdisjoint(audiences_of(claims)):
        raise NotAuthenticated("wrong_audience", "token is meant for another audience")


def _moment(claims: Mapping[str, Any], name: str) -> int | None:
    value = claims.get(name, _ABSENT)
    if value is _ABSENT:
        return None
    # RFC 7519 §2 allows fractions; no provider sends them, and a bool is an int to Python.
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise _bad(name)
    return value


def _check_times(claims: Mapping[str, Any], policy: IssuerPolicy, now: float) -> tuple[int, int]:
    exp, iat, nbf = _moment(claims, "exp"), _moment(claims, "iat"), _moment(claims, "nbf")
    if exp is None:
        raise _missing("exp")
    if iat is None:
        raise _missing("iat")
    # RFC 7519 §4.1.4: on or after `exp` the token must not be accepted; so `exp == now` is over.
    if now >= exp + policy.leeway:
        raise NotAuthenticated("expired", "token has expired")
    if iat > now + policy.leeway or (nbf is not None and nbf > now + policy.leeway):
        raise NotAuthenticated("not_yet_valid", "token is not valid yet")
    if exp <= iat or exp - iat > policy.max_lifetime:
        raise NotAuthenticated("lifetime", "token lives longer than its issuer may allow")
    return iat, exp


def _check_presence(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    policy: IssuerPolicy,
    client_id: str | None,
) -> None:
    for name in policy.required_claims:
        # `client_id` goes by several names; which of them count is the issuer's setting.
        absent = client_id is None if name == "client_id" else claims.get(name) in (None, "")
        if absent:
            raise _missing(name)
    if "cnf" in claims:
        # RFC 7800: only the holder of the key may use it, and no proof is checked here.
        raise NotAuthenticated("bound_token", "token is bound to a key whose proof is not checked")
    if header.get("typ", "JWT") == "JWT" and any(name in claims for name in _NOT_ACCESS):
        raise NotAuthenticated("wrong_type", "token is not an access token")


def _encode(value: str) -> str:
    if _PLAIN.issuperset(value):
        return value
    return "".join(
        c if c in _PLAIN else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in value
    )


def _subject(sub: str, client_id: str | None, policy: IssuerPolicy) -> str:
    # RFC 9068 §2.2: without a resource owner, `sub` identifies the client.
    kind = policy.subject_kind or ("svc" if sub == client_id else "user")
    return f"{kind}:{policy.subject_prefix}{_encode(sub)}"


def _tenant(claims: Mapping[str, Any], policy: IssuerPolicy) -> tuple[str, str]:
    if policy.tenant is not None:
        return policy.tenant, policy.tenant
    path = policy.tenant_claim
    value = _at(claims, path)
    if value is _ABSENT:
        raise _missing(_label(path))
    if type(value) is not str:
        raise _bad(_label(path))
    if policy.tenants is not None:
        if value not in policy.tenants:
            raise NotAuthenticated("foreign_tenant", "issuer may not speak for that tenant")
        return policy.tenants[value], value
    if not _TENANT.fullmatch(value):
        raise _bad(_label(path))
    return value, value


def _names(value: Any, label: str) -> list[str]:
    if not isinstance(value, list) or len(value) > _MAX_ROLES:
        raise _bad(label)
    if not all(type(v) is str and 0 < len(v) <= _MAX_NAME for v in value):
        raise _bad(label)
    return value


def _roles(claims: Mapping[str, Any], policy: IssuerPolicy) -> frozenset[str]:
    path = policy.roles_claim
    if path is None:
        return frozenset()
    value = _at(claims, path)
    if value is _ABSENT:
        elsewhere = claims.get("_claim_names")
        first = path if isinstance(path, str) else path[0]
        if (isinstance(elsewhere, dict) and first in elsewhere) or "hasgroups" in claims:
            # The provider ran out of room and says "ask me": never fetched, never read as "none".
            raise NotAuthenticated("overage", "token leaves its roles out; ask the provider")
        return frozenset()
    listed = [value] if isinstance(value, str) else value
    return frozenset(_encode(name) for name in _names(listed, _label(path)))


def _scopes(claims: Mapping[str, Any], policy: IssuerPolicy) -> frozenset[str]:
    value = claims.get(policy.scope_claim, _ABSENT)
    if value is _ABSENT:
        return frozenset()
    # RFC 8693 §4.2: one string, separated by spaces; some providers send a list.
    listed = value.split(" ") if isinstance(value, str) else value
    if listed == [""]:
        return frozenset()
    return frozenset(_encode(name) for name in _names(listed, policy.scope_claim))


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what a token reaches, by `scope` (RFC 9068 §2.2.3) and `scp`; None when it is mum."""
    said = [name for name in ("scope", "scp") if name in claims]
    if not said:
        return None
    found: frozenset[str] = frozenset()
    for name in said:
        value = claims[name]
        listed = value.split() if isinstance(value, str) else value
        found |= frozenset(_names(listed, name))
    return found


def actors_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the `act` chain, latest actor first (RFC 8693 §4.1)."""
    chain: list[str] = []
    actor = claims.get("act", _ABSENT)
    while actor is not _ABSENT:
        if not isinstance(actor, dict) or len(chain) == _MAX_ACTORS:
            raise _bad("act")
        name = _text(actor, "sub")
        if name is None:
            raise _bad("act")
        chain.append(_encode(name))
        actor = actor.get("act", _ABSENT)
    return tuple(chain)


def _host_id(
    claims: Mapping[str, Any], path: ClaimPath | None, value: str, parts: tuple[str, ...]
) -> str:
    if path is not None:
        given = _at(claims, path)
        if given is _ABSENT:
            raise _missing(_label(path))
        if type(given) is not str or not _UUID.fullmatch(given):
            raise _bad(_label(path))
        return given.lower()
    if len(value) == 36 and _UUID.fullmatch(value):
        return value.lower()
    # No part can hold a line feed: issuers are URLs, tenants a word, subjects are encoded.
    return _uuid5("\n".join(parts))


@lru_cache(maxsize=8192)
def _uuid5(name: str) -> str:
    """Return `uuid.uuid5(NAMESPACE_URL, name)` as text (RFC 9562 §5.5), for less."""
    digest = sha1(_URL + name.encode("utf-8"), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _frozen_map(value: Mapping[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType({k: v if type(v) in _ATOMS else _frozen(v) for k, v in value.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return _frozen_map(value)
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
