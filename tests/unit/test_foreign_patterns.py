"""Pattern syntax of other casbin functions: such a deny never matches, so lint refuses it."""

from __future__ import annotations

import pytest

from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.analysis.lint import foreign_pattern, holds, lint

FOREIGN = {
    "case/:id/salary": "case/*",
    ":tenant/case": "*",
    "case/{id}/salary": "case/*",
    "case/{id}": "case/*",
    "^case/.+$": "case/*",
    "case/[0-9]+": "case/*",
    "case/?": "case/*",
    "case/a?c": "case/*",
    "case/(open|closed)": "case/*",
    r"case/\d+": "case/*",
    "a/b/{x}/*": "a/b/*",
    "^case": "*",
    "case$": "*",
    "report.{3}": "*",
}
# what holds a `*` inside is refused by the loader already: the whole tenant denies
STARS = ["case/.*", "case*", "*/salary", "a/**/b", "/tenant/1*"]
OURS = [
    "case/7", "case/*", "*", "a.b/c-d", "urn:x:y/z", "file.csv", "a+b", "cost$now/x", "user@example",
    "a{b", "(a)", "v1.2/x",
]  # fmt: skip


@pytest.mark.parametrize("obj", FOREIGN)
def test_lint_refuses_a_pattern_of_another_function_and_names_the_equivalent(policy_folder, obj):
    """An error with the line and what to write; without it the request would be permitted."""
    policy_folder.write(
        "tenants/acme/policy.csv",
        "g, user:ada, role:a, acme\n"
        "p, role:a, acme, data, case/*, read, allow\n"
        f"p, role:a, acme, data, {obj}, read, deny\n",
    )
    policies = policy_folder.load()
    asked = AccessRequest(
        sub="user:ada", ten="acme", own="acme", kind="data", obj="case/7/salary", act="read"
    )
    assert policies.decide(asked).permitted  # which is why lint has to refuse it
    found = [one for one in lint(policies) if one.code == "foreign_pattern"]
    assert [(one.level, one.where) for one in found] == [("error", "tenants/acme/policy.csv:3:1")]
    assert f"`{FOREIGN[obj]}`" in found[0].message
    assert not holds(found)
    assert policy_folder.run("lint") == 1


@pytest.mark.parametrize("obj", STARS)
def test_a_star_inside_an_object_is_no_line_in_force(policy_folder, obj):
    """keyMatch and globMatch: the file is refused with its line, and its tenant denies."""
    policy_folder.write(
        "tenants/acme/policy.csv",
        f"p, role:a, acme, data, x, read, allow\np, role:a, acme, data, {obj}, read, deny\n",
    )
    (problem,) = policy_folder.load().problems
    assert problem.line == 2 and policy_folder.run("lint") == 1


@pytest.mark.parametrize("obj", OURS)
def test_a_name_that_only_looks_alike_passes(obj):
    """Colons, dots, plus signs and single braces are letters."""
    assert foreign_pattern(obj) is None


@pytest.mark.parametrize(
    "sub",
    ["user:u0\x00", "user:u0 ", "user: u0", "user:u,0", 'user:"u0"', "user:u0#", "user:*", "user:u0\n",
     "user:\u200bu0", "user:u0\u00a0", "user:e\u0301", "user:", "role:a", "claim:a", "u0", " user:u0",
     "user:\u202eu0", "USER:u0"],
)  # fmt: skip
def test_a_subject_that_no_line_can_hold_is_denied_before_its_claims_count(policy_folder, sub):
    """Its roles would come from the token alone: malformed, whatever they say."""
    policy_folder.write(
        "tenants/acme/policy.csv",
        "g, claim:agent, role:a, acme\np, role:a, acme, stage, p/s, run, allow\n",
    )
    policies = policy_folder.load()
    asked = AccessRequest(
        sub=sub, ten="acme", own="acme", kind="stage", obj="p/s", act="run", roles=("agent",)
    )
    assert policies.decide(asked).reason == "malformed_request"
    assert policies.decide_at(asked, 0.0).reason == "malformed_request"
    assert policies.decided_by_casbin().decide(asked).reason == "malformed_request"
    assert policies.agrees(asked)


@pytest.mark.parametrize(
    "sub", ["user:ada", "user:auth0|7", "svc:repo:o/r:ref:refs/heads/main", "user:zo\u00eb", "agent:a%20b",
            "user:a@b.example", "user:" + "x" * 500]
)  # fmt: skip
def test_a_subject_that_a_line_can_hold_is_decided(policy_folder, sub):
    """Providers' subjects as they come, percent-encoded ones, letters of every script."""
    policy_folder.write(
        "tenants/acme/policy.csv",
        "g, claim:agent, role:a, acme\np, role:a, acme, stage, p/s, run, allow\n",
    )
    asked = AccessRequest(
        sub=sub, ten="acme", own="acme", kind="stage", obj="p/s", act="run", roles=("agent",)
    )
    assert policy_folder.load().decide(asked).permitted
