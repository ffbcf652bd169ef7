"""Which keys of a set may verify: an unfit one is left out and named, the others go on."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from stageflow_guard.auth.jwks import LOOK, FileKeys, UrlKeys
from stageflow_guard.auth.pyjwt import admit_set
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.testing import FakeClock, IdentityProvider

IDP = IdentityProvider("https://id.example")
GOOD = IDP.jwks()["keys"]


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def weak():
    numbers = (
        rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key().public_numbers()
    )
    return {"kty": "RSA", "kid": "weak", "n": b64(numbers.n.to_bytes(128, "big")), "e": "AQAB"}


UNFIT = {
    "key_ops is null": ({**GOOD[0], "kid": "x", "key_ops": None}, True),
    "key_ops is a number": ({**GOOD[0], "kid": "x", "key_ops": 7}, True),
    "key_ops is text": ({**GOOD[0], "kid": "x", "key_ops": "verify"}, True),
    "key_ops holds a number": ({**GOOD[0], "kid": "x", "key_ops": ["verify", 1]}, True),
    "alg is a list": ({**GOOD[0], "kid": "x", "alg": ["RS256"]}, True),
    "alg is null": ({**GOOD[0], "kid": "x", "alg": None}, True),
    "use is an object": ({**GOOD[0], "kid": "x", "use": {}}, True),
    "kty is a number": ({**GOOD[0], "kid": "x", "kty": 1}, True),
    "crv is a list": ({**GOOD[1], "kid": "x", "crv": ["P-256"]}, True),
    "kid is a number": ({**GOOD[0], "kid": 7}, True),
    "a key that is a list": ([1], True),
    "a key that is text": ("key", True),
    "a signing key without kid": ({k: v for k, v in GOOD[0].items() if k != "kid"}, False),
    "a weak RSA key": (weak(), False),
    "RSA with e = 3": ({**GOOD[0], "kid": "x", "e": "Aw"}, False),
    "a secret": ({"kty": "oct", "kid": "x", "k": b64(b"s" * 32)}, False),
    "a private key": ({**GOOD[1], "kid": "x", "d": b64(b"d" * 32)}, False),
    "a point off the curve": ({**GOOD[1], "kid": "x", "x": b64(b"\1" * 32)}, False),
    "n is no base64url": ({**GOOD[0], "kid": "x", "n": "!!"}, False),
    "an algorithm of another key type": ({**GOOD[0], "kid": "x", "alg": "ES256"}, False),
}
# what is for something else: no warning either
OTHER = {
    "an encryption key without kid": {
        **{k: v for k, v in GOOD[0].items() if k != "kid"},
        "use": "enc",
    },
    "an encryption key of a signing key's kid": {**GOOD[0], "use": "enc"},
    "a key that only encrypts": {**GOOD[0], "kid": "x", "key_ops": ["encrypt"]},
    "an algorithm that is not accepted": {**GOOD[0], "kid": "x", "alg": "RSA-OAEP-256"},
    "an unknown key type": {"kty": "AKP", "kid": "x", "alg": "ML-DSA-44", "pub": "AA"},
}


def jwks(*keys):
    return json.dumps({"keys": list(keys)}).encode()


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_key_is_left_out_with_a_warning(name, caplog):
    """The set goes on without it, and the log says which key and why, never its content."""
    unfit, _ = UNFIT[name]
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        assert set(admit_set(jwks(unfit, *GOOD))) == {k["kid"] for k in GOOD}
    (line,) = [r.getMessage() for r in caplog.records]
    assert line.startswith("key set: key 0") and line.endswith("it is left out")


@pytest.mark.parametrize("name", OTHER)
def test_a_key_for_something_else_is_passed_over(name, caplog):
    """Encryption keys, other algorithms: no fault of the set."""
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        assert set(admit_set(jwks(OTHER[name], *GOOD))) == {k["kid"] for k in GOOD}
    assert caplog.records == []


def test_a_kid_that_two_signing_keys_share_is_refused_and_the_set_goes_on(caplog):
    """Which of two keys is meant is unknown: that kid verifies nothing, also a third time."""
    twin = {**GOOD[1], "kid": GOOD[0]["kid"]}
    found = admit_set(jwks(*GOOD, twin, {**GOOD[2], "kid": GOOD[0]["kid"]}))
    assert set(found) == {GOOD[1]["kid"], GOOD[2]["kid"]}
    assert "repeats a kid" in caplog.text


@pytest.mark.parametrize("name", [name for name, (_, malformed) in UNFIT.items() if malformed])
def test_a_malformed_key_in_a_file_is_a_config_error_at_start(tmp_path, name):
    """The file is the operator's own: a wrong JSON type in it is said before anything runs."""
    (tmp_path / "jwks.json").write_bytes(jwks(UNFIT[name][0], *GOOD))
    with pytest.raises(ConfigError, match=r"jwks\.json.*key 0"):
        FileKeys(tmp_path / "jwks.json")


def test_a_set_of_unfit_keys_says_why():
    """Without a key that may verify there is no set."""
    with pytest.raises(ConfigError, match="no key that may verify.*2048 bits"):
        admit_set(jwks(weak()))


async def test_an_unfit_key_at_a_url_leaves_the_others_in_force(caplog):
    """A provider's malformed key refuses no token of its other keys."""

    async def fetch(_url):
        return jwks(*(unfit for unfit, _ in UNFIT.values()), *GOOD)

    keys = UrlKeys("https://id.example/jwks", fetch)
    for _ in range(3):  # each is logged once, not at every fetch
        await asyncio.shield(keys._start())
        assert (await keys.key(GOOD[0]["kid"])).kid == GOOD[0]["kid"]
    assert caplog.text.count("it is left out") == len(UNFIT)


