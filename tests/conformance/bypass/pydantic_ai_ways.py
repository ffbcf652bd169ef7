"""pydantic-ai: a capability, and the mounted agent."""

from __future__ import annotations

from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, Tool
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA


class Ways(Contender):
    """How the host is made to take each way."""

    host = "pydantic-ai"

    async def under(self, attempt, agent, prompt="hi", **how):
        raise NotImplementedError

    def child(self, attempt, agent):
        """What a tool of the application runs."""
        return agent

    def refund(self, attempt, **how):
        async def refund() -> str:
            return await attempt.body()

        return Tool(refund, name="refund", **how)

    def calls(self, name):
        def answer(messages, _info):
            if self.kit.returns(messages):
                return ModelResponse(parts=[TextPart("done")])
            return ModelResponse(parts=[ToolCallPart(name, {})])

        return FunctionModel(answer)

    def agent(self, attempt, **how):
        return Agent(self.calls("refund"), name="desk", tools=[self.refund(attempt, **how)])

    async def sub_agent(self, attempt):
        """A tool of the outer agent runs the inner one."""
        inner = self.child(attempt, self.agent(attempt))

        async def ask() -> str:
            return str((await inner.run("hi")).output)

        outer = Agent(self.calls("ask"), name="outer", tools=[Tool(ask, name="ask")])
        return await self.under(attempt, outer)

    async def streaming(self, attempt):
        async def speak(_messages, _info):
            for start in range(0, len(SPOKEN), 4):
                yield SPOKEN[start : start + 4]

        agent = Agent(FunctionModel(stream_function=speak), name="desk")
        async with self.stream(attempt, agent) as result:
            async for chunk in result.stream_text(delta=True, debounce_by=None):
                attempt.hear(chunk)

    def stream(self, attempt, agent):
        raise NotImplementedError

    async def hosted_tool(self, attempt):
        from pydantic_ai.capabilities import NativeTool
        from pydantic_ai.native_tools import WebSearchTool

        def answer(_messages, info):
            if info.model_request_parameters.native_tools:
                attempt.offered()
            return ModelResponse(parts=[TextPart("done")])

        model = FunctionModel(answer, profile={"supported_native_tools": {WebSearchTool}})
        agent = Agent(model, name="desk", capabilities=[NativeTool(WebSearchTool())])
        return await self.under(attempt, agent)

    async def hook_raises(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def hook_hangs(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def resume(self, attempt):
        agent = Agent(
            self.calls("refund"), name="desk", output_type=[str, DeferredToolRequests],
            tools=[self.refund(attempt, requires_approval=True)],
        )  # fmt: skip
        paused = await self.under(attempt, agent)
        (call,) = paused.output.approvals
        attempt.withdraw()
        return await self.under(
            attempt, agent, None, message_history=paused.all_messages(),
            deferred_tool_results=DeferredToolResults(approvals={call.tool_call_id: True}),
        )  # fmt: skip

    async def second_transport(self, attempt):
        """The same agent, node by node."""
        agent = self.agent(attempt)
        async with self.iterate(attempt, agent) as run:
            async for _node in run:
                pass
        return run.result.output

    def iterate(self, attempt, agent):
        raise NotImplementedError

    async def shadow(self, attempt):
        """Tools that are put in the place of the agent's own for a while."""
        agent = Agent(self.calls("refund"), name="desk")
        with agent.override(tools=[self.refund(attempt)]):
            return await self.under(attempt, agent)


class Capability(Ways):
    """A capability of the host, on the outer agent."""

    guard = "a capability (`wrap_tool_execute`, `after_model_request`)"

    def capability(self, attempt):
        class Asks(AbstractCapability):
            async def wrap_tool_execute(self, ctx, *, call, tool_def, args, handler):
                if call.tool_name == "refund":
                    await attempt.decide()
                return await handler(args)

            async def after_model_request(self, ctx, *, request_context, response):
                for part in response.parts:
                    if isinstance(part, TextPart):
                        part.content = attempt.redact(part.content)
                return response

        return Asks()

    async def under(self, attempt, agent, prompt="hi", **how):
        return await agent.run(prompt, capabilities=[self.capability(attempt)], **how)

    def stream(self, attempt, agent):
        return agent.run_stream("hi", capabilities=[self.capability(attempt)])

    def iterate(self, attempt, agent):
        return agent.iter("hi", capabilities=[self.capability(attempt)])


class Mounted(Ways):
    """`guard.mount(agent)`; an agent that a tool runs by itself has to be mounted, too, and is."""

    guard = "`guard.mount`"
    closed = {"resume after approval": "a stored call is no proof of who asked for it"}  # noqa: RUF012

    def guard_of(self, attempt):
        if getattr(attempt, "env", None) is None:
            attempt.env = governed(attempt)
        return attempt.env.guard

    def child(self, attempt, agent):
        return self.guard_of(attempt).mount(agent)

    async def under(self, attempt, agent, prompt="hi", **how):
        guard = self.guard_of(attempt)
        async with guard.session(ADA):
            return await guard.mount(agent).run(prompt, **how)

    def stream(self, attempt, agent):
        return self.within(attempt, lambda guarded: guarded.run_stream("hi"), agent)

    def iterate(self, attempt, agent):
        return self.within(attempt, lambda guarded: guarded.iter("hi"), agent)

    def within(self, attempt, work, agent):
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def both():
            guard = self.guard_of(attempt)
            async with guard.session(ADA), work(guard.mount(agent)) as run:
                yield run

        return both()


CONTENDERS = (Capability, Mounted)
