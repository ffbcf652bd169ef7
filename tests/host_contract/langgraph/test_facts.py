"""What the mount relies on in LangGraph. A release that changes one of these fails here first."""

import contextvars
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import GraphBubbleUp, GraphInterrupt
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Command, RetryPolicy, interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    text: str


def graph_of(node: Any, **how: Any) -> StateGraph:
    return StateGraph(State).add_node("one", node, **how).add_edge(START, "one")


async def test_a_node_of_the_builder_can_be_replaced_before_compile():
    """`builder.nodes[name].runnable` is what runs; a subgraph there has a builder of its own."""
    builder = graph_of(lambda state: {"text": "raw"})
    builder.nodes["one"].runnable = RunnableLambda(lambda state: {"text": "wrapped"})
    assert await builder.compile().ainvoke({"text": ""}) == {"text": "wrapped"}
    outer = graph_of(graph_of(lambda state: state).compile())
    assert isinstance(outer.nodes["one"].runnable, CompiledStateGraph)
    assert outer.nodes["one"].runnable.builder.nodes.keys() == {"one"}


async def test_a_command_as_input_chooses_a_node():
    """`goto` in the input runs any node, so the gate refuses it."""
    ran = []
    builder = graph_of(lambda state: None).add_node("admin", lambda state: ran.append(1))
    graph = builder.compile(InMemorySaver())
    await graph.ainvoke(Command(goto="admin"), {"configurable": {"thread_id": "t"}})
    assert ran


async def test_what_configurable_holds_is_written_into_checkpoints():
    """A token there outlives the run, so the gate refuses it."""
    saver = InMemorySaver()
    config = {"configurable": {"thread_id": "t", "auth_token": "s3cret"}}
    await graph_of(lambda state: {"text": "x"}).compile(saver).ainvoke({"text": ""}, config)
    assert "s3cret" in repr(list(saver.list(None)))


async def test_an_error_handler_swallows_and_a_retry_policy_asks_again():
    """Neither knows a refusal: the gate raises it again, and a refused run permits nothing."""
    tries = []

    async def deny(state: State) -> None:
        tries.append(1)
        raise LookupError("no")

    policy = RetryPolicy(max_attempts=3, initial_interval=0.01, retry_on=Exception)
    builder = graph_of(deny, retry_policy=policy)
    builder.set_node_defaults(error_handler=lambda state: {"text": "all is well"})
    assert await builder.compile().ainvoke({"text": ""}) == {"text": "all is well"}
    assert len(tries) == 3


async def test_an_interrupt_is_a_bubble_and_a_resumed_node_runs_from_its_top():
    """A pause is no failure; the node runs again, so a resume asks for a permit again."""
    ran = []

    async def ask(state: State) -> State:
        ran.append(1)
        return {"text": interrupt("sure?")}

    assert issubclass(GraphInterrupt, GraphBubbleUp)
    graph, config = graph_of(ask).compile(InMemorySaver()), {"configurable": {"thread_id": "t"}}
    paused = await graph.ainvoke({"text": ""}, config)
    assert paused["__interrupt__"][0].value == "sure?"
    assert (await graph.ainvoke(Command(resume="yes"), config))["text"] == "yes"
    assert len(ran) == 2


def test_context_variables_reach_sync_nodes():
    """The run of the calling thread is found in the threads that nodes run on."""
    seen, var = [], contextvars.ContextVar("var", default=None)
    graph = graph_of(lambda state: seen.append(var.get())).compile()
    var.set("ada")
    graph.invoke({"text": ""})
    assert seen == ["ada"]


def test_a_tool_node_binds_its_methods_when_it_is_made():
    """A copy keeps calling the first one's tools until both are bound again."""

    @tool
    def refund(order: int) -> str:
        """Refund an order."""
        return ""

    node = ToolNode([refund])
    assert node.func.__self__ is node
    assert node.afunc.__self__ is node


@pytest.mark.parametrize("name", ["_run", "_arun"])
def test_a_tool_runs_through_the_method_of_its_instance(name):
    """`run` and `arun` look both up on the instance, so a copy's own stands in for the class's."""

    @tool
    def refund(order: int) -> str:
        """Refund an order."""
        return ""

    copied = refund.model_copy()
    object.__setattr__(copied, name, lambda *args, **kwargs: "mine")
    assert getattr(copied, name)() == "mine"
    assert refund.func is not None


@pytest.mark.parametrize("sync", [False, True], ids=["async", "sync"])
async def test_a_sync_handler_that_raises_stops_a_tool_within_a_tool(sync):
    """L4: callbacks reach what a tool calls; of an async handler the sync path drops the error."""
    ran = []

    class Stops(BaseCallbackHandler):
        raise_error = True

        def on_tool_start(self, serialized, input_str, *, metadata=None, **how):
            if serialized["name"] == "inner":
                assert "own" in metadata
                raise PermissionError("no")

    @tool
    def inner(text: str) -> str:
        """Inner."""
        ran.append(text)
        return text

    inner.metadata = {"own": True}

    @tool
    def outer(text: str) -> str:
        """Outer."""
        return inner.invoke({"text": text})

    @tool("outer")
    async def aouter(text: str) -> str:
        """Outer."""
        return await inner.ainvoke({"text": text})

    config: Any = {"callbacks": [Stops()]}
    with pytest.raises(PermissionError):
        if sync:
            outer.invoke({"text": "x"}, config)
        else:
            await aouter.ainvoke({"text": "x"}, config)
    assert ran == []


async def test_a_tool_node_executes_through_its_instance():
    """`_execute_tool_async` is looked up on the node: a copy's own stands in for the class's."""
    seen = []

    @tool
    async def one(text: str) -> str:
        """One."""
        return text

    node: Any = ToolNode([one])
    inner = node._execute_tool_async

    async def watched(request, *rest):
        seen.append(request.tool is one)
        return await inner(request, *rest)

    node._execute_tool_async = watched
    node.func, node.afunc = node._func, node._afunc
    graph = StateGraph(MessagesState).add_node("t", node).add_edge(START, "t").compile()
    call = {"name": "one", "args": {"text": "x"}, "id": "c"}
    await graph.ainvoke({"messages": [AIMessage("", tool_calls=[call])]})
    assert seen == [True]
