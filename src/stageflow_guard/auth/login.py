"""Authorization code with PKCE (RFC 6749 §4.1, RFC 7636): from a link to a token family."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import NoReturn

from stageflow_guard.auth.authlib import authorization_url
from stageflow_guard.auth.http import require_https


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login on its way. Send the user to `url`; keep this, by user, until the redirect."""

    url: str = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    issuer: str | None = None

    def __reduce__(self) -> NoReturn:
        """Refuse pickling: the verifier proves who began."""
        raise TypeError("a `PendingLogin` cannot be pickled")


def begin_login(
    authorization_endpoint: str,
    *,
    client_id: str,
    redirect_uri: str,
    scope: str | None = None,
    resource: str | None = None,
    issuer: str | None = None,
    **more: str,
) -> PendingLogin:
    """Return a login to send a user to; finish it with `TokenManager.login`.

    PKCE is always on, with S256. With `issuer`, a redirect that names another is refused
    (RFC 9207). Raises `ConfigError` for an endpoint that is not https.
    """
    require_https(authorization_endpoint, "authorization_endpoint")
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    url = authorization_url(
        authorization_endpoint, client_id, redirect_uri=redirect_uri, state=state,
        verifier=verifier, params={"scope": scope, "resource": resource, **more},
    )  # fmt: skip
    return PendingLogin(
        url=url, redirect_uri=redirect_uri, state=state, verifier=verifier, issuer=issuer
    )
