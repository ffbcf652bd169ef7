"""A step that no policy line permits is named when it is mounted, not at the first refusal."""

from __future__ import annotations

import calendar
import logging

import pytest

from stageflow_guard import Guard
from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.cli import main
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.analysis.who_can import nobody_may

STAGES = ("intake", "answer", "audit")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The current folder: acme's lines know `support/intake`, globex's `support/answer`, too."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    for tenant in ("acme", "globex"):
        lines = [
            f"g, claim:agent, role:agent, {tenant}",
            f"p, role:agent, {tenant}, stage, support/intake, run, allow",
        ]
        if tenant == "globex":
            lines.append("p, role:agent, globex, stage, support/answer, run, allow")
        (tmp_path / f"policies/tenants/{tenant}/policy.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def add(home, *lines):
    with (home / "policies/tenants/acme/policy.csv").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def stageflow():
    from stageflow.api import Pipeline
    from stageflow.core import StageKind, StageOutput

    async def body(ctx):
        return StageOutput.ok()

    made = Pipeline(name="support")
    for name in STAGES:
        made = made.with_stage(name, body, StageKind.TRANSFORM)
    return made


def langgraph():
    from langgraph.graph import START, StateGraph

    made = StateGraph(dict)
    for name in STAGES:
        made.add_node(name, lambda state: state)
        made.add_edge(START, name)
    return made


def warned(caplog):
    return [one.getMessage() for one in caplog.records if "no policy line" in one.getMessage()]


@pytest.mark.parametrize("made", [stageflow, langgraph])
def test_a_mount_names_the_steps_that_nobody_may_run(home, caplog, made):
    """One warning with each of them; none for those that some role of some tenant may run."""
    caplog.set_level(logging.WARNING)
    guard = Guard.load("guard.toml")
    guard.mount(made(), name="support")
    (said,) = warned(caplog)
    assert "stage `support/audit` (run)" in said
    assert "support/intake" not in said and "support/answer" not in said
    caplog.clear()
    guard.mount(made(), name="desk")
    (said,) = warned(caplog)
    assert all(f"`desk/{stage}`" in said for stage in STAGES)
    caplog.clear()
    add(home, "p, role:agent, acme, stage, support/audit, run, allow")
    Guard.load("guard.toml").mount(made(), name="support")
    assert warned(caplog) == []


def test_a_mount_for_each_request_warns_once_for_each_revision(home, caplog):
    """A pipeline that is built anew each time has the same name; other policies are asked again."""
    guard = Guard.load("guard.toml")
    for _ in range(5):
        guard.mount(stageflow(), name="support")
    assert len(warned(caplog)) == 1
    add(home, "p, role:agent, acme, stage, support/audit, reveal, allow")
    guard._pep.decisions.swap(PolicySet.load("policies"))
    for _ in range(5):
        guard.mount(stageflow(), name="support")
    assert len(warned(caplog)) == 2


def test_what_fails_in_a_warning_stops_no_mount(home, monkeypatch):
    """It is no decision: whatever a decision point raises when it is asked, the mount stands."""
    guard = Guard.load("guard.toml")

    def broken(_self, _questions):
        raise RuntimeError("broken")

    monkeypatch.setattr(type(guard._pep.decisions), "nobody_may", broken)
    assert guard.mount(stageflow(), name="support") is not None


def test_a_long_list_is_cut_and_a_name_obeys_no_terminal(home, caplog):
    """Ten are named; what a name holds is shown, never obeyed."""
    from stageflow_guard.hosts.rights import warn_of_what_nobody_may

    guard = Guard.load("guard.toml")
    warn_of_what_nobody_may(guard._pep, [("tool", f"\x1b[31m{n}", "call") for n in range(12)])
    (said,) = warned(caplog)
    assert said.isprintable() and "and 2 more" in said


QUESTIONS = [("stage", "support/audit", "run"), ("stage", "support/*", "bytes"),
             ("tool", "mail", "call")]  # fmt: skip


@pytest.mark.parametrize("lines", [
    [], ["p, role:agent, acme, stage, support/audit, run, deny"],
    ["p, role:agent, acme, stage, support/audit, reveal, allow"],
    ["p, role:agent, acme, data, mail, read, allow"],
])  # fmt: skip
def test_what_no_line_allows_nobody_may(home, lines):
    """A deny, another act, another kind permit nothing."""
    add(home, *lines)
    assert nobody_may(PolicySet.load("policies"), QUESTIONS) == QUESTIONS


def test_any_line_of_any_tenant_or_trial_is_enough(home):
    """A pattern over the object, an object below a pattern, a trial of the tenant."""
    add(home, "p, role:agent, acme, stage, support/*, run, allow",
        "p, role:agent, acme, stage, support/scan, bytes, allow")  # fmt: skip
    assert nobody_may(PolicySet.load("policies"), QUESTIONS) == QUESTIONS[2:]
    trials = home / "policies/platform/trials.csv"
    trials.write_text("trial, acme, tool, mail, call, 2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z\n")
    trials.chmod(0o644)
    for month, left in ((1, []), (3, QUESTIONS[2:])):
        found = PolicySet.load("policies")
        now = calendar.timegm((2026, month, 1, 0, 0, 0))
        found.clock = NeverBackClock(Clock(wall=lambda now=now: now))
        assert nobody_may(found, QUESTIONS) == left


def test_lint_notes_a_deny_that_no_mount_asks_about(home):
    """`pipeline, lookup, spawn, deny` stops no child that is mounted: a note, not a fault."""
    add(home, "p, role:agent, acme, pipeline, lookup, spawn, deny",
        "p, role:agent, acme, pipeline, page, spawn, allow")  # fmt: skip
    found = [one for one in lint(PolicySet.load("policies")) if one.code == "asked_by_code"]
    assert [(one.level, one.where.startswith("tenants/acme/")) for one in found] == [("note", True)]
