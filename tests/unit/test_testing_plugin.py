"""The fixtures that a user's suite loads."""

from __future__ import annotations

import subprocess
import sys

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import current_principal
from stageflow_guard.errors import AccessDenied, ConfigError, ContentBlocked

pytest_plugins = ["stageflow_guard.testing.plugin"]


class Who:
    """A stage that says who is calling."""

    name, kind = "answer", StageKind.TRANSFORM

    async def execute(self, ctx):
        who = current_principal()
        return StageOutput.ok(who=f"{who.tenant}/{who.subject}")


PIPELINE = Pipeline(name="support").with_stage("answer", Who(), StageKind.TRANSFORM)


async def run(guard, text="hi"):
    return (await guard.mount(PIPELINE).run(input_text=text))["answer"].data["who"]


async def test_code_inside_runs_as_the_caller_and_is_recorded(temporary_guard):
    """Tenant, subject, roles and scopes are the token's; decision and effect are on record."""
    async with temporary_guard(tenant="acme", roles=["agent"], sub="bob", scopes=["a"]) as g:
        assert await run(g.guard) == "acme/user:bob"
    decision, effect = g.records()
    assert (decision["decision"], decision["tenant"]) == ("permit", "acme")
    assert effect["outcome"] == "ok"
    assert g.records("run_start")
    assert g.token not in repr(g)


async def test_a_caller_without_roles_may_nothing(temporary_guard):
    """Empty means no."""
    async with temporary_guard() as g:
        with pytest.raises(AccessDenied) as caught:
            await run(g.guard)
        assert not g.guard.problems
    assert caught.value.decision.reason == "no_matching_rule"
    assert [r["decision"] for r in g.records()] == ["deny"]


async def test_the_tenant_changes_for_a_block(temporary_guard, as_tenant):
    """A known tenant runs as itself, an unknown one is denied, and then it is the first again."""
    async with temporary_guard(roles=["agent"], tenants=["globex"]) as g:
        async with as_tenant("globex", sub="eve"):
            assert await run(g.guard) == "globex/user:eve"
        async with g.as_tenant("initech"):
            with pytest.raises(AccessDenied) as caught:
                await run(g.guard)
        async with as_tenant("globex", roles=[]):
            with pytest.raises(AccessDenied):
                await run(g.guard)
        assert await run(g.guard) == "acme/user:ada"
    assert caught.value.decision.reason == "unknown_tenant"


def test_as_tenant_needs_a_guard(as_tenant):
    """There is nothing to be another tenant of."""
    with pytest.raises(ConfigError, match="temporary_guard"):
        as_tenant("acme")


async def test_two_guards_stand_side_by_side(temporary_guard, as_tenant):
    """Each has its own log; the tenant changes in the one that was opened last."""
    async with temporary_guard(roles=["agent"]) as outer:
        async with temporary_guard(tenant="globex", roles=["agent"]) as inner:
            assert await run(inner.guard) == "globex/user:ada"
            async with as_tenant("globex", sub="eve"):
                assert await run(inner.guard) == "globex/user:eve"
        assert outer.records() == []
        async with as_tenant("acme", sub="bob"):
            assert await run(outer.guard) == "acme/user:bob"


async def test_settings_of_redaction_are_taken(temporary_guard):
    """`redaction` reaches `[redaction]` as it is."""
    async with temporary_guard(roles=["agent"], redaction={"on_finding": "block"}) as g:
        with pytest.raises(ContentBlocked):
            await run(g.guard, "write to ada@example.com")


async def test_policies_of_the_users_own(temporary_guard, pytestconfig):
    """With `policies`, the files decide, not the fixture."""
    shipped = pytestconfig.rootpath / "policies"
    async with temporary_guard(roles=["agent"], sub="new", policies=shipped) as g:
        assert await run(g.guard) == "acme/user:new"
        async with g.as_tenant("acme", roles=["analyst"], sub="new"):
            with pytest.raises(AccessDenied):
                await run(g.guard)


def test_a_foreign_suite_loads_it_by_name(tmp_path):
    """One line in `conftest.py` is all it takes, with warnings as errors."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["stageflow_guard.testing.plugin"]\n')
    (tmp_path / "test_it.py").write_text(
        "async def test_it(temporary_guard, identity_provider):\n"
        "    async with temporary_guard(tenant='acme', roles=['agent']) as g:\n"
        "        who = await g.guard._pep.authenticator.authenticate(g.token)\n"
        "        assert (who.tenant, set(who.roles)) == ('acme', {'agent'})\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error",
         "-W", "ignore::DeprecationWarning", "-o", "asyncio_mode=auto", "--rootdir=.", "."],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
