"""Where the caller's token comes from, and how it is taken out of what steps can reach.

1. over HTTP: the token that the host's own bearer authentication took (`GuardTokenVerifier`), or
   the session that `GuardMiddleware` bound around the server's application
2. on stdio and in the process: `credential=` of `guard.mount`, or the session around the server
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from stageflow_guard.base.awaited import awaited
from stageflow_guard.enforcement.session import Session, bind, unbind
from stageflow_guard.errors import GuardError, NotAuthenticated
from stageflow_guard.hosts.asgi import AUTHORIZATION, BOUND

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint

SESSION_HEADER = b"mcp-session-id"


class GuardTokenVerifier:
    """The guard's authenticator as the host's: `token_verifier=GuardTokenVerifier(guard)`.

    With it the host answers 401 to a token that the guard refuses, on record, and a session belongs
    to the tenant and subject that opened it.
    """

    def __init__(self, guard: Any) -> None:
        self._pep: PolicyEnforcementPoint = guard._pep

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return the host's view of a token, or None for one that the guard refuses."""
        try:
            who = await self._pep.authenticate(token, run=str(uuid4()))
        except GuardError:
            return None
        return AccessToken(
            token=token,
            client_id=f"{who.tenant} {who.subject}",
            scopes=[],
            subject=who.subject,
            claims={"iss": who.issuer} if who.issuer else None,
        )


@contextlib.asynccontextmanager
async def caller_bound(
    pep: PolicyEnforcementPoint,
    ctx: ServerRequestContext[Any, Any],
    credential: Callable[[], Any] | None,
) -> AsyncIterator[ServerRequestContext[Any, Any]]:
    """Bind who is calling; give the context as steps may see it, without the token."""
    with contextlib.ExitStack() as stack:
        if ctx.request is None:
            if credential is not None:
                _bind(stack, pep, await _asked(pep, credential))
            yield ctx
            return
        scope = ctx.request.scope
        user = scope.get("user")  # this request's: the variable may be an earlier one's
        user = user if isinstance(user, AuthenticatedUser) else None
        headers = [one for one in scope["headers"] if one[0].lower() != AUTHORIZATION]
        inner = {**scope, "headers": headers}
        if user is not None:
            _bind(stack, pep, user.access_token.token)
            blank = AuthenticatedUser(user.access_token.model_copy(update={"token": ""}))
            reset = auth_context_var.set(blank)
            stack.callback(auth_context_var.reset, reset)
            inner["user"] = blank
        elif id(pep) not in scope.get(BOUND, ()):
            _bind(stack, pep, None)  # a session around the server is no caller's
        elif any(name.lower() == SESSION_HEADER for name, _ in headers):
            await pep.refuse(
                NotAuthenticated(
                    "unsupported_context",
                    "a session of this server belongs to nobody: give the server "
                    "`token_verifier=GuardTokenVerifier(guard)`, or serve it stateless",
                ),
                run=str(uuid4()), step="authenticate",
            )  # fmt: skip
        yield replace(ctx, request=type(ctx.request)(inner))


def _bind(stack: contextlib.ExitStack, pep: PolicyEnforcementPoint, credential: object) -> None:
    session = Session(id(pep), credential=credential)
    if credential is None:
        session.close()
    stack.callback(session.close)
    stack.callback(unbind, bind(session))


async def _asked(pep: PolicyEnforcementPoint, credential: Callable[[], Any]) -> Any:
    """Return what the application's callable gives; one that fails gives nothing."""
    try:
        token = credential()
        return await awaited(token)
    except Exception:  # its text may hold a token
        error = NotAuthenticated("missing", "the `credential` of `guard.mount` failed")
    await pep.refuse(error, run=str(uuid4()), step="authenticate")
