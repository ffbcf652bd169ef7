"""Small secrets at rest: AES-256-GCM (NIST SP 800-38D) of `cryptography`."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


def seal(key: bytes, plain: bytes, *, bound_to: bytes) -> bytes:
    """Return nonce and ciphertext; it opens only with the same key and the same `bound_to`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, *, bound_to: bytes) -> bytes:
    """Return what was sealed; raise `ValueError` for another key, place or content."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)
    except InvalidTag:
        raise ValueError("sealed content does not open") from None
