"""Where an issuer's keys come from: a file, or a URL with single flight and stale serving."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from stageflow_guard.auth.pyjwt import Key, Unfit, admit_secret, admit_set, warn_unfit
from stageflow_guard.base.clock import Clock
from stageflow_guard.errors import ConfigError, NotAuthenticated

logger = logging.getLogger("stageflow_guard")
CAP, LOOK = 512 * 1024, 2.0  # bytes of a key file; seconds between looks at it
WARNED = 100  # different unfit keys that are logged
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
    """A JWK set on disk. A changed file is read again within `LOOK` seconds, as policies are.

    At start-up a file that cannot be used is a `ConfigError`, one with a malformed key too. Later a
    bad file leaves the last good set in force: `problem` says since when and why.
    """

    def __init__(self, path: str | Path, clock: Clock | None = None) -> None:
        self._path = Path(path)
        self._now = (clock or Clock()).monotonic
        self._epoch = 0
        self._looked = self._now()
        self.problem: str | None = None
        self._seen = self._signature()
        self._keys = self._read(_refuse_malformed)

    @property
    def epoch(self) -> int:
        """A number that grows when a key is withdrawn or replaced; looks at the file."""
        now = self._now()
        if now - self._looked > LOOK:
            self._looked = now
            self._look()
        return self._epoch

    async def key(self, kid: str) -> Key:
        """Return the key named `kid`; an unknown one makes it look at the file at once."""
        found = self._keys.get(kid) if self.epoch >= 0 else None
        if found is None:
            self._look()
            found = self._keys.get(kid)
        if found is None:
            raise _unknown()
        return found

    def _look(self) -> None:
        """Read the file again when it is another one, or has changed."""
        try:
            seen = self._signature()
            if seen == self._seen:
                return
            self._seen = seen
            fresh = self._read(warn_unfit)
        except ConfigError as exc:
            if self.problem != exc.message:
                logger.warning("%s; the last good keys stay in force", exc.message)
            self.problem = exc.message
            return
        self.problem = None
        before, self._keys = self._keys, fresh
        if _withdrawn(before, fresh):
            self._epoch += 1

    def _signature(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError as exc:
            raise ConfigError(f"key file `{self._path}` cannot be read ({exc.strerror})") from None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self, on_unfit: Callable[[Unfit], None]) -> dict[str, Key]:
        try:
            with self._path.open("rb") as file:
                raw = file.read(CAP + 1)
        except OSError as exc:
            raise ConfigError(f"key file `{self._path}` cannot be read ({exc.strerror})") from None
        if len(raw) > CAP:
            raise ConfigError(f"key file `{self._path}` is over {CAP} bytes")
        try:
            return admit_set(raw, on_unfit=on_unfit)
        except ConfigError as exc:
            raise ConfigError(f"key file `{self._path}`: {exc.message}") from None


def _refuse_malformed(unfit: Unfit) -> None:
    """At start-up a malformed key is an error: the file is the operator's own."""
    if unfit.malformed:
        raise unfit
    warn_unfit(unfit)


def _withdrawn(before: dict[str, Key], after: dict[str, Key]) -> bool:
    """Say whether a key of `before` is gone or another one now."""
    return any(kid not in after or not after[kid].same_as(key) for kid, key in before.items())


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
        self._warned: set[str] = set()
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
            self._keys = await asyncio.to_thread(
                admit_set, await self._fetch(url), on_unfit=self._warn
            )
            self._fetched = self._now()
        except Exception:  # keep what there is until it is too old; withdrawn keys go with a fetch
            self._back_off()
            return
        if _withdrawn(before, self._keys):
            self.epoch += 1
        if self._keys.keys() - before.keys():
            self._fruitless = 0
        else:
            self._back_off()

    def _warn(self, unfit: Unfit) -> None:
        """Log an unfit key once, not at every fetch."""
        if unfit.message not in self._warned and len(self._warned) < WARNED:
            self._warned.add(unfit.message)
            warn_unfit(unfit)

    def _back_off(self) -> None:
        self._fruitless += 1
        pause = min(LONGEST, 2.0 ** max(0, self._fruitless - FREE))
        self._next = self._now() + pause
