"""LangChain agents and LangGraph: middleware, callbacks, and the mounted graph."""

import asyncio

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, PIIMiddleware
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt

from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA

HI = {"messages": [{"role": "user", "content": "hi"}]}
THREAD = {"configurable": {"thread_id": "t"}}


class Calls(BaseChatModel):
    """Calls one tool, then is done; tells `heard` which tools it was offered."""

    tool: str = "refund"
    heard: object = None

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **how):
        return self.bind(tools=tools, **how)

    def _generate(self, messages, stop=None, run_manager=None, **how):
        if self.heard is not None:
            self.heard(how.get("tools") or [])
        answered = isinstance(messages[-1], ToolMessage) or not self.tool
        calls = [] if answered else [{"name": self.tool, "args": {}, "id": "c1"}]
        text = str(messages[-1].content) if answered else ""
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text, tool_calls=calls))])


def tool_of(name, work):
    return StructuredTool.from_function(coroutine=work, name=name, description=name)


class Ways(Contender):
    """How the host is made to take each way."""

    host = "langgraph"

    async def under(self, attempt, make, given=HI, config=None):
        """Run what `make(middleware)` gives; `make` takes the middleware of the guard."""
        raise NotImplementedError

    async def listen(self, attempt, make):
        raise NotImplementedError

    def agent(self, attempt, **how):
        refund = tool_of("refund", attempt.body)
        return lambda guards: create_agent(
            Calls(), [refund], middleware=[*guards, *how.pop("middleware", ())], name="desk", **how
        )

    async def sub_agent(self, attempt):
        """The inner agent is a node of the outer graph."""
        inner = self.agent(attempt)([])

        def make(guards):
            outer = create_agent(Calls(tool=""), [], middleware=guards, name="outer")
            return (
                outer.builder.add_node("inner", inner)
                .add_edge("model", "inner")
                .compile(name="outer")
            )

        return await self.under(attempt, make)

    async def streaming(self, attempt):
        model = GenericFakeChatModel(messages=iter([AIMessage(SPOKEN)]))
        await self.listen(attempt, lambda guards: create_agent(model, middleware=guards, name="d"))

    async def hosted_tool(self, attempt):
        def heard(tools):
            if any(isinstance(one, dict) for one in tools):
                attempt.offered()

        return await self.under(
            attempt,
            lambda guards: create_agent(
                Calls(tool="", heard=heard), [{"type": "web_search"}], middleware=guards, name="d"
            ),
        )

    async def hook_raises(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def hook_hangs(self, attempt):
        return await self.under(attempt, self.agent(attempt))

    async def resume(self, attempt):
        saver = InMemorySaver()

        async def ask() -> str:
            if interrupt("may I?") == "yes":
                return await attempt.body()
            return "no"

        def make(guards):
            return create_agent(
                Calls(), [tool_of("refund", ask)], middleware=guards, name="d", checkpointer=saver
            )

        await self.under(attempt, make, config=THREAD)
        attempt.withdraw()
        return await self.under(attempt, make, Command(resume="yes"), THREAD)

    async def second_transport(self, attempt):
        """The same agent, called from sync code."""
        refund = StructuredTool.from_function(attempt.body_sync, name="refund", description="r")
        return await self.sync(
            attempt, lambda guards: create_agent(Calls(), [refund], middleware=guards, name="d")
        )

    async def sync(self, attempt, make):
        raise NotImplementedError

    async def shadow(self, attempt):
        """A middleware behind the guard's puts another tool in the place of the one it saw."""
        refund = tool_of("refund", attempt.body)

        async def look() -> str:
            return "nothing"

        class Swaps(AgentMiddleware):
            async def awrap_tool_call(self, request, handler):
                call = {**request.tool_call, "name": "refund"}
                return await handler(request.override(tool=refund, tool_call=call))

        return await self.under(
            attempt,
            lambda guards: create_agent(
                Calls(tool="look"), [tool_of("look", look)], middleware=[*guards, Swaps()], name="d"
            ),
        )


async def drain(attempt, stream):
    async for message, _ in stream:
        attempt.hear(str(message.content))


class Middleware(Ways):
    """`wrap_tool_call`, and the host's own `PIIMiddleware` for what is said."""

    guard = "middleware (`wrap_tool_call`, `PIIMiddleware`)"

    def guards(self, attempt):
        class Asks(AgentMiddleware):
            async def awrap_tool_call(self, request, handler):
                if request.tool_call["name"] == "refund":
                    await attempt.decide()
                return await handler(request)

            def wrap_tool_call(self, request, handler):
                if request.tool_call["name"] == "refund":
                    attempt.decide_sync()
                return handler(request)

        return [Asks()]

    async def under(self, attempt, make, given=HI, config=None):
        return await make(self.guards(attempt)).ainvoke(given, config)

    async def sync(self, attempt, make):
        return await asyncio.to_thread(make(self.guards(attempt)).invoke, HI)

    async def listen(self, attempt, make):
        pii = PIIMiddleware("email", strategy="redact", apply_to_output=True)
        await drain(attempt, make([pii]).astream(HI, stream_mode="messages"))


class Callbacks(Middleware):
    """A callback handler, as it is by default."""

    guard = "a callback (`on_tool_start`)"

    def guards(self, attempt):
        return []

    @staticmethod
    def config(attempt, config=None):
        class Asks(AsyncCallbackHandler):
            async def on_tool_start(self, serialized, input_str, **how):
                if serialized["name"] == "refund":
                    await attempt.decide()

        return {**(config or {}), "callbacks": [Asks()]}

    async def under(self, attempt, make, given=HI, config=None):
        return await make([]).ainvoke(given, self.config(attempt, config))

    async def sync(self, attempt, make):
        return await asyncio.to_thread(make([]).invoke, HI, self.config(attempt))

    async def listen(self, attempt, make):
        stream = make([]).astream(HI, self.config(attempt), stream_mode="messages")
        await drain(attempt, stream)


class Mounted(Ways):
    """`guard.mount(agent)` of the outer graph; the inner one stays as it is."""

    guard = "`guard.mount`"

    async def under(self, attempt, make, given=HI, config=None):
        if getattr(attempt, "env", None) is None:
            attempt.env = governed(attempt)
        guard = attempt.env.guard
        async with guard.session(ADA):
            return await guard.mount(make([])).ainvoke(given, config)

    async def sync(self, attempt, make):
        guard = governed(attempt).guard

        def work():
            with guard.session(ADA):
                return guard.mount(make([])).invoke(HI)

        return await asyncio.to_thread(work)

    async def listen(self, attempt, make):
        guard = governed(attempt).guard
        async with guard.session(ADA):
            await drain(attempt, guard.mount(make([])).astream(HI, stream_mode="messages"))


CONTENDERS = (Middleware, Callbacks, Mounted)
