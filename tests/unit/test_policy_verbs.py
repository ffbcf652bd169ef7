"""The verbs for people who edit policies: lint, test, explain, who-can, what-can, diff, fmt, prove."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from stageflow_guard.cli import main
from stageflow_guard.cli.audit_why import evidence
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.diff import diff
from stageflow_guard.policy.analysis.explain import explain
from stageflow_guard.policy.analysis.lint import lint
from stageflow_guard.policy.analysis.markdown import markdown
from stageflow_guard.policy.analysis.who_can import what_can, who_can
from stageflow_guard.policy.edit.fmt import formatted
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.policy.live.revisions import Revisions

SHIPPED = Path(__file__).parents[2] / "policies"
ACME = """\
g, user:ada, role:agent, acme
g, user:bob, role:lead, acme
g, claim:agent, role:agent, acme
g, role:lead, role:agent, acme
p, role:agent, acme, data, ticket/*, read, allow
p, role:agent, acme, data, ticket/secret/*, read, deny
p, role:lead, acme, data, ticket/*, write, allow
"""


class Set:
    """A policy folder that a test writes into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("model.conf", MODEL)
        self.write("tenants/acme/policy.csv", ACME)

    def write(self, name: str, text: str | bytes) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        for one in (self.path, *self.path.rglob("*")):
            one.chmod(0o755 if one.is_dir() else 0o644)

    def load(self) -> PolicySet:
        return PolicySet.load(self.path)

    def run(self, *words: str) -> int:
        return main(["policy", *words, "--path", str(self.path)])


@pytest.fixture
def policies(tmp_path):
    """One tenant, two roles, one inherits the other."""
    return Set(tmp_path / "p")


def ask(sub="user:ada", act="read", obj="ticket/7", kind="data", ten="acme", own=None, roles=()):
    return AccessRequest(sub=sub, ten=ten, own=own or ten, kind=kind, obj=obj, act=act, roles=roles)


# -- lint ------------------------------------------------------------------------------------------

LINT = {
    "a deny covers all of an allow": (
        ACME + "p, role:agent, acme, data, ticket/secret/x, read, allow\n", "unreachable", 8),
    "a wider rule covers a narrower": (
        ACME + "p, role:agent, acme, data, ticket/9, read, allow\n", "shadowed", 8),
    "an inherited rule covers one": (
        ACME + "p, role:lead, acme, data, ticket/x/*, read, allow\n", "shadowed", 8),
    "a rule said twice": (
        ACME + "p, role:agent, acme, data, ticket/*, read, allow\n", "duplicate", 8),
    "a member said twice": (ACME + "g, user:ada, role:agent, acme\n", "duplicate", 8),
    "a role that nobody has": (
        ACME + "p, role:ghost, acme, data, x, read, allow\n", "role_without_members", 8),
    "a role that allows nothing": (ACME + "g, user:eve, role:agnet, acme\n", "role_without_rules", 8),
    "a malformed line": (ACME + "p, role:agent, acme, data, x, raed, allow\n", "not_in_force", 8),
}  # fmt: skip


@pytest.mark.parametrize("what", LINT, ids=lambda w: w.replace(" ", "_"))
def test_lint_names_code_file_and_line(policies, what):
    """What cannot mean what it says is one finding, at its line."""
    text, code, line = LINT[what]
    policies.write("tenants/acme/policy.csv", text)
    found = [f for f in lint(policies.load()) if f.level != "note"]
    assert [(f.code, f.where.split(":")[1]) for f in found] == [(code, str(line))]
    assert policies.run("lint") == 1


def test_lint_is_silent_about_what_is_right(policies, capsys):
    """A clean set holds; the shipped one, too."""
    assert not [f for f in lint(policies.load()) if f.level != "note"]
    assert main(["policy", "lint", "--path", str(SHIPPED)]) == 0
    assert capsys.readouterr().out == "nothing to mend\n"


def test_lint_writes_what_a_code_host_shows(policies, tmp_path, monkeypatch):
    """SARIF 2.1.0: each finding with its level, its file as the repository names it, its line."""
    bad = "p, role:agent, acme, stage, support/*, run, alow\n"
    policies.write("tenants/acme/policy.csv", ACME + bad)
    monkeypatch.chdir(policies.path.parent)
    out = tmp_path / "out.sarif"
    assert main(["policy", "lint", policies.path.name, "--sarif", str(out)]) == 1
    (run,) = json.loads(out.read_text())["runs"]
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    found = [one for one in run["results"] if one["ruleId"] == "not_in_force"]
    assert rules[found[0]["ruleIndex"]] == "not_in_force" and found[0]["level"] == "error"
    place = found[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"{policies.path.name}/tenants/acme/policy.csv"
    lines = (policies.path / "tenants/acme/policy.csv").read_text().splitlines()
    assert lines[place["region"]["startLine"] - 1].endswith("alow")


def test_a_role_without_rules_says_what_was_meant(policies):
    """A typo in a role's name is found without a catalogue."""
    policies.write("tenants/acme/policy.csv", ACME + "g, user:eve, role:agnet, acme\n")
    assert "did you mean `role:agent`" in lint(policies.load())[0].message


def test_a_shared_line_is_dead_only_where_every_importer_says_so(policies):
    """One tenant without members of a shared role is no finding."""
    policies.write("roles/agent.csv", "p, role:agent, tool, mail, call, allow\n")
    policies.write("tenants/acme/policy.csv", ACME + "import, role:agent, acme\n")
    policies.write(
        "tenants/globex/policy.csv",
        "import, role:agent, globex\np, role:x, globex, data, a, read, allow\ng, user:d, role:x, globex\n",
    )
    assert not [f for f in lint(policies.load()) if f.level != "note"]


def test_an_approval_that_no_role_may_give_is_found(policies):
    """`approval: required` without an `approve` line makes the tool unusable."""
    policies.write("catalogue.yaml", "tools:\n  refund: {approval: required}\n")
    line = "p, role:agent, acme, tool, refund, call, allow\n"
    policies.write("tenants/acme/policy.csv", ACME + line)
    assert [f.code for f in lint(policies.load())] == ["nobody_approves"]
    policies.write(
        "tenants/acme/policy.csv", ACME + line + "p, role:lead, acme, tool, *, approve, allow\n"
    )
    assert not lint(policies.load())


CLAIMS = {
    "nearly the role's name": ("agnet", "claim:agent"),
    "a claim of more tenants": ("desk-frnt", "claim:desk-front"),
    "the role's name": ("agent", None), "a plural": ("agents", None), "a capital": ("Agent", None),
    "another number": ("agent2", None), "another word": ("clerk", None),
    "another number of a claim": ("team-2", None),
}  # fmt: skip


@pytest.mark.parametrize("what", CLAIMS)
def test_a_claim_that_is_nearly_a_known_one_is_worth_a_look(policies, what):
    """What tokens say is not known here: a note, never a warning that stops a pipeline."""
    claim, likely = CLAIMS[what]
    acme = ACME.replace("g, claim:agent, role:agent, acme\n", "")
    policies.write("tenants/acme/policy.csv", acme + f"g, claim:{claim}, role:agent, acme\n")
    for tenant in ("globex", "initech"):
        policies.write(
            f"tenants/{tenant}/policy.csv",
            f"g, claim:desk-front, role:agent, {tenant}\ng, claim:team-1, role:agent, {tenant}\n"
            f"p, role:agent, {tenant}, data, x, read, allow\n",
        )
    found = [one for one in lint(policies.load()) if one.code == "doubtful_claim"]
    assert [(one.level, one.where) for one in found] == (
        [("note", "tenants/acme/policy.csv:7:1")] if likely else []
    )
    assert not found or f"is nearly `{likely}`" in found[0].message


def test_rights_that_ended_and_unknown_tenants_are_named(policies):
    """platform/: an expired line is a note, a tenant that is not there a warning."""
    policies.write(
        "platform/shares.csv",
        "share, acme, globx, data, x, read, 2001-01-01T00:00:00Z\n",
    )
    assert [(f.level, f.code) for f in lint(policies.load())] == [
        ("note", "expired"), ("warning", "unknown_tenant"),
    ]  # fmt: skip


# -- explain ---------------------------------------------------------------------------------------


def test_a_permit_is_explained_by_rule_and_role(policies):
    """The line as it reads, and the g lines that give the role, through others too."""
    found = explain(policies.load(), ask("user:bob"))
    assert found.decision.permitted
    assert found.rules == (
        ("tenants/acme/policy.csv:5", "p, role:agent, acme, data, ticket/*, read, allow"),
    )
    assert dict(found.roles)["role:agent"] == (
        "tenants/acme/policy.csv:2", "tenants/acme/policy.csv:4",
    )  # fmt: skip


NEAREST = {
    "another act": (ask(act="write"), "tenants/acme/policy.csv:7", ("role",)),
    "nobody": (ask("user:eve"), "tenants/acme/policy.csv:5", ("role",)),
    "another object": (ask(obj="invoice/7"), "tenants/acme/policy.csv:5", ("object",)),
    "another kind": (ask(kind="memory"), "tenants/acme/policy.csv:5", ("kind",)),
    "a slip in a name": (ask(obj="tikcet/7"), "tenants/acme/policy.csv:5", ("object",)),
}
OTHERS = (
    ACME
    + """\
p, role:lead, acme, stage, support/*, run, allow
p, role:agent, acme, stage, support/intake, run, allow
p, role:agent, acme, stage, support/answer, run, allow
p, role:lead, acme, tool, refund, call, allow
"""
)


@pytest.mark.parametrize("what", NEAREST, ids=lambda w: w.replace(" ", "_"))
def test_a_denial_names_the_nearest_miss_and_its_field(policies, what):
    """Which rule would have matched but for which field."""
    request, where, fields = NEAREST[what]
    miss = explain(policies.load(), request).misses[0]
    assert (miss.where, miss.fields) == (where, fields)


def test_the_callers_own_roles_and_the_closest_name_come_first(policies):
    """A slip in a stage's name leads to that stage, not to what another role may."""
    policies.write("tenants/acme/policy.csv", OTHERS)
    loaded = policies.load()
    slip = explain(loaded, ask(kind="stage", obj="support/anwser", act="run")).misses
    assert [one.where[-2:] for one in slip][:2] == ["10", ":9"]
    (miss, *_) = explain(loaded, ask(kind="tool", obj="refund", act="call")).misses
    assert (miss.fields, "refund, call" in miss.text) == (("role",), True)


NEW = """\
p, role:agent, acme, stage, support/*, run, allow
p, role:agent, acme, stage, supportdesk/answer, run, allow
p, role:lead, acme, stage, triage/*, run, allow
p, role:agent, acme, stage, sales/intake, run, allow
p, role:lead, acme, stage, sales/*, run, allow
"""
# by what is asked: the objects of the two nearest lines, and the fields of the first
IN_ANOTHER_PIPELINE = {
    "sales/answer": (("sales/intake", "sales/*"), ("object",)),  # own role, same pipeline
    "slaes/intake": (("sales/intake", "supportdesk/answer"), ("object",)),  # a slip in it
    "triage/answer": (("triage/*", "supportdesk/answer"), ("role",)),  # nobody's but a lead's
    "desk/answer": (("supportdesk/answer", "sales/intake"), ("object",)),  # no line's at all
}


@pytest.mark.parametrize("asked", IN_ANOTHER_PIPELINE)
def test_the_same_pipeline_comes_before_another_ones_stage_of_that_name(policies, asked):
    """Own roles first, and within them the same pipeline; a like name elsewhere is far off."""
    policies.write("tenants/acme/policy.csv", ACME + NEW)
    found = explain(policies.load(), ask(kind="stage", obj=asked, act="run")).misses
    objects, fields = IN_ANOTHER_PIPELINE[asked]
    assert tuple(one.text.split(", ")[4] for one in found[:2]) == objects
    assert found[0].fields == fields


NOTES = {
    "unknown tenant": (ask(ten="acmee"), "did you mean `acme`"),
    "foreign owner": (ask(own="globex"), "shares.csv"),
    "deny": (ask(obj="ticket/secret/1"), "deny overrides"),
    "no subject": (ask("ada"), "`user:`"),
    "claim": (ask("user:eve", roles=("admin",)), "claim:admin, ..."),
}


@pytest.mark.parametrize("what", NOTES, ids=lambda w: w.replace(" ", "_"))
def test_what_no_rule_can_say_is_said(policies, what):
    """Every reason has its sentence."""
    request, said = NOTES[what]
    assert said in str(explain(policies.load(), request).note)


def test_the_verb_explains_for_people_and_machines(policies, capsys):
    """`explain` opens in an editor; `--json` holds the same."""
    words = ("explain", "user:eve", "data", "ticket/7", "read", "--tenant", "acme")
    assert policies.run(*words) == 0
    out = capsys.readouterr().out
    assert out.startswith("deny  no_matching_rule")
    assert f"nearest  {policies.path}/tenants/acme/policy.csv:5" in out
    assert policies.run(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["effect"], found["nearest"][0]["fields"]) == ("deny", ["role"])


# -- reverse queries -------------------------------------------------------------------------------


def test_who_can_asks_for_every_member(policies):
    """Subjects and claims that may, with the rule; a role is no subject."""
    found = who_can(policies.load(), "acme", kind="data", obj="ticket/7", act="read")
    assert [one.member for one in found] == ["claim:agent", "user:ada", "user:bob"]
    assert not who_can(policies.load(), "acme", kind="data", obj="ticket/secret/7", act="read")


def test_what_can_names_the_exceptions(policies):
    """An allow that a deny cuts into says so; one that nothing is left of is not listed."""
    rights = {(r.act, r.obj): r for r in what_can(policies.load(), "acme", "user:bob")}
    assert set(rights) == {("read", "ticket/*"), ("write", "ticket/*")}
    assert rights["read", "ticket/*"].except_for == (
        ("ticket/secret/*", "tenants/acme/policy.csv:6"),
    )
    policies.write("platform/suspended.csv", "user:bob, left, never\n")
    assert not what_can(policies.load(), "acme", "user:bob")


def test_reverse_queries_agree_with_decisions(policies):
    """Each subject that `who-can` lists is permitted, each other one is denied."""
    found = policies.load()
    members = {"user:ada", "user:bob", "user:eve"}
    for act in ("read", "write"):
        may = {one.member for one in who_can(found, "acme", kind="data", obj="ticket/1", act=act)}
        for member in members:
            assert found.decide(ask(member, act)).permitted == (member in may)


# -- diff ------------------------------------------------------------------------------------------


def test_a_diff_says_who_gained_and_lost_what(policies, tmp_path):
    """Rights, not lines: a deny that comes in is a loss, a reordered file is nothing."""
    old = policies.load()
    other = Set(tmp_path / "q")
    other.write(
        "tenants/acme/policy.csv",
        ACME.replace("ticket/secret/*, read, deny", "ticket/secret/*, read, allow")
        + "p, role:agent, acme, tool, mail, call, allow\np, role:agent, acme, data, ticket/9, read, deny\n",
    )
    found = diff(old, other.load())
    changes = {(c.gained, c.member, c.kind, c.act, c.obj) for c in found.changes}
    assert (True, "user:ada", "tool", "call", "mail") in changes
    assert (True, "user:bob", "data", "read", "ticket/secret/*") in changes
    assert (False, "claim:agent", "data", "read", "ticket/9") in changes
    assert found.summary() == "+6 grants, -3, tenants acme"
    lines = ACME.splitlines(keepends=True)
    other.write("tenants/acme/policy.csv", "".join(reversed(lines)))
    assert not diff(old, other.load())


def test_a_diff_covers_tenants_platform_and_guardrails(policies, tmp_path):
    """New and removed tenants, suspensions, shares, guardrails."""
    other = Set(tmp_path / "q")
    other.write("tenants/globex/policy.csv", ACME.replace("acme", "globex"))
    other.write("platform/suspended.csv", "user:x, left, never\n")
    other.write("guardrails.yaml", "guardrails:\n  - {entity: EMAIL_ADDRESS, action: block}\n")
    found = diff(policies.load(), other.load())
    assert found.added == ("globex",)
    assert found.gained == 4 and not found.lost
    assert [line[:12] for line in found.platform] == ["+ guardrail ", "+ suspended:"]
    assert diff(other.load(), policies.load()).removed == ("globex",)


def test_a_diff_in_markdown_lets_no_markup_through(policies, tmp_path):
    """A name in a policy file is code in a review, never a link or an image."""
    other = Set(tmp_path / "q")
    other.write("tenants/acme/policy.csv", ACME + "g, user:[x](http://e), role:lead, acme\n")
    text = markdown(diff(policies.load(), other.load()))
    assert r"\[x\](http://e)" in text
    assert text.startswith("### Policy change: +2 grants, -0, tenants acme")


def test_the_diff_verb_speaks_three_ways(policies, tmp_path, capsys):
    """Text, JSON, Markdown; `--exit-code` for a check that wants no change."""
    other = Set(tmp_path / "q")
    other.write("tenants/acme/policy.csv", ACME + "g, user:new, role:agent, acme\n")
    sides = (str(policies.path), str(other.path))
    assert main(["policy", "diff", *sides]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "+1 grants, -0, tenants acme"
    assert main(["policy", "diff", *sides, "--json", "--exit-code"]) == 1
    assert json.loads(capsys.readouterr().out)["gained"] == 1
    assert main(["policy", "diff", *sides, "--markdown"]) == 0
    assert "| ➕ | `acme` | user:new |" in capsys.readouterr().out
    assert main(["policy", "diff", sides[0], sides[0], "--exit-code"]) == 0


# -- test, mutate, JUnit -----------------------------------------------------------------------------

CASES = """\
cases:
  - {sub: "user:ada", kind: data, obj: ticket/7, act: read, expect: permit, rule: 5}
  - {sub: "user:ada", kind: data, obj: ticket/secret/1, act: read, expect: deny, rule: 6}
"""


def test_mutation_reports_what_no_case_notices(policies, capsys):
    """A rule that can go, or turn round, is named; the score is the share that is caught."""
    policies.write("tenants/acme/policy_test.yaml", CASES)
    assert policies.run("test") == 0
    assert "untested" in capsys.readouterr().out
    assert policies.run("test", "--mutate", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["mutation"]["score"] == round(4 / 6, 4)
    assert {(m["where"], m["change"]) for m in found["mutation"]["survivors"]} == {
        ("tenants/acme/policy.csv:7", "deleted"), ("tenants/acme/policy.csv:7", "flipped"),
    }  # fmt: skip
    policies.write(
        "tenants/acme/policy_test.yaml",
        CASES
        + '  - {sub: "user:bob", kind: data, obj: ticket/7, act: write, expect: permit, rule: 7}\n',
    )
    assert policies.run("test", "--mutate", "--coverage", "100") == 0
    assert "mutation score 1.000 (6 of 6" in capsys.readouterr().out


def test_coverage_can_be_demanded(policies):
    """`--coverage N` fails below; without it, untested rules are named only."""
    policies.write("tenants/acme/policy_test.yaml", CASES)
    assert policies.run("test", "--coverage", "60") == 0
    assert policies.run("test", "--coverage", "70") == 1
    assert policies.run("test", "--coverage", "101") == 2


def test_junit_is_read_by_any_ci(policies, tmp_path):
    """Suites, cases, failures with file and line; problems are errors."""
    policies.write("tenants/acme/policy_test.yaml", CASES.replace("expect: permit", "expect: deny"))
    policies.write("tenants/bad/policy.csv", "nonsense\n")
    report = tmp_path / "report.xml"
    assert policies.run("test", "--junit", str(report)) == 1
    top = ET.parse(report).getroot()
    suites = {suite.get("name"): suite for suite in top}
    assert suites["files"].get("errors") == "1"
    assert (suites["acme"].get("tests"), suites["acme"].get("failures")) == ("2", "1")
    failure = suites["acme"].find("testcase/failure")
    assert failure is not None and "expected deny, got permit" in str(failure.get("message"))


def test_expiring_rights_are_tested_at_a_time(policies):
    """The platform's own table names tenants, and the clock of a case is its `now`."""
    policies.write("tenants/globex/policy.csv", ACME.replace("acme", "globex"))
    policies.write(
        "platform/shares.csv", "share, globex, acme, data, ticket/9, read, 2026-06-01T00:00:00Z\n"
    )
    case = '  - {{sub: "user:ada", ten: acme, own: globex, kind: data, obj: ticket/9, act: read, now: "{}", expect: {}}}\n'
    policies.write(
        "platform/isolation_test.yaml",
        "cases:\n"
        + case.format("2026-05-31T23:59:59Z", "permit")
        + case.format("2026-06-01T00:00:00Z", "deny"),
    )
    assert policies.run("test") == 0
    policies.write(
        "platform/isolation_test.yaml", "cases:\n" + case.format("2026-06-01T00:00:00Z", "permit")
    )
    assert policies.run("test") == 1


def test_guardrails_have_tables_too(policies):
    """A find and what must happen with it."""
    policies.write("guardrails.yaml", "guardrails:\n  - {entity: EMAIL_ADDRESS, min_score: 0.5}\n")
    table = "guardrails:\n  - {entity: EMAIL_ADDRESS, score: 0.4, expect: %s}\n"
    policies.write("tenants/acme/policy_test.yaml", table % "pass")
    assert policies.run("test") == 0
    policies.write("tenants/acme/policy_test.yaml", table % "redact")
    assert policies.run("test") == 1


def test_forty_tenants_are_one_line_each(policies, capsys):
    """`test --all`: forty lines and the coverage, nothing else."""
    for i in range(39):
        policies.write(f"tenants/t{i}/policy.csv", ACME.replace("acme", f"t{i}"))
    assert policies.run("test", "--all") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 41
    assert sum("rules untested" in line for line in lines) == 40


def test_a_tenant_that_is_not_loaded_is_a_row_that_fails(policies, capsys):
    """Its rules are in no coverage: that is said, and never looks like a full one."""
    policies.write("tenants/globex/policy.csv", "p, role:a, globex\n")
    assert policies.run("test") == 1
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if line.startswith("globex"))
    assert "not loaded" in row and row.endswith("FAILED")
    assert lines[-1].endswith("of rules in force; of 1 not loaded, none is counted")
    assert policies.run("test", "--json") == 1
    assert json.loads(capsys.readouterr().out)["not_loaded"] == ["globex"]
    assert policies.run("test", "--tenant", "globex") == 2
    assert "`policy lint` lists what is to mend" in capsys.readouterr().err


# -- fmt ---------------------------------------------------------------------------------------------


def test_a_role_of_the_token_that_no_line_gives_a_meaning_is_named(policies, tmp_path):
    """`explain` and `audit why` say so, not only that some other role is not held."""
    asked = ask("user:eve", roles=("agnet",))
    said = "the token's role `agnet` has no `g, claim:agnet, ...` line here"
    assert explain(policies.load(), asked).note == said
    two = explain(policies.load(), ask("user:eve", roles=("b", "a"))).note
    assert two == "the token's roles `a`, `b` have no `g, claim:...` lines here"
    log = tmp_path / "audit"
    loaded = policies.load()
    Revisions(f"{log}.policies").keep(loaded.tree)
    record = {
        "decision": "deny", "reason": "no_matching_rule", "tenant": "acme", "owner": "acme",
        "actor": {"subject": "user:eve", "roles": ["agnet"]}, "resource": "data:ticket/7",
        "action": "read", "policy": {"sha256": loaded.revision},
    }  # fmt: skip
    assert evidence(str(log), record)[2] == said
    record["actor"] = {"subject": "user:eve", "roles": ["agent"]}
    assert evidence(str(log), record)[2] is None


def test_fmt_changes_form_and_never_meaning_or_place(policies, capsys):
    """Spaces, Windows line ends, a missing last newline; no line moves."""
    ragged = ACME.replace(", ", ",").replace("\n", "  \r\n")[:-2]
    policies.write("tenants/acme/policy.csv", ragged)
    assert policies.run("fmt", "--check") == 1
    assert policies.run("fmt") == 0
    assert (policies.path / "tenants/acme/policy.csv").read_text() == ACME
    assert policies.run("fmt", "--check") == 0
    assert capsys.readouterr().out.endswith("nothing to change\n")


@pytest.mark.parametrize(
    "content", [b"p\xef\xbb\xbf\n", "a\u00a0b\n".encode(), b"\xff\n", b"a\rb\n"]
)
def test_fmt_mends_nothing_that_hides(policies, content):
    """A mark inside, a no-break space, a lone return: an error with its place, file untouched."""
    policies.write("tenants/acme/policy.csv", content)
    assert policies.run("fmt") == 2
    assert (policies.path / "tenants/acme/policy.csv").read_bytes() == content


@pytest.mark.parametrize("flags", [(), ("--check",)])
@pytest.mark.parametrize(
    ("file", "line"),
    [("tenants/acme/policy.csv", "p, role:agent, acme\n"), ("roles/clerk.csv", "nonsense\n"),
     ("platform/shares.csv", "share, acme\n"), ("platform/suspended.csv", "user:bob\n")],
)  # fmt: skip
def test_fmt_says_that_a_file_has_errors(policies, capsys, flags, file, line):
    """A file in canonical form that is not in force is no "nothing to change", and fails."""
    policies.write(file, line)
    assert policies.run("fmt", *flags) == 1
    out = capsys.readouterr().out
    assert f"{file}:1:" in out and ": error: " in out and "nothing to change" not in out
    assert policies.run("fmt", *flags, "--json") == 1
    assert json.loads(capsys.readouterr().out)["errors"]
    assert (policies.path / file).read_text() == line


def test_fmt_check_does_not_count_what_fmt_mends_as_an_error(policies, capsys):
    """Windows line ends are said once, as form."""
    policies.write("tenants/acme/policy.csv", ACME.replace("\n", "\r\n"))
    assert policies.run("fmt", "--check") == 1
    assert ": error: " not in capsys.readouterr().out


def test_fmt_is_idempotent_and_keeps_comments():
    """What is canonical stays as it is, byte for byte."""
    text = b"# who\n\ng, user:ada, role:agent, acme\n   # indented\n"
    once = formatted(text, "f")
    assert once == b"# who\n\ng, user:ada, role:agent, acme\n# indented\n"
    assert formatted(once, "f") == once


# -- prove -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["structural", "z3", "auto"])
def test_prove_holds_for_the_shipped_model(policies, method, capsys):
    """Exit 0 and seven properties, in milliseconds."""
    assert policies.run("prove", "--method", method, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] and len(found["properties"]) == 7


def test_prove_shows_a_counterexample(policies, capsys):
    """A weaker matcher: exit 1 and what it lets through."""
    policies.write("model.conf", MODEL.replace("r.own == r.ten && ", ""))
    assert policies.run("prove") == 1
    assert "resource that `acme` owns" in capsys.readouterr().out


def test_prove_looks_at_the_lines_too(policies, capsys):
    """A bad line stands in the way of the proof."""
    policies.write("tenants/acme/policy.csv", ACME + "p, role:a, globex, data, x, read, allow\n")
    assert policies.run("prove") == 1
    assert "tenants/acme/policy.csv:8" in capsys.readouterr().out


# -- schemas -----------------------------------------------------------------------------------------


def test_schemas_are_those_of_the_models(capsys):
    """What is shipped is what the models say now."""
    from stageflow_guard.schemas import schemas, text_of

    folder = Path(__file__).parents[2] / "src/stageflow_guard/schemas"
    names = {"catalogue", "flow", "guard", "guardrails", "limits", "test", "tools"}
    assert set(schemas()) == names
    for name, content in schemas().items():
        assert (folder / f"{name}.schema.json").read_text() == text_of(content), (
            "run `stageflow-guard policy schema --out src/stageflow_guard/schemas`"
        )
    assert main(["policy", "schema", "test"]) == 0
    assert json.loads(capsys.readouterr().out)["additionalProperties"] is False


@pytest.mark.parametrize("verb", ["lint", "test", "fmt", "prove"])
def test_a_folder_may_stand_alone(policies, verb):
    """`policy lint FOLDER` is `policy lint --path FOLDER`."""
    assert main(["policy", verb, str(policies.path)]) == 0
    assert main(["policy", verb, str(policies.path / "nothing")]) == 2


def test_usage_errors_are_two(policies, capsys):
    """An unknown tenant or a missing folder is `config_error`, never a traceback."""
    assert policies.run("what-can", "user:ada", "--tenant", "acmee") == 2
    assert "did you mean `acme`" in capsys.readouterr().err
    shutil.rmtree(policies.path)
    assert policies.run("lint") == 2
    assert capsys.readouterr().err.startswith("config_error: ")
