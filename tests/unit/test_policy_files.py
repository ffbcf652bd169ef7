"""Policy files beyond a tenant's own lines: catalogue, roles, shares, break-glass, guardrails."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from stageflow_guard.base.clock import Clock, NeverBackClock
from stageflow_guard.cli.reasons import remedy
from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.beyond_rules import BEYOND_RULES, line_would_help
from stageflow_guard.policy.analysis.explain import explain
from stageflow_guard.policy.engine.prove import structural, symbolic
from stageflow_guard.policy.engine.rules import MODEL

ACME = "g, user:ada, role:agent, acme\np, role:agent, acme, data, ticket/*, read, allow\n"
GLOBEX = "g, user:dan, role:agent, globex\np, role:agent, globex, data, ticket/*, read, allow\n"


class Folder:
    """A policy folder that a test writes into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("model.conf", MODEL)
        self.write("tenants/acme/policy.csv", ACME)
        self.write("tenants/globex/policy.csv", GLOBEX)

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for one in (self.path, *self.path.rglob("*")):
            one.chmod(0o755 if one.is_dir() else 0o644)

    def load(self, **more: object) -> PolicySet:
        return PolicySet.load(self.path, **more)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path):
    """Two tenants, one role each."""
    return Folder(tmp_path / "p")


def ask(sub="user:ada", ten="acme", own=None, kind="data", obj="ticket/7", act="read", roles=()):
    return AccessRequest(sub=sub, ten=ten, own=own or ten, kind=kind, obj=obj, act=act, roles=roles)


def utc(offset: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + offset))


def test_a_problem_names_file_line_and_column(folder):
    """An editor opens the place of the field at fault, and the text says what was meant."""
    folder.write(
        "tenants/acme/policy.csv", ACME + "p, role:agent, acme, data, ticket/*, raed, allow\n"
    )
    (problem,) = folder.load().problems
    assert str(problem) == (
        "tenants/acme/policy.csv:3:38: act `raed` is unknown for `data`; did you mean `read`?"
    )


def test_a_catalogue_turns_typos_into_errors(folder):
    """A role or tool that the catalogue does not list is a problem of that tenant alone."""
    folder.write("catalogue.yaml", "roles: [agent]\ntools:\n  mail: {approval: required}\n")
    assert not folder.load().problems
    folder.write("tenants/acme/policy.csv", ACME + "p, role:agnet, acme, tool, mial, call, allow\n")
    found = folder.load()
    assert "did you mean `agent`" in found.problems[0].reason
    assert found.decide(ask()).reason == "tenant_policy_invalid"
    assert found.decide(ask("user:dan", "globex")).permitted


@pytest.mark.parametrize(
    ("text", "expected"),
    [("rolls: [a]\n", "rolls"), ("- a\n", "keys"), ("roles: [a, 1]\n", "roles.1"),
     ("tools:\n  mail:\n    aproval: x\n", ":3: .*aproval"), ("roles: [a]\nroles: [b]\n", "twice"),
     ("a: &x [1]\nb: *x\n", "alias")],
)  # fmt: skip
def test_a_broken_catalogue_never_starts(folder, text, expected):
    """Without known names nothing is safe to answer: an error with file, line and key."""
    folder.write("catalogue.yaml", text)
    with pytest.raises(ConfigError, match=expected):
        folder.load()


def test_a_tenant_imports_a_shared_role(folder):
    """An imported line decides under its own file and line, in the importing tenant only."""
    folder.write(
        "roles/auditor.csv",
        "g, claim:auditor, role:auditor\np, role:auditor, audit, *, read, allow\n",
    )
    folder.write("tenants/acme/policy.csv", ACME + "import, role:auditor, acme\n")
    found = folder.load()
    assert not found.problems
    decision = found.decide(ask("user:x", kind="audit", obj="log", roles=("auditor",)))
    assert decision.rules == ("roles/auditor.csv:2",)
    other = ask("user:x", "globex", kind="audit", obj="log", roles=("auditor",))
    assert not found.decide(other).permitted
    folder.write("roles/auditor.csv", "p, role:other, audit, *, read, allow\n")
    broken = folder.load()
    assert broken.decide(ask()).reason == "tenant_policy_invalid"
    assert broken.decide(ask("user:dan", "globex")).permitted


