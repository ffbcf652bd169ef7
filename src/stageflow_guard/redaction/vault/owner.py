"""Whose a vault's store is: of one subject keyring, said in it once and asked at each opening.

Two guards with a keyring each would take what the other one sealed for what was erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.redaction.vault.vault import SubjectKeys, VaultStore

PLACE = ("", "keyring")  # no tenant has an empty name


def require_ring(store: VaultStore, keys: SubjectKeys) -> None:
    """Make a store that is nobody's this keyring's; raise `ConfigError` for another one's.

    Also where the store cannot be asked.
    """
    try:
        if not (held := store.load(*PLACE)):
            store.save(*PLACE, "", 0, keys.ring)
            held = store.load(*PLACE)
    except Exception:  # of whatever library keeps it
        raise ConfigError("the vault cannot be read or written") from None
    if [bytes(ring) for _, _, ring in held] != [keys.ring]:
        raise ConfigError(
            "the vault belongs to another subject keyring, whose entries this one does not open: "
            "name the one keyring of all guards of this vault in `audit.keyring`, or give this "
            "guard a vault of its own"
        )
