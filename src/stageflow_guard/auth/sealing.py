"""Tokens at rest, encrypted under a key of their own: AES-256-GCM, as every secret at rest."""

from __future__ import annotations

from pathlib import Path

from stageflow_guard.errors import ConfigError
from stageflow_guard.keys.provider import read_key
from stageflow_guard.keys.sealing import seal, unseal

_BOUND = b"stageflow-guard token store v1"


class Seal:
    """A key in a file of mode 0600. Losing the key means logging in again, nothing more."""

    def __init__(self, key_file: str | Path) -> None:
        """Read the key, or make one; raise `ConfigError` for one that others may read or write."""
        self._key = read_key(Path(key_file), create=True)

    def __repr__(self) -> str:
        """Show nothing."""
        return "<Seal>"

    def encrypt(self, raw: bytes) -> bytes:
        """Return `raw` sealed."""
        return seal(self._key, raw, bound_to=_BOUND)

    def decrypt(self, raw: bytes, where: str) -> bytes:
        """Return what was sealed; `ConfigError` that names the place when the key does not fit."""
        try:
            return unseal(self._key, raw, bound_to=_BOUND)
        except ValueError:
            raise ConfigError(
                f"the token store `{where}` was sealed with another key; remove it and log in again"
            ) from None
