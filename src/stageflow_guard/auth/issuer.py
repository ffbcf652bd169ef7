"""What one issuer may say, and for whom. Checked when it is made, never on use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.tenant_name import legal_tenant
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

ClaimPath = str | tuple[str, ...]

DAY = 24 * 3600
MAX_LEEWAY = 120
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
    | {"EdDSA", "Ed25519"}
)
SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})
_PREFIX = re.compile(r"[A-Za-z0-9._~@:/+=-]{0,64}")
_KINDS = ("user", "svc", "agent")
EVERY = (
    "*"  # in a claim path: the one entry of a list, the one key of a map; for roles, all of them
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTokens:
    """What tells a token of a client from that of a user. Its subject is `svc:` and the client id.

    Either `claim` has one of `values` (any value where there are none), or the claim `missing` is
    absent. `scopes` are what such a token carries where it names none.
    """

    claim: ClaimPath | None = None
    values: tuple[Any, ...] = ()
    missing: str | None = None
    scopes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raise `ConfigError` unless exactly one of `claim` and `missing` is given."""
        if (self.claim is None) == (self.missing is None):
            raise ConfigError("`machine` takes `claim` (and `value`), or `missing`")
        if self.missing is not None and self.values:
            raise ConfigError("`machine`: `value` goes with `claim`")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPolicy:
    """One issuer: its name, for whom it issues, what its tokens must look like.

    `subject_kind` overrides `user`/`svc` (the only way to an `agent:` subject). With neither
    `tenant` nor `tenants`, the value of `tenant_claim` is the tenant. The audience is in the first
    of `audience_claims` that the token carries. `numeric_claims` names claims whose integers are
    read as text. `require_claims` maps claims to the value, or list of values, that they MUST have.
    """

    issuer: str
    audiences: frozenset[str]
    algorithms: frozenset[str]
    token_types: frozenset[str] = frozenset({"at+jwt"})
    required_claims: tuple[str, ...] = ("jti", "client_id")
    client_id_claims: tuple[str, ...] = ("client_id",)
    max_lifetime: int = DAY
    leeway: int = 30
    audience_claims: tuple[str, ...] = ("aud",)
    subject_claim: ClaimPath = "sub"
    machine: MachineTokens | None = None
    require_claims: Mapping[str, Any] | None = None
    numeric_claims: frozenset[str] = frozenset()
    numeric_dates: str = "integer"
    issued_at: str = "required"
    overage_claims: tuple[str, ...] = ("hasgroups",)
    tenant_claim: ClaimPath = "tenant"
    tenants: Mapping[str, str] | None = None
    tenant: str | None = None
    roles_claim: ClaimPath | None = None
    scope_claim: str = "scope"
    subject_prefix: str = ""
    subject_kind: str | None = None
    host_user_claim: ClaimPath | None = None
    host_org_claim: ClaimPath | None = None
    media_types: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raise `ConfigError` for a policy that would believe too much."""
        if not self.issuer or not self.audiences or not self.algorithms or not self.token_types:
            raise ConfigError("an issuer needs `issuer`, `audiences`, `algorithms`, `token_types`")
        if any(not a for a in self.audiences):
            raise ConfigError(f"issuer `{self.issuer}`: an audience may not be empty")
        # RFC 7515 §4.1.9: a media type compares without case, and `application/` may be left out
        folded = frozenset(t.lower().removeprefix("application/") for t in self.token_types)
        object.__setattr__(self, "media_types", folded)
        if not self.audience_claims or not all(self.audience_claims):
            raise ConfigError(f"issuer `{self.issuer}`: `audience_claims` needs a name")
        for name in ("numeric_dates", "issued_at"):
            value = getattr(self, name)
            allowed = (
                ("integer", "fraction") if name == "numeric_dates" else ("required", "optional")
            )
            if value not in allowed:
                raise ConfigError(f"issuer `{self.issuer}`: `{name}` is {' or '.join(allowed)}")
        unknown = sorted(set(self.algorithms) - ASYMMETRIC - SYMMETRIC)
        if unknown:
            raise ConfigError(f"issuer `{self.issuer}`: algorithm `{unknown[0]}` is not accepted")
        if self.algorithms & SYMMETRIC and len(self.algorithms) != 1:
            # RFC 8725 §3.1: with both kinds, a public key could be taken for a secret
            raise ConfigError(
                f"issuer `{self.issuer}`: an algorithm with a shared secret stands alone"
            )
        if not 0 <= self.leeway <= MAX_LEEWAY or self.max_lifetime <= 0:
            raise ConfigError(f"issuer `{self.issuer}`: `leeway` is at most {MAX_LEEWAY} s")
        if self.tenant is not None and self.tenants is not None:
            raise ConfigError(f"issuer `{self.issuer}`: give `tenant` or `tenants`, not both")
        named = [self.tenant] if self.tenant is not None else list((self.tenants or {}).values())
        if any(not legal_tenant(t) for t in named):
            raise ConfigError(f"issuer `{self.issuer}`: a tenant's name is a folder's name")
        if self.subject_kind is not None and self.subject_kind not in _KINDS:
            raise ConfigError(f"issuer `{self.issuer}`: `subject_kind` is {', '.join(_KINDS)}")
        if not _PREFIX.fullmatch(self.subject_prefix):
            raise ConfigError(f"issuer `{self.issuer}`: `subject_prefix` holds a refused character")
