"""Tokens that must not pass."""

from __future__ import annotations

import time

import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.errors import ConfigError, NotAuthenticated
from stageflow_guard.testing import FakeClock, IdentityProvider, attack_tokens

IDP = IdentityProvider("https://id.example")


def verifier_of(idp, folder, clock=None, **changes):
    idp.write_jwks(folder / "jwks.json")
    policy = IssuerPolicy(
        **{
            "issuer": idp.issuer,
            "audiences": frozenset({"pipelines"}),
            "algorithms": frozenset({"RS256", "ES256", "EdDSA"}),
            "tenant_claim": "org_id",
            "roles_claim": "roles",
            **changes,
        }
    )
    return TokenVerifier([(policy, FileKeys(folder / "jwks.json"))], clock)


@pytest.fixture
def verifier(tmp_path):
    """A verifier of one issuer whose keys lie in a file."""
    return verifier_of(IDP, tmp_path)


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
async def test_a_sound_token_names_its_caller(verifier, alg):
    """Subject, tenant and roles come from the claims."""
    who = await verifier.authenticate(IDP.mint(alg=alg, sub="ada", roles=["agent"]))
    assert (who.subject, who.tenant, who.roles) == ("user:ada", "acme", frozenset({"agent"}))


# made when the tests are collected, shown to a verifier whose clock stands there: a suite that
# takes its time changes no reason
NOW = int(time.time())
ATTACKS = {attack.name: attack for attack in attack_tokens(IDP, now=NOW)}


def test_the_catalogue_is_long_and_has_one_name_for_each():
    """No attack is lost to another of the same name."""
    assert len(ATTACKS) == len(attack_tokens(IDP)) >= 250


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_token_is_refused_with_its_reason(tmp_path, name):
    """Each attack ends in `NotAuthenticated` with a stable reason and nothing of the token."""
    attack, verifier = ATTACKS[name], verifier_of(IDP, tmp_path, Clock(wall=lambda: float(NOW)))
    with pytest.raises(NotAuthenticated) as caught:
        await verifier.authenticate(attack.credential)
    assert caught.value.reason == attack.reason
    token = attack.credential
    assert not isinstance(token, str) or len(token) < 16 or token not in str(caught.value)


async def test_the_catalogue_holds_at_any_time(tmp_path):
    """`now` is the clock of the verifier under attack, `audience` its own; RS256 is enough."""
    clock, idp = FakeClock(), IdentityProvider("https://ID.EXAMPLE/1")
    only = {"audiences": frozenset({"A"}), "algorithms": frozenset({"RS256"})}
    verifier = verifier_of(idp, tmp_path, clock=clock.clock, **only)
    times = {"iat": int(clock.wall()), "exp": int(clock.wall()) + 60}
    await verifier.authenticate(idp.mint(aud="A", **times))
    for attack in attack_tokens(idp, audience="A", now=clock.wall()):
        with pytest.raises(NotAuthenticated) as caught:
            await verifier.authenticate(attack.credential)
        assert caught.value.reason == attack.reason, attack.name


@pytest.mark.parametrize("claim", ["at_hash", "c_hash", "s_hash", "events"])
async def test_where_a_plain_jwt_passes_an_id_token_does_not(tmp_path, claim):
    """`token_types = ["JWT"]` does not let ID tokens and security events in."""
    verifier = verifier_of(IDP, tmp_path, token_types=frozenset({"JWT"}))
    await verifier.authenticate(IDP.mint(typ="JWT"))
    for typ in ("JWT", None):
        with pytest.raises(NotAuthenticated) as caught:
            await verifier.authenticate(IDP.mint(typ=typ, **{claim: {"x": {}}}))
        assert caught.value.reason == "wrong_type"


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
    verifier.clock = NeverBackClock(Clock(wall=lambda: now[0], monotonic=time.monotonic))
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
