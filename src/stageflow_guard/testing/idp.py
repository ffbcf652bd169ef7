"""An in-process identity provider: real keys, real signatures, tokens on demand.

`python -m stageflow_guard.testing serve | mint` does the same from a shell.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from stageflow_guard.base.clock import Clock
from stageflow_guard.testing.grants import Client, Endpoints, Login
from stageflow_guard.testing.server import Faults, Server, running

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int, size: int | None = None) -> str:
    return _b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class _Endpoint:
    """The issuer's URL and a path: right also after the issuer was renamed."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __get__(self, idp: IdentityProvider, owner: type[IdentityProvider]) -> str:
        return idp.issuer + self.path


class IdentityProvider:
    """Mints access tokens (RFC 9068) with RS256, ES256 and EdDSA keys of its own.

    `endpoints` answers OAuth requests as values; `serve` puts it on loopback, where `faults` break
    it and `hits` counts by path. `grants` counts token requests by grant type, `granted` those
    that were given. `demo-app` (secret `demo-secret`) is registered.
    """

    authorization_endpoint = _Endpoint("/authorize")
    token_endpoint = _Endpoint("/token")
    jwks_url = _Endpoint("/jwks")
    introspection_endpoint = _Endpoint("/introspect")
    revocation_endpoint = _Endpoint("/revoke")

    def __init__(
        self, issuer: str = "https://id.example", *, access_ttl: int = 300, rotation: bool = True,
        clock: Clock | None = None, keys: str | Path | None = None,
    ) -> None:  # fmt: skip
        self.issuer = issuer
        self.access_ttl, self.rotation = access_ttl, rotation
        self._clock = clock or Clock()
        self._generation = 0
        if keys is None or not self._load(Path(keys)):
            self.rotate()
            if keys is not None:
                self._save(Path(keys))
        self.endpoints = Endpoints(self)
        self.grants, self.granted = self.endpoints.grants, self.endpoints.granted
        self.hits: Counter[str] = Counter()
        self.faults = Faults()
        self.register(
            "demo-app",
            secret="demo-secret",  # noqa: S106 - printed in the documentation; opens nothing
            redirect_uris=["http://127.0.0.1/callback"],
        )

    @classmethod
    @contextmanager
    def serve(cls, *, port: int = 0, **how: Any) -> Iterator[IdentityProvider]:
        """Serve on 127.0.0.1 while the block runs; `how` is the constructor's, but the issuer."""
        idp = cls(**how)
        server = Server(idp.endpoints, idp.faults, idp.hits, port)
        idp.issuer = server.url
        with running(server):
            yield idp

    # -- keys ----------------------------------------------------------------------------------

    def rotate(self) -> None:
        """Replace every key; old tokens verify no more."""
        self._generation += 1
        self._keys: dict[str, Any] = {
            "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }

    def _load(self, file: Path) -> bool:
        try:
            stored = json.loads(file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return False
        self._generation = stored["generation"]
        self._keys = {
            alg: serialization.load_pem_private_key(pem.encode(), None)
            for alg, pem in stored["keys"].items()
        }
        return True

    def _save(self, file: Path) -> None:
        form = (
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )  # fmt: skip
        pems = {alg: key.private_bytes(*form).decode() for alg, key in self._keys.items()}
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as stream:
            json.dump({"generation": self._generation, "keys": pems}, stream)

    def private_key(self, alg: str) -> Any:
        """Return the private key for `alg`: what an attack on it may need."""
        return self._keys[alg]

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

    # -- clients and users ---------------------------------------------------------------------

    def register(
        self, client_id: str, *, secret: str | None = None, redirect_uris: Iterable[str] = (),
        tenant: str = "acme", roles: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """Register a client; without a secret it is a public one.

        `tenant` and `roles` are what its own tokens say (`client_credentials`).
        """
        self.endpoints.clients[client_id] = Client(
            id=client_id, secret=secret, redirect_uris=tuple(redirect_uris), tenant=tenant,
            roles=tuple(roles),
        )  # fmt: skip

    def enroll(self, sub: str, *, tenant: str = "acme", roles: Iterable[str] = ()) -> None:
        """Say who a user is who comes through `/authorize`; others are of `acme`, without roles."""
        self.endpoints.users[sub] = {"tenant": tenant, "roles": tuple(roles)}

    def grant(
        self, *, sub: str = "ada", tenant: str = "acme", roles: Iterable[str] = (),
        scope: str | None = None, client_id: str = "demo-app", audience: str = "pipelines",
    ) -> dict[str, Any]:  # fmt: skip
        """Return a token response that begins a family: as if the user had logged in."""
        login = Login(
            sub=sub, client_id=client_id, tenant=tenant, roles=tuple(roles), scope=scope,
            audience=audience,
        )  # fmt: skip
        return self.endpoints.start(login)

    # -- tokens --------------------------------------------------------------------------------

    def now(self) -> float:
        """Return the provider's wall clock."""
        return self._clock.wall()

    def claims(
        self, *, sub: Any = "ada", tenant: Any = "acme", roles: Any = None,
        aud: Any = "pipelines", ttl: int = 300, **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Return the claims of a sound token; `more` overrides, None removes."""
        now = int(self.now())
        issued = now if ttl > 0 else now + ttl - 300
        claims = {
            "iss": self.issuer, "aud": aud, "sub": sub, "org_id": tenant,
            "roles": [] if roles is None else roles, "iat": issued, "exp": now + ttl,
            "jti": secrets.token_hex(8), "client_id": "demo-app", **more,
        }  # fmt: skip
        return {k: v for k, v in claims.items() if v is not None}

    def mint(
        self, *, alg: str = "RS256", typ: str | None = "at+jwt",
        header: dict[str, Any] | None = None, **claims: Any,
    ) -> str:  # fmt: skip
        """Return a signed token."""
        return self.sign(self.header(alg, typ, header), self.claims(**claims), alg)

    def header(
        self, alg: str = "RS256", typ: str | None = "at+jwt", more: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the header of a sound token; `more` overrides, None removes."""
        head = {"alg": alg, "typ": typ, "kid": self.kid(alg), **(more or {})}
        return {k: v for k, v in head.items() if v is not None}

    def forge(self, **claims: Any) -> str:
        """Return a token of the same shape and kid, signed by a key that is not published."""
        stranger = IdentityProvider(self.issuer, clock=self._clock)
        return stranger.mint(header={"kid": self.kid("RS256")}, **claims)

    def sign(self, header: dict[str, Any], claims: dict[str, Any], alg: str = "RS256") -> str:
        """Return the compact JWS of exactly this header and these claims."""
        return self.sign_bytes(json.dumps(header).encode(), json.dumps(claims).encode(), alg)

    def sign_bytes(self, header: bytes, payload: bytes, alg: str = "RS256") -> str:
        """Return the compact JWS of exactly these bytes (RFC 7515 section 3.1)."""
        text = f"{_b64(header)}.{_b64(payload)}"
        return f"{text}.{_b64(self._signature(text.encode(), alg))}"

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that this provider signed and that is not over."""
        from stageflow_guard.auth.jws import parse_object, split
        from stageflow_guard.auth.pyjwt import admit_set
        from stageflow_guard.errors import NotAuthenticated

        try:
            header, signed, payload, signature = split(token)
            claims = parse_object(payload)
        except (NotAuthenticated, UnicodeError):
            return None
        key = admit_set(json.dumps(self.jwks()).encode()).get(str(header.get("kid")))
        if key is None or not key.verifies(str(header.get("alg")), signed, signature):
            return None
        if claims.get("iss") != self.issuer or type(claims.get("sub")) is not str:
            return None
        expires = claims.get("exp")
        return claims if type(expires) is int and expires > self.now() else None

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
