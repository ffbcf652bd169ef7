"""Tokens at rest, encrypted: Fernet (AES-128-CBC, HMAC-SHA256) of `cryptography`."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from stageflow_guard.errors import ConfigError


class Seal:
    """A key in a file of mode 0600. Losing the key means logging in again, nothing more."""

    def __init__(self, key_file: str | Path) -> None:
        """Read the key, or make one; raise `ConfigError` for one that others may read."""
        path = Path(key_file)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            pass
        except OSError as exc:
            raise ConfigError(f"key file `{path}` cannot be made ({exc.strerror})") from None
        else:
            with os.fdopen(handle, "wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(handle)
        try:
            if path.stat().st_mode & 0o077:
                raise ConfigError(f"key file `{path}` is open to others; chmod 600")
            self._fernet = Fernet(path.read_bytes().strip())
        except OSError as exc:
            raise ConfigError(f"key file `{path}` cannot be read ({exc.strerror})") from None
        except ValueError:
            raise ConfigError(f"key file `{path}` does not hold a key") from None

    def __repr__(self) -> str:
        """Show nothing."""
        return "<Seal>"

    def encrypt(self, raw: bytes) -> bytes:
        """Return `raw` sealed."""
        return self._fernet.encrypt(raw)

    def decrypt(self, raw: bytes, where: str) -> bytes:
        """Return what was sealed; `ConfigError` that names the place when the key does not fit."""
        try:
            return self._fernet.decrypt(raw)
        except InvalidToken:
            raise ConfigError(
                f"the token store `{where}` was sealed with another key; remove it and log in again"
            ) from None
