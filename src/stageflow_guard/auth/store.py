"""Where one token family is kept: durable before it is used, one owner at a time.

Order of a refresh, and what a crash leaves behind at each point:

1. lock, read           nothing has changed
2. ask the provider     it may have rotated: the stored refresh token is spent
3. write, sync, rename  the new one is safe
4. unlock, publish

A crash between 2 and 3 loses the new token. The next refresh is refused by the provider, and that
is written down too: the family is over, once, and no process asks again.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from stageflow_guard.auth.jws import parse_object
from stageflow_guard.base.durable import take_lock, write_durably
from stageflow_guard.base.opening import read_secret, require_own
from stageflow_guard.errors import ConfigError, NotAuthenticated, TokenUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stageflow_guard.auth.sealing import Seal

CAP = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One generation of a token family. `expires_at` is seconds since the epoch."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float
    lifetime: float
    scope: str | None = None
    generation: int = 1
    over: bool = False
    subject: str | None = None  # whose tokens these are, where that is known


def encode(tokens: Stored) -> bytes:
    """Return the stored form."""
    return json.dumps({"v": 1, **asdict(tokens)}).encode()


def decode(raw: bytes, where: str) -> Stored:
    """Return what `encode` was given; raise `ConfigError` that names the place, not the content."""
    try:
        content = parse_object(raw)
        if content.pop("v", None) != 1:
            raise ValueError("version")
        tokens = Stored(**content)
        if not (
            type(tokens.access_token) is str
            and (tokens.refresh_token is None or type(tokens.refresh_token) is str)
            and type(tokens.expires_at) in (int, float)
            and type(tokens.lifetime) in (int, float)
            and type(tokens.generation) is int
            and type(tokens.over) is bool
            and (tokens.subject is None or type(tokens.subject) is str)
        ):
            raise ValueError("fields")
    except (ValueError, TypeError, NotAuthenticated):
        raise ConfigError(
            f"the token store `{where}` is damaged, or of another version; remove it, log in"
        ) from None
    return tokens


class TokenStore(Protocol):
    """Keeps one family. All methods block; the manager calls them on a thread."""

    def load(self) -> Stored | None:
        """Return the latest generation, or None before the first."""
        ...

    def save(self, tokens: Stored) -> None:
        """Keep a new generation; durable when this returns. Called under `lock`."""
        ...

    def lock(self, seconds: float) -> AbstractContextManager[None]:
        """Hold the family across processes; `TokenUnavailable` after `seconds` of waiting."""
        ...


class MemoryStore:
    """For one process, and gone with it: client credentials, tests."""

    def __init__(self) -> None:
        self._tokens: Stored | None = None
        self._lock = threading.Lock()

    def load(self) -> Stored | None:
        """Return the latest generation."""
        return self._tokens

    def save(self, tokens: Stored) -> None:
        """Keep it until the process ends."""
        self._tokens = tokens

    @contextmanager
    def lock(self, seconds: float) -> Iterator[None]:
        """Hold the family within the process."""
        if not self._lock.acquire(timeout=seconds):
            raise TokenUnavailable("another manager holds the token store's lock")
        try:
            yield
        finally:
            self._lock.release()


class FileStore:
    """A file of mode 0600 beside its lock file, sealed when a `seal` is given."""

    def __init__(self, path: str | Path, *, seal: Seal | None = None) -> None:
        self._path = Path(path).absolute()
        self._seal = seal
        if not self._path.parent.is_dir():
            raise ConfigError(f"the folder of the token store `{path}` does not exist")
        require_own(self._path.parent)

    def __repr__(self) -> str:
        """Name the file."""
        return f"<FileStore {self._path.name}>"

    def load(self) -> Stored | None:
        """Return the latest generation; `ConfigError` for a file that is damaged or too open."""
        try:
            raw = read_secret(self._path, cap=CAP)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise ConfigError(
                f"the token store `{self._path}` cannot be read ({exc.strerror})"
            ) from None
        if self._seal is not None:
            raw = self._seal.decrypt(raw, str(self._path))
        return decode(raw, str(self._path))

    def save(self, tokens: Stored) -> None:
        """Write beside, sync, rename, sync the folder: a crash leaves the old file or the new."""
        raw = encode(tokens)
        if self._seal is not None:
            raw = self._seal.encrypt(raw)
        # one name, not a random one: the next save removes what a crash leaves
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            write_durably(self._path, raw, beside=beside)
        except OSError as exc:
            raise TokenUnavailable(
                f"the token store `{self._path}` cannot be written ({exc.strerror})"
            ) from None

    def lock(self, seconds: float) -> AbstractContextManager[None]:
        """Hold the family across processes and threads."""
        return _locked(self._path.with_name(f".{self._path.name}.lock"), seconds)


@contextmanager
def _locked(path: Path, seconds: float) -> Iterator[None]:
    try:
        fd = take_lock(path, seconds=seconds)
    except BlockingIOError:
        raise TokenUnavailable("another process holds the token store's lock") from None
    except OSError as exc:
        raise TokenUnavailable(f"the token store cannot be locked ({exc.strerror})") from None
    try:
        yield
    finally:
        os.close(fd)
