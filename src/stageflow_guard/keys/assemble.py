"""The one subject keyring that settings name: fingerprints and vault both stand on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError
from stageflow_guard.keys.subjects import open_keyring

if TYPE_CHECKING:
    from stageflow_guard.keys.subjects import SubjectKeyring
    from stageflow_guard.settings import Settings


def keyring_folder(settings: Settings) -> str:
    """Return `audit.keyring`, else the vault's `keys`, else `<audit.key_file>.keys`.

    Raises `ConfigError` when the vault names another one: an erasure has to reach both.
    """
    audit = settings.audit
    vault = settings.redaction.vault.keys if settings.redaction.vault is not None else None
    if audit.keyring is not None and vault is not None and audit.keyring != vault:
        raise ConfigError("`audit.keyring` and `redaction.vault.keys` must be one folder")
    return audit.keyring or vault or f"{audit.key_file}.keys"


def ring_from(settings: Settings) -> SubjectKeyring:
    """Return the keyring in `keyring_folder`; raise `ConfigError` like it."""
    return open_keyring(keyring_folder(settings), signing=settings.audit.key_file)
