"""`completion`: what a shell completes is what the parser takes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from stageflow_guard.cli.completion import script


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["pol"], {"policy"}),
        (["policy", "li"], {"lint"}),
        (["policy", "tenant", "re"], {"remove", "rename", "resume"}),
        (["audit", "--dir", "x", "verify", "--wit"], {"--witness"}),
        (["policy", "test", "--mu"], {"--mutate"}),
        (["config", "c"], {"check"}),
    ],
)
def test_bash_completes_verbs_flags_and_choices(tmp_path, typed, offered):
    """The script is sourced by a real bash, and asked as a terminal asks it."""
    if shutil.which("bash") is None:
        pytest.skip("no bash")
    (tmp_path / "c").write_text(script("bash"))
    words = " ".join(["stageflow-guard", *typed])
    ask = (
        f"source {tmp_path}/c; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; "
        "_stageflow_guard; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_one_that_its_shell_reads(tmp_path, shell):
    """Without an error of syntax, and with each verb in it."""
    text = script(shell)
    assert all(f" {verb}" in text for verb in ("init", "audit", "policy", "lint", "completion"))
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    (tmp_path / "c").write_text(text)
    done = subprocess.run(
        [shell, "-n", str(tmp_path / "c")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
