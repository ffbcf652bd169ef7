"""What ends at a moment of the calendar ends exactly there, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time
from stageflow import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import AccessRequest, Guard, NotAuthenticated
from stageflow_guard.audit import UnsafeMemoryLog
from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jwks import FileKeys
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.redaction import OffLoopInspector, Redactor, Vault
from stageflow_guard.testing import IdentityProvider

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def verifier(tmp_path):
    """A verifier without leeway, and a token that lives for an hour from noon."""
    idp = IdentityProvider()
    idp.write_jwks(tmp_path / "jwks.json")
    issuer = IssuerPolicy(
        issuer=idp.issuer, audiences=frozenset({"pipelines"}), algorithms=frozenset({"RS256"}),
        tenant_claim="org_id", roles_claim="roles", leeway=0,
    )  # fmt: skip
    with freeze_time(NOON):
        token = idp.mint(sub="ada", tenant="acme", roles=["agent"], ttl=3600)
    return TokenVerifier([(issuer, FileKeys(tmp_path / "jwks.json"))]), token


@pytest.mark.parametrize(("after", "reason"), [
    (-1, "not_yet_valid"), (0, None), (3599, None), (3600, "expired"), (86_400, "expired"),
])  # fmt: skip
async def test_a_token_is_valid_from_iat_to_before_exp(verifier, after, reason):
    """RFC 7519 section 4.1.4: on `exp` it is over."""
    checked, token = verifier
    with freeze_time(NOON + timedelta(seconds=after), real_asyncio=True):
        if reason is None:
            assert (await checked.authenticate(token)).subject == "user:ada"
            return
        with pytest.raises(NotAuthenticated) as caught:
            await checked.authenticate(token)
    assert caught.value.reason == reason


def policies(tmp_path, **platform):
    """A policy set whose platform files are given."""
    acme, shared = tmp_path / "tenants" / "acme", tmp_path / "platform"
    acme.mkdir(parents=True)
    shared.mkdir()
    (tmp_path / "model.conf").write_text(MODEL)
    (acme / "policy.csv").write_text(
        "g, user:ada, role:agent, acme\np, role:agent, acme, stage, p/s, run, allow\n"
    )
    for name, text in platform.items():
        (shared / f"{name}.csv").write_text(text)
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return PolicySet.load(tmp_path)


ASKED = AccessRequest(
    sub="user:ada", ten="acme", own="acme", kind="stage", obj="p/s", act="run", roles=()
)


def test_a_suspension_ends_at_its_moment(tmp_path):
    """Suspended until one o'clock: denied at a second to one, permitted at one; kept answers too."""
    with freeze_time(NOON) as clock:
        rules = policies(
            tmp_path, suspended=f"user:ada, under review, {int(NOON.timestamp()) + 3600}\n"
        )
        assert not rules.problems
        assert rules.decide(ASKED).reason == "suspended"
        clock.move_to(NOON + timedelta(minutes=59, seconds=59))
        assert rules.decide(ASKED).reason == "suspended"
        clock.move_to(NOON + timedelta(hours=1))
        assert rules.decide(ASKED).permitted
        clock.move_to(NOON)  # a clock stepped back suspends nobody again, and revives nothing
        assert rules.decide(ASKED).permitted


async def test_a_run_ends_when_its_token_does(verifier, tmp_path):
    """Between two stages the calendar moves past `exp`: the second one does not run."""
    checked, token = verifier
    ran = []
    with freeze_time(NOON, real_asyncio=True) as clock:
        guard = Guard(
            authenticator=checked, decisions=policies(tmp_path / "policies"),
            inspector=OffLoopInspector(Redactor(), Vault()), log=UnsafeMemoryLog(),
        )  # fmt: skip

        async def first(ctx):
            ran.append("s")
            clock.tick(3600)
            return StageOutput.ok()

        async def second(ctx):
            ran.append("late")
            return StageOutput.ok()

        pipeline = (
            Pipeline(name="p")
            .with_stage("s", first, StageKind.WORK)
            .with_stage("late", second, StageKind.WORK, dependencies=("s",))
        )
        async with guard.session(token):
            with pytest.raises(NotAuthenticated) as caught:
                await guard.mount(pipeline).run(input_text="")
    assert caught.value.reason == "expired" and ran == ["s"]
