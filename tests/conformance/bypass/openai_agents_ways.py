"""OpenAI Agents: run hooks, an input guardrail, and the mounted agent."""

from __future__ import annotations

import json

from agents import (
    Agent,
    GuardrailFunctionOutput,
    RunConfig,
    RunHooks,
    Runner,
    WebSearchTool,
    input_guardrail,
    output_guardrail,
)

from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA


def speak():
    async def chunks():
        for start in range(0, len(SPOKEN), 4):
            yield SPOKEN[start : start + 4]

    return chunks()


class Ways(Contender):
    """How the host is made to take each way; `under` says who guards."""

    host = "openai-agents"
    kit = None  # the module of the conformance driver, which has a model without a provider

    async def under(self, attempt, agent, text="hi", **how):
        raise NotImplementedError

    async def listen(self, attempt, agent, **how):
        raise NotImplementedError

    def refund(self, attempt, **how):
        tool = self.kit.tool_of("refund", None)

        async def invoke(_context, _arguments):
            return await attempt.body()

        tool.on_invoke_tool = invoke
        for name, value in how.items():
            setattr(tool, name, value)
        return tool

    def agent(self, attempt, **how):
        return Agent(
            name="desk", model=self.kit.Scripted(["refund"]), tools=[self.refund(attempt, **how)]
        )

    async def sub_agent(self, attempt):
        inner = self.agent(attempt).as_tool("ask", "ask")
        kit = self.kit

        class Asks(kit.Scripted):
            async def get_response(self, system_instructions, input, *rest, **how):
                answer = await super().get_response(system_instructions, input, *rest, **how)
                for one in answer.output:
                    if one.type == "function_call":
                        one.arguments = json.dumps({"input": "hello"})
                return answer

        return await self.under(attempt, Agent(name="outer", model=Asks(["ask"]), tools=[inner]))

    async def streaming(self, attempt):
        model = self.kit.Scripted([], chunks=speak())
        await self.listen(attempt, Agent(name="desk", model="m"), run_config=RunConfig(model=model))

    async def hosted_tool(self, attempt):
        kit = self.kit

        class Provider(kit.Scripted):
            async def get_response(self, *given, **how):
                tools = how.get("tools") or given[3]
                if any(isinstance(tool, WebSearchTool) for tool in tools):
                    attempt.offered()
                return await super().get_response(*given, **how)

        agent = Agent(name="desk", model=Provider([]), tools=[WebSearchTool()])
        return await self.under(attempt, agent)

    async def hook_raises(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def hook_hangs(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def resume(self, attempt):
        agent = self.agent(attempt, needs_approval=True)
        paused = await self.under(attempt, agent)
        state = paused.to_state()
        state.approve(paused.interruptions[0])
        attempt.withdraw()
        return await self.under(attempt, agent, state)

    async def second_transport(self, attempt):
        """The same agent, streamed."""
        call = self.kit.asked("refund", "hi", 1)
        agent = self.agent(attempt)
        agent.model = Streams(self.kit, call)
        return await self.listen(attempt, agent)

    async def shadow(self, attempt):
        """A model of the run configuration takes the place of the agent's own."""
        agent = self.agent(attempt)
        agent.model = self.kit.Scripted([])
        config = RunConfig(model=self.kit.Scripted(["refund"]))
        return await self.under(attempt, agent, run_config=config)


def Streams(kit, call):
    from openai.types.responses import Response, ResponseCompletedEvent

    class Model(kit.Scripted):
        async def stream_response(self, instructions, input, *rest, **how):
            done = not isinstance(input, str) and kit.returns(input)
            yield ResponseCompletedEvent(
                sequence_number=1, type="response.completed",
                response=Response(
                    id="r", created_at=0, model="m", object="response",
                    output=[kit.said("done") if done else call], parallel_tool_calls=False,
                    tool_choice="auto", tools=[],
                ),
            )  # fmt: skip

    return Model([])


async def drain(attempt, result):
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type.endswith("delta"):
            attempt.hear(event.data.delta)
    return result.final_output


class Hooks(Ways):
    """`RunHooks.on_tool_start`, and an output guardrail for what is said."""

    guard = "`RunHooks.on_tool_start`"

    def hooks(self, attempt):
        class Asks(RunHooks):
            async def on_tool_start(self, context, agent, tool):
                if tool.name == "refund":
                    await attempt.decide()

        return Asks()

    async def under(self, attempt, agent, text="hi", **how):
        return await Runner.run(agent, text, hooks=self.hooks(attempt), **how)

    async def listen(self, attempt, agent, **how):
        @output_guardrail
        async def no_address(context, agent, output):
            raw = output != attempt.redact(output)
            return GuardrailFunctionOutput(output_info=None, tripwire_triggered=raw)

        agent.output_guardrails = [no_address]
        result = Runner.run_streamed(agent, "hi", hooks=self.hooks(attempt), **how)
        return await drain(attempt, result)


class Guardrail(Hooks):
    """An input guardrail as the host has it by default: beside the first turn."""

    guard = "an input guardrail"

    def hooks(self, attempt):
        return None

    def guarded(self, attempt, agent):
        @input_guardrail
        async def may_they(context, agent, given):
            await attempt.decide()
            return GuardrailFunctionOutput(output_info=None, tripwire_triggered=False)

        agent.input_guardrails = [may_they]
        return agent

    async def under(self, attempt, agent, text="hi", **how):
        return await super().under(attempt, self.guarded(attempt, agent), text, **how)

    async def listen(self, attempt, agent, **how):
        return await super().listen(attempt, self.guarded(attempt, agent), **how)


class Mounted(Ways):
    """`guard.mount(agent)` of the outer agent; the inner one stays as the host made it a tool."""

    guard = "`guard.mount`"
    closed = {"resume after approval": "a stored run is no proof of who began it"}  # noqa: RUF012

    async def under(self, attempt, agent, text="hi", **how):
        env = governed(attempt)
        async with env.guard.session(ADA):
            return await env.guard.mount(agent).run(text, **how)

    async def listen(self, attempt, agent, **how):
        env = governed(attempt)
        async with (
            env.guard.session(ADA),
            env.guard.mount(agent).run_streamed("hi", **how) as result,
        ):
            return await drain(attempt, result)


CONTENDERS = (Hooks, Guardrail, Mounted)
