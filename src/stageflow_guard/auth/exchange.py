"""Token exchange (RFC 8693): a token for another audience, never the inbound token itself.

What comes back is a new handle for one audience. It is no wider than what it was made from, and
says who acts for whom.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow_guard.auth.claims import actors_of, audiences_of, scopes_of
from stageflow_guard.auth.jws import parse_object, split
from stageflow_guard.auth.oauth import ACCESS_TOKEN, EXCHANGE, OAuthClient, OAuthError
from stageflow_guard.auth.secret import Secret
from stageflow_guard.errors import NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_TYPES = frozenset({ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"})
_UNKNOWN_LIFETIME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A token for one other audience. `actors` is the `act` chain, latest first.

    `expires_at` is seconds since the epoch.
    """

    token: Secret = field(repr=False)
    audience: str
    scopes: frozenset[str]
    actors: tuple[str, ...]
    expires_at: float

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("an exchanged token cannot be pickled; exchange where it is used")


def exchange(
    client: OAuthClient,
    subject_token: str,
    *,
    audience: str,
    scopes: AbstractSet[str] | None,
    held: AbstractSet[str] | None,
    subject: str | None = None,
    actor_token: str | None = None,
    resource: str | None = None,
) -> Exchanged:
    """Return a token for `audience`, made from `subject_token`. Blocks.

    `scopes` is what is asked for, `held` what the subject token carries, when that is known; the
    answer may not exceed either. Raises `NotAuthenticated` when the provider refuses or answers
    with something else, `TokenUnavailable` when it cannot be asked.
    """
    if held is not None and scopes is not None and not scopes <= held:
        raise NotAuthenticated("scope_widened", "an exchange asks for more than the token holds")
    try:
        answer = client.grant(
            EXCHANGE, subject_token=subject_token, subject_token_type=ACCESS_TOKEN,
            requested_token_type=ACCESS_TOKEN, audience=audience, resource=resource,
            scope=" ".join(sorted(scopes)) if scopes else None, actor_token=actor_token,
            actor_token_type=ACCESS_TOKEN if actor_token else None,
        )  # fmt: skip
    except OAuthError as exc:
        if exc.error in ("invalid_client", "unauthorized_client", "unsupported_grant_type"):
            raise TokenUnavailable(f"the provider does not exchange ({exc.error})") from None
        raise NotAuthenticated("not_exchanged", "the provider refuses the exchange") from None
    if answer.issued_type not in _TYPES or answer.access_token == subject_token:
        raise NotAuthenticated("not_exchanged", "the provider answered with another kind of token")
    if answer.refresh_token is not None:
        # RFC 8693 §2.2.1: a lasting right was not asked for, and nothing here would end it
        raise NotAuthenticated("not_exchanged", "the provider answered with a refresh token")
    limit = held if scopes is None else scopes
    # RFC 8693 §2.2.1: silence means "as requested"
    granted = frozenset(answer.scope.split()) if answer.scope is not None else limit
    if limit is not None and granted is not None and not granted <= limit:
        raise NotAuthenticated("scope_widened", "the exchanged token reaches further than asked")
    claims = _claims_of(answer.access_token)
    lifetime = float(answer.lifetime or _UNKNOWN_LIFETIME)
    if claims is not None:
        granted = _fitting(claims, audience, subject, granted, limit)
        lifetime = min(lifetime, _left(claims))
    actors = actors_of(claims) if claims is not None else None
    return Exchanged(
        token=Secret(answer.access_token),
        audience=audience,
        scopes=frozenset(granted or ()),
        actors=actors if actors is not None else (client.client_id,),
        expires_at=time.time() + lifetime,
    )


def _claims_of(token: str) -> dict[str, Any] | None:
    """Return what a JWT says; None when the token is opaque.

    Its signature is for the audience to check; what it says must fit what was asked for.
    """
    if token.count(".") != 2:
        return None
    try:
        return parse_object(split(token)[2])
    except NotAuthenticated:
        # three parts, and unreadable: what it permits is unknown
        raise NotAuthenticated("not_exchanged", "the exchanged token cannot be read") from None


def _fitting(
    claims: dict[str, Any],
    audience: str,
    subject: str | None,
    granted: AbstractSet[str] | None,
    limit: AbstractSet[str] | None,
) -> AbstractSet[str] | None:
    """Return the scopes of a JWT that is for `audience` alone and no wider than was granted."""
    if audiences_of(claims) != [audience]:
        raise NotAuthenticated("not_exchanged", "the exchanged token is for another audience")
    if subject is not None and claims.get("sub") != subject:
        raise NotAuthenticated("identity_changed", "the exchanged token is of another subject")
    said = scopes_of(claims)
    if said is None:
        return granted
    for allowed in (granted, limit):
        if allowed is not None and not said <= allowed:
            raise NotAuthenticated("scope_widened", "the exchanged token reaches further than said")
    return said


def _left(claims: dict[str, Any]) -> float:
    """Return for how many seconds a JWT still holds by its own word."""
    end = claims.get("exp")
    left = end - time.time() if isinstance(end, int | float) else 0.0
    if not left > 0:
        raise NotAuthenticated("not_exchanged", "the exchanged token is over, or never ends")
    return left
