"""`stageflow-guard lint`: exit codes, every format, policies, `--fix`, hooks; as a user runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import jsonschema
import pytest

from stageflow_guard.cli import main
from stageflow_guard.lint import CODES

ROOT = Path(__file__).parents[2]
FAULTY = """\
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput


async def intake(ctx):
    return StageOutput.ok(message=ctx.snapshot.input_text)


async def answer(ctx):
    name = ctx.inputs.get_from(ctx.snapshot.input_text, "name")
    return StageOutput.ok(text=ctx.inputs.get_from("intake", "message"), name=name)


pipeline = Pipeline.from_stages(
    stage("intake", intake, StageKind.TRANSFORM),
    stage("answer", answer, StageKind.TRANSFORM),
    name="support",
)


def broken():
    raise ValueError("4111 1111 1111 1111")


def needs(argument):
    return pipeline


async def asynchronous():
    return pipeline


class Application:
    __slots__ = ("routes",)

    def __call__(self, scope):
        return pipeline


application = Application()
number = 7
"""


@pytest.fixture
def home(tmp_path):
    """A folder with one faulty pipeline and nothing else."""
    (tmp_path / "app.py").write_text(FAULTY)
    (tmp_path / "bad.py").write_text("import not_there\n")
    return tmp_path


def lint(home, *args):
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "lint", *args],
        cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def test_text_names_place_severity_remedy_and_sums_up(home):
    """A line for each fault, the declaration to paste below it, and a line for the pipeline."""
    done = lint(home, "app:pipeline")
    assert done.returncode == 1
    assert done.stdout == (
        "app.py:10:12: note: stage `answer`: reads a stage whose name is computed: "
        "`ctx.inputs.get_from(ctx.snapshot.input_text, 'name')` [SG901]\n"
        "app.py:11:32: error: stage `answer` reads `intake` and does not depend on it: "
        "`ctx.inputs.get_from('intake', 'message')` [SG101]\n"
        '    write `dependencies=("intake",)`\n'
        "not ok: 2 stages of `support`, 1 error, 1 note\n"
    )


def test_editor_lines_are_file_line_column_code_message(home):
    """What editors and problem matchers parse."""
    lines = lint(home, "app:pipeline", "--format", "editor").stdout.splitlines()
    assert all(re.fullmatch(r"app\.py:\d+:\d+: SG\d{3} .+", line) for line in lines)
    assert len(lines) == 2


def test_json_has_stable_fields(home):
    """One document; `--json` is the same."""
    done = lint(home, "app:pipeline", "--json")
    found = json.loads(done.stdout)["pipelines"][0]
    assert (found["pipeline"], found["stages"], found["holds"]) == ("support", 2, False)
    assert found["diagnostics"][1] == {
        "code": "SG101", "name": "undeclared-dependency", "severity": "error", "file": "app.py",
        "line": 11, "column": 32, "stage": "answer", "remedy": 'write `dependencies=("intake",)`',
        "message": "stage `answer` reads `intake` and does not depend on it: "
        "`ctx.inputs.get_from('intake', 'message')`", "fixable": True, "page": CODES["SG101"].page,
    }  # fmt: skip
    assert lint(home, "app:pipeline", "--format", "json").stdout == done.stdout


def test_github_annotations_are_workflow_commands(home):
    """`::error file=…,line=…,col=…,title=…::message`, escaped."""
    lines = lint(home, "app:pipeline", "--format", "github").stdout.splitlines()
    assert lines[0].startswith("::notice file=app.py,line=10,col=12,title=SG901 not-seen::stage ")
    assert lines[1].startswith("::error file=app.py,line=11,col=32,title=SG101 ")


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory):
    """The published schema, as a package of the npm registry ships it."""
    if shutil.which("npm") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("npm is not installed")
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("sarif")
    done = subprocess.run(
        ["npm", "pack", "--silent", "@microsoft/jest-sarif@1.0.0-beta.0"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode and os.environ.get("CI") != "true":
        pytest.skip("the npm registry cannot be reached")
    assert done.returncode == 0, done.stderr
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        member = archive.extractfile("package/lib/schemas/sarif-2.1.0-rtm.5.json")
        return json.load(member)


def test_sarif_follows_the_published_schema(home, sarif_schema):
    """Valid by the schema, with every code as a rule and a page, and places that a viewer opens."""
    log = json.loads(lint(home, "app:pipeline", "--format", "sarif").stdout)
    jsonschema.Draft7Validator(sarif_schema).validate(log)
    run = log["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(CODES)
    found = run["results"][1]
    assert found["ruleId"] == "SG101"
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "SG101"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "app.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 11, "startColumn": 32}


def test_out_writes_the_report(home):
    """`--out FILE` writes what would be printed, in its format."""
    done = lint(home, "app:pipeline", "--format", "sarif", "--out", "lint.sarif")
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((home / "lint.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("app.py", "is a file: name its module, `app`"),
        ("nowhere", "no module `nowhere` in "),
        ("nowhere:pipeline", "cannot be loaded: no module `nowhere` in "),
        ("app:nothing", "cannot be loaded: `app` has no `nothing`"),
        ("app:broken", "cannot be loaded (ValueError: app.py:"),
        ("app:needs", "cannot be loaded (TypeError"),
        ("app:application", "a `Application` cannot be read; a module's functions can"),
        ("app:number", "the graph of a `int` cannot be read"),
        ("app:asynchronous", "is an async function and no pipeline: name its module, `app`"),
        ("bad", "it imports `not_there`, which is not installed"),
    ],
)
def test_what_cannot_be_loaded_is_a_usage_error_by_name(home, target, said):
    """Exit 2, one line that names the target, and never the text of the application's own error."""
    done = lint(home, target)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("config_error: ")
    assert said in done.stderr
    assert "4111" not in done.stderr


