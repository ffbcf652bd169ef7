"""What an attack meets does not depend on the event loop: a seeded sample; `make loops` has all."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from tests.loops import ROOT, available, new_loop

RUNNING = [name for name, missing in available().items() if not missing]


@pytest.mark.parametrize("name", RUNNING)
def test_the_loop_is_the_one_that_is_named(name):
    """The suites run in another loop than asyncio's own, or make their tasks in another way."""
    loop = new_loop(name)
    try:
        named = type(loop).__module__.startswith("uvloop")
        assert named or loop.get_task_factory() is asyncio.eager_task_factory
    finally:
        loop.close()


def test_a_sample_of_attacks_ends_alike_under_every_loop():
    """Sixty attacks end under uvloop, and with eager tasks, as they end under asyncio's own loop."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.loops", "--sample", "60", "--seed", "15"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    for name in RUNNING:
        assert f"{name:8} 60/60 equal" in run.stdout
