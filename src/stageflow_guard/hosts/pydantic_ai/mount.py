"""What `guard.mount` makes of a pydantic-ai agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pydantic_ai import Agent

from stageflow_guard.enforcement.seam import Seam
from stageflow_guard.enforcement.step import require_segment
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.pydantic_ai.agent import GuardedAgent
from stageflow_guard.hosts.pydantic_ai.control import passes

if TYPE_CHECKING:
    from stageflow_guard.enforcement.pep import PolicyEnforcementPoint


def mount(
    pep: PolicyEnforcementPoint, target: object, *, name: str | None, token_key: str
) -> GuardedAgent:
    """Return a guarded agent. `token_key` is not used: the token comes from the session.

    Raises `ConfigError` for what is no `Agent`, and for an agent without a name that policies can
    hold.
    """
    if not isinstance(target, Agent):
        raise ConfigError(
            f"`guard.mount` takes a pydantic-ai `Agent`, not `{type(target).__name__}`"
        )
    chosen = name or target.name
    require_segment(chosen, "a guarded agent (pass `name=` to `guard.mount`)")
    return GuardedAgent(Seam(pep, host="pydantic-ai", passes=passes), target, str(chosen))


def lint_graph(target: object, *, written: str, name: str | None) -> NoReturn:
    """Raise `ConfigError`: which steps an agent takes is its model's choice."""
    raise ConfigError("an agent has no graph that the lint could read: its model chooses the steps")


def questions_of(target: Any) -> tuple[str, list[tuple[str, str, str]]]:
    """Return an agent's name, and a question for its model and each of its own tools.

    Tools of servers and of run-time toolsets are told when a run begins, and are not among them.
    """
    if not isinstance(target, Agent):
        raise ConfigError(f"the steps of a `{type(target).__name__}` cannot be listed")
    asked: dict[tuple[str, str, str], None] = {}
    model: Any = target.model
    name = model.partition(":")[2] or model if isinstance(model, str) else None
    name = name or getattr(model, "model_name", None)
    if name:
        asked["model", name, "call"] = None
    for toolset in target.toolsets:
        for tool in getattr(toolset, "tools", ()):
            asked["tool", str(tool), "call"] = None
    return str(target.name or ""), list(asked)
