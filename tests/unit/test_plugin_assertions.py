"""The plugin's assertions pass where they should, and fail where they must."""

from __future__ import annotations

import subprocess
import sys

CONFTEST = 'pytest_plugins = ["stageflow_guard.testing.plugin"]\n'
SUITE = """
import logging
import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput


async def echo(ctx):
    return StageOutput.ok(text=ctx.snapshot.input_text)


async def leak(ctx):
    logging.getLogger("app").warning("raw %s", "ada@" + "example.com")
    return StageOutput.ok(n=1)


PIPELINE = Pipeline.from_stages(stage("echo", echo, StageKind.TRANSFORM), name="support")
LEAKY = Pipeline.from_stages(stage("leak", leak, StageKind.TRANSFORM), name="support")


@pytest.mark.asyncio
async def test_runs_and_is_recorded(guarded_pipeline, assert_recorded, assert_no_leak):
    async with guarded_pipeline(PIPELINE) as p:
        results = await p.run("mail ada@example.com")
        assert_recorded("decision", stage="echo", decision="permit", tenant="acme")
        assert_recorded("run_end", outcome="ok")
        assert_no_leak("ada@example.com", results)
        assert len(p.records("decision")) == 1


@pytest.mark.asyncio
async def test_denied_for_another_tenant(guarded_pipeline, as_tenant, assert_denied):
    async with guarded_pipeline(PIPELINE) as p:
        async with assert_denied() as denied:
            async with as_tenant("globex"):
                await p.run("hello")
        assert denied.error.ref


@pytest.mark.asyncio
async def test_fails_nothing_refused(guarded_pipeline, assert_denied):
    async with guarded_pipeline(PIPELINE) as p:
        async with assert_denied():
            await p.run("hello")


@pytest.mark.asyncio
async def test_fails_other_reason(guarded_pipeline, as_tenant, assert_denied):
    async with guarded_pipeline(PIPELINE) as p:
        async with assert_denied("explicit_deny"):
            async with as_tenant("globex"):
                await p.run("hello")


@pytest.mark.asyncio
async def test_fails_not_recorded(guarded_pipeline, assert_recorded):
    async with guarded_pipeline(PIPELINE) as p:
        await p.run("hello")
        assert_recorded("decision", stage="other")


@pytest.mark.asyncio
async def test_fails_leak_in_a_log_line(guarded_pipeline, assert_no_leak):
    async with guarded_pipeline(LEAKY) as p:
        await p.run("hello")
        assert_no_leak("ada@example.com")


def test_fails_leak_in_an_argument(assert_no_leak):
    assert_no_leak("4111", {"a": [ValueError("4111 1111")]})
"""


def test_the_assertions_pass_and_fail_as_they_say(tmp_path):
    """Two tests of the suite pass; five fail, each with its message."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "5 failed, 2 passed" in done.stdout, done.stdout[-3000:]
    for said in (
        "nothing was refused", "not with explicit_deny", "no `decision` with {'stage': 'other'}",
        "a canary of 15 characters stands in log lines", "a canary of 4 characters stands in argument 1",
    ):  # fmt: skip
        assert said in done.stdout
