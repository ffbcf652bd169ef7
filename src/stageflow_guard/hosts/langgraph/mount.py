"""What `guard.mount` makes of a LangGraph builder, and of a compiled graph or LangChain agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from langgraph.graph.state import CompiledStateGraph, StateGraph
from langgraph.prebuilt import ToolNode

from stageflow_guard.base.portal import Portal
from stageflow_guard.enforcement.seam import Seam
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.langgraph.builder import Wrapping
from stageflow_guard.hosts.langgraph.carriers import passes
from stageflow_guard.hosts.langgraph.gate import GuardedGraph
from stageflow_guard.hosts.langgraph.reading import lint_graph

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint


__all__ = ["GuardedBuilder", "lint_graph", "mount", "questions_of"]


class GuardedBuilder:
    """A guarded copy of a graph's builder: `compile` gives the graph that runs."""

    def __init__(self, seam: Seam, builder: StateGraph[Any], name: str) -> None:
        self._seam, self._portal, self.name = seam, Portal(), name
        self._builder = Wrapping(seam, self._portal, name).builder(builder)

    def compile(self, checkpointer: Any = None, **how: Any) -> GuardedGraph:
        """Return the guarded graph; takes what the host's `compile` takes."""
        if how.get("cache") is not None:
            raise ConfigError("a guarded graph takes no `cache`: its keys hold no caller")
        graph = self._builder.compile(checkpointer, **how)
        return GuardedGraph(self._seam, self._portal, graph, self.name)


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str
) -> GuardedBuilder | GuardedGraph:
    """Return a guarded builder for a `StateGraph`, a guarded graph for a compiled one.

    `token_key` is not used: the token comes from the session. Raises `ConfigError` for another
    type, a name that policies cannot hold, and for caches.
    """
    seam = Seam(pep, host="langgraph", passes=passes, run_outcome=_run_outcome)
    if isinstance(target, StateGraph):
        if name is None:
            raise ConfigError("a graph has no name of its own; pass `name=` to `guard.mount`")
        return GuardedBuilder(seam, target, require_segment(name, "a guarded graph"))
    if isinstance(target, CompiledStateGraph):
        chosen = require_segment(name or target.name, "a guarded graph")
        portal = Portal()
        graph = Wrapping(seam, portal, chosen).compiled(target)
        return GuardedGraph(seam, portal, graph, chosen)
    raise ConfigError(
        f"`guard.mount` takes a LangGraph `StateGraph` or a compiled graph, not "
        f"`{type(target).__name__}`"
    )


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a graph's name, and a question for each node and tool, subgraphs included."""
    compiled = isinstance(target, CompiledStateGraph)
    if not compiled and not isinstance(target, StateGraph):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    told = target.name if compiled and target.name != "LangGraph" else ""  # the host's own default
    return told, list(_asked(target.builder if compiled else target, ""))


def _asked(builder: StateGraph[Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    handler = builder._node_defaults.error_handler
    for name in (*builder.nodes, *(["error_handler"] if handler is not None else [])):
        inner: Any = builder.nodes[name].runnable if name in builder.nodes else None
        if isinstance(inner, CompiledStateGraph):
            yield from _asked(inner.builder, f"{prefix}{name}.")
            continue
        yield "stage", f"{{name}}/{prefix}{name}", "run"
        if isinstance(inner, ToolNode):
            for tool in inner.tools_by_name:
                yield "tool", tool, "call"


def _run_outcome(error: BaseException) -> str | None:
    return "paused" if passes(error) is not None else None
