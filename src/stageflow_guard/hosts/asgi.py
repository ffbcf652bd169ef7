"""ASGI: binds the caller's token to a request or websocket, and answers refusals over the wire.

It binds and it translates; what is inside (`guard.protect`, `guard.run`, a mount) enforces. No
framework is imported: Starlette, FastAPI and every other ASGI application take it.

1. the `Authorization` header is read, and taken out of what the application can reach
2. a request without one has no caller, whatever was bound around the server
3. the trace that the request belongs to is bound, or one begins here
4. the session lasts until the application returns: endpoint, stream and background tasks
5. a `GuardError` that the application lets out becomes a status and `{"code", "ref"}`; a websocket
   is closed with a code
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any, cast
from uuid import uuid4

from stageflow_guard.base.traceparent import TraceContext, new_trace, parse
from stageflow_guard.enforcement import tracing
from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.session import Session, bind, unbind
from stageflow_guard.errors import (
    ConfigError,
    ContentBlocked,
    GuardError,
    LimitExceeded,
    NotAuthenticated,
    ReauthRequired,
    Refused,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

AUTHORIZATION = b"authorization"
TRACEPARENT = b"traceparent"
TRACING = (TRACEPARENT, b"tracestate", b"baggage")  # W3C Trace Context and Baggage
BOUND = "stageflow_guard.bound"  # in the scope: the guards whose session this request has
# the schemes that IANA registers: a refusal names one of these, never what a client made up
SCHEMES = (
    "Basic", "Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "OAuth",
    "PrivateToken", "SCRAM-SHA-1", "SCRAM-SHA-256", "vapid",
)  # fmt: skip
# reasons that say nothing about the token that was sent
NOT_THE_TOKEN = ("missing", "outside_run", "run_closed", "permit_spent", "not_awaited")
# reasons that are about the request: logging in again would not help
NOT_THE_CALLER = ("ambiguous_credential", "unsupported_context")
REASON_BYTES = 123  # of a websocket's close frame (RFC 6455, 5.5)


class GuardMiddleware:
    """Pure ASGI middleware: `app.add_middleware(GuardMiddleware, guard=guard)`.

    A request whose `Authorization` header is `Bearer TOKEN` has that session; one without the
    header has none, so a public route answers and guarded work refuses it with 401. Two headers,
    or another scheme, are refused on record before the application sees the request. Lifespan
    passes untouched.

    A request's `traceparent` (W3C Trace Context) is continued: its records name that trace. At an
    edge where callers are strangers, `continue_trace=False` begins a trace of its own and takes
    the caller's away. Raises `ConfigError` when `guard` is no guard.
    """

    def __init__(self, app: App, *, guard: Any, continue_trace: bool = True) -> None:
        if not hasattr(guard, "session") or not hasattr(guard, "_pep"):
            raise ConfigError("`GuardMiddleware` takes `guard=`, a `Guard`")
        self._app = app
        self._guard = guard
        self._left_out = (AUTHORIZATION,) if continue_trace else (AUTHORIZATION, *TRACING)
        self._continue_trace = continue_trace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with the caller of this request bound."""
        bound = scope.get(BOUND, ())
        if scope["type"] not in ("http", "websocket") or id(self._guard._pep) in bound:
            await self._app(scope, receive, send)
            return
        headers = list(scope["headers"])
        given = [value for name, value in headers if name.lower() == AUTHORIZATION]
        inner = {
            **scope,
            "headers": [one for one in headers if one[0].lower() not in self._left_out],
            BOUND: (*bound, id(self._guard._pep)),
        }
        trace = (traceparent_in(headers) if self._continue_trace else None) or new_trace()
        del scope, headers  # the locals of this frame stand in tracebacks
        wire: _Http | _WebSocket
        wire = (_Http if inner["type"] == "http" else _WebSocket)(inner, receive, send)
        presented = bool(given)
        try:
            with tracing.bound(trace):
                credential = await self._credential(given)
                with self._session(credential):
                    del credential
                    await self._app(inner, wire.receive, wire.send)
            await wire.flush()
        except BaseException as error:
            refusal = refusal_in(error)
            if refusal is None:
                raise
            drop_frames(error)  # their locals hold the token
            drop_frames(refusal)
            if not await wire.refuse(refusal, presented=presented):
                raise refusal from None  # too late for a status: the server cuts the answer off

    async def _credential(self, given: list[bytes]) -> str | None:
        """Return the one bearer token, or None without a header; refuse everything else."""
        if not given:
            return None
        if len(given) > 1:
            await self._refuse("ambiguous_credential", "more than one `Authorization` header")
        scheme, _, token = given.pop().decode("latin-1").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer":
            known = {name.lower(): name for name in SCHEMES}.get(scheme.lower())
            told = f"scheme `{known}`" if known else "this scheme"
            await self._refuse("unsupported_scheme", f"{told} is not supported; send `Bearer`")
        if not token or not all("!" <= one <= "~" for one in token):
            await self._refuse("malformed", "the bearer token is empty or has white space in it")
        return token

    async def _refuse(self, reason: str, message: str) -> None:
        error = NotAuthenticated(reason, message)
        await self._guard._pep.refuse(error, run=str(uuid4()), step="authenticate")

    @contextlib.contextmanager
    def _session(self, credential: str | None) -> Iterator[None]:
        """Bind the caller, or nobody: a session that is closed hides those around the server."""
        session = Session(id(self._guard._pep), credential=credential)
        if credential is None:
            session.close()
        token = bind(session)
        try:
            yield
        finally:
            session.close()
            unbind(token)


