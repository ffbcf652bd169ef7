"""Tokens and revocations shared by hosts, in Redis. The only file that imports `redis`."""

from __future__ import annotations

import contextlib
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.denylist import Entry, MemoryDenylist, from_json, to_json
from stageflow_guard.auth.store import Stored, decode, encode
from stageflow_guard.errors import ConfigError, NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.model import Principal

LEASE, PREFIX = 10.0, "stageflow-guard:"
LOOK, BLIND = 0.5, 5.0  # seconds between looks; after so many without one, every token is refused


def connect(url: str) -> Any:
    """Return a client; raise `ConfigError` that names the extra when it is not installed."""
    try:
        import redis
    except ImportError:
        raise ConfigError(
            "a Redis store needs the extra: pip install 'stageflow-guard[redis]'"
        ) from None
    try:
        return redis.Redis.from_url(url, socket_timeout=5.0, socket_connect_timeout=5.0)
    except ValueError:
        raise ConfigError("the store's address is not a Redis URL") from None


def unreachable(exc: Exception) -> TokenUnavailable:
    """Return the typed form of whatever the client raised; its text may hold the password."""
    return TokenUnavailable(f"Redis cannot be used ({type(exc).__name__})")


class RedisStore:
    """One family under one key. The lock is a lease that is renewed while it is held.

    Redis keeps what its own configuration makes durable: with `appendfsync everysec`, up to a
    second of rotations can be lost with the machine. `family` says whose tokens these are, a user's
    id for example: it names the key, and two users MUST NOT share one. Raises `ConfigError` for a
    family that is no name, an address that is no URL, and without the extra `redis`.
    """

    def __init__(self, url: str, *, family: str, lease: float = LEASE) -> None:
        if not (0 < len(family) <= 200 and family.isprintable() and " " not in family):
            raise ConfigError("`family` is a name of 1 to 200 characters without spaces")
        self._redis = connect(url)
        self._key = f"{PREFIX}tokens:{family}"
        self._lease = lease

    def __repr__(self) -> str:
        """Name the key, not the address: it may hold a password."""
        return f"<RedisStore {self._key}>"

    def load(self) -> Stored | None:
        """Return the latest generation."""
        import redis

        try:
            raw = self._redis.get(self._key)
        except redis.RedisError as exc:
            raise unreachable(exc) from None
        return None if raw is None else decode(raw, self._key)

    def save(self, tokens: Stored) -> None:
        """Keep a new generation; an older one never replaces a newer one."""
        import redis

        try:
            with self._redis.pipeline() as pipe:
                pipe.watch(self._key)
                raw = pipe.get(self._key)
                if raw is not None and decode(raw, self._key).generation >= tokens.generation:
                    raise TokenUnavailable("another host has refreshed these tokens meanwhile")
                pipe.multi()
                pipe.set(self._key, encode(tokens))
                pipe.execute()
        except redis.RedisError as exc:
            raise unreachable(exc) from None

    @contextmanager
    def lock(self, seconds: float) -> Iterator[None]:
        """Hold the family across hosts. A process that dies loses the lease after 10 s."""
        import redis

        lease = self._redis.lock(
            f"{self._key}:lock", timeout=self._lease, sleep=0.02, thread_local=False
        )
        try:
            taken = lease.acquire(blocking_timeout=seconds)
        except redis.RedisError as exc:
            raise unreachable(exc) from None
        if not taken:
            raise TokenUnavailable("another process holds the token store's lock")
        done = threading.Event()
        keeper = threading.Thread(
            target=self._keep, args=(lease, done), name="token-lease", daemon=True
        )
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()
            with contextlib.suppress(redis.RedisError):  # run out by itself: `save` keeps order
                lease.release()

    def _keep(self, lease: Any, done: threading.Event) -> None:
        import redis

        pause = self._lease / 3
        while not done.wait(pause):
            try:
                lease.reacquire()
                pause = self._lease / 3
            except redis.exceptions.LockError:  # another process holds it now
                return
            except redis.RedisError:  # a blip: again, before the lease runs out
                pause = self._lease / 30


class RedisDenylist:
    """Shared by hosts. A thread looks twice a second; after 5 s without an answer all are refused.

    Redis must not evict these keys (`maxmemory-policy noeviction`).
    """

    def __init__(self, url: str, *, name: str = "denied") -> None:
        self._redis = connect(url)
        self._key, self._count = f"{PREFIX}{name}", f"{PREFIX}{name}:count"
        self._own, self._mirror = MemoryDenylist(), MemoryDenylist()
        self._seen: object = None
        self._looked = float("-inf")
        self._done = threading.Event()
        try:
            self._read()
        except Exception as exc:
            raise ConfigError(
                f"the denylist in Redis cannot be read ({type(exc).__name__})"
            ) from None
        threading.Thread(target=self._watch, name="denylist", daemon=True).start()

    def __repr__(self) -> str:
        """Name the key, not the address."""
        return f"<RedisDenylist {self._key}>"

    def denies(self, principal: Principal) -> bool:
        """Answer from the mirror; refuse when it is too old to be believed."""
        if time.monotonic() - self._looked > BLIND:
            raise NotAuthenticated("denylist_unavailable", "the denylist cannot be read")
        return self._own.denies(principal) or self._mirror.denies(principal)

    def _read(self) -> None:
        began = time.monotonic()
        count = self._redis.get(self._count)
        if count != self._seen:
            found = {f: from_json(raw) for f, raw in self._redis.hgetall(self._key).items()}
            self._mirror.replace(found.values())
            self._seen = count
            moot = [field for field, entry in found.items() if entry.until < time.time()]
            if moot:
                self._redis.hdel(self._key, *moot)
        self._looked = began

    def _watch(self) -> None:
        while not self._done.wait(LOOK):
            with contextlib.suppress(Exception):  # being blind is noticed by its age
                self._read()

    def add(self, entry: Entry) -> None:
        """Revoke here at once, then everywhere."""
        import redis

        self._own.add(entry)
        # one field per bound: a later, weaker revocation does not replace a stricter one
        field = f"{entry.issuer}\n{entry.what}\n{entry.value}\n{entry.before}"
        try:
            with self._redis.pipeline() as pipe:
                pipe.hset(self._key, field, to_json(entry))
                pipe.incr(self._count)
                pipe.execute()
        except redis.RedisError:
            raise TokenUnavailable("the revocation counts here, but could not be shared") from None

    def close(self) -> None:
        """Stop looking."""
        self._done.set()
        self._redis.close()
