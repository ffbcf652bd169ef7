"""The verifier: type and size, header, issuer, key, signature, claims, in this order."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from stageflow_guard.auth.claims import (
    audience_claim,
    audiences_of,
    check_header,
    principal_from,
)
from stageflow_guard.auth.denylist import FOREVER, Entry, MemoryDenylist
from stageflow_guard.auth.introspection import check_active
from stageflow_guard.auth.jws import parse_object, split
from stageflow_guard.auth.secret import check_token_shape
from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from stageflow_guard.auth.denylist import Denylist
    from stageflow_guard.auth.issuer import IssuerPolicy
    from stageflow_guard.auth.jwks import KeySource
    from stageflow_guard.model import Principal

    Introspect = Callable[[str], Awaitable[dict[str, Any]]]

CACHE, CAP = 16_384, 300.0
CONFIRMED = 30.0  # RFC 7662 §4: how long an introspection may be believed
SESSION = 30 * 86_400.0  # how long a revoked session id is remembered


class _Block(NamedTuple):
    """One issuer's policy, its keys, and the subject prefixes that are another issuer's."""

    policy: IssuerPolicy
    keys: KeySource
    taken: tuple[str, ...]


class TokenVerifier:
    """An `Authenticator` over signed access tokens (RFC 9068) of one or more issuers.

    Several issuers stand side by side; a kid of one never answers for another. An issuer may stand
    twice with different audiences: the token's audience chooses. There is no default validator:
    issuers, audiences and keys are mandatory.
    """

    def __init__(
        self,
        issuers: Iterable[tuple[IssuerPolicy, KeySource]],
        clock: Clock | None = None,
        *,
        denylist: Denylist | None = None,
        introspect: Mapping[str, Introspect] | None = None,
    ) -> None:
        listed = list(issuers)
        policies = [policy for policy, _ in listed]
        self._issuers: dict[str, list[_Block]] = {}
        for policy, keys in listed:
            block = _Block(policy, keys, _taken_by_others(policy, policies))
            _require_apart(policy, [one.policy for one in self._issuers.get(policy.issuer, ())])
            self._issuers.setdefault(policy.issuer, []).append(block)
        if not listed:
            raise ConfigError("a verifier needs at least one issuer")
        if len(self._issuers) > 1 and any(p.tenant is None and p.tenants is None for p in policies):
            raise ConfigError("with several issuers, each needs `tenant` or `tenants`")
        self._clock = clock or Clock()
        self.clock = NeverBackClock(self._clock)
        self._cache: dict[bytes, tuple[Principal, float, KeySource, int]] = {}
        self.denylist: Denylist = denylist or MemoryDenylist()
        self._introspect = dict(introspect or {})
        self._hits = self._misses = 0
        self._confirmed: dict[int, tuple[Principal, float]] = {}

    def __repr__(self) -> str:
        """Name the issuers."""
        return f"<TokenVerifier {', '.join(self._issuers)}>"

    def health(self) -> dict[str, int]:
        """Return how often a token's verification was kept from before, and how often not."""
        return {"cache_hits": self._hits, "cache_misses": self._misses}

    def close(self) -> None:
        """Close the denylist."""
        self.denylist.close()

    async def authenticate(self, credential: Any) -> Principal:
        """Return who holds `credential`; `NotAuthenticated` for every other outcome."""
        try:
            token = check_token_shape(credential)  # 1
            digest = sha256(token.encode("ascii")).digest()
            known = self._cache.get(digest)
            # a withdrawn key takes the tokens with it that it once verified
            if (
                known is not None
                and self._clock.monotonic() < known[1]
                and known[2].epoch == known[3]
            ):
                principal = known[0]
                self._hits += 1
            else:
                self._misses += 1
                principal = await self._verified(token, digest)
            if self._introspect and principal.issuer in self._introspect:
                await self._confirm(token, principal)
            self.recheck(principal)
        except GuardError:
            raise
        except Exception:  # its text may hold the token, or a key
            raise NotAuthenticated("malformed", "the token cannot be verified") from None
        return principal

    async def _verified(self, token: str, digest: bytes) -> Principal:
        header, signing_input, payload, signature = split(token)  # 2
        claims = parse_object(payload)
        issuer = claims.get("iss")
        blocks = self._issuers.get(issuer) if type(issuer) is str else None
        if blocks is None:
            raise NotAuthenticated("unknown_issuer", "the token's issuer is not configured")
        policy, keys, taken = blocks[0] if len(blocks) == 1 else _meant(blocks, claims)
        check_header(header, policy)
        kid, algorithm = header.get("kid"), header["alg"]
        if kid is None and getattr(keys, "only", False):
            kid = ""
        elif type(kid) is not str or not 0 < len(kid) <= 256:
            raise NotAuthenticated("unknown_key", "the token names no key")
        key = await keys.key(kid)  # 3
        epoch = keys.epoch
        if algorithm not in key.algorithms:
            raise NotAuthenticated("wrong_algorithm", "the key does not serve this algorithm")
        if not key.verifies(algorithm, signing_input, signature):  # 4
            raise NotAuthenticated("bad_signature", "the token's signature does not hold")
        now = self._wall()
        principal = principal_from(claims, header, policy, now)  # 5
        if taken and principal.subject.partition(":")[2].startswith(taken):
            raise NotAuthenticated("foreign_subject", "the subject is spelled as another issuer's")
        if len(self._cache) >= CACHE:
            self._cache = {}
        lives = min(CAP, principal.expires_at + policy.leeway - now)
        self._cache[digest] = (principal, self._clock.monotonic() + lives, keys, epoch)
        return principal

    async def _confirm(self, token: str, principal: Principal) -> None:
        """Ask the provider whether the token is still active, at most every 30 s (RFC 7662)."""
        held = self._confirmed.get(id(principal))
        if held is not None and held[0] is principal and self._clock.monotonic() < held[1]:
            return
        said = await self._introspect[principal.issuer](token)
        check_active(said, principal, self._wall())
        if len(self._confirmed) >= CACHE:
            self._confirmed = {}
        lives = min(CONFIRMED, principal.expires_at - self._wall())
        self._confirmed[id(principal)] = (principal, self._clock.monotonic() + lives)

    def _wall(self) -> float:
        """Return the wall clock; setting it back revives nothing at once."""
        return self.clock.now()

    @property
    def problems(self) -> tuple[str, ...]:
        """Why a key file is not in force as it stands; the last good keys are."""
        found = (getattr(b.keys, "problem", None) for bs in self._issuers.values() for b in bs)
        return tuple(dict.fromkeys(problem for problem in found if problem))

    def recheck(self, principal: Principal) -> None:
        """Raise `NotAuthenticated` when the principal expired or was revoked since."""
        entry = self._issuers.get(principal.issuer)
        if entry is None:
            raise NotAuthenticated("unknown_issuer", "the principal is of another issuer")
        if self.clock.now() >= principal.expires_at + entry[0].policy.leeway:
            raise NotAuthenticated("expired", "the token has expired")
        if self.denylist.denies(principal):
            raise NotAuthenticated("revoked", "the token was revoked")
        if self._introspect and principal.issuer in self._introspect:
            held = self._confirmed.get(id(principal))
            if held is None or held[0] is not principal or self._clock.monotonic() >= held[1]:
                raise NotAuthenticated("unconfirmed", "the provider must be asked again")

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
        means "all, for good" when it is left out. Blocks while a shared denylist is written; raises
        `TokenUnavailable` when it cannot be, and then it counts in this process.
        """
        entry = self._issuers.get(issuer)
        if entry is None:
            raise ConfigError(f"`{issuer}` is not a configured issuer")
        # no token outlives this, so an entry need not either
        lifetime = max(one.policy.max_lifetime for one in entry)
        longest = self._wall() + lifetime + 2 * entry[0].policy.leeway
        wanted = []
        if token_id is not None:
            wanted.append(Entry(issuer=issuer, what="jti", value=token_id, until=longest))
        if session_id is not None:
            until = max(longest, self._wall() + SESSION)
            wanted.append(Entry(issuer=issuer, what="sid", value=session_id, until=until))
        if subject is not None:
            before = FOREVER if issued_before is None else issued_before
            until = FOREVER if issued_before is None else max(longest, issued_before + SESSION)
            wanted.append(
                Entry(issuer=issuer, what="sub", value=subject, before=before, until=until)
            )
        for one in wanted:
            self.denylist.add(one)


def _meant(blocks: list[_Block], claims: Mapping[str, Any]) -> _Block:
    """Return the first block whose audience the token names, else the first: it says why not."""
    for block in blocks:
        try:
            named = audiences_of(claims, audience_claim(claims, block.policy))
        except NotAuthenticated:
            continue
        if not block.policy.audiences.isdisjoint(named):
            return block
    return blocks[0]


def _require_apart(policy: IssuerPolicy, others: list[IssuerPolicy]) -> None:
    """Raise `ConfigError` unless a token's audience chooses one block of an issuer."""
    for other in others:
        same_claims = set(policy.audience_claims) & set(other.audience_claims)
        shared = sorted(policy.audiences & other.audiences) if same_claims else []
        if shared:
            raise ConfigError(f"issuer `{policy.issuer}` stands twice for `{shared[0][:80]}`")
        if policy.leeway != other.leeway:
            raise ConfigError(f"issuer `{policy.issuer}` stands twice; give both the same `leeway`")
        named_alike = (policy.subject_prefix, policy.subject_kind) == (
            other.subject_prefix, other.subject_kind,
        )  # fmt: skip
        if policy.subject_claim != other.subject_claim and named_alike:
            raise ConfigError(
                f"issuer `{policy.issuer}` stands twice with different `subject_claim`; give one a "
                "`subject_prefix`"
            )


def _taken_by_others(policy: IssuerPolicy, issuers: list[IssuerPolicy]) -> tuple[str, ...]:
    """Return the prefixes of other issuers of the same tenants that begin with this one's.

    Raises `ConfigError` when two of them are equal: their subjects could not be told apart.
    """
    taken = []
    for other in issuers:
        if other.issuer == policy.issuer or _served(policy).isdisjoint(_served(other)):
            continue
        if other.subject_prefix == policy.subject_prefix:
            raise ConfigError(
                f"issuers `{policy.issuer}` and `{other.issuer}` serve one tenant; give each a "
                "`subject_prefix` of its own"
            )
        if other.subject_prefix.startswith(policy.subject_prefix):
            taken.append(other.subject_prefix)
    return tuple(taken)


def _served(policy: IssuerPolicy) -> frozenset[str]:
    if policy.tenant is not None:
        return frozenset({policy.tenant})
    return frozenset((policy.tenants or {}).values())
