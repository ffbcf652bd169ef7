"""Where an issuer's keys come from: a file, or a URL with single flight and stale serving."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from stageflow_guard.auth.pyjwt import Key, admit_secret, admit_set
from stageflow_guard.base.clock import Clock
from stageflow_guard.errors import ConfigError, NotAuthenticated

SOFT, HARD, RETRY = 300.0, 3600.0, 10.0
# Unknown kids cost the provider: two fetches at once, then one after 1, 2, 4 ... 30 s, until a
# fetch finds a new key or a minute passes without a request. A request within a second of the next
# fetch waits for it.
FREE, LONGEST, QUIET, WAIT, WAITERS = 2, 30.0, 60.0, 1.0, 256


class KeySource(Protocol):
    """Answers for one issuer only."""

    @property
    def epoch(self) -> int:
        """A number that grows when a key is withdrawn or replaced."""
        ...

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`; raise `NotAuthenticated` when there is none."""
        ...


def _unknown() -> NotAuthenticated:
    return NotAuthenticated("unknown_key", "the token is signed by a key that is not published")


class FileKeys:
    """A JWK set on disk, read once, at start-up."""

    epoch = 0

    def __init__(self, path: str | Path) -> None:
        try:
            raw = Path(path).read_bytes()
        except OSError as exc:
            raise ConfigError(f"key file `{path}` cannot be read ({exc.strerror})") from None
        try:
            self._keys = admit_set(raw)
        except ConfigError as exc:
            raise ConfigError(f"key file `{path}`: {exc.message}") from None

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`."""
        found = self._keys.get(kid)
        if found is None:
            raise _unknown()
        return found


class SharedSecret:
    """The one key of an issuer that shares a secret with this application (HS256 and its kin).

    Its tokens need no kid: there is nothing to choose from.
    """

    epoch = 0
    only = True

    def __init__(self, secret: bytes, algorithm: str) -> None:
        self._key = admit_secret(secret, algorithm)

    async def key(self, kid: str) -> Key:
        """Return the key, whatever the token calls it."""
        return self._key


class UrlKeys:
    """A JWK set behind a URL, or behind an issuer's discovery document.

    Single flight. After `SOFT` seconds it is fetched again behind the callers; after `HARD`
    seconds without success it is gone, and so are its keys.
    """

    def __init__(
        self,
        url: str | Callable[[], Awaitable[str]],
        fetch: Callable[[str], Awaitable[bytes]],
        clock: Clock | None = None,
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._now = (clock or Clock()).monotonic
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fruitless, self._next, self._asked = 0, float("-inf"), float("-inf")
        self._waiters = 0
        self._refresh: asyncio.Task[None] | None = None
        self.epoch = 0

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`; a fresh set is asked for when it is unknown."""
        now = self._now()
        age = now - self._fetched
        found = self._keys.get(kid) if age < HARD else None
        if found is not None:
            if age > SOFT and now - self._tried > RETRY:
                self._start()  # the old set serves meanwhile: no caller waits for a refresh
            return found
        if age >= HARD:
            if self._refresh is None and now - self._tried < 1.0:
                raise NotAuthenticated("keys_unavailable", "the issuer's keys cannot be fetched")
        elif not await self._may_ask():
            raise _unknown()
        await asyncio.shield(self._start())
        if self._now() - self._fetched >= HARD:
            raise NotAuthenticated("keys_unavailable", "the issuer's keys cannot be fetched")
        found = self._keys.get(kid)
        if found is None:
            raise _unknown()
        return found

    async def _may_ask(self) -> bool:
        """Say whether an unknown kid may cost a fetch; wait when the next one is near."""
        now = self._now()
        if now - self._asked > QUIET:
            self._fruitless = 0
        self._asked = now
        if self._refresh is not None or self._fruitless < FREE or now >= self._next:
            return True
        if self._next - now > WAIT or self._waiters >= WAITERS:
            return False
        self._waiters += 1
        try:
            await asyncio.sleep(self._next - now)
        finally:
            self._waiters -= 1
        return True

    def _start(self) -> asyncio.Task[None]:
        """Single flight: all callers wait for the same fetch."""
        flight, loop = self._refresh, asyncio.get_running_loop()
        if flight is None or flight.done() or flight.get_loop() is not loop:
            self._refresh = flight = loop.create_task(self._run_refresh())
            flight.add_done_callback(self._refresh_done)
        return flight

    def _refresh_done(self, task: asyncio.Task[None]) -> None:
        if self._refresh is task:
            self._refresh = None

    async def _run_refresh(self) -> None:
        self._tried = self._now()
        before = self._keys
        try:
            url = self._url if isinstance(self._url, str) else await self._url()
            # half a megabyte of keys takes a while to read
            self._keys = await asyncio.to_thread(admit_set, await self._fetch(url))
            self._fetched = self._now()
        except Exception:  # keep what there is until it is too old; withdrawn keys go with a fetch
            self._back_off()
            return
        if before and any(
            kid not in self._keys or not self._keys[kid].same_as(key) for kid, key in before.items()
        ):
            self.epoch += 1
        if self._keys.keys() - before.keys():
            self._fruitless = 0
        else:
            self._back_off()

    def _back_off(self) -> None:
        self._fruitless += 1
        pause = min(LONGEST, 2.0 ** max(0, self._fruitless - FREE))
        self._next = self._now() + pause
