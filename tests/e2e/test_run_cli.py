"""`stageflow-guard run`: a file of inputs through a governed pipeline, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main
from stageflow_guard.harness.run_log import Entry
from stageflow_guard.testing import IdentityProvider

ROOT = Path(__file__).parents[2]
APP = """\
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from stageflow_guard.harness import Check, CheckFailed


async def echo(ctx):
    return StageOutput.ok(text=ctx.snapshot.input_text)


pipeline = Pipeline.from_stages(stage("intake", echo, StageKind.TRANSFORM), name="support")


async def down():
    raise CheckFailed("start the model server")


checks = [Check("model", down)]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An initialised folder with an application, a token and inputs."""
    home = tmp_path_factory.mktemp("run")
    assert main(["init", str(home)]) == 0
    (home / "app.py").write_text(APP)
    (home / "in.txt").write_text("hello\nmy mail is ada@example.com\n")
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(home / "jwks.json")
    (home / "token").write_text(
        idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines") + "\n"
    )
    return home


def run(home, *args, stdin=None):
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "run", *args],
        cwd=home, capture_output=True, text=True, input=stdin, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def test_a_table_and_a_run_log(home):
    """Exit 0 when all is ok; the log follows its schema and holds no text; results no canary."""
    done = run(
        home, "app:pipeline", "--input", "in.txt", "--token-file", "token", "--log", "l.jsonl"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == [
        "input",
        "outcome",
        "seconds",
        "stages",
        "redacted",
        "why",
    ]
    assert done.stdout.splitlines()[-1] == "2 inputs: 2 ok"
    lines = [json.loads(line) for line in (home / "l.jsonl").read_text().splitlines()]
    assert {Entry.model_validate(line).event for line in lines} >= {"start", "stage", "end"}
    assert "ada@" not in (home / "l.jsonl").read_text() + done.stdout


def test_json_lines_with_the_token_from_standard_input(home):
    """What the guard let out of the last stages stands in `output`."""
    token = (home / "token").read_text()
    done = run(home, "app:pipeline", "--input", "in.txt", "--format", "jsonl", stdin=token)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["line"] for row in rows] == [1, 2]
    assert rows[1]["output"]["intake"]["text"].startswith("my mail is ⟦EMAIL_ADDRESS_1·")


def test_a_refused_run_is_exit_1_with_its_reason(home):
    """A pipeline that no line allows: the row says why, and leads to the record."""
    done = run(home, "app:pipeline", "--name", "unknown", "--input", "in.txt",
               "--token-file", "token", "--format", "jsonl")  # fmt: skip
    assert done.returncode == 1
    row = json.loads(done.stdout.splitlines()[0])
    assert (row["outcome"], row["reason"]) == ("refused", "no_matching_rule")
    why = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "audit", "why", row["ref"]],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "no_matching_rule" in why.stdout


def test_failed_checks_are_exit_3_before_the_first_input(home):
    """Each is named on standard error; nothing ran."""
    done = run(home, "app:pipeline", "--input", "in.txt", "--token-file", "token", "--format", "jsonl",
               "--check", "app:checks", "--check", "reach=127.0.0.1:9", "--check", "env=NOT_SET_HERE")  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert "check failed: model: start the model server" in done.stderr
    assert "check failed: 127.0.0.1:9: " in done.stderr
    assert "check failed: NOT_SET_HERE: set the environment variable" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["app:nothing", "--input", "in.txt", "--token-file", "token"], "cannot be loaded"),
        (["app:pipeline", "--input", "none.txt", "--token-file", "token"], "cannot be read"),
        (["app:pipeline", "--input", "in.txt", "--token-file", "none"], "cannot be read"),
        (["app:pipeline", "--input", "in.txt"], "no token"),
        (["app:pipeline", "--input", "in.txt", "--token-file", "token", "--format", "parquet"], "--out"),
        (["app:pipeline", "--input", "in.txt", "--token-file", "token", "--check", "x=y"], "--check x=y"),
        (["app:pipeline", "--input", "in.txt", "--token-file", "token", "--concurrency", "0"], "at least 1"),
    ],
)  # fmt: skip
def test_what_cannot_run_is_a_usage_error(home, args, said):
    """Exit 2 and one line."""
    done = run(home, *args, stdin="")
    assert done.returncode == 2
    assert said in done.stderr


def test_the_reference_of_the_run_log_is_its_schema():
    """docs/reference/run-log.md names every field with the schema's own words."""
    from stageflow_guard.harness.run_log import Client

    page = (ROOT / "docs" / "reference" / "run-log.md").read_text()
    for model in (Entry, Client):
        for name, field in model.model_fields.items():
            assert f"| `{name}` | {field.description} |" in page