def traceparent_in(headers: Iterable[tuple[bytes, bytes]]) -> TraceContext | None:
    """Return the trace that a request belongs to; None without exactly one sound header."""
    given = [value for name, value in headers if name.lower() == TRACEPARENT]
    return parse(given[0].decode("latin-1")) if len(given) == 1 else None


# -- what a refusal is on the wire -----------------------------------------------------------------


def refusal_in(error: BaseException) -> GuardError | None:
    """Return the guard's refusal in `error`: itself, or one in a group of a task group."""
    if issubclass(type(error), GuardError):
        return cast("GuardError", error)
    if issubclass(type(error), BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return next((found for one in group.exceptions if (found := refusal_in(one))), None)
    return None


def status_of(error: GuardError) -> int:
    """Return the HTTP status: 400, 401, 403, 422, 429, or 503 for "could not decide"."""
    if isinstance(error, LimitExceeded):
        return 429
    if isinstance(error, NotAuthenticated):
        return 400 if error.reason in NOT_THE_CALLER else 401  # RFC 6750, 3.1
    if isinstance(error, ReauthRequired):
        return 401
    if isinstance(error, ContentBlocked):
        return 422
    return 403 if isinstance(error, Refused) else 503


def body_of(error: GuardError) -> dict[str, str | None]:
    """Return all that a client is told: the stable code, and the ref that finds the record."""
    return {"code": error.code, "ref": error.ref}


def headers_of(error: GuardError, *, presented: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of a refusal beside its body's."""
    headers = [(b"cache-control", b"no-store")]
    status = status_of(error)
    if status in (400, 401):
        headers.append((b"www-authenticate", _challenge(error, presented=presented)))
    after: Any = getattr(error, "retry_after", None)  # of limits, and of token endpoints
    if type(after) in (int, float) and math.isfinite(after) and after >= 0:
        headers.append((b"retry-after", str(math.ceil(after)).encode()))
    return headers


def _challenge(error: GuardError, *, presented: bool) -> bytes:
    """Return a bearer challenge (RFC 6750, 3); without a token it names no error."""
    reason = getattr(error, "reason", None)
    if not presented or reason in NOT_THE_TOKEN:
        return b"Bearer"
    if reason in NOT_THE_CALLER:
        return b'Bearer error="invalid_request"'
    if reason == "unsupported_scheme":
        return f'Bearer error="invalid_request", error_description="{error.message}"'.encode()
    return b'Bearer error="invalid_token"'


def close_code_of(error: GuardError) -> int:
    """Return a websocket's close code, all of them registered with IANA."""
    return {400: 3000, 401: 3000, 403: 3003, 422: 1008, 429: 1013}.get(status_of(error), 1013)


class _Http:
    """One request's answer. Its start is held until the first piece of body.

    A stream that is refused at its first step has a status then, and not a broken answer.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.receive = receive
        self._send = send
        self._start: Message | None = None
        self._begun = False

    async def send(self, message: Message) -> None:
        """Pass a message on, in order."""
        if message["type"] == "http.response.start" and not self._begun:
            self._start = message
            return
        await self.flush()
        await self._send(message)

    async def flush(self) -> None:
        """Let the start go."""
        start, self._start = self._start, None
        if start is not None:
            self._begun = True
            await self._send(start)

    async def refuse(self, error: GuardError, *, presented: bool) -> bool:
        """Answer with the refusal; False when the answer has begun."""
        if self._begun:
            return False
        await _answer(self._send, "http.response", error, presented=presented)
        return True


class _WebSocket:
    """One websocket's way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._extensions = scope.get("extensions") or {}
        self._receive = receive
        self._send = send
        self._connected = self._accepted = self._over = False

    async def receive(self) -> Message:
        """Pass a message on."""
        message = await self._receive()
        self._connected = True
        if message["type"] == "websocket.disconnect":
            self._over = True
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        kind = message["type"]
        self._accepted |= kind == "websocket.accept"
        self._over |= kind in ("websocket.close", "websocket.http.response.start")
        await self._send(message)

    async def flush(self) -> None:
        """Return: nothing is held."""

    async def refuse(self, error: GuardError, *, presented: bool) -> bool:
        """Close with a code, or answer the handshake; nothing when the socket is closed already."""
        if self._over:
            return True
        if not self._connected:
            await self.receive()
        if not self._accepted and "websocket.http.response" in self._extensions:
            await _answer(self._send, "websocket.http.response", error, presented=presented)
            return True
        reason = json.dumps(body_of(error))
        if len(reason.encode()) > REASON_BYTES:
            reason = json.dumps({"code": error.code})
        await self._send(
            {"type": "websocket.close", "code": close_code_of(error), "reason": reason}
        )
        return True


async def _answer(send: Send, kind: str, error: GuardError, *, presented: bool) -> None:
    body = json.dumps(body_of(error)).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *headers_of(error, presented=presented),
    ]
    await send({"type": f"{kind}.start", "status": status_of(error), "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
