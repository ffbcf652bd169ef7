"""Going on to another service for the caller: their token is exchanged, never handed on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stageflow_guard.auth.secret import Secret
from stageflow_guard.enforcement.answers import token_from
from stageflow_guard.enforcement.authentication import require_same
from stageflow_guard.enforcement.records import actor_of
from stageflow_guard.enforcement.run import credential_of
from stageflow_guard.errors import GuardError, NotAuthenticated, TokenUnavailable
from stageflow_guard.ports import TokenSource

if TYPE_CHECKING:
    from stageflow_guard.auth.exchange import Exchanged
    from stageflow_guard.auth.oauth import OAuthClient
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint
    from stageflow_guard.enforcement.run import Run
    from stageflow_guard.enforcement.session import Session
    from stageflow_guard.model import Principal


async def exchange_token(
    pep: PolicyEnforcementPoint,
    client: OAuthClient | None,
    who: Principal,
    session: Session | None,
    *,
    audience: str,
    scopes: set[str] | None,
) -> Exchanged:
    """Return a token for `audience`, exchanged (RFC 8693) from the one bound in `session`.

    On record either way. Raises `NotAuthenticated` or `TokenUnavailable`.
    """
    from stageflow_guard.auth.exchange import exchange

    run: Run | None = session.run if session is not None else None
    try:
        if client is None:
            raise NotAuthenticated(
                "not_exchanged", "no client is configured to exchange this caller's token"
            )
        token = await inbound_token(session)
        require_same(who, await pep.callers.verify(token))
        found = await asyncio.to_thread(
            exchange, client, token, audience=audience, scopes=scopes,
            held=who.scopes, subject=str(who.claims.get("sub")),
        )  # fmt: skip
    except GuardError as exc:
        error: GuardError = exc
    except Exception:  # its text may hold the token
        error = TokenUnavailable("the token could not be exchanged")
    else:
        await pep.record_event(
            run, kind="auth", action="exchange", step="authenticate", decision="permit",
            resource=f"audience:{audience}", on_behalf=list(found.actors) or None,
            **({} if run is not None else {"tenant": who.tenant, "actor": actor_of(who)}),
        )  # fmt: skip
        return found
    await pep.refuse(error, run=run if run is not None else str(uuid4()), step="authenticate")


async def inbound_token(session: Session | None) -> str:
    """Return the token bound in `session`, as text; raises `NotAuthenticated`."""
    credential: Any = None
    if session is not None:
        credential = (
            credential_of(session.run.identity) if session.run is not None else session.credential()
        )
    if isinstance(credential, TokenSource):
        return token_from(await credential.access_token())
    if type(credential) is Secret:
        return credential.reveal()
    if type(credential) is not str:
        raise NotAuthenticated("missing", "no token is bound here")
    return credential
