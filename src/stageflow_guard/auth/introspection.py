"""Asking the provider whether a token is still active (RFC 7662)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.oauth import OAuthClient, OAuthError
from stageflow_guard.errors import NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stageflow_guard.model import Principal


def introspector(client: OAuthClient, url: str) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """Return a function that asks `url` about a token, or raises `TokenUnavailable`."""

    async def ask(token: str) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(client.introspect, url, token)
        except OAuthError as exc:
            raise TokenUnavailable(f"the provider refuses to introspect ({exc.error})") from None

    return ask


def check_active(said: dict[str, Any], principal: Principal, now: float) -> None:
    """Raise `NotAuthenticated` unless the answer says that this very token is active.

    `active` must be the JSON true (section 2.2): a text "true" or a 1 is not an answer. What else
    is said must agree with what was signed.
    """
    if said.get("active") is not True:
        raise NotAuthenticated("inactive", "the provider says that the token is not active")
    signed = principal.claims
    for name in ("iss", "sub", "jti"):
        if name in said and said[name] != signed.get(name):
            raise NotAuthenticated("inactive", "the provider speaks of another token")
    until = said.get("exp")
    if until is not None and (type(until) is not int or now >= until):
        raise NotAuthenticated("inactive", "the provider says that the token is over")
