"""The wall clock that never goes back, and the correction that is followed."""

from __future__ import annotations

import logging

import pytest

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.base.clock import FOLLOWS, NeverBackClock
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.model import AccessRequest
from stageflow_guard.testing import FakeClock, IdentityProvider

DAY = 86_400.0


def test_a_reading_never_goes_back_at_once():
    """The latest reading counts until the clock has stayed back for a minute."""
    fake = FakeClock()
    clock = NeverBackClock(fake.clock)
    high = clock.now()
    fake.step(-3600)
    assert clock.now() == high
    fake.advance(FOLLOWS - 1)
    assert clock.now() == high


@pytest.mark.parametrize("back", [1.0, 90.0, 3600.0, DAY, 365 * DAY])
def test_a_correction_is_followed_after_its_time(back, caplog):
    """However far it went back: after a minute the clock counts as it stands, and the log says so."""
    fake = FakeClock()
    clock = NeverBackClock(fake.clock)
    told = []
    clock.on_correction = told.append
    fake.step(back + 2 * FOLLOWS)
    clock.now()
    fake.step(-back - 2 * FOLLOWS)
    clock.now()
    fake.advance(FOLLOWS + 0.1)
    with caplog.at_level(logging.WARNING, "stageflow_guard"):
        assert clock.now() == fake.wall()
    assert clock.corrections == 1 and len(told) == 1 and "followed now" in caplog.text
    fake.advance(5)
    assert clock.now() == fake.wall()


def test_a_clock_that_catches_up_was_never_corrected():
    """A second back, as a time server does it, is neither a warning nor a correction."""
    fake = FakeClock()
    clock = NeverBackClock(fake.clock)
    clock.now()
    fake.step(-1)
    clock.now()
    fake.advance(2)
    assert clock.now() == fake.wall()
    fake.step(-1)
    clock.now()
    fake.advance(FOLLOWS * 2)  # it passed the latest reading long ago
    assert clock.now() == fake.wall() and clock.corrections == 0


def test_a_clock_that_goes_back_again_waits_again():
    """Each step back has its own minute."""
    fake = FakeClock()
    clock = NeverBackClock(fake.clock)
    high = clock.now()
    for _ in range(3):
        fake.step(-1000)
        assert clock.now() == high
        fake.advance(FOLLOWS + 1)
        high = clock.now()
        assert high == fake.wall()
    assert clock.corrections == 3


@pytest.fixture
def verifier(tmp_path):
    """A verifier, its clock, and the provider under the same clock."""
    fake = FakeClock()
    idp = IdentityProvider("https://id.example", clock=fake.clock)
    idp.write_jwks(tmp_path / "k")
    issuer = IssuerPolicy(
        issuer=idp.issuer, audiences=frozenset({"pipelines"}), algorithms=frozenset({"RS256"}),
        tenant_claim="org_id", roles_claim="roles",
    )  # fmt: skip
    return TokenVerifier([(issuer, FileKeys(tmp_path / "k", fake.clock))], fake.clock), idp, fake


async def test_one_wrong_reading_does_not_refuse_tokens_for_a_day(verifier):
    """A clock a day ahead, once: fresh tokens pass again a minute after its correction."""
    checked, idp, fake = verifier
    await checked.authenticate(idp.mint())
    fake.step(DAY)
    with pytest.raises(NotAuthenticated):
        await checked.authenticate(
            idp.mint(iat=int(fake.wall() - DAY), exp=int(fake.wall() - DAY) + 300)
        )
    fake.step(-DAY)
    with pytest.raises(NotAuthenticated, match="expired"):
        await checked.authenticate(idp.mint())
    fake.advance(FOLLOWS + 1)
    assert (await checked.authenticate(idp.mint())).subject == "user:ada"


async def test_an_expired_token_is_not_revived_by_setting_the_clock_back(verifier):
    """Within the minute, setting the clock gains nothing."""
    checked, idp, fake = verifier
    token = idp.mint(ttl=60)
    await checked.authenticate(token)
    fake.advance(200)
    with pytest.raises(NotAuthenticated):
        await checked.authenticate(token)
    fake.step(-200)
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            await checked.authenticate(token)
        fake.advance(FOLLOWS / 6)


def test_an_expired_right_is_not_revived_by_setting_the_clock_back(policy_folder):
    """Policies follow the same clock: over a reload, too."""
    fake = FakeClock()
    end = int(fake.wall()) + 100
    policy_folder.write("tenants/acme/policy.csv", "p, role:a, acme, stage, p/s, run, allow\n")
    policy_folder.write(
        "platform/trials.csv", f"trial, acme, stage, p/*, run, {int(fake.wall()) - 5}, {end}\n"
    )
    asked = AccessRequest(sub="user:x", ten="acme", own="acme", kind="stage", obj="p/x", act="run")
    first = policy_folder.load()
    first.clock = NeverBackClock(fake.clock)
    assert first.decide(asked).reason == "trial"
    fake.advance(200)
    assert not first.decide(asked).permitted
    fake.step(-200)
    assert not first.decide(asked).permitted
    second = policy_folder.load(previous=first)
    assert not second.decide(asked).permitted
    fake.advance(FOLLOWS + 1)
    assert second.decide(asked).permitted  # the clock was wrong before: it counts as it stands


def test_a_suspension_that_a_wrong_reading_lifted_is_in_force_again(policy_folder):
    """Decisions that were kept under the wrong time go with its correction."""
    fake = FakeClock()
    policy_folder.write(
        "tenants/acme/policy.csv",
        "g, user:bob, role:a, acme\np, role:a, acme, stage, p/s, run, allow\n",
    )
    policy_folder.write("platform/suspended.csv", f"user:bob, review, {int(fake.wall()) + 3600}\n")
    asked = AccessRequest(
        sub="user:bob", ten="acme", own="acme", kind="stage", obj="p/s", act="run"
    )
    policies = policy_folder.load()
    policies.clock = NeverBackClock(fake.clock)
    assert policies.decide(asked).reason == "suspended"
    fake.step(DAY)
    assert policies.decide(asked).permitted
    fake.step(-DAY)
    policies.decide(asked)
    fake.advance(FOLLOWS + 1)
    assert policies.decide(asked).reason == "suspended"
