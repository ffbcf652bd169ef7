"""What is released: sdist and wheel as built, byte for byte the same, with their licence."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A clean copy of what is tracked, built twice."""
    source = tmp_path_factory.mktemp("source") / "tree"
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout.decode().split("\0")  # fmt: skip
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, source / name)
    else:
        shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".venv", "__pycache__", ".*"))
    out = []
    for turn in ("one", "two"):
        folder = tmp_path_factory.mktemp(turn)
        done = subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)],
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        out.append(sorted(folder.iterdir()))
    return out


def test_two_builds_are_equal_byte_for_byte(built):
    """The same source and the same date give the same files."""
    digests = [{p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in one} for one in built]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 2


def test_the_licence_and_what_is_shipped_are_in_both(built):
    """LICENSE, types, policies, examples; no test, no secret, no path of the machine that built."""
    sdist, wheel = (next(p for p in built[0] if p.suffix == end) for end in (".gz", ".whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(n for n in names if n.endswith("METADATA"))).decode()
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert "stageflow_guard/py.typed" in names
    assert "stageflow_guard/_shipped/examples/pipelines/core_1_simple_chat.py" in names
    assert "stageflow_guard/_shipped/policies/model.conf" in names
    assert not [n for n in names if n.startswith("tests/") or n.endswith(".key")]
    assert "License-Expression: Apache-2.0" in metadata
    with tarfile.open(sdist) as archive:
        assert any(n.endswith("/LICENSE") for n in archive.getnames())


def _is(python, version):
    """Say whether `python` starts and is that version: a version manager's stand-in may be neither."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == version


@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_runs_on_every_python_that_is_promised(built, tmp_path, version):
    """Installed as built, without any dependency, it says its version and its verbs."""
    places = [
        shutil.which(f"python{version}"),
        *map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")),
    ]
    found = next((one for one in places if one and _is(one, version)), None)
    if found is None:
        pytest.skip(f"no Python {version} here; nox has it")
    wheel = next(p for p in built[0] if p.suffix == ".whl")
    env = tmp_path / "env"
    subprocess.run([found, "-m", "venv", str(env)], check=True)
    python = env / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True
    )
    for args in (["--version"], ["--help"], ["lint", "--help"]):
        done = subprocess.run(
            [python, "-I", "-m", "stageflow_guard", *args],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert PROJECT["version"] in subprocess.run(
        [python, "-I", "-m", "stageflow_guard", "--version"], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip


def test_all_is_every_extra_and_each_stands_in_the_table():
    """`[all]` names each extra but `dev`; docs/reference/extras.md says what each is for."""
    extras = set(PROJECT["optional-dependencies"]) - {"all", "dev"}
    (everything,) = PROJECT["optional-dependencies"]["all"]
    assert set(re.search(r"\[(.*)\]", everything).group(1).split(",")) == extras
    table = (ROOT / "docs" / "reference" / "extras.md").read_text()
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)) == extras | {"all"}


def test_workflows_hold_by_actionlint():
    """Every workflow under .github, by the linter for them."""
    tool = shutil.which("actionlint") or str(Path(sys.executable).parent / "actionlint")
    if not Path(tool).exists():
        pytest.skip("actionlint is not installed")
    files = [str(p) for p in sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    done = subprocess.run([tool, "-no-color", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_workflows_and_actions_hold_by_an_audit_for_them():
    """Actions are pinned by hash, tokens have no more rights than they need, nothing is injected."""
    tool = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [tool, "--offline", "--no-progress", "--color=never", ROOT / ".github"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_policy_action_runs_verbs_that_exist():
    """Each command of the action parses, and the container's entry point does."""
    from stageflow_guard.cli import parser

    action = yaml.safe_load((ROOT / ".github" / "actions" / "policy" / "action.yml").read_text())
    commands = [
        line.strip().partition(" >>")[0]
        for step in action["runs"]["steps"]
        for line in step.get("run", "").splitlines()
        if line.strip().startswith("stageflow-guard ")
    ]
    assert len(commands) == 4
    for command in commands:
        parser().parse_args(re.sub(r'"\$(\w+)"', r"\1", command).split()[1:])
    container = (ROOT / ".github" / "container" / "Containerfile").read_text()
    entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", container, re.MULTILINE).group(1))
    given = json.loads(re.search(r"^CMD (.*)$", container, re.MULTILINE).group(1))
    parser().parse_args([*entry[1:], *given])
    assert "USER reader" in container
    page = (ROOT / "docs" / "how-to" / "review-policy-changes.md").read_text()
    for run in re.findall(r"(?:docker|podman) run .*", container + page):
        assert "--user " in run, "a log is readable by its owner alone"


def test_a_bill_of_materials_names_every_dependency(tmp_path):
    """CycloneDX of this environment: each dependency of the project, with its version."""
    out = tmp_path / "sbom.json"
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", sys.executable, "-o", str(out)],
        check=True, capture_output=True,
    )  # fmt: skip
    sbom = json.loads(out.read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    named = {c["name"].lower().replace("_", "-") for c in sbom["components"] if c.get("version")}
    wanted = {re.match(r"[A-Za-z0-9_.-]+", one).group(0).lower() for one in PROJECT["dependencies"]}
    assert {one.replace("_", "-") for one in wanted} <= named
