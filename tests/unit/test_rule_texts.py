"""Cases name rules by their text; reports that Jenkins takes; `fmt` mends and renames."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.analysis.cases import run_cases

SHIPPED = Path(__file__).parents[2] / "policies"
LINES = """\
# who
g, user:ada, role:a, acme
p, role:a, acme, stage, p/s, run, allow
p, role:a, acme, stage, p/x, run, deny
"""
CASE = '  - {{sub: "user:ada", kind: stage, obj: p/s, act: run, expect: permit, rule: {}}}\n'


def failures(folder):
    """Return what fails in a folder's tables."""
    return [f.message for o in run_cases(folder.load(), folder.path) for f in o.failures]


@pytest.fixture
def folder(policy_folder):
    policy_folder.write("tenants/acme/policy.csv", LINES)
    return policy_folder


@pytest.mark.parametrize("sets", ["", "starters/saas", "starters/regulated", "starters/agents"])
def test_a_comment_on_top_of_a_file_fails_no_shipped_case(tmp_path, sets):
    """Line numbers are output only: every table holds with a line more above each file."""
    shutil.copytree(SHIPPED / sets, tmp_path / "p", ignore=shutil.ignore_patterns("starters"))
    for file in (tmp_path / "p").rglob("*.csv"):
        file.write_text(f"# reviewed today\n\n{file.read_text()}")
    for path in [tmp_path / "p", *(tmp_path / "p").rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    outcomes = run_cases(PolicySet.load(tmp_path / "p"), tmp_path / "p")
    assert outcomes and not [f for o in outcomes for f in o.failures]


SAME = [
    '"p, role:a, acme, stage, p/s, run, allow"', '"p,role:a,acme,stage,p/s,run,allow"',
    '"p,  role:a , acme,stage, p/s, run,  allow "', "3", '"tenants/acme/policy.csv:3"',
]  # fmt: skip
OTHER = [
    '"p, role:a, acme, stage, p/x, run, deny"', '"p, role:a, acme, stage, p/s, run, deny"', "4",
    '"g, user:ada, role:a, acme"', '"tenants/acme/policy.csv:2"',
]  # fmt: skip


@pytest.mark.parametrize("rule", SAME)
def test_a_rule_may_be_named_by_its_text(folder, rule):
    """Spaces do not count; numbers of older tables still do."""
    folder.write("tenants/acme/policy_test.yaml", "cases:\n" + CASE.format(rule))
    assert failures(folder) == []


@pytest.mark.parametrize("rule", OTHER)
def test_another_rule_fails_and_the_deciding_line_is_shown(folder, rule):
    """Expected this, got that: the text, and where it stands."""
    folder.write("tenants/acme/policy_test.yaml", "cases:\n" + CASE.format(rule))
    (message,) = failures(folder)
    assert message.startswith("expected the rule `")
    assert "got `p, role:a, acme, stage, p/s, run, allow` (tenants/acme/policy.csv:3)" in message


@pytest.mark.parametrize(
    "rule",
    [
        "3",
        '"tenants/acme/policy.csv:3"',
        "'tenants/acme/policy.csv:3'",
        "tenants/acme/policy.csv:3",
    ],
)
def test_fmt_renames_numbers_to_texts(folder, rule):
    """Once; comments and the rest of the table stay; the cases hold as before."""
    folder.write("tenants/acme/policy_test.yaml", "# mine\ncases:\n  # one\n" + CASE.format(rule))
    assert folder.run("fmt", "--check") == 1
    assert folder.run("fmt") == 0
    text = (folder.path / "tenants/acme/policy_test.yaml").read_text()
    assert text == "# mine\ncases:\n  # one\n" + CASE.format(SAME[0])
    assert folder.run("fmt", "--check") == 0 and failures(folder) == []


def test_fmt_leaves_a_failing_case_alone(folder):
    """Which line it meant is unknown: the number stays for its author."""
    table = "cases:\n" + CASE.format(4) + CASE.format(3)
    folder.write("tenants/acme/policy_test.yaml", table)
    folder.run("fmt")
    after = (folder.path / "tenants/acme/policy_test.yaml").read_text()
    assert after == "cases:\n" + CASE.format(4) + CASE.format(SAME[0])


def test_fmt_renames_over_several_lines(folder):
    """A case in block style is one case, however many lines it takes."""
    folder.write(
        "tenants/acme/policy_test.yaml",
        'cases:\n  - sub: "user:ada"\n    kind: stage\n    obj: p/s\n    act: run\n    expect: permit\n'
        '    rule: 3\n  - sub: "user:ada"\n    kind: stage\n    obj: p/x\n    act: run\n'
        "    expect: deny\n    rule: 4\n",
    )
    assert folder.run("fmt") == 0
    text = (folder.path / "tenants/acme/policy_test.yaml").read_text()
    assert f"rule: {SAME[0]}" in text and f"rule: {OTHER[0]}" in text
    assert failures(folder) == []


@pytest.mark.parametrize("damage", [b"\xef\xbb\xbf%s", b"%s\r\n", b"%s"])
def test_fmt_mends_what_an_editor_left(folder, damage):
    """A byte order mark, Windows line ends, a missing last newline: one command."""
    lines = LINES.encode().rstrip(b"\n")
    lines = lines.replace(b"\n", b"\r\n") if b"\r\n" in damage else lines
    folder.write("tenants/acme/policy.csv", damage.replace(b"%s", lines))
    assert folder.load().problems
    assert folder.run("fmt") == 0
    assert folder.load().problems == ()
    assert (folder.path / "tenants/acme/policy.csv").read_text() == LINES


def test_a_group_writable_checkout_gets_one_command_that_mends_all(folder, capsys):
    """`umask 002`: the message's command, run once, and the folder loads."""
    import re
    import subprocess

    for path in [folder.path, *folder.path.rglob("*")]:
        path.chmod(0o775 if path.is_dir() else 0o664)
    assert folder.run("lint") == 2
    command = re.search(r"run `(chmod -R go-w [^`]+)`", capsys.readouterr().err)[1]
    subprocess.run(command.split(), check=True)
    assert folder.run("lint") in (0, 1) and folder.load().problems == ()


# -- JUnit -----------------------------------------------------------------------------------------

# the schema that Jenkins' xUnit plugin validates with: attributes, required ones with `!`; children
SCHEMA = {
    "testsuites": ("name time tests failures disabled errors", "testsuite"),
    "testsuite": (
        "name! tests! failures! errors! group time skipped timestamp hostname id package url",
        "properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("name! value!", ""),
    "testcase": ("name! classname assertions time status", "skipped error failure system-out system-err"),
    "failure": ("type! message!", ""),
    "error": ("type! message!", ""),
}  # fmt: skip


def invalid(node, path=""):
    """Yield what the schema does not allow."""
    attributes, children = (part.split() for part in SCHEMA[node.tag])
    known = {name.rstrip("!") for name in attributes}
    yield from (f"{path}/{node.tag}@{name}" for name in node.attrib if name not in known)
    yield from (
        f"{path}/{node.tag} misses {n}"
        for n in attributes
        if n.endswith("!") and n[:-1] not in node.attrib
    )
    for number in ("tests", "failures", "errors", "skipped"):
        if node.get(number) is not None and not node.get(number).isdigit():
            yield f"{path}/{node.tag}@{number} is no number"
    for child in node:
        if child.tag not in children:
            yield f"{path}/{node.tag}/{child.tag}"
        else:
            yield from invalid(child, f"{path}/{node.tag}")


@pytest.mark.parametrize(
    "state", ["passing", "failing", "a problem", "a broken tenant", "no table"]
)
def test_a_report_fits_the_schema_of_jenkins(folder, tmp_path, state):
    """Every attribute and element is one that it knows; the required ones are there."""
    if state != "no table":
        folder.write(
            "tenants/acme/policy_test.yaml",
            "cases:\n" + CASE.format(SAME[0] if state == "passing" else OTHER[0]),
        )
    if state == "a problem":
        folder.write("platform/suspended.csv", "bob, left & <gone>, never\n")
    if state == "a broken tenant":
        folder.write("tenants/globex/policy.csv", "nonsense\n")
    folder.run("test", "--junit", str(tmp_path / "r.xml"))
    top = ET.parse(tmp_path / "r.xml").getroot()
    assert list(invalid(top)) == []
    suites = {suite.get("name"): suite for suite in top}
    acme = suites["acme"]
    assert int(acme.get("tests")) == len(acme.findall("testcase"))
    assert int(acme.get("failures")) == len(acme.findall("testcase/failure"))
