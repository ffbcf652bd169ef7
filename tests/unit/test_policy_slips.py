"""Slips of those who edit policies: each message says what is wrong, and what to write instead."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from stageflow_guard.cli import main

SHIPPED = Path(__file__).parents[2] / "policies"
FILE = "tenants/acme/policy.csv"
LATER = "2099-12-31T00:00:00Z"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with the demo's policies, which is the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("tenants", "platform", "model.conf"):
        source = SHIPPED / name
        target = tmp_path / "policies" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    for path in (tmp_path / "policies", *(tmp_path / "policies").rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return tmp_path / "policies"


@pytest.fixture
def policy(home, capsys):
    """Run a verb; return its exit code and everything that it says."""

    def run(*words):
        capsys.readouterr()
        code = main(["policy", *words])
        out = capsys.readouterr()
        return code, out.out + out.err

    return run


OVER = ("2027", "2020-12-31T00:00:00Z", "0")


@pytest.mark.parametrize("until", OVER)
def test_a_suspension_or_share_that_is_over_is_refused(home, policy, until):
    """A year alone is seconds since 1970: somebody would take a suspension for made that is none."""
    before = (home / "platform/suspended.csv").read_text()
    code, said = policy("tenant", "suspend", "user:ada", "--reason", "left", "--until", until)
    assert (code, "is over; write a time to come, such as `20" in said) == (2, True), said
    assert (home / "platform/suspended.csv").read_text() == before
    code, said = policy(
        "share", "add", "globex", "acme", "data", "ticket/7", "read", "--until", until
    )
    assert (code, "is over; write" in said) == (2, True), said
    assert not (home / "platform/shares.csv").exists()


def test_what_is_no_time_names_one_that_is(policy):
    """Also for a share, before the file is tried."""
    for until in ("tomorrow", "2099-12-31", "never"):
        code, said = policy(
            "share", "add", "globex", "acme", "data", "ticket/7", "read", "--until", until
        )
        assert (code, f"`{until}` is no time; " in said and "write one such as `20" in said) == (
            2,
            True,
        ), said
    assert policy("tenant", "suspend", "user:ada", "--reason", "left")[0] == 0  # for good
    again = policy("tenant", "suspend", "user:bob", "--reason", "left", "--until", LATER)
    assert again[0] == 0


NO_TENANT = {
    "suspend": ("tenant", "suspend", "acmee", "--reason", "x"),
    "rename": ("tenant", "rename", "acmee", "initech"),
    "remove": ("tenant", "remove", "acmee"),
    "member": ("member", "add", "user:dan", "agent", "--tenant", "acmee"),
    "roles": ("role", "list", "--tenant", "acmee"),
    "share": ("share", "add", "globex", "acmee", "data", "ticket/7", "read", "--until", LATER),
    "unshare": ("share", "remove", "globex", "acmee", "ticket/7"),
    "who-can": ("who-can", "data", "ticket/7", "read", "--tenant", "acmee"),
    "test": ("test", "--tenant", "acmee"),
}


@pytest.mark.parametrize("verb", NO_TENANT)
def test_every_verb_suggests_the_tenant_that_was_meant(policy, verb):
    """One sentence in all of them."""
    code, said = policy(*NO_TENANT[verb])
    assert (code, said) == (
        2, "config_error: there is no tenant `acmee`; did you mean `acme`?\n"
    )  # fmt: skip


def test_a_share_with_a_tenant_that_was_removed_can_be_taken_out(home, policy):
    """The right must not come back with the next tenant of that name."""
    assert policy(
        "share", "add", "globex", "acme", "data", "ticket/7", "read", "--until", LATER
    )[0] == 0  # fmt: skip
    assert policy("tenant", "remove", "acme")[0] == 0
    code, said = policy("share", "remove", "globex", "acme", "ticket/7")
    assert (code, said) == (0, "1 line taken out\n")
    assert "ticket/7" not in (home / "platform/shares.csv").read_text()


@pytest.mark.parametrize("verb", ["remove", "rename"])
@pytest.mark.parametrize("name", ["notes", "two words"])
def test_what_is_no_tenants_folder_is_neither_removed_nor_renamed(home, policy, verb, name):
    """A file, or a folder of another name, is reported as broken: that makes it no tenant."""
    place = home / "tenants" / name
    place.mkdir() if " " in name else place.write_text("x")
    code, said = policy("tenant", verb, name, *(["initech"] if verb == "rename" else []))
    assert code == 2
    assert said == f"config_error: `{name}` in `policies/tenants` is no tenant's folder\n"
    assert place.exists()
    assert not (home / "removed").exists()


NOT_IN_FORCE = ("member", "roles", "share", "who-can", "test")


@pytest.mark.parametrize("verb", NOT_IN_FORCE)
def test_a_tenant_whose_file_is_broken_is_not_called_missing(home, policy, verb):
    """The first fault is named, and the verb that lists all of them."""
    text = (home / FILE).read_text().replace("\n", "\r\n")
    (home / FILE).write_bytes(text.encode())
    code, said = policy(*(one.replace("acmee", "acme") for one in NO_TENANT[verb]))
    assert code == 2
    assert f"tenant `acme` is not in force: {FILE}:1:" in said
    assert "`policy lint` lists what is to mend" in said
    assert policy("tenant", "suspend", "acme", "--reason", "x")[0] == 0  # what takes away is taken


@pytest.mark.parametrize("mark", ["// by kim", "-- by kim", "<!-- by kim -->"])
def test_a_comment_of_another_language_is_told_how_they_begin(home, policy, mark):
    """`//` is no line type that is unknown."""
    (home / FILE).write_text(f"{mark}\n" + (home / FILE).read_text())
    code, said = policy("lint")
    assert (code, f"{FILE}:1:1: error: a comment begins with `#`" in said) == (1, True), said


def test_a_rule_that_a_case_needs_is_missed_by_its_text(home, policy):
    """The case says which line is gone, and what to do about it."""
    gone = "p, role:agent, acme, data, ticket/*, read, allow\n"
    (home / FILE).write_text((home / FILE).read_text().replace(gone, ""))
    code, said = policy("test")
    assert code == 1
    assert "no file has that rule: put it back, or take the case out, too" in said
    kept = "p, role:agent, acme, stage, support/escalate, run, deny\n"  # there, and decides no more
    (home / FILE).write_text((home / FILE).read_text().replace(kept, kept.replace("deny", "allow")))
    assert policy("test")[1].count("no file has that rule") == 2


def test_a_slip_in_the_subject_comes_before_what_follows_from_it(policy):
    """`explain` says first that no line names the subject."""
    code, said = policy("explain", "user:bbo", "data", "ticket/7", "read", "--tenant", "acme")
    lines = said.splitlines()
    assert (code, lines[1]) == (0, "  hint     no line names `user:bbo`; did you mean `user:bob`?")


@pytest.mark.parametrize("who", ["acme", "user:ada"])
def test_cases_of_who_is_suspended_fail_by_that_alone(policy, who):
    """One line for all of them, with what lifts it: the lines are as they were."""
    assert policy("tenant", "suspend", who, "--reason", "not paid")[0] == 0
    code, said = policy("test")
    failed = [line for line in said.splitlines() if line.startswith("failed")]
    assert (code, len(failed)) == (1, 1), said
    assert f"more: `{who}` is suspended, which overrides every rule" in failed[0]
    assert f"`policy tenant resume {who}` lifts it" in failed[0]


UNREADABLE = {
    "cases:\n   - {sub: x}\n  - {sub: x}\n": "the line is not indented like the lines that it",
    "cases:\n\t- {sub: x}\n": "a tab: indent with spaces",
    "cases:\n  - {sub: x, kind: data\n  - {sub: y}\n": "a `,` or the closing `}` is missing",
    'cases:\n  - {sub: "x, kind: data}\n': "is not closed",
    "casses: []\n": "unknown key; did you mean `cases`? Until this is mended, no case",
    "cases: {}\n": "`cases`: expected a list, got names with values",
    "cases:\n  - user:ada may read\n": "expected names with values, got text",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_table_that_cannot_be_read_is_told_in_plain_words(home, policy, text):
    """No word of a parser's own, and none of Python's."""
    (home / "tenants/acme/policy_test.yaml").write_text(text)
    code, said = policy("test")
    assert (code, UNREADABLE[text] in said) == (2, True), said
    for word in ("block", "dictionary", "token", "scalar", "mapping"):
        assert word not in said


def test_a_value_of_another_kind_is_told_without_the_value(home, policy):
    """What was expected, and what kind stands there."""
    (home / "tenants/acme/limits.yaml").write_text("limits:\n  - {tool: refund}\n")
    assert "`limits`: expected names with values, got a list" in policy("lint")[1]
    (home / "tenants/acme/limits.yaml").unlink()
    said = (home / "tenants/acme/policy_test.yaml").read_text()
    (home / "tenants/acme/policy_test.yaml").write_text(
        said.replace("expect: deny", "expect: dny", 1)
    )
    assert "expected 'permit', 'deny' or 'approval'" in policy("test")[1]
    assert "dny" not in policy("test")[1]


def test_a_tenant_without_a_mapped_claim_leaves_none_behind(home, policy):
    """`remove` speaks of a claim in guard.toml only where one names the tenant."""
    settings = home.parent / "guard.toml"
    settings.write_text('[[auth.issuers]]\ntenants = { org_g = "globex" }\n[policy]\n')
    (home / "tenants/other").mkdir()
    (home / "tenants/other/policy.csv").write_text("g, claim:a, role:a, other\n")
    (home / "tenants/other/policy.csv").chmod(0o644)
    assert "guard.toml" not in policy("tenant", "remove", "other")[1]
    assert "its claim is still mapped in guard.toml" in policy("tenant", "remove", "globex")[1]


def test_small_words(home, policy):
    """One is one; a question ends its sentence; a file is no folder; a name says what names are."""
    with (home / FILE).open("a") as file:
        file.write("p, role:agent, acme, data, invoice/*, read, allow\n")
    assert "1 rule untested" in policy("test")[1]
    with (home / FILE).open("a") as file:
        file.write("p, role:agent, acme, data, invoice/*, raed, allow\n")
    assert "did you mean `read`? Until this is mended, a guard" in policy("lint")[1]
    assert "is not a folder: name the one with `tenants/`" in policy("lint", f"policies/{FILE}")[1]
    (home / FILE).write_text("p,\trole:agent, acme, data, x, read, allow\n")
    assert f"policies/{FILE}:1:3: a tab (U+0009)" in policy("fmt")[1]
    said = policy("tenant", "add", "Acme Corp", "--from", "saas")[1]
    assert "cannot be a tenant's name: letters, digits, `.`, `_` and `-`" in said
    assert "there is no policy folder `nowhere`" in policy("diff", "policies", "nowhere")[1]


REFUND = "p, role:agent, acme, tool, refund, call, allow\np, role:supervisor, acme, tool, refund, approve, allow\n"


def add_lines(home, text):
    with (home / FILE).open("a") as file:
        file.write(text)


def test_a_slip_in_tools_yaml_that_leaves_the_tool_open_is_an_error(home, policy):
    """Without it the tool that was meant runs without its approval, and nothing says so."""
    add_lines(home, REFUND)
    rules = home / "tenants/acme/tools.yaml"
    rules.write_text("tools:\n  refnud: {approval: required}\n")
    code, said = policy("lint")
    assert (code, "tools.yaml:2:1: error: no line of `acme` names a tool `refnud`; did" in said) == (1, True), said  # fmt: skip
    assert "did you mean `refund`? A call of `refund` is permitted without what stands" in said
    rules.write_text("tools:\n  refund: {approval: required}\n")
    assert policy("lint") == (0, "nothing to mend\n")


NOT_OPEN = {
    "no tool is near": ("invoice: {approval: required}", REFUND),
    "the tool has its own rule": ("refnud: {approvals: 2}\n  refund: {approval: required}", REFUND),
    "every tool may be called": ("refnud: {approval: required}", REFUND + "p, role:agent, acme, tool, *, call, allow\n"),
}  # fmt: skip


@pytest.mark.parametrize("why", NOT_OPEN)
def test_a_tool_that_no_line_names_is_a_warning_where_nothing_is_open(home, policy, why):
    """It counts for no call, or its name may be right."""
    rules, lines = NOT_OPEN[why]
    add_lines(home, lines)
    (home / "tenants/acme/tools.yaml").write_text(f"tools:\n  {rules}\n")
    code, said = policy("lint")
    assert (code, "warning: no line of `acme` names a tool `" in said) == (1, True), said
    assert "error" not in said


def test_a_tool_that_another_file_knows_is_no_slip(home, policy):
    """The catalogue lists it, or somebody accepted its definition, or `*` permits any tool."""
    add_lines(home, REFUND)
    rules = home / "tenants/acme/tools.yaml"
    rules.write_text("tools:\n  refunds: {approval: required}\n")
    (home / "accepted_tools.yaml").write_text(f"accepted:\n  refunds: {'a' * 64}\n")
    assert policy("lint")[0] == 0
    (home / "accepted_tools.yaml").unlink()
    (home / "catalogue.yaml").write_text("tools: {refund: {}, refunds: {}}\n")
    assert policy("lint")[0] == 0
    (home / "catalogue.yaml").unlink()
    rules.write_text("tools:\n  mail: {approval: required}\n")
    add_lines(home, "p, role:agent, acme, tool, *, call, allow\np, role:supervisor, acme, tool, *, approve, allow\n")  # fmt: skip
    (home / FILE).write_text((home / FILE).read_text().replace(REFUND, ""))
    assert policy("lint")[0] == 0


def test_a_slip_in_a_role_whose_bounds_count_is_an_error(home, policy):
    """In a tenant's file and in the catalogue: the bound binds nobody."""
    add_lines(home, REFUND)
    bound = "refund: {role:agnt: {amount: {maximum: 100}}}\n"
    (home / "tenants/acme/tools.yaml").write_text(f"tools:\n  {bound}")
    code, said = policy("lint")
    assert (code, "error: bounds of `role:agnt` on `refund` bind no call: no line of `acme`" in said) == (1, True), said  # fmt: skip
    assert "did you mean `role:agent`?" in said
    (home / "tenants/acme/tools.yaml").unlink()
    (home / "catalogue.yaml").write_text(f"tools:\n  {bound}")
    assert "catalogue.yaml:2:1: error: bounds of `role:agnt`" in policy("lint")[1]
    (home / "catalogue.yaml").write_text(f"tools:\n  {bound}".replace("agnt", "agent"))
    assert policy("lint")[0] == 0


