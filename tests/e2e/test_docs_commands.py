"""Every command that README and docs show is run, in a folder where somebody has worked."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# not run here: each has its own test, or needs what is no part of this folder
ELSEWHERE = {
    r"demo$": "tests/e2e/test_demo.py",
    r"examples run": "tests/e2e/test_examples.py",
    r"init .*--issuer": "a provider: tests/e2e/test_first_steps.py",
    r"init .*--adopt": "tests/e2e/test_adopt.py",
    r"models install": "downloads: tests/e2e/test_models.py",
    r"audit witness": "never ends: tests/e2e/test_witness.py",
    r"audit restore|--sink postgres": "a database: tests/e2e/test_lost_log.py",
    r"--witness|cosigned": "a witness: tests/e2e/test_bundle.py",
    r"--dir shop/audit": "two services: tests/e2e/test_crossing.py",
    r"policy import": "tests/e2e/test_import_casbin.py",
    r"policy tools accept": "tests/adversarial/test_definitions.py",
    r"policy break-glass|policy tenant rename": "approvers: tests/e2e/test_policy_tasks.py",
    r"trial/audit": "the README's example: tests/e2e/test_demo.py",
    r"tenant resume": "a suspension: tests/e2e/test_policy_tasks.py",
    r"approvals (show|approve|deny)": "a request that waits: tests/e2e/test_approval_verbs.py",
    r"redact --restore": "an earlier run: tests/e2e/test_redact_cli.py",
    r"^audit release|^lint$|--path policies-strict|policies-main|audit\.second": "an earlier step",
}
# what a command exits with where it is not 0, and why that is right here
CODES = {
    r"verify .*--receipt|--min 512": 1,  # of another log, or too much
    r"audit prove 17 --check|policy rollback 3f1c": 2,
    r"redact --check src": 1,  # something is found
    r"policy test .*(--coverage 100|--mutate)": 1,  # the lines that were added have no case yet
}

COMMANDS = sorted(
    {
        line.strip().removeprefix("$ ")
        for page in PAGES
        for line in re.findall(
            r"^    ((?:\$ )?stageflow-guard .*)$", page.read_text(), re.MULTILINE
        )
    }
    | {
        found
        for page in PAGES
        for found in re.findall(r"`(stageflow-guard [^`]*)`", page.read_text())
    }
)
WORDS = {
    "REF": "example.com/pipelines#4", "TEXT": "hello", "DIR": "audit", "T": "acme",
    "TOMORROW": "2099-01-01T00:00:00Z", "MODULE:ATTRIBUTE": "app:pipeline", "VERB": "config",
    "module:attribute": "app:pipeline", "FILE": "labelled.jsonl", "LINE": "audit/vkey",
}  # fmt: skip
APP = """
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import LLMPorts


async def work(ctx):
    return StageOutput.ok(heard=ctx.snapshot.input_text)


async def unheard(piece):
    pass


def ports():
    return LLMPorts(send_token=unheard)


drill_ports = ports
pipeline = Pipeline(name="support")
pipeline = pipeline.with_stage("intake", work, StageKind.TRANSFORM)
pipeline = pipeline.with_stage("retrieve", work, StageKind.ENRICH)
pipeline = pipeline.with_stage("answer", work, StageKind.TRANSFORM)
pipeline = pipeline.with_stage("send_reply", work, StageKind.WORK)
pipeline = pipeline.with_stage("escalate", work, StageKind.WORK)
support = pipeline


def support_pipeline(guard):
    return pipeline
"""
LINES = """\
p, role:officer, acme, policy, break-glass, approve, allow
g, user:otto, role:officer, acme
g, user:dan, role:supervisor, acme
"""
SETTINGS = """\
retention_days = 30
[[audit.sinks]]
kind = "sqlite"
path = "audit.db"
"""
NOTES = "Write to ada@example.com or call +1 202-555-0143.\n"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """What `init` writes, and then some days of work: runs, refusals, a suspension, files."""
    from stageflow_guard import Guard
    from stageflow_guard.testing import IdentityProvider, trial_guard

    folder = tmp_path_factory.mktemp("lived")
    assert main(["init", str(folder)]) == 0
    (folder / "app.py").write_text(APP)
    with (folder / "guard.toml").open("a") as file:
        file.write(SETTINGS)
    with (folder / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(folder / "jwks.json")
    token = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines", ttl=3600)

    async def work():
        sys.path.insert(0, str(folder))
        try:
            from app import pipeline
        finally:
            sys.path.pop(0)
            sys.modules.pop("app")
        async with Guard.load(folder / "guard.toml") as guard:
            guarded = guard.mount(pipeline)
            for _ in range(5):
                async with guard.session(token):
                    await guarded.run(input_text=NOTES)
        async with trial_guard(folder / "trial"):
            pass

    asyncio.run(work())
    labelled = {"text": NOTES, "spans": [[9, 24, "EMAIL_ADDRESS"]], "locale": "en", "kind": "note"}
    files = {
        "token": token, "token.txt": token, "messages.txt": NOTES, "notes.md": NOTES,
        "export.csv": "name;mail\nAda;ada@example.com\n", "tickets/1.txt": NOTES,
        "src/a.py": f"# {NOTES}", "docs/a.md": NOTES, "labelled.jsonl": json.dumps(labelled) + "\n",
        "kept-elsewhere": (folder / "audit" / "checkpoint").read_text(),
        "old-vkey": (folder / "audit" / "vkey").read_text(),
        "old-checkpoint": (folder / "audit" / "checkpoint").read_text(),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    shutil.copytree(folder, folder / "governance")
    shutil.copytree(folder / "policies", folder / "base" / "policies")
    return folder


def _one(table, command, other):
    return next((value for pattern, value in table.items() if re.search(pattern, command)), other)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_docs_runs(lived, tmp_path, monkeypatch, capsys, command):
    """With the exit code that it should have here; what it prints is no fault of ours."""
    words = [WORDS.get(one, one) for one in shlex.split(re.split(r" [<>] ", command)[0])[1:]]
    said = " ".join(words)
    if where := _one(ELSEWHERE, said, None):
        pytest.skip(where)
    here = tmp_path / "here"
    shutil.copytree(lived, here)
    if words[0] == "init":
        (here / "empty").mkdir()
        here /= "empty"
    monkeypatch.chdir(here)
    monkeypatch.setattr("sys.stdin", io.StringIO((lived / "token").read_text()))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "app", raising=False)
    words = [one.replace("../base", "base") for one in words]
    capsys.readouterr()
    code = main(words)
    sys.modules.pop("app", None)
    out = capsys.readouterr()
    assert code == _one(CODES, said, 0), (out.out[-500:], out.err[-500:])
    assert "internal_error" not in out.err