@pytest.mark.parametrize("reason", sorted(BEYOND_RULES))
def test_explain_and_the_log_say_the_same_of_a_refusal(folder, reason):
    """What no line can change has one text, and no line is called the nearest then."""
    folder.write(
        "tenants/acme/policy.csv", ACME + "p, role:agent, acme, data, secret, read, deny\n"
    )
    folder.write("platform/suspended.csv", f"user:sue, a test, {utc(60)}\n")
    asked = {
        "foreign_owner": ask(own="globex"), "suspended": ask("user:sue"),
        "explicit_deny": ask(obj="secret"),
    }  # fmt: skip
    found = explain(folder.load(), asked[reason])
    assert found.decision.reason == reason
    assert found.note == remedy("access_denied", reason) == BEYOND_RULES[reason]
    assert found.misses == ()
    assert not line_would_help(reason)


def test_a_share_helps_against_foreign_owner_as_is_said(folder):
    """But not who wants to settle another tenant's request."""
    said = remedy("access_denied", "foreign_owner")
    assert said is not None and "`share` line in `platform/shares.csv`" in said
    assert "no line can allow" not in said
    settling = remedy("access_denied", "foreign_owner", "approve")
    assert settling is not None and "share" not in settling


def test_a_share_reaches_one_thing_until_it_ends(folder):
    """A live share is decided by the grantee's policy; an expired or broken one is no share."""
    line = "share, globex, acme, data, ticket/9, read, {}\n"
    folder.write("platform/shares.csv", line.format(utc(60)))
    found = folder.load()
    decision = found.decide(ask(own="globex", obj="ticket/9"))
    assert decision.permitted
    assert "platform/shares.csv:1" in decision.rules
    assert found.decide(ask(own="globex", obj="ticket/8")).reason == "foreign_owner"
    assert found.decide(ask("user:eve", own="globex", obj="ticket/9")).reason == "no_matching_rule"
    assert found.decide(ask("user:dan", "globex", "acme")).reason == "foreign_owner"
    folder.write("platform/shares.csv", line.format(utc(-1)))
    assert folder.load().decide(ask(own="globex", obj="ticket/9")).reason == "foreign_owner"
    folder.write("platform/shares.csv", line.format("soon"))
    found = folder.load()
    assert "no time" in found.problems[0].reason
    assert found.decide(ask(own="globex", obj="ticket/9")).reason == "foreign_owner"


def test_a_kept_decision_ends_with_the_grant_that_it_rests_on(folder):
    """The cache compares the clock at every hit, and a clock stepped back revives nothing."""
    folder.write("platform/shares.csv", "share, globex, acme, data, ticket/9, read, 1000\n")
    found = folder.load()
    now = [990.0]
    found.clock = NeverBackClock(Clock(wall=lambda: now[0]))
    request = ask(own="globex", obj="ticket/9")
    assert found.decide(request).permitted
    assert found.decide(request).permitted
    now[0] = 1000.0
    assert found.decide(request).reason == "foreign_owner"
    now[0] = 990.0
    assert found.decide(ask(own="globex", obj="ticket/9")).reason == "foreign_owner"


GLASS = "breakglass, user:eve, acme, data|stage, read|run, INC-1, user:b, user:c, {}, {}\n"


def test_break_glass_opens_one_tenant_for_one_person_and_is_loud(folder):
    """The reason says break_glass; other people, tenants and acts are as before."""
    folder.write("platform/breakglass.csv", GLASS.format(utc(-60), utc(3600)))
    found = folder.load()
    decision = found.decide(ask("user:eve"))
    assert decision.permitted
    assert (decision.reason, decision.rules) == ("break_glass", ("platform/breakglass.csv:1",))
    assert not found.decide(ask("user:eve", act="write")).permitted
    assert not found.decide(ask("user:eve", "globex")).permitted
    assert not found.decide(ask("user:eve", own="globex")).permitted
    assert not found.decide(ask("user:mallory")).permitted


def test_a_deny_line_holds_against_break_glass(folder):
    """Deny overrides, temporary rights included."""
    folder.write("platform/breakglass.csv", GLASS.format(utc(-60), utc(3600)))
    folder.write(
        "tenants/acme/policy.csv",
        ACME + "g, user:eve, role:out, acme\np, role:out, acme, data, ticket/*, read, deny\n",
    )
    assert folder.load().decide(ask("user:eve")).reason == "explicit_deny"


