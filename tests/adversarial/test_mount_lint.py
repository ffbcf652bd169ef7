"""`guard.mount` refuses what the lint is certain of, and lets sound pipelines through."""

from __future__ import annotations

import logging

import pytest
from stageflow.api import Pipeline, stage
from stageflow.core import StageKind, StageOutput
from stageflow.stages.ports import create_llm_ports

from stageflow_guard import ConfigError


async def intake(ctx):
    return StageOutput.ok(message="x")


async def reads(ctx):
    return StageOutput.ok(text=ctx.inputs.get_from("intake", "message"))


async def reads_with_default(ctx):
    return StageOutput.ok(text=ctx.inputs.get_from("intake", "message", "y"))


CHILD = Pipeline.from_stages(stage("intake", intake, StageKind.TRANSFORM), name="child")
PORTS = create_llm_ports(send_token=intake)


async def runs_a_child(ctx):
    return StageOutput.ok(n=len(await CHILD.run(input_text="x")))


async def streams_by_itself(ctx):
    await PORTS.send_token("x")
    return StageOutput.ok(n=1)


def forgets_to_await(guard):
    async def send(ctx):
        guard.authorize(kind="tool", obj="mail", act="call")
        return StageOutput.ok(n=1)

    return send


@pytest.mark.parametrize(
    ("code", "stages"),
    [
        ("SG101", {"intake": intake, "answer": reads}),
        ("SG102", {"intake": intake, "answer": reads_with_default}),
        ("SG206", {"parent": runs_a_child}),
        ("SG207", {"stream": streams_by_itself}),
        ("SG208", {"send": forgets_to_await}),
    ],
)
async def test_a_certain_fault_is_refused_at_mount_with_its_place(world, code, stages):
    """`ConfigError` names file, line, code and remedy; nothing can turn it off."""
    async with world.guard as guard:
        made = [
            stage(n, r(guard) if r is forgets_to_await else r, StageKind.TRANSFORM)
            for n, r in stages.items()
        ]
        with pytest.raises(ConfigError, match=rf"test_mount_lint\.py:\d+:\d+: {code} "):
            guard.mount(Pipeline.from_stages(*made, name="support"), name="support")


async def test_what_may_come_with_compose_is_not_refused(world, caplog):
    """Half of a pipeline mounts: the stage that it reads comes with the other half."""
    half = Pipeline.from_stages(
        stage("answer", reads, StageKind.TRANSFORM, after="intake"), name="support"
    )
    async with world.guard as guard:
        with caplog.at_level(logging.WARNING, "stageflow_guard.lint"):
            guarded = guard.mount(half, name="support")
        assert any("SG104" in record.getMessage() for record in caplog.records)
        whole = guarded.compose(
            Pipeline.from_stages(stage("intake", intake, StageKind.TRANSFORM), name="first")
        )
        assert set(whole.stages) == {"answer", "intake"}