# RFC 8032 §5.1: the points of order 1, 2, 4 and 8 in every spelling that 32 bytes allow: the list
# of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 5, and the sign bit
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize("encoding", SMALL)
def test_a_key_of_small_order_is_refused_in_each_of_its_14_encodings(encoding):
    """Under such a key one signature fits every message, without any private key."""
    key = {"kty": "OKP", "crv": "Ed25519", "kid": "small", "x": b64(bytes.fromhex(encoding))}
    assert len(SMALL) == len(set(SMALL)) == 14
    with pytest.raises(ConfigError, match="no key that may verify"):
        admit_set(jwks(key))


def test_under_such_a_key_a_signature_without_a_private_key_holds():
    """Why they are refused: R the neutral point, S zero, and every message is signed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    neutral = bytes.fromhex(SMALL[0])
    for message in (b"", b"transfer everything", b"x" * 1000):
        Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), message)


@pytest.mark.parametrize("y", range(2**255 - 19, 2**255))
def test_an_encoding_that_is_not_canonical_is_refused(y):
    """RFC 8032 section 5.1.3: y is below the prime; a second spelling names no key."""
    for sign in (0, 1 << 255):
        x = b64((y | sign).to_bytes(32, "little"))
        with pytest.raises(ConfigError):
            admit_set(jwks({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}))


# -- a key file is watched -------------------------------------------------------------------------


@pytest.fixture
def watched(tmp_path):
    """A key file, its source under a clock that the test turns, and the provider."""
    idp, clock = IdentityProvider("https://id.example"), FakeClock()
    idp.write_jwks(tmp_path / "jwks.json")
    return idp, clock, FileKeys(tmp_path / "jwks.json", clock.clock), tmp_path / "jwks.json"


async def test_a_rotated_file_counts_without_a_restart(watched):
    """A new kid is found at once; the old one is gone and takes its cached tokens with it."""
    idp, clock, keys, file = watched
    old, epoch = idp.kid("RS256"), keys.epoch
    idp.rotate()
    idp.write_jwks(file)
    assert (await keys.key(idp.kid("RS256"))).kid == idp.kid("RS256")
    with pytest.raises(NotAuthenticated, match="not published"):
        await keys.key(old)
    assert keys.epoch == epoch + 1
    clock.advance(LOOK + 1)
    assert keys.epoch == epoch + 1


async def test_a_withdrawn_key_is_noticed_within_the_look(watched):
    """No unknown kid is needed: what is cached asks for the epoch."""
    idp, clock, keys, file = watched
    epoch = keys.epoch
    idp.rotate()
    idp.write_jwks(file)
    assert keys.epoch == epoch  # looked a moment ago
    clock.advance(LOOK + 0.1)
    assert keys.epoch == epoch + 1


BAD = {
    "empty": lambda f: f.write_bytes(b""),
    "half of it": lambda f: f.write_bytes(f.read_bytes()[:100]),
    "no keys": lambda f: f.write_bytes(b'{"keys": []}'),
    "gone": lambda f: f.unlink(),
    "a folder": lambda f: (f.unlink(), f.mkdir()),
    "too large": lambda f: f.write_bytes(b" " * (1 << 20)),
}


@pytest.mark.parametrize("how", BAD)
async def test_a_bad_file_leaves_the_last_good_keys_in_force(watched, how, caplog):
    """An operator's slip ends no session; the log and `problem` say so, once, until it is mended."""
    idp, clock, keys, file = watched
    BAD[how](file)
    for _ in range(3):
        clock.advance(LOOK + 1)
        assert (await keys.key(idp.kid("RS256"))).kid == idp.kid("RS256")
    assert keys.problem is not None and str(file) in keys.problem
    assert caplog.text.count("last good keys stay in force") == 1
    if file.is_dir():
        file.rmdir()
    idp.rotate()
    idp.write_jwks(file)
    clock.advance(LOOK + 1)
    assert (await keys.key(idp.kid("RS256"))).kid == idp.kid("RS256")
    assert keys.problem is None


async def test_a_link_that_is_turned_to_another_file_is_a_change(watched, tmp_path):
    """A mounted secret is a link to a folder that is replaced whole."""
    idp, clock, _, file = watched
    link = tmp_path / "current.json"
    link.symlink_to(file)
    keys = FileKeys(link, clock.clock)
    idp.rotate()
    idp.write_jwks(tmp_path / "next.json")
    (tmp_path / "turned").symlink_to(tmp_path / "next.json")
    os.replace(tmp_path / "turned", link)
    clock.advance(LOOK + 1)
    assert (await keys.key(idp.kid("ES256"))).kid == idp.kid("ES256")


async def test_a_key_file_that_went_bad_is_a_problem_of_the_guard(tmp_path, monkeypatch):
    """`guard.problems` and `config check` name it; callers are served by the last good keys."""
    from stageflow_guard import Guard
    from stageflow_guard.cli import main

    monkeypatch.chdir(tmp_path)
    assert await asyncio.to_thread(main, ["init"]) == 0
    async with Guard.load("guard.toml") as guard:
        assert guard.problems == ()
        (tmp_path / "jwks.json").write_text("{}")
        keys = guard._pep.authenticator._issuers["https://id.example"][0].keys
        keys._looked = float("-inf")
        assert keys.epoch == 0
        assert "jwks.json" in guard.problems[0] and guard.health()["policy_problems"] == 1
