"""What the MCP adapter relies on, asked of the SDK and of FastMCP themselves."""

from __future__ import annotations

import inspect

import pytest

pytest.importorskip("mcp", reason="the host of these facts")

from mcp.client import Client
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.tools.base import Tool
from mcp.server.session import ServerSession
from mcp.shared.exceptions import MCPError


def echoing():
    server = MCPServer("facts")

    @server.tool()
    async def echo(text: str) -> str:
        return text

    @server.tool()
    async def fail() -> str:
        raise ValueError("raw text")

    return server


async def test_middleware_wraps_every_message_outermost_first():
    """M1: requests and notifications pass it; the first of the list is the outermost."""
    server, order = echoing(), []

    def named(name):
        async def middleware(ctx, call_next):
            order.append((name, ctx.method, ctx.request_id is None))
            return await call_next(ctx)

        return middleware

    server.middleware.insert(0, named("first"))
    server.middleware.append(named("last"))
    async with Client(server, mode="legacy") as client:
        await client.session.call_tool("echo", {"text": "x"})
        await client.session.list_tools()
    methods = [method for name, method, _ in order if name == "first"]
    assert {"initialize", "tools/call", "tools/list", "notifications/initialized"} <= set(methods)
    assert [name for name, method, _ in order if method == "tools/call"] == ["first", "last"]
    assert ("first", "notifications/initialized", True) in order


async def test_the_chain_is_composed_by_reversed():
    """The list's own `__reversed__` decides what is outermost: the gate's list relies on it."""
    server, asked = echoing(), []

    class Watching(list):
        def __reversed__(self):
            asked.append(True)
            return super().__reversed__()

    server._lowlevel_server.middleware = Watching(server.middleware)
    async with Client(server) as client:
        await client.session.call_tool("echo", {"text": "x"})
    assert asked


async def test_an_mcp_error_of_a_middleware_reaches_the_client_with_its_data():
    """M1: code, message and data cross the wire; of another exception the text may cross as well."""
    server = echoing()

    async def refuse(ctx, call_next):
        if ctx.method == "tools/call":
            if ctx.params["name"] == "echo":
                raise MCPError(403, "no", {"ref": "x#1"})
            raise KeyError("raw")
        return await call_next(ctx)

    server.middleware.insert(0, refuse)
    async with Client(server, mode="legacy") as client:
        with pytest.raises(MCPError) as told:
            await client.session.call_tool("echo", {"text": "x"})
        assert (told.value.error.code, told.value.error.data) == (403, {"ref": "x#1"})
        with pytest.raises(MCPError) as told:
            await client.session.call_tool("fail", {})
        assert "raw" in str(told.value)  # in the process: so the gate lets no other exception out


async def test_a_result_is_a_wire_dict_in_a_middleware():
    """M2: content and structured content are serialized when the middleware has them."""
    server, seen = echoing(), []

    async def look(ctx, call_next):
        result = await call_next(ctx)
        seen.append((ctx.method, type(result)))
        return result

    server.middleware.insert(0, look)
    async with Client(server) as client:
        await client.session.call_tool("echo", {"text": "x"})
    assert ("tools/call", dict) in seen


async def test_a_crash_of_a_tool_says_nothing_and_is_the_cause():
    """M3: the client hears the tool's name; `call_tool` raises with the cause."""
    server = echoing()
    async with Client(server) as client:
        answer = await client.session.call_tool("fail", {})
    assert answer.is_error and "raw" not in answer.content[0].text
    with pytest.raises(Exception, match="fail") as raised:
        await server.call_tool("fail", {})
    assert isinstance(raised.value.__cause__, ValueError)


async def test_a_direct_call_passes_no_middleware():
    """M4: what holds there is the function's own wrapper."""
    server, seen = echoing(), []

    async def look(ctx, call_next):
        seen.append(ctx.method)
        return await call_next(ctx)

    server.middleware.insert(0, look)
    await server.call_tool("echo", {"text": "x"})
    assert seen == []


def test_registries_are_dicts_that_tools_are_put_into():
    """What is registered passes `__setitem__`; a tool's function may be replaced in place."""
    server = echoing()
    managers = (server._tool_manager, server._resource_manager, server._prompt_manager)
    fields = ("_tools", "_resources", "_prompts")
    for manager, field in zip(managers, fields, strict=True):
        assert type(getattr(manager, field)) is dict
    assert type(server._resource_manager._templates) is dict
    tool = server._tool_manager.get_tool("echo")
    assert isinstance(tool, Tool)
    tool.fn = tool.fn
    assert set(inspect.signature(ServerSession.__init__).parameters) >= {
        "request_outbound", "connection",
    }  # fmt: skip


def test_fastmcp_keeps_its_components_in_one_dict_and_its_chain_in_the_sdks_list():
    """The adapter wraps what is put there, and stands in front of the same list."""
    fastmcp = pytest.importorskip("fastmcp")
    server = fastmcp.FastMCP("facts")

    @server.tool
    def echo(text: str) -> str:
        return text

    assert type(server.local_provider._components) is dict
    assert list(server.local_provider._components) and server.providers == [server.local_provider]
    assert isinstance(server._mcp_server.middleware, list)


async def test_fastmcps_cache_in_front_answers_without_the_tool():
    """M8: why a cache is refused."""
    fastmcp = pytest.importorskip("fastmcp")
    from fastmcp.server.middleware.caching import ResponseCachingMiddleware

    server, ran = fastmcp.FastMCP("facts", middleware=[ResponseCachingMiddleware()]), []

    @server.tool
    def echo(text: str) -> str:
        ran.append(text)
        return text

    async with Client(server._mcp_server) as client:
        for _ in range(3):
            await client.session.call_tool("echo", {"text": "x"})
    assert ran == ["x"]
