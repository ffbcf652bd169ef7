"""Vault entries at rest: AES-256-GCM of `cryptography` (NIST SP 800-38D), bound to their place."""

from __future__ import annotations

import os

_NONCE = 12


def seal_entry(key: bytes, value: str, *, bound_to: bytes) -> bytes:
    """Return nonce and ciphertext; lone surrogates survive."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value.encode("utf-8", "surrogatepass"), bound_to)


def open_entry(key: bytes, sealed: bytes, *, bound_to: bytes) -> str | None:
    """Return what was sealed; None for another key, place or content."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except InvalidTag:
        return None
    return plain.decode("utf-8", "surrogatepass")
