"""A Stageflow pipeline, mounted or not, as the lint's graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.reading.declarations import (
    declarations,
    dependency_places,
    origin_of,
    retries,
)
from stageflow_guard.hosts.stageflow.reading.stage_source import facts_of
from stageflow_guard.hosts.stageflow.runner import GuardedRunner
from stageflow_guard.lint.model import Graph, Location, Node

if TYPE_CHECKING:
    from stageflow.pipeline.pipeline import Pipeline


def lint_graph(pipeline: Pipeline, *, target: str = "", name: str | None = None) -> Graph:
    """Return what the lint sees of `pipeline`: its graph, and what its stages' source says.

    `target` is the `module:attribute` that it came from, where its declarations are looked for;
    `name` is what policies call it. Nothing of a stage runs. Raises `ConfigError` for a pipeline
    whose `stages` are no mapping of specs.
    """
    try:
        specs = dict(pipeline.stages)
        plain = {n: _inner(spec) for n, spec in specs.items()}
        edges = {n: tuple(spec.dependencies) for n, spec in specs.items()}
    except (AttributeError, TypeError) as error:
        raise ConfigError(f"no pipeline with stages ({type(error).__name__})") from None
    origin = origin_of(target, [runner for runner, _ in plain.values()])
    declared = declarations(origin, edges)
    start = Location(origin.modules[0].file) if origin.modules else Location()
    nodes: dict[str, Node] = {}
    for one, spec in specs.items():
        facts, function = facts_of(*plain[one], kind=spec.kind.value)
        declaration = declared.get(one)
        at = declaration.at if declaration else (
            function.module.at(function.node) if function else start
        )  # fmt: skip
        nodes[one] = Node(
            name=one, kind=spec.kind.value, dependencies=edges[one], conditional=spec.conditional,
            facts=facts, at=at,
            dependency_at=dependency_places(declaration) if declaration else {},
        )  # fmt: skip
    called = name or pipeline.name
    return Graph(called, nodes, start, tuple(retries(origin)), f"{called}/")


def _inner(spec: Any) -> tuple[Any, dict[str, Any]]:
    runner = spec.runner
    if isinstance(runner, GuardedRunner):
        inner: tuple[Any, dict[str, Any]] = runner.inner
        return inner
    return runner, dict(spec.config)
