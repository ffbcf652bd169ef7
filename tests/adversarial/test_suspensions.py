"""`platform/suspended.csv` fails closed: whom a line names is suspended, whatever else is wrong."""

from __future__ import annotations

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet

LINES = """\
g, user:bob, role:agent, acme
g, svc:bob, role:agent, acme
g, user:ada, role:agent, acme
p, role:agent, acme, stage, p/s, run, allow
"""


@pytest.fixture
def folder(policy_folder):
    """One tenant whose agents may run a stage."""
    policy_folder.write("tenants/acme/policy.csv", LINES)
    return policy_folder


def asked(sub="user:bob"):
    return AccessRequest(sub=sub, ten="acme", own="acme", kind="stage", obj="p/s", act="run")


def reason(policies, sub="user:bob"):
    return policies.decide(asked(sub)).reason


SUSPENDS = {
    "as it should be": b"user:bob, left, never\n",
    "Windows line ends": b"# who\r\nuser:bob, left, never\r\n",
    "old Mac line ends": b"# who\ruser:bob, left, never\r",
    "a byte order mark": b"\xef\xbb\xbfuser:bob, left, never\n",
    "no last newline": b"user:bob, left, never",
    "all three": b"\xef\xbb\xbf# who\r\nuser:bob, left, never",
    "the subject alone": b"user:bob\n",
    "two columns": b"user:bob, left\n",
    "five columns": b"user:bob, left, never, yes, no\n",
    "a reason with a comma": b"user:bob, left, and how, never\n",
    "an end that is no time": b"user:bob, left, soon\n",
    "an end in another form": b"user:bob, left, 31.12.2029\n",
    "no end": b"user:bob, left,\n",
    "semicolons": b"user:bob; left; never\n",
    "tabs": b"user:bob\tleft\tnever\n",
    "quotes": b'"user:bob", "left", "never"\n',
    "a line type before it": b"suspend, user:bob, left, never\n",
    "a capital letter": b"User:bob, left, never\n",
    "spaces inside": b"user: bob, left, never\n",
    "a zero-width space": "user:\u200bbob, left, never\n".encode(),
    "a no-break space behind": "user:bob\u00a0, left, never\n".encode(),
    "a right-to-left mark": "\u200fuser:bob, left, never\n".encode(),
    "behind a bad line": b"???\nuser:bob, left, never\n",
    "behind a line of nothing": b",,,\nuser:bob, left, never\n",
    "the name without its kind": b"bob, left, never\n",
    "the name without its kind, alone": b"bob\n",
    "twice, the later end first": b"user:bob, a, never\nuser:bob, b, 1\n",
    "the tenant": b"acme, unpaid, never\n",
    "the tenant alone": b"acme\n",
}


SOUND = {
    "a semicolon in the reason": "user:bob, left; gone, {}\n",
    "quotes in the reason": 'user:bob, "left", {}\n',
    "an empty reason": "user:bob, , {}\n",
    "spaces around": "  user:bob ,  left ,  {}  \n",
    "another subject in the reason": "user:bob, see user:ada, {}\n",
}


@pytest.mark.parametrize("how", SOUND)
def test_a_sound_line_counts_as_it_says(folder, how):
    """Its end is its end, and no other name is suspended."""
    folder.write("platform/suspended.csv", SOUND[how].format(2000))
    policies = folder.load()
    assert policies.problems == ()
    assert policies.decide_at(asked(), 1999.0).reason == "suspended"
    assert policies.decide_at(asked(), 2000.0).reason == "permitted"
    assert policies.decide_at(asked("user:ada"), 1999.0).reason == "permitted"


@pytest.mark.parametrize("how", SUSPENDS)
def test_a_line_that_names_a_subject_suspends_it(folder, how):
    """However it is written: denied, and what is wrong with the line is a problem."""
    folder.write("platform/suspended.csv", SUSPENDS[how])
    policies = folder.load()
    assert reason(policies) == "suspended"
    sound = how in ("as it should be", "twice, the later end first", "the tenant")
    assert bool(policies.problems) is not sound
    assert all(p.file == "platform/suspended.csv" and p.line >= 1 for p in policies.problems)
    if "tenant" not in how:
        assert reason(policies, "user:ada") == "permitted"


