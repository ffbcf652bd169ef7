"""Pipelines for trials of a guard: real graphs whose bodies only say that they started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stageflow.api import Pipeline
from stageflow.context import ContextSnapshot
from stageflow.core import PipelineTimer, StageContext, StageKind, StageOutput
from stageflow.stages.inputs import create_stage_inputs

from stageflow_guard.errors import ConfigError


def hollow(pipeline: Any, name: str, started: Callable[[str], object]) -> Pipeline:
    """Return `pipeline`, or a small one, with bodies that call `started` and do nothing else.

    Raises `ConfigError` for what is no pipeline with stages.
    """

    def body(stage: str) -> Any:
        async def run(ctx: Any) -> Any:
            started(stage)
            return StageOutput.ok(done=True)

        return run

    if pipeline is None:
        return Pipeline(name=name).with_stage("work", body("work"), StageKind.WORK)
    stages = getattr(pipeline, "stages", None)
    if not isinstance(stages, dict) or not stages:
        raise ConfigError(
            f"the doctor takes a stageflow `Pipeline`, or a function that returns one, not "
            f"`{type(pipeline).__name__}`; without one it tries a pipeline of its own"
        )
    specs = {stage: replace(spec, runner=body(stage), config={}) for stage, spec in stages.items()}
    return Pipeline(name=pipeline.name, stages=specs)


async def call_directly(mounted: Any) -> object:
    """Call the first stage of a mounted pipeline past its graph, as code that holds it could."""
    name, spec = next(iter(mounted.stages.items()))
    snapshot: Any = ContextSnapshot(input_text="doctor")
    ctx = StageContext(
        snapshot=snapshot, inputs=create_stage_inputs(snapshot, stage_name=name),
        stage_name=name, timer=PipelineTimer(),
    )  # fmt: skip
    return await spec.runner.execute(ctx)