def test_a_module_alone_has_its_functions_read(home):
    """`ok` speaks of functions; a pipeline in it is not judged, and that is said."""
    done = lint(home, "app")
    assert done.returncode == 0
    assert done.stdout == "ok: 6 functions of `app`, nothing to mend\n"
    assert done.stderr == (
        "note: `app:pipeline` is a pipeline: its stages are judged by that name alone\n"
    )


def test_a_pipeline_that_is_named_beside_its_module_needs_no_note(home):
    """Module and pipeline are judged, each in its own line."""
    done = lint(home, "app", "app:pipeline")
    assert done.stderr == ""
    assert [line[:2] for line in done.stdout.splitlines() if "of `" in line] == ["ok", "no"]


def test_nothing_to_lint_is_a_usage_error(home):
    """Without a target there is nothing that could hold."""
    assert lint(home).returncode == 2


def test_codes_lists_the_catalogue(home):
    """Every code with its severity, name and summary."""
    lines = lint(home, "--codes").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CODES)


def test_fix_writes_the_dependencies_and_judges_again(home):
    """Only the declaration changes; the second run changes nothing; exit by what is left."""
    done = lint(home, "app:pipeline", "--fix")
    assert done.returncode == 0
    assert "fixed " in done.stderr
    assert done.stdout.endswith("ok: 2 stages of `support`, 1 note\n")
    wanted = FAULTY.replace(
        'stage("answer", answer, StageKind.TRANSFORM)',
        'stage("answer", answer, StageKind.TRANSFORM, dependencies=("intake",))',
    )
    assert (home / "app.py").read_text() == wanted
    again = lint(home, "app:pipeline", "--fix")
    assert (again.returncode, again.stderr) == (0, "")
    assert (home / "app.py").read_text() == wanted


def test_fix_without_its_extra_names_the_extra(home, tmp_path):
    """No file is touched, and the message says what to install."""
    (tmp_path / "libcst.py").write_text("raise ModuleNotFoundError(name='libcst')\n")
    done = lint(home, "app:pipeline", "--fix")
    assert done.returncode == 2
    assert "stageflow-guard[lint]" in done.stderr
    assert (home / "app.py").read_text() == FAULTY


POLICED = """\
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput


class Send:
    def __init__(self, guard=None):
        self.guard = guard

    async def execute(self, ctx):
        await self.guard.authorize(kind="tool", obj="fax", act="call")
        return StageOutput.ok(sent=True)


async def intake(ctx):
    return StageOutput.ok(message="x")


pipeline = Pipeline.from_stages(
    stage("intake", intake, StageKind.TRANSFORM),
    stage("launch", Send(), StageKind.WORK, after="intake"),
    name="support",
)
"""
POLICY = """\
g, user:ada, role:agent, acme
p, role:agent, acme, stage, support/intake, run, allow
p, role:agent, acme, stage, support/lunch, run, allow
p, role:agent, acme, tool, mail, call, allow
"""


def test_policies_are_judged_against_the_pipeline(home):
    """What nobody may run or call, and what lines name that is not there, each at its line."""
    assert main(["init", str(home)]) == 0
    shutil.rmtree(home / "policies" / "tenants")
    (home / "policies" / "tenants" / "acme").mkdir(parents=True)
    (home / "policies" / "tenants" / "acme" / "policy.csv").write_text(POLICY)
    (home / "app.py").write_text(POLICED)
    done = lint(home, "app:pipeline", "--tool", "fax", "--format", "editor")
    heads = [line.split(": ", 1) for line in done.stdout.splitlines()]
    found = {(*place.split(":")[:2], said.split()[0]) for place, said in heads}
    csv = "policies/tenants/acme/policy.csv"
    assert found == {
        ("app.py", "20", "SG301"), ("app.py", "10", "SG302"), (csv, "3", "SG303"),
        (csv, "4", "SG304"),
    }  # fmt: skip
    assert "did you mean `support/launch`?" in done.stdout
    assert "add `p, role:ROLE, TENANT, stage, support/launch, run, allow`" in done.stdout
    named = lint(home, "app:pipeline", "--name", "other", "--policies", "policies")
    assert named.stdout.count("SG301") == 2


def test_the_pre_commit_hook_is_this_verb():
    """The hook that users name in their own pre-commit file runs `stageflow-guard lint`."""
    import yaml

    hooks = {
        one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    assert hooks["pipeline-lint"]["entry"] == "stageflow-guard lint --format editor"
    assert hooks["pipeline-lint"]["pass_filenames"] is False
