"""The check that users run on their own pipelines: it finds each way in which tenants cross."""

from __future__ import annotations

import asyncio

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import current_principal
from stageflow_guard.testing import TenantsCross

pytest_plugins = ["stageflow_guard.testing.plugin"]


class Stage:
    """A stage that does what a function says."""

    kind = StageKind.TRANSFORM

    def __init__(self, does) -> None:
        self.does = does

    async def execute(self, ctx):
        await asyncio.sleep(0)
        return StageOutput.ok(answer=await self.does(ctx.snapshot.input_text))


def pipeline(does):
    return Pipeline(name="support").with_stage("answer", Stage(does), StageKind.TRANSFORM)


async def test_a_pipeline_that_keeps_nothing_holds(tenants_apart):
    """No crossing, and the check has seen canaries where it looked."""

    async def echo(text):
        return text

    found = await tenants_apart(pipeline(echo))
    assert not found.crossings
    assert "results" in found.seen
    assert found.runs == 3 * (2 + 2 + 2 + 2 + 8)


async def test_a_memory_by_tenant_holds(tenants_apart):
    """What is kept under the caller's own tenant reaches no other tenant."""
    memory: dict[str, list[str]] = {}

    async def answer(text):
        who = current_principal().tenant
        memory.setdefault(who, []).append(text)
        return memory[who]

    found = await tenants_apart(pipeline(answer))
    assert not found.crossings


def by_memory():
    """One list for every tenant."""
    kept: list[str] = []

    async def answer(text):
        kept.append(text)
        return list(kept)

    return answer, {}


def by_cache():
    """Answers kept by question: the second tenant gets the first one's."""
    kept: dict[str, str] = {}
    facts: dict[str, str] = {}

    async def plant(canary):
        facts["latest"] = canary

    async def answer(text):
        if text not in kept:
            kept[text] = f"known: {facts['latest']}"
        return kept[text]

    return answer, {"plant": plant}


def by_error():
    """A message that quotes the run before."""
    last = ["nothing"]

    async def answer(text):
        before, last[0] = last[0], text
        raise RuntimeError(f"failed after {before}")

    return answer, {}


def by_log():
    """A log line that repeats the run before."""
    import logging

    last = ["nothing"]

    async def answer(text):
        logging.getLogger("app").warning("before this: %s", last[0])
        last[0] = text
        return "ok"

    return answer, {}


def by_recall():
    """A store that is asked without a tenant."""
    kept: list[str] = []

    async def plant(canary):
        kept.append(canary)

    async def recall():
        return tuple(kept)

    async def answer(text):
        return "ok"

    return answer, {"plant": plant, "recall": recall}


LEAKS = {
    "results": by_memory, "results of a cache": by_cache, "errors": by_error, "log lines": by_log,
    "memory": by_recall,
}  # fmt: skip


@pytest.mark.parametrize("surface", LEAKS)
async def test_every_way_across_is_found(tenants_apart, surface):
    """A shared memory, a cache without a tenant, an error, a log line, a store."""
    answer, more = LEAKS[surface]()
    with pytest.raises(TenantsCross) as caught:
        await tenants_apart(pipeline(answer), rounds=1, **more)
    assert surface.split(" of ")[0] in {one.surface for one in caught.value.isolation.crossings}
    assert "read" in str(caught.value)
