"""Tools and handoffs of one run, each behind the guard."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Awaitable, Callable
from types import CellType, FunctionType
from typing import TYPE_CHECKING, Any

from agents import FunctionTool, Handoff

from stageflow_guard.enforcement.leaving import drop_frames
from stageflow_guard.enforcement.step import Step, require_segment
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from agents import Agent, RunConfig
    from agents.tool_context import ToolContext

    from stageflow_guard.enforcement.seam import Seam
    from stageflow_guard.model import Finding

AS_TOOL = (
    "tool `{name}` runs an agent {why}: write "
    "`guard.mount(agent).as_tool(tool_name, tool_description)`"
)
# histories that no gate has seen, by what `Agent.as_tool` calls them
UNSEEN = ("session", "previous_response_id", "conversation_id")


class Invoke:
    """What a guarded tool has for `on_invoke_tool`: outside the host's handler of errors."""

    def __init__(self, seam: Seam, name: str, inner: Callable[..., Awaitable[Any]]) -> None:
        self.seam = seam
        self._step = Step(kind="tool", obj=require_segment(name, "a tool"), act="call")
        self._inner = inner

    async def __call__(self, context: ToolContext[Any], arguments: str) -> Any:
        """Run the tool as a step: asked, inspected, on record."""

        async def body(given: dict[str, Any]) -> Any:
            return await self._inner(context, _written(given, arguments))

        try:
            return await self.seam.step(self._step, _read(arguments), body)
        except BaseException as error:
            drop_frames(error)  # their locals hold raw arguments
            raise


class RunsAgent:
    """What `GuardedAgent.as_tool` has for `on_invoke_tool`: the gate of the inner agent."""

    def __init__(self, run: Callable[..., Awaitable[Any]]) -> None:
        self._run = run

    async def __call__(self, context: ToolContext[Any], arguments: str) -> Any:
        """Run the inner agent as a child run of this one; return its answer."""
        return (await self._run(_read(arguments).get("input", ""))).final_output


def guarded_tool(
    seam: Seam, tool: Any, clone: Callable[[Any], Any], config: Callable[[Any], RunConfig]
) -> Any:
    """Return a tool behind the guard; one that the host or the provider runs is asked about later.

    `clone` gives the guarded copy of an agent, `config` the guarded configuration of its runs.
    Raises `ConfigError` for an agent as a tool that cannot be guarded.
    """
    if not isinstance(tool, FunctionTool):
        return tool
    inner = tool.on_invoke_tool
    if isinstance(inner, Invoke):
        if inner.seam is seam:
            return tool
        if tool._is_agent_tool:
            raise ConfigError(AS_TOOL.format(name=tool.name, why="of another mount"))
    guarded = copy.copy(tool)
    if tool._is_agent_tool and not isinstance(inner, RunsAgent):
        agent = guarded._agent_instance = clone(tool._agent_instance)
        inner = _run_by(inner, tool.name, agent, config)
    guarded.on_invoke_tool = Invoke(seam, tool.name, inner)
    return guarded


def _run_by(inner: Any, name: str, agent: Any, config: Callable[[Any], RunConfig]) -> Any:
    """Return the call of `Agent.as_tool` for another agent, with every option that it was given.

    The host keeps agent and options in the closure of one function: a copy of that function with
    other cells runs the guarded agent. The contract tests pin the names.
    """
    work: Any = getattr(inner, "_invoke_tool_impl", None)
    names: tuple[str, ...] = work.__code__.co_freevars if inspect.isfunction(work) else ()
    if not {"self", "run_config", *UNSEEN} <= set(names):
        raise ConfigError(AS_TOOL.format(name=name, why="that is not mounted"))
    held = dict(zip(names, (cell.cell_contents for cell in work.__closure__), strict=True))
    for unseen in UNSEEN:
        if held[unseen] is not None:
            raise ConfigError(
                AS_TOOL.format(name=name, why=f"with a `{unseen}`, which no gate has seen")
            )
    held["self"] = agent
    if held["run_config"] is not None:  # it is used in the place of the guarded one of the run
        held["run_config"] = config(held["run_config"])
    cells = tuple(CellType(held[one]) for one in names)
    made = FunctionType(work.__code__, work.__globals__, work.__name__, work.__defaults__, cells)
    made.__kwdefaults__ = work.__kwdefaults__
    return type(inner)(made, inner._on_handled_error, function_tool=inner._function_tool)


def guarded_handoff(seam: Seam, given: Handoff[Any, Any], clone: Callable[[Any], Any]) -> Any:
    """Return a handoff that is a step of its own, and gives the guarded clone of its agent."""
    step = Step(kind="tool", obj=require_segment(given.tool_name, "a handoff"), act="call")
    inner = given.on_invoke_handoff

    async def invoke(context: Any, arguments: str) -> Agent[Any]:
        call, told = await seam.begin(step, _read(arguments))
        answer = await seam.run_step(call, inner(context, _written(told, arguments)))

        async def release(agent: Any) -> tuple[Any, tuple[Finding, ...], str]:
            return clone(agent), (), "ok"

        agent: Agent[Any] = await seam.conclude(call, answer, release)
        return agent

    guarded = copy.copy(given)
    guarded.on_invoke_handoff = invoke
    return guarded


def _read(arguments: str) -> dict[str, Any]:
    """Return a call's arguments as a mapping; what is no JSON object is inspected as text."""
    if not arguments:
        return {}
    try:
        read = json.loads(arguments)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {"": arguments}


def _written(given: dict[str, Any], arguments: str) -> str:
    """Return the arguments as the host's text again."""
    if not arguments:
        return arguments
    return given[""] if given.keys() == {""} else json.dumps(given)