@pytest.mark.parametrize("place", ["", "tenants/acme/"])
def test_a_limit_on_what_no_line_permits_is_told(home, policy, place):
    """A slip in its object: the calls that were meant are not counted."""
    add_lines(home, REFUND)
    limit = home / f"{place}limits.yaml"
    limit.write_text("limits:\n  few: {of: calls, limit: 3, kind: tool, obj: refnud}\n")
    code, said = policy("lint")
    assert (code, "no line permits `refnud`, so that it counts nothing; did you mean `refund`?" in said) == (1, True), said  # fmt: skip
    limit.write_text("limits:\n  few: {of: calls, limit: 3, kind: tool, obj: refund}\n")
    assert policy("lint")[0] == 0


def test_a_rule_of_flow_that_stops_what_no_line_permits_is_told(home, policy):
    """A slip in what may not follow: what was meant may."""
    add_lines(home, REFUND)
    rule = "never: {{kind: tool, act: call, obj: {}}}, after: {{kind: data, act: read}}"
    (home / "flow.yaml").write_text(f"flow:\n  a: {{{rule.format('refnud')}}}\n")
    code, said = policy("lint")
    assert (code, "so that it stops nothing; did you mean `refund`?" in said) == (1, True), said
    (home / "flow.yaml").write_text(f"flow:\n  a: {{{rule.format('refund')}}}\n")
    assert policy("lint")[0] == 0


