"""The provider's endpoints as a value machine: a request in, an answer out, no socket.

RFC 6749 with PKCE (7636), metadata (8414), introspection (7662), revocation (7009), exchange
(8693), `iss` in the redirect (9207). Refresh tokens rotate; a rotated one that returns ends its
family (RFC 9700 section 4.14.2).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol
from urllib.parse import unquote_plus, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Form = Mapping[str, str]

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a URN
_TOKEN_TYPES = (ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt")
_ENDPOINTS = {
    "authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks",
    "introspection_endpoint": "/introspect", "revocation_endpoint": "/revoke",
}  # fmt: skip
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
AUDIENCE = "pipelines"
_CODE_LIFE = 60.0


class Answer(NamedTuple):
    """What goes back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class Issuer(Protocol):
    """What the endpoints need of the provider that they belong to."""

    @property
    def issuer(self) -> str:
        """The issuer's URL."""
        ...

    @property
    def access_ttl(self) -> int:
        """The lifetime of an access token, in seconds."""
        ...

    @property
    def rotation(self) -> bool:
        """Whether refresh tokens rotate."""
        ...

    def jwks(self) -> dict[str, Any]:
        """Return the public key set."""
        ...

    def now(self) -> float:
        """Return the wall clock, in seconds since the epoch."""
        ...

    def mint(self, **claims: Any) -> str:
        """Return a signed token with these claims."""
        ...

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token of this provider that has not expired; else None."""
        ...


class Refusal(Exception):
    """A word of RFC 6749 section 5.2 (or its successors'), and the status that goes with it."""

    def __init__(self, error: str, status: int = 400, **headers: str) -> None:
        super().__init__(error)
        self.error, self.status, self.headers = error, status, headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered client: public without a secret. `tenant` and `roles` are its own, as `svc:`."""

    id: str
    secret: str | None = None
    redirect_uris: tuple[str, ...] = ()
    tenant: str = "acme"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a user granted to a client: the same for every token of a family."""

    sub: str
    client_id: str
    tenant: str = "acme"
    roles: tuple[str, ...] = ()
    scope: str | None = None
    audience: str = AUDIENCE


@dataclass(slots=True)
class _Family:
    login: Login
    sid: str
    current: str | None = None
    revoked: bool = False


@dataclass(slots=True)
class _Code:
    login: Login
    redirect_uri: str
    challenge: str
    expires: float
    family: _Family | None = None  # set once redeemed


def _json(status: int, content: Mapping[str, Any], **headers: str) -> Answer:
    # RFC 6749 §5.1: no intermediary keeps what can hold a token
    return Answer(status, {"Cache-Control": "no-store", **headers}, json.dumps(content).encode())


def _refuse(error: str) -> NoReturn:
    raise Refusal(error)


def _once(form: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters: one without a value was not sent, none comes twice (§3.1, §3.2)."""
    pairs = list(form)
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refusal("invalid_request")
    return {name: value for name, value in pairs if value}


def _narrowed(asked: str | None, allowed: str | None) -> str | None:
    if asked is None:
        return allowed
    if not set(asked.split()) <= set((allowed or "").split()):
        raise Refusal("invalid_scope")
    return asked


def _same_redirect(asked: str, registered: str) -> bool:
    # RFC 8252 §7.3: a native app listens on whatever loopback port it gets
    if registered.startswith("http://127.0.0.1/"):
        parts = urlsplit(asked)
        asked = parts._replace(netloc=parts.hostname or "").geturl()
    return asked == registered


class Endpoints:
    """The state behind the endpoints: clients, users, codes, families. Thread-safe.

    `grants` counts what came to the token endpoint by `grant_type`, `granted` what was given.
    """

    def __init__(self, idp: Issuer) -> None:
        self._idp = idp
        self._lock = threading.RLock()
        self.clients: dict[str, Client] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.grants: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()
        self._codes: dict[str, _Code] = {}
        self._families: dict[str, _Family] = {}  # by sid
        self._refresh: dict[str, _Family] = {}  # by every refresh token that ever was
        self._revoked: set[str] = set()  # jti
        self._routes: dict[str, tuple[str, Callable[[Form, Form], Answer]]] = {
            "/.well-known/openid-configuration": ("GET", self._metadata),
            "/.well-known/oauth-authorization-server": ("GET", self._metadata),
            "/jwks": ("GET", lambda _headers, _form: _json(200, self._idp.jwks())),
            "/authorize": ("GET", self._authorize),
            "/token": ("POST", self._token),
            "/introspect": ("POST", self._introspect),
            "/revoke": ("POST", self._revoke),
        }
        self._kinds: dict[str, Callable[[Client, Form], dict[str, Any]]] = {
            "client_credentials": self._client_credentials,
            "authorization_code": self._authorization_code,
            "refresh_token": self._refresh_token,
            EXCHANGE: self._exchange,
        }

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], form: Iterable[tuple[str, str]]
    ) -> Answer:
        """Return the answer to one request; `form` is the body's parameters, or the query's."""
        allowed, act = self._routes.get(path, ("", self._metadata))
        if method != allowed:
            return Answer(405, {"Allow": allowed}, b"") if allowed else Answer(404, {}, b"")
        try:
            with self._lock:
                return act({k.lower(): v for k, v in headers.items()}, _once(form))
        except Refusal as no:
            return _json(no.status, {"error": no.error}, **no.headers)

    # -- tokens --------------------------------------------------------------------------------

    def start(self, login: Login) -> dict[str, Any]:
        """Return the first token response of a new family."""
        with self._lock:
            return self._next(self._begin(login))

    def _begin(self, login: Login) -> _Family:
        family = _Family(login, sid=secrets.token_hex(8))
        self._families[family.sid] = family
        return family

    def _next(self, family: _Family, scope: str | None = None) -> dict[str, Any]:
        login = replace(family.login, scope=_narrowed(scope, family.login.scope))
        answer = self._issue(login, sid=family.sid)
        if family.current is None or self._idp.rotation:
            answer["refresh_token"] = family.current = secrets.token_urlsafe(32)
            self._refresh[family.current] = family
        return answer

    def _issue(self, login: Login, ttl: int | None = None, **claims: Any) -> dict[str, Any]:
        ttl = self._idp.access_ttl if ttl is None else ttl
        token = self._idp.mint(
            sub=login.sub, tenant=login.tenant, roles=list(login.roles), aud=login.audience,
            ttl=ttl, scope=login.scope, client_id=login.client_id, **claims,
        )  # fmt: skip
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": ttl}
        return answer if login.scope is None else {**answer, "scope": login.scope}

    def active(self, token: str) -> dict[str, Any] | None:
        """Return the claims of an access token that is of here, not over and not revoked."""
        claims = self._idp.read(token)
        if claims is None or str(claims.get("jti")) in self._revoked:
            return None
        family = self._families.get(str(claims.get("sid")))
        return None if family is not None and family.revoked else claims

    # -- grants --------------------------------------------------------------------------------

    def _token(self, headers: Form, form: Form) -> Answer:
        kind = form.get("grant_type") or _refuse("invalid_request")
        self.grants[kind] += 1
        client = self._client(headers, form)
        grant = self._kinds.get(kind) or _refuse("unsupported_grant_type")
        answer = grant(client, form)
        self.granted[kind] += 1
        return _json(200, answer)

    def _client_credentials(self, client: Client, form: Form) -> dict[str, Any]:
        if client.secret is None:  # RFC 6749 §4.4: confidential clients only
            raise Refusal("unauthorized_client")
        return self._issue(
            Login(
                sub=client.id, client_id=client.id, tenant=client.tenant, roles=client.roles,
                scope=form.get("scope"), audience=_audience(form) or AUDIENCE,
            )
        )  # fmt: skip

    def _authorization_code(self, client: Client, form: Form) -> dict[str, Any]:
        code = self._codes.get(form.get("code", ""))
        if code is None or code.login.client_id != client.id:
            raise Refusal("invalid_grant")
        if code.family is not None:  # RFC 6749 §4.1.2: used twice, so one of the two stole it
            code.family.revoked = True
            raise Refusal("invalid_grant")
        verifier = form.get("code_verifier", "")
        if (
            self._idp.now() >= code.expires
            or form.get("redirect_uri") != code.redirect_uri
            or not _VERIFIER.fullmatch(verifier)
            or not hmac.compare_digest(challenge(verifier), code.challenge)
        ):
            raise Refusal("invalid_grant")
        code.family = self._begin(code.login)
        return self._next(code.family)

    def _refresh_token(self, client: Client, form: Form) -> dict[str, Any]:
        token = form.get("refresh_token") or _refuse("invalid_request")
        family = self._refresh.get(token)
        if family is None or family.revoked or family.login.client_id != client.id:
            raise Refusal("invalid_grant")
        if token != family.current:
            family.revoked = True  # two parties hold it; which one stole it is unknown
            raise Refusal("invalid_grant")
        return self._next(family, form.get("scope"))

    def _exchange(self, client: Client, form: Form) -> dict[str, Any]:
        """Return a token of its own for another audience; never more than the subject's."""
        if form.get("requested_token_type", ACCESS_TOKEN) not in _TOKEN_TYPES:
            raise Refusal("invalid_request")
        subject = self._exchanged(form, "subject") or _refuse("invalid_request")
        actor = self._exchanged(form, "actor")
        act = {"sub": client.id if actor is None else actor["sub"]}
        if "act" in subject:  # §4.1: the latest actor outside, earlier ones nested
            act["act"] = subject["act"]
        login = Login(
            sub=subject["sub"], client_id=client.id, tenant=subject.get("org_id", "acme"),
            roles=tuple(subject.get("roles", ())),
            scope=_narrowed(form.get("scope"), subject.get("scope")),
            audience=_audience(form) or subject.get("aud", AUDIENCE),
        )  # fmt: skip
        ttl = min(self._idp.access_ttl, subject["exp"] - int(self._idp.now()))
        answer = self._issue(login, ttl, act=act, sid=subject.get("sid"))
        return {**answer, "issued_token_type": ACCESS_TOKEN}

    def _exchanged(self, form: Form, whose: str) -> dict[str, Any] | None:
        token, kind = form.get(f"{whose}_token"), form.get(f"{whose}_token_type")
        if token is None and kind is None:
            return None
        if token is None or kind not in _TOKEN_TYPES:
            raise Refusal("invalid_request")
        return self.active(token) or _refuse("invalid_request")  # §2.2.2 has no word of its own

    # -- the other endpoints ---------------------------------------------------------------------

    def _metadata(self, _headers: Form, _form: Form) -> Answer:
        issuer = self._idp.issuer
        methods = ["client_secret_basic", "client_secret_post", "none"]
        return _json(200, {
            "issuer": issuer,
            **{name: issuer + path for name, path in _ENDPOINTS.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "grant_types_supported": list(self._kinds),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": methods,
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
            "authorization_response_iss_parameter_supported": True,
        })  # fmt: skip

    def _authorize(self, _headers: Form, form: Form) -> Answer:
        """Approve at once. Errors before the redirect is known to be the client's go nowhere."""
        client = self.clients.get(form.get("client_id", "")) or _refuse("invalid_request")
        back = form.get("redirect_uri", "")
        if not any(_same_redirect(back, one) for one in client.redirect_uris):
            raise Refusal("invalid_request")
        if form.get("response_type") != "code":
            result = {"error": "unsupported_response_type"}
        elif form.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
            form.get("code_challenge", "")
        ):
            result = {"error": "invalid_request"}  # RFC 7636 §4.4.1; `plain` hides nothing
        else:
            sub = form.get("login_hint", "ada")
            login = Login(
                sub=sub, client_id=client.id, scope=form.get("scope"),
                audience=_audience(form) or AUDIENCE, **self.users.get(sub, {}),
            )  # fmt: skip
            code = secrets.token_urlsafe(24)
            expires = self._idp.now() + _CODE_LIFE
            self._codes[code] = _Code(login, back, form["code_challenge"], expires)
            result = {"code": code}
        if "state" in form:
            result["state"] = form["state"]
        query = urlencode({**result, "iss": self._idp.issuer})
        joint = "&" if urlsplit(back).query else "?"
        return Answer(302, {"Location": f"{back}{joint}{query}", "Cache-Control": "no-store"}, b"")

    def _introspect(self, headers: Form, form: Form) -> Answer:
        if self._client(headers, form).secret is None:  # RFC 7662 §2.1: or tokens can be guessed
            raise Refusal("invalid_client", 401)
        token = form.get("token") or _refuse("invalid_request")
        claims = self.active(token)
        if claims is not None:
            return _json(200, {**claims, "active": True, "token_type": "Bearer"})
        family = self._refresh.get(token)
        if family is not None and not family.revoked and token == family.current:
            known = {"sub": family.login.sub, "client_id": family.login.client_id}
            return _json(200, {**known, "active": True, "sid": family.sid})
        return _json(200, {"active": False})

    def _revoke(self, headers: Form, form: Form) -> Answer:
        client = self._client(headers, form)
        token = form.get("token") or _refuse("invalid_request")
        family, claims = self._refresh.get(token), self._idp.read(token)
        owner = family.login.client_id if family else (claims or {}).get("client_id", client.id)
        if owner != client.id:  # RFC 7009 §2.1
            raise Refusal("unauthorized_client")
        if family is not None:
            family.revoked = True
        if claims is not None:
            self._revoked.add(str(claims.get("jti")))
        return _json(200, {})  # §2.2: an unknown token is a success, too

    # -- clients ---------------------------------------------------------------------------------

    def _client(self, headers: Form, form: Form) -> Client:
        """Return who asks (RFC 6749 §2.3): one method at a time; public clients by name only."""
        name, secret = form.get("client_id", ""), form.get("client_secret")
        again: dict[str, str] = {}
        header = headers.get("authorization")
        if header is not None:
            again = {"WWW-Authenticate": "Basic"}  # §5.2
            if secret is not None:
                raise Refusal("invalid_request")
            stated, (name, secret) = name, _basic(header)
            if stated not in ("", name):
                raise Refusal("invalid_request")
        client = self.clients.get(name)
        given, wanted = secret or "", (client and client.secret) or ""
        if client is None or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise Refusal("invalid_client", 401, **again)
        return client


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _audience(form: Form) -> str | None:
    return form.get("audience") or form.get("resource")  # RFC 8693 §2.1, RFC 8707 §2


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Refusal("invalid_client", 401, **{"WWW-Authenticate": "Basic"}) from None
    # §2.3.1: both parts are form-encoded before they are joined
    return unquote_plus(name), unquote_plus(secret)
