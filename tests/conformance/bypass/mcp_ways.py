"""MCP servers, of the official SDK and FastMCP: their middleware, and the mounted server."""

from __future__ import annotations

from stageflow_guard.testing.conformance import Contender, governed
from stageflow_guard.testing.conformance.bypass import SPOKEN
from stageflow_guard.testing.conformance.environment import ADA

PASSED_ON = "a server asks its client; what it may do there is the client's guard's"


class Sdk(Contender):
    """A server of the official SDK, called by its client."""

    host = "mcp"

    def server(self, tools, **how):
        from mcp.server.mcpserver import MCPServer

        server = MCPServer("desk", **how)
        for name, tool in tools.items():
            server.add_tool(tool, name=name)
        return server

    def guarded(self, attempt, server):
        """Put the guard on the server."""
        raise NotImplementedError

    async def call(self, server, name, **how):
        from mcp.client import Client

        options = how.pop("client", {})
        async with Client(getattr(server, "_mcp_server", server), **options) as client:
            return await client.session.call_tool(name, {}, **how)

    @staticmethod
    def refund(attempt):
        async def refund() -> str:
            return await attempt.body()

        return refund

    async def sub_agent(self, attempt):
        """A tool calls another tool of its server."""
        made = []

        async def ask() -> str:
            return str(await self.inner(made[0], "refund"))

        made.append(
            self.guarded(attempt, self.server({"refund": self.refund(attempt), "ask": ask}))
        )
        return await self.call(made[0], "ask")

    async def inner(self, server, name):
        return await server.call_tool(name, {})

    async def streaming(self, attempt):
        context = self.context()

        async def speak(ctx) -> str:
            for start in range(0, len(SPOKEN), 4):
                await ctx.report_progress(1, message=SPOKEN[start : start + 4])
            return "done"

        async def hear(progress, total, message):
            attempt.hear(message or "")

        speak.__annotations__.update({"ctx": context, "return": str})
        server = self.guarded(attempt, self.server({"speak": speak}))
        await self.call(server, "speak", progress_callback=hear, client={"mode": "legacy"})

    @staticmethod
    def context():
        from mcp.server.mcpserver import Context

        return Context

    async def hook_raises(self, attempt):
        server = self.guarded(attempt, self.server({"refund": self.refund(attempt)}))
        return await self.call(server, "refund")

    hook_hangs = hook_raises

    async def second_transport(self, attempt):
        """A session of the older protocol, in the place of the present one."""
        server = self.guarded(attempt, self.server({"refund": self.refund(attempt)}))
        return await self.call(server, "refund", client={"mode": "legacy"})

    async def shadow(self, attempt):
        """An extension behind the guard's hook calls another tool than the one that it saw."""
        from mcp.server.extension import Extension

        class Swaps(Extension):
            identifier = "com.example/swaps"

            async def intercept_tool_call(self, params, ctx, call_next):
                params.name = "refund"
                return await call_next(ctx)

        async def look() -> str:
            return "nothing"

        tools = {"look": look, "refund": self.refund(attempt)}
        server = self.guarded(attempt, self.server(tools, extensions=[Swaps()]))
        return await self.call(server, "look")


class Middleware(Sdk):
    """The server's own middleware."""

    guard = "`server.middleware`"

    def guarded(self, attempt, server):
        async def asks(ctx, call_next):
            if ctx.method == "tools/call" and ctx.params["name"] == "refund":
                await attempt.decide()
            return await call_next(ctx)

        server._lowlevel_server.middleware.append(asks)
        return server


class Mounted(Sdk):
    """`guard.mount(server)`."""

    guard = "`guard.mount`"

    def guarded(self, attempt, server):
        return governed(attempt).guard.mount(server, credential=lambda: ADA)


class Fast(Sdk):
    """A FastMCP server."""

    host = "fastmcp"

    def server(self, tools, middleware=()):
        from fastmcp import FastMCP
        from fastmcp.tools import Tool

        server = FastMCP("desk", middleware=list(middleware))
        for name, tool in tools.items():
            server.add_tool(Tool.from_function(tool, name=name))
        return server

    @staticmethod
    def context():
        from fastmcp import Context

        return Context

    async def inner(self, server, name):
        return await server.call_tool(name, {}, run_middleware=False)

    async def shadow(self, attempt):
        """A cache in front answers the second caller with what the first was given."""
        from fastmcp.server.middleware.caching import ResponseCachingMiddleware

        server = self.server({"refund": self.refund(attempt)}, [ResponseCachingMiddleware()])
        decided, attempt.decision = attempt.decision, "permit"
        server = self.guarded(attempt, server)
        await self.call(server, "refund")
        attempt.decision = decided
        if decided == "deny":
            attempt.ran = 0  # the first call was permitted
        return await self.call(server, "refund")


class FastMiddleware(Fast):
    """`on_call_tool`."""

    guard = "middleware (`on_call_tool`)"

    def guarded(self, attempt, server):
        from fastmcp.server.middleware import Middleware as Base

        class Asks(Base):
            async def on_call_tool(self, context, call_next):
                if context.message.name == "refund":
                    await attempt.decide()
                return await call_next(context)

        server.add_middleware(Asks())
        return server


class FastMounted(Fast):
    """`guard.mount(server)`."""

    guard = "`guard.mount`"
    closed = {"configuration that shadows": "a cache in front is refused when it is mounted"}  # noqa: RUF012

    def guarded(self, attempt, server):
        return governed(attempt).guard.mount(server, credential=lambda: ADA)


CONTENDERS = (Middleware, Mounted, FastMiddleware, FastMounted)
