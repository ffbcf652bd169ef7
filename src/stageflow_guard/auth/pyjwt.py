"""Signatures: PyJWT's algorithms behind key admission. The only file that imports `jwt`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

from stageflow_guard.auth.issuer import ASYMMETRIC
from stageflow_guard.auth.jws import parse_object
from stageflow_guard.errors import ConfigError

_ALGORITHMS = get_default_algorithms()
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
# seen in published keys: the curve says which algorithm is meant, and it has only one
_MISSPELT = {"ES521": "ES512"}
_HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}  # RFC 7518 §3.2: at least as long as the hash
# the random-looking samples of two much-copied tutorials, by their SHA-256
_SAMPLES = frozenset(
    {
        "570dad43de1af4c925f92c16a68a50936da42b7dd6fdeb24850507a1199aac89",
        "3354cfcf65c7b2e6840ea6f880aede239750cb1d063950c4e8fd9fbf9ec73a32",
    }
)
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[-_ .]")  # what is left without words must be something
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
# points of order 1, 2, 4 and 8: with such a key, one signature fits many messages (RFC 8032 §5.1.7)
_SMALL_ORDER = frozenset(
    bytes.fromhex(h)
    for h in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    )
)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that may verify, and the algorithms that it may verify with."""

    kid: str
    algorithms: frozenset[str]
    material: Any = field(repr=False)

    def same_as(self, other: Key) -> bool:
        """Say whether both are the same key for the same algorithms."""
        if self.algorithms != other.algorithms:
            return False
        try:
            return bool(self.material == other.material)
        except Exception:  # a key type that cannot be compared is a new one
            return False

    def verifies(self, algorithm: str, signing_input: bytes, signature: bytes) -> bool:
        """Say whether `signature` holds; False for an algorithm that this key does not serve."""
        if algorithm not in self.algorithms:
            return False
        name = "EdDSA" if algorithm == "Ed25519" else algorithm
        return bool(_ALGORITHMS[name].verify(signing_input, self.material, signature))


def admit_secret(secret: bytes, algorithm: str) -> Key:
    """Return the key of an issuer that shares a secret; raise `ConfigError` for one that is weak.

    The text of the error never holds the secret.
    """
    size = _HMAC.get(algorithm)
    if size is None:
        raise ConfigError(f"`{algorithm}` is not an algorithm with a shared secret")
    if len(secret) < size:
        raise ConfigError(f"a secret for {algorithm} needs {size} bytes (RFC 7518 section 3.2)")
    if _is_guessable(secret):
        raise ConfigError(
            "the secret is words, a run or a known sample; `openssl rand -base64 48` makes one"
        )
    return Key("", frozenset({algorithm}), secret)


def _is_guessable(secret: bytes) -> bool:
    """Say whether a secret is words, a run of neighbours, few characters or a known sample."""
    if len(set(secret)) < 10 or sha256(secret).hexdigest() in _SAMPLES:
        return True
    neighbours = sum(b - a in (0, 1) for a, b in pairwise(secret))
    if neighbours * 2 > len(secret):
        return True
    if not secret.isascii():
        return False
    return len(_WORD.sub("", secret.decode("ascii"))) < 8


def admit_set(raw: bytes) -> dict[str, Key]:
    """Return the keys of a JWK set (RFC 7517) by kid; raise `ConfigError` when any is unfit."""
    try:
        listed = parse_object(raw).get("keys")
    except Exception:  # whatever is wrong with it, it is no key set
        raise ConfigError("the key set is not a JSON object") from None
    if type(listed) is not list or not listed or len(listed) > 100:
        raise ConfigError("the key set needs 1 to 100 `keys`")
    keys: dict[str, Key] = {}
    for number, jwk in enumerate(listed):
        key = _admit(jwk, number)
        if key is None:
            continue
        if key.kid in keys:
            raise ConfigError(f"key {number} of the set repeats a kid")
        keys[key.kid] = key
    if not keys:
        raise ConfigError("the key set holds no key that may verify")
    return keys


def _admit(jwk: Any, number: int) -> Key | None:
    if type(jwk) is not dict or type(jwk.get("kid")) is not str or not jwk["kid"]:
        raise ConfigError(f"key {number} of the set has no `kid`")
    if jwk.get("kty") == "oct" or {"d", "k", "p", "q"} & jwk.keys():
        raise ConfigError(f"key {number} of the set is a secret; a key set holds public keys")
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        return None
    try:
        material, fits = _material(jwk)
    except ConfigError:
        raise
    except Exception:  # the text of a key-parsing error can hold the key
        raise ConfigError(f"key {number} of the set cannot be read") from None
    if material is None:
        return None
    named = jwk.get("alg")
    named = _MISSPELT.get(named, named) if type(named) is str else named
    if named is not None and named not in ASYMMETRIC:
        return None
    algorithms = fits if named is None else fits & {named}
    if not algorithms:
        raise ConfigError(f"key {number} of the set names an algorithm that it cannot serve")
    return Key(jwk["kid"], algorithms, material)


def _material(jwk: dict[str, Any]) -> tuple[Any, frozenset[str]]:
    text = json.dumps({k: v for k, v in jwk.items() if k not in ("alg", "use", "key_ops")})
    if jwk["kty"] == "RSA":
        rsa: Any = RSAAlgorithm.from_jwk(text)
        exponent = rsa.public_numbers().e
        if rsa.key_size < 2048 or exponent < 65537 or exponent % 2 == 0:
            raise ConfigError("an RSA key of the set is weaker than 2048 bits or e = 65537")
        return rsa, frozenset(_RSA)
    if jwk["kty"] == "EC" and jwk.get("crv") in _CURVES:
        return ECAlgorithm.from_jwk(text), frozenset({_CURVES[jwk["crv"]]})
    if jwk["kty"] == "OKP" and jwk.get("crv") == "Ed25519":
        ed: Any = OKPAlgorithm.from_jwk(text)
        if ed.public_bytes_raw() in _SMALL_ORDER:
            raise ConfigError("an Ed25519 key of the set is of small order")
        return ed, frozenset({"EdDSA", "Ed25519"})
    return None, frozenset()
