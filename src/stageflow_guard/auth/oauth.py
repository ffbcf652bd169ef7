"""What a provider's endpoints answer: tokens, refusals, or nothing that can be used.

Every failure is one of three. `OAuthError`: the provider refused, asking again is useless.
`TokenUnavailable`: the outcome is unknown; ask again later. `ConfigError`: before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from stageflow_guard.auth.authlib import Client, Request
from stageflow_guard.auth.http import require_https, send
from stageflow_guard.auth.jws import parse_object
from stageflow_guard.errors import ConfigError, NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from stageflow_guard.auth.http import HttpResponse, Send

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a URN
MAX_TOKEN, MAX_LIFETIME = 64 * 1024, 10 * 365 * 86_400
# RFC 6749 §5.2: what is wrong with this grant, and what is wrong with this client
OVER = frozenset({"invalid_grant"})
# what providers say in place of `invalid_grant`: only the user can begin a new session
_ENDED = frozenset(
    {"bad_refresh_token", "bad_verification_code", "expired_token"}  # GitHub, with status 200
    | {"invalid_refresh_token", "refresh_token_expired", "token_revoked"}  # Slack, Atlassian
    | {"interaction_required", "login_required", "consent_required"}  # OpenID Connect, Entra
    | {"account_selection_required", "unmet_authentication_requirements", "invalid_rapt"}
    | {"refresh_token_not_found", "refresh_token_already_used"}  # Supabase, as `error_code`
    | {"session_not_found", "session_expired", "user_not_found", "user_banned"}
    | {"notauthorizedexception"}  # Cognito's own API
)
_WORDS = ("error", "error_code", "code", "errorCode", "status", "__type")  # where they say it
_PHRASES = ("invalid refresh token", "refresh token not found", "refresh token is invalid")


class OAuthError(Exception):
    """The provider refused. `.error` is its code when that is one of the registered words."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


_KNOWN = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"}
    | {"unsupported_grant_type", "invalid_scope", "invalid_target", "access_denied"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenResponse:
    """A successful answer of a token endpoint (RFC 6749 §5.1). Lifetime in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    lifetime: int | None = None
    scope: str | None = None
    issued_type: str | None = None


class OAuthClient:
    """One client of one provider. All methods block: call them on a thread."""

    def __init__(
        self, *, token_endpoint: str, client_id: str, client_secret: str | None = None,
        auth_method: str | None = None, send: Send = send,
    ) -> None:  # fmt: skip
        require_https(token_endpoint, "token_endpoint")
        if not client_id:
            raise ConfigError("`client_id` may not be empty")
        self.client_id = client_id
        self._url = token_endpoint
        self._client = Client(client_id, client_secret, auth_method)
        self._send = send

    def __repr__(self) -> str:
        """Name the endpoint, not the client's secret."""
        return f"<OAuthClient {self._url}>"

    def grant(self, kind: str, **params: str | None) -> TokenResponse:
        """Ask for tokens. Raises `OAuthError` or `TokenUnavailable`."""
        content = self._ask(self._client.token(self._url, kind, params))
        token, refresh = content.get("access_token"), content.get("refresh_token")
        if not _is_token(token) or str(content.get("token_type") or "bearer").lower() not in (
            "bearer", "n_a",
        ):  # fmt: skip
            raise TokenUnavailable("the token endpoint's answer is not one of RFC 6749 section 5.1")
        # the old refresh token is spent by now: an odd side field may not cost the new one
        return TokenResponse(
            access_token=token,
            refresh_token=refresh if _is_token(refresh) else None,
            lifetime=_lifetime(content.get("expires_in")),
            scope=_scope(content.get("scope")),
            issued_type=content.get("issued_token_type"),
        )

    def introspect(self, url: str, token: str) -> dict[str, Any]:
        """Return what the provider says of a token (RFC 7662 §2.2); `active` may be anything."""
        return self._ask(self._client.about(url, token, "access_token"))

    def revoke(self, url: str, token: str, hint: str) -> None:
        """End a token at the provider (RFC 7009). An unknown token is a success there."""
        self._ask(self._client.about(url, token, hint), empty=True)

    def _ask(self, request: Request, *, empty: bool = False) -> dict[str, Any]:
        try:
            answer = self._send("POST", request.url, headers=request.headers, body=request.body)
        except OSError as exc:
            raise TokenUnavailable(f"the provider cannot be reached ({exc})") from None
        except Exception:  # its text may hold what was sent
            raise TokenUnavailable("the request to the provider failed") from None
        return _read(answer, empty=empty)


def _lifetime(value: Any) -> int | None:
    """Return whole seconds; None, which means a short default, for what is no lifetime."""
    if type(value) is str and value.isascii() and value.isdigit():
        value = int(value[:12])  # some providers quote the number
    if type(value) is float and 0 < value <= MAX_LIFETIME:
        value = int(value)
    return value if type(value) is int and 0 < value <= MAX_LIFETIME else None


def _scope(value: Any) -> str | None:
    if isinstance(value, list) and all(type(one) is str for one in value):
        return " ".join(value)
    return value if type(value) is str else None


def _is_token(value: Any) -> TypeGuard[str]:
    # RFC 6749 appendix A.12: visible characters; anything else would break a header
    return (
        type(value) is str
        and 0 < len(value) <= MAX_TOKEN
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def _refusal(content: dict[str, Any]) -> str | None:
    """Return the word of a refusal, whichever member and spelling a provider gives it; else None.

    A session that is over is `invalid_grant`, however it is said: as anything else it would be
    tried for ever.
    """
    if "access_token" in content or "active" in content:
        return None
    said = [content[name].lower() for name in _WORDS if type(content.get(name)) is str]
    if any(word in _ENDED or word.replace(" ", "_") in _ENDED for word in said):
        return "invalid_grant"
    texts = (content.get(name) for name in ("msg", "message", "error_description"))
    told = " ".join(text.lower() for text in texts if type(text) is str)
    if any(phrase in told for phrase in _PHRASES):
        return "invalid_grant"
    error = content.get("error")
    if type(error) is not str:
        return None
    return error if error in _KNOWN else "refused"


def _read(answer: HttpResponse, *, empty: bool) -> dict[str, Any]:
    if answer.status == 200 and empty:
        return {}
    try:
        content = parse_object(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except NotAuthenticated:
        content = {}
    if answer.status in (200, 400, 401, 403) and (error := _refusal(content)) is not None:
        raise OAuthError(error)
    if answer.status == 200 and content:
        return content
    late = TokenUnavailable(f"the provider answered with status {answer.status}")
    late.retry_after = answer.retry_after
    raise late
