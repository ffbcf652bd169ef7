"""Issuers that share a secret: the one kind of key that is worth guessing."""

from __future__ import annotations

import base64
import hmac
import json
import secrets

import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys, SharedSecret
from stageflow_guard.auth.pyjwt import admit_secret
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.settings import Settings
from stageflow_guard.testing import IdentityProvider


def issuer(**changes):
    """An issuer that signs with a shared secret."""
    return IssuerPolicy(**{
        "issuer": "https://id.example", "audiences": frozenset({"pipelines"}),
        "algorithms": frozenset({"HS256"}), "tenant_claim": "org_id", **changes,
    })  # fmt: skip


def token(key, *, alg="HS256", headers=None):
    """A token of that issuer, good but for what the test is about."""
    claims = IdentityProvider("https://id.example").claims(sub="ada", tenant="acme", ttl=60)
    header = {"alg": alg, "typ": "at+jwt", **(headers or {})}
    message = b".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, claims)
    )
    digest = hmac.digest(key, message, f"sha{alg[2:]}")
    return (message + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


async def test_a_token_under_the_secret_names_its_caller():
    """HS256 with a random secret holds, with or without a kid."""
    secret = secrets.token_bytes(32)
    verifier = TokenVerifier([(issuer(), SharedSecret(secret, "HS256"))])
    for headers in ({}, {"kid": "any"}):
        who = await verifier.authenticate(token(secret, headers=headers))
        assert (who.subject, who.tenant) == ("user:ada", "acme")


async def test_another_secret_and_another_algorithm_are_refused():
    """The secret serves its own algorithm only."""
    secret = secrets.token_bytes(64)
    verifier = TokenVerifier([(issuer(), SharedSecret(secret, "HS256"))])
    for forged in (token(secrets.token_bytes(64)), token(secret, alg="HS512")):
        with pytest.raises(NotAuthenticated):
            await verifier.authenticate(forged)


async def test_a_public_key_is_never_taken_for_a_secret(tmp_path):
    """RFC 8725 section 2.1: HS256 keyed with public knowledge opens nothing."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    keys = FileKeys(tmp_path / "jwks.json")
    verifier = TokenVerifier([(issuer(algorithms=frozenset({"RS256"})), keys)])
    public = (tmp_path / "jwks.json").read_bytes()
    with pytest.raises(NotAuthenticated):
        await verifier.authenticate(token(public, headers={"kid": idp.kid("RS256")}))
    with pytest.raises(ConfigError, match="stands alone"):
        issuer(algorithms=frozenset({"RS256", "HS256"}))


@pytest.mark.parametrize("secret", [
    b"", b"secret", b"x" * 31, b"x" * 64, b"your-256-bit-secret-your-256-bit-secret",
    b"a-string-secret-at-least-256-bits-long", b"changeme" * 5, b"supersecretsupersecretsupersecret",
    bytes(range(9)) * 8, b"0123456789" * 4,
    b"your-super-secret-jwt-token-with-at-least-32-characters-long",
    b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    b"404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    b"0123456789abcdef0123456789abcdef", b"abcdefghijklmnopqrstuvwxyz012345",
    b"qwertyuiopasdfghjklzxcvbnm123456", b"this-is-a-very-secure-and-secret-key-for-jwt",
    b"correcthorsebatterystaplecorrecthorse",
    b"please-change-this-secret-in-production-32",
])  # fmt: skip
def test_a_secret_that_can_be_guessed_is_refused_and_not_shown(secret):
    """Too short, or among the first guesses; the refusal holds nothing of it."""
    with pytest.raises(ConfigError) as caught:
        admit_secret(secret, "HS256")
    assert len(secret) < 8 or secret.decode("latin-1") not in str(caught.value)


@pytest.mark.parametrize("make", [
    lambda: secrets.token_bytes(32), lambda: secrets.token_hex(32).encode(),
    lambda: secrets.token_urlsafe(32).encode(),
])  # fmt: skip
def test_a_random_secret_is_admitted_in_any_spelling(make):
    """Bytes, hexadecimal, base64url: two thousand random secrets, none refused, none shown."""
    for _ in range(2000):
        secret = make()
        key = admit_secret(secret, "HS256")
        assert repr(secret) not in repr(key)


def test_letters_that_make_no_word_are_no_guess():
    """Drawn at random once: seven runs of letters and little else, and hardly a vowel."""
    assert admit_secret(b"IqtqxJqfbVvdkWy_dzwsEgmlhO_TWvldlj76Hrwiq-4", "HS256")


def settings(tmp_path, **changes):
    """Settings of one issuer."""
    one = {
        "issuer": "https://id.example", "audiences": ["pipelines"], "algorithms": ["HS256"],
        **changes,
    }  # fmt: skip
    return {
        "auth": {"issuers": [one]}, "policy": {"path": str(tmp_path)},
        "audit": {"path": str(tmp_path / "a"), "origin": "x", "key_file": str(tmp_path / "k")},
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [
    {}, {"jwks_url": "https://id.example/jwks"}, {"secret_env": "A", "secret_file": "b"},
    {"algorithms": ["RS256"], "secret_env": "A"},
])  # fmt: skip
def test_a_secret_belongs_to_its_algorithms_and_to_nothing_else(tmp_path, wrong):
    """A key set with HS256, a secret with RS256, two secrets: refused at start-up."""
    with pytest.raises(ConfigError, match="secret"):
        Settings.of(settings(tmp_path, **wrong))


def test_the_secret_comes_from_the_environment_or_a_file(tmp_path, monkeypatch):
    """By the name of a variable or of a file; a missing one is named."""
    from stageflow_guard.auth.build_verifier import verifier_from

    chosen = Settings.of(settings(tmp_path, secret_env="SHARED"))
    monkeypatch.delenv("SHARED", raising=False)
    with pytest.raises(ConfigError, match="SHARED"):
        verifier_from(chosen.auth)
    monkeypatch.setenv("SHARED", secrets.token_hex(32))
    assert "SHARED" in json.dumps(chosen.model_dump())
    verifier_from(chosen.auth).close()
    (tmp_path / "secret").write_text("changeme")
    with pytest.raises(ConfigError, match="32 bytes"):
        verifier_from(Settings.of(settings(tmp_path, secret_file=str(tmp_path / "secret"))).auth)