def test_a_role_that_the_token_still_gives_is_not_called_lost(home, policy):
    """`member remove` names the line that gives it back, and how to deny one person."""
    code, said = policy("member", "remove", "user:carol", "analyst", "--tenant", "acme")
    assert (code, "has lost" in said) == (0, False), said
    assert "took 1 line of user:carol out of acme's policy\n" in said
    assert "warning: a token that carries `analyst` gives `role:analyst` to `user:carol` all the" in said  # fmt: skip
    assert f"same: {FILE}:6\n" in said
    assert "`policy tenant suspend user:carol --reason ...`, which denies everything" in said


def test_a_role_that_another_role_still_gives_is_not_called_lost(home, policy):
    """By a role that includes it, with every line of the way."""
    text = (home / FILE).read_text().replace("g, claim:analyst, role:analyst, acme\n", "")
    (home / FILE).write_text(text)
    add_lines(home, "g, user:carol, role:agent, acme\ng, role:agent, role:analyst, acme\n")
    code, said = policy("member", "remove", "user:carol", "analyst", "--tenant", "acme")
    assert code == 0
    assert "`user:carol` still has `role:analyst`, by another role" in said
    assert "a token that carries `agent` gives `role:analyst`" in said
    code, said = policy("member", "remove", "user:carol", "--tenant", "acme")
    assert "`user:carol` still has" not in said  # nothing is left but what tokens say


