"""The index against pycasbin: one semantics."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.casbin import Reference
from stageflow_guard.policy.engine.rules import Link, Rule, TenantFile, parse_tenant

POLICIES = Path(__file__).parents[2] / "policies"
ROLES = ["role:a", "role:b", "role:c"]
OBJECTS = ["*", "s/*", "s/x", "s/x/*", "s/xy", "t"]
rules = st.builds(
    Rule, role=st.sampled_from(ROLES), kind=st.sampled_from(["stage", "data"]),
    obj=st.sampled_from(OBJECTS), act=st.sampled_from(["run", "read"]), allow=st.booleans(),
    where=st.just("f:1"),
)  # fmt: skip
members = ["user:u", "user:v", "claim:r", *ROLES]
links = st.builds(
    Link, member=st.sampled_from(members), role=st.sampled_from(ROLES), where=st.just("f:1")
)
requests = st.builds(
    AccessRequest, sub=st.sampled_from(["user:u", "user:v", "role:a", "claim:r", "user:", "x"]),
    ten=st.sampled_from(["t1", "t2"]), own=st.sampled_from(["t1", "t2"]),
    kind=st.sampled_from(["stage", "data"]), obj=st.sampled_from(["s/x", "s/xy", "s", "s/x/y", "t", "*"]),
    act=st.sampled_from(["run", "read"]), roles=st.sampled_from([(), ("r",), ("q",)]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, max_size=8), st.lists(links, max_size=6), st.lists(requests, max_size=40))
def test_the_index_decides_as_pycasbin_does(rules, links, requests):
    """Random rules, hostile requests: no difference."""
    acyclic = tuple(x for x in links if not x.member.startswith("role:") or x.member < x.role)
    tenant = TenantFile("t1", tuple(rules), acyclic)
    mine, reference = PolicySet({"t1": tenant}), Reference(tenant)
    for request in requests:
        assert mine.decide(request).permitted == reference.permits(request), request


BAD = {
    "a misspelt effect": "p, role:a, t, stage, s/x, run, dney",
    "a comment behind a rule": "p, role:a, t, stage, s/x, run, deny # note",
    "an unknown line type": "P, role:a, t, stage, s/x, run, allow",
    "a bare name": "g, ada, role:a, t",
    "another tenant": "p, role:a, other, stage, s/x, run, allow",
    "a missing tenant": "g, user:ada, role:a",
    "an unknown kind": "p, role:a, t, stag, s/x, run, allow",
    "an unknown act": "p, role:a, t, stage, s/x, rum, allow",
    "a pattern inside a segment": "p, role:a, t, stage, s/x*, run, allow",
    "a relative segment": "p, role:a, t, stage, s/../x, run, allow",
    "a bidi character": "p, role:a, t, stage, s/x, run, allow\u202e",
    "a no-break space": "p,\u00a0role:a, t, stage, s/x, run, allow",
    "a line separator": "# x\u2028p, role:a, t, stage, s/x, run, allow",
    "a byte order mark": "\ufeffp, role:a, t, stage, s/x, run, allow",
    "a carriage return": "p, role:a, t, stage, s/x, run, allow\r",
    "a name that is not in form C": "g, user:e\u0301, role:a, t",
    "a tenth link": "\n".join(f"g, role:r{i}, role:r{i + 1}, t" for i in range(11)),
    "a circle": "g, role:a, role:b, t\ng, role:b, role:a, t",
    "nothing": "# only a comment",
}


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_line_is_refused_with_its_place(name):
    """Whatever casbin would drop or misread is a problem with file and line."""
    good = "p, role:a, t, stage, s/x, run, allow\n" if name != "nothing" else ""
    parsed, problems = parse_tenant("t", (good + BAD[name] + "\n").encode(), "f")
    assert parsed is None
    assert problems
    assert str(problems[0]).startswith("f:")


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped policies."""
    shutil.copytree(POLICIES, tmp_path / "p")
    for path in [tmp_path / "p", *(tmp_path / "p").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "p"


ASK = AccessRequest(
    sub="user:ada", ten="acme", own="acme", kind="stage", obj="support/answer", act="run"
)


def test_one_bad_tenant_does_not_touch_another(folder):
    """The bad one denies and stands in `problems`; the other goes on."""
    (folder / "tenants" / "globex" / "policy.csv").write_text("nonsense\n")
    policies = PolicySet.load(folder)
    assert policies.decide(ASK).rules == ("tenants/acme/policy.csv:10",)
    other = AccessRequest(
        sub="user:dan", ten="globex", own="globex", kind="stage", obj="support/answer", act="run"
    )
    assert policies.decide(other).reason == "tenant_policy_invalid"
    assert policies.problems[0].file == "tenants/globex/policy.csv"


CONJUNCTS = [
    "isSubject(r.sub) && ", "r.ten == p.ten && ", "r.own == r.ten && ", "r.kind == p.kind && ",
    "r.act == p.act && ", "objMatch(r.obj, p.obj) && ", " && g(r.sub, p.role, r.ten)",
]  # fmt: skip


@pytest.mark.parametrize("conjunct", CONJUNCTS)
def test_a_weaker_matcher_never_starts(folder, conjunct):
    """Each conjunct deleted from the matcher is a refusal."""
    model = folder / "model.conf"
    text = model.read_text()
    assert conjunct in text
    model.write_text(text.replace(conjunct, ""))
    with pytest.raises(ConfigError, match="model"):
        PolicySet.load(folder)


def test_suspension_overrides_every_rule(folder):
    """A suspended subject is denied, by a line of wrong form too; a file that cannot be read stops."""
    path = folder / "platform" / "suspended.csv"
    path.write_text("user:ada, left, never\n")
    assert PolicySet.load(folder).decide(ASK).reason == "suspended"
    path.write_text("user:ada\n")
    wrong = PolicySet.load(folder)
    assert wrong.decide(ASK).reason == "suspended"
    assert wrong.problems[0].line == 1
    path.write_bytes(b"user:ada, \xff, never\n")
    with pytest.raises(ConfigError, match="suspended"):
        PolicySet.load(folder)


@pytest.mark.parametrize(
    "name", ["_platform", "None", "a b", "ACME", "acme.", "globex.", "con", "Aux.x", "lpt1", "NUL"]
)
def test_a_folder_that_is_no_tenant_denies_only_itself(folder, name):
    """Reserved, misleading and case-colliding folder names are problems."""
    shutil.copytree(folder / "tenants" / "globex", folder / "tenants" / name)
    policies = PolicySet.load(folder)
    assert policies.problems
    assert name not in policies.tenants
