"""An in-process identity provider: real keys, real signatures, tokens on demand."""

from __future__ import annotations

import base64
import json
import secrets
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int, size: int | None = None) -> str:
    return _b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class IdentityProvider:
    """Mints access tokens (RFC 9068) with RS256, ES256 and EdDSA keys of its own."""

    def __init__(self, issuer: str = "https://id.example") -> None:
        self.issuer = issuer
        self._generation = 0
        self.rotate()

    def rotate(self) -> None:
        """Replace every key; old tokens verify no more."""
        self._generation += 1
        self._keys: dict[str, Any] = {
            "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }

    def kid(self, alg: str) -> str:
        """Return the kid of the current key for `alg`."""
        return f"{alg.lower()}-{self._generation}"

    def jwks(self) -> dict[str, Any]:
        """Return the public key set (RFC 7517)."""
        r = self._keys["RS256"].public_key().public_numbers()
        e = self._keys["ES256"].public_key().public_numbers()
        o = self._keys["EdDSA"].public_key().public_bytes_raw()
        keys = [  # the JWK members of RFC 7518 section 6
            {"kty": "RSA", "alg": "RS256", "n": _number(r.n), "e": _number(r.e)},
            {
                "kty": "EC", "alg": "ES256", "crv": "P-256",
                "x": _number(e.x, 32), "y": _number(e.y, 32),
            },
            {"kty": "OKP", "alg": "EdDSA", "crv": "Ed25519", "x": _b64(o)},
        ]  # fmt: skip
        return {"keys": [{**k, "use": "sig", "kid": self.kid(k["alg"])} for k in keys]}

    def write_jwks(self, path: str | Path) -> None:
        """Write the public key set to a file."""
        Path(path).write_text(json.dumps(self.jwks()), encoding="utf-8")

    def claims(
        self, *, sub: str = "ada", tenant: str = "acme", roles: list[str] | None = None,
        aud: str | list[str] = "pipelines", ttl: int = 300, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Return the claims of a sound token; `more` overrides, None removes."""
        now = int(time.time())
        issued = now if ttl > 0 else now + ttl - 300
        claims = {
            "iss": self.issuer, "aud": aud, "sub": sub, "org_id": tenant, "roles": roles or [],
            "iat": issued, "exp": now + ttl, "jti": secrets.token_hex(8), "client_id": "demo-app",
            **more,
        }  # fmt: skip
        return {k: v for k, v in claims.items() if v is not None}

    def mint(
        self, *, alg: str = "RS256", typ: str | None = "at+jwt",
        header: dict[str, Any] | None = None, **claims: Any,
    ) -> str:  # fmt: skip
        """Return a signed token."""
        head = {"alg": alg, "typ": typ, "kid": self.kid(alg), **(header or {})}
        head = {k: v for k, v in head.items() if v is not None}
        return self.sign(head, self.claims(**claims), alg)

    def forge(self, **claims: Any) -> str:
        """Return a token of the same shape and kid, signed by a key nobody published."""
        stranger = IdentityProvider(self.issuer)
        return stranger.mint(header={"kid": self.kid("RS256")}, **claims)

    def sign(self, header: dict[str, Any], claims: dict[str, Any], alg: str = "RS256") -> str:
        """Return the compact JWS of exactly this header and these claims."""
        text = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{_b64(self._signature(text.encode(), alg))}"

    def _signature(self, message: bytes, alg: str) -> bytes:
        key = self._keys[alg]
        if alg == "RS256":
            signature: bytes = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        elif alg == "ES256":
            r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        else:
            signature = key.sign(message)
        return signature
