"""The second service of `test_crossing`: an MCP server of its own, in a process of its own."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer

from stageflow_guard import Guard, current_principal
from stageflow_guard.hosts.mcp.credentials import GuardTokenVerifier

guard = Guard.load("guard.toml")
server = MCPServer(
    "billing",
    token_verifier=GuardTokenVerifier(guard),
    auth=AuthSettings(
        issuer_url="https://id.example", resource_server_url="https://billing.example/mcp",
        validate_token_resource=False,
    ),
)  # fmt: skip


@server.tool()
async def refund(order: int, note: str) -> str:
    """Refund an order."""
    who = current_principal()
    return f"order {order} of {who.tenant} for {who.subject} through {who.actors[0]}: {note}"


@server.tool()
async def close_account(number: int) -> str:
    """Close an account."""
    return f"closed {number}"


guard.mount(server)


async def serve() -> None:
    config = uvicorn.Config(server.streamable_http_app(), port=0, log_level="warning", ws="none")
    running = uvicorn.Server(config)
    async with guard:
        serving = asyncio.create_task(running.serve())
        while not running.started:
            await asyncio.sleep(0.01)
        sys.stdout.write(f"{running.servers[0].sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)  # until the test closes it
        running.should_exit = True
        await serving


asyncio.run(serve())
