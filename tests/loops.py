"""The attack suites under other event loops: the ratio of equal results. No times are compared.

Run: python -m tests.loops [--sample N] [--seed S]. `uvloop` needs the package of that name, `eager`
tasks Python 3.12. Exits with 1 when a test ends differently than under the loop of asyncio.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[1]
SUITES = ("tests/adversarial", "tests/fault")
_ADDRESS = re.compile("0x[0-9a-f]+")  # in the name of a test: another in every process


def available() -> dict[str, str]:
    """Return the loops that can run here, and for the others why they cannot."""
    return {
        "uvloop": "" if importlib.util.find_spec("uvloop") else "uvloop is not installed",
        "eager": "" if sys.version_info >= (3, 12) else "eager tasks need Python 3.12",
    }


def new_loop(name: str) -> asyncio.AbstractEventLoop:
    """Return a loop of that name."""
    if name == "uvloop":
        return importlib.import_module("uvloop").new_event_loop()
    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    return loop


class OtherLoop:
    """A plugin of pytest: every test that is a coroutine runs in the loop that `--loop` names."""

    def __init__(self, name: str) -> None:
        self.name = name

    @pytest.hookimpl
    def pytest_asyncio_loop_factories(self):
        """Return the one loop of this run."""
        return {self.name: lambda: new_loop(self.name)}


def sampled(items: list[pytest.Item], size: int, seed: int) -> list[pytest.Item]:
    """Return `size` of the tests that are coroutines, chosen by `seed`, in their order."""
    running = [i for i, item in enumerate(items) if item.get_closest_marker("asyncio")]
    chosen = random.Random(seed).sample(running, min(size, len(running)))
    return [items[i] for i in sorted(chosen)]


def results(loop: str | None, sample: int, seed: int) -> dict[str, str]:
    """Return how each test ended under `loop`; None is asyncio's own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = [] if loop is None else ["--loop", loop]
        options += [] if not sample else ["--sample", str(sample), "--seed", str(seed)]
        subprocess.run(
            [
                sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "-p",
                "no:cacheprovider", *options, *SUITES,
            ],
            cwd=ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        cases = ET.parse(report).iter("testcase")
        return {
            _ADDRESS.sub("0x", f"{case.get('classname')}::{case.get('name')}"): next(
                (part.tag for part in case if part.tag in ("failure", "error", "skipped")), "passed"
            )
            for case in cases
        }


def main() -> int:
    """Print the ratio for each loop, and each test that ends differently."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0, help="tests; 0 is all of them")
    parser.add_argument("--seed", type=int, default=15)
    given = parser.parse_args()
    usual = results(None, given.sample, given.seed)
    other = 0
    for name, missing in available().items():
        if missing:
            print(f"{name:8} not run: {missing}")
            continue
        found = results(name, given.sample, given.seed)
        differing = [one for one in usual.keys() | found.keys() if usual.get(one) != found.get(one)]
        other += len(differing)
        equal = len(usual.keys() | found.keys()) - len(differing)
        print(f"{name:8} {equal}/{len(usual)} equal, {equal / max(1, len(usual)):.4f}")
        for one in sorted(differing):
            print(f"         {one}: {usual.get(one)} -> {found.get(one)}")
    return 1 if other or not usual else 0


if __name__ == "__main__":
    sys.exit(main())
