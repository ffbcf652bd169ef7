"""The lint on a graph of LangGraph: what nodes do, what policies say; order is not judged."""

from __future__ import annotations

import time
from typing import TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from stageflow_guard import ConfigError
from stageflow_guard.hosts import lint_graph
from stageflow_guard.lint import check


class State(TypedDict):
    text: str


async def sound(state):
    return {"text": state["text"].upper()}


async def sleeps(state):
    time.sleep(0.01)
    return {"text": "x"}


def sync_node(state):
    time.sleep(0)  # a sync node runs on a thread
    return {"text": "y"}


def forgets(guard):
    async def node(state):
        guard.authorize(kind="tool", obj="mail", act="call", owner="acme")
        return {"text": "z"}

    return node


def graph(**nodes):
    builder = StateGraph(State)
    before = START
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    builder.add_edge(before, END)
    return builder


@pytest.mark.parametrize("compiled", [False, True])
def test_what_a_node_does_is_found_at_its_line(compiled):
    """A blocking call and a dropped coroutine; a sync node may block, and a sound one may loop."""
    builder = graph(first=sound, slow=sleeps, plain=sync_node, send=forgets(None))
    builder.add_conditional_edges("first", lambda state: "slow", ["slow", "plain"])
    report = check(lint_graph(builder.compile(name="desk") if compiled else builder,
                              written="app:desk"))  # fmt: skip
    found = {(one.step, one.code) for one in report.diagnostics}
    assert found == {("slow", "SG209"), ("send", "SG208")}
    assert all(one.at.file == __file__ for one in report.diagnostics)
    assert report.pipeline == "desk"


def test_hosts_whose_graphs_cannot_be_read_say_so():
    """`ConfigError`, never a verdict about what was not seen."""
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    with pytest.raises(ConfigError, match="lint"):
        lint_graph(Agent(TestModel()), written="app:agent")
