"""`TokenManager`: one owner of a token family, which refreshes it and never logs it out.

`access_token` reads top to bottom:

1. valid and not due: return it
2. valid and due: return it, refresh behind it
3. not valid: wait for the refresh that is under way, or begin one

A refresh runs on a thread of its own. Under rotation the answer is the only copy of the session:
it must outlive a stage's timeout, a cancelled task and a closing event loop. That thread also
serves every loop and thread of the process, and the interpreter waits for it on exit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from stageflow_guard.auth.family import require_same, store_of, subject_of
from stageflow_guard.auth.http import HttpClient
from stageflow_guard.auth.oauth import OVER, OAuthClient, OAuthError
from stageflow_guard.auth.secret import Secret
from stageflow_guard.auth.store import Stored, TokenStore
from stageflow_guard.base.clock import Clock
from stageflow_guard.errors import (
    ConfigError,
    GuardError,
    NotAuthenticated,
    ReauthRequired,
    TokenUnavailable,
    Unavailable,
)

if TYPE_CHECKING:
    from stageflow_guard.auth.exchange import Exchanged
    from stageflow_guard.auth.http import Send
    from stageflow_guard.auth.login import PendingLogin

MARGIN, SHARE = 60.0, 0.2  # refresh at the smaller of 60 s and a fifth of the lifetime
UNKNOWN_LIFETIME = 300  # RFC 6749 §5.1: `expires_in` is only recommended
PATIENCE = 10.0  # how long a refresh is tried again while there is nothing valid to use
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
LOCK_WAIT, CALLER_WAIT = 20.0, 30.0
# A provider that hangs may have rotated: its answer is the only copy of the session. So the wait
# for it is longer than any caller's, once the request is on its way.
ANSWER_WAIT, CONNECT_WAIT = 60.0, 5.0
_random = random.SystemRandom()


class TokenManager:
    """Hands out an access token that is valid now. Safe to share by tasks, threads and processes.

    `store` is a path (mode 0600, locked across processes), a `redis://` URL (extra `redis`) or a
    `TokenStore`. A store is for one subject. A Redis serves many, so `family` says whose tokens
    these are: a user's id; `ConfigError` without it. Without a refresh token,
    `grant="client_credentials"` asks for a new token when the old one is due. Bind it with
    `async with guard.session(tokens)`.
    """

    def __init__(
        self,
        *,
        token_endpoint: str,
        client_id: str,
        client_secret: str | None = None,
        store: str | Path | TokenStore,
        auth_method: str | None = None,
        grant: str = "refresh_token",
        scope: str | None = None,
        resource: str | None = None,
        audience: str | None = None,
        revocation_endpoint: str | None = None,
        seal_key: str | Path | None = None,
        clock: Clock | None = None,
        send: Send | None = None,
        family: str | None = None,
    ) -> None:
        if grant not in ("refresh_token", "client_credentials"):
            raise ConfigError("`grant` is `refresh_token` or `client_credentials`")
        self._client = OAuthClient(
            token_endpoint=token_endpoint, client_id=client_id, client_secret=client_secret,
            auth_method=auth_method,
            send=send or HttpClient(deadline=ANSWER_WAIT, connect=CONNECT_WAIT).send,
        )  # fmt: skip
        if family is None and grant == "client_credentials":
            family = f"client:{client_id}"
        self._store = store_of(store, seal_key, family)
        self._grant = grant
        self._asked = {"scope": scope, "resource": resource, "audience": audience}
        self._revocation = revocation_endpoint
        self._clock = clock or Clock()
        self._lock = threading.Lock()  # guards the four fields below; never held while waiting
        self._tokens: Stored | None = None
        self._until = float("-inf")  # monotonic: a wall clock stepped back revives nothing
        self._refresh: Future[Stored] | None = None
        self._refresh_pid = 0
        self._unsaved: Stored | None = None  # only the refresh touches it
        self._quiet_until = float("-inf")
        self._failures = 0
        self._jitter = _random.uniform(1.0, 1.2)

    def __repr__(self) -> str:
        """Show the state; no token."""
        return f"<TokenManager {self._client!r} {self.state}>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a `TokenManager` cannot be pickled; open one where it is used")

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Wait for a refresh that is under way."""
        await self.drain()

    # -- what callers use --------------------------------------------------------------------------

    async def access_token(self) -> str:
        """Return a token that is valid now. This is where it leaves its wrapper: do not log it.

        Raises `ReauthRequired` when only a new login helps, `TokenUnavailable` when the provider
        cannot be asked and the old token is over.
        """
        if self._tokens is None:
            await asyncio.to_thread(self._look)
        with self._lock:
            tokens, left = self._tokens, self._left()
            if tokens is not None and left > 0:
                if left > self._margin(tokens):
                    return tokens.access_token  # 1
                if self._clock.monotonic() >= self._quiet_until:
                    self._start_refresh()  # 2: no caller waits for it or sees it fail
                return tokens.access_token
            if self._refresh is None and self._clock.monotonic() < self._quiet_until:
                resting = TokenUnavailable("the provider asked for a pause, or has just failed")
                resting.retry_after = self._quiet_until - self._clock.monotonic()
                raise resting
            refresh = self._start_refresh()  # 3
        try:
            async with asyncio.timeout(CALLER_WAIT):
                return (await asyncio.shield(asyncio.wrap_future(refresh))).access_token
        except TimeoutError:
            raise TokenUnavailable("the refresh takes too long") from None
        except Unavailable as exc:  # one per caller: each gets a `.ref` of its own
            raise type(exc)(exc.message) from None

    async def adopt(
        self,
        access_token: str | Secret,
        refresh_token: str | Secret | None = None,
        expires_in: int | None = None,
        scope: str | None = None,
    ) -> None:
        """Begin a family with tokens that were obtained elsewhere; durable when this returns.

        `expires_in` is in seconds. The subject's earlier tokens in the store are over. Raises
        `NotAuthenticated` (`identity_changed`) when the store holds the tokens of another subject
        whose session is not over.
        """
        access, refresh = _text(access_token), _text(refresh_token)
        if not access or (expires_in is not None and expires_in <= 0):
            raise ConfigError("`adopt` needs an access token and a positive `expires_in`")
        await asyncio.to_thread(self._adopt, access, refresh, expires_in, scope)

    async def login(self, pending: PendingLogin, redirect: str) -> None:
        """Finish a login that `begin_login` began: `redirect` is the whole address that came back.

        The code is spent once; the family is durable when this returns. Raises `NotAuthenticated`
        when the redirect is not ours or the provider refuses, `TokenUnavailable` when there is no
        answer.
        """
        from stageflow_guard.auth.authlib import code_from

        code = code_from(redirect, state=pending.state, issuer=pending.issuer)
        await asyncio.to_thread(self._login, code, pending)

    async def exchange(self, *, audience: str, scopes: set[str] | None = None) -> Exchanged:
        """Return a new handle for `audience`, on behalf of this family's subject (RFC 8693).

        This family stays as it is. Raises as `stageflow_guard.auth.exchange.exchange` does.
        """
        from stageflow_guard.auth.exchange import exchange

        token = await self.access_token()
        held = None if self.scope is None else frozenset(self.scope.split())
        return await asyncio.to_thread(
            exchange, self._client, token, audience=audience, scopes=scopes, held=held
        )

    async def renew(self, stale: str | Secret) -> str:
        """Return a token other than `stale`, which a resource has just refused (RFC 6750 §3.1)."""
        given = _text(stale)
        with self._lock:
            if self._tokens is not None and self._tokens.access_token == given:
                self._until = float("-inf")
        return await self.access_token()

    async def revoke(self) -> None:
        """End the family here first, then at the provider (RFC 7009).

        Raises `TokenUnavailable` when the provider was not told; here it is over all the same.
        """
        await asyncio.to_thread(self._revoke)

    async def drain(self) -> None:
        """Wait for a refresh that is under way; its outcome is stored, its failure is not ours."""
        refresh = self._refresh
        if refresh is not None:
            with contextlib.suppress(GuardError):
                await asyncio.shield(asyncio.wrap_future(refresh))

    @property
    def state(self) -> str:
        """Return `empty`, `valid`, `due`, `expired` or `over`."""
        with self._lock:
            if self._tokens is None:
                return "empty"
            if self._tokens.over:
                return "over"
            left = self._left()
            if left <= 0:
                return "expired"
            return "valid" if left > self._margin(self._tokens) else "due"

    @property
    def scope(self) -> str | None:
        """Return the scope that the provider granted, when it said so."""
        return None if self._tokens is None else self._tokens.scope

    # -- time ------------------------------------------------------------------------------------

    def _left(self) -> float:
        """Return how many seconds the token has left by the stricter of two clocks."""
        if self._tokens is None or self._tokens.over:
            return float("-inf")
        return min(
            self._tokens.expires_at - self._clock.wall(), self._until - self._clock.monotonic()
        )

    def _margin(self, tokens: Stored) -> float:
        # jitter: a thousand agents that logged in together do not come back together
        return min(MARGIN, SHARE * tokens.lifetime) * self._jitter

    def _look(self) -> None:
        """Read what an earlier process left, without a lock: a rename is all or nothing."""
        stored = self._store.load()
        if stored is not None:
            self._publish(stored)

    def _publish(self, tokens: Stored) -> None:
        with self._lock:
            if self._tokens is not None and self._tokens.generation > tokens.generation:
                return
            self._tokens = tokens
            left = min(tokens.expires_at - self._clock.wall(), tokens.lifetime)
            self._until = self._clock.monotonic() + left
            self._jitter = _random.uniform(1.0, 1.2)
            self._failures, self._quiet_until = 0, float("-inf")

    # -- the refresh -----------------------------------------------------------------------------

    def _start_refresh(self) -> Future[Stored]:
        """Return the refresh under way, or begin one: single flight. Called under `_lock`."""
        if self._refresh is None or self._refresh_pid != os.getpid():  # no thread survives a fork
            refresh: Future[Stored] = Future()
            refresh.set_running_or_notify_cancel()  # from now on no cancellation reaches it
            thread = threading.Thread(
                target=self._run_refresh, args=(refresh,), name="token-refresh"
            )
            self._refresh, self._refresh_pid = refresh, os.getpid()
            try:
                thread.start()
            except BaseException:  # the limit on threads: nothing is under way
                self._refresh = None
                refresh.set_exception(TokenUnavailable("no thread can be started to refresh"))
                return refresh
        return self._refresh

    def _run_refresh(self, refresh: Future[Stored]) -> None:
        try:
            tokens = self._refresh_with_retry()
        except GuardError as exc:
            error: GuardError = exc
        except BaseException:  # its text may hold a token; waiting callers get an answer
            error = TokenUnavailable("the refresh failed")
        else:
            with self._lock:
                self._refresh = None
            refresh.set_result(tokens)
            return
        with self._lock:
            self._refresh = None
            if isinstance(error, ReauthRequired):  # final, and answered from the store: no pause
                refresh.set_exception(error.with_traceback(None))
                return
            self._failures += 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self._failures) * _random.uniform(0.5, 1)
            told = getattr(error, "retry_after", None) or 0.0
            self._quiet_until = self._clock.monotonic() + max(pause, min(told, LONGEST_PAUSE))
        refresh.set_exception(error.with_traceback(None))

    def _refresh_with_retry(self) -> Stored:
        """Refresh; retry only while no valid token is left to serve."""
        until, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
        while True:
            try:
                return self._refresh_once()
            except TokenUnavailable as exc:
                with self._lock:
                    served = self._left() > 0
                pause = max(pause, exc.retry_after or 0.0)
                if served or time.monotonic() + pause > until:
                    raise
            time.sleep(pause * _random.uniform(0.5, 1.0))
            pause *= 2

    def _refresh_once(self) -> Stored:
        """Steps 1 to 4 of `store`: one process asks, the others read what it got."""
        with self._store.lock(LOCK_WAIT):
            stored = self._store.load()
            if self._unsaved is not None:  # the disk was full; no other copy exists
                if stored is None or stored.generation < self._unsaved.generation:
                    return self._save(self._unsaved)
                self._unsaved = None
            if stored is not None and self._is_newer(stored):
                self._publish(stored)
                return stored
            try:
                fresh = self._ask(stored)
            except OAuthError as exc:
                fresh = self._retry_after_rotation(stored, exc)
            return self._save(fresh)

    def _is_newer(self, stored: Stored) -> bool:
        """Say whether another process has refreshed since the last look."""
        if stored.over:
            raise ReauthRequired("the session is over; log in again")
        with self._lock:
            known = self._tokens
            if known is not None and stored.generation <= known.generation:
                # a caller's look at the store may have found the news before this refresh did
                return self._left() > self._margin(known)
        return stored.expires_at - self._clock.wall() > self._margin(stored)

    def _ask(self, stored: Stored | None) -> Stored:
        if self._grant == "client_credentials":
            answer = self._client.grant(self._grant, **self._asked)
            refresh = None
        else:
            if stored is None:
                raise ReauthRequired("the store holds no tokens yet; `adopt` tokens first")
            if stored.refresh_token is None:
                raise ReauthRequired("the token is over and came without a refresh token")
            answer = self._client.grant(
                "refresh_token", refresh_token=stored.refresh_token,
                resource=self._asked["resource"], scope=self._scope_to_ask(stored),
            )  # fmt: skip
            # RFC 6749 §6: without a new one, the old one goes on
            refresh = answer.refresh_token or stored.refresh_token
        lifetime = float(answer.lifetime or UNKNOWN_LIFETIME)
        return Stored(
            access_token=answer.access_token,
            refresh_token=refresh,
            expires_at=self._clock.wall() + lifetime,
            lifetime=lifetime,
            scope=answer.scope or (stored.scope if stored else self._asked["scope"]),
            subject=subject_of(answer.access_token) or (stored.subject if stored else None),
            generation=1 + (stored.generation if stored else 0),
        )

    def _scope_to_ask(self, stored: Stored) -> str | None:
        """Return the scope of a refresh: what was asked for, never more than was granted."""
        asked = self._asked["scope"]
        if asked is None or stored.scope is None:
            return asked
        granted = stored.scope.split()  # RFC 6749 §6: nothing that was not granted before
        return " ".join(one for one in asked.split() if one in granted) or None

    def _retry_after_rotation(self, stored: Stored | None, said: OAuthError) -> Stored:
        """Handle a refusal: another process may have rotated in spite of the lock; else end it."""
        if said.error not in OVER or stored is None or self._grant != "refresh_token":
            raise TokenUnavailable(f"the provider refuses this client ({said.error})")
        again = self._store.load()
        if again is not None and again.refresh_token != stored.refresh_token and not again.over:
            if again.expires_at - self._clock.wall() > 0:
                return again
            with contextlib.suppress(OAuthError):
                return self._ask(again)
        self._end(again or stored)
        raise ReauthRequired("the provider has ended this session; log in again")

    def _save(self, tokens: Stored) -> Stored:
        self._unsaved = tokens
        self._store.save(tokens)  # durable before it is used
        self._unsaved = None
        self._publish(tokens)
        return tokens

    def _end(self, tokens: Stored) -> None:
        """Write down that the family is over, so that no process asks again after a restart."""
        self._save(
            Stored(
                access_token="", expires_at=0.0, lifetime=1.0, over=True,
                generation=tokens.generation + 1,
            )
        )  # fmt: skip

    def _adopt(
        self, access: str, refresh: str | None, expires_in: int | None, scope: str | None
    ) -> None:
        lifetime = float(expires_in or UNKNOWN_LIFETIME)
        subject = subject_of(access)
        with self._store.lock(LOCK_WAIT):
            before = self._store.load()
            require_same(before, subject)
            self._save(
                Stored(
                    access_token=access, refresh_token=refresh, lifetime=lifetime, scope=scope,
                    subject=subject, expires_at=self._clock.wall() + lifetime,
                    generation=1 + (before.generation if before else 0),
                )
            )  # fmt: skip

    def _login(self, code: str, pending: PendingLogin) -> None:
        try:
            answer = self._client.grant(
                "authorization_code", code=code, redirect_uri=pending.redirect_uri,
                code_verifier=pending.verifier, resource=self._asked["resource"],
            )  # fmt: skip
        except OAuthError:
            raise NotAuthenticated("not_authorized", "the provider gave no tokens") from None
        self._adopt(answer.access_token, answer.refresh_token, answer.lifetime, answer.scope)

    def _revoke(self) -> None:
        with self._store.lock(LOCK_WAIT):
            stored = self._store.load()
            if stored is None or stored.over:
                return
            self._end(stored)
        if self._revocation is None:
            return
        # the refresh token takes the access tokens of its grant with it (RFC 7009 §2.1)
        token, hint = (
            (stored.refresh_token, "refresh_token")
            if stored.refresh_token
            else (stored.access_token, "access_token")
        )
        try:
            self._client.revoke(self._revocation, token, hint)
        except OAuthError as exc:
            raise TokenUnavailable(f"the provider refuses to revoke ({exc.error})") from None


def _text(token: str | Secret | None) -> str | None:
    return token.reveal() if isinstance(token, Secret) else token
