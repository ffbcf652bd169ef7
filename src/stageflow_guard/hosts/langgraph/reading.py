"""A LangGraph graph as the lint sees it: its nodes and what their source says.

Its order is not judged: edges may form circles here, and state flows by reducers. What is checked
is what a node does (blocking calls, coroutines of the guard that nobody awaits, rights that it asks
for) and what policies say about it.
"""

from __future__ import annotations

from typing import Any

from langgraph.graph.state import CompiledStateGraph, StateGraph

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.stageflow.reading.stage_source import facts_of
from stageflow_guard.lint.model import Facts, Graph, Location, Node


def lint_graph(target: object, *, written: str, name: str | None) -> Graph:
    """Return the lint's view of a builder or a compiled graph; nothing of it runs.

    `written` is the `module:attribute` it came from, and names a graph that has no name of its own.
    Raises `ConfigError` for another type.
    """
    builder = target.builder if isinstance(target, CompiledStateGraph) else target
    if not isinstance(builder, StateGraph):
        raise ConfigError(f"the lint takes a LangGraph graph, not `{type(target).__name__}`")
    called = name or getattr(target, "name", None) or written.rpartition(":")[2] or "graph"
    nodes = {}
    for one, spec in builder.nodes.items():
        facts, at = _read(spec.runnable)
        nodes[one] = Node(
            name=one, kind="node", dependencies=(), conditional=False, facts=facts, at=at
        )
    return Graph(called, nodes, objects=f"{called}/")


def _read(runnable: Any) -> tuple[Facts, Location]:
    """Return what a node's function says, and where it begins."""
    function = getattr(runnable, "afunc", None) or getattr(runnable, "func", None)
    if isinstance(runnable, CompiledStateGraph) or function is None:
        return Facts(), Location()  # a graph of its own, or an object without source
    facts, read = facts_of(function, {}, kind="node")
    kept = [one for one in facts.sightings if one.kind in ("blocking", "dropped", "unmounted")]
    own = Facts(sightings=kept, asks=facts.asks, seen=facts.seen)
    return own, read.module.at(read.node) if read is not None else Location()
