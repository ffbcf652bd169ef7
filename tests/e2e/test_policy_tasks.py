"""The everyday tasks of who edits policies: each verb does what it says, or changes nothing."""

from __future__ import annotations

import io
import json
import re
import shlex
import time
from pathlib import Path

import pytest

from stageflow_guard.cli import main
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.cases import run_cases
from stageflow_guard.settings import Settings
from stageflow_guard.testing import IdentityProvider

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "policy-tasks.md"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """What `init` writes, as the current folder."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    return tmp_path


def policies():
    return PolicySet.load("policies")


def can(sub, kind="data", obj="ticket/7", act="read", ten="acme", own=None):
    """Return the reason of a decision."""
    return (
        policies()
        .decide(AccessRequest(sub=sub, ten=ten, own=own or ten, kind=kind, obj=obj, act=act))
        .reason
    )


def everything(home):
    """Every policy file as it is."""
    return {
        str(p.relative_to(home)): p.read_bytes()
        for p in (home / "policies").rglob("*")
        if p.is_file()
    }


def test_a_member_comes_and_goes(home, capsys):
    """`member add` gives the role from the next load on, `remove` takes it; comments stay."""
    before = (home / "policies/tenants/acme/policy.csv").read_text()
    assert can("user:dan") == "no_matching_rule"
    assert main(["policy", "member", "add", "user:dan", "agent", "--tenant", "acme"]) == 0
    assert can("user:dan") == "permitted"
    capsys.readouterr()
    assert main(["policy", "member", "list", "--tenant", "acme", "--role", "agent", "--json"]) == 0
    assert "user:dan" in {one["member"] for one in json.loads(capsys.readouterr().out)}
    assert main(["policy", "member", "remove", "user:dan", "--tenant", "acme"]) == 0
    assert (home / "policies/tenants/acme/policy.csv").read_text() == before


REFUSED = {
    "a role that is not there": (["member", "add", "user:x", "agnt", "--tenant", "acme"], "did you mean `role:agent`"),
    "a role of another word": (["member", "add", "user:x", "auditor", "--tenant", "acme"], "; there are role:agent"),
    "a tenant that is not there": (["member", "add", "user:x", "agent", "--tenant", "acmee"], "did you mean `acme`"),
    "a bare name": (["member", "add", "bob", "agent", "--tenant", "acme"], "expected `user:`"),
    "a role as a member": (["member", "add", "role:agent", "agent", "--tenant", "acme"], "expected `user:`"),
    "a name with a comma": (["member", "add", "user:a,b", "agent", "--tenant", "acme"], "expected `user:`"),
    "a member that has it": (["member", "add", "user:bob", "agent", "--tenant", "acme"], "already"),
    "a member that is not there": (["member", "remove", "user:bbo", "--tenant", "acme"], "did you mean `user:bob`"),
    "a share with nobody": (["share", "add", "acme", "globx", "data", "ticket/7", "read", "--until", "2999-01-01T00:00:00Z"], "did you mean `globex`"),
    "a share of an unknown kind": (["share", "add", "acme", "globex", "dta", "ticket/7", "read", "--until", "2999-01-01T00:00:00Z"], "did you mean `data`"),
    "a share without an end": (["share", "add", "acme", "globex", "data", "x", "read", "--until", "never"], "no time"),
    "a share that is not there": (["share", "remove", "acme", "globex", "x"], "no line"),
    "a suspension that is not there": (["tenant", "resume", "user:bob"], "not suspended"),
    "a rename onto another": (["tenant", "rename", "acme", "globex"], "already"),
    "a rename of nobody": (["tenant", "rename", "acmee", "initech"], "no tenant"),
    "a rename to no name": (["tenant", "rename", "acme", "initech."], "cannot be"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_slip_changes_nothing_and_names_what_was_meant(home, capsys, name):
    """Exit 2, one line, every file as it was."""
    words, said = REFUSED[name]
    before = everything(home)
    capsys.readouterr()
    assert main(["policy", *words]) == 2
    error = capsys.readouterr().err
    assert said in error and len(error.splitlines()) == 1
    assert everything(home) == before


def test_a_name_that_is_nearly_another_is_warned_of(home, capsys):
    """It is written all the same: the token may well say so."""
    assert main(["policy", "member", "add", "user:bbo", "agent", "--tenant", "acme"]) == 0
    assert "did you mean `user:bob`" in capsys.readouterr().out
    assert can("user:bbo") == "permitted"


def test_a_share_reaches_one_resource_until_its_end(home, capsys):
    """The grantee's own lines decide; what is not shared stays foreign."""
    assert can("user:ada", own="globex") == "foreign_owner"
    words = [
        "share",
        "add",
        "globex",
        "acme",
        "data",
        "ticket/7",
        "read",
        "--until",
        "2999-01-01T00:00:00Z",
    ]
    assert main(["policy", *words]) == 0
    assert can("user:ada", own="globex") == "permitted"
    assert can("user:ada", obj="ticket/8", own="globex") == "foreign_owner"
    capsys.readouterr()
    assert main(["policy", "share", "list"]) == 0
    assert "until 2999-01-01T00:00:00Z" in capsys.readouterr().out
    assert main(["policy", "share", "remove", "globex", "acme", "ticket/7"]) == 0
    assert can("user:ada", own="globex") == "foreign_owner"


