"""What `guard.mount` makes of an OpenAI Agents agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from agents import Agent

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