def test_a_role_that_nothing_else_gives_is_lost(home, policy):
    """One line, and no warning."""
    text = (home / FILE).read_text().replace("g, claim:analyst, role:analyst, acme\n", "")
    (home / FILE).write_text(text)
    code, said = policy("member", "remove", "user:carol", "--tenant", "acme")
    assert (code, said) == (0, "user:carol has lost every role in acme\n")


def test_who_loses_a_role_that_denied_is_told_what_it_gains(home, policy):
    """A token with another role is permitted now what the removed role denied."""
    code, said = policy("member", "remove", "user:bob", "--tenant", "acme")
    assert code == 0
    assert (
        "a deny of `role:agent` counts no longer for `user:bob`, and with a token that carries"
        in said
    )
    assert "carries `supervisor` it is permitted now: tenants/acme/policy.csv:" in said
    assert "`p, role:agent, acme, stage, support/escalate, run, deny`" in said


def test_a_deny_that_hid_an_allow_of_another_role_is_told(home, policy):
    """The member itself is permitted now; where nothing permits it, that is said."""
    add_lines(home, "g, user:bob, role:supervisor, acme\n")
    said = policy("member", "remove", "user:bob", "agent", "--tenant", "acme")[1]
    assert "counts no longer for `user:bob`, and it is permitted now: " in said
    add_lines(home, "g, user:eve, role:guest, acme\np, role:guest, acme, data, x, read, deny\n")
    said = policy("member", "remove", "user:eve", "--tenant", "acme")[1]
    assert "counts no longer for `user:eve`, and no line permits it as of now" in said


