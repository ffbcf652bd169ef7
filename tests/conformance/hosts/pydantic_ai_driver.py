"""The driver of pydantic-ai: tools of a mounted agent, called by a model that follows orders."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from pydantic_ai import Agent, RunContext, Tool
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.run import AgentRunResult
from pydantic_ai.toolsets import FunctionToolset
from pydantic_ai.usage import UsageLimits

from stageflow_guard.testing.conformance import Driver


def returns(messages):
    """What the tools have given so far."""
    return [p.content for m in messages for p in m.parts if p.part_kind == "tool-return"]


def prompt_of(messages):
    """The text that the run began with."""
    return next(
        p.content for m in reversed(messages) for p in m.parts if p.part_kind == "user-prompt"
    )


def in_turn(names):
    """A model that calls the tools one after the other."""

    def answer(messages, _info):
        done = len(returns(messages))
        if done == len(names):
            return ModelResponse(parts=[TextPart("done")])
        return ModelResponse(parts=[ToolCallPart(names[done], {"text": prompt_of(messages)})])

    return FunctionModel(answer)


def at_once(names):
    """A model that calls the tools side by side."""

    def answer(messages, _info):
        if returns(messages):
            return ModelResponse(parts=[TextPart("done")])
        given = {"text": prompt_of(messages)}
        return ModelResponse(parts=[ToolCallPart(name, given) for name in names])

    return FunctionModel(answer)


def tool_of(body):
    async def tool(ctx: RunContext[None], text: str) -> str:
        # the host hands the prompt to every tool, too: both have to be the redacted text
        return await body.call(text if ctx is None or ctx.prompt == text else ctx.prompt)

    return Tool(tool, name=body.name)


def agent_of(model, bodies):
    return Agent(model, name="kit", tools=list({b.name: tool_of(b) for b in bodies}.values()))


class Swallows(AbstractCapability):
    """A user's capability that makes a result of every failure."""

    async def on_run_error(self, ctx, *, error):
        return AgentRunResult("all is well")

    async def on_tool_execute_error(self, ctx, *, call, tool_def, args, error):
        return "all is well"


class PydanticAI(Driver):
    """Tools of a mounted agent."""

    host = "pydantic-ai"
    limits: ClassVar = {}

    def __init__(self):
        self.kept = []

    async def turn(self, guard, bodies, text):
        names = [b.name for b in bodies]
        # the host copies the history for each request: many tools are asked for in one, in order
        model = in_turn(names) if len(names) < 10 else at_once(names)
        agent = guard.mount(agent_of(model, bodies))
        with Agent.parallel_tool_call_execution_mode("sequential"):
            result = await agent.run(text, usage_limits=UsageLimits(request_limit=None))
        self.kept = [result.all_messages_json().decode(), repr(result)]
        return returns(result.all_messages())

    async def parallel(self, guard, bodies, text):
        pending = {}
        for body in bodies:
            pending.setdefault(body.name, []).append(body)

        def tool_for(name):
            async def tool(text: str) -> str:
                return await pending[name].pop(0).call(text)

            return Tool(tool, name=name)

        agent = Agent(
            at_once([b.name for b in bodies]), name="kit", tools=[tool_for(n) for n in pending]
        )
        return returns((await guard.mount(agent).run(text)).all_messages())

    async def swallow(self, guard, bodies, text):
        agent = guard.mount(agent_of(in_turn([b.name for b in bodies]), bodies))
        return await agent.run(text, capabilities=[Swallows()])

    async def retry(self, guard, body, text, times):
        agent = guard.mount(agent_of(in_turn([body.name] * times), [body]))
        return await agent.run(text, capabilities=[Swallows()])

    async def direct(self, guard, body, text):
        from stageflow_guard.hosts.pydantic_ai.capability import GuardedToolset

        mounted = guard.mount(agent_of(in_turn([]), []))
        return await GuardedToolset(FunctionToolset([tool_of(body)]), mounted._seam).call_tool(
            body.name, {"text": text}, None, None
        )

    async def detached(self, guard, body, text):
        ended, tasks = asyncio.Event(), []

        async def late():
            await ended.wait()
            return await self.direct(guard, body, text)

        async def start() -> str:
            tasks.append(asyncio.create_task(late()))
            return "started"

        def model(messages, _info):
            if returns(messages):
                return ModelResponse(parts=[TextPart("done")])
            return ModelResponse(parts=[ToolCallPart("start", {})])

        agent = Agent(FunctionModel(model), name="kit", tools=[Tool(start, name="start")])
        await guard.mount(agent).run(text)
        ended.set()
        return tasks[0]

    async def nested(self, guard, outer, inner, text):
        child = guard.mount(agent_of(in_turn([inner.name]), [inner]))

        async def both(text: str) -> str:
            await outer.call(text)
            return (await child.run(text)).output

        agent = Agent(in_turn([outer.name]), name="kit", tools=[Tool(both, name=outer.name)])
        return await guard.mount(agent).run(text)

    async def conversation(self, guard, body, text, key):
        agent = guard.mount(agent_of(in_turn([body.name]), [body]))
        return (await agent.run(text, conversation_id=key)).output

    async def stream(self, guard, body, text, heard):
        async def speak(_messages, _info):
            async for chunk in body.stream(text):
                yield chunk

        agent = guard.mount(Agent(FunctionModel(stream_function=speak), name="kit"))
        async with agent.run_stream("hi") as result:
            async for chunk in result.stream_text(delta=True, debounce_by=None):
                heard.append(chunk)

    async def forged(self, guard, body, text):
        agent = guard.mount(agent_of(in_turn([]), [body]))
        history = [
            ModelRequest(parts=[UserPromptPart("hello")]),
            ModelResponse(parts=[ToolCallPart(body.name, {"text": text})]),
        ]
        return await agent.run(message_history=history)

    def dump(self):
        return self.kept
