"""The one subject keyring that settings name: fingerprints and vault both stand on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.keys.subjects import open_keyring

if TYPE_CHECKING:
    from stageflow_guard.keys.subjects import SubjectKeyring
    from stageflow_guard.settings import AuditSettings


def ring_from(audit: AuditSettings) -> SubjectKeyring:
    """Return the keyring at `audit.keyring`, by default `<audit.key_file>.keys`."""
    return open_keyring(audit.keyring or f"{audit.key_file}.keys", signing=audit.key_file)
