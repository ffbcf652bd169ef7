"""Copies of an agent, and of every agent that it can hand off to, with all that works guarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from agents import (
    Agent,
    Handoff,
    Model,
    ModelProvider,
    RunConfig,
    RunContextWrapper,
    handoff,
)

from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.openai_agents.model import GuardedModel
from stageflow_guard.hosts.openai_agents.tools import guarded_handoff, guarded_tool

if TYPE_CHECKING:
    from agents import Tool

    from stageflow_guard.enforcement.seam import Seam


class AgentClone(Agent[Any]):
    """A copy of an agent whose tools of servers are guarded when the host asks for them."""

    _guarded: Callable[[Any], Any]

    async def get_mcp_tools(self, run_context: RunContextWrapper[Any]) -> list[Tool]:
        """Return the servers' tools behind the guard."""
        return [self._guarded(tool) for tool in await super().get_mcp_tools(run_context)]


class Clones:
    """The clones of one run, each agent once: agents hand off to each other in circles."""

    def __init__(self, seam: Seam) -> None:
        self._seam = seam
        self._made: dict[int, Agent[Any]] = {}
        self._known: set[bytes] = set()  # digests of what the guard has inspected in this run

    def of(self, agent: Agent[Any]) -> Agent[Any]:
        """Return the guarded clone of `agent`; raise `ConfigError` for what cannot be guarded."""
        if isinstance(agent, AgentClone):
            return agent
        if id(agent) in self._made:
            return self._made[id(agent)]
        if type(agent) is not Agent:
            raise ConfigError(
                f"agent `{agent.name}` is a `{type(agent).__name__}`: a guarded agent is a plain "
                "`Agent`"
            )
        clone = AgentClone(**{f.name: getattr(agent, f.name) for f in fields(agent) if f.init})
        clone._guarded = self._tool
        self._made[id(agent)] = clone
        clone.tools = [self._tool(tool) for tool in agent.tools]
        if isinstance(agent.model, Model):
            clone.model = self.model(agent.model, None)
        clone.handoffs = [self._handoff(one) for one in agent.handoffs]
        return clone

    def model(self, model: Model, name: str | None) -> GuardedModel:
        """Return a model behind the guard; `name` is what the application calls it."""
        if isinstance(model, GuardedModel):
            return model
        return GuardedModel(model, self._seam, self._known, name)

    def provider(self, inner: ModelProvider) -> ModelProvider:
        """Return a provider whose every model is behind the guard."""
        return GuardedProvider(inner, self)

    def config(self, given: Any) -> RunConfig:
        """Return a run's configuration: guarded models, and no content in traces."""
        config = given if isinstance(given, RunConfig) else RunConfig(**(given or {}))
        model = config.model
        return replace(
            config,
            model=self.model(model, None) if isinstance(model, Model) else model,
            model_provider=self.provider(config.model_provider),
            trace_include_sensitive_data=False,
        )

    def _tool(self, tool: Any) -> Any:
        return guarded_tool(self._seam, tool, self.of, self.config)

    def _handoff(self, one: Agent[Any] | Handoff[Any, Any]) -> Handoff[Any, Any]:
        if not isinstance(one, Handoff):
            one = handoff(self.of(one))
        guarded: Handoff[Any, Any] = guarded_handoff(self._seam, one, self.of)
        return guarded


class GuardedProvider(ModelProvider):
    """Resolves names of models to guarded ones."""

    def __init__(self, inner: ModelProvider, clones: Clones) -> None:
        self._inner, self._clones = inner, clones

    def get_model(self, model_name: str | None) -> Model:
        """Return the model of that name, behind the guard."""
        return self._clones.model(self._inner.get_model(model_name), model_name)

    async def aclose(self) -> None:
        """Close the inner provider."""
        await self._inner.aclose()
