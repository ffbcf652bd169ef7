"""The verifier: type and size, header, issuer, key, signature, claims, in this order."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.claims import check_header, principal_from
from stageflow_guard.auth.clock import Clock
from stageflow_guard.auth.strict import parse_object, split
from stageflow_guard.auth.tokens import gate
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stageflow_guard.auth.issuer import IssuerPolicy
    from stageflow_guard.auth.jwks import KeySource
    from stageflow_guard.model import Principal

CACHE, CAP = 16_384, 300.0


class TokenVerifier:
    """An `Authenticator` over signed access tokens (RFC 9068) of one or more issuers.

    Several issuers stand side by side; a kid of one never answers for another. There is no default
    validator: issuers, audiences and keys are mandatory.
    """

    def __init__(
        self, issuers: Iterable[tuple[IssuerPolicy, KeySource]], clock: Clock | None = None
    ) -> None:
        listed = list(issuers)
        self._issuers = {policy.issuer: (policy, keys) for policy, keys in listed}
        if not listed or len(self._issuers) != len(listed):
            raise ConfigError("a verifier needs at least one issuer, each once")
        if len(listed) > 1 and any(p.tenant is None and p.tenants is None for p, _ in listed):
            raise ConfigError("with several issuers, each needs `tenant` or `tenants`")
        self._clock = clock or Clock()
        self._cache: dict[bytes, tuple[Principal, float]] = {}
        self._seen_wall = float("-inf")
        self._denied: dict[tuple[str, ...], float] = {}

    async def authenticate(self, credential: Any) -> Principal:
        """Return who holds `credential`; `NotAuthenticated` for every other outcome."""
        try:
            return await self._authenticate(gate(credential))  # 1
        except GuardError:
            raise
        except Exception:  # its text may hold the token, or a key
            raise NotAuthenticated("malformed", "the token cannot be verified") from None

    async def _authenticate(self, token: str) -> Principal:
        digest = sha256(token.encode("ascii")).digest()
        known = self._cache.get(digest)
        if known is not None and self._clock.monotonic() < known[1]:
            self.recheck(known[0])
            return known[0]
        header, signing_input, payload, signature = split(token)  # 2
        claims = parse_object(payload)
        entry = self._issuers.get(claims.get("iss", "")) if type(claims.get("iss")) is str else None
        if entry is None:
            raise NotAuthenticated("unknown_issuer", "the token's issuer is not configured")
        policy, keys = entry
        check_header(header, policy)
        kid, algorithm = header.get("kid"), header["alg"]
        if type(kid) is not str or not 0 < len(kid) <= 256:
            raise NotAuthenticated("unknown_key", "the token names no key")
        key = await keys.key(kid)  # 3
        if algorithm not in key.algorithms:
            raise NotAuthenticated("wrong_algorithm", "the key does not serve this algorithm")
        if not key.verifies(algorithm, signing_input, signature):  # 4
            raise NotAuthenticated("bad_signature", "the token's signature does not hold")
        now = self._wall()
        principal = principal_from(claims, header, policy, now)  # 5
        self.recheck(principal)
        if len(self._cache) >= CACHE:
            self._cache = {}
        lives = min(CAP, principal.expires_at + policy.leeway - now)
        self._cache[digest] = (principal, self._clock.monotonic() + lives)
        return principal

    def _wall(self) -> float:
        """Return the wall clock, never earlier than it was: stepping back revives nothing."""
        self._seen_wall = max(self._seen_wall, self._clock.wall())
        return self._seen_wall

    def recheck(self, principal: Principal) -> None:
        """Raise `NotAuthenticated` when the principal expired or was revoked since."""
        entry = self._issuers.get(principal.issuer)
        if entry is None:
            raise NotAuthenticated("unknown_issuer", "the principal is of another issuer")
        if self._wall() >= principal.expires_at + entry[0].leeway:
            raise NotAuthenticated("expired", "the token has expired")
        if self._denied and self._is_denied(principal):
            raise NotAuthenticated("revoked", "the token was revoked")

    def _is_denied(self, p: Principal) -> bool:
        iss = p.issuer
        before = self._denied.get((iss, "sub", p.subject))
        return (
            (p.token_id is not None and (iss, "jti", p.token_id) in self._denied)
            or (p.session_id is not None and (iss, "sid", p.session_id) in self._denied)
            or (before is not None and p.issued_at < before)
        )

    def deny(
        self,
        issuer: str,
        *,
        token_id: str | None = None,
        session_id: str | None = None,
        subject: str | None = None,
        issued_before: float | None = None,
    ) -> None:
        """Refuse from now on: one token, one session, or a subject's tokens issued before a time.

        `subject` is as in `Principal.subject`; `issued_before` is seconds since the epoch and
        means "all" when it is left out.
        """
        if token_id is not None:
            self._denied[issuer, "jti", token_id] = 0.0
        if session_id is not None:
            self._denied[issuer, "sid", session_id] = 0.0
        if subject is not None:
            limit = float("inf") if issued_before is None else issued_before
            self._denied[issuer, "sub", subject] = limit