def test_a_name_without_its_kind_suspends_every_subject_of_that_name(folder):
    """`bob` is no tenant: user and service are both meant, and the problem asks which."""
    folder.write("platform/suspended.csv", "bob, left, never\n")
    policies = folder.load()
    assert [reason(policies, sub) for sub in ("user:bob", "svc:bob", "agent:bob")] == [
        "suspended"
    ] * 3
    (problem,) = policies.problems
    assert problem.code == "unknown_tenant" and "did you mean" in problem.reason


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("user:bbo, left, never", "did you mean `user:bob`"),
        ("user:bobb, left, never", "did you mean `user:bob`"),
        ("acmee, unpaid, never", "did you mean `acme`"),
        ("ACME, unpaid, never", "did you mean `acme`"),
        ("globex, unpaid, never", "there are acme"),
    ],
)
def test_a_name_that_is_nowhere_is_a_problem(folder, line, said):
    """A slip suspends another name than the one that is meant: `config check` and `lint` say so, with the likely name."""
    folder.write("platform/suspended.csv", f"{line}\n")
    (problem,) = folder.load().problems
    assert said in problem.reason and problem.code.startswith("unknown_")


def test_a_subject_whose_roles_come_from_its_token_is_no_problem(folder):
    """No policy line names it, and no line that does is close."""
    folder.write("platform/suspended.csv", "user:zoe@example.com, left, never\n")
    policies = folder.load()
    assert policies.problems == ()
    assert reason(policies, "user:zoe@example.com") == "suspended"


UNREADABLE = {
    "writable by others": lambda f: f.chmod(0o666),
    "a link": lambda f: (f.rename(f.with_name("x")), f.symlink_to("x")),
    "a folder": lambda f: (f.unlink(), f.mkdir()),
    "not UTF-8": lambda f: f.write_bytes(b"user:b\xffb, left, never\n"),
    "UTF-16": lambda f: f.write_bytes("user:bob, left, never\n".encode("utf-16")),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_file_that_cannot_be_read_stops_a_start_and_lifts_nothing_later(folder, how):
    """At start-up a `ConfigError`; in a running guard the last good suspensions stay, as a problem."""
    file = folder.path / "platform" / "suspended.csv"
    folder.write("platform/suspended.csv", "user:bob, left, never\n")
    before = folder.load()
    UNREADABLE[how](file)
    with pytest.raises(ConfigError, match="suspended"):
        PolicySet.load(folder.path)
    after = PolicySet.load(folder.path, previous=before)
    again = PolicySet.load(folder.path, previous=after)
    assert reason(after) == reason(again) == "suspended"
    assert "stay" in again.problems[0].reason
    assert after.revision == before.revision


def test_the_verb_suspends_beside_a_file_that_is_wrong(folder, capsys):
    """What is wrong with other lines never delays a suspension."""
    folder.write("platform/suspended.csv", b"???\nuser:x, left, soon")
    assert (
        main(
            [
                "policy",
                "tenant",
                "suspend",
                "user:bob",
                "--reason",
                "left",
                "--path",
                str(folder.path),
            ]
        )
        == 0
    )
    assert reason(folder.load()) == "suspended"
    assert (
        main(
            [
                "policy",
                "tenant",
                "suspend",
                "role:agent",
                "--reason",
                "x",
                "--path",
                str(folder.path),
            ]
        )
        == 2
    )
    assert (
        main(
            [
                "policy",
                "tenant",
                "suspend",
                "user:bob",
                "--reason",
                "x",
                "--until",
                "soon",
                "--path",
                str(folder.path),
            ]
        )
        == 2
    )


def test_other_platform_files_name_tenants_that_are_not_there(folder):
    """A share, a break-glass right and a trial of an unknown tenant: each a problem with its line."""
    folder.write("platform/shares.csv", "share, acme, globx, data, x, read, 2999-01-01T00:00:00Z\n")
    folder.write("platform/trials.csv", "trial, acmee, stage, p/*, run, 1000, 2000\n")
    folder.write(
        "platform/breakglass.csv",
        "breakglass, user:e, amce, data, read, T-1, user:b, user:c, 1000, 2000\n",
    )
    found = folder.load().problems
    assert {(p.file, p.line, p.code) for p in found} == {
        ("platform/shares.csv", 1, "unknown_tenant"),
        ("platform/trials.csv", 1, "unknown_tenant"),
        ("platform/breakglass.csv", 1, "unknown_tenant"),
    }
    assert all("did you mean `acme`" in p.reason for p in found if "globx" not in p.reason)
