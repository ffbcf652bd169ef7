"""OAuth 2 requests, spelled by Authlib's protocol pieces. The only file that imports `authlib`.

Pure: requests as values, nothing is sent. Authlib's own client sends and refreshes by itself; under
rotation that logs agents out, so it is not used here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import (
    parse_authorization_code_response,
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7009 import prepare_revoke_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from stageflow_guard.errors import ConfigError, NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS = ("client_secret_basic", "client_secret_post", "none")
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Request(NamedTuple):
    """A POST that is ready to be sent; headers and body hold secrets."""

    url: str
    headers: dict[str, str]
    body: str

    def __repr__(self) -> str:
        """Name the address only."""
        return f"<Request {self.url}>"


class Client:
    """Who asks: a client identifier, its secret, and how it proves itself (RFC 6749 §2.3.1)."""

    def __init__(self, client_id: str, secret: str | None, method: str | None = None) -> None:
        method = method or ("client_secret_basic" if secret else "none")
        if method not in METHODS:
            raise ConfigError(f"`auth_method` is one of {', '.join(METHODS)}")
        if (method == "none") != (not secret):
            raise ConfigError("a public client has no `client_secret`; every other one needs it")
        self.id = client_id
        if method == "client_secret_basic":
            # Authlib leaves out the form-encoding that section 2.3.1 asks for: without it a
            # secret with `:` or `%` is another secret to the provider.
            self._auth = ClientAuth(quote(client_id, ""), quote(secret or "", ""), method)
        else:
            self._auth = ClientAuth(client_id, secret, method)

    def _request(self, url: str, body: str) -> Request:
        url, headers, body = self._auth.prepare("POST", url, dict(_FORM), body)
        return Request(url, headers, body)

    def token(self, url: str, grant: str, params: Mapping[str, str | None]) -> Request:
        """Return a request to the token endpoint; unset parameters are left out."""
        given = {k: v for k, v in params.items() if v}
        return self._request(url, prepare_token_request(grant, **given))

    def about(self, url: str, token: str, hint: str) -> Request:
        """Return a request to revoke (RFC 7009) or introspect (RFC 7662): both have one form."""
        body, _ = prepare_revoke_token_request(token, hint)
        return self._request(url, body)


def authorization_url(
    endpoint: str, client_id: str, *, redirect_uri: str, state: str, verifier: str,
    params: Mapping[str, str | None],
) -> str:  # fmt: skip
    """Return where to send the user: authorization code with PKCE, S256 (RFC 7636 §4.3)."""
    url: str = prepare_grant_uri(
        endpoint, client_id, "code", redirect_uri, state=state,
        code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        **params,
    )  # fmt: skip
    return url


def code_from(redirect: str, *, state: str, issuer: str | None) -> str:
    """Return the code in a redirect; refuse one that answers another request or issuer.

    Raises `NotAuthenticated`: `state` (RFC 6749 §10.12), `iss` (RFC 9207) or the code is not what
    it must be, or the provider says no.
    """
    query = parse_qs(urlsplit(redirect).query, keep_blank_values=True)
    if any(len(values) != 1 for values in query.values()):  # RFC 6749 §3.1: at most once
        raise NotAuthenticated("bad_redirect", "the redirect repeats a parameter")
    if query.get("state") != [state]:
        raise NotAuthenticated("bad_state", "the redirect answers another request")
    named = query.get("iss")
    if issuer is not None and named is not None and named != [issuer]:
        raise NotAuthenticated("unknown_issuer", "the redirect comes from another issuer")
    try:
        found: str = parse_authorization_code_response(redirect, state=state)["code"]
    except Exception:
        raise NotAuthenticated("not_authorized", "the provider gave no code") from None
    return found
