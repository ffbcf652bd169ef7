"""Probes around a pipeline's stages: each start is compared with the permits on record."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from stageflow_guard.base.awaited import awaited
from stageflow_guard.base.raised_at import raised_at
from stageflow_guard.errors import ConfigError, GuardError, NotAuthenticated
from stageflow_guard.testing.conformance.environment import MAIL, Environment


class Watch:
    """What started, what of it had no permit on record, what saw personal data."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.started: list[str] = []
        self.unguarded: list[str] = []
        self.raw: list[str] = []
        self.failed = ""  # the first stage whose own body failed, and where
        self._starts: Counter[str] = Counter()

    def start(self, stage: str, seen: str) -> None:
        """Note a start: `seen` is the text that the stage can read."""
        self.started.append(stage)
        self._starts[stage] += 1
        permits = sum(
            record.kind == "decision" and record.decision == "permit" and record.stage == stage
            for record in self._env.log.records
        )
        if permits < self._starts[stage]:
            self.unguarded.append(stage)
        if MAIL in seen:
            self.raw.append(stage)


class Probe:
    """A stage that tells the watch that it starts, and then is the stage."""

    def __init__(self, spec: Any, watch: Watch) -> None:
        self.kind = spec.kind
        self._spec, self._watch = spec, watch

    async def execute(self, ctx: Any) -> Any:
        """Tell, and run the stage's own body."""
        self._watch.start(self._spec.name, f"{ctx.snapshot.input_text} {ctx.inputs.prior_outputs}")
        runner = self._spec.runner
        if isinstance(runner, type):
            runner = runner(**self._spec.config)
        try:
            work = runner.execute(ctx) if hasattr(runner, "execute") else runner(ctx)
            return await awaited(work)
        except Exception as error:
            self._watch.failed = self._watch.failed or _failed(self._spec.name, error)
            raise


def _failed(stage: str, error: Exception) -> str:
    code = error.code if isinstance(error, GuardError) else type(error).__name__
    said = f"stage `{stage}` failed at {raised_at(error)} ({code})"
    if isinstance(error, NotAuthenticated):  # the drill's own guard knows its caller
        said += (
            ": what it calls is protected or mounted by another guard, so build that in the "
            "function, too"
        )
    return said


def probed(pipeline: Any, watch: Watch) -> Any:
    """Return the pipeline with probes around its stages; `ConfigError` for what has none."""
    stages = getattr(pipeline, "stages", None)
    mounted = type(pipeline).__module__.startswith("stageflow_guard.")
    if mounted or not isinstance(stages, dict) or not stages:
        raise ConfigError(
            "the drill takes a stageflow `Pipeline` that is not mounted yet, or a function that "
            "returns one: it mounts it behind a guard of its own. Build yours in a function with a "
            "parameter `guard`, which the application calls with its guard, and mounts"
        )
    specs = {
        name: dataclasses.replace(spec, runner=Probe(spec, watch), config={})
        for name, spec in stages.items()
    }
    return type(pipeline)(name=pipeline.name, stages=specs)
