"""The main job, from the command line, on real parts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.cli import main

ROOT = Path(__file__).parents[2]


def cli(*args, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "import sys; from stageflow_guard.cli import main; sys.exit(main())", *args],
        capture_output=True, text=True, cwd=cwd, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One run of the demo."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = cli("demo", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_the_demo_decides_as_told(demo):
    """Four pipelines: what must be refused is refused, the rest runs."""
    _, text = demo
    assert text.count("✗ refused") == 6
    assert text.count("✓ allowed") == 8
    for reason in ("expired", "signature", "audience", "explicit_deny", "foreign_owner", "US_SSN"):
        assert reason in text


def test_the_twenty_pipelines_stand_in_one_table_at_its_end(demo):
    """A line for each, with how its attempts ended and how many records of its log verify."""
    from stageflow_guard.cli.examples import names

    _, text = demo
    table = text.partition("TWENTY PIPELINES")[2]
    for name in names():
        assert re.search(rf"^  {name} +\d+ .*\d+ records verified$", table, re.MULTILINE), name
    assert "failed" not in table


def test_no_personal_data_lies_on_disk(demo):
    """Nothing of the customers' texts is in log, projection or report."""
    out, _ = demo
    for path in (p for p in out.rglob("*") if p.is_file()):
        content = path.read_bytes()
        for canary in (b"maria.keller", b"4111 1111", b"536-90-4399", b"DE89 3704", b"eyJ"):
            assert canary not in content, (path, canary)


def test_the_log_verifies_and_answers_why(demo):
    """`audit verify`, `why` and `denied` read the demo's log; exit codes hold."""
    out, text = demo
    log = str(out / "audit")
    held = cli("audit", "verify", log)
    assert held.returncode == 0
    assert held.stdout.startswith("NOT ANCHORED")
    assert cli("audit", "verify", log, "--require-anchor").returncode == 1
    assert (
        cli(
            "audit", "verify", log, "--checkpoint", f"{log}/checkpoint", "--require-anchor"
        ).returncode
        == 0
    )
    ref = re.search(r"explicit_deny\)  \[(\d+)\]", text)[1]
    why = cli("audit", "why", f"example.com/pipelines#{ref}", "--dir", log, "--json")
    record = json.loads(why.stdout)
    assert record["rules"] == ["tenants/acme/policy.csv:16"]
    assert len(json.loads(cli("audit", "denied", "--dir", log, "--json").stdout)) == 6
    bundle = next((out / "audit" / "tile" / "entries").rglob("*.p/*"))
    content = bundle.read_bytes()
    bundle.write_bytes(content[:90] + bytes([content[90] ^ 1]) + content[91:])
    broken = cli("audit", "verify", log)
    bundle.write_bytes(content)
    assert broken.returncode == 1
    assert "verification_failed" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_init_writes_a_set_that_passes_and_runs(tmp_path):
    """`init`, `config check`, the example: all work in an empty folder; a second init is refused."""
    assert cli("init", str(tmp_path)).returncode == 0
    assert cli("config", "check", cwd=tmp_path).returncode == 0
    ran = subprocess.run(
        [sys.executable, "example.py"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert "EMAIL_ADDRESS_1" in ran.stdout, ran.stderr
    assert cli("init", str(tmp_path)).returncode == 2


def test_the_readme_example_runs_as_pasted(tmp_path):
    """The README's block, in a folder that `init` made."""
    assert cli("init", str(tmp_path)).returncode == 0
    block = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    ran = subprocess.run(
        [sys.executable, "-c", block], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert "EMAIL_ADDRESS_1" in ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda f: (f / "guard.toml").unlink(), "guard.toml"),
        (lambda f: (f / "guard.toml").write_text("x = ["), "not TOML"),
        (lambda f: (f / "guard.toml").write_text("[auth]\nenabled = true\n"), "auth"),
        (lambda f: (f / "jwks.json").unlink(), "jwks.json"),
        (lambda f: (f / "jwks.json").write_text("{}"), "jwks.json"),
        (lambda f: (f / "policies" / "model.conf").unlink(), "model.conf"),
    ],
)
def test_broken_configuration_is_named_without_a_traceback(tmp_path, change, word):
    """What is broken is named; exit code 2; no traceback."""
    main(["init", str(tmp_path)])
    change(tmp_path)
    done = cli("config", "check", cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_loads_no_third_party():
    """`import stageflow_guard` loads none of the libraries, in under 50 ms of CPU."""
    code = (
        "import sys, time; t = time.process_time(); import stageflow_guard; "
        "assert time.process_time() - t < 0.05; "
        "print([m for m in ('jwt','authlib','casbin','presidio_analyzer','spacy','stageflow',"
        "'pydantic','cryptography','httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
