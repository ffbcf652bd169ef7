"""What `guard.mount` makes of an OpenAI Agents agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from agents import Agent, FunctionTool, handoff
from agents.models import get_default_model

from stageflow_guard.enforcement.seam import Seam
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.openai_agents.clones import Clones
from stageflow_guard.hosts.openai_agents.gate import GuardedAgent

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str
) -> GuardedAgent:
    """Return a guarded agent. `token_key` is not used: the token comes from the session.

    Raises `ConfigError` for what is no `Agent`, for a name that policies cannot hold, and for what
    cannot be guarded: `Agent.as_tool` of an agent that is not mounted, subclasses of `Agent`.
    """
    if not isinstance(target, Agent):
        raise ConfigError(f"`guard.mount` takes an `agents.Agent`, not `{type(target).__name__}`")
    chosen = name or target.name
    require_segment(chosen, "a guarded agent (pass `name=` to `guard.mount`)")
    seam = Seam(pep, host="openai-agents")
    Clones(seam).of(target)  # what cannot be guarded is told now
    return GuardedAgent(seam, target, chosen)


def lint_graph(target: object, *, written: str, name: str | None) -> NoReturn:
    """Raise `ConfigError`: which steps an agent takes is its model's choice."""
    raise ConfigError("an agent has no graph that the lint could read: its model chooses the steps")


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return an agent's name, and a question for each model, tool and handoff that it reaches.

    Tools of MCP servers are told by their servers when a run begins, and are not among them.
    """
    if not isinstance(target, Agent):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    asked: dict[tuple[str, str, str], None] = {}
    todo: list[Any] = [target]
    seen: set[int] = set()
    while todo:
        agent = todo.pop(0)
        if id(agent) in seen:
            continue
        seen.add(id(agent))
        asked["model", _model_of(agent.model), "call"] = None
        for tool in agent.tools:
            if not isinstance(tool, FunctionTool):
                asked["tool", f"provider/{tool.name}", "call"] = None
                continue
            asked["tool", tool.name, "call"] = None
            if tool._agent_instance is not None:
                todo.append(tool._agent_instance)
        for one in agent.handoffs:
            other = one if isinstance(one, Agent) else (one._agent_ref and one._agent_ref())
            made = handoff(one) if isinstance(one, Agent) else one
            asked["tool", made.tool_name, "call"] = None
            if other is not None:
                todo.append(other)
    return target.name, list(asked)


def _model_of(model: Any) -> str:
    """Return what records call the model: its own name, or that of the host's default."""
    if model is None:
        model = get_default_model()
    name = model if isinstance(model, str) else getattr(model, "model", None)
    return name if isinstance(name, str) and name else type(model).__name__
