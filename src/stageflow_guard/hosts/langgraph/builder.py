"""A copy of a graph's builder with everything that does work wrapped, subgraphs too."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import Runnable
from langgraph.graph.state import CompiledStateGraph, StateGraph
from langgraph.prebuilt import ToolNode

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.langgraph.nodes import GuardedNode, guarded_tool

if TYPE_CHECKING:
    from stageflow_guard.base.portal import Portal
    from stageflow_guard.enforcement.seam import Seam

CACHED = (
    "node `{name}` has a cache policy: its key holds no caller, so one tenant would be given "
    "another's answer; leave the policy out"
)


class Wrapping:
    """How one mount wraps: its seam, its portal, and the pipeline's name."""

    def __init__(self, seam: Seam, portal: Portal, pipeline: str) -> None:
        self._seam, self._portal, self._pipeline = seam, portal, pipeline

    def builder(self, given: StateGraph[Any], prefix: str = "") -> StateGraph[Any]:
        """Return a guarded copy; raise `ConfigError` for a cache in front of a node."""
        made = copy.copy(given)
        defaults = made._node_defaults = copy.copy(given._node_defaults)
        if defaults.cache_policy is not None:
            raise ConfigError(CACHED.format(name="*"))
        if defaults.error_handler is not None:
            handler = _runnable_of(defaults.error_handler)
            defaults.error_handler = self._node(f"{prefix}error_handler", handler)
        nodes = {}
        for name, spec in given.nodes.items():
            if spec.cache_policy is not None:
                raise ConfigError(CACHED.format(name=prefix + name))
            inner: Any = spec.runnable
            nodes[name] = replace(spec, runnable=self._wrapped(prefix + name, inner))
        made.nodes = nodes
        return made

    def _wrapped(self, name: str, inner: Any) -> Runnable[Any, Any]:
        if isinstance(inner, GuardedNode) and inner.seam is self._seam:
            return inner
        if isinstance(inner, CompiledStateGraph):
            return self.compiled(inner, f"{name}.")
        if isinstance(inner, ToolNode):
            inner = self._tool_node(inner)
        return self._node(name, inner)

    def _tool_node(self, given: ToolNode) -> ToolNode:
        """Return a copy whose every tool is guarded, one that a middleware swaps in included."""
        node: Any = copy.copy(given)
        node._tools_by_name = {
            n: guarded_tool(self._seam, self._portal, tool)
            for n, tool in given.tools_by_name.items()
        }
        # the host binds both when a node is made: they would go on with the bare tools
        node.func, node.afunc = node._func, node._afunc
        known = {id(tool) for tool in node._tools_by_name.values()}
        run, arun = node._execute_tool_sync, node._execute_tool_async

        def checked(request: Any) -> Any:
            if request.tool is None or id(request.tool) in known:
                return request
            return request.override(tool=guarded_tool(self._seam, self._portal, request.tool))

        # what middleware makes of a request comes here last
        node._execute_tool_sync = lambda request, *rest: run(checked(request), *rest)
        node._execute_tool_async = lambda request, *rest: arun(checked(request), *rest)
        made: ToolNode = node
        return made

    def _node(self, name: str, inner: Any) -> GuardedNode:
        return GuardedNode(self._seam, self._portal, self._pipeline, name, inner)

    def compiled(self, given: CompiledStateGraph[Any], prefix: str = "") -> CompiledStateGraph[Any]:
        """Return a compiled graph anew from a guarded copy of its builder, with what it had."""
        before, after = given.interrupt_before_nodes, given.interrupt_after_nodes
        made = self.builder(given.builder, prefix).compile(
            checkpointer=given.checkpointer,
            store=given.store,
            interrupt_before="*" if before == "*" else list(before),
            interrupt_after="*" if after == "*" else list(after),
            debug=given.debug,
            name=given.name,
        )
        made.config = given.config
        return made


def _runnable_of(handler: Any) -> Any:
    from langgraph._internal._runnable import coerce_to_runnable

    return coerce_to_runnable(handler, name="error_handler", trace=False)