APPROVERS = "p, role:officer, acme, policy, break-glass, approve, allow\n" + "".join(
    f"g, user:{name}, role:officer, acme\n" for name in ("olga", "omar", "eve")
)


IDP = IdentityProvider("https://id.example")


@pytest.fixture
def officers(home):
    """Three people of acme may approve break-glass; their provider is the test's."""
    file = home / "policies/tenants/acme/policy.csv"
    file.write_text(file.read_text() + APPROVERS)
    IDP.write_jwks(home / "jwks.json")
    return home


def token(name, **claims):
    """Return a person's token; text that holds a dot is one already."""
    return name if "." in name else IDP.mint(sub=name, **{"tenant": "acme", **claims})


@pytest.fixture
def glass(monkeypatch):
    """Run the verb with the approvers' tokens on standard input."""

    def run(
        person="user:eve", approvers=("olga", "omar"), ticket="INC-1", lasts="1h", tenant="acme"
    ):
        lines = "".join(f"{token(one)}\n" for one in approvers)
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        return main([
            "policy", "break-glass", person, "--tenant", tenant, "--kinds", "data,memory",
            "--acts", "read", "--ticket", ticket, "--for", lasts,
        ])  # fmt: skip

    return run


def test_break_glass_gives_one_person_a_right_for_a_time(officers, glass):
    """Two who may approve it, a ticket, an hour; no other subject gains."""
    assert glass() == 0
    assert can("user:eve", obj="secret/7") == "break_glass"
    assert can("user:bob", obj="secret/7") == "no_matching_rule"
    later = time.time() + 3700
    asked = AccessRequest(
        sub="user:eve", ten="acme", own="acme", kind="data", obj="secret/7", act="read"
    )
    assert not policies().decide_at(asked, later).permitted


