"""What is shipped for policy people: starters, hooks, schemas in the wheel's package."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from stageflow_guard.cli import main, parser
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.cases import load_tables, run_tables
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.analysis.mutate import mutate

ROOT = Path(__file__).parents[2]
SETS = [ROOT / "policies", *sorted((ROOT / "policies" / "starters").iterdir())]


@pytest.mark.parametrize("folder", SETS, ids=lambda p: p.name)
def test_every_shipped_set_holds_to_the_last_line(folder):
    """No finding, every case passes, every rule is reached, every mutant and every g line caught."""
    policies = PolicySet.load(folder)
    assert lint(policies, folder) == []
    tables = load_tables(policies, folder)
    assert not [f for one in run_tables(policies, tables) for f in (*one.failures, *one.unreached)]
    found = mutate(policies, tables)
    assert (found.score, found.survivors) == (1.0, ())
    assert len(found.rules) >= 30
    assert not [one for one in found.links if not one.caught]


@pytest.mark.parametrize("folder", SETS, ids=lambda p: p.name)
def test_every_shipped_set_is_proved_and_canonical(folder):
    """`prove` and `fmt --check` hold."""
    assert main(["policy", "prove", "--path", str(folder)]) == 0
    assert main(["policy", "fmt", "--check", "--path", str(folder)]) == 0


def test_starters_are_no_tenants_of_the_demo():
    """The demo's set loads as it did: two tenants."""
    assert PolicySet.load(ROOT / "policies").tenants == ("acme", "globex")


def test_the_pre_commit_hooks_are_commands():
    """Each hook's entry parses: its verb and flags exist."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {one["id"] for one in hooks} == {
        "policy-fmt",
        "policy-lint",
        "policy-test",
        "policy-prove",
        "pipeline-lint",
    }
    for one in hooks:
        assert one["pass_filenames"] is False
        parser().parse_args(one["entry"].split()[1:])