def test_a_claim_that_loses_a_role_that_denied_is_told_who_gains(home, policy):
    """Anybody with the claim, beside what a line gives."""
    add_lines(home, "g, claim:temp, role:temp, acme\np, role:temp, acme, stage, support/answer, run, deny\n")  # fmt: skip
    said = policy("member", "remove", "claim:temp", "--tenant", "acme")[1]
    assert "a deny of `role:temp` counts no longer for `claim:temp`, and with a token that" in said  # fmt: skip


SOONER = "2098-12-31T00:00:00Z"
SUSPENDED = "platform/suspended.csv"


def test_a_second_suspension_replaces_the_first(home, policy):
    """Of two lines the later end would count: whoever shortens one would be told an untruth."""
    bob = ("tenant", "suspend", "user:bob", "--reason", "left", "--until")
    assert policy("tenant", "suspend", "user:ada", "--reason", "left")[0] == 0
    assert policy(*bob, LATER)[0] == 0
    code, said = policy(*bob, SOONER)
    assert code == 0
    assert f"replaced the line that suspended it until {LATER}: now until {SOONER}\n" in said
    lines = [one for one in (home / SUSPENDED).read_text().splitlines() if not one.startswith("#")]
    assert lines == ["user:ada, left, never", f"user:bob, left, {SOONER}"]
    assert f"suspended it until {SOONER}: now for good" in policy(*bob, "never")[1]


