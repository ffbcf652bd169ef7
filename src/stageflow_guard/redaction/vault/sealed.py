"""Vault entries and encrypted values: text, sealed under a key and bound to its place."""

from __future__ import annotations

from stageflow_guard.keys.sealing import seal, unseal


def seal_entry(key: bytes, value: str, *, bound_to: bytes) -> bytes:
    """Return nonce and ciphertext; lone surrogates survive."""
    return seal(key, value.encode("utf-8", "surrogatepass"), bound_to=bound_to)


def open_entry(key: bytes, sealed: bytes, *, bound_to: bytes) -> str | None:
    """Return what was sealed; None for another key, place or content."""
    try:
        return unseal(key, sealed, bound_to=bound_to).decode("utf-8", "surrogatepass")
    except ValueError:
        return None
