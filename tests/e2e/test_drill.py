"""`drill` and `doctor` hold on a guarded pipeline, and say so when a guard does not hold."""

from __future__ import annotations

import html.parser
import json
import subprocess
import sys

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput

from stageflow_guard import ConfigError, Guard, Settings
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider
from stageflow_guard.testing.doctor import examine, forged
from stageflow_guard.testing.drill import drill
from stageflow_guard.testing.drill.faults import FAULTS, PORTS, applies


async def intake(ctx):
    return StageOutput.ok(text=ctx.snapshot.input_text)


async def answer(ctx):
    return StageOutput.ok(text=ctx.inputs.get_from("intake", "text"))


PIPELINE = Pipeline.from_stages(
    stage("intake", intake, StageKind.TRANSFORM),
    stage("other", intake, StageKind.TRANSFORM),
    stage("answer", answer, StageKind.AGENT, after="intake"),
    name="support",
)


async def test_every_failure_of_every_collaborator_is_refused_and_nothing_runs_unguarded():
    """Each port and fault is tried at its first, middle and last call; all are typed refusals."""
    report = await drill(lambda guard: PIPELINE)
    assert report.holds, report.table()
    tried = {(row.port, row.fault) for row in report.rows}
    assert tried == {(p.name, f) for p in PORTS for f in FAULTS if applies(p, f)}
    assert set(report.control) == {"intake", "other", "answer"}
    assert report.table().endswith("0 stages ran unguarded\n")


async def test_a_guard_that_mounts_nothing_does_not_hold(monkeypatch):
    """A drill that could not fail would prove nothing."""
    monkeypatch.setattr(Guard, "mount", lambda self, target, name=None: target)
    report = await drill(lambda guard: PIPELINE)
    assert not report.holds
    assert not any(row.code for row in report.rows)
    assert any(row.unguarded for row in report.rows)
    assert any(row.raw for row in report.rows)
    assert "did not hold" in report.table()


async def test_a_flow_that_believes_a_broken_decision_point_does_not_hold(monkeypatch):
    """A stage that starts without its permit on record is counted as unguarded."""
    from stageflow_guard.enforcement import recorder

    async def lost(self, record, run):
        return 0, False

    monkeypatch.setattr(recorder.Recorder, "append_permit", lost)
    report = await drill(lambda guard: PIPELINE)
    assert not report.holds
    assert any(row.unguarded for row in report.rows)


async def test_a_pipeline_that_does_not_run_cannot_be_drilled():
    """The message says what to do; the text of the stage's error is not in it."""

    async def broken(ctx):
        raise ValueError("4111 1111 1111 1111")

    pipeline = Pipeline.from_stages(stage("b", broken, StageKind.TRANSFORM), name="p")
    with pytest.raises(ConfigError, match="give the stages doubles") as caught:
        await drill(lambda guard: pipeline)
    assert "4111" not in str(caught.value)
    with pytest.raises(ConfigError, match="takes a stageflow `Pipeline`"):
        await drill(lambda guard: object())
    with pytest.raises(ConfigError, match="not mounted yet"):
        await drill(lambda guard: guard.mount(PIPELINE))


APP = """\
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput


class Intake:
    def __init__(self, guard):
        self.guard = guard

    async def execute(self, ctx):
        key = self.guard.scoped_key("cache")
        return StageOutput.ok(text=ctx.snapshot.input_text, key=key[:5])


def pipeline(guard):
    return Pipeline.from_stages(
        stage("intake", Intake(guard), StageKind.TRANSFORM), name="support"
    )
"""


@pytest.fixture
def home(tmp_path):
    """An initialised folder with an application whose pipeline takes the guard."""
    assert main(["init", str(tmp_path)]) == 0
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def cli(home, *args):
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", *args],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def test_the_drill_verb_prints_a_table_and_writes_evidence(home):
    """Exit 0; JSON with stable fields; a page that stands alone."""
    done = cli(home, "drill", "app:pipeline", "--html", "drill.html", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["version"], report["holds"], report["control"]) == (1, True, ["intake"])
    assert all(row["holds"] and not row["unguarded"] for row in report["rows"])
    page = (home / "drill.html").read_text()
    html.parser.HTMLParser().feed(page)
    assert "http" not in page.replace("https://", "") and "<script" not in page
    assert page.count("<tr>") == len(report["rows"]) + 1
    table = cli(home, "drill", "app:pipeline")
    assert table.stdout.splitlines()[-1].startswith("held: ")
    assert cli(home, "drill", "app:nothing").returncode == 2


def test_lint_gives_a_pipeline_function_a_guard(tmp_path):
    """One function serves `lint`, `drill`, `doctor` and `run`."""
    (tmp_path / "app.py").write_text(APP)
    assert cli(tmp_path, "lint", "app:pipeline").stdout.startswith("ok: 1 stage of `support`")