def test_a_line_that_is_not_replaced_and_ends_later_is_told(home, policy):
    """A line without its kind, or about several names, is nobody's own."""
    (home / SUSPENDED).write_text("bob, left, never\nuser:eve; user:bob, left\n")
    said = policy("tenant", "suspend", "user:bob", "--reason", "left", "--until", LATER)[1]
    assert "warning: another line of suspended.csv suspends it for good" in said
    assert (home / SUSPENDED).read_text().startswith("bob, left, never\nuser:eve; user:bob, left\n")
    (home / SUSPENDED).write_text("bob, left, never\nuser:bob, left, never\n")
    said = policy("tenant", "resume", "user:bob")[1]
    assert said == "warning: user:bob is still suspended for good, by another line\n"


def test_lifting_a_suspension_lifts_nobody_elses(home, policy):
    """Lines that an old Macintosh ended are counted as they are read."""
    (home / SUSPENDED).write_bytes(
        b"user:ada, left, never\ruser:bob, left, never\ruser:eve, x, never\n"
    )
    assert policy("tenant", "resume", "user:bob") == (0, "user:bob is suspended no longer\n")
    assert (home / SUSPENDED).read_text() == "user:ada, left, never\nuser:eve, x, never\n"


def test_two_lines_about_one_name_or_one_share_are_noted(home, policy):
    """The later end counts, which nobody sees who reads one of them."""
    (home / SUSPENDED).write_text(f"user:bob, a, {SOONER}\n# b\nuser:bob, b, {LATER}\n")
    share = "share, globex, acme, data, ticket/7, read, "
    (home / "platform/shares.csv").write_text(f"{share}{LATER}\n{share}{SOONER}\n")
    for file in (SUSPENDED, "platform/shares.csv"):
        (home / file).chmod(0o644)
    code, said = policy("lint")
    told = "is about what line 1 is about: the later end counts, so leave one of them [duplicate]"
    assert (code, f"policies/{SUSPENDED}:3:1: note: {told}\n" in said) == (0, True), said
    assert f"policies/platform/shares.csv:2:1: note: {told}\n" in said


SHARE = ("share", "add", "globex", "acme", "data")


def test_a_second_share_of_the_same_replaces_the_first(home, policy):
    """A share that is made shorter ends when it says."""
    assert policy(*SHARE, "ticket/7", "read", "--until", LATER)[0] == 0
    assert policy(*SHARE, "ticket/8", "read", "--until", LATER)[0] == 0
    said = policy(*SHARE, "ticket/7", "read", "--until", SOONER)[1]
    assert "replaced 1 line about the same\n" in said
    text = (home / "platform/shares.csv").read_text()
    assert text.count("ticket/7") == 1
    assert f"ticket/7, read, {SOONER}" in text


def test_a_share_that_no_line_of_the_grantee_permits_is_told(home, policy):
    """It has no effect: the verb names the missing line, and `explain` the live share."""
    code, said = policy(*SHARE, "invoice/7", "read", "--until", LATER)
    line = "`p, role:NAME, acme, data, invoice/7, read, allow` to policies/tenants/acme/policy.csv"
    assert (code, f"note: no line of acme permits it, so that the share has no effect yet: add {line}" in said) == (0, True), said  # fmt: skip
    ask = (
        "explain",
        "user:bob",
        "data",
        "invoice/7",
        "read",
        "--tenant",
        "acme",
        "--own",
        "globex",
    )
    live = "a share is live (platform/shares.csv:2), but no line of `acme` permits it"
    assert f"{live}\n" in policy(*ask)[1]
    add_lines(home, "p, role:supervisor, acme, data, invoice/*, read, allow\n")
    assert f"{live} to `user:bob`\n" in policy(*ask)[1]
    assert "note" not in policy(*SHARE, "invoice/7", "read", "--until", LATER)[1]
    assert "note" not in policy(*SHARE, "ticket/*", "read", "--until", LATER)[1]


