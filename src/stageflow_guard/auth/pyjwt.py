"""Signatures: PyJWT's algorithms behind key admission. The only file that imports `jwt`."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

from stageflow_guard.auth.issuer import ASYMMETRIC
from stageflow_guard.auth.jws import parse_object
from stageflow_guard.base.ed25519 import unfit_key
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

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
logger = logging.getLogger("stageflow_guard")


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
    return len(_WORD.sub(_unless_word, secret.decode("ascii"))) < 8


def _unless_word(match: re.Match[str]) -> str:
    """Return letters that no language would make a word of: fewer vowels than one in seven."""
    letters = match[0].lower()
    return (
        letters if sum(map(letters.count, "aeiouy")) * 7 < len(letters) and len(letters) > 1 else ""
    )


class Unfit(ConfigError):
    """A key that is left out of its set, and why. `.malformed` when a member has a wrong type."""

    def __init__(self, message: str, *, malformed: bool = False) -> None:
        super().__init__(message)
        self.malformed = malformed


def warn_unfit(unfit: Unfit) -> None:
    """Log that a key is left out."""
    logger.warning("key set: %s; it is left out", unfit.message)


def admit_set(raw: bytes, *, on_unfit: Callable[[Unfit], None] = warn_unfit) -> dict[str, Key]:
    """Return the keys of a JWK set (RFC 7517) that may verify, by kid.

    One unfit key does not spend the others: it is left out, and `on_unfit` is told. A kid that two
    signing keys share is left out altogether, because which of them is meant is unknown. Raises
    `ConfigError` for what is no key set and for a set without a key that may verify.
    """
    try:
        listed = parse_object(raw).get("keys")
    except Exception:  # whatever is wrong with it, it is no key set
        raise ConfigError("the key set is not a JSON object") from None
    if type(listed) is not list or not listed or len(listed) > 100:
        raise ConfigError("the key set needs 1 to 100 `keys`")
    keys: dict[str, Key] = {}
    refused: list[Unfit] = []
    twice: set[str] = set()
    for number, jwk in enumerate(listed):
        try:
            key = _admit(jwk, number)
        except Unfit as exc:
            refused.append(exc)
            continue
        if key is None:
            continue
        if key.kid in keys or key.kid in twice:
            twice.add(key.kid)
            keys.pop(key.kid, None)
            refused.append(Unfit(f"{_name(jwk, number)} repeats a kid"))
        else:
            keys[key.kid] = key
    for one in refused:
        on_unfit(one)
    if not keys:
        why = f": {refused[0].message}" if refused else ""
        raise ConfigError(f"the key set holds no key that may verify{why}")
    return keys


def _name(jwk: Any, number: int) -> str:
    """Return what a message calls a key: its place, and its kid where that is a plain word."""
    kid = jwk.get("kid") if type(jwk) is dict else None
    plain = type(kid) is str and re.fullmatch(r"[A-Za-z0-9._~=+/:-]{1,64}", kid) is not None
    return f"key {number} (`{kid}`)" if plain else f"key {number}"


def _admit(jwk: Any, number: int) -> Key | None:
    """Return a key that may verify, None for one that is for something else; else raise `Unfit`."""
    name = _name(jwk, number)
    if type(jwk) is not dict:
        raise Unfit(f"{name} is not an object", malformed=True)
    for member, kind in (("kty", str), ("use", str), ("alg", str), ("kid", str), ("crv", str)):
        if member in jwk and type(jwk[member]) is not kind:
            raise Unfit(f"{name}: `{member}` is not text (RFC 7517 section 4)", malformed=True)
    operations = jwk.get("key_ops", ["verify"])
    if type(operations) is not list or not all(type(one) is str for one in operations):
        raise Unfit(f"{name}: `key_ops` is not a list of texts (RFC 7517)", malformed=True)
    if jwk.get("kty") == "oct" or {"d", "k", "p", "q"} & jwk.keys():
        raise Unfit(f"{name} is a secret; a key set holds public keys")
    if jwk.get("use", "sig") != "sig" or "verify" not in operations:
        return None
    if not jwk.get("kid"):
        raise Unfit(f"{name} has no `kid`")
    try:
        material, fits = _material(jwk)
    except Unfit as exc:
        raise Unfit(f"{name}: {exc.message}") from None
    except Exception:  # the text of a key-parsing error can hold the key
        raise Unfit(f"{name} cannot be read") from None
    if material is None:
        return None
    named = jwk.get("alg")
    named = _MISSPELT.get(named, named) if named is not None else None
    if named is not None and named not in ASYMMETRIC:
        return None
    algorithms = fits if named is None else fits & {named}
    if not algorithms:
        raise Unfit(f"{name} names an algorithm that it cannot serve")
    return Key(jwk["kid"], algorithms, material)


def _material(jwk: dict[str, Any]) -> tuple[Any, frozenset[str]]:
    text = json.dumps({k: v for k, v in jwk.items() if k not in ("alg", "use", "key_ops")})
    if jwk["kty"] == "RSA":
        rsa: Any = RSAAlgorithm.from_jwk(text)
        exponent = rsa.public_numbers().e
        if rsa.key_size < 2048 or exponent < 65537 or exponent % 2 == 0:
            raise Unfit("weaker than RSA with 2048 bits and e = 65537")
        return rsa, frozenset(_RSA)
    if jwk["kty"] == "EC" and jwk.get("crv") in _CURVES:
        return ECAlgorithm.from_jwk(text), frozenset({_CURVES[jwk["crv"]]})
    if jwk["kty"] == "OKP" and jwk.get("crv") == "Ed25519":
        ed: Any = OKPAlgorithm.from_jwk(text)
        if (wrong := unfit_key(ed.public_bytes_raw())) is not None:
            raise Unfit(wrong)
        return ed, frozenset({"EdDSA", "Ed25519"})
    return None, frozenset()