def test_the_doctor_finds_nothing_on_what_init_writes(home):
    """Each attempt is refused with a ref that leads to its record; what needs a caller is said."""
    done = cli(home, "doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["on_record"] is True
    assert done.stderr == ""  # the table says what log lines would say again
    attempts = {one["attempt"]: one for one in json.loads(done.stdout)["attempts"]}
    assert attempts.pop("another tenant's data")["held"] is None
    assert len(attempts) >= 10
    for one in attempts.values():
        assert one["held"] is True, one
        why = cli(home, "audit", "why", one["ref"])
        assert why.returncode == 0, (one, why.stderr)
    assert cli(home, "audit", "verify").returncode == 0


def test_the_doctor_says_what_it_takes(home):
    """A class, a number: a usage error that names it, and no fault of ours."""
    (home / "app.py").write_text("class Desk:\n    pass\n\n\nnumber = 7\n")
    for target, kind in (("app:Desk", "Desk"), ("app:number", "int")):
        done = cli(home, "doctor", target)
        assert done.returncode == 2
        assert done.stderr.startswith("config_error: the doctor takes a stageflow `Pipeline`")
        assert f"not `{kind}`" in done.stderr


def test_the_doctor_tries_another_tenants_data_as_a_real_caller(home):
    """With a caller's token, and with the application's own pipeline."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(home / "jwks.json")
    (home / "token").write_text(
        idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")
    )
    done = cli(home, "doctor", "app:pipeline", "--token-file", "token")
    assert done.returncode == 0, done.stdout
    assert "another tenant's data" in done.stdout
    assert "foreign_owner" in done.stdout
    assert "not tried" not in done.stdout


STREAMS = """\
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import LLMPorts
from stageflow_guard import Guard


async def gone(text):
    pass


def ports():
    return LLMPorts(send_token=gone)


def pipeline(guard):
    async def answer(ctx):
        await ctx.inputs.ports.send_token("hello")
        return StageOutput.ok(done=True)

    return Pipeline(name="support").with_stage("answer", answer, StageKind.TRANSFORM)


guard = Guard.load("guard.toml")
mounted = guard.mount(pipeline(guard))
"""


def test_a_pipeline_that_streams_is_drilled_with_its_ports(home):
    """Without them the message names stage, place and option; a mounted one says what to build."""
    (home / "app.py").write_text(STREAMS)
    done = cli(home, "drill", "app:pipeline")
    assert done.returncode == 2
    assert "stage `answer` failed at app.py:17 (AttributeError)" in done.stderr
    assert "`--ports`" in done.stderr
    done = cli(home, "drill", "app:pipeline", "--ports", "app:ports", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["control"] == ["answer"]
    done = cli(home, "drill", "app:mounted")
    assert done.returncode == 2
    assert "a function with a parameter `guard`" in done.stderr


ELSEWHERE = """\
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput
from stageflow_guard import Guard

own = Guard.load("guard.toml")


@own.protect(kind="tool", obj="refund")
async def refund(order):
    return order


def pipeline(guard):
    async def answer(ctx):
        return StageOutput.ok(done=await refund(7))

    return Pipeline(name="support").with_stage("answer", answer, StageKind.TRANSFORM)
"""


def test_a_tool_of_the_applications_own_guard_is_told_from_a_broken_pipeline(home):
    """The drill's caller is nobody to another guard: the message says where the tool belongs."""
    (home / "app.py").write_text(ELSEWHERE)
    done = cli(home, "drill", "app:pipeline")
    assert done.returncode == 2
    assert "(not_authenticated): what it calls is protected or mounted by another guard" in (
        done.stderr
    )


ASYNC = """\
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput


async def pipeline(guard):
    async def answer(ctx):
        return StageOutput.ok(done=True)

    return Pipeline(name="support").with_stage("answer", answer, StageKind.TRANSFORM)
"""


@pytest.mark.parametrize("verb", ["drill", "doctor"])
def test_an_async_function_may_make_the_pipeline(home, verb):
    """What it returns is awaited, and nothing warns of a coroutine."""
    (home / "app.py").write_text(ASYNC)
    done = cli(home, verb, "app:pipeline")
    assert (done.returncode, done.stderr) == (0, "")


HOLDER = """\
import asyncio, sys
from stageflow_guard import Guard


async def main():
    async with Guard.load("guard.toml"):
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.readline)


asyncio.run(main())
"""


@pytest.fixture
def served(home):
    """The same folder while a server holds its log."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as server:  # fmt: skip
        assert server.stdout.readline() == "open\n"
        yield home
        server.communicate("\n")


@pytest.mark.parametrize("settings", ["", "approvals", "vault"])
def test_the_doctor_examines_beside_a_running_server_and_writes_nothing(served, settings):
    """Every attempt is made, by the settings in force; no file of the folder changes."""
    for path in (served / "policies").rglob("*"):
        assert path.stat().st_mode & 0o022 == 0
    if settings:  # what the server has open is not opened again
        with (served / "guard.toml").open("a") as file:
            file.write({
                "approvals": '[approvals]\nkind = "sqlite"\npath = "approvals.db"\n',
                "vault": '[redaction.vault]\nkind = "sqlite"\npath = "vault.db"\n',
            }[settings])  # fmt: skip
    before = {p: p.read_bytes() for p in served.rglob("*") if p.is_file()}
    done = cli(served, "doctor", "--json")
    assert done.returncode == 0, done.stderr
    assert {p: p.read_bytes() for p in served.rglob("*") if p.is_file()} == before
    found = json.loads(done.stdout)
    assert found["on_record"] is False
    assert sum(one["held"] is True for one in found["attempts"]) >= 10
    assert not any(one["ref"] for one in found["attempts"])
    assert "in use by a running guard" in done.stderr


@pytest.mark.parametrize("policy_denies", [False, True])
async def test_the_doctor_says_who_got_in(home, monkeypatch, policy_denies):
    """A forged token that is believed is a finding, also where policy then denies everything."""
    from stageflow_guard.model import Principal
    from stageflow_guard.testing.conformance import Environment

    env = Environment()

    async def believe(credential):
        return Principal(subject="user:doctor", tenant="acme", key_id="k1")

    env.tokens.authenticate = believe
    if policy_denies:
        env.rules.denied.add("work")
    monkeypatch.chdir(home)
    settings = Settings.load("guard.toml")
    async with env.guard:
        found = {one.name: one for one in await examine(env.guard, settings)}
    for name in forged(settings):
        assert found[name].held is False, found[name]
    assert found["no token"].held is True
    assert found["a tool called outside of a run"].held is True