ASKED = {
    "owner": (("data", "ticket/7", "read", "--own", "glbex"), "there is no tenant `glbex`; did you mean `globex`?"),
    "kind": (("dta", "ticket/7", "read"), "there is no kind `dta`; did you mean `data`?"),
    "act": (("data", "ticket/7", "raed"), "there is no act `raed` of `data`; did you mean `read`?"),
}  # fmt: skip


@pytest.mark.parametrize("slip", ASKED)
def test_a_slip_in_a_question_is_told_beside_its_answer(home, policy, slip):
    """`no subject may` would seem to be what the lines say."""
    words, said = ASKED[slip]
    for verb in (("who-can",), ("explain", "user:ada")):
        asked = (*verb, *words, "--tenant", "acme")
        assert f"  hint     {said}\n" in policy(*asked)[1]
        code, found = policy(*asked, "--json")
        assert (code, said in found) == (0, True), found
    assert "hint" not in policy("who-can", "data", "ticket/7", "read", "--tenant", "acme")[1]


def test_a_slip_in_a_role_of_the_token_is_told(policy):
    """As one in the subject is; so is a tool that the catalogue does not list."""
    said = policy("what-can", "user:new", "--tenant", "acme", "--role", "agnt")[1]
    assert said == "nothing\n  hint     no line names `claim:agnt`; did you mean `--role agent`?\n"


def test_a_slip_in_a_tool_is_told_where_a_catalogue_lists_them(home, policy):
    """Without one, any name may be a tool's."""
    (home / "catalogue.yaml").write_text("tools: {refund: {}}\n")
    said = policy("who-can", "tool", "refnud", "call", "--tenant", "acme")[1]
    assert "there is no tool `refnud` in the catalogue; did you mean `refund`?" in said


BEHIND = {
    "p": "p, role:agent, acme, data, x, read, allow  # weekly",
    "a comma": "p, role:agent, acme, data, x, read, allow # weekly, by kim",
    "g": "g, user:dan, role:agent, acme #new",
    "import": "import, role:agent, acme # new",
}


@pytest.mark.parametrize("line", BEHIND)
def test_a_comment_behind_a_line_is_told_where_comments_stand(home, policy, line):
    """Not that `allow  # weekly` is no effect, nor that there are too many columns."""
    add_lines(home, BEHIND[line] + "\n")
    code, said = policy("lint")
    assert (code, ": error: a comment stands on a line of its own: put what follows `#` above" in said) == (1, True), said  # fmt: skip


def test_a_comment_behind_a_time_is_told_as_one(home, policy):
    """A reason may hold `#`; a suspension counts all the same, for good."""
    (home / SUSPENDED).write_text(f"user:bob, ticket #4, {LATER} # for now\nuser:ada, #5, never\n")
    said = policy("lint")[1]
    assert f"{SUSPENDED}:1:1: error: a comment stands on a line of its own" in said
    assert "user:bob is suspended for good" in said
    assert f"{SUSPENDED}:2" not in said


