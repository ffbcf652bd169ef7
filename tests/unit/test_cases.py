"""Decision tables: the shipped set holds, and a broken table says where."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.cases import load_table, run_cases

SHIPPED = Path(__file__).parents[2] / "policies"


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped set that a test may change."""
    shutil.copytree(SHIPPED, tmp_path / "p")
    return tmp_path / "p"


def test_the_shipped_tables_hold_and_reach_every_rule():
    """Both demo tenants: every case passes, every p line decides at least one of them."""
    outcomes = run_cases(PolicySet.load(SHIPPED), SHIPPED)
    assert [o.tenant for o in outcomes] == ["acme", "globex"]
    assert all(o.cases > 15 and not o.failures and not o.unreached for o in outcomes)


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_every_rule_that_is_deleted_or_flipped_is_caught(copy, tenant):
    """Mutation: no p line can go, or change its effect, without a failing case."""
    file = copy / "tenants" / tenant / "policy.csv"
    lines = file.read_text().split("\n")
    for i, line in enumerate(lines):
        if not line.startswith("p,"):
            continue
        flipped = line.replace(", allow", ", deny") if ", allow" in line else line[:-4] + "allow"
        for mutant in ("# gone", flipped):
            file.write_text("\n".join([*lines[:i], mutant, *lines[i + 1 :]]))
            outcome = next(o for o in run_cases(PolicySet.load(copy), copy) if o.tenant == tenant)
            assert outcome.failures, (line, mutant)


def test_the_verb_says_what_failed_and_where(copy, capsys):
    """`policy test`: exit 1, the case's file and line, and what it got."""
    assert main(["policy", "test", "--path", str(copy)]) == 0
    file = copy / "tenants" / "acme" / "policy.csv"
    file.write_text(
        file.read_text().replace("send_reply, reveal, allow", "send_reply, reveal, deny")
    )
    capsys.readouterr()
    assert main(["policy", "test", "--path", str(copy)]) == 1
    out = capsys.readouterr().out
    assert "policy_test.yaml:6: expected permit, got deny" in out
    assert re.search(r"^acme +20/22 cases .*FAILED$", out, re.MULTILINE)


BROKEN = {
    "not yaml": ("cases: [", r"\.yaml:\d+"),
    "no cases": ("cases: []", "a list that is not empty"),
    "a list": ("- 1", "needs keys"),
    "a missing key": ('cases:\n  - {sub: "user:a", kind: stage, obj: a/b, act: run}', ":2: .*expect"),
    "an unknown key": (
        'cases:\n  - {sub: "user:a", kind: stage, obj: a/b, act: run, expect: deny, wyh: 1}',
        ":2: .*wyh",
    ),
    "a key twice": ("cases:\n  - {sub: a, sub: b}", "twice"),
    "another effect": (
        'cases:\n  - {sub: "user:a", kind: stage, obj: a/b, act: run, expect: maybe}', "permit"),
    "an object": ("cases: !!python/object/apply:os.system [ls]", "yaml"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN, ids=lambda w: w.replace(" ", "_"))
def test_a_broken_table_is_refused_with_its_place(tmp_path, what):
    """A table that cannot be read is an error with file and line, never a table that passes."""
    content, expected = BROKEN[what]
    file = tmp_path / "policy_test.yaml"
    file.write_text(content)
    with pytest.raises(ConfigError, match=expected):
        load_table(file, "acme")


def test_a_case_that_fails_names_the_line_that_decided(tmp_path, capsys, monkeypatch):
    """A share that somebody added explains why a case of yours is permitted now."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    share = ["share", "add", "globex", "acme", "data", "ticket/7", "read", "--until"]
    assert main(["policy", *share, "2999-01-01T00:00:00Z"]) == 0
    capsys.readouterr()
    assert main(["policy", "test"]) == 1
    failed = next(line for line in capsys.readouterr().out.splitlines() if "failed" in line)
    assert "expected deny, got permit; expected reason foreign_owner, got permitted" in failed
    assert "decided by `p, role:supervisor, acme, data, ticket/*, read, allow`" in failed
    assert "ticket/7, read, 2999-01-01T00:00:00Z` (platform/shares.csv:" in failed


@pytest.mark.parametrize("name", ["tenants/acme/policy_test.yaml", "platform/isolation_test.yaml"])
def test_a_broken_table_says_what_follows(copy, capsys, name):
    """It is named, with what it means: no case is run, and no decision rests on it."""
    (copy / name).write_text("cases: [\n")
    assert main(["policy", "test", "--path", str(copy)]) == 2
    err = capsys.readouterr().err
    assert f"{name}:2:1: " in err and "until this is mended, no case of any table is run" in err
