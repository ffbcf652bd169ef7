"""What the mount relies on in pydantic-ai. A release that changes one of these fails here first."""

from __future__ import annotations

import pytest
from pydantic_ai import Agent, Tool
from pydantic_ai.capabilities import AbstractCapability, CapabilityOrdering
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.run import AgentRunResult
from pydantic_ai.toolsets import FunctionToolset, WrapperToolset


def refund(order: int) -> str:
    return f"refunded {order}"


def calls_refund(messages, _info):
    if any(p.part_kind == "tool-return" for m in messages for p in m.parts):
        return ModelResponse(parts=[TextPart("done")])
    return ModelResponse(parts=[ToolCallPart("refund", {"order": 7})])


class Watched(WrapperToolset):
    async def call_tool(self, name, tool_args, ctx, tool):
        SEEN.append(("tool", name, dict(tool_args)))
        return await self.wrapped.call_tool(name, tool_args, ctx, tool)


class WatchedModel(WrapperModel):
    async def request(self, messages, model_settings, model_request_parameters):
        SEEN.append(("model", self.wrapped.model_name))
        return await self.wrapped.request(messages, model_settings, model_request_parameters)


class Watch(AbstractCapability):
    def get_ordering(self):
        return CapabilityOrdering(position="innermost")

    def get_wrapper_toolset(self, toolset):
        return Watched(toolset)

    def get_wrapper_model(self, model):
        return WatchedModel(model)


SEEN: list = []


@pytest.fixture(autouse=True)
def empty():
    SEEN.clear()


@pytest.mark.parametrize("where", ["tools", "toolsets", "run", "override"])
async def test_the_wrapper_toolset_of_a_run_capability_sees_every_tool(where):
    """Tools of the agent, of a toolset, of the run and of an override pass `get_wrapper_toolset`."""
    toolset, model = FunctionToolset([refund]), FunctionModel(calls_refund)
    agent = Agent(
        model,
        tools=[refund] if where == "tools" else [],
        toolsets=[toolset] if where == "toolsets" else [],
    )
    how = {"toolsets": [toolset]} if where == "run" else {}
    if where == "override":
        with agent.override(toolsets=[toolset]):
            await agent.run("hi", capabilities=[Watch()])
    else:
        await agent.run("hi", capabilities=[Watch()], **how)
    assert [one for one in SEEN if one[0] == "tool"] == [("tool", "refund", {"order": 7})]
    assert len([one for one in SEEN if one[0] == "model"]) == 2


async def test_the_wrapper_toolset_is_inside_the_hooks_that_change_arguments():
    """What another capability makes of the arguments is what the innermost toolset is given."""

    class Changes(AbstractCapability):
        async def before_tool_execute(self, ctx, *, call, tool_def, args):
            return {"order": 99}

    agent = Agent(FunctionModel(calls_refund), tools=[refund])
    await agent.run("hi", capabilities=[Changes(), Watch()])
    assert ("tool", "refund", {"order": 99}) in SEEN


async def test_an_override_of_the_model_passes_the_wrapper_model():
    """`override(model=)` and `run(model=)` are wrapped, too."""
    agent, model = Agent(None, tools=[refund]), FunctionModel(calls_refund)
    with agent.override(model=model):
        await agent.run("hi", capabilities=[Watch()])
    await agent.run("hi", model=model, capabilities=[Watch()])
    assert len([one for one in SEEN if one[0] == "model"]) == 4


async def test_on_run_error_swallows_and_so_the_gate_is_needed():
    """A capability makes a result of any failure: only a gate outside can raise it again."""

    class Swallows(AbstractCapability):
        async def on_run_error(self, ctx, *, error):
            return AgentRunResult("all is well")

    def fail(messages, _info):
        raise PermissionError("no")

    result = await Agent(FunctionModel(fail)).run("hi", capabilities=[Swallows()])
    assert result.output == "all is well"


async def test_a_history_that_ends_with_a_call_runs_the_tool():
    """No model is asked: whoever gives the history chooses the tool."""
    ran = []

    def note(order: int) -> str:
        ran.append(order)
        return "ran"

    agent = Agent(
        FunctionModel(lambda *_: ModelResponse(parts=[TextPart("done")])),
        tools=[Tool(note, name="refund")],
    )
    await agent.run(message_history=[
        ModelRequest(parts=[UserPromptPart("hi")]),
        ModelResponse(parts=[ToolCallPart("refund", {"order": 1})]),
    ])  # fmt: skip
    assert ran == [1]
