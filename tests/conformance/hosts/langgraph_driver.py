"""The driver of LangGraph: nodes of a mounted graph."""

import asyncio
import contextlib
import operator
from typing import Annotated, Any, ClassVar, TypedDict

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy, Command, RetryPolicy

from stageflow_guard.testing.conformance import Driver


class State(TypedDict, total=False):
    text: str
    answers: Annotated[list, operator.add]


def node_of(body):
    async def node(state: State) -> Any:
        return {"answers": [await body.call(state["text"])]}

    return node


def chain(bodies, **how):
    """A graph of the bodies, in order."""
    builder, before = StateGraph(State), START
    for body in bodies:
        builder.add_node(body.name, node_of(body), **how)
        builder.add_edge(before, body.name)
        before = body.name
    return builder.add_edge(before, END)


def given(text):
    return {"text": text, "answers": []}


class LangGraph(Driver):
    """Nodes of a mounted graph."""

    host = "langgraph"
    limits: ClassVar = {}

    def __init__(self):
        self.kept = []

    async def turn(self, guard, bodies, text):
        saver = InMemorySaver() if len(bodies) == 2 else None
        graph = guard.mount(chain(bodies), name="kit").compile(saver)
        config = {"recursion_limit": 200}
        if saver is not None:
            config["configurable"] = {"thread_id": "t"}
        try:
            return (await graph.ainvoke(given(text), config))["answers"]
        finally:
            self.kept = [] if saver is None else [repr(list(saver.list(None)))]

    async def parallel(self, guard, bodies, text):
        waiting = {}
        for body in bodies:
            waiting.setdefault(body.name, []).append(body)
        from langgraph.types import Send

        builder = StateGraph(State)
        for name, mine in waiting.items():

            async def node(state, mine=mine):
                body = mine.pop(0) if len(mine) > 1 else mine[0]
                return {"answers": [await body.call(state["text"])]}

            builder.add_node(name, node)
        builder.add_conditional_edges(
            START, lambda state: [Send(b.name, {"text": state["text"]}) for b in bodies]
        )
        graph = guard.mount(builder, name="kit").compile()
        return (await graph.ainvoke(given(text)))["answers"]

    async def swallow(self, guard, bodies, text):
        builder = chain(bodies)
        builder.set_node_defaults(error_handler=lambda state: {"answers": ["all is well"]})
        return await guard.mount(builder, name="kit").compile().ainvoke(given(text))

    async def retry(self, guard, body, text, times):
        policy = RetryPolicy(max_attempts=times, initial_interval=0.01, retry_on=Exception)
        builder = chain([body], retry_policy=policy)
        return await guard.mount(builder, name="kit").compile().ainvoke(given(text))

    async def direct(self, guard, body, text):
        mounted = guard.mount(chain([body]), name="kit")
        return await mounted._builder.nodes[body.name].runnable.ainvoke({"text": text})

    async def detached(self, guard, body, text):
        ended, tasks = asyncio.Event(), []

        async def late():
            await ended.wait()
            return await self.direct(guard, body, text)

        async def start(_state):
            tasks.append(asyncio.create_task(late()))

        outer = StateGraph(State).add_node("outer", start).add_edge(START, "outer")
        await guard.mount(outer, name="kit").compile().ainvoke(given(text))
        ended.set()
        return tasks[0]

    async def nested(self, guard, outer, inner, text):
        """The inner node is in a subgraph, which the mount wraps by itself."""
        builder = chain([outer])
        builder.add_node("sub", chain([inner]).compile())
        builder.add_edge(outer.name, "sub")
        env_text = {**given(text)}
        return await guard.mount(builder, name="kit").compile().ainvoke(env_text)

    async def conversation(self, guard, body, text, key):
        if not hasattr(guard, "_kit_saver"):
            guard._kit_saver = InMemorySaver()
        graph = guard.mount(chain([body]), name="kit").compile(guard._kit_saver)
        config = {"configurable": {"thread_id": key}}
        return await graph.ainvoke(given(text), config)

    async def stream(self, guard, body, text, heard):
        chunks = [chunk async for chunk in body.stream(text)]
        model = GenericFakeChatModel(messages=iter([AIMessage(text)]))
        assert chunks

        async def speak(_state):
            answer = await model.ainvoke("hi")
            return {"answers": [answer.content]}

        builder = StateGraph(State).add_node(body.name, speak).add_edge(START, body.name)
        graph = guard.mount(builder, name="kit").compile()
        async for message, _metadata in graph.astream(given("hi"), stream_mode="messages"):
            heard.append(message.content)

    async def cached(self, guard, body, text):
        from langgraph.cache.memory import InMemoryCache

        builder = chain([body], cache_policy=CachePolicy())
        return (
            await guard.mount(builder, name="kit")
            .compile(cache=InMemoryCache())
            .ainvoke(given(text))
        )

    async def forged(self, guard, body, text):
        graph = guard.mount(chain([body]), name="kit").compile(InMemorySaver())
        config = {"configurable": {"thread_id": "t"}}
        with contextlib.suppress(KeyError):
            return await graph.ainvoke(Command(goto=body.name, update=given(text)), config)

    def dump(self):
        return self.kept
