"""What casbin does to those who trust it: each construct is refused, or harmless."""

from __future__ import annotations

import threading
import time
import tracemalloc

import pytest

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.prove import structural
from stageflow_guard.policy.engine.rules import MODEL

GOOD = "g, user:ada, role:admin, acme\np, role:admin, acme, data, doc/*, read, allow\n"
OTHER = "g, user:dan, role:admin, globex\np, role:admin, globex, data, doc/*, read, allow\n"


def ask(sub="user:ada", ten="acme", own=None, kind="data", obj="doc/1", act="read", roles=()):
    return AccessRequest(
        sub=sub, ten=ten, own=ten if own is None else own, kind=kind, obj=obj, act=act, roles=roles
    )


@pytest.fixture
def policies(policy_folder):
    """Two tenants, one admin each."""
    policy_folder.write("tenants/acme/policy.csv", GOOD)
    policy_folder.write("tenants/globex/policy.csv", OTHER)
    return policy_folder


# -- leaks by lines: what casbin drops, cuts or reads as something else --------------------------------

DENY = "p, role:admin, acme, data, doc/secret, read, deny"
LINES = {
    "Deny": DENY[:-4] + "Deny",
    "deny with a comment behind it": DENY + " # until May",
    "dney": DENY[:-4] + "dney",
    "a byte order mark that drops the first line": "\ufeff" + DENY,
    "an unknown line type": "P" + DENY[1:],
    "a line type of casbin's own, p2": "p2" + DENY[1:],
    "a g line too long, cut in silence": "g, user:bob, role:admin, acme, globex",
    "a g line without tenant": "g, user:bob, role:admin",
    "g2": "g2, user:bob, role:admin, acme",
    "a p line too short": "p, role:admin, acme, data, doc/1, read",
    "a p line too long": DENY + ", deny",
    "a comma in a name": "g, user:bob,x, role:admin, acme",
    "quotes": 'g, "user:bob", role:admin, acme',
    "a bare name": "g, bob, role:admin, acme",
    "a no-break space that casbin strips": "g, user:bob\u00a0, role:admin, acme",
    "a zero-width space": "g, user:b\u200bob, role:admin, acme",
    "a bidi override": "g, user:\u202ebob, role:admin, acme",
    "a vertical tab, where splitlines splits": "# note\x0bp, role:admin, acme, data, *, read, allow",
    "a form feed": "# note\x0cp, role:admin, acme, data, *, read, allow",
    "NEL": "# note\u0085p, role:admin, acme, data, *, read, allow",
    "U+2028": "# note\u2028p, role:admin, acme, data, *, read, allow",
    "a lone return": "# note\rp, role:admin, acme, data, *, read, allow",
    "a NUL": "g, user:bob\x00, role:admin, acme",
    "a decomposed name": "g, user:e\u0301ve, role:admin, acme",
    "a half-width comma": "g\uff0c user:bob, role:admin, acme",
    "a wildcard tenant": "p, role:admin, *, data, doc/1, read, allow",
    "another tenant": "p, role:admin, globex, data, doc/1, read, allow",
    "a pattern inside a segment": "p, role:admin, acme, data, doc/1*, read, allow",
    "a pattern in front": "p, role:admin, acme, data, */doc, read, allow",
    "a regular expression's group that casbin nests": "p, role:admin, acme, data, (a,b)/*, read, allow",
    "..": "p, role:admin, acme, data, doc/../pay, read, allow",
    "a wildcard role": "p, role:*, acme, data, doc/1, read, allow",
    "a wildcard act": "p, role:admin, acme, data, doc/1, *, allow",
    "a wildcard kind": "p, role:admin, acme, *, doc/1, read, allow",
    "a wildcard subject": "g, user:*, role:admin, acme",
    "a role for everybody": "g, *, role:admin, acme",
    "an eval rule": "p, role:admin, acme, data, eval(r.sub), read, allow (1)",
    "a name of a megabyte": "g, user:" + "x" * 1_000_000 + ", role:admin, acme",
    "an empty name": "g, user:, role:admin, acme",
    "an empty role": "p, role:, acme, data, doc/1, read, allow",
    "ten links of roles": "\n".join(f"g, role:r{i}, role:r{i + 1}, acme" for i in range(11)),
    "a hundred and twenty links": "\n".join(f"g, role:r{i}, role:r{i + 1}, acme" for i in range(120)),
    "roles in a circle": "g, role:a, role:b, acme\ng, role:b, role:a, acme",
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_casbin_would_misread_is_refused_with_its_place(policies, name):
    """File and line stand in `problems`; that tenant denies; the other one never notices."""
    policies.write("tenants/acme/policy.csv", GOOD + LINES[name] + "\n")
    found = policies.load()
    assert found.problems[0].file == "tenants/acme/policy.csv"
    assert found.problems[0].line >= 3
    assert len(str(found.problems[0])) < 400
    assert found.decide(ask()).reason == "tenant_policy_invalid"
    assert found.decide(ask("user:dan", "globex")).permitted


def test_a_deny_at_the_end_of_nine_links_counts(policies):
    """The longest chain that is taken loses nothing; one link more is refused (above)."""
    chain = "".join(f"g, role:r{i}, role:r{i + 1}, acme\n" for i in range(8))
    text = "g, user:bob, role:r0, acme\n" + chain
    text += "p, role:r0, acme, data, *, read, allow\np, role:r8, acme, data, pay, read, deny\n"
    policies.write("tenants/acme/policy.csv", text)
    found = policies.load()
    assert not found.problems
    assert found.decide(ask("user:bob", obj="pay")).reason == "explicit_deny"
    assert found.decide(ask("user:bob", obj="doc")).permitted


# -- leaks by requests -------------------------------------------------------------------------------

REQUESTS = {
    "a login named like a role": ask("role:admin"),
    "a login named like a claim": ask("claim:admin"),
    "a bare name": ask("ada"),
    "an empty request, casbin's own probe": AccessRequest(sub="", ten="", own="", kind="", obj="", act=""),
    "an empty subject": ask("user:"),
    "a tenant that registers itself as a pattern": ask(ten="acme*"),
    "a tenant that is everything": ask(ten="*"),
    "the other tenant's resource": ask(own="globex"),
    "an unknown owner": ask(own=""),
    "the other tenant with one's own name": ask(ten="globex"),
    "a tenant in another case": ask(ten="ACME"),
    "a tenant with a space": ask(ten="acme "),
    "_platform": ask(ten="_platform"),
    "a prefix without its boundary": ask(obj="document"),
    "the folder itself": ask(obj="doc"),
    "a relative segment": ask(obj="doc/../pay"),
    "an encoded segment is another object": ask(obj="pay%2f..%2fdoc/1"),
    "a newline in a name": ask("user:ada\np, role:x, acme, data, *, read, allow"),
    "a comma in a name": ask("user:ada, role:admin"),
    "a claim that is a role": ask("user:eve", roles=("role:admin",)),
    "a claim that nobody mapped": ask("user:eve", roles=("admin",)),
    "a claim that is a subject": ask("user:eve", roles=("user:ada",)),
    "a decomposed act": ask(act="re\u0301ad"),
    "an act in another case": ask(act="Read"),
    "a kind that is a pattern": ask(kind="*"),
    "an object of a megabyte": ask(obj="doc/" + "x" * 1_000_000),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_hostile_request_is_denied_with_a_reason(policies, name):
    """Never permitted, never an exception, always a reason."""
    decision = policies.load().decide(REQUESTS[name])
    assert not decision.permitted
    assert decision.reason


class Liar(str):
    """A string that equals everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("user:ada")


@pytest.mark.parametrize("value", [Liar("user:eve"), True, 1, 0.5, b"user:ada", ["user:ada"]])
def test_nothing_but_exact_strings_is_looked_up(policies, value):
    """`str` subclasses and `True == 1` fool a naive cache; here they are no request."""
    found = policies.load()
    assert found.decide(ask()).permitted
    for field in ("sub", "ten", "own", "kind", "obj", "act"):
        assert found.decide(ask(**{field: value})).reason == "malformed_request"


# -- the model -----------------------------------------------------------------------------------------

MODELS = {
    "g without tenant": ("g = _, _, _", "g = _, _"),
    "a forgotten tenant": ("r.ten == p.ten && ", ""),
    "keyMatch": ("r.ten == p.ten", "keyMatch(r.ten, p.ten)"),
    "regexMatch": ("objMatch(r.obj, p.obj)", "regexMatch(r.obj, p.obj)"),
    "keyMatch2": ("objMatch(r.obj, p.obj)", "keyMatch2(r.obj, p.obj)"),
    "globMatch": ("objMatch(r.obj, p.obj)", "globMatch(r.obj, p.obj)"),
    "eval": ("isSubject(r.sub) && ", "eval(p.role) && "),
    "a method of the request's": ("r.act == p.act", "r.act.startswith(p.act)"),
    "some allow is enough": (" && !some(where (p.eft == deny))", ""),
    "priority": ("some(where (p.eft == allow)) && !some(where (p.eft == deny))", "priority(p.eft) || deny"),
    "everything that is not denied": ("some(where (p.eft == allow)) && !some(where (p.eft == deny))", "!some(where (p.eft == deny))"),
    "a superuser": ("m = ", "m = r.sub == 'user:root' || "),
    "a second matcher for EnforceContext": ("[matchers]\n", "[matchers]\nm2 = r.sub == p.role\n"),
    "a second effect": ("[policy_effect]\n", "[policy_effect]\ne2 = some(where (p.eft == allow))\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_another_model_never_starts(policies, name):
    """Refused at start-up, with what it would let through; never half-translated."""
    old, new = MODELS[name]
    assert old in MODEL
    changed = MODEL.replace(old, new, 1)
    policies.write("model.conf", changed)
    with pytest.raises(ConfigError, match="not the shipped model"):
        policies.load()
    assert not structural(changed).holds


# -- files and folders -----------------------------------------------------------------------------------

FILES = {
    "empty": b"",
    "comments only": b"# nothing\n",
    "cut short": GOOD.encode()[:-10],
    "binary": bytes(range(256)),
    "UTF-16": GOOD.encode("utf-16"),
    "Latin-1": "g, user:\xe9, role:admin, acme\n".encode("latin-1"),
    "huge": b"# " + b"x" * (33 * 2**20) + b"\n",
    "half a character": GOOD.encode() + b"\xc3",
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_denies_its_tenant_only(policies, name):
    """A reason stands in `problems`; another tenant is served, a last good file goes on."""
    first = policies.load()
    policies.write("tenants/acme/policy.csv", FILES[name])
    found = policies.load()
    assert found.problems[0].file == "tenants/acme/policy.csv"
    assert found.decide(ask()).reason == "tenant_policy_invalid"
    assert found.decide(ask("user:dan", "globex")).permitted
    again = policies.load(previous=first)
    assert again.decide(ask()).permitted
    assert set(again.stale) == {"acme"}


def test_files_that_are_no_plain_files_are_refused(policies, tmp_path):
    """A link, a folder, a pipe, a file that others may write: that tenant denies."""
    import os

    file = policies.path / "tenants/acme/policy.csv"
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD)
    made = {
        "a link": lambda: file.symlink_to(outside),
        "a folder": lambda: file.mkdir(mode=0o755),
        "a pipe": lambda: os.mkfifo(file, 0o644),
    }
    for name, make in made.items():
        file.unlink()
        make()
        found = policies.load()
        assert "plain" in found.problems[0].reason, name
        assert found.decide(ask("user:dan", "globex")).permitted
        file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()
        file.write_text(GOOD)
    file.chmod(0o666)
    assert "writable by others" in policies.load().problems[0].reason


@pytest.mark.parametrize("name", ["..x", "*", "None", "none", "_platform", "T1", "a b", "é", "-x"])
def test_a_folder_with_a_misleading_name_is_no_tenant(policies, name):
    """Refused with the reason, `T1` beside `t1` as both; other tenants are unaffected."""
    policies.write("tenants/t1/policy.csv", GOOD.replace("acme", "t1"))
    policies.write(f"tenants/{name}/policy.csv", GOOD.replace("acme", name))
    found = policies.load()
    assert found.problems
    assert name not in found.tenants
    assert ("t1" in found.tenants) == (name != "T1")
    assert found.decide(ask()).permitted
    assert not found.decide(ask(ten=name)).permitted


@pytest.mark.parametrize(
    "name",
    ["platform/suspend.csv", "platform/share.csv", "tenants/acme/guardrail.yaml", "catalog.yaml",
     "tenants/acme/policies.csv", "guardrails.yml"],
)  # fmt: skip
def test_a_file_that_nothing_reads_is_named(policies, name):
    """A misspelt suspension or guardrail is not lost in silence."""
    policies.write(name, "x\n")
    (problem,) = policies.load().problems
    assert problem.file == name
    assert "nothing reads this file" in problem.reason
    assert policies.run("lint") == 1


def test_a_folder_name_is_nothing_that_a_terminal_obeys(policies, capsys):
    """An escape sequence in a name is shown, not sent."""
    policies.write("tenants/\x1b[2Jx/policy.csv", GOOD)
    assert policies.run("lint") == 1
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.bars
def test_a_line_of_megabytes_is_refused_before_it_is_split(policies):
    """Thirty million commas cost their bytes, no more."""
    policies.write("tenants/acme/policy.csv", b"," * (30 * 2**20) + b"\n")
    begun = time.perf_counter()
    assert "longer than" in policies.load().problems[0].reason
    assert time.perf_counter() - begun < 2


def test_a_guardrail_for_a_stage_that_cannot_be_is_refused(policies):
    """A pattern that matches nothing would be a rule without effect."""
    policies.write("guardrails.yaml", 'guardrails:\n  - {entity: X, stage: "support/a*"}\n')
    with pytest.raises(ConfigError, match="guardrails.yaml:2"):
        policies.load()


@pytest.mark.bars
def test_a_flood_of_bad_lines_is_bounded(policies):
    """A hundred problems of one file are enough; the loader does not spend minutes on the rest."""
    policies.write("tenants/acme/policy.csv", "nonsense, a, b\n" * 300_000)
    begun = time.perf_counter()
    found = policies.load()
    assert time.perf_counter() - begun < 5
    assert len(found.problems) == 100


# -- availability ------------------------------------------------------------------------------------------


@pytest.mark.bars
def test_the_first_decision_in_a_large_tenant_is_quick(policies):
    """Casbin builds its role graph at the first decision, seconds for 3 000 users; not here."""
    users = "".join(f"g, user:u{i}, role:r{i % 50}, acme\n" for i in range(5000))
    rules = "".join(f"p, role:r{i}, acme, data, doc/{i}/*, read, allow\n" for i in range(50))
    policies.write("tenants/acme/policy.csv", users + rules)
    found = policies.load()
    begun = time.perf_counter()
    assert found.decide(ask("user:u7", obj="doc/7/x")).permitted
    assert time.perf_counter() - begun < 0.05


def test_a_flood_of_unknown_names_is_bounded(policies):
    """Casbin keeps every name it was ever asked about; here a few megabytes are the limit."""
    found = policies.load()
    tracemalloc.start()
    for i in range(150_000):
        found.decide(ask(f"user:nobody{i}", obj=f"doc/{i}"))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 100 * 2**20


@pytest.mark.bars
def test_a_pattern_that_would_run_for_ever_is_a_literal(policies):
    """No regular expression exists in a policy: `(a+)+$` is refused or compared as text."""
    policies.write(
        "tenants/acme/policy.csv", GOOD + "p, role:admin, acme, data, (a+)+$, read, allow\n"
    )
    found = policies.load()
    begun = time.perf_counter()
    assert not found.decide(ask(obj="a" * 2000 + "!")).permitted
    assert time.perf_counter() - begun < 0.05


def test_a_kept_decision_is_of_its_own_snapshot(policies):
    """A reload has no cache to clear: what the old snapshot kept dies with it."""
    first = policies.load()
    assert first.decide(ask()).permitted
    policies.write("platform/suspended.csv", "user:ada, left, never\n")
    second = policies.load(previous=first)
    assert second.decide(ask()).reason == "suspended"
    assert first.decide(ask()).permitted


def test_threads_share_one_snapshot(policies):
    """FastEnforcer mixes up concurrent requests; eight threads here agree with one."""
    found = policies.load()
    asked = [ask(), ask("user:eve"), ask("user:dan", "globex"), ask(own="globex"), ask(obj="x")]
    expected = [policies.load().decide(one).permitted for one in asked]
    wrong = []

    def many():
        for _ in range(2000):
            wrong.extend(
                one for one, right in zip(asked, expected, strict=True)
                if found.decide(one).permitted != right
            )  # fmt: skip

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_there_is_no_switch_that_allows_everything(policies):
    """Casbin has `enable_enforce(False)`; a `PolicySet` has no such thing."""
    names = [name for name in dir(PolicySet) if not name.startswith("_")]
    assert not [n for n in names if n.startswith(("enable", "disable", "set_", "add_"))]
