"""Vault entries and encrypted values: text, sealed under a key and bound to its place.

An entry begins with whose key it is: 8 bytes of the keyring and the key's epoch, bound as well. So
what was sealed under an erased key is told from what another keyring sealed.
"""

from __future__ import annotations

import struct

from stageflow_guard.keys.sealing import seal, unseal

HEAD = struct.Struct(">8sI")  # keyring, epoch
# erasures of one person: what says more has no head, but random bytes of the earlier form there
MOST_EPOCHS = 0xFFFF


def seal_entry(key: bytes, value: str, *, bound_to: bytes, ring: bytes, epoch: int) -> bytes:
    """Return head, nonce and ciphertext; lone surrogates survive."""
    head = HEAD.pack(ring, epoch)
    return head + seal_value(key, value, bound_to=head + bound_to)


def sealed_in(sealed: bytes) -> tuple[bytes, int]:
    """Return the keyring and the epoch that an entry says it was sealed under."""
    if len(sealed) < HEAD.size:
        return b"", 0
    ring, epoch = HEAD.unpack_from(sealed)
    return ring, epoch


def open_entry(key: bytes, sealed: bytes, *, bound_to: bytes) -> str | None:
    """Return what was sealed; None for another key, place or content."""
    head, rest = sealed[: HEAD.size], sealed[HEAD.size :]
    found = open_value(key, rest, bound_to=head + bound_to)
    # an earlier form has no head
    return found if found is not None else open_value(key, sealed, bound_to=bound_to)


def seal_value(key: bytes, value: str, *, bound_to: bytes) -> bytes:
    """Return nonce and ciphertext; lone surrogates survive."""
    return seal(key, value.encode("utf-8", "surrogatepass"), bound_to=bound_to)


def open_value(key: bytes, sealed: bytes, *, bound_to: bytes) -> str | None:
    """Return what was sealed; None for another key, place or content."""
    try:
        return unseal(key, sealed, bound_to=bound_to).decode("utf-8", "surrogatepass")
    except ValueError:
        return None
