"""Where an issuer's keys come from: a file, or a URL with single flight and stale serving."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from stageflow_guard.auth.clock import Clock
from stageflow_guard.auth.pyjwt import Key, admit_set
from stageflow_guard.errors import ConfigError, NotAuthenticated

SOFT, HARD, RETRY = 300.0, 3600.0, 10.0
BURST, REFILL = 4, 30.0  # unknown kids: a few fetches at once, then one per half minute


class KeySource(Protocol):
    """Answers for one issuer only."""

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`; raise `NotAuthenticated` when there is none."""
        ...


def _unknown() -> NotAuthenticated:
    return NotAuthenticated("unknown_key", "the token is signed by a key that is not published")


class FileKeys:
    """A JWK set on disk, read once, at start-up."""

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


class UrlKeys:
    """A JWK set behind a URL. After `SOFT` seconds it is fetched again; after `HARD` it is gone."""

    def __init__(
        self, url: str, fetch: Callable[[str], Awaitable[bytes]], clock: Clock | None = None
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._now = (clock or Clock()).monotonic
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._tokens, self._counted = float(BURST), self._now()
        self._flight: asyncio.Task[None] | None = None
        self.fetches = 0

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`; a fresh set is asked for when it is unknown."""
        age = self._now() - self._fetched
        found = self._keys.get(kid) if age < HARD else None
        if found is not None:
            if age > SOFT and self._now() - self._tried > RETRY:
                self._start()  # served stale meanwhile: nobody waits for a refresh
            return found
        if self._flight is None and age < HARD and not self._spend():
            raise _unknown()
        if self._flight is None and age >= HARD and self._now() - self._tried < 1.0:
            raise NotAuthenticated("keys_unavailable", "the issuer's keys cannot be fetched")
        await asyncio.shield(self._start())
        found = self._keys.get(kid) if self._now() - self._fetched < HARD else None
        if found is None:
            if self._now() - self._fetched >= HARD:
                raise NotAuthenticated("keys_unavailable", "the issuer's keys cannot be fetched")
            raise _unknown()
        return found

    def _spend(self) -> bool:
        now = self._now()
        self._tokens = min(BURST, self._tokens + (now - self._counted) / REFILL)
        self._counted = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _start(self) -> asyncio.Task[None]:
        """Single flight: everybody waits for the same fetch."""
        if self._flight is None:
            self._flight = asyncio.get_running_loop().create_task(self._refresh())
            self._flight.add_done_callback(self._landed)
        return self._flight

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flight = None

    async def _refresh(self) -> None:
        self._tried = self._now()
        self.fetches += 1
        try:
            self._keys = admit_set(await self._fetch(self._url))
        except Exception:  # keep what there is until it is too old; withdrawn keys go with a fetch
            return
        self._fetched = self._now()
