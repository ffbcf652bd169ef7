"""What is said of a line that cannot be in force: what is wrong with it, and what to do."""

from __future__ import annotations

import pytest

from stageflow_guard.cli import main
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.exceptions import parse_shares
from stageflow_guard.policy.engine.rules import parse_template, parse_tenant

GOOD = "p, role:agent, acme, data, ticket/*, read, allow\n"
COLUMNS = "p, role, tenant, kind, object, act, effect"
MENDS = "`stageflow-guard policy fmt` mends it"


def said_of(content: str) -> str:
    """Return what is said of the first problem of a tenant's file."""
    made, problems = parse_tenant("acme", content.encode(), "f")
    assert made is None
    return str(problems[0])


FAULTS = {
    "a tab for a comma": (
        GOOD.replace(", acme", "\tacme"),
        "f:1:14: a tab (U+0009) is not allowed; columns are separated by commas"),
    "semicolons": (
        GOOD.replace(",", ";"), "f:1:1: columns are separated by commas, not by semicolons"),
    "Windows line ends": (
        GOOD.replace("\n", "\r\n"), f"f:1:49: the line ends as on Windows (U+000D); {MENDS}"),
    "a byte order mark": (
        "\ufeff" + GOOD, f"f:1:1: the file begins with a byte order mark (U+FEFF); {MENDS}"),
    "a byte order mark inside": (
        GOOD.replace("data", "da\ufeffta"),
        "f:1:24: character U+FEFF (ZERO WIDTH NO-BREAK SPACE) is not allowed"),
    "a return inside": (
        GOOD.replace("data", "da\rta"), "f:1:24: character U+000D is not allowed"),
    "a no-break space": (
        GOOD.replace(" data", "\u00a0data"),
        "f:1:21: character U+00A0 (NO-BREAK SPACE) is not allowed"),
    "another tenant": (
        GOOD.replace("acme", "hooli"),
        "f:1:16: tenant `hooli` in the folder of `acme`: write `acme`, or move the line to "
        "`tenants/hooli/policy.csv`"),
    "what is no tenant": (
        GOOD.replace("acme", "*"), "f:1:16: tenant `*` in the folder of `acme`: write `acme`"),
    "a column too many": (
        GOOD.replace("allow", "allow, now"),
        f"f:1:1: a p line has 7 columns here, this one 8: {COLUMNS}"),
    "two columns too few": (
        GOOD.replace("read, allow", "")[:-3] + "\n",
        f"f:1:1: a p line has 7 columns here, this one 5: {COLUMNS}"),
    "no tenant in a g line": (
        "g, user:ada, role:agent\n",
        "f:1:1: a g line has 4 columns here, this one 3: g, member, role, tenant; `tenant` is "
        "missing"),
    "no tenant in an import": (
        "import, role:agent\n",
        "f:1:1: an import line has 3 columns here, this one 2: import, role, tenant; `tenant` is "
        "missing"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_says_what_it_is_and_what_to_do(what):
    """An editor of policies need not know code points, nor count columns."""
    content, said = FAULTS[what]
    assert said_of(content) == said


@pytest.mark.parametrize("name", COLUMNS.split(", ")[1:])
def test_the_missing_column_is_named(name):
    """Where the rest can be read in one way alone, the line says which column it lacks."""
    fields = GOOD.strip().split(", ")
    del fields[COLUMNS.split(", ").index(name)]
    assert said_of(", ".join(fields) + "\n").endswith(f"; `{name}` is missing")


def test_a_column_that_cannot_be_told_is_not_guessed():
    """A second fault of the same line leaves the names of the columns, and no guess."""
    assert said_of("p, agent, acme, data, ticket/*, read\n").endswith(COLUMNS)


def test_shared_roles_and_platform_files_name_their_columns_too():
    """Each kind of file has columns of its own."""
    _, problems = parse_template("a", b"p, role:a, data, x, allow\n", "f")
    assert problems[0].reason.endswith(": p, role, kind, object, act, effect; `act` is missing")
    _, problems = parse_shares(b"share, acme, globex, data, x, read\n", "f", {})
    assert problems[0].reason.endswith(": share, owner, grantee, kind, object, act, ends")


def test_lint_says_what_follows_from_a_broken_file_once(tmp_path, monkeypatch, capsys):
    """The first error of each file says what is denied meanwhile, after what is wrong."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    folder = tmp_path / "policies"
    for tenant in ("acme", "globex"):
        file = folder / f"tenants/{tenant}/policy.csv"
        file.write_text(file.read_text() + "nonsense\nmore\n")
    (folder / "platform/shares.csv").write_text("share\n")
    for one in folder.rglob("*.*"):
        one.chmod(0o755 if one.is_dir() else 0o644)
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    out = capsys.readouterr().out
    for tenant in ("acme", "globex"):
        denied = f"; until this is mended, a guard that starts denies every request of `{tenant}`"
        assert out.count(denied) == 1
        first = next(line for line in out.splitlines() if f"{tenant}/policy.csv:" in line)
        assert f"line type `nonsense` is unknown; there are p, g, import{denied}" in first
    assert out.count("until this is mended, no line of this file is in force") == 1
    found = PolicySet.load(folder)
    for tenant in ("acme", "globex"):  # and so it is
        asked = AccessRequest(
            sub="user:bob", ten=tenant, own=tenant, kind="data", obj="ticket/7", act="read"
        )
        assert found.decide(asked).reason == "tenant_policy_invalid"
    assert found.shares == ()


def test_lint_says_that_broken_guardrails_block_every_find(tmp_path, monkeypatch, capsys):
    """The tenant is in force; what is found in its texts is blocked, whatever the platform says."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    file = tmp_path / "policies/tenants/acme/guardrails.yaml"
    file.write_text("nonsense: 1\n")
    file.chmod(0o644)
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    assert "a guard that starts blocks every find of `acme`" in capsys.readouterr().out
    rails = PolicySet.load("policies").guardrails
    found = rails.verdict("acme", entity="PERSON", score=1.0, text="Ada", direction="input")
    assert found.action == "block"


def test_what_fmt_is_said_to_mend_it_mends(tmp_path, monkeypatch, capsys):
    """After `fmt` the file with Windows line ends and a byte order mark is in force."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    file = tmp_path / "policies/tenants/acme/policy.csv"
    was = file.read_bytes()
    file.write_bytes(b"\xef\xbb\xbf" + was.replace(b"\n", b"\r\n"))
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    assert MENDS in capsys.readouterr().out
    assert main(["policy", "fmt"]) == 0
    assert main(["policy", "lint"]) == 0
    assert file.read_bytes() == was
