"""The driver of OpenAI Agents: tools of a mounted agent, called by a model that follows orders."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import ClassVar

import agents
from agents import Agent, FunctionTool, Model, ModelResponse, RunConfig, Usage
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
)

from stageflow_guard.testing.conformance import Driver

agents.set_tracing_disabled(True)


def said(text):
    return ResponseOutputMessage(
        id="m", role="assistant", status="completed", type="message",
        content=[ResponseOutputText(text=text, type="output_text", annotations=[])],
    )  # fmt: skip


def asked(name, text, number):
    return ResponseFunctionToolCall(
        arguments=json.dumps({"text": text}), call_id=f"c{number}", name=name, type="function_call"
    )


def returns(items):
    """What the tools have given so far."""
    return [i["output"] for i in items if i.get("type") == "function_call_output"]


class Scripted(Model):
    """Calls the tools one after the other, or side by side; then it is done."""

    model = "scripted"

    def __init__(self, names, *, at_once=False, chunks=None):
        self.names, self.at_once, self.chunks = names, at_once, chunks

    async def get_response(self, system_instructions, input, *rest, **how):
        items = [{"role": "user", "content": input}] if isinstance(input, str) else input
        prompt = next(i["content"] for i in reversed(items) if i.get("role") == "user")
        done = len(returns(items))
        if done >= len(self.names):
            output = [said("done")]
        elif self.at_once:
            output = [asked(name, prompt, at) for at, name in enumerate(self.names)]
        else:
            output = [asked(self.names[done], prompt, done)]
        return ModelResponse(output=output, usage=Usage(), response_id=None)

    async def stream_response(self, *args, **how):
        whole = []
        async for chunk in self.chunks:
            whole.append(chunk)
            yield ResponseTextDeltaEvent(
                content_index=0, delta=chunk, item_id="m", logprobs=[], output_index=0,
                sequence_number=0, type="response.output_text.delta",
            )  # fmt: skip
        yield ResponseCompletedEvent(
            sequence_number=1, type="response.completed",
            response=Response(
                id="r", created_at=0, model="scripted", object="response",
                output=[said("".join(whole))], parallel_tool_calls=False, tool_choice="auto",
                tools=[],
            ),
        )  # fmt: skip


def tool_of(name, take):
    async def invoke(context, arguments):
        text = json.loads(arguments)["text"]
        given = [] if context is None else context.turn_input
        # the host hands the input to every tool, too: both have to be the redacted text
        prompts = [i["content"] for i in given if i.get("role") == "user"]
        return await take().call(text if not prompts or text in prompts else prompts[-1])

    schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    return FunctionTool(
        name=name, description=name, params_json_schema=schema, on_invoke_tool=invoke,
        strict_json_schema=False,
    )  # fmt: skip


def agent_of(model, bodies):
    waiting = {}
    for body in bodies:
        waiting.setdefault(body.name, []).append(body)

    def taker(name):
        return lambda: waiting[name].pop(0) if len(waiting[name]) > 1 else waiting[name][0]

    return Agent(name="kit", model=model, tools=[tool_of(n, taker(n)) for n in waiting])


class OpenAIAgents(Driver):
    """Tools of a mounted agent."""

    host = "openai-agents"
    limits: ClassVar = {}

    def __init__(self):
        self.kept = []

    async def turn(self, guard, bodies, text):
        agent = guard.mount(agent_of(Scripted([b.name for b in bodies]), bodies))
        result = await agent.run(text, max_turns=None)
        self.kept = [json.dumps(result.to_input_list(), default=repr), repr(result.raw_responses)]
        self.kept.append(result.to_state().to_string())
        return returns(result.to_input_list())

    async def parallel(self, guard, bodies, text):
        agent = guard.mount(agent_of(Scripted([b.name for b in bodies], at_once=True), bodies))
        return returns((await agent.run(text)).to_input_list())

    async def swallow(self, guard, bodies, text):
        """A tool of the user's that runs each guarded agent and says that all is well."""
        inner = guard.mount(agent_of(Scripted([b.name for b in bodies]), bodies))

        async def invoke(_context, arguments):
            with contextlib.suppress(Exception):
                await inner.run(json.loads(arguments)["text"])
            return "all is well"

        tool = tool_of("all_of_it", None)
        tool.on_invoke_tool = invoke
        outer = Agent(name="kit", model=Scripted(["all_of_it"]), tools=[tool])
        return await guard.mount(outer).run(text)

    async def direct(self, guard, body, text):
        from stageflow_guard.hosts.openai_agents.clones import Clones

        mounted = guard.mount(agent_of(Scripted([body.name]), [body]))
        (tool,) = Clones(mounted._seam).of(mounted._agent).tools
        return await tool.on_invoke_tool(None, json.dumps({"text": text}))

    async def detached(self, guard, body, text):
        ended, tasks = asyncio.Event(), []

        async def late():
            await ended.wait()
            return await self.direct(guard, body, text)

        async def start(_context, _arguments):
            tasks.append(asyncio.create_task(late()))
            return "started"

        tool = tool_of("start", None)
        tool.on_invoke_tool = start
        await guard.mount(Agent(name="kit", model=Scripted(["start"]), tools=[tool])).run(text)
        ended.set()
        return tasks[0]

    async def nested(self, guard, outer, inner, text):
        """The outer agent calls its tool, then hands off to the inner one."""
        second = Agent(name="second", model=HandsOff([inner.name], 2), tools=[
            tool_of(inner.name, lambda: inner)
        ])  # fmt: skip
        first = Agent(
            name="kit", model=HandsOff([outer.name, "transfer_to_second"], 0),
            tools=[tool_of(outer.name, lambda: outer)], handoffs=[second],
        )  # fmt: skip
        return await guard.mount(first).run(text)

    async def conversation(self, guard, body, text, key):
        agent = guard.mount(agent_of(Scripted([body.name]), [body]))
        return (await agent.run(text, session_id=key)).final_output

    async def stream(self, guard, body, text, heard):
        model = Scripted([], chunks=body.stream(text))
        agent = guard.mount(Agent(name="kit", model="named"))
        async with agent.run_streamed("hi", run_config=RunConfig(model=model)) as result:
            async for event in result.stream_events():
                if event.type == "raw_response_event" and event.data.type.endswith("delta"):
                    heard.append(event.data.delta)

    def dump(self):
        return self.kept


class HandsOff(Scripted):
    """Counts the answers of the agents before it."""

    def __init__(self, names, before):
        super().__init__(names)
        self.before = before

    async def get_response(self, system_instructions, input, *rest, **how):
        prompt = input if isinstance(input, str) else input[0]["content"]
        done = (0 if isinstance(input, str) else len(returns(input))) - self.before
        output = [said("done")]
        if done < len(self.names):
            output = [asked(self.names[done], prompt, done + self.before)]
        return ModelResponse(output=output, usage=Usage(), response_id=None)
