"""The shipped pipelines: short, deterministic, sound, drilled, each with its page and its log."""

from __future__ import annotations

import asyncio
import difflib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stageflow_guard.audit import verify
from stageflow_guard.audit.read.gaps import gaps
from stageflow_guard.audit.read.query import iter_records
from stageflow_guard.cli import examples as verb
from stageflow_guard.hosts import lint_graph
from stageflow_guard.lint import check
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.drill import drill

ROOT = Path(__file__).parents[2]
NAMES = verb.names()
CANARIES = (b"maria.keller@example.com", b"4111 1111 1111 1111", b"4111111111111111", b"536-90-4399",
            b"DE89 3704 0044 0532 0130 00", b"+49 30 901820", b"eyJhbGci")  # fmt: skip


def made(name, guard):
    function = verb.load(name).pipeline
    takes = "guard" in inspect.signature(function).parameters
    return function(guard=guard) if takes else function()


def _ordered(lines):
    """The records of each step in their order: which of two steps side by side ends first is a race."""
    return sorted(lines, key=lambda line: (json.loads(line).get("run") or "", json.loads(line).get("resource") or ""))  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_plays_as_its_log_says_and_leaves_a_log_that_verifies(name, tmp_path):
    """Two plays give the log in examples/logs, without a gap; nothing personal lies on disk.

    `make logs` rewrites them.
    """
    wanted = (ROOT / "examples" / "logs" / f"{name}.jsonl").read_text().splitlines()
    for turn in ("one", "two"):
        scene = asyncio.run(verb.play(name, tmp_path / turn))
        assert verify(scene.folder / "audit").size > 0
        assert list(gaps("o", iter_records(scene.folder / "audit"))) == []
        found = [line.rstrip("\n") for line in scene.log()]
        assert _ordered(found) == _ordered(wanted), "\n".join(
            difflib.unified_diff(wanted, found, lineterm="", n=0)
        )
        outcomes = {row.outcome for row in scene.rows}
        assert "failed" not in outcomes, scene.rows
        assert "refused" in outcomes, "an example shows what is refused, too"
        for path in (p for p in scene.folder.rglob("*") if p.is_file()):
            content = path.read_bytes()
            for canary in CANARIES:
                assert canary not in content, (path, canary)


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_is_sound_and_short(name):
    """Nothing to mend by the lint; at most 120 lines; a docstring whose first line is a sentence."""
    graph = lint_graph(made(name, Environment().guard), written=f"{name}:pipeline")
    report = check(graph)
    assert report.holds, [str(one) for one in report.diagnostics]
    lines = (ROOT / "examples" / "pipelines" / f"{name}.py").read_text().splitlines()
    assert len(lines) <= 120
    assert verb.summary_of(name).endswith(".")


@pytest.mark.parametrize("name", NAMES)
async def test_a_drill_of_a_pipeline_holds(name):
    """Each collaborator fails at its first, middle and last call: no stage runs unguarded."""
    report = await drill(lambda guard: made(name, guard))
    assert report.holds, report.table()


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_has_its_page(name):
    """docs/examples says what the guard does there and what it refuses; the index names it."""
    page = (ROOT / "docs" / "examples" / f"{name}.md").read_text()
    for heading in ("## What the guard does", "## What it refuses"):
        assert heading in page
    assert verb.summary_of(name) in page
    assert f"]({name}.md)" in (ROOT / "docs" / "examples" / "index.md").read_text()


def test_there_are_twenty_in_five_tracks():
    """Four for each track of the beta programme."""
    tracks = [name.partition("_")[0] for name in NAMES]
    assert {track: tracks.count(track) for track in verb.TRACKS} == dict.fromkeys(verb.TRACKS, 4)
    assert {p.stem for p in (ROOT / "examples" / "logs").glob("*.jsonl")} == set(NAMES)


def cli(*args, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "examples", *args],
        cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_verb_lists_runs_and_copies(tmp_path):
    """What a reader does with them; a name that is none is a usage error."""
    listed = cli("list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == NAMES
    done = cli("run", "core_1_simple_chat", "--log")
    assert done.returncode == 0, done.stderr
    assert re.search(r"allowed +a customer asks", done.stdout)
    assert '"kind": "run_end"' in done.stdout
    assert cli("copy", "core_1_simple_chat", "--to", str(tmp_path)).returncode == 0
    assert (tmp_path / "core_1_simple_chat.py").exists()
    assert cli("copy", "core_1_simple_chat", "--to", str(tmp_path)).returncode == 2
    assert cli("run", "nothing").returncode == 2
