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


def test_the_demo_shows_one_conversation_before_and_after(demo):
    """Side by side: each word of the customer's stands there, or its pseudonym does; then the reply."""
    _, text = demo
    block, _, rest = text.partition("ONE CONVERSATION")[2].partition("what was sent")
    halves = [line[2:].split("│") for line in block.splitlines()[2:] if "│" in line]
    wrote, read = (" ".join(" ".join(half).split()) for half in zip(*halves, strict=True))
    assert "maria.keller@example.com" in wrote and "202-555-0143" in wrote
    told = re.sub(r"\\?⟦.*?⟧", "(.+)", re.escape(read))
    assert re.fullmatch(told, wrote), (told, wrote)
    assert "202-555-0143" in rest.partition("AUDIT")[0]


def test_the_demos_rows_have_their_time_and_a_legend_that_works(demo):
    """The milliseconds of each attempt; the printed command explains each number in brackets."""
    _, text = demo
    assert len(re.findall(r"^  [✓✗] (?:allowed|refused) +\d+ ms  ", text, re.MULTILINE)) == 14
    verb = re.search(r"stageflow-guard (audit why \S+#)n (--dir \S+)", text)
    numbers = re.findall(r"\[(\d+)\]$", text, re.MULTILINE)
    assert len(numbers) == 6
    done = cli(*f"{verb[1]}{numbers[0]} {verb[2]}".split())
    assert done.returncode == 0 and "expired" in done.stdout


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
        for canary in (b"maria.keller", b"4111 1111", b"536-90-4399", b"DE89 3704", b"eyJhbGci"):
            assert canary not in content, (path, canary)


def test_the_demo_and_its_log_count_finds_alike(demo):
    """Each find once, that of a blocked input too; how many were blocked is said."""
    out, text = demo
    stats = json.loads(cli("audit", "stats", "--dir", str(out / "audit"), "--json").stdout)
    (line,) = re.findall(r"^  found +(.*)$", text, re.MULTILINE)
    assert line == ", ".join(f"{name} {n}" for name, n in sorted(stats["findings"].items()))
    assert re.search(r"^  blocked +US_SSN 1 ", text, re.MULTILINE)


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


CHANGES = [  # what differs from run to run
    (r"·[a-z0-9]{8}⟧", "·nonce⟧"),
    (r"\b[0-9a-f]{64}\b", "digest"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "id"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "time"),
]


def _steady(text):
    for pattern, word in CHANGES:
        text = re.sub(pattern, word, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_readme_example_prints_what_the_readme_says(tmp_path):
    """Pasted into an empty folder: the printed output, one record, one verification."""
    page = (ROOT / "README.md").read_text()
    block = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", block[1]], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    shown = page[block.end() : page.index("`trial_guard` is a real guard")]
    first, *verbs = re.split(r"^    \$ stageflow-guard (.+)$", shown, flags=re.MULTILINE)
    told = [line for line in first.splitlines() if line.startswith("    ")]
    assert _steady(ran.stdout) == _steady("\n".join(told)), ran.stderr
    assert len(verbs) == 4
    for verb, output in zip(verbs[::2], verbs[1::2], strict=True):
        done = cli(*verb.split(), cwd=tmp_path)
        assert (done.returncode, _steady(done.stdout)) == (0, _steady(output)), done.stderr
    assert cli("init", "governance", cwd=tmp_path).returncode == 0  # nothing is in its way


def test_a_trial_goes_on_in_its_own_folder_and_in_no_other(tmp_path):
    """A second run adds to the same log; a folder with anything else in it is refused."""
    import asyncio

    from stageflow_guard.audit import verify
    from stageflow_guard.errors import ConfigError
    from stageflow_guard.testing import trial_guard

    async def run(folder):
        async with trial_guard(folder) as trial:
            return trial.guard.ready()

    for _ in range(2):
        assert asyncio.run(run(tmp_path / "trial")) == (True, ())
    assert verify(tmp_path / "trial" / "audit").origin == "test.example/pipelines"
    with pytest.raises(ConfigError, match="not empty"):
        asyncio.run(run(tmp_path))


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