@pytest.mark.parametrize(
    ("line", "expected"),
    [(GLASS.format("1000", "15401"), "4 hours"), (GLASS.format("1000", "1000"), "4 hours"),
     (GLASS.replace("user:c", "user:b").format("1", "2"), "two approvers"),
     (GLASS.replace("user:b", "user:eve").format("1", "2"), "two approvers"),
     (GLASS.replace("INC-1", "").format("1", "2"), "ticket"),
     (GLASS.replace("read|run", "raed").format("1", "2"), "did you mean"),
     (GLASS.replace("data|stage", "*").format("1", "2"), "kind")],
)  # fmt: skip
def test_a_break_glass_line_needs_all_of_it(folder, line, expected):
    """Two other approvers, a ticket, known names, an end within four hours: or no grant at all."""
    folder.write("platform/breakglass.csv", line)
    found = folder.load()
    assert expected in found.problems[0].reason
    assert not found.grants


def test_a_bad_file_after_a_good_one_keeps_the_last_good(folder):
    """A reload never takes a tenant down: its last good lines stay, and say since when."""
    first = folder.load()
    folder.write("tenants/acme/policy.csv", "nonsense\n")
    second = folder.load(previous=first)
    assert second.decide(ask()).permitted
    assert set(second.stale) == {"acme"}
    assert second.revision == first.revision
    third = folder.load(previous=second)
    assert third.stale == second.stale
    folder.write("tenants/acme/policy.csv", ACME)
    assert not folder.load(previous=third).stale


def test_a_reload_compiles_only_what_changed(folder):
    """The index of a tenant whose files are the same is the same object."""
    first = folder.load()
    folder.write("tenants/acme/policy.csv", ACME + "p, role:agent, acme, data, x, read, allow\n")
    second = folder.load(previous=first)
    assert second.index("globex") is first.index("globex")
    assert second.index("acme") is not first.index("acme")
    assert second.decide(ask(obj="x")).permitted
    assert not first.decide(ask(obj="x")).permitted


def test_guardrails_of_a_tenant_may_only_tighten(folder):
    """Blocking more is taken; a looser rule is a problem, and until it is mended all is blocked."""
    folder.write(
        "guardrails.yaml",
        "guardrails:\n  - {entity: EMAIL_ADDRESS, min_score: 0.4, allow: [help@acme.example]}\n",
    )
    folder.write(
        "tenants/acme/guardrails.yaml",
        "guardrails:\n  - {entity: EMAIL_ADDRESS, action: block}\n",
    )
    rails = folder.load().guardrails

    def verdict(tenant, **changes):
        about = {
            "entity": "EMAIL_ADDRESS",
            "score": 0.9,
            "text": "a@b.example",
            "direction": "input",
        }
        return rails.verdict(tenant, **{**about, **changes}).action

    assert (verdict("acme"), verdict("globex")) == ("block", "redact")
    assert verdict("globex", text="help@acme.example") == "pass"
    assert verdict("globex", score=0.3) == "pass"
    assert verdict("globex", entity="US_SSN") == "redact"
    folder.write(
        "tenants/acme/guardrails.yaml",
        "guardrails:\n  - {entity: EMAIL_ADDRESS, min_score: 0.8}\n",
    )
    loose = folder.load()
    assert "min_score" in loose.problems[0].reason
    rails = loose.guardrails
    assert verdict("acme", entity="US_SSN") == "block"


@pytest.mark.parametrize("prove", [structural, symbolic], ids=["structural", "z3"])
def test_the_shipped_matcher_is_proved_for_every_policy_file(prove):
    """No request of another tenant, owner, kind, act, object or without the role is admitted."""
    proof = prove(MODEL)
    assert proof.holds, proof.counterexample
    assert len(proof.properties) == 7


@pytest.mark.parametrize("prove", [structural, symbolic], ids=["structural", "z3"])
@pytest.mark.parametrize(
    "conjunct",
    ["isSubject(r.sub) && ", "r.ten == p.ten && ", "r.own == r.ten && ", "r.kind == p.kind && ",
     "r.act == p.act && ", "objMatch(r.obj, p.obj) && ", " && g(r.sub, p.role, r.ten)"],
)  # fmt: skip
def test_each_conjunct_that_is_deleted_gives_a_counterexample(prove, conjunct):
    """What the weaker matcher would let through is shown, by both proofs."""
    proof = prove(MODEL.replace(conjunct, ""))
    assert not proof.holds
    assert proof.counterexample


@pytest.mark.parametrize(
    ("old", "new"),
    [("g = _, _, _", "g = _, _"), ("r.ten == p.ten", "keyMatch(r.ten, p.ten)"),
     (" && !some(where (p.eft == deny))", ""), ("isSubject(r.sub) && ", "isSubject(r.sub) || "),
     ("r.own == r.ten", "(r.own == r.ten || r.sub == 'user:root')")],
)  # fmt: skip
def test_what_a_formula_cannot_see_is_refused_too(old, new):
    """Two-column roles, casbin's own pattern functions, a lost deny, a way round with `||`."""
    assert old in MODEL
    for prove in (structural, symbolic):
        assert not prove(MODEL.replace(old, new)).holds


