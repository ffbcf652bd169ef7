"""Governance of plain Python: no host in sight, and none installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

CORE = """
import sys
from importlib.abc import MetaPathFinder


class NoHost(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "stageflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, NoHost())
import importlib.util

found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "stageflow" else found(name, *more)

import asyncio

from stageflow_guard import *  # the names that need the host are not among them
import stageflow_guard
from stageflow_guard.testing.conformance import Environment

assert "GuardStage" not in stageflow_guard.__all__ and "Guard" in globals()
for name in ("GuardStage", "PiiGuardStage"):
    try:
        getattr(stageflow_guard, name)
    except ConfigError as error:
        assert "stageflow-guard[stageflow]" in str(error)
    else:
        raise SystemExit(f"{name} is there without its host")

env = Environment()


@env.guard.protect(kind="tool", obj="echo")
async def echo(text):
    return text


async def main():
    async with env.guard.session("acme:ada"), env.guard.run("kit", input="to ada@x-y.org") as run:
        return await echo(run.input)


answer = asyncio.run(main())
assert "ada@x-y.org" not in answer and "EMAIL_ADDRESS" in answer, answer
for attempt in (lambda: env.guard.mount(object()), env.guard.interceptors, env.guard.approvals):
    try:
        attempt()
    except ConfigError as error:
        continue
    raise SystemExit("an adapter was made without its host")
assert not any(name.partition(".")[0] == "stageflow" for name in sys.modules)
print("governed without a host")
"""


def test_the_core_works_without_any_host(tmp_path):
    """`import *`, `protect`, `run` and `session` need no host; what needs one names the extra."""
    script = tmp_path / "core.py"
    script.write_text(CORE)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "governed without a host"


@pytest.mark.parametrize("target", [object(), 7, "pipeline", None, [], pytest])
def test_a_type_that_no_adapter_takes_is_a_clear_error(target):
    """`guard.mount` says which adapters there are, and what serves plain Python."""
    from stageflow_guard import ConfigError
    from stageflow_guard.testing.conformance import Environment

    with pytest.raises(ConfigError, match=r"no adapter takes .*`stageflow`.*guard\.protect"):
        Environment().guard.mount(target)
