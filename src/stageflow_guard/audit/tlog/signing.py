"""Ed25519 signatures. The only file of this room that imports `cryptography`."""

from __future__ import annotations

from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stageflow_guard.errors import ConfigError


class SigningKey:
    """A private key that shows nothing of itself."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise ConfigError("a signing key is 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature (RFC 8032)."""
        return self._key.sign(message)

    def derive(self, label: bytes) -> bytes:
        """Return 32 bytes that only this key gives, for one purpose (HKDF-SHA256, RFC 5869)."""
        seed = self._key.private_bytes_raw()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(seed)

    def __repr__(self) -> str:
        """Show nothing."""
        return "<SigningKey>"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a signing key cannot be pickled")


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether `signature` over `message` was made with the key behind `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
