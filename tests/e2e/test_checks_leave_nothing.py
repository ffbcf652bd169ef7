"""`config check --online` tries everything and leaves every file as it was; every verb finds them."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from stageflow_guard import Guard
from stageflow_guard.cli import main, parser
from stageflow_guard.cli.places import leaves


def tree():
    """Return every file and folder here, with what it holds."""
    return {
        str(p): sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in Path().rglob("*")
    }


@pytest.mark.parametrize("lived", [False, True])
@pytest.mark.parametrize("sink", [None, "sqlite"])
@pytest.mark.parametrize("shard", [None, "auto", "w7"])
def test_a_check_leaves_nothing_behind(tmp_path, monkeypatch, capsys, shard, sink, lived):
    """Before the first record and after it, and the shard that is wanted next opens as before."""
    assert main(["init", str(tmp_path)]) == 0
    monkeypatch.chdir(tmp_path)
    toml = Path("guard.toml")
    if shard:
        toml.write_text(toml.read_text().replace("[audit]\n", f'[audit]\nshard = "{shard}"\n'))
    if sink:
        toml.write_text(toml.read_text() + '\n[[audit.sinks]]\nkind = "sqlite"\npath = "db"\n')

    async def live():
        async with Guard.load("guard.toml") as guard:
            await guard._pep.log.append({"kind": "auth"})

    if lived:
        asyncio.run(live())
    before = tree()
    for _ in range(2):
        assert main(["config", "check", "--online"]) == 0, capsys.readouterr()
        assert tree() == before
    asyncio.run(live())


UPKEEP = [
    ["ship"], ["lag"], ["reconcile"], ["dead-letters", "list"], ["verify", "--sink", "sqlite"],
    ["holds"], ["hold", "h", "--why", "w", "--run", "r"], ["release", "h", "--why", "w"],
    ["erase", "user:nobody"], ["prune", "--below", "0"], ["rotate"],
]  # fmt: skip


@pytest.mark.parametrize("verb", UPKEEP, ids=" ".join)
def test_verbs_of_settings_take_the_logs_folder_too(tmp_path, monkeypatch, capsys, verb):
    """`--audit` is about another log than `guard.toml` names; the one that it names is not asked."""
    assert main(["init", str(tmp_path / "home")]) == 0
    monkeypatch.chdir(tmp_path)
    toml = Path("home/guard.toml")
    toml.write_text(toml.read_text() + '\n[[audit.sinks]]\nkind = "sqlite"\npath = "db"\n')

    async def live():
        async with Guard.load(toml) as guard:
            await guard._pep.log.append({"kind": "auth"})

    asyncio.run(live())
    Path("home/audit").rename("elsewhere")
    Path("home/audit.sinks").rename("elsewhere.sinks")
    if verb[0] == "release":
        hold = ["audit", *UPKEEP[6], "--config", str(toml)]
        assert main([*hold, "--audit", "elsewhere"]) == 0
    args = ["audit", *verb, "--config", str(toml), "--audit", "elsewhere"]
    assert main(args) == 0, capsys.readouterr()
    assert not Path("home/audit").exists()


def test_every_verb_of_a_log_or_of_policies_takes_config_and_its_folder():
    """No verb has a name of its own for them."""
    found = {
        verb.prog: verb._option_string_actions.keys()
        for verb in leaves(parser())
        if verb.prog.split()[1] in ("audit", "policy")
    }
    assert len(found) > 40
    alone = {"stageflow-guard audit schema", "stageflow-guard policy schema",
             "stageflow-guard policy import"}  # fmt: skip
    for name, options in found.items():
        flag = "--audit" if name.split()[1] == "audit" else "--policies"
        assert name in alone or {"--config", flag} <= options, name


@pytest.mark.parametrize(
    ("flag", "value", "meant"),
    [("--kind", "aproval", "approval"), ("--decision", "denied", "deny"), ("--kind", "", None),
     ("--decision", "PERMIT", None)],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["query", "denied", "timeline", "export"])
def test_a_filter_that_can_choose_nothing_is_a_usage_error(
    tmp_path, monkeypatch, capsys, verb, flag, value, meant
):
    """An empty answer would look like "nothing happened"."""
    if verb == "denied" and flag == "--decision":
        pytest.skip("denied is a decision of its own")
    assert main(["init", str(tmp_path)]) == 0
    monkeypatch.chdir(tmp_path)

    async def live():
        async with Guard.load("guard.toml") as guard:
            await guard._pep.log.append({"kind": "auth"})

    asyncio.run(live())
    capsys.readouterr()
    assert main(["audit", verb, flag, value, "--tenant", "acme"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{flag} is one of" in said.err
    assert meant is None or f"did you mean `{meant}`" in said.err
    assert main(["audit", verb, "--kind", "auth", "--tenant", "acme"]) == 0
