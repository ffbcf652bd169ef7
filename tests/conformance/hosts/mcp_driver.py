"""The drivers of MCP: a server of the official SDK, and one of FastMCP."""

from __future__ import annotations

import asyncio
import contextlib

from stageflow_guard.testing.conformance import Driver, NotOffered


class Mcp(Driver):
    """Tools of a mounted server, called by a client; a refusal is what the wire and its record say."""

    host = "mcp"

    def server(self, guard, tools, token):
        from mcp.server.mcpserver import MCPServer

        server = MCPServer("kit")
        for name, tool in tools.items():
            server.add_tool(tool, name=name)
        return guard.mount(server, credential=lambda: token)

    def client(self, server, **options):
        from mcp.client import Client

        return Client(server, **options)

    async def ask(self, guard, server, name, text, **options):
        """Call a tool over the wire; return its answer, or raise what the client is told."""
        from mcp.shared.exceptions import MCPError

        async with self.client(server, **options.pop("client", {})) as client:
            try:
                answer = await client.session.call_tool(name, {"text": text}, **options)
            except MCPError as told:
                error = self.typed(guard, told.error.data)
            else:
                if not answer.is_error:
                    return answer.structured_content["result"]
                error = RuntimeError(answer.content[0].text)
        raise error

    @staticmethod
    def typed(guard, told):
        """The error of a code; its reason is what the record says that its ref names."""
        from stageflow_guard import errors
        from stageflow_guard.model import Decision, Effect

        code, ref = told["code"], told["ref"]
        index = ref.rpartition("#")[2]
        reason = guard._pep.log.records[int(index)].reason if index.isdigit() else ""
        if code == "not_authenticated":
            error = errors.NotAuthenticated(reason)
        elif code == "access_denied":
            decision = Decision(effect=Effect.DENY, reason=reason, revision="r" * 64)
            error = errors.AccessDenied(decision)
        else:
            kinds = (errors.PolicyUnavailable, errors.InspectorUnavailable, errors.AuditUnavailable)
            error = {kind.code: kind for kind in kinds}[code]("as the wire says")
        error.ref = ref
        return error

    @staticmethod
    def token_of(guard):
        from stageflow_guard.enforcement.session import current_session

        session = current_session(id(guard._pep))
        return None if session is None else session.credential()

    @staticmethod
    def tool(body):
        async def tool(text: str) -> str:
            return await body.call(text)

        return tool

    async def inner(self, server, name, text):
        """Call a tool past the wire."""
        answer = await server.call_tool(name, {"text": text})
        return answer.structured_content["result"]

    async def within(self, guard, bodies, text, work):
        """Run `work(call)` in a tool of the same server, `call` being how it reaches the others."""
        made = []

        async def kit(text: str) -> list[str]:
            return await work(lambda name: self.inner(made[0], name, text)) or []

        tools = {body.name: self.tool(body) for body in bodies}
        made.append(self.server(guard, {**tools, "kit": kit}, self.token_of(guard)))
        return await self.ask(guard, made[0], "kit", text)

    async def turn(self, guard, bodies, text):
        if len(bodies) == 1:
            server = self.server(
                guard, {bodies[0].name: self.tool(bodies[0])}, self.token_of(guard)
            )
            return [await self.ask(guard, server, bodies[0].name, text)]

        async def all_of_them(call):
            return [await call(body.name) for body in bodies]

        return await self.within(guard, bodies, text, all_of_them)

    async def parallel(self, guard, bodies, text):
        raise NotOffered("one request calls one tool")

    async def swallow(self, guard, bodies, text):
        async def all_of_them(call):
            for body in bodies:
                with contextlib.suppress(Exception):
                    await call(body.name)

        return await self.within(guard, bodies, text, all_of_them)

    async def retry(self, guard, body, text, times):
        async def again(call):
            for _ in range(times):
                with contextlib.suppress(Exception):
                    return [await call(body.name)]

        return await self.within(guard, [body], text, again)

    async def direct(self, guard, body, text):
        server = self.server(guard, {body.name: self.tool(body)}, None)
        return await self.past(guard, self.inner(server, body.name, text))

    async def past(self, guard, work):
        """What a call past the wire raises, typed."""
        try:
            return await work
        except Exception as told:
            cause = told if hasattr(told, "error") else told.__cause__
            error = self.typed(guard, cause.error.data)
        raise error

    async def detached(self, guard, body, text):
        over, tasks = asyncio.Event(), []

        async def start(call):
            async def late():
                await over.wait()
                return await self.past(guard, call(body.name))

            tasks.append(asyncio.create_task(late()))

        await self.within(guard, [body], text, start)
        over.set()
        return tasks[0]

    async def nested(self, guard, outer, inner, text):
        made = []

        async def both(text: str) -> str:
            await outer.call(text)
            return await self.inner(made[0], inner.name, text)

        tools = {outer.name: both, inner.name: self.tool(inner)}
        made.append(self.server(guard, tools, self.token_of(guard)))
        return await self.ask(guard, made[0], outer.name, text)

    async def conversation(self, guard, body, text, key):
        raise NotOffered("a conversation is a connection, which ends with its client")

    async def stream(self, guard, body, text, heard):
        context = self.context()

        async def speak(text: str, ctx) -> str:
            async for chunk in body.stream(raw):
                await ctx.report_progress(1, message=chunk)
            return "done"

        async def hear(progress, total, message):
            heard.append(message or "")

        raw, speak.__annotations__["ctx"] = text, context
        speak.__annotations__.update(text=str, **{"return": str})
        server = self.server(guard, {body.name: speak}, self.token_of(guard))
        await self.ask(
            guard, server, body.name, "hi", progress_callback=hear, client={"mode": "legacy"}
        )

    @staticmethod
    def context():
        from mcp.server.mcpserver import Context

        return Context


class Fast(Mcp):
    """Tools of a mounted FastMCP server, called by the official client."""

    host = "fastmcp"

    def server(self, guard, tools, token, middleware=()):
        from fastmcp import FastMCP
        from fastmcp.tools import Tool

        server = FastMCP("kit", middleware=list(middleware))
        for name, tool in tools.items():
            server.add_tool(Tool.from_function(tool, name=name))
        return guard.mount(server, credential=lambda: token)

    def client(self, server, **options):
        return super().client(server._mcp_server, **options)

    @staticmethod
    def context():
        from fastmcp import Context

        return Context

    async def cached(self, guard, body, text):
        from fastmcp.server.middleware.caching import ResponseCachingMiddleware

        tools = {body.name: self.tool(body)}
        server = self.server(guard, tools, self.token_of(guard), [ResponseCachingMiddleware()])
        return await self.ask(guard, server, body.name, text)