def test_an_equivalent_matcher_is_proved_by_z3_but_not_compiled(tmp_path):
    """The proof says yes to another order; the loader still takes the shipped one only."""
    model = MODEL.replace(
        "r.kind == p.kind && r.act == p.act", "r.act == p.act && p.kind == r.kind"
    )
    assert symbolic(model).holds
    folder = Folder(tmp_path / "q")
    folder.write("model.conf", model)
    with pytest.raises(ConfigError, match="shipped"):
        folder.load()


def test_a_flood_of_unknown_names_is_not_kept(folder):
    """Kept decisions are bounded in number and in length; an absurd name is a refusal."""
    found = folder.load()
    for i in range(2000):
        found.decide(ask(f"user:{i}" + "x" * 600))
    assert not found._cache
    assert found.decide(ask(obj="/" * 100_000)).reason == "malformed_request"


def test_str_subclasses_never_reach_a_lookup(folder):
    """A name that brings its own equality is refused, kept decisions included."""

    class Evil(str):
        __slots__ = ()

        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    found = folder.load()
    assert found.decide(ask()).permitted
    assert found.decide(ask(Evil("user:ada"))).reason == "malformed_request"
    assert found.decide(ask(roles=(Evil("x"),))).reason == "malformed_request"


@pytest.mark.parametrize("name", ["..x", "None", "T1", "a b", "*"])
def test_a_hostile_folder_denies_only_itself(folder, name):
    """Names that mean something elsewhere are problems; other tenants go on."""
    folder.write(f"tenants/{name}/policy.csv", ACME)
    folder.write("tenants/t1/policy.csv", ACME.replace("acme", "t1"))
    found = folder.load()
    assert name not in found.tenants
    assert found.problems
    assert found.decide(ask()).permitted


def test_links_and_binary_files_are_refused(folder):
    """A symbolic link, a truncated, a binary and an empty file: that tenant denies, with a place."""
    shutil.copy(folder.path / "tenants/acme/policy.csv", folder.path / "elsewhere.csv")
    file = folder.path / "tenants/acme/policy.csv"
    file.unlink()
    file.symlink_to(folder.path / "elsewhere.csv")
    assert "plain" in folder.load().problems[0].reason
    file.unlink()
    for content in (b"", ACME.encode()[:-1], b"\xff\xfe", b"p\x00\n"):
        file.write_bytes(content)
        file.chmod(0o644)
        found = folder.load()
        assert found.problems[0].file == "tenants/acme/policy.csv"
        assert found.decide(ask("user:dan", "globex")).permitted


def test_a_tenant_cannot_pass_what_no_rule_of_the_platform_names(folder):
    """An entity that only the tenant mentions is still redacted below the tenant's score."""
    folder.write(
        "tenants/acme/guardrails.yaml",
        "guardrails:\n  - {entity: PERSON, action: block, min_score: 0.9}\n",
    )
    rails = folder.load().guardrails
    about = {"entity": "PERSON", "text": "Ada", "direction": "input"}
    assert rails.verdict("acme", score=0.95, **about).action == "block"
    assert rails.verdict("acme", score=0.5, **about).action == "redact"
    assert rails.entities() == {"PERSON"}
    with pytest.raises(TypeError):
        rails.tenants["acme"] = ()


def test_a_shared_role_that_goes_bad_keeps_its_last_good_lines(folder):
    """Its importers go on with it, are marked stale; no other tenant changes."""
    folder.write("roles/auditor.csv", "p, role:auditor, audit, *, read, allow\n")
    folder.write(
        "tenants/acme/policy.csv",
        ACME + "import, role:auditor, acme\ng, user:x, role:auditor, acme\n",
    )
    first = folder.load()
    folder.write("roles/auditor.csv", "nonsense\n")
    second = folder.load(previous=first)
    assert second.decide(ask("user:x", kind="audit", obj="log")).permitted
    assert set(second.stale) == {"acme"}
    assert second.revision == first.revision
    assert second.problems[0].file == "roles/auditor.csv"


@pytest.mark.parametrize("obj", ["ticket/../payroll", "ticket/.", "../ticket/7", ".."])
def test_a_relative_segment_is_no_object(folder, obj):
    """What a later component could resolve to another object is refused."""
    assert folder.load().decide(ask(obj=obj)).reason == "malformed_request"
