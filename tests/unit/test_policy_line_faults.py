"""What is said of a line that cannot be in force: what is wrong with it, and what to do."""

from __future__ import annotations

import pytest

from stageflow_guard.cli import main
from stageflow_guard.errors import ConfigError
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


TENANTS_OWN = {
    "guardrails.yaml": "blocks every find of `acme`",
    "limits.yaml": "runs nothing of `acme`",
    "tools.yaml": "runs no tool of `acme`",
}


@pytest.mark.parametrize("name", TENANTS_OWN)
def test_lint_names_line_and_consequence_of_every_file_of_a_tenant(
    name, tmp_path, monkeypatch, capsys
):
    """A broken file of a tenant is named once, at the line that is wrong, with what follows."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    file = tmp_path / "policies/tenants/acme" / name
    file.write_text("# mine\nnonsense: 1\n")
    file.chmod(0o644)
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    out = capsys.readouterr().out
    assert f"a guard that starts {TENANTS_OWN[name]}" in out
    assert out.count(f"acme/{name}:") == 1  # not again in the reason


def test_what_a_broken_file_of_a_tenant_is_said_to_do_it_does(tmp_path, monkeypatch):
    """No limit is known and no tool's bounds are: nothing of the tenant, no tool of it, may run."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    for name in ("limits.yaml", "tools.yaml"):
        file = tmp_path / "policies/tenants/acme" / name
        file.write_text("nonsense: 1\n")
        file.chmod(0o644)
    found = PolicySet.load("policies")
    with pytest.raises(ConfigError):
        found.limits.of("acme")
    assert found.limits.of("globex") == []
    controls = found.tools.controls("acme", "any", frozenset())
    assert controls is not None and controls.broken == "tenants/acme/tools.yaml"


@pytest.mark.parametrize("name", [
    "model.conf", "catalogue.yaml", "guardrails.yaml", "accepted_tools.yaml", "limits.yaml",
    "flow.yaml", "platform/suspended.csv",
])  # fmt: skip
def test_lint_says_that_nothing_starts_with_a_broken_file_of_the_platform(
    name, tmp_path, monkeypatch, capsys
):
    """Without such a file nothing is safe to answer: no guard starts, one that runs goes on."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    file = tmp_path / "policies" / name
    file.write_bytes(b"\xff\n")
    file.chmod(0o644)
    capsys.readouterr()
    assert main(["policy", "lint"]) == 2
    err = capsys.readouterr().err
    assert name in err
    assert "no guard starts with these policies, and one that runs goes on" in err
    assert main(["policy", "lint", "--policies", "nowhere"]) == 2
    assert "no guard starts" not in capsys.readouterr().err  # a word mistyped breaks nothing


def test_lint_says_that_a_broken_shared_role_denies_those_who_import_it(
    tmp_path, monkeypatch, capsys
):
    """A broken file in `roles/` says what follows, as a tenant's does."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    (tmp_path / "policies/roles").mkdir(mode=0o755)
    file = tmp_path / "policies/roles/viewer.csv"
    file.write_text("nonsense\n")
    file.chmod(0o644)
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    out = capsys.readouterr().out
    assert "a guard that starts denies every request of a tenant that imports it" in out


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\u202eb", "a\nb", "a b", "a,b", "\udcff"])
def test_a_shared_role_that_no_line_can_name_is_a_problem(name, tmp_path, monkeypatch, capsys):
    """Its file is not in force, and its name is shown as nothing that a terminal would obey."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    before = PolicySet.load("policies").revision
    (tmp_path / "policies/roles").mkdir(mode=0o755)
    file = tmp_path / f"policies/roles/{name}.csv"
    file.write_text("p, role:x, data, ticket/*, read, allow\n")
    file.chmod(0o644)
    found = PolicySet.load("policies")
    (problem,) = found.problems
    assert "no line can import a role of this name" in problem.reason
    assert problem.file.isprintable()
    assert found.revision == before
    capsys.readouterr()
    assert main(["policy", "lint"]) == 1
    out = capsys.readouterr().out
    assert "no line can import" in out
    assert all(line.isprintable() for line in out.splitlines())


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
