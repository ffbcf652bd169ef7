"""FastMCP behind the guard: the same gate, over the wire with the official client."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

pytest.importorskip("fastmcp", reason="the host of these tests")

import httpx2
import uvicorn
from fastmcp import Context, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.resources import TextResource
from fastmcp.server.dependencies import get_access_token, get_http_headers
from fastmcp.server.middleware.caching import ResponseCachingMiddleware
from fastmcp.server.middleware.error_handling import ErrorHandlingMiddleware, RetryMiddleware
from fastmcp.server.middleware.middleware import Middleware
from fastmcp.server.transforms import Namespace
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from stageflow_guard import current_principal
from stageflow_guard.errors import ConfigError
from stageflow_guard.hosts.mcp.fast import GuardAuth
from stageflow_guard.testing.conformance import Environment
from stageflow_guard.testing.conformance.environment import ADA, MAIL


def desk(**options):
    server = FastMCP("desk", **options)

    @server.tool
    async def echo(text: str) -> str:
        return text

    @server.tool
    def echo_sync(text: str) -> dict[str, str]:
        return {"text": text, "from": "grace@example.org"}

    @server.tool
    async def who() -> str:
        await asyncio.sleep(0.01)
        return current_principal().subject

    @server.tool
    async def token(ctx: Context) -> list[str]:
        seen = get_access_token()
        headers = get_http_headers(include_all=True)
        return [str(headers.get("authorization")), "" if seen is None else seen.token]

    @server.tool
    async def talk(text: str, ctx: Context) -> str:
        await ctx.report_progress(1, 2, f"at {text}")
        return text

    @server.tool
    async def told() -> str:
        raise ToolError(f"ask {MAIL}")

    @server.tool
    async def bug() -> str:
        raise ValueError(f"no {MAIL}")

    @server.resource("ticket://{number}")
    async def ticket(number: str) -> str:
        return f"ticket {number} from {MAIL}"

    @server.resource("config://app")
    def config() -> str:
        return f"kept by {MAIL}"

    server.add_resource(TextResource(uri="text://note", text=f"by {MAIL}", name="note"))

    @server.prompt
    def greet(name: str) -> str:
        return f"hello {name}"

    return server


@pytest.fixture
def env():
    return Environment()


def mounted(env, server=None, **options):
    return env.guard.mount(
        server or desk(), owner=lambda uri: "acme", credential=lambda: ADA, **options
    )


def client_of(server, **options):
    return Client(server._mcp_server, **options)


def text_of(result):
    return str(result.model_dump(by_alias=True))


async def refused(work, code):
    with pytest.raises(MCPError) as error:
        await work
    assert error.value.error.data["code"] == code
    assert error.value.error.data["ref"] in str(error.value)


async def test_everything_of_a_server_is_governed_and_redacted(env):
    """Tools async and sync, resources of three kinds, prompts, progress, texts of errors."""
    heard = []

    async def progress(done, total, message):
        heard.append(message)

    async with client_of(mounted(env), mode="legacy") as client:
        for name in ("echo", "echo_sync", "talk"):
            work = client.call_tool(name, {"text": f"to {MAIL}"}, progress_callback=progress)
            answer = text_of(await work)
            assert "EMAIL_ADDRESS_1" in answer and "@example" not in answer, name
        assert "EMAIL_ADDRESS_1" in str(heard)
        for uri in ("ticket://7", "config://app", "text://note"):
            answer = text_of(await client.read_resource(uri))
            assert "EMAIL_ADDRESS_1" in answer and MAIL not in answer, uri
        answer = text_of(await client.get_prompt("greet", {"name": MAIL}))
        assert "EMAIL_ADDRESS_1" in answer and MAIL not in answer
        for name in ("told", "bug"):
            answer = await client.call_tool(name, {})
            assert answer.is_error and MAIL not in text_of(answer)
            assert "EMAIL_ADDRESS" in text_of(answer)
    asked = [r.resource for r in env.log.kinds("decision") if r.attempt and r.action != "stream"]
    assert asked == [
        "tool:echo", "tool:echo_sync", "tool:talk", "data:resource/ticket/7",
        "data:resource/config/app", "data:resource/text/note", "data:prompt/greet", "tool:told",
        "tool:bug",
    ]  # fmt: skip


async def test_denials_and_lists(env):
    """What the caller may not have is not listed, and refused with code and ref."""
    env.rules.denied |= {"echo", "app", "greet"}
    async with client_of(mounted(env)) as client:
        assert "echo" not in [one.name for one in (await client.list_tools()).tools]
        assert [r.uri for r in (await client.list_resources()).resources] == ["text://note"]
        assert (await client.list_prompts()).prompts == []
        await refused(client.call_tool("echo", {"text": "x"}), "access_denied")
        await refused(client.read_resource("config://app"), "access_denied")
        await refused(client.get_prompt("greet", {"name": "x"}), "access_denied")


async def test_retry_and_error_handling_in_front_change_nothing(env):
    """One denial on record however often it is retried, and its own code on the wire."""
    env.rules.denied.add("echo")
    server = desk(middleware=[ErrorHandlingMiddleware(), RetryMiddleware(max_retries=2, base_delay=0.01, retry_exceptions=(Exception,))])  # fmt: skip
    async with client_of(mounted(env, server)) as client:
        await refused(client.call_tool("echo", {"text": "x"}), "access_denied")
    denials = [r for r in env.log.kinds("decision") if r.decision == "deny"]
    assert len([r for r in denials if r.resource == "tool:echo"]) == 1


async def test_an_answer_without_its_step_is_refused(env):
    """A middleware that answers by itself, as a cache of one's own does."""

    class Cache(Middleware):
        async def on_call_tool(self, context, call_next):
            if not hasattr(self, "kept"):
                self.kept = await call_next(context)
            return self.kept

    async with client_of(mounted(env, desk(middleware=[Cache()]))) as client:
        await client.call_tool("echo", {"text": "x"})
        await refused(client.call_tool("echo", {"text": "x"}), "bypassed")


