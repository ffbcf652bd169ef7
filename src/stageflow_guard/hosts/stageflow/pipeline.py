"""The guarded pipeline: every stage that is ever in it is wrapped, at every way in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from stageflow.core import StageKind
from stageflow.pipeline.idempotency import IdempotencyInterceptor
from stageflow.pipeline.pipeline import Pipeline, UnifiedStageSpec
from stageflow.pipeline.validation import ensure_compatible_stage_specs

from stageflow_guard.enforcement.leaving import without_frames
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.errors import as_host_error
from stageflow_guard.hosts.stageflow.graph import RETRY_STRATEGY, GuardedGraph, is_default
from stageflow_guard.hosts.stageflow.runner import GuardedRunner
from stageflow_guard.hosts.stageflow.stages.owned_memory import require_owned_memory

if TYPE_CHECKING:
    from stageflow.pipeline.results import PipelineResults

    from stageflow_guard.enforcement.seam import Seam


class GuardedPipeline(Pipeline):
    """A stageflow `Pipeline` whose stages run behind the guard, or not at all."""

    def __init__(
        self,
        seam: Seam,
        name: str,
        stages: dict[str, UnifiedStageSpec],
        *,
        token_key: str,
        strict: bool = False,
    ) -> None:
        require_segment(name, "a guarded pipeline")
        if name == "pipeline":
            raise ConfigError(
                "`pipeline` is the host's default name; pass `name=` to `guard.mount`, "
                "it is what policy lines call this pipeline"
            )
        self._seam = seam
        self._token_key = token_key
        self._strict = strict
        super().__init__(
            name=name, stages={n: self._wrapped(n, s, name) for n, s in stages.items()}
        )

    def __repr__(self) -> str:
        """Name the pipeline and its stages."""
        return f"GuardedPipeline(name={self.name!r}, stages={list(self.stages)})"

    def __reduce__(self) -> NoReturn:
        """Refuse pickling."""
        raise TypeError("a guarded pipeline cannot be pickled; mount it where it runs")

    @classmethod
    def from_stages(cls, *specs: UnifiedStageSpec, name: str = "pipeline") -> NoReturn:
        """Refuse: a guarded pipeline needs its guard."""
        raise ConfigError(
            "build with `Pipeline.from_stages(...)`, then `guard.mount(pipeline, name=...)`"
        )

    def _wrapped(self, name: str, spec: UnifiedStageSpec, pipeline: str) -> UnifiedStageSpec:
        require_segment(name, "a stage")
        if spec.name != name:
            raise ConfigError(f"stage {name!r} carries a spec named {spec.name!r}")
        if spec.kind is StageKind.GUARD and spec.conditional:
            raise ConfigError(
                f"GUARD stage `{name}` is conditional: any upstream output could skip it"
            )
        runner, config = spec.runner, dict(spec.config)
        if isinstance(runner, GuardedRunner):
            if runner.wraps(self._seam, name, pipeline) and runner.kind is spec.kind:
                return spec
            runner, config = runner.inner
        require_owned_memory(runner, config)
        wrapped = GuardedRunner(self._seam, name, spec.kind, runner, config, pipeline=pipeline)
        return replace(spec, runner=wrapped, config={})

    def _with(self, stages: dict[str, UnifiedStageSpec]) -> GuardedPipeline:
        return GuardedPipeline(
            self._seam, self.name, stages, token_key=self._token_key, strict=self._strict
        )

    def with_stage(self, name: str, *args: Any, **kwargs: Any) -> GuardedPipeline:
        """Add a stage, guarded. Refuses to replace one silently."""
        if name in self.stages:
            raise ConfigError(f"stage `{name}` exists; replacing a guarded stage needs a new mount")
        plain = Pipeline(name=self.name).with_stage(name, *args, **kwargs)
        return self._with({**self.stages, **plain.stages})

    def with_stages(self, *specs: UnifiedStageSpec) -> GuardedPipeline:
        """Add stages, guarded."""
        result = self
        for spec in specs:
            if spec.name in result.stages:
                raise ConfigError(
                    f"stage `{spec.name}` exists; replacing a guarded stage needs a new mount"
                )
            result = result._with({**result.stages, spec.name: spec})
        return result

    def compose(self, other: Pipeline) -> GuardedPipeline:
        """Merge another pipeline's stages, guarded; this pipeline's policy name stays."""
        merged = dict(self.stages)
        for name, spec in other.stages.items():
            incoming = self._wrapped(name, spec, self.name)
            if name in merged:
                ensure_compatible_stage_specs(
                    name=name,
                    existing=merged[name],
                    incoming=incoming,
                    attrs=("runner", "kind", "dependencies", "conditional", "config"),
                )
                continue
            merged[name] = incoming
        return self._with(merged)

    async def run(self, *args: Any, **kwargs: Any) -> PipelineResults:
        """Build and run, guarded. What this raises holds neither token nor input in its frames."""
        work = super().run(*args, **kwargs)
        del args, kwargs
        return await without_frames(work, as_host_error)

    async def invoke(self, *args: Any, **kwargs: Any) -> PipelineResults:
        """Build and run, guarded; the input text may come first."""
        work = super().invoke(*args, **kwargs)
        del args, kwargs
        return await without_frames(work, as_host_error)

    def build(self, **kwargs: Any) -> Any:
        """Build a guarded graph. Wraps again: `stages` is a mutable dict."""
        stages = {n: self._wrapped(n, spec, self.name) for n, spec in self.stages.items()}
        require_dominance(stages)
        if kwargs.get("guard_retry_strategy") is not None:
            raise ConfigError(RETRY_STRATEGY)
        interceptors = kwargs.pop("interceptors", None)
        for one in interceptors or ():
            require_no_cache(one)
        kwargs["interceptors"] = list(interceptors) if interceptors is not None else None
        graph: Any = Pipeline(name=self.name, stages=stages).build(**kwargs)
        for name, spec in graph._specs.items():  # the wrapper itself, not the host's call of it
            spec.runner = stages[name].runner.execute  # type: ignore[union-attr]  # `_wrapped` saw to it
        guarded = GuardedGraph.over(graph, self._seam, token_key=self._token_key, name=self.name)
        guarded._strict = self._strict
        return guarded


def require_no_cache(interceptor: object) -> None:
    """Refuse the host's idempotency with a key or a store of its own: it answers for a step
    without asking for whom. The default one never acts here: a run takes no `idempotency_key`.
    """
    if isinstance(interceptor, IdempotencyInterceptor) and not is_default(interceptor):
        raise ConfigError(
            "an `IdempotencyInterceptor` in front of guarded stages would give one caller what "
            "another one's step answered; leave it out, and let the stage look up "
            "`guard.scoped_key(...)`"
        )


def require_dominance(stages: dict[str, UnifiedStageSpec]) -> None:
    """Refuse an AGENT that could run beside a GUARD instead of behind it (or before it)."""
    guards = {n for n, s in stages.items() if s.kind is StageKind.GUARD}
    if not guards:
        return
    above = {name: _ancestors(stages, name) for name in stages}
    for name, spec in stages.items():
        if spec.kind is not StageKind.AGENT or above[name] & guards:
            continue
        if any(name in above[guard] for guard in guards):
            continue  # an output guard: it judges what the agent said
        raise ConfigError(
            f"AGENT stage `{name}` does not depend on any GUARD ({', '.join(sorted(guards))}) and "
            "would run beside it; add the dependency"
        )


def _ancestors(stages: dict[str, UnifiedStageSpec], name: str) -> set[str]:
    seen: set[str] = set()
    todo = list(stages[name].dependencies)
    while todo:
        one = todo.pop()
        if one in seen or one not in stages:
            continue
        seen.add(one)
        todo.extend(stages[one].dependencies)
    return seen
