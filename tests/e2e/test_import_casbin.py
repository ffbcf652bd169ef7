"""`policy import`: what a casbin administrator brings decides as it did, or is named."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.cli import main
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet

MODEL = """\
[request_definition]
r = sub, dom, obj, act
[policy_definition]
p = sub, dom, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub, r.dom) && r.dom == p.dom && {} && r.act == p.act
"""
EQUAL, KEY = MODEL.format("r.obj == p.obj"), MODEL.format("keyMatch(r.obj, p.obj)")
KEY2 = MODEL.format("keyMatch2(r.obj, p.obj)")
LINES = """\
p, admin, domain1, data1, read, allow
p, admin, domain1, data1, write, allow
p, admin, domain2, data2, read, allow
p, carol, domain1, data9, read, allow
p, intern, domain1, data1, write, deny
g, alice, admin, domain1
g, bob, admin, domain2
g, bob, intern, domain1
g, intern, admin, domain1
"""


@pytest.fixture
def run(tmp_path, capsys):
    """Import a policy; return (exit code, the report)."""

    def go(csv, model, *more):
        (tmp_path / "p.csv").write_text(csv)
        (tmp_path / "m.conf").write_text(model)
        out = tmp_path / f"out{len(list(tmp_path.glob('out*')))}"
        capsys.readouterr()
        words = ["policy", "import", str(tmp_path / "p.csv"), "--model", str(tmp_path / "m.conf")]
        code = main([*words, "--out", str(out), "--json", *more])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else said.err, out

    return go


def asked(folder, sub, obj, act, ten="domain1"):
    return (
        PolicySet.load(folder)
        .decide(AccessRequest(sub=f"user:{sub}", ten=ten, own=ten, kind="data", obj=obj, act=act))
        .permitted
    )


def test_roles_domains_direct_lines_and_denies_come_over(run):
    """Each answer is casbin's own, by thousands of questions; nothing is left out."""
    code, report, out = run(LINES, EQUAL)
    assert (code, report["left"], report["differ"], report["problems"]) == (0, [], [], [])
    assert report["asked"] >= 4000
    assert asked(out, "alice", "data1", "write") and not asked(out, "bob", "data1", "write")
    assert asked(out, "bob", "data1", "read") and asked(out, "carol", "data9", "read")
    assert not asked(out, "alice", "data2", "read", ten="domain2")


def test_a_prefix_becomes_a_pattern_on_a_segment(run):
    """keyMatch's `/case/*` is `case/*`; the leading slash goes."""
    code, report, out = run(
        "p, clerk, acme, /case/*, read, allow\np, clerk, acme, /case/7/salary, read, deny\ng, ada, clerk, acme\n",
        KEY,
    )
    assert (code, report["differ"]) == (0, [])
    assert asked(out, "ada", "case/7", "read", ten="acme")
    assert not asked(out, "ada", "case/7/salary", "read", ten="acme")


WIDER = {
    "keyMatch2": (KEY2, "/case/:id/salary"),
    "keyMatch3": (MODEL.format("keyMatch3(r.obj, p.obj)"), "/case/{id}/salary"),
    "regexMatch": (MODEL.format("regexMatch(r.obj, p.obj)"), "^/case/.+$"),
    "keyMatch inside a segment": (KEY, "/case/7*"),
    "globMatch": (MODEL.format("globMatch(r.obj, p.obj)"), "/case/?"),
}


@pytest.mark.parametrize("name", WIDER)
def test_a_deny_that_has_no_equal_comes_over_wider(run, name):
    """Never narrower, never lost: the row's deny covers at least what it covered. It is listed."""
    model, pattern = WIDER[name]
    code, report, out = run(
        f"p, clerk, acme, /case/7/salary, read, allow\np, clerk, acme, {pattern}, read, deny\ng, ada, clerk, acme\n",
        model,
    )
    assert code == 1
    assert [(one["line"], one["widened"]) for one in report["left"]] == [(2, True)]
    assert not asked(out, "ada", "case/7/salary", "read", ten="acme")


@pytest.mark.parametrize("name", WIDER)
def test_an_allow_that_has_no_equal_is_left_out(run, name):
    """It would permit more than it did: named with its line and what would cover it."""
    model, pattern = WIDER[name]
    code, report, out = run(
        f"p, clerk, acme, /other, read, allow\np, clerk, acme, {pattern}, read, allow\ng, ada, clerk, acme\n",
        model,
    )
    assert code == 1
    (left,) = report["left"]
    assert (left["line"], left["widened"]) == (2, False) and "permits more" in left["why"]
    assert not asked(out, "ada", "case/7/salary", "read", ten="acme")


LEFT = {
    "an act of no kind": ("p, a, acme, x, GET, allow", "--act GET="),
    "a domain that is no tenant": ("p, a, acme*, x, read, allow", "tenant's name"),
    "a quoted field": ('p, a, acme, "x,y", read, allow', "quotes"),
    "a short line": ("p, a, acme, x", "neither"),
    "a grouping of two": ("g, ada, a", "neither"),
    "a comment behind": ("p, a, acme, x, read, allow # note", "`#`"),
    "an effect of another case": ("p, a, acme, x, read, Deny", "effect"),
    "an object with a relative segment": ("p, a, acme, ../x, read, allow", "relative"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_has_no_meaning_here_is_listed_with_its_line(run, name):
    """Nothing is dropped in silence, as casbin's own loader does."""
    line, why = LEFT[name]
    code, report, _ = run(f"p, a, acme, ok, read, allow\n{line}\ng, ada, a, acme\n", EQUAL)
    assert code == 1
    (left,) = [one for one in report["left"] if one["line"] == 2]
    assert why in left["why"]


def test_acts_are_mapped(run):
    """`--act GET=read`: the questions are asked in both languages."""
    code, report, out = run(
        "p, a, acme, x, GET, allow\np, a, acme, x, DELETE, deny\ng, ada, a, acme\n", EQUAL,
        "--act", "GET=read", "--act", "DELETE=delete",
    )  # fmt: skip
    assert (code, report["left"]) == (0, []) and asked(out, "ada", "x", "read", ten="acme")


MODELS = {
    "no domains": EQUAL.replace("sub, dom, obj, act", "sub, obj, act"),
    "roles without domains": EQUAL.replace("g = _, _, _", "g = _, _"),
    "priority": EQUAL.replace(
        "some(where (p.eft == allow)) && !some(where (p.eft == deny))", "priority(p.eft) || deny"
    ),
    "an or": EQUAL.replace("r.act == p.act", '(r.act == p.act || p.act == "*")'),
    "a superuser": EQUAL.replace("r.act == p.act", 'r.act == p.act || r.sub == "root"'),
    "no domain in the matcher": EQUAL.replace("r.dom == p.dom && ", ""),
}


@pytest.mark.parametrize("name", MODELS)
def test_another_model_is_refused(run, name):
    """What cannot be told apart is not converted: exit 2, nothing written."""
    code, error, out = run(LINES, MODELS[name])
    assert code == 2 and error.startswith("config_error: ") and not out.exists()


def test_a_folder_that_holds_something_is_left_alone(run, tmp_path):
    """The import never mixes with what is there."""
    _, _, out = run(LINES, EQUAL)
    before = sorted(out.rglob("*"))
    words = [
        "policy",
        "import",
        str(tmp_path / "p.csv"),
        "--model",
        str(tmp_path / "m.conf"),
        "--out",
        str(out),
    ]
    assert main(words) == 2
    assert sorted(out.rglob("*")) == before
