"""`init --adopt` for every host: what its adapter lists is what a run is asked about."""

from __future__ import annotations

import sys
import textwrap

import pytest

from stageflow_guard import Guard, hosts
from stageflow_guard.cli import main
from stageflow_guard.errors import AccessDenied, ConfigError
from stageflow_guard.policy import PolicySet
from stageflow_guard.testing import IdentityProvider

for _need in ("agents", "celery", "fastmcp", "langchain", "mcp", "pydantic_ai"):
    pytest.importorskip(_need, reason="the hosts are installed together")

LANGGRAPH = """
    from langchain.agents import create_agent
    from langchain_core.language_models import FakeListChatModel
    from langchain_core.tools import tool
    from langgraph.graph import START, StateGraph
    from typing_extensions import TypedDict

    class State(TypedDict, total=False):
        messages: list

    async def note(state): return {"messages": state.get("messages", [])}

    @tool
    def refund(order: int) -> str:
        "Refund."
        return "done"

    class Model(FakeListChatModel):
        def bind_tools(self, tools, **how): return self

    inner = create_agent(Model(responses=["hi"]), [refund], name="inner")
    desk = StateGraph(State).add_node("note", note).add_node("sub", inner)
    desk.add_edge(START, "note").add_edge("note", "sub")
"""
AGENT = """
    from agents import Agent, WebSearchTool, function_tool

    @function_tool
    def refund(order: int) -> str:
        "Refund."
        return "done"

    second = Agent(name="second", model="m-2", tools=[WebSearchTool()])
    third = Agent(name="third", model="m-3", tools=[refund])
    desk = Agent(
        name="desk", model="m-1", handoffs=[second], tools=[third.as_tool("ask", "ask")]
    )
    second.handoffs = [desk]
"""
PYDANTIC = """
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    desk = Agent(TestModel(), name="desk")

    @desk.tool_plain
    def refund(order: int) -> str:
        "Refund."
        return "done"
"""
MCP = """
    from mcp.server.mcpserver import MCPServer

    desk = MCPServer("desk")

    @desk.tool()
    async def refund(order: int) -> str:
        "Refund."
        return "done"

    @desk.resource("ticket://{number}")
    async def ticket(number: str) -> str: return number

    @desk.resource("page://about")
    async def about() -> str: return "about"

    @desk.prompt()
    async def greet() -> str: return "hi"
"""
FASTMCP = MCP.replace("mcp.server.mcpserver import MCPServer", "fastmcp import FastMCP").replace(
    "MCPServer(", "FastMCP("
)
CELERY = """
    from celery import Celery

    desk = Celery("desk")

    @desk.task(name="refund")
    def refund(order): return "done"
"""
SERVER = {
    ("tool", "refund", "call"), ("data", "resource/ticket/*", "read"),
    ("data", "resource/page/about", "read"), ("data", "prompt/greet", "read"),
}  # fmt: skip
APPS = {
    "langgraph": (LANGGRAPH, {
        ("stage", "desk/note", "run"), ("stage", "desk/sub.model", "run"),
        ("stage", "desk/sub.tools", "run"), ("tool", "refund", "call"),
    }),
    "openai_agents": (AGENT, {
        ("model", "m-1", "call"), ("model", "m-2", "call"), ("model", "m-3", "call"),
        ("tool", "transfer_to_second", "call"), ("tool", "transfer_to_desk", "call"),
        ("tool", "provider/web_search", "call"), ("tool", "ask", "call"),
        ("tool", "refund", "call"),
    }),
    "pydantic_ai": (PYDANTIC, {("model", "test", "call"), ("tool", "refund", "call")}),
    "mcp": (MCP, SERVER),
    "fastmcp": (FASTMCP, SERVER),
    "celery": (CELERY, {("tool", "refund", "call")}),
}  # fmt: skip


@pytest.fixture
def app(request, tmp_path, monkeypatch):
    """A user's module in the current folder, as `init --adopt` imports it."""
    (tmp_path / "their_host.py").write_text(textwrap.dedent(APPS[request.param][0]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("their_host", None)
    yield request.param, tmp_path
    sys.modules.pop("their_host", None)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("app", APPS, indirect=True)
def test_what_a_host_has_stands_in_the_trial_and_in_the_strict_policies(app):
    """Each question of the adapter has its line, its case and its place in the trial."""
    host, folder = app
    assert main(["init", ".", "--adopt", "their_host:desk", "--tenant", "acme"]) == 0
    lines = (folder / "policies-strict/tenants/acme/policy.csv").read_text().splitlines()
    rights = {tuple(p.strip() for p in one.split(",")[3:6]) for one in lines if one[:2] == "p,"}
    if host == "celery":  # its applications share the tasks of a process, other tests' included
        rights &= APPS[host][1]
    assert rights == APPS[host][1]
    grants = {(g.kinds[0], g.obj, g.acts[0]) for g in PolicySet.load("policies").grants}
    assert grants >= {one for one in rights if one[0] != "stage"}
    for path in ("policies", "policies-strict"):
        assert main(["policy", "lint", "--path", path]) == 0
        assert main(["policy", "test", "--mutate", "--coverage", "100", "--path", path]) == 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("app", ["pydantic_ai"], indirect=True)
async def test_an_adopted_agent_runs_for_every_subject_of_the_tenant(app):
    """What was listed is what the mounted agent asks: a run needs no further line."""
    import importlib

    _, folder = app
    assert main(["init", ".", "--adopt", "their_host:desk", "--tenant", "acme"]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(folder / "jwks.json")
    async with Guard.load("guard.toml") as guard:
        desk = guard.mount(importlib.import_module("their_host").desk)
        async with guard.session(idp.mint(sub="ada", tenant="acme")):
            assert "done" in (await desk.run("hi")).output
        async with guard.session(idp.mint(sub="eve", tenant="globex")):
            with pytest.raises(AccessDenied):
                await desk.run("hi")


def test_what_no_adapter_lists_is_said():
    """A type without an adapter, and a Celery application that is mounted, are told what to do."""
    from celery import Celery

    from stageflow_guard.testing.conformance import Environment

    with pytest.raises(ConfigError, match="cannot be listed"):
        hosts.questions_of(object())
    with pytest.raises(ConfigError, match="task_cls=guarded_tasks"):
        Environment().guard.mount(Celery("desk"))
