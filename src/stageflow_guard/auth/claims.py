"""From verified claims to a principal. Pure: no I/O, no clock, no third party.

`principal_from` reads top to bottom, in the order of RFC 9068 §4 and RFC 8725:

1. header: type, nothing that names a key or changes the meaning of the token
2. issuer, audience
3. time: `exp`, `iat`, `nbf`, lifetime
4. required claims, required values, no binding whose proof is not checked
5. subject, tenant, roles

What one claim may hold, and what a refusal says of it, is in `claim_values`.
"""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from hashlib import sha1
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.claim_values import (
    ABSENT,
    bad_claim,
    client_claim,
    entries_at,
    label,
    missing_claim,
    moment,
    names,
    only_at,
    text_claim,
    value_at,
)
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.base.tenant_name import legal_tenant
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.model import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stageflow_guard.auth.issuer import ClaimPath

__all__ = ["IssuerPolicy", "actors_of", "audiences_of", "check_header", "principal_from"]

# RFC 8725 §3.10 and RFC 7515 §4.1: a token may not bring or name its own key, change how it is
# parsed (`crit`, `b64`, `zip`), or be an encrypted one.
_REFUSED_HEADERS = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc"})
# What marks an ID token (OIDC Core §3.1.3.6) or a security event (RFC 8417). Only needed where
# the `typ` header is too weak to tell: `nonce` is left out, some providers copy it everywhere.
_NOT_ACCESS = frozenset({"at_hash", "c_hash", "s_hash", "events"})
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# All that may stand in a policy line as itself; everything else is percent-encoded, `%` too, so
# that two subjects can never meet in one spelling.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@:/|+=!$&;")
_URL = uuid.NAMESPACE_URL.bytes
_MAX_ACTORS = 8
_ATOMS = frozenset({str, int, bool, float, type(None)})


def check_header(header: Mapping[str, Any], policy: IssuerPolicy) -> None:
    """Refuse a header that is not that of an access token of this issuer."""
    if not _REFUSED_HEADERS.isdisjoint(header):
        raise NotAuthenticated("header_refused", "token header holds a refused parameter")
    if header.get("alg") not in policy.algorithms:
        raise NotAuthenticated("wrong_algorithm", "token algorithm is not one of the issuer's")
    # RFC 7519 §5.1 makes `typ` optional for a plain JWT, RFC 9068 §2.1 does not.
    typ = header.get("typ", "JWT")
    if typ not in policy.token_types and _media_type(typ) not in policy.media_types:
        raise NotAuthenticated("wrong_type", "token is not an access token (`token_types`)")


