"""Tokens that must not pass."""

from __future__ import annotations

import time

import pytest

from stageflow_guard.auth.clock import Clock
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.testing import IdentityProvider

IDP = IdentityProvider("https://id.example")


@pytest.fixture
def verifier(tmp_path):
    """A verifier of one issuer whose keys lie in a file."""
    IDP.write_jwks(tmp_path / "jwks.json")
    policy = IssuerPolicy(
        issuer=IDP.issuer,
        audiences=frozenset({"pipelines"}),
        algorithms=frozenset({"RS256", "ES256", "EdDSA"}),
        tenant_claim="org_id",
        roles_claim="roles",
    )
    return TokenVerifier([(policy, FileKeys(tmp_path / "jwks.json"))])


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
async def test_a_sound_token_names_its_caller(verifier, alg):
    """Subject, tenant and roles come from the claims."""
    who = await verifier.authenticate(IDP.mint(alg=alg, sub="ada", roles=["agent"]))
    assert (who.subject, who.tenant, who.roles) == ("user:ada", "acme", frozenset({"agent"}))


NOW = int(time.time())
ATTACKS = {
    "no token": ("missing", lambda: ""),
    "not a string": ("malformed", lambda: 7),
    "a megabyte of garbage": ("too_large", lambda: "x" * 2**20),
    "a lone surrogate": ("malformed", lambda: "\ud800"),
    "two segments": ("malformed", lambda: "a.b"),
    "expired": ("expired", lambda: IDP.mint(ttl=-3600)),
    "no expiry": ("missing_claim", lambda: IDP.mint(exp=None)),
    "expiry as text": ("bad_claim", lambda: IDP.mint(exp="9_999_999_999")),
    "expiry as a float": ("bad_claim", lambda: IDP.mint(exp=NOW + 60.5)),
    "twenty years": ("lifetime", lambda: IDP.mint(exp=NOW + 20 * 365 * 86400)),
    "from tomorrow": ("not_yet_valid", lambda: IDP.mint(iat=NOW + 86400, exp=NOW + 90000)),
    "another audience": ("wrong_audience", lambda: IDP.mint(aud="billing")),
    "no audience": ("missing_claim", lambda: IDP.mint(aud=None)),
    "another issuer": ("unknown_issuer", lambda: IDP.mint(iss="https://evil.example")),
    "no issuer": ("unknown_issuer", lambda: IDP.mint(iss=None)),
    "an ID token": ("wrong_type", lambda: IDP.mint(typ="JWT")),
    "no type": ("wrong_type", lambda: IDP.mint(typ=None)),
    "a foreign key under our kid": ("bad_signature", lambda: IDP.forge()),
    "an unknown kid": ("unknown_key", lambda: IDP.mint(header={"kid": "x"})),
    "no kid": ("unknown_key", lambda: IDP.mint(header={"kid": None})),
    "alg none": ("wrong_algorithm", lambda: IDP.mint(header={"alg": "none"})),
    "alg HS256 with our kid": ("wrong_algorithm", lambda: IDP.mint(header={"alg": "HS256"})),
    "ES256 under an RSA key": ("wrong_algorithm", lambda: IDP.mint(header={"alg": "ES256"})),
    "jku": ("header_refused", lambda: IDP.mint(header={"jku": "https://evil.example"})),
    "an embedded key": ("header_refused", lambda: IDP.mint(header={"jwk": {}})),
    "crit": ("header_refused", lambda: IDP.mint(header={"crit": ["exp"]})),
    "bound to a key": ("bound_token", lambda: IDP.mint(cnf={"jkt": "x"})),
    "no subject": ("missing_claim", lambda: IDP.mint(**{"jti": None})),
    "an empty subject": ("bad_claim", lambda: IDP.mint(sub="")),
    "no tenant": ("missing_claim", lambda: IDP.mint(org_id=None)),
    "a tenant that is a pattern": ("bad_claim", lambda: IDP.mint(tenant="acme*")),
    "a tenant that is a list": ("bad_claim", lambda: IDP.mint(tenant=["acme"])),
    "padding behind the signature": ("malformed", lambda: IDP.mint() + "=="),
    "roles as numbers": ("bad_claim", lambda: IDP.mint(roles=[1])),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_token_is_refused_with_its_reason(verifier, name):
    """Each attack ends in `NotAuthenticated` with a stable reason and nothing of the token."""
    reason, make = ATTACKS[name]
    token = make()
    with pytest.raises(NotAuthenticated) as caught:
        await verifier.authenticate(token)
    assert caught.value.reason == reason
    assert not isinstance(token, str) or len(token) < 8 or token not in str(caught.value)


async def test_every_flipped_character_of_a_token_is_refused(verifier):
    """No altered token passes."""
    token = IDP.mint(alg="EdDSA")
    for i in range(0, len(token), 3):
        other = "A" if token[i] != "A" else "B"
        with pytest.raises(NotAuthenticated):
            await verifier.authenticate(token[:i] + other + token[i + 1 :])


async def test_the_denylist_is_asked_on_every_hit(verifier):
    """A cached token is refused as soon as it is denied."""
    token = IDP.mint()
    who = await verifier.authenticate(token)
    verifier.deny(IDP.issuer, token_id=who.token_id)
    with pytest.raises(NotAuthenticated) as caught:
        await verifier.authenticate(token)
    assert caught.value.reason == "revoked"


async def test_a_clock_stepped_back_revives_nothing(verifier):
    """Once expired, expired: the wall clock never counts backwards."""
    now = [time.time()]
    verifier._clock = Clock(wall=lambda: now[0], monotonic=time.monotonic)
    token = IDP.mint(ttl=60)
    who = await verifier.authenticate(token)
    now[0] += 3600
    with pytest.raises(NotAuthenticated):
        verifier.recheck(who)
    now[0] -= 3600
    with pytest.raises(NotAuthenticated):
        await verifier.authenticate(token)


def test_several_issuers_need_their_tenants(tmp_path):
    """Without a binding, one customer's provider could speak for another."""
    IDP.write_jwks(tmp_path / "k")
    keys = FileKeys(tmp_path / "k")

    def issuer(name):
        return IssuerPolicy(
            issuer=name, audiences=frozenset({"a"}), algorithms=frozenset({"RS256"})
        )

    with pytest.raises(ConfigError, match="tenant"):
        TokenVerifier([(issuer("https://a"), keys), (issuer("https://b"), keys)])