@pytest.mark.parametrize(
    "make",
    [
        lambda: desk(middleware=[ResponseCachingMiddleware()]),
        lambda: (lambda s: s.mount(desk(), namespace="in") or s)(desk()),
        lambda: desk(transforms=[Namespace("x")]),
    ],
    ids=["cache", "mounted server", "renamed"],
)
def test_what_no_permit_stands_behind_is_refused_at_mount(env, make):
    """Caches, servers in servers, transforms."""
    with pytest.raises(ConfigError, match="ResponseCaching|FastMCPProvider|Namespace|Provider"):
        mounted(env, make())


async def test_a_cache_that_is_added_later_refuses_requests(env):
    """The server is looked at again before each request."""
    server = mounted(env)
    async with client_of(server) as client:
        await client.call_tool("echo", {"text": "x"})
        server.add_middleware(ResponseCachingMiddleware())
        await refused(client.call_tool("echo", {"text": "x"}), "config_error")


async def test_calls_past_the_wire_are_refused(env):
    """`server.call_tool` and the function itself are outside a run; so is a tool added later."""
    server = mounted(env)

    @server.tool
    async def late(text: str) -> str:
        return text

    for name in ("echo", "late"):
        with pytest.raises(ToolError, match=r"not_authenticated \[ref"):
            await server.call_tool(name, {"text": "x"})
        with pytest.raises(ToolError, match=r"not_authenticated \[ref"):
            await server.call_tool(name, {"text": "x"}, run_middleware=False)


async def test_over_http_each_request_has_its_caller_and_no_tool_its_token(env):
    """Streamable HTTP with the guard's authenticator in front; other tokens are 401."""
    server = desk(auth=GuardAuth(env.guard))
    env.guard.mount(server, owner=lambda uri: "acme")
    config = uvicorn.Config(server.http_app(), port=0, log_level="critical", ws="none")
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    while not running.started:
        assert not task.done()
        await asyncio.sleep(0.005)
    port = running.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/mcp"

    @contextlib.asynccontextmanager
    async def opened(token, mode):
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            yield client

    async def one(n, mode):
        async with opened(f"acme:u{n}", mode) as client:
            seen = text_of(await client.call_tool("token", {}))
            assert f"acme:u{n}" not in seen and "None" in seen
            return (await client.call_tool("who", {})).content[0].text

    try:
        for mode in ("legacy", "auto"):
            answers = await asyncio.gather(*(one(n, mode) for n in range(6)))
            assert answers == [f"user:u{n}" for n in range(6)]
        with pytest.raises(Exception, match=r".+"):
            async with opened("expired", "auto") as client:
                await client.list_tools()
    finally:
        running.should_exit = True
        await task