def _media_type(typ: Any) -> str | None:
    """Return a `typ` as it compares: without case, `application/` left out (RFC 7515 §4.1.9)."""
    if type(typ) is not str or not typ.isascii():
        return None
    folded = typ.lower()
    short = folded.removeprefix("application/")
    return folded if "/" in short else short


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
    # 4. required claims, their values, bindings, kind
    client_id = client_claim(claims, policy)
    token_id = text_claim(claims, "jti", policy)
    _check_presence(claims, header, policy, client_id)
    if policy.require_claims:
        _check_values(claims, policy.require_claims, "")
    # 5. who
    machine = _is_machine(claims, policy)
    sub = _subject_id(claims, policy, client_id, machine=machine)
    subject = _subject(sub, client_id, policy, machine=machine)
    tenant, raw_tenant = _tenant(claims, policy)
    return Principal(
        subject=subject,
        tenant=tenant,
        roles=_roles(claims, policy),
        scopes=_scopes(claims, policy, machine=machine),
        session_id=text_claim(claims, "sid", policy),
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


def audiences_of(claims: Mapping[str, Any], claim: str = "aud") -> list[str]:
    """Return whom the token is for (RFC 7519 §4.1.3): one text, or a list of them."""
    aud = claims.get(claim, ABSENT)
    if aud is ABSENT:
        raise missing_claim(claim)
    named = [aud] if isinstance(aud, str) else aud
    if not isinstance(named, list) or not named or not all(type(a) is str and a for a in named):
        raise bad_claim(claim, aud, "text, or a list of texts", "audiences")
    return named


def audience_claim(claims: Mapping[str, Any], policy: IssuerPolicy) -> str:
    """Return the first of the policy's `audience_claims` that the token carries."""
    names_ = policy.audience_claims
    return next((name for name in names_ if name in claims), names_[0])


def _check_audience(claims: Mapping[str, Any], policy: IssuerPolicy) -> None:
    claim = "aud" if policy.audience_claims == ("aud",) else audience_claim(claims, policy)
    if policy.audiences.isdisjoint(audiences_of(claims, claim)):
        raise NotAuthenticated(
            "wrong_audience", f"token is for another audience (`{claim}`; see `audiences`)"
        )


def _check_times(claims: Mapping[str, Any], policy: IssuerPolicy, now: float) -> tuple[int, int]:
    exp, iat = moment(claims, "exp", policy), moment(claims, "iat", policy)
    nbf = moment(claims, "nbf", policy)
    if exp is None:
        raise missing_claim("exp")
    if iat is None and policy.issued_at == "required":
        raise missing_claim("iat", 'or set `issued_at = "optional"`')
    # RFC 7519 §4.1.4: on or after `exp` the token must not be accepted; so `exp == now` is over.
    if now >= exp + policy.leeway:
        raise NotAuthenticated("expired", "token has expired")
    latest = now + policy.leeway
    if (iat is not None and iat > latest) or (nbf is not None and nbf > latest):
        raise NotAuthenticated("not_yet_valid", "token is not valid yet")
    begins = iat if iat is not None else now
    if exp < begins and iat is not None:
        raise NotAuthenticated("lifetime", "token expires before it was issued")
    if exp - begins > policy.max_lifetime:
        raise NotAuthenticated(
            "lifetime",
            f"token lives for {exp - begins:.0f} s, over `max_lifetime` ({policy.max_lifetime} s)",
        )
    # without `iat` a token counts as issued before every revocation of its subject
    return int(iat) if iat is not None else 0, int(exp)


def _check_presence(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    policy: IssuerPolicy,
    client_id: str | None,
) -> None:
    for name in policy.required_claims:
        # `client_id` goes by several names; which of them count is the issuer's setting.
        if name == "client_id":
            if client_id is None:
                listed = ", ".join(policy.client_id_claims)
                raise missing_claim(name, f"`client_id_claims` looks for {listed}")
        elif claims.get(name) in (None, ""):
            raise missing_claim(name, "`required_claims` asks for it")
    if "cnf" in claims:
        # RFC 7800: only the holder of the key may use it, and no proof is checked here.
        raise NotAuthenticated("bound_token", "token is bound to a key whose proof is not checked")
    if not _NOT_ACCESS.isdisjoint(claims) and _media_type(header.get("typ", "JWT")) == "jwt":
        raise NotAuthenticated("wrong_type", "token is not an access token")


def _check_values(claims: Mapping[str, Any], wanted: Mapping[str, Any], above: str) -> None:
    """Raise `NotAuthenticated` unless each claim has its value, or one of its values, exactly."""
    for name, value in wanted.items():
        where, found = f"{above}{name}", claims.get(name, ABSENT)
        if found is ABSENT:
            raise missing_claim(where, "`require_claims` asks for it")
        if isinstance(value, dict):
            if not isinstance(found, dict):
                raise bad_claim(where, found, "an object", "require_claims")
            _check_values(found, value, f"{where}/")
            continue
        allowed = value if isinstance(value, list) else [value]
        # exact types: 1 is not true, and "true" is neither
        if not any(type(found) is type(one) and found == one for one in allowed):
            raise NotAuthenticated(
                "claim_refused", f"token claim `{where}` has no value that `require_claims` allows"
            )


def _is_machine(claims: Mapping[str, Any], policy: IssuerPolicy) -> bool:
    machine = policy.machine
    if machine is None:
        return False
    if machine.missing is not None:
        return machine.missing not in claims
    found = value_at(claims, machine.claim or "")
    if found is ABSENT:
        return False
    return not machine.values or any(type(found) is type(v) and found == v for v in machine.values)


def _encode(value: str) -> str:
    if _PLAIN.issuperset(value):
        return value
    return "".join(
        c if c in _PLAIN else "".join(f"%{b:02X}" for b in c.encode("utf-8")) for c in value
    )


def _subject_id(
    claims: Mapping[str, Any], policy: IssuerPolicy, client_id: str | None, *, machine: bool
) -> str:
    if machine:
        if client_id is None:
            raise missing_claim("client_id", "a machine's token names its client")
        return client_id
    sub = text_claim(claims, policy.subject_claim, policy, setting="subject_claim")
    if sub is None:
        raise missing_claim(label(policy.subject_claim), "`subject_claim` names another")
    return sub


def _subject(sub: str, client_id: str | None, policy: IssuerPolicy, *, machine: bool) -> str:
    # RFC 9068 §2.2: without a resource owner, `sub` identifies the client.
    kind = policy.subject_kind or ("svc" if machine or sub == client_id else "user")
    return f"{kind}:{policy.subject_prefix}{_encode(sub)}"


def _tenant(claims: Mapping[str, Any], policy: IssuerPolicy) -> tuple[str, str]:
    if policy.tenant is not None:
        return policy.tenant, policy.tenant
    path = policy.tenant_claim
    value = only_at(claims, path, policy)
    if value is ABSENT:
        raise missing_claim(label(path), "`tenant_claim` asks for it")
    if type(value) is not str:
        raise bad_claim(label(path), value, "text", "tenant_claim")
    if policy.tenants is not None:
        if value not in policy.tenants:
            raise NotAuthenticated("foreign_tenant", "issuer may not speak for that tenant")
        return policy.tenants[value], value
    if not legal_tenant(value):
        raise bad_claim(
            label(path), value, "a tenant's name: letters, digits, `.`, `_`, `-`", "tenant_claim"
        )
    return value, value


def _roles(claims: Mapping[str, Any], policy: IssuerPolicy) -> frozenset[str]:
    path = policy.roles_claim
    if path is None:
        return frozenset()
    value = entries_at(claims, path)
    if value is ABSENT:
        elsewhere = claims.get("_claim_names")
        first = path if isinstance(path, str) else path[0]
        left_out = any(name in claims for name in policy.overage_claims)
        if (isinstance(elsewhere, dict) and first in elsewhere) or left_out:
            # The provider ran out of room and says "ask me": never fetched, never read as "none".
            raise NotAuthenticated(
                "overage", "token leaves its roles out (`overage_claims`); ask the provider"
            )
        return frozenset()
    listed = [value] if isinstance(value, str) else value
    return frozenset(_encode(name) for name in names(listed, label(path), "roles_claim"))


def _scopes(claims: Mapping[str, Any], policy: IssuerPolicy, *, machine: bool) -> frozenset[str]:
    value = claims.get(policy.scope_claim, ABSENT)
    if value is ABSENT:
        own = policy.machine.scopes if machine and policy.machine is not None else ()
        return frozenset(_encode(name) for name in own)
    # RFC 8693 §4.2: one string, separated by spaces; some providers send a list.
    listed = value.split(" ") if isinstance(value, str) else value
    if listed == [""]:
        return frozenset()
    return frozenset(_encode(name) for name in names(listed, policy.scope_claim, "scope_claim"))


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what a token reaches, by `scope` (RFC 9068 §2.2.3) and `scp`; None without either."""
    said = [name for name in ("scope", "scp") if name in claims]
    if not said:
        return None
    found: frozenset[str] = frozenset()
    for name in said:
        value = claims[name]
        listed = value.split() if isinstance(value, str) else value
        found |= frozenset(names(listed, name, "scope_claim"))
    return found


def actors_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the `act` chain, latest actor first (RFC 8693 §4.1)."""
    chain: list[str] = []
    actor = claims.get("act", ABSENT)
    while actor is not ABSENT:
        if not isinstance(actor, dict) or len(chain) == _MAX_ACTORS:
            raise bad_claim("act", actor, f"objects, nested at most {_MAX_ACTORS} deep")
        name = text_claim(actor, "sub", None, where="act/sub")
        if name is None:
            raise bad_claim("act", actor, "an object with `sub`")
        chain.append(_encode(name))
        actor = actor.get("act", ABSENT)
    return tuple(chain)


def _host_id(
    claims: Mapping[str, Any], path: ClaimPath | None, value: str, parts: tuple[str, ...]
) -> str:
    if path is not None:
        given = value_at(claims, path)
        if given is ABSENT:
            raise missing_claim(label(path), "`host_user_claim` or `host_org_claim` asks for it")
        if type(given) is not str or not _UUID.fullmatch(given):
            raise bad_claim(label(path), given, "a UUID", "host_user_claim, host_org_claim")
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