GLASS = {
    "an approver who may not": ({"approvers": ("olga", "bob")}, "may not approve"),
    "an approver without any role": ({"approvers": ("olga", "zoe")}, "may not approve"),
    "a typed name": ({"approvers": ("olga", "user:omar.")}, "is refused"),
    "a forged token": ({"approvers": ("olga", IDP.forge(sub="omar", tenant="acme"))}, "bad_signature"),
    "an expired token": ({"approvers": ("olga", IDP.mint(sub="omar", tenant="acme", ttl=-600))}, "expired"),
    "an approver of another tenant": ({"approvers": ("olga", IDP.mint(sub="omar", tenant="globex", ttl=7200))}, "may not approve"),
    "approvers of the wrong tenant": ({"tenant": "globex"}, "may not approve"),
    "the same approver twice": ({"approvers": ("olga", "olga")}, "two approvers"),
    "one approver": ({"approvers": ("olga",)}, """got 1: printf '%s\\n%s\\n' "$TOKEN1" "$TOKEN2" | """),
    "three approvers": ({"approvers": ("olga", "omar", "eve")}, "got 3"),
    "the person as approver": ({"person": "user:olga"}, "two approvers"),
    "longer than four hours": ({"lasts": "5h"}, "4 hours"),
    "no span": ({"lasts": "soon"}, "expected `90m`"),
    "a suspended approver": ({}, "may not approve"),
    "a tenant that is not there": ({"tenant": "acmee"}, "did you mean"),
    "no ticket": ({"ticket": ""}, "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", GLASS)
def test_break_glass_needs_two_who_have_the_right_to_approve(officers, glass, capsys, name):
    """By their tokens and the policies in force, not by a typed name; refused, nothing is written."""
    changes, said = GLASS[name]
    if name == "a suspended approver":
        assert main(["policy", "tenant", "suspend", "user:omar", "--reason", "left"]) == 0
    before = everything(officers)
    capsys.readouterr()
    assert glass(**changes) == 2
    error = capsys.readouterr().err
    assert said in error and "eyJ" not in error
    assert everything(officers) == before


def test_an_approval_counts_once(officers, glass, capsys):
    """A ticket that was used gives no second right."""
    assert glass() == 0
    assert glass() == 2
    assert glass(person="user:bob") == 2
    assert "used for a right already" in capsys.readouterr().err
    assert glass(ticket="INC-2") == 0


def test_a_suspension_is_lifted_by_a_verb(home):
    """Whatever the form of the line that made it; others stay."""
    file = home / "policies/platform/suspended.csv"
    file.write_text("# who\nuser:bob\nuser:ada, left, never\n")
    assert can("user:bob") == can("user:ada") == "suspended"
    assert main(["policy", "tenant", "resume", "user:bob"]) == 0
    assert (can("user:bob"), can("user:ada")) == ("permitted", "suspended")
    assert file.read_text() == "# who\nuser:ada, left, never\n"


def test_a_tenant_gets_another_name_everywhere(officers, capsys):
    """Lines, tables, shares, suspensions, guard.toml: the same decisions under the new name."""
    toml = officers / "guard.toml"
    toml.write_text(
        toml.read_text().replace(
            'tenant_claim = "org_id"',
            'tenant_claim = "org_id"\ntenants = { a1 = "acme", g1 = "globex" }',
        )
    )
    assert (
        main(
            [
                "policy",
                "share",
                "add",
                "globex",
                "acme",
                "data",
                "ticket/9",
                "read",
                "--until",
                "2999-01-01T00:00:00Z",
            ]
        )
        == 0
    )
    assert main(["policy", "tenant", "rename", "acme", "acme-eu"]) == 0
    found = policies()
    assert found.tenants == ("acme-eu", "globex") and found.problems == ()
    assert can("user:bob", ten="acme-eu") == "permitted"
    assert can("user:ada", ten="acme-eu", obj="ticket/9", own="globex") == "permitted"
    assert can("user:bob") == "unknown_tenant"
    assert not [f for o in run_cases(found, "policies") for f in o.failures]
    assert Settings.load(toml).auth.issuers[0].tenants == {"a1": "acme-eu", "g1": "globex"}
    assert (officers / "policies" / "removed").is_dir()
    out = capsys.readouterr().out
    assert "keep the old name" in out and "never give the name acme to another" in out


REUSED = {
    "added again": ["tenant", "add", "globex", "--from", "saas"],
    "added in another case": ["tenant", "add", "GLOBEX", "--from", "saas"],
    "taken by another tenant": ["tenant", "rename", "acme", "globex"],
}


@pytest.mark.parametrize("way", [["rename", "globex", "glob"], ["remove", "globex"]])
@pytest.mark.parametrize("again", REUSED)
def test_the_name_that_a_tenant_had_is_no_other_customers(home, capsys, way, again):
    """Records, pseudonyms and keys are under it: a new customer would have them."""
    assert main(["policy", "tenant", *way]) == 0
    before = everything(home)
    capsys.readouterr()
    assert main(["policy", *REUSED[again]]) == 2
    error = capsys.readouterr().err
    assert "was a tenant's name before (`removed/globex." in error and "--same-customer" in error
    assert everything(home) == before


@pytest.mark.parametrize(
    ("way", "back"),
    [(["rename", "globex", "glob"], ["rename", "glob", "globex"]),
     (["remove", "globex"], ["add", "globex", "--from", "saas"])],
)  # fmt: skip
def test_the_customer_that_had_a_name_may_have_it_back(home, way, back):
    """Whoever says that it is the same customer means its records, pseudonyms and keys."""
    assert main(["policy", "tenant", *way]) == 0
    assert main(["policy", "tenant", *back, "--same-customer"]) == 0
    assert "globex" in policies().tenants


def test_a_name_that_only_begins_alike_is_free(home):
    """`globex.eu` had another name than `globex`, and `glob` too."""
    assert main(["policy", "tenant", "rename", "globex", "globex.eu"]) == 0
    assert main(["policy", "tenant", "remove", "globex.eu"]) == 0
    for name in ("glob", "globex.e"):
        assert main(["policy", "tenant", "add", name, "--from", "saas"]) == 0


def test_an_approver_may_have_the_right_by_a_claim(officers, glass):
    """The role of the verified token counts where the tenant's lines say so."""
    file = officers / "policies/tenants/acme/policy.csv"
    file.write_text(file.read_text() + "g, claim:officer, role:officer, acme\n")
    assert glass(approvers=(token("zoe", roles=["officer"]), "olga")) == 0
    assert can("user:eve", obj="secret/7") == "break_glass"


def test_roles_are_listed(home, capsys):
    """With rules and members."""
    capsys.readouterr()
    assert main(["policy", "role", "list", "--tenant", "acme"]) == 0
    assert re.search(r"role:agent +4 rules +2 members +own", capsys.readouterr().out)


def test_the_ten_tasks_of_the_page_run_in_order(home, capsys, monkeypatch):
    """Every command of docs/how-to/policy-tasks.md, one after another, in what `init` wrote."""
    steps = re.findall(
        r"^    (stageflow-guard .*)$|`(p, role:[^`]*)`", PAGE.read_text(), re.MULTILINE
    )
    commands = [command for command, _ in steps if command]
    policy = home / "policies" / "tenants" / "acme" / "policy.csv"
    assert len(re.findall(r"^## [1-9]\d*\. ", PAGE.read_text(), re.MULTILINE)) == 10
    assert len(commands) >= 10
    IDP.write_jwks(home / "jwks.json")
    for command, line in steps:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{token('olga')}\n{token('omar')}\n"))
        if line:  # what the page says to write by hand
            policy.write_text(f"{policy.read_text()}{line}\n")
            continue
        words = [
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
            if w == "TOMORROW"
            else w
            for w in shlex.split(command)[1:]
        ]
        assert main(words) == 0, (command, capsys.readouterr())
    assert policies().problems == ()


SLIPS = {
    "explain": ["policy", "explain", "user:bbo", "data", "ticket/7", "read", "--tenant", "acme"],
    "what-can": ["policy", "what-can", "user:bbo", "--tenant", "acme"],
    "suspend": ["policy", "tenant", "suspend", "user:bbo", "--reason", "left"],
    "member add": ["policy", "member", "add", "user:bbo", "agent", "--tenant", "acme"],
}


@pytest.mark.parametrize("verb", SLIPS)
def test_an_unknown_subject_is_asked_about(home, capsys, verb):
    """`user:bbo`: the answer comes, and with it the likely name."""
    capsys.readouterr()
    assert main(SLIPS[verb]) == 0
    assert "did you mean `user:bob`" in capsys.readouterr().out
    capsys.readouterr()
    other = [word.replace("user:bbo", "user:zoe@example.com") for word in SLIPS[verb]]
    assert main(other) == 0
    assert "did you mean" not in capsys.readouterr().out


def test_the_pages_line_and_its_case_are_as_they_have_to_be_written(home, capsys):
    """Task 5 as somebody pastes it: the case is run, the line is tested, nothing needs a `fmt`."""
    page = PAGE.read_text()
    line = re.search(r"for example `(p, role:analyst, [^`]*)`", page).group(1)
    case = re.search(r"^    (  - \{sub: .*\})$", page, re.MULTILINE).group(1)
    for name, text in (("policy.csv", line), ("policy_test.yaml", case)):
        with (home / "policies/tenants/acme" / name).open("a") as file:
            file.write(f"{text}\n")
    assert main(["policy", "fmt", "--check"]) == 0
    assert main(["policy", "lint"]) == 0
    capsys.readouterr()
    assert main(["policy", "test", "--coverage", "100"]) == 0
    assert "23/23 cases  0 rules untested  ok" in capsys.readouterr().out