def test_emergency_access_and_trials_are_among_what_a_subject_may(home, policy):
    """With their ends; a deny cuts into them as into a line."""
    now = int(time.time())
    (home / "platform/breakglass.csv").write_text(
        f"breakglass, user:oncall, acme, data|stage, read|run, INC-1, user:ada, user:bob, {now - 60}, {now + 3600}\n"
        f"breakglass, user:later, acme, data, read, INC-2, user:ada, user:bob, {now + 900}, {now + 3600}\n"
    )  # fmt: skip
    (home / "platform/breakglass.csv").chmod(0o644)
    ask = ("what-can", "user:oncall", "--tenant", "acme")
    said = policy(*ask)[1]
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + 3600))
    place = f"policies/platform/breakglass.csv:1  emergency access until {ends}"
    lines = [line.split(None, 3) for line in said.splitlines()]
    assert lines == [["data", "read", "*", place], ["stage", "run", "*", place]]
    assert policy("what-can", "user:later", "--tenant", "acme")[1] == "nothing\n"
    add_lines(home, "g, user:oncall, role:no, acme\np, role:no, acme, data, x/*, read, deny\n")
    assert f"until {ends}  except x/* (policies/{FILE}:" in policy(*ask)[1]
    (home / "platform/trials.csv").write_text(f"trial, acme, data, t/*, read, {now - 60}, {now + 3600}\n")  # fmt: skip
    (home / "platform/trials.csv").chmod(0o644)
    assert f"a trial until {ends}" in policy("what-can", "user:any", "--tenant", "acme")[1]


def test_nothing_for_who_is_suspended_says_so(policy):
    """The lines are as they were: the suspension is why."""
    assert policy("tenant", "suspend", "user:ada", "--reason", "left")[0] == 0
    said = policy("what-can", "user:ada", "--tenant", "acme")[1]
    assert said == "nothing: `user:ada` is suspended, which overrides every rule\n"


NO_DAY = {
    "2098-11-31": "November has 30 days",
    "2098-11-31T00:00:00Z": "November has 30 days",
    "2097-02-29T00:00:00Z": "February 2097 has 28 days",
    "2098-13-01": "there is no month 13",
    "2098-01-00": "January has 31 days",
}


@pytest.mark.parametrize("until", NO_DAY)
def test_a_day_that_no_calendar_has_says_why(home, policy, until):
    """On the command line and in a file."""
    code, said = policy("tenant", "suspend", "user:ada", "--reason", "x", "--until", until)
    assert (code, f"`{until}` is no time; {NO_DAY[until]}; write one such as `" in said) == (2, True), said  # fmt: skip
    (home / SUSPENDED).write_text(f"user:ada, x, {until}\n")
    assert (
        f"`{until}` is no time; {NO_DAY[until]}; user:ada is suspended for good"
        in policy("lint")[1]
    )


def test_an_option_that_is_not_there_names_the_one_that_was_meant(policy, monkeypatch, capsys):
    """In the verb's own options alone."""
    ask = ("explain", "user:x", "data", "ticket/7", "read", "--tenant", "acme")
    code, said = policy(*ask, "--roles", "agent")
    assert (code, "unrecognized arguments: --roles agent; did you mean `--role` for `--roles`?" in said) == (2, True), said  # fmt: skip
    assert "did you mean" not in policy(*ask, "--colour", "red")[1]
    monkeypatch.setattr("sys.argv", ["stageflow-guard", "policy", *ask, "--roles", "agent"])
    assert main() == 2
    assert "did you mean `--role` for `--roles`?" in capsys.readouterr().err
    assert "did you mean `--sarif` for `--sariff`?" in policy("lint", "--sariff=x")[1]


def test_a_suspension_says_its_end_and_a_day_alone_asks_for_its_time(tmp_path, capsys):
    """Who suspends reads the end in the answer; `2099-12-15` is told how it is written."""
    assert main(["init", str(tmp_path / "app")]) == 0
    verb = ["policy", "tenant", "suspend", "user:bob", "--path", str(tmp_path / "app" / "policies"), "--reason", "leave", "--until"]  # fmt: skip
    capsys.readouterr()
    assert main([*verb, "2099-12-15"]) != 0
    assert "a day needs its time: `2099-12-15T00:00:00Z`" in capsys.readouterr().err
    assert main([*verb, "2099-12-15T00:00:00Z"]) == 0
    assert "user:bob is suspended until 2099-12-15T00:00:00Z (" in capsys.readouterr().out
