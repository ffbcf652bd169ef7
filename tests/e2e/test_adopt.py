"""`init --adopt`: a trial that weakens nothing, on a real pipeline."""

from __future__ import annotations

import importlib
import sys
import textwrap

import pytest

from stageflow_guard import Guard
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import main
from stageflow_guard.errors import AccessDenied, NotAuthenticated
from stageflow_guard.policy import PolicySet
from stageflow_guard.testing import IdentityProvider

APP = """
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

class Stage:
    kind = StageKind.TRANSFORM
    async def execute(self, ctx):
        return StageOutput.ok(done=True)

def build():
    return Pipeline(name="support").with_stage("intake", Stage(), StageKind.TRANSFORM).with_stage(
        "answer", Stage(), StageKind.TRANSFORM, dependencies=("intake",))
"""


@pytest.fixture
def app(tmp_path, monkeypatch):
    """A user's module in the current folder, and what `init --adopt` wrote beside it."""
    (tmp_path / "their_app.py").write_text(textwrap.dedent(APP))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("their_app", None)
    assert main(["init", ".", "--adopt", "their_app:build", "--tenant", "acme"]) == 0
    yield tmp_path
    sys.modules.pop("their_app", None)


async def run(path, idp, **claims):
    async with Guard.load(path / "guard.toml") as guard:
        guarded = guard.mount(importlib.import_module("their_app").build(), name="support")
        async with guard.session(idp.mint(**{"sub": "ada", "tenant": "acme", **claims})):
            return await guarded.run(input_text="hi")


def records(path):
    found = [r for _, r in iter_records(path / "audit")]
    return [r for r in found if r["kind"] == "decision"]


async def test_every_subject_of_the_tenant_runs_and_the_strict_set_is_in_the_shadow(app):
    """Permitted by the trial, on record with what the strict policies would have said."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(app / "jwks.json")
    assert (await run(app, idp))["answer"].data["done"]
    for record in records(app):
        assert (record["reason"], record["note"]) == (
            "trial", {"shadow": "deny (no_matching_rule)"},
        )  # fmt: skip
    assert (await run(app, idp, roles=["member"]))["answer"].data["done"]
    assert "note" not in records(app)[-1]


async def test_a_trial_weakens_no_other_check(app):
    """No token, another tenant, another act: refused during the trial, too; it ends by itself."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(app / "jwks.json")
    with pytest.raises(AccessDenied, match="unknown_tenant"):
        await run(app, idp, tenant="globex")
    stranger = IdentityProvider("https://id.example")
    with pytest.raises(NotAuthenticated):
        await run(app, stranger)
    token = idp.mint(sub="ada", tenant="acme")
    others = [
        ("stage", "support/answer", "reveal"),
        ("data", "x", "read"),
        ("stage", "other/x", "run"),
    ]
    async with Guard.load(app / "guard.toml") as guard, guard.session(token):
        for kind, obj, act in others:
            with pytest.raises(AccessDenied):
                await guard.authorize(kind=kind, obj=obj, act=act, owner="acme")
    trial = (app / "policies/platform/trials.csv").read_text()
    year = trial.rpartition(", ")[2][:4]
    (app / "policies/platform/trials.csv").write_text(
        "trial, acme, stage, support/*, run, 2020-01-01T00:00:00Z, 2020-01-15T00:00:00Z\n"
    )
    assert int(year) > 2020
    with pytest.raises(AccessDenied, match="no_matching_rule"):
        await run(app, idp)


def test_both_sets_hold_and_replay_lists_what_will_change(app, capsys):
    """lint, tests and mutation of what was written; the strict one has no trial."""
    for folder in ("policies", "policies-strict"):
        assert main(["policy", "lint", "--path", folder]) == 0
        assert main(["policy", "test", "--mutate", "--coverage", "100", "--path", folder]) == 0
    assert PolicySet.load("policies").grants and not PolicySet.load("policies-strict").grants
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--adopt", "their_app"], "module:attribute"),
        (["--adopt", "no_such:x"], "cannot be loaded"),
        (["--adopt", "sys:path"], "no pipeline"),
        (["--adopt", "their_app:build", "--tenant", "../x"], "cannot be a tenant"),
        (["--adopt", "their_app:build", "--days", "61"], "60 days"),
    ],
)
def test_what_cannot_be_adopted_is_said(app, tmp_path, capsys, words, said):
    """Exit 2 with the reason."""
    assert main(["init", str(tmp_path / "new"), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_child_that_is_adopted_too_is_not_denied(app, tmp_path, capsys):
    """`--adopt` again for each child: its stages and its spawning are in the trial and the tables."""
    (app / "child_app.py").write_text(
        (app / "their_app.py").read_text().replace("support", "lookup")
    )
    try:
        words = ["--adopt", "their_app:build", "--adopt", "child_app:build", "--tenant", "acme"]
        assert main(["init", str(tmp_path / "two"), *words]) == 0
    finally:
        sys.modules.pop("child_app", None)
    policies = PolicySet.load(tmp_path / "two" / "policies")
    grants = {(g.kinds[0], g.obj, g.acts[0]) for g in policies.grants}
    child = next(obj for kind, obj, _ in grants if kind == "pipeline")
    assert ("pipeline", child, "spawn") in grants and ("stage", f"{child}/*", "run") in grants
    for folder in ("policies", "policies-strict"):
        path = str(tmp_path / "two" / folder)
        assert main(["policy", "test", "--mutate", "--coverage", "100", "--path", path]) == 0
    assert (
        main(
            [
                "init",
                str(tmp_path / "same"),
                "--adopt",
                "their_app:build",
                "--adopt",
                "their_app:build",
            ]
        )
        == 2
    )


async def test_a_replay_of_a_run_that_streamed_changes_nothing(app, capsys):
    """What a port let out rests on its stage's permit: no line is about it, none is missed."""
    from stageflow.api import Pipeline
    from stageflow.core import StageKind, StageOutput
    from stageflow.stages.ports import LLMPorts

    async def answer(ctx):
        await ctx.inputs.ports.send_token("hello")
        return StageOutput.ok(done=True)

    async def heard(text):
        pass

    idp = IdentityProvider("https://id.example")
    idp.write_jwks(app / "jwks.json")
    async with Guard.load(app / "guard.toml") as guard:
        pipeline = Pipeline(name="support").with_stage("answer", answer, StageKind.TRANSFORM)
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            await guard.mount(pipeline).run(input_text="hi", ports=LLMPorts(send_token=heard))
    assert "port:send_token" in {one["resource"] for one in records(app)}
    assert main(["policy", "replay"]) == 0
    assert capsys.readouterr().out == (
        "0 of 1 recorded decisions change (0 permits become denials)\n"
    )
