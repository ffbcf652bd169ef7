"""The port for keys by purpose, and its file implementation: one file each, 0600."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal, NoReturn, Protocol

from stageflow_guard.base.durable import create_durably, make_dirs, sync_dir
from stageflow_guard.base.opening import read_secret, require_private
from stageflow_guard.errors import ConfigError

Purpose = Literal["signing", "fingerprint", "vault", "keyring"]
SIZE = 32
CAP = 4096  # bytes of a key file


class KeyProvider(Protocol):
    """Hands out the key of a purpose; a file today, a key store of your platform tomorrow."""

    def key(self, purpose: Purpose) -> bytes:
        """Return the purpose's 32 bytes, always the same; raise `ConfigError` without them."""
        ...


def read_key(path: Path, *, create: bool, why_not: str = "restore the key") -> bytes:
    """Return the 32 bytes in `path`, making them only where `create` says so.

    The file holds 64 hex digits and is 0600; a directory that others may write is refused, since
    its writers choose the key. Of several processes that create at once, one wins and
    all read its key. Raises `ConfigError` that names the file.
    """
    try:
        if not path.exists():
            if not create:
                raise ConfigError(f"key file `{path}` is missing; {why_not}")
            make_dirs(path.parent.absolute(), above=Path("/"))
            require_private(path.parent)
            create_durably(path, secrets.token_hex(SIZE).encode() + b"\n")
        elif create:  # another process may have put it there a moment ago
            with suppress(OSError):  # a folder that takes no sync was not written to, either
                sync_dir(path.parent)
        require_private(path.parent)
        # a mounted key is a link; who may write its folder was checked above
        key = bytes.fromhex(read_secret(path, cap=CAP, follow=True).decode("ascii").strip())
    except OSError as exc:
        raise ConfigError(f"key file `{path}` cannot be used ({exc.strerror})") from None
    except ConfigError:
        raise
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise ConfigError(f"key file `{path}` is not 64 hex digits")
    return key


class FileKeyProvider:
    """Keys in `<folder>/<purpose>.key`; the signing key may lie elsewhere.

    With `create`, a missing key is made on first use; without, it is a `ConfigError`.
    """

    __slots__ = ("_create", "_files", "_folder", "_held")

    def __init__(
        self, folder: str | Path, *, signing: str | Path | None = None, create: bool = False
    ) -> None:
        self._folder = Path(folder)
        self._files: dict[Purpose, Path] = {} if signing is None else {"signing": Path(signing)}
        self._create = create
        self._held: dict[Purpose, bytes] = {}

    def key(self, purpose: Purpose) -> bytes:
        """Return the purpose's 32 bytes; raise `ConfigError` that names the file."""
        held = self._held.get(purpose)
        if held is None:
            path = self._files.get(purpose, self._folder / f"{purpose}.key")
            held = self._held[purpose] = read_key(path, create=self._create)
        return held

    def __repr__(self) -> str:
        """Show the folder, no key."""
        return f"<FileKeyProvider {self._folder}>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a key provider cannot be pickled")
